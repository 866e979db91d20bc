"""That both sides of bench.engine draw the same, and that its figures come from its log."""

import asyncio
from io import BytesIO
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.engine import bare_pipeline, encoding, jobs
from bench.engine_under_test import EngineUnderTest
from engine.batching import bucket

SIDE = 128
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


async def test_both_sides_draw_the_same_pictures(tmp_path: Path) -> None:
    bare = await asyncio.to_thread(bare_pipeline)
    async with EngineUnderTest(tmp_path, SIDE) as engine:
        asked = list(islice(jobs("same", SIDE), 5))
        rendered = await engine.draw(asked)
        for n, one in enumerate(rendered):
            found = np.asarray(Image.open(BytesIO(one.pictures[0])), dtype=int)
            expected = np.asarray(await asyncio.to_thread(bare, n, SIDE), dtype=int)
            assert np.abs(found - expected).max() <= 1
        assert [line["outcome"] for line in engine.ended("same")] == ["finished"] * 5
        figures = await encoding(engine)
        assert 0 < figures["repeat_encode_ratio"] < 1


def test_all_of_its_prompts_are_different_and_fit_into_one_batch() -> None:
    prompts = [job.prompt for job in jobs("x", SIDE)]
    assert len(set(prompts)) == len(prompts) == 64
    assert {bucket(8 + len(prompt)) for prompt in prompts} == {32}
