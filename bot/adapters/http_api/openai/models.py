"""`GET /v1/models`: the model that draws, by every name that it answers to."""

from fastapi import APIRouter

from bot.adapters.http_api.openai.reply import ModelList, ModelRow, errors
from bot.adapters.http_api.problem import Problem
from engine.profiles import Profile, names_of


class Models:
    """One model, with its names."""

    def __init__(self, profile: Profile, started_ms: int) -> None:
        self._profile = profile
        self._names = names_of(profile)
        self._started = started_ms // 1000

    def router(self) -> APIRouter:
        router = APIRouter(tags=["models"], responses=errors(400, 401, 404, 429, 500))
        router.add_api_route("/v1/models", self.all, methods=["GET"])
        router.add_api_route("/v1/models/{name:path}", self.one, methods=["GET"])
        return router

    async def all(self) -> ModelList:
        """All names that requests may use."""
        return ModelList(data=[self._row(name) for name in self._names])

    async def one(self, name: str) -> ModelRow:
        """One of them."""
        return self._row(self.known(name))

    def known(self, name: str) -> str:
        """The name as it is written here, letter case aside. Raises Problem."""
        for own in self._names:
            if own.casefold() == name.casefold():
                return own
        raise Problem(404, "unknown_model", name=name, models=", ".join(self._names))

    def stands_in(self, name: str) -> bool:
        """Whether it is another model's name."""
        own = (self._profile.name, *self._profile.answers_to)
        return name.casefold() not in (one.casefold() for one in own)

    def _row(self, name: str) -> ModelRow:
        return ModelRow(id=name, created=self._started)
