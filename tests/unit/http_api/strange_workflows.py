"""Workflows as nobody would write them, for hypothesis."""

from typing import Any

from hypothesis import strategies as st

from bot.adapters.http_api.comfyui.nodes import node_classes
from engine.profiles import profile_named
from tests.unit.http_api.workflows import FROM_PART, SD_STYLE, workflow

CLASSES = node_classes(profile_named("demo"))
#: Halves of characters too, which JSON can say and UTF-8 cannot.
texts = st.text(st.characters(exclude_categories=[]), max_size=5)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
_bases = st.sampled_from([SD_STYLE, FROM_PART])
_ids = st.sampled_from(sorted(FROM_PART))
_links = st.tuples(st.sampled_from([*FROM_PART, "x"]), st.integers(-1, 3)).map(list)
_names = st.sampled_from(sorted({name for kind in CLASSES.values() for name in kind.inputs}))
_nodes = st.fixed_dictionaries(
    {
        "class_type": st.sampled_from(sorted(CLASSES)) | values,
        "inputs": st.dictionaries(_names, _links | values, max_size=6) | values,
    }
)


def _with_input(node: str, name: str, value: Any) -> dict[str, Any]:
    return workflow(FROM_PART, **{f"n{node}": {name: value}})


#: Some nodes are others.
mixed = st.builds(
    lambda base, more: {**base, **more},
    _bases,
    st.dictionaries(_ids, _nodes | values, max_size=6),
)
#: One input is another.
bent = st.builds(_with_input, _ids, _names, _links | values)
