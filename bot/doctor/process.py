"""What another program says, if it answers in time."""

import asyncio


async def answer_of(*command: str, seconds: float, errors: int) -> tuple[int, bytes]:
    """Exit status and standard output. `errors`: where standard error goes, as asyncio.subprocess
    names it. Raises OSError, TimeoutError."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=errors
    )
    try:
        async with asyncio.timeout(seconds):
            output, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise TimeoutError(f"{seconds:.0f} s") from None
    return process.returncode or 0, output
