"""The first module of Holdfast.app."""

import sys

from ui.commands.main import main

sys.exit(main())
