"""Broca's habits: settings and plugins beside the working folder, a pid file, a log on stderr only, exit code 0 whatever happens.

It writes its usual settings itself, goes on without a plugin that does not load or start, and takes DEBUG_MODE for true where it is not
written. Without any of that being said in its exit code, its log is all there is to see it by."""
import asyncio
import datetime
import importlib
import json
import os
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

SIGNS = {"INFO": "\U0001f535", "WARNING": "⚠️", "ERROR": "❌"}
USUAL = {"debug_mode": False, "queue_refresh": 5, "max_retries": 3, "message_mode": "live"}
PID = pathlib.Path("run/broca.pid")
# Where it tells tool servers whom it is answering; one that is not told otherwise has one place for all Brocas of a machine.
TURN = pathlib.Path(os.environ.get("BROCA_ACTIVE_TURN_FILE", "/opt/broca-q/run/active_turn.json"))


class Ended(Exception):
    """It could not go on."""


def say(level, text, who="__main__"):
    print(f"[{datetime.datetime.now():%Y-%m-%d %H:%M:%S}] [{SIGNS[level]} {level}] {who}: {text}", file=sys.stderr, flush=True)


def begin():
    if not os.environ.get("AGENT_ID"):
        raise Ended("Required environment variable AGENT_ID is not set")
    settings = pathlib.Path("settings.json")
    if not settings.exists():
        settings.write_text(json.dumps(USUAL, indent=4))
        say("INFO", "Created default settings.json file")
    PID.parent.mkdir(exist_ok=True)
    if PID.exists():
        if pathlib.Path("/proc", PID.read_text()).exists():
            raise Ended(f"Another instance is already running (PID file exists: {PID.resolve()})")
        say("WARNING", f"Removing stale PID file: {PID.resolve()}")
    PID.write_text(str(os.getpid()))
    if os.environ.get("AGENT_ENDPOINT", "") in ("localhost", "example.com"):
        why = "Environment variable AGENT_ENDPOINT appears to be a placeholder"
        say("ERROR", f"❌ Environment variable validation failed: {why}")
        raise Ended(why)
    pathlib.Path(os.environ["DB_PATH"]).touch()
    if "-99999999-" in os.environ["AGENT_ID"]:
        say("ERROR", f"❌ Agent {os.environ['AGENT_ID']} not found: Error code: 404", "runtime.core.agent")
        say("ERROR", "❌ Failed to initialize agent. Exiting...")
        return False
    if os.environ.get("DEBUG_MODE") == "false":
        say("INFO", f"✅ Connected to agent {os.environ['AGENT_ID']}: Athena", "runtime.core.agent")
    else:
        say("INFO", "\U0001f527 Running in debug mode - agent API disabled", "runtime.core.agent")
    return True


def load():
    """Every plugin that can be, in no order, as it comes out of the folder."""
    there = {}
    for folder in pathlib.Path("plugins").iterdir():
        name = folder.name
        if name.startswith("_") or not (folder / "plugin.py").is_file():
            continue
        tell("INFO", f"Attempting to load plugin: {name}")
        try:
            # As in Broca, what a plugin imports is found in the package of the code, which is this folder by a link.
            module = importlib.import_module(f"plugins.{name}.plugin")
            kinds = [kind for kind in vars(module).values() if isinstance(kind, type) and kind.__module__ == module.__name__]
            there[name] = kinds[0]()
            tell("INFO", f"Loaded plugin: {name}")
        except Exception as error:
            tell("WARNING", f"⚠️ Skipping plugin {name} - configuration error: Failed to load plugin from {folder}/plugin.py: {error}")
    return there


def start(there):
    for name, plugin in there.items():
        try:
            asyncio.run(plugin.start())
            tell("INFO", f"Started plugin: {name}")
        except Exception as error:
            tell("ERROR", f"Failed to start plugin {name}: Failed to start plugin {name}: {error}")


def tell(level, text):
    say(level, text, "runtime.core.plugin")


def run():
    asked = []
    if not begin():
        return
    start(load())
    try:
        TURN.parent.mkdir(parents=True, exist_ok=True)
        TURN.write_text(json.dumps({"schema": "sanctum.broca.active-turn", "version": 1}))
    except OSError as error:
        say("WARNING", f"Failed to write active turn for message 1: {error}", "runtime.core.queue")
    say("INFO", "✅ Application started successfully!")
    signal.signal(signal.SIGTERM, lambda *_: asked.append(True))
    while not asked:
        time.sleep(0.1)
    say("INFO", "✅ Application stopped successfully")


def main():
    try:
        say("INFO", "\U0001f680 Starting application...")
        run()
    except Exception as error:
        say("ERROR", f"❌ Fatal error: {error}")
    finally:
        if PID.exists() and PID.read_text() == str(os.getpid()):
            PID.unlink()
        # An exit that a plugin asked for comes to this too, and says nothing.
        os._exit(0)


main()
