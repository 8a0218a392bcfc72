"""Entry point of `python -m secmon`, the same as the command `secmon`."""

from secmon.cli.main import main

if __name__ == "__main__":
    main()
