"""What people may ask for follows the row of the model that draws, and not Turbo's."""

import pytest

from bot.core.sentences.outcomes import NOTES
from engine.profiles import Profile, profile_named
from tests.integration import front_desk_life
from tests.integration.front_desk_life import Desk


@pytest.fixture(autouse=True, params=["z-image", "stable-diffusion-1.5"])
def model(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Profile:
    """Before the desk is set up."""
    row = profile_named(request.param)
    monkeypatch.setattr(front_desk_life, "PROFILE", row)
    return row


async def test_what_is_not_said_is_as_the_row_has_it(model: Profile, desk: Desk) -> None:
    drawn = await desk.draw("a fox")
    assert (drawn.model, drawn.spec.steps) == (model.name, model.steps)
    assert drawn.spec.guidance == model.guidance
    assert (drawn.spec.width, drawn.spec.height) == model.default_size
    assert drawn.notes == ()


async def test_a_negative_prompt_turns_nothing_on_where_guidance_is_usual(
    model: Profile, desk: Desk
) -> None:
    drawn = await desk.draw("a fox 负面 模糊")
    assert drawn.spec.guidance == model.negative_guidance
    assert drawn.notes == ()


async def test_guidance_outside_the_rows_band_is_said_with_that_band(
    model: Profile, desk: Desk
) -> None:
    low, high = model.advised_guidance
    assert "guidance_unusual" not in (await desk.draw(f"a fox 引导 {high:g}")).notes
    drawn = await desk.draw("a fox 引导 10")
    assert drawn.notes == ("guidance_unusual",)
    said = NOTES["guidance_unusual"][1].format(guidance=10.0, low=low, high=high)
    assert f"{low:g}–{high:g}" in said


async def test_sizes_are_the_rows(model: Profile, desk: Desk) -> None:
    await desk.desk.draw(desk.origin(), "a fox 尺寸 520x512")
    assert bool(await desk.said()) != (520 % model.multiple == 0)
