"""Tokens of programs: what is kept of them."""

from bot.core.api_tokens import ApiToken
from tests.stores import Store


def token(number: int, name: str = "krita") -> ApiToken:
    return ApiToken(id=f"t{number}", name=name, created_ms=number)


async def test_a_token_is_found_by_its_id_as_it_was_added(store: Store) -> None:
    added = ApiToken(id="t1", name="krita", created_ms=1, expires_ms=5)
    await store.api_tokens.add(added)
    assert await store.api_tokens.get("t1") == added
    assert await store.api_tokens.get("t2") is None


async def test_tokens_are_listed_from_the_oldest(store: Store) -> None:
    for number in (2, 3, 1):
        await store.api_tokens.add(token(number))
    assert [one.id for one in await store.api_tokens.made()] == ["t1", "t2", "t3"]


async def test_all_tokens_of_a_name_are_revoked_once_and_no_others(store: Store) -> None:
    for one in (token(1), token(2), token(3, "webui")):
        await store.api_tokens.add(one)
    assert await store.api_tokens.revoke("krita") == 2
    store.clock.advance(1)
    assert await store.api_tokens.revoke("krita") == 0
    revoked = [one.revoked_ms for one in await store.api_tokens.made()]
    assert revoked == [store.clock() - 1, store.clock() - 1, None]
