"""LoRA files in the whole of zdraw: engines that are killed, and names that are wrong.

One house serves the tests that need one; the order of the file is the order of the tests.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.test_whole import is_one_picture, picture_for, reply_to, until
from tests.fakes.telegram_api import FakeTelegram
from tests.house import House
from tests.lora_files import comfyui_form, random_pairs, save

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]
ASKED = "/draw 一个红色的圆 尺寸 128x128 步数 50 2张 种子 7"


def put(state_dir: Path) -> None:
    layers = {f"layers.{n}.attention.to_v": (160, 160) for n in range(6)}
    file = save(state_dir / "loras", "ink", comfyui_form(random_pairs(layers)))
    file.with_suffix(".json").write_text(json.dumps({"title": "水墨", "weight": 0.8}))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    state_dir = tmp_path_factory.mktemp("house") / "state"
    put(state_dir)
    with FakeTelegram() as telegram, House(state_dir, telegram) as house:
        house.wait_until_ready()
        yield house


def zdraw(environment: dict[str, str], text: str, workplace: Path) -> tuple[int, str]:
    """Exit code of `zdraw draw`, and what it says."""
    command = [str(Path(sys.executable).parent / "zdraw"), "draw", text]
    done = subprocess.run(
        command, env=environment, cwd=workplace, capture_output=True, text=True, timeout=180
    )
    return done.returncode, done.stderr


def drawn(house: House, user: int, text: str) -> str:
    sent = house.telegram.people.say(text, user=user)
    media = picture_for(house, user, sent.message_id).media
    assert media is not None
    return media.sha256


def test_an_engine_that_is_killed_under_it_draws_it_once_after_the_restart(house: House) -> None:
    sent = house.telegram.people.say(f"{ASKED} <lora:水墨>", user=1)
    reply_to(house, 1, sent.message_id)
    begun = house.state_dir / "begun"
    until(house, lambda: any(begun.iterdir()) if begun.is_dir() else False)
    engine = house.child("engine")
    house.kill("engine")
    picture = picture_for(house, 1, sent.message_id)
    assert house.child("engine") != engine
    time.sleep(1)
    assert is_one_picture(house.telegram, 1, sent.message_id)
    # It is the one with the LoRA in it, by the weight that is usual for it.
    assert picture.media is not None
    assert drawn(house, 2, f"{ASKED} <lora:ink:0.8>") == picture.media.sha256
    assert drawn(house, 3, ASKED) != picture.media.sha256


def test_beside_a_bot_a_wrong_name_is_refused_with_those_near_it(
    house: House, tmp_path: Path
) -> None:
    code, said = zdraw(house.environment(), "圆 <lora:水墨画>", tmp_path)
    assert (code, "是想写 ink 吗" in said) == (os.EX_DATAERR, True), said


def test_titles_and_weights_are_known_while_the_engine_starts_again(house: House) -> None:
    house.kill("supervisor", "bot", "engine")
    sent = house.telegram.people.say("/draw 圆 尺寸 128x128 <lora:水墨>", user=4)
    house.start()
    assert picture_for(house, 4, sent.message_id).media
    house.telegram.people.say("/info", user=4, reply_to=sent.message_id)
    until(house, lambda: any("ink:0.8" in (m.text or "") for m in house.telegram.messages(4)))


def test_alone_the_command_line_asks_the_engine_that_it_starts(tmp_path: Path) -> None:
    state_dir = tmp_path / "state"
    put(state_dir)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZDRAW_")}
    environment = {**kept, "ZDRAW_STATE_DIR": str(state_dir)}
    code, said = zdraw(environment, "圆 <lora:水墨画>", tmp_path)
    assert (code, "是想写 ink 吗" in said) == (os.EX_DATAERR, True), said
    assert not list((state_dir / "pictures").rglob("*.png"))
