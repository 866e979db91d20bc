"""What the C library does with freed memory, in processes of their own."""

import platform
import subprocess
import sys

import pytest

#: Page faults of taking, filling and freeing eight times 4 MB, again and again.
SCRIPT = """
import resource, sys, threading
from engine.allocator import keep_freed_memory

def work():
    for _ in range(20):
        [bytearray(4 * 2**20) for _ in range(8)]

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def measure():
    work()
    before = faults()
    work()
    print(faults() - before)

if sys.argv[1] == "keep":
    assert keep_freed_memory()
thread = threading.Thread(target=measure)
thread.start()
thread.join()
"""
PAGES = 8 * 4 * 2**20 // 4096

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc's settings")


def faults(how: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, how], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def test_memory_that_is_freed_is_not_zeroed_anew_page_by_page():
    """In a thread other than the first, where the pictures are drawn."""
    assert faults("keep") < PAGES
    assert faults("as it is") > 10 * PAGES
