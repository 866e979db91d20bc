"""`python -m bench.compare`: its table, its grid and what it refuses."""

import json
import sys
from dataclasses import asdict
from io import StringIO
from pathlib import Path

import pytest
from PIL import Image

from bench import compare_side
from bench.compare import GAP, HEADER, TILE, main, side_of
from engine.profiles import profile_named
from tests.fakes.pipeline import FakePipeline
from tests.tiny_diffusion import SIDE, tiny_folder


def test_two_models_are_drawn_side_by_side(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    folder = tiny_folder(tmp_path / "tiny-sd")
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("一个红色的圆\n\na red fox\n")
    arguments = ["demo@2", f"{folder}@3,7.5", "--prompts", str(prompts), "--json"]
    assert main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    told = json.loads(lines[-1])
    assert told["left"]["model"] == "demo"
    assert (told["left"]["steps"], told["left"]["guidance"]) == (2, 0.0)
    assert (told["right"]["model"], told["right"]["width"]) == ("local-tiny-sd", SIDE)
    assert (told["right"]["steps"], told["right"]["guidance"]) == (3, 7.5)
    for side in (told["left"], told["right"]):
        assert side["mean_seconds"] > 0
        assert side["peak_bytes"] > 100_000_000
        assert side["device"] == "cpu"
    assert lines[:2] == ["1. 一个红色的圆", "2. a red fox"]
    assert "| local-tiny-sd | 3 | 7.5 | 64x64 |" in "\n".join(lines)
    grid = Image.open(Path("compare.png"))
    assert grid.size == (2 * (TILE + GAP) + GAP, 2 * (TILE + GAP) + GAP + HEADER)
    corner = (GAP, HEADER + GAP)
    tile = grid.crop((*corner, corner[0] + TILE, corner[1] + TILE))
    # A picture, and not the paper.
    assert len(tile.getcolors(TILE * TILE) or range(100)) > 20


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["dall-e", "demo"], "unknown model"),
        (["demo", "z-image-edit"], "not published yet"),
        (["demo@x", "demo"], "after @ come steps"),
        (["demo@99", "demo"], "1 to 50 steps"),
        (["demo@2,11", "demo"], "guidance 0 to 10"),
        (["demo", "demo", "--size", "130x128"], "multiples of 16"),
        (["demo", "demo", "--prompts", "/nowhere"], "cannot read /nowhere"),
    ],
)
def test_what_cannot_be_compared_is_one_line(tmp_path, monkeypatch, capsys, arguments, said):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 65
    line = capsys.readouterr().err
    assert said in line
    assert line.count("\n") == 1
    assert not Path("compare.png").exists()


def test_missing_weights_of_a_side_are_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["z-image-turbo", "demo"]) == 65
    line = capsys.readouterr().err.splitlines()[-1]
    assert "zdraw model pull z-image-turbo" in line


def test_what_is_not_said_is_as_the_model_usually_has_it():
    side = side_of("z-image", None)
    assert (side.steps, side.guidance, side.width, side.height) == (28, 4.0, 1024, 1024)
    assert side.label == "z-image, 28 steps, guidance 4"


def test_no_prompt_that_counts_was_encoded_before(tmp_path, monkeypatch, capsys):
    pipeline, profile = FakePipeline(), profile_named("demo")
    monkeypatch.setattr(compare_side, "open_pipeline", lambda *_: pipeline)
    side = asdict(side_of("demo@2", (256, 256)))
    asked = {"side": side, "prompts": ["圆", "方"], "seed": 1, "into": str(tmp_path)}
    monkeypatch.setattr(sys, "stdin", StringIO(json.dumps(asked)))
    assert compare_side.main() == 0
    warm_up, *counted = pipeline.requests
    assert [request.prompt for request in counted] == ["圆", "方"]
    assert warm_up.prompt not in ("圆", "方")
    assert (warm_up.width, warm_up.height) == profile.drawn_size(256, 256)
    assert len(json.loads(capsys.readouterr().out)["seconds"]) == 2
