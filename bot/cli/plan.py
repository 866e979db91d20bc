"""`zdraw plan`: what a card of some size can draw, and how, before anything is loaded."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from bot.core.errors import StartupError

if TYPE_CHECKING:
    from engine.memory.plan import Plan, Shortfall
    from engine.profiles import Profile

#: Wide enough that no line of a table is broken where nobody looks at a terminal.
_PIPED_WIDTH = 400
_NOTE = (
    "秒数按运算量和 PCIe 流量估算，未在显卡上实测；显存数字含余量。"
    " / Seconds are estimated from operations and PCIe traffic, not measured on a card; "
    "memory includes margins."
)


def plan(
    vram: Annotated[
        float | None, typer.Option(help="GPU memory in GB, as sold.", min=1, max=1000)
    ] = None,
    size: Annotated[str, typer.Option(help="Picture in pixels, as 1024x768.")] = "1024x1024",
    model: Annotated[str, typer.Option(help="A model's name, or a folder.")] = "z-image-turbo",
    batch: Annotated[int, typer.Option(help="Pictures at once.", min=1, max=64)] = 1,
    host: Annotated[float, typer.Option(help="Main memory in GB.", min=1, max=100_000)] = 32,
    storage: Annotated[str, typer.Option(help="How weights are kept: bf16, fp8 or int8.")] = "bf16",
    guided: Annotated[bool, typer.Option("--guided", help="With guidance.")] = False,
    all_cards: Annotated[
        bool, typer.Option("--all", help="A table of all usual cards; so without --vram.")
    ] = False,
) -> None:
    """Show what stays on a card, what is streamed, the peak, and the seconds to expect."""
    from engine.memory.cards import TYPICAL_CARDS
    from engine.memory.plan import Plan

    if all_cards and vram is not None:
        raise typer.BadParameter("--all and --vram exclude each other")
    question = _Question(model, size, batch, host, storage, guided)
    if vram is None:
        cards = [float(card.size) for card in TYPICAL_CARDS]
        _print_all(question, [(card, question.answer(card)) for card in cards])
        return
    answer = question.answer(vram)
    if not isinstance(answer, Plan):
        raise StartupError(question.refusal(vram, answer), os.EX_DATAERR)
    _print_one(question, vram, answer)


class _Question:
    """What is to be drawn, checked. Raises StartupError."""

    def __init__(
        self, model: str, size: str, batch: int, host: float, storage: str, guided: bool
    ) -> None:
        from engine.local_model import chosen_model
        from engine.memory.costs import Storage
        from engine.memory.plan import STORAGES
        from engine.profiles import UnknownModel

        try:
            self.profile = chosen_model(model)
        except UnknownModel as error:
            raise StartupError(str(error), os.EX_DATAERR) from None
        if storage not in STORAGES:
            allowed = ", ".join(STORAGES)
            raise StartupError(f"--storage {storage} is refused; allowed: {allowed}", os.EX_DATAERR)
        self.storage = Storage(storage)
        self.size = _size(size, self.profile)
        self.batch = batch
        self.host = host
        self.guided = guided

    @property
    def title(self) -> str:
        """What is asked, in both languages."""
        width, height = self.size
        guided = "，开引导 / guided" if self.guided else ""
        return (
            f"{self.profile.name} {width}x{height}，一次 {self.batch} 张 / {self.batch} at once，"
            f"{self.storage}，内存 / main memory {self.host:g} GB{guided}"
        )

    def answer(self, vram: float) -> "Plan | Shortfall":
        """For a card of `vram` GiB."""
        from engine.memory.cards import GIB, Host, assumed
        from engine.memory.plan import plan as make_plan

        return make_plan(
            assumed(vram),
            Host(total=round(self.host * GIB)),
            self.profile,
            self.size,
            self.batch,
            guided=self.guided,
            storage=self.storage,
        )

    def refusal(self, vram: float, answer: "Shortfall") -> str:
        """Why not, and what would be possible."""
        from bot.core.sentences.outcomes import FAILURES

        width, height = self.size
        if answer.of_host:
            needs = _gib(answer.needs)
            return (
                f"内存不足：{vram:g} GB 的显卡画 {width}x{height} 要 {needs} GB 内存 / not enough "
                f"main memory: with {vram:g} GB on the card {width}x{height} takes {needs} GB of it"
            )
        zh, en = FAILURES["out_of_memory"]
        largest = "x".join(map(str, answer.largest)) if answer.largest else None
        fits_zh = f"最大 {largest}" if largest else "更小的也不行"
        fits_en = f"{largest} is the largest that fits" if largest else "nothing smaller fits"
        return (
            f"{zh}（{vram:g} GB，{width}x{height} 要 {_gib(answer.needs)} GB，{fits_zh}） / {en} "
            f"({vram:g} GB; {width}x{height} takes {_gib(answer.needs)} GB; {fits_en})"
        )


def _size(text: str, profile: "Profile") -> tuple[int, int]:
    parts = text.lower().replace("×", "x").split("x")
    if len(parts) == 2 and all(part.isascii() and part.isdigit() for part in parts):
        width, height = int(parts[0]), int(parts[1])
        allowed = range(profile.min_side, profile.max_side + 1, profile.multiple)
        if width in allowed and height in allowed and width * height <= profile.max_pixels:
            return width, height
    raise StartupError(
        f"--size {text} is refused; allowed: 1024x768 and the like, multiples of "
        f"{profile.multiple} from {profile.min_side} to {profile.max_side}",
        os.EX_DATAERR,
    )


def _facts(answer: "Plan") -> list[tuple[str, str]]:
    """(Chinese and English name, value) of what there is to know."""
    rung, peak, seconds = answer.rung, answer.peak, answer.seconds
    encoder = "常驻 stays" if rung.encoder_resident else "流式 streams"
    pictures = answer.work.batch
    return [
        ("常驻块 blocks that stay", f"{rung.resident_blocks}/{answer.blocks}"),
        ("文本编码器 text encoder", encoder),
        ("VAE 分块 VAE tile", str(rung.tile or "–")),
        ("峰值 peak: 编码 encode", f"{_gib(peak.encode)} GB"),
        ("去噪 denoise", f"{_gib(peak.denoise)} GB"),
        ("解码 decode", f"{_gib(peak.decode)} GB"),
        ("内存 main memory", f"{_gib(answer.host)} GB"),
        ("PCIe/张 PCIe a picture", f"{answer.traffic / pictures / 1e9:.0f} GB"),
        (
            "秒/张 seconds a picture",
            f"{(seconds.denoise + seconds.decode) / pictures:.1f}",
        ),
        ("新提示词另加 a new prompt adds", f"{seconds.encode / pictures:.2f}"),
    ]


def _print_one(question: _Question, vram: float, answer: "Plan") -> None:
    from engine.memory.cards import typical

    rates = typical(vram)
    card = f"{vram:g} GB"
    assumed = f"{rates.name}, {rates.flops / 1e12:g} TFLOPS bf16, PCIe {rates.pcie / 1e9:g} GB/s"
    rows = [("显卡 card", card), ("假定 assumed", assumed), *_facts(answer)]
    _print_table(question.title, ["", ""], [list(row) for row in rows])


def _print_all(question: _Question, answers: "list[tuple[float, Plan | Shortfall]]") -> None:
    from engine.memory.cards import typical
    from engine.memory.plan import Plan

    header: list[str] = []
    rows: list[list[str]] = []
    for vram, answer in answers:
        first = [f"{vram:g} GB", typical(vram).name]
        if isinstance(answer, Plan):
            facts = _facts(answer)
            header = ["显卡 card", "假定 assumed", *(name for name, _ in facts)]
            rows.append([*first, *(value for _, value in facts)])
        else:
            rows.append([*first, _short(answer)])
    _print_table(question.title, header or ["显卡 card", "假定 assumed", ""], rows)


def _print_table(title: str, header: list[str], rows: list[list[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if console.is_terminal:
        table = Table(title=title, caption=_NOTE, show_header=any(header))
    else:
        # Plain lines, and a table in Markdown: to be searched, or put into a page.
        console = Console(width=_PIPED_WIDTH)
        table = Table(box=box.MARKDOWN)
    for name in header:
        table.add_column(name)
    for row in rows:
        table.add_row(*row)
    if console.is_terminal:
        console.print(table)
        return
    with console.capture() as captured:
        console.print(table)
    typer.echo(f"{title}\n\n{captured.get().strip()}\n\n{_NOTE}")


def _short(answer: "Shortfall") -> str:
    if answer.of_host:
        return f"内存不足，要 {_gib(answer.needs)} GB / not enough main memory"
    largest = "x".join(map(str, answer.largest)) if answer.largest else "–"
    return f"显存不足，最大 {largest} / too small"


def _gib(size: float) -> str:
    return f"{size / 2**30:.1f}"
