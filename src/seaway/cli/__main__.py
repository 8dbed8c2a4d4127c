"""`python -m seaway.cli`."""

from seaway.cli import main

main(prog_name="seaway")
