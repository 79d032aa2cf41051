"""A plugin that takes for ever and says in a file which process it is."""
import json
import os
import pathlib
import sys
import time

PARAMETERS = [{"name": "pid_file", "type": "string", "required": True}]
if "--describe" in sys.argv:
    print(json.dumps({"contract_version": "1.0", "commands": [{"name": "sleep", "description": "Hangs", "parameters": PARAMETERS}]}))
    sys.exit(0)
place = pathlib.Path(sys.argv[sys.argv.index("--pid-file") + 1])
place.with_suffix(".new").write_text(str(os.getpid()))
place.with_suffix(".new").rename(place)
time.sleep(600)
