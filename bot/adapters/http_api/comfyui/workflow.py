"""A workflow that was accepted, as it is kept beside its generation."""

import json
import re
from dataclasses import asdict, dataclass, replace
from typing import Any

from bot.adapters.http_api.comfyui.graph import Graph
from bot.adapters.http_api.comfyui.reading import Wish

#: Output classes, and the kind of file that ComfyUI makes of them; one makes none.
FILE_KINDS = {"SaveImage": "output", "PreviewImage": "temp"}
BY_SOCKET = "SaveImageWebsocket"
#: Here they are all one.
PREVIEW_METHODS = ("auto", "latent2rgb", "taesd")
_NAME = re.compile(r"(?:.*_)?([0-9a-z]{1,12})-([1-9])\.png", re.ASCII | re.DOTALL)
_PREFIX_LENGTH = 64


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """What ComfyUI's clients are told of it. JSON all through."""

    #: As it was sent.
    prompt: dict[str, Any]
    extra_data: dict[str, Any]
    outputs: list[str]
    #: All executed nodes, each behind those that it needs.
    order: list[str]
    sampler: str
    #: What runs otherwise than it says: code of a sentence, and its data.
    adapted: list[list[Any]]

    @property
    def client(self) -> str:
        return str(self.extra_data.get("client_id", ""))

    @property
    def wants_previews(self) -> bool:
        """As in ComfyUI nobody is shown them unasked: some clients take each picture that comes for
        what they asked for."""
        return self.extra_data.get("preview_method") in PREVIEW_METHODS

    def is_same(self, other: "Workflow") -> bool:
        """Whether a program has sent the same. What is adapted may depend on files, which may be
        others by now."""
        return replace(self, adapted=[]) == replace(other, adapted=[])

    def class_of(self, node: str) -> str:
        return str(self.prompt[node]["class_type"])

    def files(self, node: str, generation_id: str, count: int) -> list[dict[str, str]]:
        """The files of an output node, as `/view` knows them."""
        kind = FILE_KINDS.get(self.class_of(node))
        if kind is None:
            return []
        given = self.prompt[node].get("inputs", {}).get("filename_prefix", "zdraw")
        prefix = file_prefix(str(given))
        return [
            {"filename": f"{prefix}_{generation_id}-{n}.png", "subfolder": "", "type": kind}
            for n in range(1, count + 1)
        ]


def accepted(
    prompt: dict[str, Any], extra_data: dict[str, Any], graph: Graph, wish: Wish, more: list[str]
) -> Workflow:
    """`more`: codes of what is adapted beside what the graph says."""
    return Workflow(
        prompt=prompt,
        extra_data=extra_data,
        outputs=list(graph.outputs),
        order=list(graph.order),
        sampler=wish.sampler,
        adapted=[
            *([one.code, dict(one.data)] for one in wish.adapted),
            *([code, {}] for code in more),
        ],
    )


def document(workflow: Workflow) -> str:
    """As it is kept. The same for the same workflow."""
    return json.dumps(asdict(workflow), ensure_ascii=False)


def kept(document: str) -> Workflow:
    """The workflow of a stored job. It may be long: where there are many, not for the event
    loop."""
    return Workflow(**json.loads(document))


def file_prefix(given: str) -> str:
    """What stays of a prefix in a file's name: no folder, and nothing that a path could mean."""
    last = given.replace("\\", "/").rpartition("/")[2]
    return re.sub(r"[^\w-]", "_", last)[:_PREFIX_LENGTH] or "zdraw"


def picture_named(filename: str) -> tuple[str, int] | None:
    """The generation's id and the picture's number in a file's name."""
    match = _NAME.fullmatch(filename)
    return None if match is None else (match[1], int(match[2]))
