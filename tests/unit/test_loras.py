"""What people mean when they name a LoRA."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.draw_syntax import parse_draw
from bot.core.draw_values import check_values
from bot.core.errors import Refusal
from bot.core.loras import Loras, WantedLora, tag
from bot.core.replies import failure_text
from engine.contract import ErrorCode
from engine.lora import MAX_LORAS, Lora, LoraInfo

INFOS = (
    LoraInfo(name="Ink_Wash-v2", title="水墨", weight=0.8),
    LoraInfo(name="gold leaf"),
    LoraInfo(name="旧画風"),
    LoraInfo(name="broken", problem="other_model", data={"layer": "unet.0"}),
)


@pytest.fixture
def loras() -> Loras:
    known = Loras()
    known.take(INFOS)
    return known


def refused(loras: Loras, *wanted: WantedLora) -> tuple[str, dict[str, object]]:
    with pytest.raises(Refusal) as raised:
        loras.resolve(wanted)
    return raised.value.code, raised.value.data


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Ink_Wash-v2", "Ink_Wash-v2"),
        ("ink_wash-V2", "Ink_Wash-v2"),
        ("ｉｎｋ＿wash-v2", "Ink_Wash-v2"),
        ("水墨", "Ink_Wash-v2"),
        ("Gold Leaf", "gold leaf"),
    ],
)
def test_a_name_is_known_in_any_case_and_width_and_by_its_title(loras, typed, name):
    assert loras.resolve([WantedLora(name=typed, weight=1)]) == (Lora(name=name, weight=1),)


def test_without_a_weight_it_is_the_usual_one_of_the_file(loras):
    wanted = [WantedLora(name="水墨"), WantedLora(name="gold leaf")]
    assert [lora.weight for lora in loras.resolve(wanted)] == [0.8, 1.0]


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("ink_wsh-v2", ("Ink_Wash-v2",)),
        ("ink", ("Ink_Wash-v2",)),
        ("水墨画", ("Ink_Wash-v2",)),
        ("gold", ("gold leaf",)),
    ],
)
def test_an_unknown_name_is_refused_with_those_that_are_near(loras, typed, near):
    assert refused(loras, WantedLora(name=typed)) == (
        "unknown_lora_near",
        {"name": typed, "near": near},
    )


@pytest.mark.parametrize("typed", ["zzz", "../gold leaf", "broke"])
def test_one_that_is_near_nothing_that_works_is_refused_too(loras, typed):
    code, data = refused(loras, WantedLora(name=typed))
    assert data.get("near", ("gold leaf",)) == ("gold leaf",)
    assert code.startswith("unknown_lora")


def test_more_than_may_be_are_not_compared_with_every_file(loras):
    with pytest.raises(Refusal) as caught:
        loras.by_name([WantedLora(name="zzz")] * (MAX_LORAS + 1))
    assert (caught.value.code, caught.value.data) == ("too_many_loras", {"limit": MAX_LORAS})


def test_a_file_that_cannot_be_used_is_refused_with_its_reason(loras):
    assert refused(loras, WantedLora(name="Broken")) == (
        "unfit_lora",
        {"name": "broken", "problem": "other_model", "lora": {"layer": "unet.0"}},
    )


def test_more_than_three_or_one_twice_are_refused(loras):
    ink, gold = WantedLora(name="水墨"), WantedLora(name="gold leaf")
    assert refused(loras, *[ink] * 4) == ("too_many_loras", {"limit": 3})
    spelled = WantedLora(name="Ink_Wash-v2", weight=0.5)
    assert refused(loras, ink, gold, spelled) == ("lora_twice", {"name": "Ink_Wash-v2"})


def test_before_an_engine_was_heard_names_are_taken_as_they_are():
    assert Loras().resolve([WantedLora(name="x", weight=0.5)]) == (Lora(name="x", weight=0.5),)
    nothing = Loras()
    nothing.take(())
    assert refused(nothing, WantedLora(name="x")) == ("unknown_lora", {"name": "x"})


class Kept:
    """KeptLoras in memory."""

    def __init__(self, infos: tuple[LoraInfo, ...] | None = None) -> None:
        self.infos = infos

    def read(self) -> tuple[LoraInfo, ...] | None:
        return self.infos

    def keep(self, infos: Sequence[LoraInfo]) -> None:
        self.infos = tuple(infos)


def test_what_was_told_before_the_start_counts_until_it_is_told_again():
    before = Loras(kept := Kept())
    before.take(INFOS)
    known = Loras(kept)
    assert known.all == INFOS
    wanted = [WantedLora(name="水墨"), WantedLora(name="new")]
    taken = (Lora(name="Ink_Wash-v2", weight=0.8), Lora(name="new", weight=1.0))
    assert known.resolve(wanted) == taken
    # It may have been mended.
    assert known.resolve([WantedLora(name="broken")]) == (Lora(name="broken", weight=1.0),)
    known.take(INFOS[1:])
    assert refused(known, WantedLora(name="水墨")) == ("unknown_lora", {"name": "水墨"})
    assert kept.infos == INFOS[1:]


def test_beside_a_bot_that_runs_what_is_kept_is_what_there_is():
    known = Loras(Kept(INFOS))
    known.believe()
    assert refused(known, WantedLora(name="gold"))[1]["near"] == ("gold leaf",)
    nothing = Loras(Kept())
    nothing.believe()
    assert nothing.resolve([WantedLora(name="gold")]) == (Lora(name="gold", weight=1.0),)


def test_a_list_that_cannot_be_kept_is_known_all_the_same():
    class Full(Kept):
        def keep(self, infos: Sequence[LoraInfo]) -> None:
            raise OSError(28, "no space")

    known = Loras(Full())
    known.take(INFOS)
    assert known.all == INFOS


def test_a_title_is_understood_of_a_request_that_is_repeated_when_its_file_is_gone(loras):
    loras.take(())
    assert loras.by_name([WantedLora(name="水墨")]) == (WantedLora(name="Ink_Wash-v2"),)


def test_what_an_engine_does_not_have_is_told_with_what_may_have_been_meant(loras):
    told = loras.told(ErrorCode.NO_LORA, {"name": "gold"})
    assert told == {"name": "gold", "near": ["gold leaf"]}
    assert "是想写 gold leaf 吗" in failure_text("no_lora", "zh", **told)
    assert loras.told(ErrorCode.NO_LORA, {"name": "zzz"}) == {"name": "zzz"}
    assert loras.told(ErrorCode.UNFIT_LORA, {"name": "gold"}) == {"name": "gold"}


@pytest.mark.parametrize("name", ["", "  ", "长" * 65, "长" * 64 + " "])
def test_a_name_that_no_file_can_have_is_refused_of_values_too(name):
    with pytest.raises(Refusal, match="bad_value"):
        check_values(replace(parse_draw("圆"), loras=(WantedLora(name=name),)))


@given(st.text(max_size=70), st.floats(-2, 2))
def test_what_values_may_name_can_be_asked_of_an_engine_that_was_not_heard(name, weight):
    request = replace(parse_draw("圆"), loras=(WantedLora(name=name, weight=weight),))
    try:
        check_values(request)
    except Refusal:
        return
    assert Loras().resolve(request.loras) == (Lora(name=name, weight=weight),)


@pytest.mark.parametrize(
    ("text", "prompt", "wanted"),
    [
        ("<lora:水墨:0.8> 一位女孩", "一位女孩", [("水墨", 0.8)]),
        ("一位女孩<lora:水墨>微笑", "一位女孩微笑", [("水墨", None)]),
        ("一位女孩，<lora:a>，微笑", "一位女孩，微笑", [("a", None)]),
        ("girl, <lora:a:1>", "girl", [("a", 1.0)]),
        ("girl <lora:my style v2:-.5> smile", "girl smile", [("my style v2", -0.5)]),
        ("女孩 ＜lora：Ｘ：０.８＞", "女孩", [("Ｘ", 0.8)]),
        ("女孩 --lora a:0.8 --lora b", "女孩", [("a", 0.8), ("b", None)]),
        ("女孩 <LORA:a> 风格模型 b:2", "女孩", [("a", None), ("b", 2.0)]),
        ("木牌上写着「<lora:a:1>」", "木牌上写着「<lora:a:1>」", []),
        ("Lora smiling", "Lora smiling", []),
    ],
)
def test_tags_and_options_are_taken_out_of_the_prompt_and_nothing_else(text, prompt, wanted):
    request = parse_draw(text)
    assert request.prompt == prompt
    assert [(lora.name, lora.weight) for lora in request.loras] == wanted


@pytest.mark.parametrize(
    "text",
    [
        *("女孩 <lora:a:x>", "女孩 <lora:a:2.1>", "女孩 <lora::1>", "女孩 <lora:a", "女孩 --lora"),
        *("女孩 --lora a:9", "女孩 <lora:a:1:1>", f"女孩 <lora:{'长' * 65}>"),
    ],
)
def test_a_tag_that_makes_no_sense_is_refused_by_its_name(text):
    with pytest.raises(Refusal) as raised:
        parse_draw(text)
    assert (raised.value.code, raised.value.data["key"]) == ("bad_value", "loras")


PIECES = st.sampled_from(
    ["<lora:", "<lora:a:1>", ">", "<lora:a>", "，", "「", "」", "\n", " ", "圆"]
)


@given(st.lists(PIECES | st.text(max_size=2), max_size=8).map("".join))
def test_whatever_is_made_of_tags_is_a_request_or_a_refusal(text):
    try:
        request = parse_draw(text)
    except Refusal:
        return
    assert request.prompt


@given(st.sampled_from(["Ink_Wash-v2", "gold leaf", "旧画風"]), st.integers(-200, 200))
def test_a_tag_read_again_is_the_same_lora(name, hundredths):
    known = Loras()
    known.take(INFOS)
    lora = Lora(name=name, weight=hundredths / 100)
    assert known.resolve(parse_draw(f"圆 {tag(lora)}").loras) == (lora,)
