import gc

from bot.garbage import spare_what_stays


async def test_what_is_there_at_the_start_is_not_looked_at_again() -> None:
    try:
        spare_what_stays()
        seen: list[int] = []
        gc.collect()
        seen.append(len(gc.get_objects()))
        assert gc.get_freeze_count() > 10 * seen[0]
    finally:
        gc.unfreeze()
