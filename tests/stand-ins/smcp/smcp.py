"""SMCP's habits: everything from the environment, plugins loaded at the start only, MCP over HTTP+SSE, its own log in MCP_LOG_DIR.

`smcp_stdio.py` beside it speaks the same over its input and output, without a log file. Plugins run as SMCP runs them:
`cli.py --describe` at the start, `cli.py <command> --flag value` for a call; what breaks the contract is left out with a line that
names the fields. Standard library only; written from what is known about SMCP, none of its code is in here.
"""
import argparse
import fnmatch
import http.server
import json
import logging
import os
import pathlib
import queue
import re
import signal
import subprocess
import sys
import threading
import urllib.parse
import uuid

GOVERNOR = "sanctum__tools"
PROTOCOLS = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]
TYPES = ["string", "number", "integer", "boolean", "array", "object"]
BODY_LIMIT = 4 << 20
log = logging.getLogger("smcp")
running = set()


class Failed(Exception):
    """A call that failed, with the code that SMCP gives it."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def faults(spec):
    """What in a description breaks the contract, field by field."""
    if not isinstance(spec, dict):
        return ["describe payload must be a JSON object"]
    found = []
    version = spec.get("contract_version")
    if version is not None and not isinstance(version, str):
        found.append("contract_version must be a string")
    elif version is not None and not re.fullmatch(r"1(\.\d+){0,2}", version):
        found.append(f"unsupported contract_version {version!r}")
    plugin = spec.get("plugin")
    if plugin is not None and not isinstance(plugin, dict):
        found.append("plugin must be an object")
    elif plugin is not None and "name" in plugin and not (isinstance(plugin["name"], str) and plugin["name"].strip()):
        found.append("plugin.name must be a non-empty string")
    if "commands" not in spec:
        return found + ["missing required 'commands'"]
    if not isinstance(spec["commands"], list):
        return found + ["'commands' must be an array"]
    for number, command in enumerate(spec["commands"]):
        found += command_faults(f"commands[{number}]", command)
    return found


def command_faults(at, command):
    if not isinstance(command, dict):
        return [f"{at} must be an object"]
    found = name_faults(at, command)
    name = command.get("name")
    if isinstance(name, str) and name.strip() and not re.fullmatch(r"[a-zA-Z0-9_-]+", name):
        found.append(f"{at}.name {name!r} does not match ^[a-zA-Z0-9_-]+$")
    parameters = command.get("parameters", [])
    if not isinstance(parameters, list):
        return found + [f"{at}.parameters must be an array"]
    for number, parameter in enumerate(parameters):
        place = f"{at}.parameters[{number}]"
        if not isinstance(parameter, dict):
            found.append(f"{place} must be an object")
            continue
        found += name_faults(place, parameter)
        if parameter.get("type", "string") not in TYPES:
            found.append(f"{place}.type {parameter['type']!r} is not one of {TYPES}")
        if not isinstance(parameter.get("required", False), bool):
            found.append(f"{place}.required must be a boolean")
    return found


def name_faults(at, thing):
    found = []
    if "name" not in thing:
        found.append(f"{at}.name is required")
    elif not isinstance(thing["name"], str) or not thing["name"].strip():
        found.append(f"{at}.name must be a non-empty string")
    if not isinstance(thing.get("description", ""), str):
        found.append(f"{at}.description must be a string")
    return found


def asked(cli, word):
    """What a plugin says to `--describe` or `--help`; None where it fails or takes more than ten seconds."""
    try:
        done = subprocess.run([sys.executable, str(cli), word], stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=False)
    except subprocess.TimeoutExpired:
        log.error("Plugin %s: %s timed out", cli.parent.name, word)
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def described(cli):
    """The commands of a plugin by name; None where it is left out."""
    said = asked(cli, "--describe")
    if said is not None and said.strip().startswith("{"):
        try:
            spec = json.loads(said)
        except ValueError:
            log.error("Plugin %s: --describe is not JSON", cli.parent.name)
            return None
        found = faults(spec)
        if found:
            log.error("Plugin %s violates the --describe contract, skipped: %s", cli.parent.name, "; ".join(found))
            return None
        return {command["name"]: command for command in spec["commands"]}
    # The old way: the list of commands out of the help.
    lines = (asked(cli, "--help") or "").partition("Available commands:")[2].splitlines()
    found = [re.match(r"\s+([a-zA-Z0-9_-]+)(?:\s+(.*))?$", line) for line in lines]
    return {match[1]: {"name": match[1], "description": match[2] or ""} for match in found if match}


class Tools:
    """The plugins found at the start, and which of their tools are attached, for the whole process."""

    def __init__(self):
        self.plugins, self.listed, self.attached = {}, {}, set()
        self.timeout = float(os.environ.get("MCP_PLUGIN_TIMEOUT") or 0)
        self.profiles, self.default = profiles()
        here = pathlib.Path(__file__).resolve().parent
        folder = pathlib.Path(os.environ.get("MCP_PLUGINS_DIR") or here / "plugins")
        for place in sorted(folder.iterdir()) if folder.is_dir() else []:
            cli = place / "cli.py"
            commands = described(cli) if cli.is_file() else None
            if commands is None:
                continue
            self.plugins[place.name] = (cli, commands)
            for command in commands.values():
                if command["name"] not in ("connect", "disconnect"):
                    name = f"{place.name}__{command['name']}"
                    self.listed[name] = {"name": name, "description": command.get("description", ""), "inputSchema": schema(command)}
            log.info("Loaded plugin %s with %d command(s)", place.name, len(commands))
        wanted = os.environ.get("SMCP_ATTACH_PROFILE", "").strip().lower()
        start = next(name for name in (wanted, self.default, "full") if name in self.profiles)
        attaches(start, self.profiles[start], GOVERNOR)
        self.profile(start)

    def profile(self, name):
        self.attached = {tool for tool in self.listed if attaches(name, self.profiles[name], tool)}
        return {"profile": name, "attached": sorted(self.attached | {GOVERNOR})}

    def governed(self, arguments):
        action = str(arguments.get("action", "")).replace("_", "-")
        names = [name for name in arguments.get("tools") or [arguments.get("tool")] if name in self.listed]
        if action == "attach":
            self.attached |= set(names)
            return {"attached": names, "attached_set": sorted(self.attached)}
        if action == "detach":
            self.attached -= set(names)
            return {"detached": names, "attached_set": sorted(self.attached)}
        if action == "attach-profile":
            return self.profile(arguments.get("profile") or self.default)
        if action == "list-available":
            return {"tools": sorted(self.listed)}
        if action == "list-attached":
            return {"tools": sorted(self.attached | {GOVERNOR})}
        if action == "help":
            return {"matches": [], "note": f"Profiles: {', '.join(sorted(self.profiles))}"}
        return {"error": f"unknown action: {action}"}

    def list(self):
        actions = ["help", "list-available", "list-attached", "attach", "detach", "attach-profile"]
        texts = {"type": "array", "items": {"type": "string"}}
        properties = {"action": {"type": "string", "enum": actions}, "tool": {"type": "string"}, "tools": texts, "profile": {"type": "string"}}
        governor = {"type": "object", "properties": properties, "required": ["action"], "additionalProperties": False}
        shown = [{"name": GOVERNOR, "description": "Lists, attaches and detaches tools.", "inputSchema": governor}]
        return shown + [tool for name, tool in self.listed.items() if name in self.attached]

    def call(self, name, arguments, cancelled):
        if name == GOVERNOR:
            return json.dumps(self.governed(arguments), indent=2)
        if name in self.listed and name not in self.attached:
            hint = f"Run {GOVERNOR} action=attach tool={name}"
            attached = sorted(self.attached | {GOVERNOR})
            return json.dumps({"error": "tool_not_attached", "tool": name, "hint": hint, "attached": attached}, indent=2)
        plugin, between, command = name.partition("__")
        if not between:
            raise Failed("invalid_tool_name", f"Invalid tool name: {name}")
        if plugin not in self.plugins:
            raise Failed("plugin_not_found", f"Plugin not found: {plugin}")
        cli, commands = self.plugins[plugin]
        return run([sys.executable, str(cli), command, *flags(commands.get(command, {}), arguments)], self.timeout, cancelled)


def profiles():
    """The profiles of SMCP_PROFILES, a file or a folder of them; a bad one ends the process."""
    found, default = {"full": {"mode": "all"}}, "full"
    if os.environ.get("SMCP_ADMIN_PREFIX"):
        found["admin"] = {"mode": "prefix", "prefix": os.environ["SMCP_ADMIN_PREFIX"]}
    place = os.environ.get("SMCP_PROFILES", "").strip()
    if not place:
        return found, default
    path = pathlib.Path(place)
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not path.exists() or not files:
        raise ValueError(f"SMCP_PROFILES path does not exist: {place}")
    for file in files:
        data = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(data, dict):
            raise ValueError(f"SMCP profile config {file} must be a JSON object")
        wanted = data.get("default_profile")
        default = wanted.strip().lower() if isinstance(wanted, str) and wanted.strip() else default
        specs = data.get("profiles")
        for name, spec in specs.items() if isinstance(specs, dict) else ():
            if isinstance(spec, dict):
                found[name.strip().lower()] = spec
    return found, default


def attaches(name, spec, tool):
    """Whether a profile attaches a tool; a faulty one ends the process where it is the one at the start."""
    mode = (spec.get("mode") or "all").strip().lower()
    key = {"all": None, "prefix": "prefix", "glob": "pattern", "explicit": "tools"}.get(mode, "mode")
    if key is None:
        return True
    value = spec.get(key)
    if key == "mode" or not isinstance(value, list if mode == "explicit" else str) or (mode != "explicit" and not value):
        raise ValueError(f"profile {name!r} with mode={mode} has no usable {key!r}")
    return tool in value if mode == "explicit" else tool.startswith(value) if mode == "prefix" else fnmatch.fnmatch(tool, value)


def schema(command):
    properties = {}
    for parameter in command.get("parameters", []):
        kept = {key: parameter[key] for key in ("description", "default", "items", "enum") if key in parameter}
        properties[parameter["name"]] = {"type": parameter.get("type", "string"), **kept}
    required = [parameter["name"] for parameter in command.get("parameters", []) if parameter.get("required")]
    return {"type": "object", "properties": properties, "required": required}


def flags(command, arguments):
    """Arguments as words of a command line: `_` becomes `-`, a truth value is a word unless it is declared a flag."""
    specs = {parameter["name"].replace("_", "-"): parameter for parameter in command.get("parameters", [])}
    words = []
    for name, value in arguments.items():
        name = name.replace("_", "-")
        spec = specs.get(name, {})
        if value is None:
            continue
        if isinstance(value, bool):
            style = str(spec.get("action", "")).lower() in ("store_true", "store_false") or spec.get("arg_style") == "flag"
            if style or spec.get("takes_value") is False:
                words += [f"--{name}"] if value else []
            else:
                words += [f"--{name}", str(value).lower()]
        elif isinstance(value, list) and spec.get("type") != "array" and not any(isinstance(one, (dict, list)) for one in value):
            for one in value:
                words += [f"--{name}", str(one)]
        else:
            words += [f"--{name}", json.dumps(value) if isinstance(value, (dict, list)) else str(value)]
    return words


def run(words, timeout, cancelled):
    """Runs a plugin; only what it prints to stdout counts."""
    child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    running.add(child)
    cancelled.children.append(child)
    if cancelled.is_set():
        child.kill()
    try:
        out, _ = child.communicate(timeout=timeout if timeout > 0 else None)
    except subprocess.TimeoutExpired as late:
        child.kill()
        child.communicate()
        raise Failed("timeout", f"Plugin timed out after {timeout:g} s") from late
    finally:
        running.discard(child)
    said = out.decode("utf-8", "replace").strip()
    if child.returncode == 0:
        return said
    try:
        said = json.loads(said)["error"]
    except (ValueError, KeyError, TypeError):
        pass
    raise Failed("plugin_error", str(said) or f"Plugin exited with code {child.returncode} (no output)")


class Cancelled(threading.Event):
    def __init__(self):
        super().__init__()
        self.children = []

    def cancel(self):
        self.set()
        for child in self.children:
            child.kill()


class Session:
    """One client: what came from it, and `send` for what goes to it."""

    def __init__(self, tools, send):
        self.tools, self.send, self.greeted, self.open = tools, send, False, {}

    def take(self, message):
        method, number = message.get("method"), message.get("id")
        params = message.get("params") or {}
        if method == "notifications/cancelled":
            call = self.open.get(params.get("requestId"))
            if call:
                call.cancel()
        elif method == "initialize":
            self.greeted = True
            wanted = params.get("protocolVersion")
            version = wanted if wanted in PROTOCOLS else PROTOCOLS[-1]
            who = {"name": "sanctum-letta-mcp", "version": "3.1.0"}
            self.answer(number, {"protocolVersion": version, "capabilities": {"tools": {"listChanged": False}}, "serverInfo": who})
        elif number is None:
            pass
        elif method == "ping":
            self.answer(number, {})
        elif not self.greeted:
            self.refuse(number, -32602, "Received request before initialization was complete")
        elif method == "tools/list":
            self.answer(number, {"tools": self.tools.list()})
        elif method == "tools/call":
            threading.Thread(target=self.call, args=(number, params), daemon=True).start()
        else:
            self.refuse(number, -32601, "Method not found")

    def call(self, number, params):
        call = self.open[number] = Cancelled()
        log.debug("Calling %s", params.get("name"))
        try:
            text = self.tools.call(str(params.get("name")), params.get("arguments") or {}, call)
            result = {"content": [{"type": "text", "text": text}], "isError": False}
        except Failed as failed:
            result = failure(failed.code, str(failed))
        except Exception as error:  # Whatever it is, SMCP answers.
            result = failure("internal_error", str(error))
        del self.open[number]
        if not call.is_set():
            self.answer(number, result)

    def answer(self, number, result):
        self.send({"jsonrpc": "2.0", "id": number, "result": result})

    def refuse(self, number, code, message):
        self.send({"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}})

    def end(self):
        for call in list(self.open.values()):
            call.cancel()


def failure(code, message):
    error = {"error": {"code": code, "message": message}}
    return {"content": [{"type": "text", "text": message}], "isError": True, "structuredContent": error}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    sessions = {}

    def plain(self, status, text):
        self.send_response(status)
        self.send_header("content-type", "text/plain; charset=utf-8")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def allowed(self):
        given = {self.headers.get("x-api-key"), (self.headers.get("authorization") or "").removeprefix("Bearer ")}
        here = self.server.open_here and self.client_address[0] in ("127.0.0.1", "::1")
        if self.server.keys & given or not self.server.keys or here:
            return True
        self.plain(401, '{"error":"unauthorized"}')
        return False

    def do_GET(self):
        if self.path.partition("?")[0] != "/sse":
            self.plain(404, "Not Found")
            return
        if not self.allowed():
            return
        events, name = queue.Queue(), uuid.uuid4().hex
        session = self.sessions[name] = Session(self.server.tools, events.put)
        self.send_response(200)
        self.send_header("content-type", "text/event-stream; charset=utf-8")
        self.send_header("cache-control", "no-store")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        try:
            self.event(f"event: endpoint\r\ndata: /messages/?session_id={name}\r\n\r\n")
            while True:
                try:
                    self.event(f"event: message\r\ndata: {json.dumps(events.get(timeout=0.5))}\r\n\r\n")
                except queue.Empty:
                    self.event(": ping\r\n\r\n")
        except OSError:
            self.close_connection = True
        finally:
            del self.sessions[name]
            session.end()

    def event(self, text):
        data = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def do_POST(self):
        path, _, query = self.path.partition("?")
        length = int(self.headers.get("content-length") or 0)
        if length > BODY_LIMIT:
            self.close_connection = True
            self.plain(413, "Payload Too Large")
            return
        body = self.rfile.read(length)
        if path == "/sse":
            self.plain(400, "POST requests to /sse should be sent to /messages/ instead.")
        elif path != "/messages/":
            self.plain(404, "Not Found")
        elif self.allowed():
            self.message(urllib.parse.parse_qs(query).get("session_id", [""])[0], body)

    def message(self, name, body):
        if not name:
            self.plain(400, "session_id is required")
        elif name not in self.sessions:
            self.plain(404, "Could not find session")
        else:
            try:
                message = json.loads(body)
                session = self.sessions[name]
            except (ValueError, KeyError):
                self.plain(400, "Could not parse message")
                return
            self.plain(202, "Accepted")
            session.take(message)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


def end(*_):
    for child in list(running):
        child.kill()
    os._exit(0)


def stdio():
    """The same over input and output; warnings and errors go to stderr."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s", stream=sys.stderr)
    signal.signal(signal.SIGTERM, end)
    lock = threading.Lock()

    def send(message):
        with lock:
            print(json.dumps(message), flush=True)

    session = Session(Tools(), send)
    for line in sys.stdin:
        if line.strip():
            session.take(json.loads(line))
    end()


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--host", default=os.environ.get("MCP_HOST", "127.0.0.1"))
    words.add_argument("--port", type=int, default=int(os.environ.get("MCP_PORT", "8000")))
    words.add_argument("--allow-external", action="store_true")
    words.add_argument("--require-auth", action="store_true")
    given = words.parse_args()
    folder = pathlib.Path(os.environ.get("MCP_LOG_DIR", "logs"))
    folder.mkdir(parents=True, exist_ok=True)
    to = [logging.FileHandler(folder / "mcp_server.log", encoding="utf-8"), logging.StreamHandler()]
    logging.basicConfig(level=logging.DEBUG, format="%(asctime)s - %(name)s - %(levelname)s - %(message)s", handlers=to)
    named = [os.environ.get("MCP_API_KEY", ""), *os.environ.get("MCP_API_KEYS", "").split(",")]
    keys = {key.strip() for key in named if key.strip()}
    host = "0.0.0.0" if given.allow_external else given.host
    here = host in ("127.0.0.1", "::1", "localhost")
    if not here and not keys:
        log.error("Refusing to bind externally without MCP_API_KEY")
        sys.exit(2)
    signal.signal(signal.SIGTERM, end)
    log.info("started")
    tools = Tools()
    server = Server((host, given.port), Handler)
    server.tools, server.keys = tools, keys
    server.open_here = os.environ.get("MCP_AUTH_ALLOW_LOOPBACK", "1") != "0" and not given.require_auth
    if os.environ.get("MCP_AUTH_DISABLED", "0") == "1":
        server.keys = set()
    server.serve_forever()


if __name__ == "__main__":
    main()
