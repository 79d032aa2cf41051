"""A plugin of the old style: no description, only a help text."""
import sys

if sys.argv[1] == "--help":
    print("usage: cli.py COMMAND\n\nAvailable commands:\n  greet      Says hello\n")
elif sys.argv[1] == "greet":
    print("hello")
else:
    sys.exit("unknown command")
