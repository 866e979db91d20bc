"""The list of LoRA files that is kept for the next start."""

import pytest

from bot.core.loras import Loras
from bot.links.lora_list import KeptLoraList
from engine.lora import LoraInfo

INFOS = (
    LoraInfo(name="ink", title="水墨", trigger_words=("水墨画",), weight=0.8),
    LoraInfo(name="sdxl", problem="other_model", data={"layer": "unet.0"}),
)


def test_it_is_read_as_it_was_kept(tmp_path):
    file = tmp_path / "loras-demo.json"
    assert KeptLoraList(file).read() is None
    KeptLoraList(file).keep(INFOS)
    assert KeptLoraList(file).read() == INFOS
    KeptLoraList(file).keep(())
    assert KeptLoraList(file).read() == ()
    assert [one.name for one in tmp_path.iterdir()] == [file.name]


@pytest.mark.parametrize("content", ["", "{", "3", "[3]", '[{"title": "x"}]', "\udcff"])
def test_what_is_none_is_none(tmp_path, content):
    file = tmp_path / "loras-demo.json"
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    assert KeptLoraList(file).read() is None


def test_where_it_cannot_be_kept_it_is_known(tmp_path):
    known = Loras(KeptLoraList(tmp_path / "nowhere" / "loras-demo.json"))
    known.take(INFOS)
    assert known.all == INFOS
