"""Whether a folder may be loaded: against what it was fetched as, and against what its pipeline
opens. Standard library only: no torch."""

from pathlib import Path

from engine.manifest import differences
from engine.manifest import read as manifest_of
from engine.weight_files import INDEX, DamagedWeights, NoWeights, bytes_of, faults

#: Files that one sentence names.
_MOST_NAMED = 5


def wrong(folder: Path, *, hashes: bool) -> list[str]:
    """What is wrong with a folder, file by file, its name first. `hashes`: read all of it."""
    fetched = manifest_of(folder)
    differing = [] if fetched is None else list(differences(folder, fetched, hashes=hashes))
    try:
        opened = list(faults(folder))
    except NoWeights:
        opened = [f"{INDEX} is missing"]
    known = {line.partition(" ")[0] for line in differing}
    return [*differing, *(line for line in opened if line.partition(" ")[0] not in known)]


def check(folder: Path) -> int:
    """Bytes of weights in `folder`, which is whole by headers and sizes. Raises NoWeights,
    DamagedWeights, which names files."""
    fetched = manifest_of(folder)
    if fetched is None and not (folder / INDEX).is_file():
        raise NoWeights
    found = wrong(folder, hashes=False)
    if found:
        more = f"; and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
        partly = "" if fetched is None or fetched.complete else "fetching it was cut off: "
        raise DamagedWeights(f"{partly}{'; '.join(found[:_MOST_NAMED])}{more}")
    return bytes_of(folder)
