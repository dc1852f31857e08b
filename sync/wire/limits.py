"""Every limit of the exchange, in one place. Over a limit there is a clear refusal, never a crash or a silent cut."""

from __future__ import annotations

PROTOCOL = 1
"""The version of the exchange that this program speaks."""
OLDEST_PUSH = 1
"""The oldest version whose pushes are taken: an officer's work must always be able to leave an old laptop."""
OLDEST_PULL = 1
"""The oldest version that is handed anything; an older one is asked to be updated."""

BODY = 1 << 20
"""Most bytes of a request as it is sent."""
UNPACKED = 8 << 20
"""Most bytes of a request or an answer once it is decompressed."""
RATIO = 100
"""Most times that a body may grow when it is decompressed."""
ANSWER = 4 << 20
"""Most bytes of an answer as it is sent."""
DEPTH = 32
"""Most levels of nesting in JSON."""
HEADERS = 16 << 10
"""Most bytes of all headers of a request."""

PACK = 2 << 20
"""Most bytes of one content pack, and of all of them in one answer unless a single one is there."""
ENTRIES = 500
"""Most entries in one push."""
ENTRY = 512 << 10
"""Most bytes of one entry."""
CHANGES = 2000
"""Most changes in one entry."""
PAGE = 200
"""Most cases in one page of snapshots, and the usual number of them."""
PULLED = 2000
"""Most entries in one page of a pull."""
PULLED_BYTES = 2 << 20
"""Bytes of entries after which a page of a pull ends."""
COLLEAGUES = 5000
"""Most officers that a laptop is told of."""
PROOF = 64
"""Most hashes in one proof of the history."""

PUSHES_PER_MINUTE = 60
"""Pushes of one device within a minute."""
REQUESTS_PER_MINUTE = 600
"""Requests of one device within a minute."""
TRIES_PER_MINUTE = 5
"""Enrolments from one address within a minute."""
DEVICES_PER_OFFICER = 3
"""Devices that one officer may have at once."""
IDENTITY = 16 << 10
"""Most bytes of the token that shows who signed in."""

SIGN_IN_S = 5 * 60
"""Seconds for which a laptop waits for somebody who signs in, in the browser."""
SIGN_IN_FRESH_S = 10 * 60
"""Seconds after which a sign-in shows no longer who sits there now."""
CLOCK_LEEWAY_S = 60
"""Seconds by which the clocks of the server and of the identity provider may differ."""
REQUEST_S = 60
"""Seconds within which a request is over."""
HEAD_S = 10
"""Seconds within which a connection says what it asks for."""
STATEMENT_S = 5
"""Seconds after which the database gives a statement up."""
CLOCK_LEAD_MS = 5 * 60 * 1000
"""How far past the server's time a received stamp may pull a laptop's hybrid clock."""

CODE_MINUTES = 24 * 60
"""Minutes for which an enrolment code holds. Its secret has 128 bits, so it cannot be guessed in that time."""
LEASE_DAYS = 7
"""Days for which a lease lets a laptop read its vault."""
LEASE_RANGE = range(1, 31)
"""Days that a force may choose for it."""
LEASE_WARNING = 0.7
"""Share of a lease after which the officer is told."""
