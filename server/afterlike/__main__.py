"""`python -m afterlike` is the same door as the `afterlike` command."""

from afterlike.cli import main

if __name__ == "__main__":
    main()
