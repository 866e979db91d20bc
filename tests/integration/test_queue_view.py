"""/queue over real rows: one's own requests, everybody's number, the engine."""

from tests.builders import spec
from tests.integration.front_desk_life import ANNA, BORIS, CHAT, ELSEWHERE, Desk


async def asked(desk: Desk, by: str, prompt: str, at=CHAT):
    return await desk.store.queued(requester=by, address=at, spec=spec(prompt=prompt))


async def test_it_lists_what_waits_and_cancels_by_number(desk: Desk) -> None:
    desk.news.engine_ready = True
    desk.pace.learn(1.0)
    await asked(desk, BORIS, "一只狗")
    mine = [await asked(desk, ANNA, "一只猫"), await asked(desk, ANNA, "很长" * 30)]
    await desk.desk.queue(desk.origin())
    (notice,) = await desk.said()
    lines = notice.text.splitlines()
    assert f"1. #{mine[0].id}「一只猫」前面 1 张" in lines[1]
    assert f"2. #{mine[1].id}「{'很长' * 12}…」前面 2 张" in lines[2]
    assert lines[-2:] == ["大家一共有 3 个请求。", "引擎正常。"]
    assert notice.private
    assert [(b.action, b.generation_id, b.label) for b in notice.buttons] == [
        ("cancel", mine[0].id, "❌ 1"),
        ("cancel", mine[1].id, "❌ 2"),
    ]


async def test_what_is_drawn_comes_first_and_says_so(desk: Desk) -> None:
    await asked(desk, ANNA, "后来的")
    first = await asked(desk, ANNA, "先来的")
    started = await desk.store.start(first)
    await desk.store.jobs.begun(started.key)
    await desk.desk.queue(desk.origin())
    assert "「先来的」正在画" in (await desk.said())[0].text.splitlines()[1]


async def test_others_who_read_along_do_not_learn_what_was_asked_elsewhere(desk: Desk) -> None:
    await asked(desk, ANNA, "公开的")
    await asked(desk, ANNA, "秘密的", at=ELSEWHERE)
    await desk.desk.queue(desk.origin(), private=False)
    await desk.desk.queue(desk.origin(), private=True)
    public, private = await desk.said()
    assert ("秘密的" in public.text, "另有 1 个" in public.text) == (False, True)
    assert "秘密的" in private.text


async def test_no_more_than_five_are_listed(desk: Desk) -> None:
    for number in range(7):
        await asked(desk, ANNA, f"第{number}张")
    await desk.desk.queue(desk.origin())
    (notice,) = await desk.said()
    assert len(notice.buttons) == 5
    assert "还有 2 个" in notice.text


async def test_an_empty_queue_and_an_engine_that_is_away_are_said(desk: Desk) -> None:
    await desk.desk.queue(desk.origin())
    (notice,) = await desk.said()
    assert ("没有在排队" in notice.text, "还没准备好" in notice.text) == (True, True)
    assert notice.buttons == ()


async def test_what_is_for_one_person_is_said_to_each(desk: Desk) -> None:
    for person in (ANNA, BORIS):
        await desk.desk.queue(desk.origin(by=person))
    assert len(await desk.said()) == 2
