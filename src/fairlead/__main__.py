"""`python -m fairlead` is the command line."""

from fairlead.door.cli import main

main()
