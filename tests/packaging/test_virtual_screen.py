"""The virtual screen of the tests shows a real window and takes real keys."""

from __future__ import annotations

import subprocess
import sys

import pytest

WINDOW = """
from PySide6.QtWidgets import QApplication, QLineEdit
app = QApplication([])
field = QLineEdit()
field.setWindowTitle("a field on the screen")
field.returnPressed.connect(lambda: (print(app.platformName(), field.text()), app.quit()))
field.show()
app.exec()
"""


@pytest.mark.screen
def test_keys_reach_a_window(virtual_screen):
    program = subprocess.Popen([sys.executable, "-c", WINDOW], env=virtual_screen, stdout=subprocess.PIPE, text=True)
    keys = ["search", "--sync", "--onlyvisible", "--name", "a field on the screen", "windowfocus", "--sync"]
    subprocess.run(["xdotool", *keys, "type", "Lerchenweg 7"], env=virtual_screen, check=True, timeout=60)
    subprocess.run(["xdotool", "key", "Return"], env=virtual_screen, check=True, timeout=60)
    words, _ = program.communicate(timeout=60)
    assert words == "xcb Lerchenweg 7\n"
