"""Open the assistant and its page: brings the index up to date, then serves."""

import sys

from assistant.cli import main

if __name__ == "__main__":
    sys.exit(main(["serve", *sys.argv[1:]]))
