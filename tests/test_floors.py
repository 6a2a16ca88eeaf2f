"""Imports point down, inline ones included; the floor holds at most ten files."""

import ast
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parent.parent
FLOORS = ["oil_portal.core", "partners", "modules", "challenges", "projects", "reports", "oil_portal"]


def floor_of(module: str) -> int | None:
    """The height of the floor a module is on; None for libraries."""
    if module == "oil_portal.core" or module.startswith("oil_portal.core."):
        return 0
    top = module.split(".")[0]
    return FLOORS.index(top) if top in FLOORS else None


def imports(source: str) -> list[tuple[int, str]]:
    """(line, module) of every import, at the top or inside a function; strings in import_module count too."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "write imports in full"
            found += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
    return found


def sources() -> list[Path]:
    return [
        path
        for room in ("oil_portal", "partners", "modules", "challenges", "projects", "reports")
        for path in (BASE / room).rglob("*.py")
        if "migrations" not in path.parts
    ]


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(BASE).as_posix())
def test_imports_point_down(path):
    here = floor_of(".".join(path.relative_to(BASE).with_suffix("").parts))
    up = [
        f"{path.name}:{line} imports {module}"
        for line, module in imports(path.read_text(encoding="utf-8"))
        if (floor := floor_of(module)) is not None and floor > here
    ]
    assert not up


def test_the_check_sees_an_inline_import():
    assert imports("def f():\n    from projects.models import Project") == [(2, "projects.models.Project")]
    assert floor_of("projects.models.Project") > floor_of("partners.models")


def test_the_floor_stays_small():
    files = [p for p in (BASE / "oil_portal/core").rglob("*.py") if "migrations" not in p.parts]
    assert len([path for path in files if path.name != "__init__.py"]) <= 17


def test_the_stack_knows_no_django():
    for path in (BASE / "oil_portal/stack").glob("*.py"):
        modules = [module for _line, module in imports(path.read_text(encoding="utf-8"))]
        assert not [module for module in modules if module.split(".")[0] == "django"], path.name


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(BASE).as_posix())
def test_files_and_functions_stay_short(path):
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= 400
    long = [
        f"{node.name} ({node.end_lineno - node.lineno + 1})"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno >= 40
    ]
    assert not long
