"""Names of files as ComfyUI's clients write them. Pure: they are looked up as rows, and no path is
made of them."""

import posixpath

from bot.adapters.http_api.problem import Problem
from bot.core.uploads import MAX_UPLOADS, UploadName

INPUT = "input"
KINDS = (INPUT, "temp", "output")
MAX_NAME = 200
#: Of one that is sent: there is room for the number that it may get.
MAX_SENT_NAME = MAX_NAME - len(f" ({MAX_UPLOADS})")


def file_named(filename: str, subfolder: str = "", kind: str = INPUT) -> UploadName:
    """Raises Problem for what could be no file's name in ComfyUI."""
    if not filename or filename.startswith("/") or ".." in filename or kind not in KINDS:
        raise Problem(400, "bad_file_name")
    folder = posixpath.normpath(subfolder.replace("\\", "/")) if subfolder else "."
    if folder.startswith(("/", "..")):
        raise Problem(403, "bad_file_name")
    inner, _, name = filename.replace("\\", "/").rpartition("/")
    folder = posixpath.normpath(posixpath.join(folder, inner))
    if not name.strip() or max(len(folder), len(name)) > MAX_NAME or not name.isprintable():
        raise Problem(400, "bad_file_name")
    if not folder.isprintable():
        raise Problem(400, "bad_file_name")
    return UploadName(kind=kind, subfolder="" if folder == "." else folder, name=name)


def annotated(value: str) -> UploadName | None:
    """As a workflow names one: `folder/name.png`, or `name.png [output]`. None for what can be
    none."""
    kind = INPUT
    for one in KINDS:
        if value.endswith(f"[{one}]"):
            kind, value = one, value.removesuffix(f"[{one}]").rstrip(" ")
    try:
        return file_named(value, kind=kind)
    except Problem:
        return None
