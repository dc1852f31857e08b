"""What the paper library asks for when it is loaded: the class whose objects it would take for pictures."""

from __future__ import annotations


class Image:
    """No object is ever of this class."""
