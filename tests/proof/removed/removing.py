"""Finds the calls by which the program logs, and makes a module without one of them. Stands on the standard library."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("app", "sync", "ui")
NAMES = frozenset({"note_event", "note_act", "from_vault"})
_NOTHING = ast.parse("lambda *_: None", mode="eval").body
OF_OPERATIONS = frozenset({"log", "log_done", "log_on_vault", "log_what_waits", "operation"})


@dataclass(frozen=True)
class Logging:
    """One call: in which file, in which function, and which of those there; all from the project's folder."""

    file: str
    function: str
    number: int

    def __str__(self) -> str:
        return f"{self.file}:{self.function}:{self.number}"


def logs(node: ast.AST) -> bool:
    """Whether this is such a call, or makes one that is done elsewhere."""
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        return node.func.id in NAMES or _is_partial(node)
    return (
        isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and (node.func.value.id, node.func.attr) in {("operations", name) for name in OF_OPERATIONS}
    )


def _is_partial(node: ast.Call) -> bool:
    first = node.args[0] if node.args else None
    of = isinstance(first, ast.Name) and first.id in NAMES
    return isinstance(node.func, ast.Name) and node.func.id == "partial" and of


def every() -> Iterator[Logging]:
    """All of them."""
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            source = file.read_text(encoding="utf-8")
            if any(name in source for name in ("operations.", *NAMES)):
                for function, number, _ in _calls(ast.parse(source)):
                    yield Logging(file.relative_to(ROOT).as_posix(), function, number)


def _calls(tree: ast.Module) -> Iterator[tuple[str, int, ast.Call]]:
    found: dict[str, int] = {}

    def walk(node: ast.AST, where: str) -> Iterator[tuple[str, int, ast.Call]]:
        for child in ast.iter_child_nodes(node):
            inner = where
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = f"{where}.{child.name}".lstrip(".")
            if isinstance(child, ast.Call) and logs(child):
                found[where] = found.get(where, 0) + 1
                yield where, found[where], child
            yield from walk(child, inner)

    yield from walk(tree, "")


class _Without(ast.NodeTransformer):
    """Takes one call out: its statement, its place in a list, or what a function of one line gives back."""

    def __init__(self, call: ast.Call) -> None:
        self.call, self.names = call, set[str]()

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        value = node.value
        appended = isinstance(value, ast.Call) and value.args == [self.call]
        return ast.copy_location(ast.Pass(), node) if value is self.call or appended else self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        if node.value is not self.call:
            return self.generic_visit(node)
        self.names = {target.id for target in node.targets if isinstance(target, ast.Name)}
        return ast.copy_location(ast.Pass(), node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if _is_partial(self.call):
            node.args = [_NOTHING if one is self.call else one for one in node.args]
        return self.generic_visit(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        if node.body is self.call:
            node.body = ast.copy_location(ast.Constant(None), node.body)
        return self.generic_visit(node)

    def visit_List(self, node: ast.List) -> ast.AST:
        node.elts = [
            one
            for one in node.elts
            if one is not self.call and not (isinstance(one, ast.Name) and one.id in self.names)
        ]
        return self.generic_visit(node)


def without(source: str, function: str, number: int) -> ast.Module:
    """The module without that call. Raises LookupError where there is none, or it stands as none that is known."""
    tree = ast.parse(source)
    call = next((c for where, n, c in _calls(tree) if (where, n) == (function, number)), None)
    if call is None:
        raise LookupError(f"{function} {number}")
    made = ast.fix_missing_locations(_Without(call).visit(tree))
    if any(node is call for node in ast.walk(made)):
        raise LookupError(f"{function} {number} stands where it cannot be taken out")
    return made
