"""ComfyUI's clients, as others wrote them, against a whole zdraw: real processes, the demo model.

Two libraries from the package registry run unchanged; ComfyUI's own script examples, which are no
library, are followed step by step.
"""

import asyncio
import io
import json
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from comfy_api_simplified import ComfyApiError, ComfyApiWrapper, ComfyWorkflowWrapper
from comfyui_xy import AsyncComfyUiClient, ComfyUiClient, ComfyUiError
from PIL import Image
from websockets.sync.client import connect

from tests.api_house import ApiHouse
from tests.photos import photo, see_through
from tests.unit.http_api.workflows import FROM_PART, FROM_PICTURE, TURBO, workflow

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

SMALL: dict[str, dict[str, Any]] = {"n5": {"width": 128, "height": 128}}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHouse]:
    with ApiHouse(tmp_path_factory.mktemp("comfyui")) as house:
        house.wait_until_answers()
        yield house


def size_of(picture: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(picture)) as opened:
        assert opened.format == "PNG"
        return opened.size


# --- ComfyUI's script examples --------------------------------------------------------------------


def queue_prompt(house: ApiHouse, prompt: dict[str, Any], **more: str) -> dict[str, Any]:
    """As the examples do: JSON under a form's Content-Type, which is urllib's."""
    data = json.dumps({"prompt": prompt, **more}).encode("utf-8")
    request = urllib.request.Request(f"{house.url}/prompt", data=data)
    reply: dict[str, Any] = json.loads(urllib.request.urlopen(request).read())
    return reply


def get(house: ApiHouse, path: str) -> bytes:
    with urllib.request.urlopen(f"{house.url}{path}") as response:
        data: bytes = response.read()
        return data


def test_a_script_works_with_only_the_address_changed(house: ApiHouse, tmp_path: Path) -> None:
    """Loads a workflow file, sets its words, posts it and reads prompt_id; cfg 7, scheduler
    normal, 1024 squared and another checkpoint's name."""
    (tmp_path / "workflow.json").write_text(json.dumps(workflow()))
    loaded = json.loads((tmp_path / "workflow.json").read_text())
    loaded["6"]["inputs"]["text"] = "a red circle"
    prompt_id = queue_prompt(house, loaded)["prompt_id"]
    house.wait_for(lambda: prompt_id in json.loads(get(house, f"/history/{prompt_id}")), 120)
    entry = json.loads(get(house, f"/history/{prompt_id}"))[prompt_id]
    (image,) = entry["outputs"]["9"]["images"]
    assert size_of(get(house, f"/view?{urllib.parse.urlencode(image)}")) == (1024, 1024)
    said = [data.get("message") for _, data in entry["status"]["messages"]]
    assert "Drawn by demo, which stands in for z-image-turbo.safetensors." in said
    assert "The scheduler normal runs as the model's own." in said
    assert any(sentence and "scaled to this size" in sentence for sentence in said)


def test_the_websockets_example(house: ApiHouse) -> None:
    client_id, prompt_id = str(uuid.uuid4()), str(uuid.uuid4())
    progress = []
    with connect(f"ws://{house.address}/ws?clientId={client_id}", proxy=None) as socket:
        queue_prompt(house, workflow(**SMALL), client_id=client_id, prompt_id=prompt_id)
        while True:
            out = socket.recv(timeout=60)
            if isinstance(out, bytes):
                continue
            message = json.loads(out)
            if message["type"] == "progress":
                progress.append(message["data"]["value"])
            if message["type"] == "executing":
                data = message["data"]
                if data["node"] is None and data["prompt_id"] == prompt_id:
                    break
    history = json.loads(get(house, f"/history/{prompt_id}"))[prompt_id]
    (image,) = history["outputs"]["9"]["images"]
    data = {"filename": image["filename"], "subfolder": "", "type": image["type"]}
    assert size_of(get(house, f"/view?{urllib.parse.urlencode(data)}")) == (128, 128)
    assert progress == sorted(progress)
    assert progress[-1:] == [8]


def test_the_example_that_gets_its_pictures_over_the_websocket(house: ApiHouse) -> None:
    node = {"class_type": "SaveImageWebsocket", "inputs": {"images": ["8", 0]}}
    prompt = workflow(**SMALL, save_image_websocket_node=node)
    client_id = str(uuid.uuid4())
    pictures: list[bytes] = []
    current_node = ""
    with connect(f"ws://{house.address}/ws?clientId={client_id}", proxy=None) as socket:
        prompt_id = queue_prompt(house, prompt, client_id=client_id)["prompt_id"]
        while True:
            out = socket.recv(timeout=60)
            if isinstance(out, bytes):
                if current_node == "save_image_websocket_node":
                    pictures.append(out[8:])
                continue
            message = json.loads(out)
            if message["type"] == "executing" and message["data"]["prompt_id"] == prompt_id:
                if message["data"]["node"] is None:
                    break
                current_node = message["data"]["node"]
    assert [size_of(picture) for picture in pictures] == [(128, 128)]


def test_previews_come_while_it_is_drawn(house: ApiHouse) -> None:
    client_id = str(uuid.uuid4())
    prompt = workflow(n5={"width": 256, "height": 128, "batch_size": 4}, n3={"steps": 50})
    sent = {"prompt": prompt, "client_id": client_id, "extra_data": {"preview_method": "auto"}}
    previews: list[bytes] = []
    with connect(f"ws://{house.address}/ws?clientId={client_id}", proxy=None) as socket:
        data = json.dumps(sent).encode()
        urllib.request.urlopen(f"{house.url}/prompt", data=data).close()
        while True:
            out = socket.recv(timeout=60)
            if isinstance(out, bytes):
                previews.append(out[8:])
                continue
            message = json.loads(out)
            if message["type"] == "executing" and message["data"]["node"] is None:
                break
    assert previews
    with Image.open(io.BytesIO(previews[-1])) as opened:
        assert (opened.format, opened.size) == ("JPEG", (256, 128))
    assert len(set(previews)) > 1


def test_the_official_workflow_is_drawn(house: ApiHouse) -> None:
    prompt = json.loads(json.dumps(TURBO))
    prompt["57:13"]["inputs"] |= {"width": 256, "height": 256}
    prompt_id = queue_prompt(house, prompt)["prompt_id"]
    house.wait_for(lambda: prompt_id in json.loads(get(house, f"/history/{prompt_id}")), 120)


# --- libraries ------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_socket", [False, True])
def test_comfy_api_simplified(house: ApiHouse, by_socket: bool) -> None:
    prompt = workflow(**SMALL)
    if by_socket:
        images = {"images": ["8", 0]}
        title = {"title": "Save Image"}
        prompt["9"] = {"class_type": "SaveImageWebsocket", "inputs": images, "_meta": title}
    for node in prompt.values():
        # As every workflow that was exported has them.
        node.setdefault("_meta", {"title": node["class_type"]})
    wrapped = ComfyWorkflowWrapper(prompt)
    api = ComfyApiWrapper(house.url)
    pictures = api.queue_and_wait_images(wrapped, "Save Image")
    assert [size_of(picture) for picture in pictures.values()] == [(128, 128)]
    assert api.get_queue() == {"queue_running": [], "queue_pending": []}
    assert "KSampler" in api.get_object_info()
    assert api.get_system_stats()["devices"]
    assert api.get_embeddings() == []
    api.interrupt()


def test_comfyui_xy(house: ApiHouse) -> None:
    client = ComfyUiClient(url=house.url, execution_timeout=120, raise_on_error=True)
    (drawn,) = client.process_workflow(workflow(**SMALL))
    assert size_of(drawn.data) == (128, 128)
    assert client.get_queue() == {"queue_running": [], "queue_pending": []}
    assert client.get_object_info("KSampler")
    assert client.get_history_all()
    assert client.interrupt()


async def test_comfyui_xy_draws_several_at_once(house: ApiHouse) -> None:
    async with AsyncComfyUiClient(
        url=house.url, execution_timeout=120, raise_on_error=True
    ) as client:
        drawn = await asyncio.gather(
            *(client.process_workflow(workflow(**SMALL, n3={"seed": n})) for n in range(4))
        )
    pictures = {one.data for (one,) in drawn}
    assert len(pictures) == 4


def test_comfy_api_simplified_sends_a_picture(house: ApiHouse, tmp_path: Path) -> None:
    path = tmp_path / "城市.png"
    path.write_bytes(photo((256, 128), kind="PNG"))
    api = ComfyApiWrapper(house.url)
    kept = api.upload_image(path)
    prompt = workflow(FROM_PICTURE)
    for node in prompt.values():
        node.setdefault("_meta", {"title": node["class_type"]})
    wrapped = ComfyWorkflowWrapper(prompt)
    wrapped.set_node_param("LoadImage", "image", f"{kept['subfolder']}/{kept['name']}")
    pictures = api.queue_and_wait_images(wrapped, "Save Image")
    assert [size_of(picture) for picture in pictures.values()] == [(256, 128)]
    wrapped.set_node_param("LoadImage", "image", kept["name"])
    with pytest.raises(ComfyApiError):
        api.queue_and_wait_images(wrapped, "Save Image")


def test_comfyui_xy_sends_a_picture_and_draws_a_part_of_it_anew(
    house: ApiHouse, tmp_path: Path
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(see_through((256, 128)))
    client = ComfyUiClient(url=house.url, execution_timeout=120, raise_on_error=True)
    name = client.upload_image(path)
    assert name == "a.png"
    (drawn,) = client.process_workflow(workflow(FROM_PART, nload={"image": name}))
    with Image.open(io.BytesIO(drawn.data)) as opened:
        kept, anew = opened.getpixel((230, 64)), opened.getpixel((30, 64))
    green = (10, 200, 10)
    # The demo model's decoder is near, not exact.
    assert far(kept, green) < 80
    assert far(anew, green) > 120
    with pytest.raises(ComfyUiError):
        client.process_workflow(workflow(FROM_PART, nload={"image": "b.png"}))


def far(found: Any, colour: tuple[int, int, int]) -> int:
    return int(max(abs(one - other) for one, other in zip(found, colour, strict=True)))


# --- kill -9 --------------------------------------------------------------------------------------


def test_a_workflow_survives_the_bot_and_is_drawn_once(house: ApiHouse) -> None:
    prompt_id, before = str(uuid.uuid4()), house.drawn
    prompt = workflow(n5={"width": 128, "height": 128, "batch_size": 4}, n3={"steps": 50})
    queue_prompt(house, prompt, prompt_id=prompt_id)
    house.wait_for(lambda: house.drawing, 60)
    house.kill("bot")
    house.wait_until_answers()
    queue_prompt(house, prompt, prompt_id=prompt_id)
    house.wait_for(lambda: prompt_id in json.loads(get(house, f"/history/{prompt_id}")), 120)
    entry = json.loads(get(house, f"/history/{prompt_id}"))[prompt_id]
    assert len(entry["outputs"]["9"]["images"]) == 4
    assert house.drawn == before + 4


def test_a_wrong_workflow_is_an_http_error_with_node_errors(house: ApiHouse) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        queue_prompt(house, workflow(n3={"sampler_name": "dpmpp_2m"}))
    with refused.value as error:
        assert error.code == 400
        told = json.loads(error.read())
    assert told["node_errors"]["3"]["errors"][0]["type"] == "value_not_in_list"
