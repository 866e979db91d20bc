"""/words: what a prompt may not say, in this group or anywhere."""

import asyncio
import re

from bot.core.acts import ActKind, act_of
from bot.core.admin.ask import Ask, Said
from bot.core.admin.pages import page_of
from bot.core.admin.reach import reach, reach_text
from bot.core.errors import Refusal
from bot.core.moderation.area import EVERYTHING, Area
from bot.core.moderation.matcher import Found, WordRule
from bot.core.moderation.spelling import spelled
from bot.core.moderation.word_lists import WordLists
from bot.core.moderation.words import MAX_WORD, Words
from bot.core.replies import reply

WISHES = {
    **dict.fromkeys(("add", "加", "添加", "禁用"), "add"),
    **dict.fromkeys(("allow", "例外", "允许", "放行"), "allow"),
    **dict.fromkeys(("remove", "减", "移除", "删除"), "remove"),
    **dict.fromkeys(("test", "测试", "试"), "test"),
    **dict.fromkeys(("list", "名单", "列表"), "list"),
}
#: Several may be named at once.
_BETWEEN = re.compile(r"[\n,，、;；]+")


class ForbidWords:
    """Implements AdminCommand; without words it lists them."""

    def __init__(self, *, words: Words, lists: WordLists) -> None:
        self._words = words
        self._lists = lists

    async def __call__(self, ask: Ask) -> Said:
        ask, area = await reach(ask)
        first, *more = ask.words.split(maxsplit=1) or ["list"]
        rest = more[0] if more else ""
        match WISHES.get(first.lower()):
            case "list":
                if area == EVERYTHING:
                    ask.check_unheard()
                return await self._listed(ask, area, int(rest) if rest.isdecimal() else 1)
            case "test" if rest:
                return await self._tested(ask, area, rest)
            case "add" | "allow" | "remove" as wish if named := _named(rest):
                return await self._changed(ask, area, wish, named)
            case _:
                raise Refusal("bad_words_wish")

    async def _changed(self, ask: Ask, area: Area, wish: str, named: list[str]) -> Said:
        origin = ask.origin
        act = act_of(origin, ActKind.WORDS, scope=area.scope, detail=ask.words)
        if wish == "remove":
            (matcher,) = await self._lists.of(area)
            same = [text for one in named for text in matcher.same_as(one) or (one,)]
            await self._words.remove(area, same, act)
        else:
            rules = [WordRule(text=_checked(one), allowed=wish == "allow") for one in named]
            await self._words.add(area, rules, act)
        said = reply(f"words_{wish}", origin.locale, words="、".join(named))
        return Said(text=said + reach_text(area, origin.locale), private=True)

    async def _tested(self, ask: Ask, area: Area, text: str) -> Said:
        """Whoever asks for a group reads of what holds everywhere too, as a request is judged."""
        locale = ask.origin.locale
        lines = []
        for one in dict.fromkeys((EVERYTHING, area)):
            (matcher,) = await self._lists.of(one)
            where = reach_text(one, locale)
            met = await asyncio.to_thread(matcher.found, text)
            lines += [_found_text(found, locale) + where for found in met]
        return Said(text="\n".join(lines) or reply("words_clean", locale), private=True)

    async def _listed(self, ask: Ask, area: Area, page: int) -> Said:
        locale = ask.origin.locale
        rules = await self._words.rules(area)
        if not rules:
            return Said(text=reply("no_words", locale), private=True)
        lines = [f"{'✅' if rule.allowed else '🚫'} {rule.text}" for rule in rules]
        command = "words all list" if area == EVERYTHING else "words list"
        text, buttons = page_of([reply("words", locale, count=len(rules)), *lines], page, command)
        return Said(text=text, buttons=buttons, private=True)


def _named(text: str) -> list[str]:
    return [" ".join(one.split()) for one in _BETWEEN.split(text) if one.strip()]


def _checked(word: str) -> str:
    """Raises Refusal."""
    if len(word) > MAX_WORD:
        raise Refusal("too_long", length=len(word), limit=MAX_WORD)
    if not spelled(word):
        raise Refusal("empty_word", word=word)
    return word


def _found_text(found: Found, locale: str) -> str:
    if found.saved_by:
        by = "、".join(found.saved_by)
        return reply("words_saved", locale, word=found.word, by=by)
    return reply("words_hit", locale, word=found.word)
