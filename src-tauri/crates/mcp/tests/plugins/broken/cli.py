"""A plugin that breaks the contract."""
import json

print(json.dumps({"commands": [{"name": "bad name!", "parameters": [{"name": "a", "type": "str"}]}]}))
