"""`python -m verify.cli`."""

import sys

from verify.cli.app import main

if __name__ == "__main__":
    sys.exit(main())
