"""What torch compiles is kept with the rest."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
#: An engine that says where torch would put it, instead of serving.
ASKING = """
from engine import process

async def asked(*_):
    from torch._inductor.runtime.cache_dir_utils import cache_dir, triton_cache_dir

    print(cache_dir(), triton_cache_dir(0), flush=True)
    return 0

process.serve = asked
process.main([])
"""


def places(workplace: Path, **settings: str) -> list[str]:
    """Of what is compiled, and of what Triton compiles for the first card."""
    environment = {name: value for name, value in os.environ.items() if "CACHE_DIR" not in name}
    environment |= {"PYTHONPATH": str(ROOT), "ZDRAW_STATE_DIR": "state", **settings}
    command = [sys.executable, "-c", ASKING]
    done = subprocess.run(command, env=environment, cwd=workplace, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("said", [{}, {"TORCHINDUCTOR_CACHE_DIR": ""}])
def test_torch_puts_it_into_the_state_folder(tmp_path, said):
    kept = tmp_path / "state" / "compiled"
    assert places(tmp_path, **said) == [str(kept), str(kept / "triton" / "0")]


def test_where_the_operator_says_otherwise_it_stays_so(tmp_path):
    elsewhere = str(tmp_path / "elsewhere")
    assert places(tmp_path, TORCHINDUCTOR_CACHE_DIR=elsewhere)[0] == elsewhere
