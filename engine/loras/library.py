"""The LoRA files of one engine: told to people, named by jobs, and kept in memory a while."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from engine.contract import ErrorCode, Job, Refusal
from engine.lora import LoraInfo, LoraProblem
from engine.loras.changes import Unfit
from engine.loras.folder import LoraFile, LoraFolder, Stamp
from engine.pipeline import Adapter, Worn

#: Bytes of host memory for those that nobody uses at the moment.
KEPT_BYTES = 2 * 2**30


class BadLora(Exception):
    """A LoRA that was fine when its job was taken is not any more."""

    def __init__(self, name: str, problem: str, data: dict[str, str]) -> None:
        super().__init__(name, problem)
        self.data: dict[str, str] = {"name": name, "problem": problem, **data}


class LoraLibrary:
    """Safe from any thread."""

    def __init__(
        self,
        folder: LoraFolder,
        read: Callable[[LoraFile], Adapter],
        kept_bytes: int = KEPT_BYTES,
    ) -> None:
        """`read` raises Unfit and OSError."""
        self._folder = folder
        self._read = read
        self._limit = kept_bytes
        self._lock = Lock()
        self._files: dict[str, LoraFile] = {}
        #: As of the last look.
        self._told: tuple[LoraInfo, ...] = ()
        #: The least recently used first.
        self._kept: OrderedDict[tuple[str, Stamp], Adapter] = OrderedDict()

    def look(self) -> bool:
        """Looks into the folder again; whether people have to be told something new."""
        with self._lock:
            self._files = self._folder.files()
            before, self._told = self._told, self.infos()
            return self._told != before

    def infos(self) -> tuple[LoraInfo, ...]:
        """All files, those that cannot be used too."""
        return tuple(file.info for file in self._files.values())

    def refusal(self, job: Job) -> Refusal | None:
        """Why a job cannot have the LoRAs that it names."""
        for lora in job.loras:
            file = self._files.get(lora.name)
            if file is None:
                return Refusal(code=ErrorCode.NO_LORA, data={"name": lora.name})
            if file.info.problem is not None:
                data = {"name": lora.name, "problem": file.info.problem, **file.info.data}
                return Refusal(code=ErrorCode.UNFIT_LORA, data=data)
        return None

    def worn(self, job: Job) -> tuple[Worn, ...]:
        """What a job names, read; by name, so that the order in which they were named does not
        matter, and without those of which nothing is added. Raises BadLora."""
        named = sorted((lora for lora in job.loras if lora.weight), key=lambda lora: lora.name)
        return tuple(Worn(adapter=self._loaded(lora.name), weight=lora.weight) for lora in named)

    def _loaded(self, name: str) -> Adapter:
        with self._lock:
            # As it is now: since the job was taken it may have been replaced.
            self._files = self._folder.files()
            file = self._files.get(name)
            if file is None:
                raise BadLora(name, LoraProblem.UNREADABLE, {})
            if file.info.problem is not None:
                raise BadLora(name, file.info.problem, file.info.data)
            key = name, file.stamp
            if key not in self._kept:
                self._keep(key, self._fresh(file))
            self._kept.move_to_end(key)
            return self._kept[key]

    def _fresh(self, file: LoraFile) -> Adapter:
        try:
            return self._read(file)
        except Unfit as unfit:
            raise BadLora(file.name, unfit.problem, unfit.data) from unfit
        except OSError as error:
            raise BadLora(file.name, LoraProblem.UNREADABLE, {}) from error

    def _keep(self, key: tuple[str, Stamp], adapter: Adapter) -> None:
        while self._kept and sum(one.nbytes for one in self._kept.values()) > (
            self._limit - adapter.nbytes
        ):
            self._kept.popitem(last=False)
        self._kept[key] = adapter
