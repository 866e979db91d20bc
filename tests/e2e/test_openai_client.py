"""OpenAI's own client against a whole zdraw: real processes, the demo model, real pictures.

One house serves all tests, on loopback and without a token, as a local program finds it.
"""

import asyncio
import base64
import io
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from PIL import Image

from tests.api_house import ApiHouse

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

PROMPT, SIZE = "一个红色的圆", "128x128"
#: Long enough to be interrupted in the middle.
LONG: dict[str, Any] = {"num_inference_steps": 50}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHouse]:
    with ApiHouse(tmp_path_factory.mktemp("api")) as house:
        house.wait_until_answers()
        yield house


@pytest.fixture
def client(house: ApiHouse) -> Iterator[openai.OpenAI]:
    with house.client() as client:
        yield client


def picture(item: Any) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(item.b64_json)))


def test_a_prompt_becomes_a_png_with_what_drew_it_inside(client: openai.OpenAI) -> None:
    reply = client.images.generate(prompt=PROMPT, size=SIZE, extra_body={"seed": 42})
    assert reply.data is not None
    with picture(reply.data[0]) as opened:
        assert (opened.format, opened.size) == ("PNG", (128, 128))
        assert "42" in opened.info["parameters"]
        middle = opened.convert("RGB").crop((60, 60, 68, 68)).resize((1, 1)).tobytes()
    assert middle[0] > 120 > max(middle[1:])


def test_the_same_seed_is_the_same_picture(client: openai.OpenAI) -> None:
    extras = {"seed": 7, "num_inference_steps": 4}
    drawn = [
        client.images.generate(prompt=PROMPT, size=SIZE, extra_body=extras).data for _ in range(2)
    ]
    assert drawn[0] is not None
    assert drawn[1] is not None
    assert drawn[0][0].b64_json == drawn[1][0].b64_json


def test_two_pictures_are_two(client: openai.OpenAI) -> None:
    reply = client.images.generate(prompt=PROMPT, size=SIZE, n=2)
    assert reply.data is not None
    assert len({item.b64_json for item in reply.data}) == 2


def test_a_link_is_fetched_like_any(client: openai.OpenAI) -> None:
    reply = client.images.generate(
        prompt=PROMPT, size=SIZE, response_format="url", output_format="webp"
    )
    assert reply.data is not None
    assert reply.data[0].url is not None
    fetched = httpx.get(reply.data[0].url)
    with Image.open(io.BytesIO(fetched.content)) as opened:
        assert (opened.format, opened.size) == ("WEBP", (128, 128))


async def test_the_async_client_draws_several_at_once(house: ApiHouse) -> None:
    async with openai.AsyncOpenAI(base_url=f"{house.url}/v1", api_key="none") as client:
        replies = await asyncio.gather(
            *(
                client.images.generate(prompt=PROMPT, size=SIZE, extra_body={"seed": seed})
                for seed in range(4)
            )
        )
    drawn = {reply.data[0].b64_json for reply in replies if reply.data}
    assert len(drawn) == 4


def test_models_are_listed_and_looked_up(client: openai.OpenAI) -> None:
    assert "z-image-turbo" in [model.id for model in client.models.list()]
    assert client.models.retrieve("demo").owned_by == "zdraw"


@pytest.mark.parametrize(
    ("asked", "raised", "code"),
    [
        ({"size": "100x100"}, openai.BadRequestError, "invalid_value"),
        ({"model": "dall-e-3"}, openai.NotFoundError, "model_not_found"),
        ({"extra_body": {"sampler": "dpm"}}, openai.BadRequestError, "unknown_parameter"),
        ({"stream": True}, openai.BadRequestError, "invalid_value"),
    ],
)
def test_refusals_are_the_clients_own_exceptions(
    client: openai.OpenAI, asked: dict[str, Any], raised: type[openai.APIStatusError], code: str
) -> None:
    with pytest.raises(raised) as caught:
        client.images.generate(prompt=PROMPT, **asked)
    assert caught.value.code == code


def test_a_picture_is_changed_the_less_the_nearer(client: openai.OpenAI) -> None:
    drawn = client.images.generate(prompt=PROMPT, size=SIZE, extra_body={"seed": 4}).data
    assert drawn
    picture = base64.b64decode(drawn[0].b64_json or "")

    def away(strength: float) -> float:
        changed = client.images.edit(
            image=("a.png", picture, "image/png"),
            prompt="一个蓝色的方块",
            size=SIZE,
            extra_body={"seed": 5, "strength": strength},
        ).data
        assert changed
        pair = [base64.b64decode(changed[0].b64_json or ""), picture]
        one, other = (Image.open(io.BytesIO(data)).convert("L").tobytes() for data in pair)
        return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)

    assert away(0.2) < away(1.0)


def test_what_is_no_picture_is_a_bad_request(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.images.edit(image=b"\x89PNG", prompt=PROMPT)
    assert (caught.value.code, caught.value.param) == ("invalid_value", "image")


def test_a_wrong_token_is_an_authentication_error(house: ApiHouse) -> None:
    with (
        house.client(api_key="a.wrong.token") as client,
        pytest.raises(openai.AuthenticationError) as caught,
    ):
        client.models.list()
    assert caught.value.code == "invalid_api_key"


@pytest.mark.parametrize("killed", ["bot", "engine"])
def test_the_picture_comes_though_a_process_was_killed_while_the_client_waits(
    house: ApiHouse, killed: str
) -> None:
    """`kill -9`; the client's own repetition, under one key, is the same request."""
    answered: list[Any] = []
    key = {"Idempotency-Key": f"killed-{killed}"}

    def ask() -> None:
        with house.client(max_retries=20) as client:
            answered.append(
                client.images.generate(
                    prompt=PROMPT, size=SIZE, n=4, extra_body=LONG, extra_headers=key
                )
            )

    before = house.drawn
    asking = threading.Thread(target=ask)
    asking.start()
    house.wait_for(lambda: house.drawing, 60)
    house.kill(killed)
    asking.join(timeout=120)
    (reply,) = answered
    assert len(reply.data) == 4
    house.wait_until_answers()
    with house.client() as client:
        again = client.images.generate(
            prompt=PROMPT, size=SIZE, n=4, extra_body=LONG, extra_headers=key
        )
    assert again.data is not None
    assert [item.b64_json for item in again.data] == [item.b64_json for item in reply.data]
    assert house.drawn == before + 4


def test_a_token_opens_what_listens_to_others_and_nothing_of_it_is_logged(tmp_path: Path) -> None:
    house = ApiHouse(tmp_path, ZDRAW_API_HOST="0.0.0.0", ZDRAW_API_SECRET="s" * 40)
    with house:
        house.wait_until_answers()
        token = house.command("token", "create", "krita").strip()
        with house.client(api_key=token) as client:
            assert client.images.generate(prompt=PROMPT, size=SIZE).data
        assert httpx.get(f"{house.url}/v1/models?token={token}").status_code == 200
        assert httpx.get(f"{house.url}/v1/models").status_code == 401
        house.command("token", "revoke", "krita")
        assert httpx.get(f"{house.url}/v1/models?token={token}").status_code == 401
        assert house.supervisor is not None
        os.kill(house.supervisor, signal.SIGTERM)
        assert house.stop() == 0
    said = house.log.read_text(encoding="utf-8")
    assert token.rpartition(".")[2] not in said
    assert "s" * 40 not in said
    assert PROMPT not in said
