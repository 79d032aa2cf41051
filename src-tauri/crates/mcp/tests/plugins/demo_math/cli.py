"""A plugin with a contract: numbers in, JSON out, errors as JSON with an exit code."""
import argparse
import json
import sys

DESCRIBE = {
    "contract_version": "1.0",
    "plugin": {"name": "demo_math", "version": "1.0.0", "description": "Arithmetic"},
    "commands": [
        {
            "name": "calculate",
            "description": "Adds or divides two numbers",
            "parameters": [
                {"name": "operation", "type": "string", "required": True, "description": "add or divide"},
                {"name": "a", "type": "number", "required": True},
                {"name": "b", "type": "number", "required": True},
            ],
        },
        {"name": "silent", "description": "Ends with 3 and says nothing"},
        {"name": "connect", "description": "Never listed"},
    ],
}

if "--describe" in sys.argv:
    print(json.dumps(DESCRIBE))
    sys.exit(0)
if sys.argv[1] == "silent":
    print("nobody reads this", file=sys.stderr)
    sys.exit(3)
words = argparse.ArgumentParser()
words.add_argument("command")
words.add_argument("--operation")
words.add_argument("--a", type=float)
words.add_argument("--b", type=float)
given = words.parse_args()
if given.operation == "divide" and given.b == 0:
    print(json.dumps({"error": "division by zero"}))
    sys.exit(1)
print(json.dumps({"ok": True, "result": given.a + given.b if given.operation == "add" else given.a / given.b}))
