"""The controls: what to draw, and how."""

import json
from collections.abc import AsyncIterator
from typing import Any

import gradio

from bot.adapters.board.beginning_panel import BeginningPanel
from bot.adapters.board.drawing import Drawing, Shown
from bot.adapters.board.form import Form, usual_guidance
from bot.adapters.board.large import large_pictures
from bot.adapters.board.lora_list import LoraList
from bot.adapters.board.press_script import LAST, NAMED
from bot.adapters.board.quietly import QUIETLY
from bot.adapters.board.wording import Say, Wording, text
from bot.core.draw_size import size_here
from bot.core.draw_syntax import DrawRequest
from bot.core.errors import Refusal
from bot.core.group_rules import GroupRules
from bot.core.replies import reply
from bot.core.request_text import RATIOS
from engine.contract import MAX_PICTURES
from engine.profiles import Profile


class DrawTab:
    """Built inside a page; `controls` are in the order of Form."""

    def __init__(
        self,
        drawing: Drawing,
        begin: BeginningPanel,
        loras: LoraList,
        profile: Profile,
        wording: Wording,
        language: gradio.Radio,
    ) -> None:
        self._begin = begin
        self._drawing = drawing
        self._loras = loras
        self._profile = profile
        self._wording = wording
        self._language = language
        self.controls: list[Any] = []

    @property
    def typed(self) -> list[Any]:
        """Those that hold words and numbers, and no picture."""
        return self.controls[:-2]

    def build(self) -> None:
        prompt = self._prompt()
        with gradio.Row():
            make = self._wording.make
            draw = make(gradio.Button, {"value": text("board_draw")}, variant="primary", scale=3)
            cancel = make(gradio.Button, {"value": text("board_cancel")}, scale=1, min_width=80)
        status = gradio.HTML(elem_id="status")
        pictures = large_pictures("pictures")
        shape = self._shape()
        begin = self._begin.build(self._wording, self._language, shape[:2])
        enhance = self._enhance()
        settings = self._settings()
        self.controls = [prompt, *shape, *settings, enhance, *begin]
        press = gradio.Textbox("", visible=False)
        guidance = settings[1]
        off, on = (usual_guidance(self._profile, enhance=which) for which in (False, True))
        # In the browser: there is nothing to ask.
        js = f"(on) => on ? {on:g} : {off:g}"
        enhance.input(None, inputs=enhance, outputs=guidance, js=js, api_visibility="private")
        self._loras.build(self._wording, prompt)
        self._offer_examples(prompt)
        gradio.on(
            [draw.click, prompt.submit],
            self.draw,
            inputs=[*self.controls, press, self._language],
            outputs=[pictures, status],
            js=NAMED,
            # The status line has its own; Gradio's hides with the first thing it is told.
            show_progress="hidden",
            concurrency_limit=None,
            # A second press is a second request.
            trigger_mode="multiple",
            api_name="draw",
        )
        # Pressed by the page alone, which knows it by its id.
        recall = gradio.Button(elem_id="recall")
        recall.click(
            self.recall,
            inputs=[press, self._language],
            outputs=[pictures, status],
            js=LAST,
            **QUIETLY,
        )
        cancel.click(
            self.cancel,
            inputs=[press, self._language],
            outputs=status,
            js=LAST,
            show_progress="hidden",
            queue=False,
            api_name="cancel",
        )

    async def draw(
        self,
        prompt: str,
        width: int,
        height: int,
        count: int,
        steps: int,
        guidance: float,
        seed: str,
        negative: str,
        enhance: bool,
        source: str,
        strength: float,
        press: str,
        locale: str,
        request: gradio.Request,
    ) -> AsyncIterator[Shown]:
        how = (width, height, count, steps, guidance, seed, negative, enhance)
        form = Form(prompt, *how, source, strength)
        async for shown in self._drawing.answer(form, locale, _page_of(request), press or ""):
            yield shown

    async def recall(self, press: str, locale: str) -> Shown:
        return await self._drawing.recall(press or "", locale)

    async def cancel(
        self, press: str, locale: str, request: gradio.Request
    ) -> str | dict[str, Any]:
        return await self._drawing.cancel(locale, _page_of(request), press or "")

    def _prompt(self) -> gradio.Textbox:
        # One line to begin with: Enter sends it, Shift+Enter begins another.
        return self._wording.make(
            gradio.Textbox,
            {"label": text("board_prompt"), "info": text("board_options")},
            placeholder=self._profile.examples[0],
            value="",
            lines=1,
            max_lines=6,
            autofocus=True,
            elem_id="prompt",
        )

    def _shape(self) -> list[Any]:
        """Width, height, count; the shapes above them are a quick way to set the first two."""
        make, profile = self._wording.make, self._profile
        sizes = _sizes(profile)
        ratio = make(
            gradio.Radio,
            {"label": text("board_ratio"), "choices": _choices(sizes)},
            value=_named(profile.default_size, sizes),
            elem_id="ratio",
        )
        span = {"step": profile.multiple, "minimum": profile.min_side, "maximum": profile.max_side}
        with gradio.Row():
            width, height = (
                make(
                    gradio.Slider,
                    {"label": text(f"board_{side}")},
                    value=usual,
                    precision=0,
                    min_width=120,
                    elem_id=side,
                    **span,
                )
                for side, usual in zip(("width", "height"), profile.default_size, strict=True)
            )
        # In the browser: there is nothing to ask.
        js = f"(named) => ({json.dumps(sizes)})[named]"
        ratio.input(None, inputs=ratio, outputs=[width, height], js=js, api_visibility="private")
        count = make(
            gradio.Slider,
            {"label": text("board_count")},
            minimum=1,
            maximum=MAX_PICTURES,
            step=1,
            value=1,
            precision=0,
            elem_id="count",
        )
        return [width, height, count]

    def _enhance(self) -> gradio.Checkbox:
        return self._wording.make(
            gradio.Checkbox,
            {"label": text("board_enhance"), "info": text("board_enhance_info")},
            value=True,
            elem_id="enhance",
        )

    def _settings(self) -> list[Any]:
        make = self._wording.make
        with make(gradio.Accordion, {"label": text("board_more")}, open=False, elem_id="more"):
            steps = make(
                gradio.Slider,
                {
                    "label": text("board_steps"),
                    "info": text("board_steps_info", steps=self._profile.steps),
                },
                minimum=self._profile.min_steps,
                maximum=self._profile.max_steps,
                step=1,
                value=self._profile.steps,
                precision=0,
                elem_id="steps",
            )
            guidance = self._guidance()
            with gradio.Row():
                seed = make(
                    gradio.Textbox,
                    {"label": text("board_seed"), "placeholder": text("board_seed_any")},
                    value="",
                    max_lines=1,
                    scale=3,
                    min_width=160,
                    elem_id="seed",
                )
                dice = make(gradio.Button, {"value": text("board_dice")}, scale=1, min_width=110)
            dice.click(None, outputs=seed, js="() => ''", api_visibility="private")
            negative = make(
                gradio.Textbox,
                {"label": text("board_negative")},
                value="",
                max_lines=3,
                elem_id="negative",
            )
        return [steps, guidance, seed, negative]

    def _guidance(self) -> gradio.Slider:
        low, high = self._profile.advised_guidance
        said = {
            "usual": f"{usual_guidance(self._profile, enhance=False):g}",
            "low": f"{low:g}",
            "high": f"{high:g}",
            "enhanced": f"{usual_guidance(self._profile, enhance=True):g}",
        }
        return self._wording.make(
            gradio.Slider,
            {"label": text("board_guidance"), "info": text("board_guidance_info", **said)},
            minimum=0,
            maximum=self._profile.max_guidance,
            step=0.1,
            value=usual_guidance(self._profile, enhance=True),
            elem_id="guidance",
        )

    def _offer_examples(self, prompt: gradio.Textbox) -> None:
        said = text("board_examples")
        examples = gradio.Examples(
            [[example] for example in self._profile.examples], inputs=prompt, label=said("zh")
        )
        self._wording.follow(examples.dataset, {"label": said})


def _page_of(request: gradio.Request) -> str:
    return request.session_hash or ""


def _sizes(profile: Profile) -> dict[str, tuple[int, int]]:
    """Width and height by ratio, for those that this model can draw."""
    sizes = {}
    for ratio in RATIOS:
        try:
            size = size_here(DrawRequest(prompt="", ratio=ratio), profile, GroupRules())
        except Refusal:
            continue
        sizes[f"{ratio[0]}:{ratio[1]}"] = size
    return sizes


def _named(size: tuple[int, int], sizes: dict[str, tuple[int, int]]) -> str | None:
    return next((name for name, one in sizes.items() if one == size), None)


def _choices(sizes: dict[str, tuple[int, int]]) -> Say:
    def say(locale: str) -> list[tuple[str, str]]:
        return [(reply(_word(size), locale, ratio=name), name) for name, size in sizes.items()]

    return say


def _word(size: tuple[int, int]) -> str:
    if size[0] == size[1]:
        return "board_square"
    return "board_wide" if size[0] > size[1] else "board_tall"
