"""Buttons, menus and the boxes around them: what Discord accepts, and the ids it gives them.

https://docs.discord.com/developers/components/reference
"""

import itertools
from collections.abc import Iterator
from typing import Any

from tests.fakes.discord_api.errors import Json, invalid_form

ROW, BUTTON, SELECT, LABEL = 1, 2, 3, 18
LINK_STYLE = 5
SELECTS = frozenset({SELECT, 5, 6, 7, 8})
MAX_IN_ALL = 40


def accepted(components: list[Json], *, version_2: bool) -> tuple[Json, ...]:
    """A copy with ids; ApiError if Discord would refuse them."""
    for number, component in enumerate(components):
        if not version_2 and component["type"] != ROW:
            at = f"components.{number}"
            raise invalid_form(
                at, "Value of field 'type' must be one of (1,).", "UNION_TYPE_CHOICES"
            )
    if not version_2 and len(components) > 5:
        raise invalid_form("components", "Must be 5 or fewer in length.")
    everything = list(_walk(components, "components"))
    if version_2 and len(everything) > MAX_IN_ALL:
        raise invalid_form("components", f"Must be {MAX_IN_ALL} or fewer in length.")
    for at, component in everything:
        _check(component, at)
    _refuse_duplicates(everything)
    numbers = itertools.count(1)
    return tuple(_numbered(component, numbers) for component in components)


def _walk(components: list[Json], at: str) -> Iterator[tuple[str, Json]]:
    for number, component in enumerate(components):
        here = f"{at}.{number}"
        yield here, component
        yield from _walk(component.get("components") or [], f"{here}.components")
        if "accessory" in component:
            yield f"{here}.accessory", component["accessory"]


def _check(component: Json, at: str) -> None:
    kind = component["type"]
    if kind == ROW:
        _check_row(component.get("components") or [], at)
    elif kind == BUTTON:
        _check_button(component, at)
    elif kind in SELECTS:
        _check_length(component, "custom_id", 1, 100, at)
        if len(component.get("options") or []) > 25:
            raise invalid_form(f"{at}.options", "Must be between 1 and 25 in length.")


def _check_row(inner: list[Json], at: str) -> None:
    if not 1 <= len(inner) <= 5:
        raise invalid_form(f"{at}.components", "Must be between 1 and 5 in length.")
    if len(inner) > 1 and any(one["type"] != BUTTON for one in inner):
        reason = "The specified component exceeds the maximum width"
        raise invalid_form(f"{at}.components", reason, "COMPONENT_LAYOUT_WIDTH_EXCEEDED")


def _check_button(button: Json, at: str) -> None:
    _check_length(button, "label", 0, 80, at)
    if button["style"] == LINK_STYLE:
        _check_length(button, "url", 1, 512, at)
    else:
        _check_length(button, "custom_id", 1, 100, at)
    if not button.get("label") and not button.get("emoji"):
        reason = "A button must have a label or emoji"
        raise invalid_form(at, reason, "BUTTON_COMPONENT_MISSING_LABEL_OR_EMOJI")


def _check_length(component: Json, field: str, least: int, most: int, at: str) -> None:
    if not least <= len(component.get(field) or "") <= most:
        raise invalid_form(f"{at}.{field}", f"Must be between {least} and {most} in length.")


def _refuse_duplicates(everything: list[tuple[str, Json]]) -> None:
    seen: set[str] = set()
    for at, component in everything:
        custom_id = component.get("custom_id")
        if custom_id is not None and custom_id in seen:
            reason = "Component custom id cannot be duplicated"
            raise invalid_form(f"{at}.custom_id", reason, "COMPONENT_CUSTOM_ID_DUPLICATED")
        seen.add(custom_id or "")


def _numbered(component: Json, numbers: "itertools.count[int]") -> Json:
    value: Json = {"id": next(numbers), **component}
    if "components" in component:
        value["components"] = [_numbered(inner, numbers) for inner in component["components"]]
    for single in ("accessory", "component"):
        if single in component:
            value[single] = _numbered(component[single], numbers)
    return value


def check_modal(modal: Json) -> Json:
    """A copy with ids. https://docs.discord.com/developers/components/using-modal-components"""
    _check_length(modal, "custom_id", 1, 100, "data")
    _check_length(modal, "title", 1, 45, "data")
    components: list[Json] = modal.get("components") or []
    if not 1 <= len(components) <= 5:
        raise invalid_form("data.components", "Must be between 1 and 5 in length.")
    for number, component in enumerate(components):
        for field in inputs(component):
            at = f"data.components.{number}"
            _check_length(field, "custom_id", 1, 100, at)
            _check_length(field, "placeholder", 0, 150 if field["type"] == SELECT else 100, at)
            _check_length(field, "value", 0, field.get("max_length") or 4000, at)
            _check_length({"label": _caption(component, field)}, "label", 1, 45, at)
    numbers = itertools.count(1)
    return modal | {"components": [_numbered(component, numbers) for component in components]}


def _caption(component: Json, field: Json) -> Any:
    return component.get("label") or field.get("label")


def inputs(component: Json) -> list[Json]:
    """What can be filled in, within one top-level component of a modal."""
    if component["type"] == LABEL:
        return [component["component"]]
    return list(component.get("components") or [])


def filled(component: Json, answers: dict[str, Any]) -> Json:
    """How the component comes back in the MODAL_SUBMIT interaction."""
    value = {"type": component["type"], "id": component["id"]}
    submitted = [_filled_input(field, answers) for field in inputs(component)]
    if component["type"] == LABEL:
        return value | {"component": submitted[0]}
    return value | ({"components": submitted} if submitted else {})


def _filled_input(field: Json, answers: dict[str, Any]) -> Json:
    answer = answers.get(field["custom_id"], field.get("value"))
    identity = {"type": field["type"], "id": field["id"], "custom_id": field["custom_id"]}
    if field["type"] in SELECTS:
        return identity | {"values": answer or []}
    text = answer or ""
    least, most = field.get("min_length") or 0, field.get("max_length") or 4000
    if (field.get("required", True) and not text) or (text and not least <= len(text) <= most):
        raise ValueError(f"the client does not send {field['custom_id']} = {text!r}")
    return identity | {"value": text}
