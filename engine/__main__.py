"""`python -m engine`"""

import sys

from engine.process import main

if __name__ == "__main__":
    sys.exit(main())
