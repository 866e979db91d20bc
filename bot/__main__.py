"""`python -m bot` is `zdraw bot`; the supervisor starts it."""

import sys

from bot.cli import main

if __name__ == "__main__":
    main(["bot", *sys.argv[1:]])
