"""Pictures that ComfyUI's clients send, and workflows that begin from them."""

import json
import uuid
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from bot.adapters.http_api.comfyui.file_names import MAX_SENT_NAME
from bot.core.generation import Address, Generation
from tests.builders import act
from tests.integration.api_life import Api, a_png, api_in
from tests.integration.test_comfyui_api import done, queued, wrong
from tests.photos import RED, encoded, photo, see_through
from tests.unit.http_api.workflows import FROM_PART, FROM_PICTURE, workflow

PNG = photo(kind="PNG")


async def sent(
    program: httpx.AsyncClient, content: bytes = PNG, name: str = "a.png", **form: str
) -> dict[str, str]:
    answer = await program.post("/upload/image", files={"image": (name, content)}, data=form)
    assert answer.status_code == 200, answer.text
    kept: dict[str, str] = answer.json()
    return kept


async def drawn(api: Api, program: httpx.AsyncClient, prompt: Any) -> Generation:
    await done(program, await queued(program, prompt))
    row = await api.store.admissions.latest("api:local", "local")
    assert row is not None
    return row


def source(api: Api, row: Generation) -> Image.Image:
    assert row.spec.source is not None
    return Image.open(BytesIO(api.pictures.path(row.spec.source).read_bytes()))


async def no_file(program: httpx.AsyncClient, prompt: Any, node: str = "load") -> str:
    """What is told of a file that is not there."""
    answer = await program.post("/prompt", json={"prompt": prompt})
    (error,) = wrong(answer, "prompt_outputs_failed_validation")[node]["errors"]
    assert error["type"] == "custom_validation_failed"
    assert error["extra_info"] == {"input_name": "image"}
    return str(error["details"])


async def test_a_picture_is_sent_shown_listed_and_drawn_from(
    api: Api, program: httpx.AsyncClient
) -> None:
    assert await sent(program) == {"name": "a.png", "subfolder": "", "type": "input"}
    shown = await program.get("/view", params={"filename": "a.png", "type": "input"})
    assert (shown.content, shown.headers["content-type"]) == (PNG, "image/png")
    row = await drawn(api, program, FROM_PICTURE)
    assert (row.spec.width, row.spec.height, row.spec.steps, row.spec.passes) == (320, 240, 13, 8)
    begun = source(api, row)
    assert (begun.size, begun.mode, begun.getpixel((5, 5))) == ((320, 240), "RGB", RED)
    assert len(api.engine.inputs) == 1


async def test_object_info_lists_ones_own_files(program: httpx.AsyncClient) -> None:
    for name in ("b.png", "a.png"):
        await sent(program, name=name)
    await sent(program, name="c.png", subfolder="x")
    info = (await program.get("/object_info")).json()
    image = info["LoadImage"]["input"]["required"]["image"]
    assert image == [["a.png", "b.png"], {"image_upload": True}]
    one = (await program.get("/object_info/LoadImageMask")).json()["LoadImageMask"]
    assert one["input"]["required"]["image"] == image
    assert one["output"] == ["MASK"]


async def test_names_are_those_that_comfyui_gives(program: httpx.AsyncClient) -> None:
    names = [(await sent(program, photo((8 * n, 8))))["name"] for n in (1, 2, 1)]
    assert names == ["a.png", "a (1).png", "a.png"]
    assert (await sent(program, PNG, overwrite="true"))["name"] == "a.png"
    kept = await sent(program, PNG, "图 (甲).png", subfolder="x\\y", type="temp")
    assert kept == {"name": "图 (甲).png", "subfolder": "x/y", "type": "temp"}
    asked = {"filename": kept["name"], "subfolder": "x/y", "type": "temp"}
    assert (await program.get("/view", params=asked)).content == PNG
    assert (await program.get("/api/view", params=asked | {"type": "input"})).status_code == 404


async def test_the_longest_name_can_be_numbered_and_found(program: httpx.AsyncClient) -> None:
    longest = "x" * (MAX_SENT_NAME - 4) + ".png"
    await sent(program, name=longest)
    kept = await sent(program, a_png(), longest)
    assert kept["name"].endswith(" (1).png")
    shown = await program.get("/view", params={"filename": kept["name"], "type": "input"})
    assert shown.content == a_png()
    longer = {"image": (f"x{longest}", PNG)}
    wrong(await program.post("/upload/image", files=longer), "bad_file_name")


@pytest.mark.parametrize("file", ["x/a.png", "x/a.png [input]", "x\\a.png"])
async def test_workflows_name_folders(api: Api, program: httpx.AsyncClient, file: str) -> None:
    await sent(program, subfolder="x")
    await drawn(api, program, workflow(FROM_PICTURE, nload={"image": file}))


@pytest.mark.parametrize(
    "file", ["b.png", "x/a.png", "a.png [temp]", "../a.png", "/etc/passwd", "", "zdraw.db", "a\0"]
)
async def test_a_name_that_is_not_there_is_an_error_at_its_node(
    program: httpx.AsyncClient, file: str
) -> None:
    await sent(program)
    told = await no_file(program, workflow(FROM_PICTURE, nload={"image": file}))
    assert told == f"image - Invalid image file: {file}"


async def test_another_users_files_are_not_there(tmp_path: Path) -> None:
    async with api_in(tmp_path, host="0.0.0.0") as api:
        krita = await api.program(await api.tokens.make("krita"))
        webui = await api.program(await api.tokens.make("webui"))
        await sent(krita)
        await no_file(webui, FROM_PICTURE)
        asked = {"filename": "a.png", "type": "input"}
        assert (await webui.get("/view", params=asked)).status_code == 404
        one = (await webui.get("/object_info/LoadImage")).json()["LoadImage"]
        assert one["input"]["required"]["image"][0] == []
        # A name of one's own, also where another user has it.
        assert (await sent(webui, photo()))["name"] == "a.png"
        assert (await krita.get("/view", params=asked)).content == PNG
        name = await queued(krita, FROM_PICTURE)
        (image,) = (await done(krita, name))["outputs"]["9"]["images"]
        own = workflow(FROM_PICTURE, nload={"image": f"{image['filename']} [output]"})
        await no_file(webui, own)
        await done(krita, await queued(krita, own))


async def test_what_was_drawn_is_drawn_from_without_sending_it(
    api: Api, program: httpx.AsyncClient
) -> None:
    await sent(program)
    entry = await done(program, await queued(program, FROM_PICTURE))
    (image,) = entry["outputs"]["9"]["images"]
    again = workflow(FROM_PICTURE, nload={"image": f"{image['filename']} [output]"})
    row = await drawn(api, program, again)
    # As large as it is, or as small as can be drawn.
    assert (row.spec.width, row.spec.height) == (128, 128)
    assert source(api, row).size == (32, 32)


async def test_transparent_is_drawn_anew_where_the_workflow_says_so(
    api: Api, program: httpx.AsyncClient
) -> None:
    await sent(program, see_through())
    row = await drawn(api, program, FROM_PART)
    masked = source(api, row)
    assert (masked.getpixel((5, 5)), masked.getpixel((300, 5))) == (
        (10, 200, 10, 0),
        (10, 200, 10, 255),
    )
    # Without a mask what is transparent shows its colours, as in ComfyUI.
    row = await drawn(api, program, FROM_PICTURE)
    assert (source(api, row).mode, source(api, row).getpixel((5, 5))) == ("RGB", (10, 200, 10))


@pytest.mark.parametrize(("channel", "anew"), [("red", True), ("blue", False)])
async def test_a_mask_of_its_own_is_stretched_over_the_picture(
    api: Api, program: httpx.AsyncClient, channel: str, anew: bool
) -> None:
    await sent(program)
    halves = Image.new("RGB", (64, 32), (255, 0, 0))
    halves.paste((0, 0, 255), (32, 0, 64, 32))
    await sent(program, encoded(halves, "PNG"), "m.png")
    node = {"class_type": "LoadImageMask", "inputs": {"image": "m.png", "channel": channel}}
    prompt = workflow(FROM_PART, nmask=node, nkeep={"mask": ["mask", 0]})
    masked = source(api, await drawn(api, program, prompt))
    assert masked.size == (320, 240)
    assert masked.getpixel((5, 5)) == (*RED, 0 if anew else 255)
    assert masked.getpixel((315, 5)) == (*RED, 255 if anew else 0)


async def test_a_mask_that_leaves_nothing_to_draw_is_an_error_at_its_node(
    program: httpx.AsyncClient,
) -> None:
    await sent(program)
    answer = await program.post("/prompt", json={"prompt": FROM_PART})
    (error,) = wrong(answer, "prompt_outputs_failed_validation")["keep"]["errors"]
    assert "empty" in error["details"]


async def test_a_mask_that_an_editor_has_painted_is_laid_over_its_picture(
    api: Api, program: httpx.AsyncClient
) -> None:
    await sent(program)
    form: Any = {
        "image": ("clipspace-mask-1.png", see_through()),
        "original_ref": (None, json.dumps({"filename": "a.png", "type": "input"})),
        "subfolder": (None, "clipspace"),
    }
    kept = (await program.post("/api/upload/mask", files=form)).json()
    assert kept == {"name": "clipspace-mask-1.png", "subfolder": "clipspace", "type": "input"}
    file = "clipspace/clipspace-mask-1.png [input]"
    row = await drawn(api, program, workflow(FROM_PART, nload={"image": file}))
    assert source(api, row).getpixel((5, 5)) == (*RED, 0)
    assert source(api, row).getpixel((300, 5)) == (*RED, 255)


@pytest.mark.parametrize(
    ("original", "kind", "status"),
    [
        (None, "missing_parameter", 400),
        ("{", "bad_json", 400),
        ('{"filename": 5}', "bad_file_name", 400),
        ('{"filename": "../a.png", "type": "input"}', "bad_file_name", 400),
        ('{"filename": "a.png", "type": "input", "subfolder": "/etc"}', "bad_file_name", 403),
        ('{"filename": "a.png"}', "no_upload", 400),
        ('{"filename": "s.png", "type": "input"}', "mask_of_another_size", 400),
    ],
)
async def test_a_mask_of_nothing_is_refused(
    program: httpx.AsyncClient, original: str | None, kind: str, status: int
) -> None:
    await sent(program)
    await sent(program, photo((16, 16)), "s.png")
    form: Any = {"image": ("m.png", see_through())}
    if original is not None:
        form["original_ref"] = (None, original)
    wrong(await program.post("/upload/mask", files=form), kind, status)


@pytest.mark.parametrize(
    ("files", "data", "kind", "status"),
    [
        ({"picture": ("a.png", PNG)}, {}, "missing_parameter", 400),
        ({"image": ("a.png", b"no picture")}, {}, "not_a_picture", 400),
        ({"image": ("a.png", b"")}, {}, "not_a_picture", 400),
        ({"image": ("a.png", bytes(20_000_001))}, {}, "picture_too_large", 400),
        ({"image": ("a.png", bytes(21_000_001))}, {}, "body_too_large", 413),
        ({"image": ("../a.png", PNG)}, {}, "bad_file_name", 400),
        ({"image": ("a.png", PNG)}, {"type": "models"}, "bad_file_name", 400),
        ({"image": ("a.png", PNG)}, {"subfolder": "../../etc"}, "bad_file_name", 403),
        ({"image": ("a.png", PNG)}, {"subfolder": "/etc"}, "bad_file_name", 403),
        ({f"{n}": ("a.png", PNG) for n in range(9)}, {}, "bad_upload", 400),
    ],
)
async def test_what_cannot_be_kept_is_refused(
    program: httpx.AsyncClient, tmp_path: Path, files: Any, data: Any, kind: str, status: int
) -> None:
    wrong(await program.post("/upload/image", files=files, data=data), kind, status)
    assert not (tmp_path / "uploads").exists()


async def test_what_is_no_form_is_refused(program: httpx.AsyncClient) -> None:
    wrong(await program.post("/upload/image", json={"image": "a.png"}), "bad_upload")
    form = {"content-type": "multipart/form-data"}
    wrong(await program.post("/upload/image", content=b"x", headers=form), "bad_upload")


async def test_what_runs_otherwise_is_listed(api: Api, program: httpx.AsyncClient) -> None:
    await sent(program, photo((330, 250)))
    prompt = workflow(FROM_PICTURE, n3={"denoise": 0.1})
    entry = await done(program, await queued(program, prompt))
    said = [data["message"] for kind, data in entry["status"]["messages"] if kind == "adapted"]
    assert any(one.startswith("Drawn at 320×240") for one in said)
    assert any(one.startswith("With denoise 0.1 5 steps are made instead of 8") for one in said)


async def test_a_name_that_is_sent_again_finds_what_it_named_then(
    api: Api, program: httpx.AsyncClient, tmp_path: Path
) -> None:
    name = str(uuid.uuid4())
    await sent(program)
    await queued(program, FROM_PICTURE, prompt_id=name)
    await done(program, name)
    await sent(program, photo((640, 480)), overwrite="true")
    assert await queued(program, FROM_PICTURE, prompt_id=name) == name
    await api.store.sql("DELETE FROM uploads")
    assert await queued(program, FROM_PICTURE, prompt_id=name) == name
    assert len(api.engine.accepted) == 1
    assert len(list((tmp_path / "pictures" / "sources").iterdir())) == 1


async def test_views_of_what_was_sent(program: httpx.AsyncClient) -> None:
    await sent(program, see_through())
    for asked, kind, mode in (
        ({"preview": "webp;90"}, "WEBP", "RGB"),
        ({"channel": "rgb"}, "PNG", "RGB"),
        ({"channel": "a"}, "PNG", "RGBA"),
        ({}, "PNG", "RGBA"),
    ):
        params = {"filename": "a.png", "type": "input", **asked}
        answer = await program.get("/view", params=params)
        with Image.open(BytesIO(answer.content)) as opened:
            assert (opened.format, opened.mode, opened.size) == (kind, mode, (320, 240))
    for missing in ({"filename": "b.png"}, {"filename": "a.png", "subfolder": "x"}):
        answer = await program.get("/view", params={"type": "input", **missing})
        wrong(answer, "picture_gone", 404)


@pytest.mark.parametrize("preview", ["webp;90", "jpeg"])
async def test_a_preview_is_no_larger_than_its_format_holds(
    program: httpx.AsyncClient, preview: str
) -> None:
    await sent(program, encoded(Image.new("RGB", (70_000, 20)), "PNG"))
    params = {"filename": "a.png", "type": "input", "preview": preview}
    answer = await program.get("/view", params=params)
    with Image.open(BytesIO(answer.content)) as opened:
        assert opened.size == (16_383, 5)


async def test_who_may_not_draw_is_told_before_a_picture_is_looked_at(
    api: Api, program: httpx.AsyncClient
) -> None:
    place = Address(platform="api", chat="local")
    await api.store.places.set_place(place, "", open_=False, by_fleet=True, act=act())
    answer = await program.post("/prompt", json={"prompt": FROM_PICTURE})
    wrong(answer, "closed", 403)


async def test_a_drawn_picture_is_not_an_upload(api: Api, program: httpx.AsyncClient) -> None:
    """A name that looks like a picture's finds what was sent under it."""
    name = "x_abc-1.png"
    await sent(program, a_png(), name)
    await drawn(api, program, workflow(FROM_PICTURE, nload={"image": name}))


@pytest.mark.parametrize("asked", [{"preview": "webp;90"}, {"preview": "jpeg"}, {"channel": "rgb"}])
async def test_a_grey_picture_of_16_bits_is_shown_as_grey_as_it_is(program, asked) -> None:
    await sent(program, encoded(Image.new("I;16", (32, 32), 32_768), "PNG"))
    params = {"filename": "a.png", "type": "input", **asked}
    shown = await program.get("/view", params=params)
    assert shown.status_code == 200
    pixel = Image.open(BytesIO(shown.content)).convert("RGB").getpixel((5, 5))
    assert isinstance(pixel, tuple)
    assert all(abs(one - 128) <= 2 for one in pixel)


async def test_a_grey_picture_of_16_bits_is_opaque(program) -> None:
    await sent(program, encoded(Image.new("I;16", (32, 32), 32_768), "PNG"))
    params = {"filename": "a.png", "type": "input", "channel": "a"}
    shown = await program.get("/view", params=params)
    assert Image.open(BytesIO(shown.content)).getchannel("A").getextrema() == (255, 255)
