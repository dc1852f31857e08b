"""Every Python that is started with this folder on its path loads one module without one of its logging calls."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import os
import sys
import types
from collections.abc import Sequence
from pathlib import Path

import removing

FILE, _, _REST = os.environ.get("HOLDFAST_WITHOUT", "").partition(":")
FUNCTION, _, NUMBER = _REST.partition(":")


class _Loader(importlib.machinery.SourceFileLoader):
    def get_code(self, fullname: str) -> types.CodeType:
        source = Path(self.path).read_text(encoding="utf-8")
        return compile(removing.without(source, FUNCTION, int(NUMBER)), self.path, "exec")


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != FILE.removesuffix(".py").replace("/", "."):
            return None
        return importlib.machinery.ModuleSpec(
            fullname, _Loader(fullname, str(removing.ROOT / FILE)), origin=str(removing.ROOT / FILE)
        )


if FILE:
    sys.meta_path.insert(0, _Finder())
