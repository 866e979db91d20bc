"""The models of this machine: which folders there are, and in which state."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bot.weights.fetching import begun
from engine.local_model import chosen_model
from engine.manifest import read as manifest_of
from engine.profiles import PROFILES, Profile, UnknownModel, row_named
from engine.settings import EngineSettings
from engine.weight_check import wrong
from engine.weight_files import INDEX


class State(StrEnum):
    """Of a folder."""

    NONE = "none"
    PARTIAL = "partial"
    DAMAGED = "damaged"
    COMPLETE = "complete"
    #: Complete as it was; what it is to become has not all come.
    UPDATING = "updating"
    UNPUBLISHED = "unpublished"


@dataclass(frozen=True, kw_only=True)
class Shelved:
    """A model and where it lies, or would lie."""

    name: str
    folder: Path
    source: str
    state: State
    #: Bytes of all files there.
    size: int
    in_use: bool


class Shelf:
    """The folders under the state folder, and what the settings say of them."""

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._models = settings.state_dir / "models"

    def all(self) -> Iterator[Shelved]:
        """Every row of the table, then folders that are none of them."""
        rows = {profile.name for profile in PROFILES}
        for profile in PROFILES:
            yield self._shelved(profile.name, profile.source, self.usual_folder(profile), profile)
        for folder in sorted(self._models.glob("*/")):
            if folder.name not in rows:
                yield self._shelved(str(folder), "", folder, None)
        used = Path(self._settings.model)
        if used.is_dir() and used.parent.absolute() != self._models.absolute():
            yield self._shelved(str(used), "", used, None)

    def found(self, named: str) -> Path:
        """The folder of a model's name, or of a path. Raises UnknownModel."""
        row = row_named(named)
        if row is not None:
            return (
                self._settings.weights_folder(row)
                if self._is_used(row)
                else self.pulled_folder(row)
            )
        folder = Path(named)
        if not folder.is_dir():
            chosen_model(named)
            raise UnknownModel(f"{named} is no folder")
        return folder

    def usual_folder(self, profile: Profile) -> Path:
        """Where `zdraw model pull` puts it, and the engine looks for it."""
        return self.found(profile.name)

    def pulled_folder(self, profile: Profile) -> Path:
        """The same where ZDRAW_WEIGHTS_DIR says nothing."""
        bare = self._settings.model_copy(update={"weights_dir": None})
        return bare.weights_folder(profile)

    def _is_used(self, profile: Profile) -> bool:
        return row_named(self._settings.model) is profile

    def _shelved(self, name: str, source: str, folder: Path, row: Profile | None) -> Shelved:
        used = Path(self._settings.model)
        in_use = self._is_used(row) if row else folder.absolute() == used.absolute()
        state = State.UNPUBLISHED if row and not row.published else state_of(folder)
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        return Shelved(
            name=name, folder=folder, source=source, state=state, size=size, in_use=in_use
        )


def state_of(folder: Path) -> State:
    """Of headers and sizes alone."""
    fetched = manifest_of(folder)
    if fetched is not None and not fetched.complete:
        return State.PARTIAL
    if not (folder / INDEX).is_file():
        return State.NONE
    if wrong(folder, hashes=False):
        return State.DAMAGED
    return State.COMPLETE if begun(folder) is None else State.UPDATING
