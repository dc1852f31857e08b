"""What a running server takes up anew when it is told to (SIGHUP): certificate, authorities, signing keys.

Nothing is taken up that no laptop would believe; then the server goes on with what it has, and its log says why.
"""

from __future__ import annotations

import logging
import ssl

from app.problems import Problem
from sync.server import authority
from sync.server.config import Config
from sync.server.statements import Signer

LOG = logging.getLogger("holdfast.server")


class Renewal:
    """The files of a running server, and what was made from them."""

    def __init__(self, config: Config) -> None:
        self._config = config
        keys = authority.signing_keys(config.signing_key)
        self.signer = Signer(keys.now, *keys.former, retired=keys.retired)
        self.shown = config.authority.read_bytes()
        self.context: ssl.SSLContext | None = None
        """Of the connections; a chain that is loaded into it is shown to whoever connects from then on."""

    def authorities(self) -> str:
        """The certificates of all authorities that laptops are to trust (PEM)."""
        return self.shown.decode("ascii")

    def again(self) -> bool:
        """Take everything up anew; whether it could be."""
        told = self._config
        try:
            authority.check_served(told.certificate, told.certificate_key, told.authority, told.public_host)
            keys = authority.signing_keys(told.signing_key)
            shown = told.authority.read_bytes()
        except (Problem, OSError) as error:
            LOG.error("nothing was taken up anew: %s", error.code if isinstance(error, Problem) else "no access")
            return False
        if self.context is not None:
            self.context.load_cert_chain(told.certificate, told.certificate_key, password=b"")
        self.signer.take(keys.now, *keys.former, retired=keys.retired)
        self.shown = shown
        LOG.warning("certificate, authorities and signing keys were taken up anew")
        return True
