import gc
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from engine.garbage import libraries_stay


@pytest.fixture(autouse=True)
def looked_for_again() -> Iterator[None]:
    yield
    gc.enable()


def looked_at(thing: object) -> bool:
    return any(other is thing for other in gc.get_objects())


def test_what_comes_with_a_library_is_never_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    with libraries_stay():
        assert not gc.isenabled()
        came = ModuleType("came")
        monkeypatch.setitem(sys.modules, "came", came)
    assert gc.isenabled()
    assert not looked_at(came)


def test_where_no_library_comes_all_is_looked_at_as_before() -> None:
    with libraries_stay():
        made: list[object] = []
    assert looked_at(made)


def test_it_is_looked_for_again_after_an_import_that_fails() -> None:
    with pytest.raises(ImportError), libraries_stay():
        raise ImportError
    assert gc.isenabled()


def test_who_looks_for_none_is_left_so() -> None:
    gc.disable()
    with libraries_stay():
        pass
    assert not gc.isenabled()
