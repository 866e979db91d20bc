"""That each line of bench.gpu runs: on the CPU, with the demo model in the place of the large one.

Its first run on a card should not end with a typo.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import AutoencoderKL, ZImageTransformer2DModel
from transformers import AutoConfig, AutoModel

from bench import gpu
from bench.card import models
from bench.card.drawing import Laid
from bench.card.models import DemoModel, RandomModel, z_image_turbo
from bench.card.report import Report, about
from bench.card.sections import Bench, Extent
from bench.card.stand import HostStand
from engine.anatomy import Z_IMAGE
from engine.batching import bucket
from engine.demo_model import WEIGHTS
from engine.memory.costs import USUAL_TOKENS, Costs, Rung, Storage
from engine.pipeline import DrawRequest
from engine.profiles import profile_named

pytestmark = [pytest.mark.timeout(300)]
DEMO, TURBO = profile_named("demo"), profile_named("z-image-turbo")
LITTLE = Extent(
    sides=(128,),
    usual=128,
    caps=((1, 128),),
    batch_side=128,
    batches=(1, 2),
    pictures=1,
    all_compiled=False,
)
TILES = ("whole", 512)
#: What a picture's row has.
PHASES = {"encode_s", "denoise_s", "decode_s", "png_s", "total_s", "step_s"}


def demo_shapes() -> dict[str, Any]:
    """Networks of the demo model's shapes, without its weights."""
    return {
        "transformer": ZImageTransformer2DModel.from_config(
            ZImageTransformer2DModel.load_config(WEIGHTS / "transformer")
        ),
        "text_encoder": AutoModel.from_config(AutoConfig.from_pretrained(WEIGHTS / "text_encoder")),
        "vae": AutoencoderKL.from_config(AutoencoderKL.load_config(WEIGHTS / "vae")),
    }


@pytest.fixture(scope="module")
def stand() -> HostStand:
    return HostStand()


@pytest.fixture(scope="module")
def bench(stand: HostStand) -> Iterator[Bench]:
    yield Bench(stand, DemoModel(stand.dtype), LITTLE)
    torch.compiler.reset()


@pytest.fixture(scope="module")
def told(bench: Bench) -> dict[str, dict[str, Any]]:
    """All sections, in their order."""
    return {name: dict(section()) for name, section in bench.sections().items()}


def test_what_the_device_does_at_most_is_measured_first(told: Any) -> None:
    assert next(iter(told)) == "rates"
    assert all(value > 0 for value in told["rates"].values())


def test_a_picture_is_timed_from_its_words_to_its_png(told: Any) -> None:
    section = told["latency"]
    assert section["compiled"] is True
    assert bucket(section["tokens"]) == USUAL_TOKENS
    row = section["128"]
    assert set(row) == {*PHASES, "mfu"}
    parts = sum(row[name] for name in ("encode_s", "denoise_s", "decode_s", "png_s"))
    assert parts == pytest.approx(row["total_s"], rel=0.2)
    assert 0 < row["step_s"] < row["denoise_s"]


def test_pictures_are_drawn_together(told: Any) -> None:
    assert set(told["batches"]) == {"side", "compiled", "1", "2"}
    assert set(told["batches"]["2"]) == {*PHASES, "picture_s"}


def test_a_step_is_timed_in_every_way_that_there_is(told: Any) -> None:
    assert set(told["steps"]) >= {
        "eager native 128",
        "eager _native_math 128",
        "compiled native 128",
        "unguarded native 128",
    }
    assert all(set(row) == {"step_s", "mfu"} for row in told["steps"].values())


def test_the_decoder_is_timed_in_each_way_and_left_as_it_was(told: Any, bench: Bench) -> None:
    ways = {f"{way} {tile}" for way in ("usual", "channels last", "benchmark") for tile in TILES}
    assert set(told["decoding"]) == {"side", *ways}
    assert not torch.backends.cudnn.benchmark


def test_what_lies_where_is_told_beside_the_plan(told: Any) -> None:
    row = told["memory"]["1 GB"]
    assert row["rung"] == row["planned"]
    assert (row["shortages"], row["compiled"]) == (0, False)
    assert set(row["planned_peak_gb"]) == {"encode", "denoise", "decode"}
    assert set(row) >= PHASES


class CountingStand(HostStand):
    """Peaks as a card has them: of each phase, what is drawn under a cap of 1 GB."""

    def __init__(self) -> None:
        self.begun = 0

    def begin_peak(self) -> None:
        self.begun += 1

    def peak(self) -> tuple[int, int] | None:
        return self.begun * 2**28, self.begun * 2**29


def test_the_peak_of_each_phase_is_taken_apart() -> None:
    stand = CountingStand()
    bench = Bench(stand, DemoModel(stand.dtype), replace(LITTLE, all_compiled=True))
    row = dict(bench.memory())["1 GB"]
    # The compiler took the first of them, and the first picture the next three.
    assert row["peak_gb"] == {"encode": 1.25, "denoise": 1.5, "decode": 1.75}
    assert row["held_gb"] == {"encode": 2.5, "denoise": 3.0, "decode": 3.5}
    assert (row["inside"], row["compiled"]) == (False, True)


def test_random_weights_draw_and_every_pipeline_has_its_own_networks(stand: HostStand) -> None:
    model = RandomModel(DEMO, demo_shapes, stand.dtype, stand.device)
    one, other = (Laid(stand, model) for _ in range(2))
    # The engine takes the last layer of the text encoder away.
    assert len(other._pipe.text_encoder.layers) == len(one._pipe.text_encoder.layers) == 3
    assert one.draw(128).total > 0
    request = DrawRequest(
        prompt="圆",
        negative_prompt="",
        width=128,
        height=128,
        steps=2,
        guidance=0.0,
        seed=1,
    )
    drawn = [
        laid.drawing.draw_together([request], [lambda _: None]).drawn[0] for laid in (one, other)
    ]
    assert drawn[0].image.tobytes() == drawn[1].image.tobytes()  # type: ignore[union-attr]
    # All of them were finite, and none was flat, at the first try.
    assert [(each.bad_steps, each.bad_decodes) for each in drawn] == [(0, 0)] * 2


def test_the_large_model_is_whole_and_of_the_size_of_the_real_one(monkeypatch: Any) -> None:
    """Its weights are views of one zero here, so that they take no memory."""

    def zeros(network: torch.nn.Module, dtype: torch.dtype, chance: object) -> Any:
        for name, weight in network.state_dict().items():
            yield name, torch.zeros((), dtype=dtype).expand(weight.shape)

    monkeypatch.setattr(models, "_random", zeros)
    pipe = RandomModel(TURBO, z_image_turbo, torch.bfloat16, torch.device("cpu")).fresh()
    networks = (pipe.transformer, pipe.text_encoder, pipe.vae)
    held = sum(p.numel() * p.element_size() for one in networks for p in one.parameters())
    transformer = Z_IMAGE.transformer
    everything = Rung(resident_blocks=transformer.block_count, encoder_resident=True, tile=None)
    last_layer_and_norm = 2 * (Z_IMAGE.text_encoder.layer_parameters + Z_IMAGE.text_encoder.width)
    told = Costs(Z_IMAGE, Storage.BF16, TURBO.max_tokens).resident(everything)
    assert held == told + last_layer_and_norm
    tensors = [t for one in networks for t in (*one.parameters(), *one.buffers())]
    assert not any(tensor.is_meta for tensor in tensors)
    assert pipe.vae_scale_factor == Z_IMAGE.decoder.latent_side


def test_what_fails_is_a_sentence_and_the_next_section_begins(
    stand: HostStand, tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    class Broken(DemoModel):
        def fresh(self) -> Any:
            raise ValueError("not\nwhole")

    arguments = gpu._parser().parse_args(["--demo", "--results", str(tmp_path), "--json"])
    monkeypatch.setattr(gpu, "_setting", lambda _: (stand, Broken(stand.dtype), LITTLE))
    assert gpu.measure(arguments) == 1
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["rates"]["matrix_tflops"] > 0
    for name in ("latency", "batches", "steps", "decoding"):
        assert told[name] == {"failed": "ValueError: not whole"}
    assert told["memory"]["1 GB"] == {"side": 128, "failed": "ValueError: not whole"}
    (path,) = tmp_path.iterdir()
    assert json.loads(path.read_text()) == told
    assert path.name == f"cpu-{told['date']}.json"


def test_when_its_minutes_are_over_it_ends_with_what_it_has(tmp_path: Path, capsys: Any) -> None:
    options = ["--demo", "--minutes", "0", "--only", "rates", "--results", str(tmp_path), "--json"]
    assert gpu.main(options) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert list(told["rates"]) == ["matrix_side", "left_out"]
    assert "latency" not in told


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a card")
def test_without_a_card_it_says_so(capsys: Any) -> None:
    assert gpu.main([]) == 69
    (line,) = capsys.readouterr().err.splitlines()
    assert "finds no card" in line


def test_what_is_not_installed_is_named(monkeypatch: Any, capsys: Any) -> None:
    missing = ("diffusers", "structlog")
    monkeypatch.setattr(gpu, "find_spec", lambda name: None if name in missing else name)
    assert gpu.main(["--demo"]) == 69
    (line,) = capsys.readouterr().err.splitlines()
    assert "not installed here: diffusers, structlog;" in line


def test_results_of_one_commit_are_put_together_and_others_are_not_touched(
    stand: HostStand, tmp_path: Path
) -> None:
    head = about(stand, DemoModel(stand.dtype), "abc")
    assert head["commit"] == "abc"
    Report(tmp_path, head).add("rates", "a", 1)
    again = Report(tmp_path, head)
    again.add("memory", "b", {"c": 2})
    assert json.loads(again.path.read_text()) == {
        **head,
        "rates": {"a": 1},
        "memory": {"b": {"c": 2}},
    }
    again.add("rates", "d", 3)
    assert again.found["rates"] == {"d": 3}
    other = Report(tmp_path, {**head, "commit": "def"})
    other.add("rates", "e", 4)
    assert other.path != again.path
    assert json.loads(again.path.read_text())["commit"] == "abc"
    assert Report(tmp_path, {**head, "commit": "def"}).path == other.path
