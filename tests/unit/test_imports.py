"""Imports run one way: no module and no room of the package imports another in a circle."""

import ast
from collections.abc import Iterable
from graphlib import TopologicalSorter
from pathlib import Path

import fastw2v

PACKAGE = Path(fastw2v.__file__).parent
NAMES = {
    ".".join(("fastw2v", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
}


def module_of(name: str) -> str:
    """The module that defines a dotted name."""
    while name not in NAMES:
        name = name.rpartition(".")[0]
    return name


def imported(nodes: Iterable[ast.AST]) -> set[str]:
    """The modules of the package that some statements import."""
    return {
        module_of(f"{node.module}.{alias.name}")
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "fastw2v"
        for alias in node.names
    }


def room_of(module: str) -> str:
    """The folder of a module, or the module itself at the top."""
    return ".".join(module.split(".")[:2])


AT_THE_TOP = {module: imported(ast.parse(path.read_text()).body) - {module} for module, path in NAMES.items()}


def test_no_modules_import_each_other_in_a_circle() -> None:
    TopologicalSorter(AT_THE_TOP).prepare()  # raises CycleError with the circle


def test_no_rooms_import_each_other_in_a_circle() -> None:
    rooms: dict[str, set[str]] = {}
    for module, others in AT_THE_TOP.items():
        rooms.setdefault(room_of(module), set()).update({room_of(other) for other in others} - {room_of(module)})
    TopologicalSorter(rooms).prepare()
    assert len(rooms) > 20


def test_only_a_session_and_the_command_line_come_upon_several_ranks_and_only_where_they_call_them() -> None:
    everywhere = {module: imported(ast.walk(ast.parse(path.read_text()))) for module, path in NAMES.items()}
    rooms = {
        module
        for module, others in everywhere.items()
        if room_of(module) != "fastw2v.distributed" and any(room_of(other) == "fastw2v.distributed" for other in others)
    }
    assert rooms == {"fastw2v.run.session", "fastw2v.cli", "fastw2v.cli.train", "fastw2v.cli.resume"}
