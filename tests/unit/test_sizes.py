"""Nothing is longer than what one can take in: 300 lines a module, 60 a function."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = [path for part in ("bot", "engine", "bench") for path in (ROOT / part).rglob("*.py")]


def test_no_module_has_more_than_300_lines() -> None:
    lengths = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in MODULES}
    assert len(lengths) > 300
    assert {name: lines for name, lines in lengths.items() if lines > 300} == {}


def test_no_function_has_more_than_60_lines() -> None:
    lengths = {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": node.end_lineno - node.lineno + 1
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    }
    assert len(lengths) > 1000
    assert {name: lines for name, lines in lengths.items() if lines > 60} == {}
