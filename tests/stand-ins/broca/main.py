"""Broca's habits: settings and plugins beside the working folder, a pid file, a log on stderr only, exit code 0 whatever happens."""
import datetime
import importlib
import os
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))


def say(level, text):
    sign = {"INFO": "\U0001f535", "ERROR": "\U0001f534"}[level]
    print(f"[{datetime.datetime.now():%Y-%m-%d %H:%M:%S}] [{sign} {level}] broca.main: {text}", file=sys.stderr, flush=True)


def end(*_):
    pathlib.Path("run/broca.pid").unlink(missing_ok=True)
    os._exit(0)


def main():
    pid_file = pathlib.Path("run/broca.pid")
    if not os.environ.get("AGENT_ID"):
        say("ERROR", "Fatal error: Missing required environment variable: AGENT_ID")
        os._exit(0)
    if os.environ.get("DEBUG_MODE") != "false":
        say("ERROR", "Fatal error: DEBUG_MODE is on when it is not written")
        os._exit(0)
    pid_file.parent.mkdir(exist_ok=True)
    pid_file.write_text(str(os.getpid()))
    pathlib.Path("settings.json").exists() or pathlib.Path("settings.json").write_text("{}")
    for plugin in sorted(pathlib.Path("plugins").glob("*/plugin.py")):
        # As in Broca, what a plugin imports is found in the package of the code, which is this folder by a link.
        importlib.import_module(f"plugins.{plugin.parent.name}.plugin")
        say("INFO", f"plugin {plugin.parent.name} loaded")
    signal.signal(signal.SIGTERM, end)
    say("INFO", "✅ Application started successfully!")
    say("INFO", f"✅ Connected to agent {os.environ['AGENT_ID']}")
    pathlib.Path(os.environ["DB_PATH"]).touch()
    while True:
        time.sleep(0.5)


main()
