"""A plugin without a version of the contract: lists, truth values, and text for a terminal."""
import json
import os
import sys

COMMANDS = [
    {
        "name": "echo",
        "description": "Says what it was given \x1b[31min red\x1b[0m",
        "parameters": [
            {"name": "tags", "type": "array", "items": {"type": "string"}},
            {"name": "is_loud", "type": "boolean"},
            {"name": "quiet", "type": "boolean", "action": "store_true"},
        ],
    },
    {"name": "red", "description": "Text with terminal codes"},
    {"name": "who", "description": "The process that called"},
]

if "--describe" in sys.argv:
    print(json.dumps({"commands": COMMANDS}))
elif sys.argv[1] == "red":
    print("\x1b]0;title\x07\x1b[31mred\x1b[0m")
elif sys.argv[1] == "who":
    print(os.getppid())
else:
    print(json.dumps(sys.argv[2:]))
