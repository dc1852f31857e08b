"""The first module of the packaged program: what the way here has put into the environment ends here."""

from __future__ import annotations

import os
import sys

# The starter of the folder finds its libraries by variables that no other program may inherit: a browser opened by
# ours would load them. The last one makes a fresh start of ours a start of its own.
for name in [name for name in os.environ if name.startswith(("LD_", "_PYI_", "_MEIPASS"))]:
    del os.environ[name]
os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"

from ui.commands.main import main  # noqa: E402 - nothing of ours is loaded before

sys.exit(main())
