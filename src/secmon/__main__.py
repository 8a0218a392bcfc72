"""`python -m secmon` is the command `secmon`."""

from secmon.cli import main

if __name__ == "__main__":
    main()
