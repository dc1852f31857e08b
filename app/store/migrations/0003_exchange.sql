-- What the exchange with a server leaves behind: why an entry was refused, snapshots, entries set aside, cases that went.
ALTER TABLE entry ADD COLUMN reason TEXT;
-- entries of other devices that could not be taken in, with the reason; never merged
CREATE TABLE aside (device TEXT NOT NULL, hash TEXT NOT NULL, number INTEGER NOT NULL, reason TEXT NOT NULL,
    at TEXT NOT NULL, body BLOB NOT NULL, signature BLOB NOT NULL, PRIMARY KEY (device, hash)) STRICT;
-- what stood in a case at a number of the server: the rows are folded from it and from the entries after it
CREATE TABLE snapshot (case_id TEXT PRIMARY KEY, number INTEGER NOT NULL, digest TEXT NOT NULL,
    changed_at TEXT NOT NULL, records BLOB NOT NULL) STRICT, WITHOUT ROWID;
-- cases that are no longer this laptop's to hold (left), or that a lawful order destroyed (erased)
CREATE TABLE gone (case_id TEXT PRIMARY KEY, kind TEXT NOT NULL, number INTEGER NOT NULL, at TEXT NOT NULL)
    STRICT, WITHOUT ROWID;
-- counted for the status line after every answer
CREATE INDEX entry_refused ON entry (device) WHERE state = 'refused';
CREATE INDEX entry_gone ON entry (device, first) WHERE state = 'gone';
