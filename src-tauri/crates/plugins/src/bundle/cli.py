#!/usr/bin/env python3
"""Lets SMCP use an MCP bundle: each command is a tool of the server that manifest.json beside this file starts."""

import json
import os
import queue
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ANSWER_S = 120
DESCRIBE_S = 8
# What a server needs of the environment to run at all; everything else is in its manifest.
PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "USER", "SHELL", "VIRTUAL_ENV", "SSL_CERT_FILE", "HTTPS_PROXY")
TYPES = ("string", "number", "integer", "boolean", "array", "object")


class Trouble(Exception):
    pass


def variable(manifest, key):
    """The variable that carries a setting: that of the server's own environment, or one made of both names."""
    for name, value in mcp_config(manifest).get("env", {}).items():
        if value.strip() == "${user_config.%s}" % key:
            return name
    return re.sub(r"[^A-Z0-9]+", "_", f"{manifest.get('name', '')}_{key}".upper()).strip("_")


def mcp_config(manifest):
    config = dict(manifest["server"].get("mcp_config") or {})
    here = "darwin" if sys.platform == "darwin" else "linux"
    over = (config.get("platform_overrides") or {}).get(here) or {}
    merged = {**config, **over}
    merged["env"] = {**(config.get("env") or {}), **(over.get("env") or {})}
    return merged


def settings(manifest):
    """The value of each setting, as a list of texts; an empty list where nothing is set."""
    out = {}
    for key, one in (manifest.get("user_config") or {}).items():
        text = os.environ.get(variable(manifest, key))
        value = text if text not in (None, "") else one.get("default")
        if one.get("multiple") and isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                value = value.split(",")
        values = value if isinstance(value, list) else [] if value is None else [value]
        out[key] = [str(v).lower() if isinstance(v, bool) else str(v) for v in values]
    return out


def filled(text, known):
    def one(found):
        name = found.group(1)
        if name.startswith("user_config."):
            return ",".join(known.get(name[len("user_config."):], []))
        places = {"__dirname": str(HERE), "HOME": os.environ.get("HOME", ""), "pathSeparator": "/", "/": "/"}
        return places.get(name, found.group(0))

    # Twice: a default may itself name a place.
    return re.sub(r"\$\{([^}]+)\}", one, re.sub(r"\$\{([^}]+)\}", one, text))


def command_line(manifest, known):
    server = manifest["server"]
    config = mcp_config(manifest)
    command, args = config.get("command") or "", []
    if not command and server.get("type") == "uv":
        command, args = "uv", ["run", "--directory", str(HERE), server.get("entry_point", "")]
    for text in config.get("args") or []:
        alone = re.fullmatch(r"\$\{user_config\.([^}]+)\}", text)
        args.extend([filled(v, known) for v in known.get(alone.group(1), [])] if alone else [filled(text, known)])
    command = filled(command, known)
    if server.get("type") == "python" and command in ("python", "python3"):
        command = sys.executable
    env = {name: os.environ[name] for name in PASSED if name in os.environ}
    env.update({name: value for name, value in ((n, filled(v, known)) for n, v in config["env"].items()) if value})
    return [command, *args], env


class Server:
    def __init__(self, manifest, seconds):
        argv, env = command_line(manifest, settings(manifest))
        self.until = time.monotonic() + seconds
        self.number = 0
        self.lines = queue.Queue()
        try:
            self.child = subprocess.Popen(
                argv, env=env, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
        except OSError as error:
            raise Trouble(f"the server could not be started: {error}") from error
        self.said = b""
        threading.Thread(target=self.read_out, daemon=True).start()
        threading.Thread(target=self.read_err, daemon=True).start()

    def read_out(self):
        for line in self.child.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def read_err(self):
        for line in self.child.stderr:
            self.said = (self.said + line)[-2000:]

    def send(self, message):
        try:
            self.child.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
            self.child.stdin.flush()
        except OSError as error:
            raise Trouble(self.ended()) from error

    def ended(self):
        time.sleep(0.1)
        said = self.said.decode("utf-8", "replace").strip()
        return "the server ended" + (f" and said: {said}" if said else " without a word")

    def ask(self, method, params):
        self.number += 1
        self.send({"id": self.number, "method": method, "params": params})
        while True:
            try:
                line = self.lines.get(timeout=max(0.0, self.until - time.monotonic()))
            except queue.Empty:
                raise Trouble("the server did not answer in time") from None
            if line is None:
                raise Trouble(self.ended())
            try:
                answer = json.loads(line)
            except ValueError:
                continue
            if not isinstance(answer, dict):
                continue
            if "method" in answer and "id" in answer:
                # It asks for what nobody here can give.
                error = {"code": -32601, "message": "not offered"}
                self.send({"id": answer["id"], "error": error})
            elif answer.get("id") == self.number:
                if "error" in answer:
                    raise Trouble(str(answer["error"].get("message", answer["error"])))
                return answer.get("result") or {}

    def greet(self):
        client = {"name": "sanctum-bundle", "version": "1"}
        self.ask("initialize", {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client})
        self.send({"method": "notifications/initialized"})

    def tools(self):
        found, cursor = [], None
        for _ in range(20):
            page = self.ask("tools/list", {"cursor": cursor} if cursor else {})
            found.extend(page.get("tools") or [])
            cursor = page.get("nextCursor")
            if not cursor:
                break
        return found

    def end(self):
        self.child.kill()
        self.child.wait()


def command_name(tool):
    return re.sub(r"[^a-zA-Z0-9_-]", "_", tool)


def kind_of(schema):
    kind = schema.get("type", "string")
    kinds = [k for k in (kind if isinstance(kind, list) else [kind]) if k in TYPES]
    return kinds[0] if kinds else "string"


def parameters(tool):
    schema = tool.get("inputSchema") or {}
    required = schema.get("required") or []
    out = []
    for name, one in (schema.get("properties") or {}).items():
        one = one if isinstance(one, dict) else {}
        spec = {"name": name, "type": kind_of(one), "required": name in required}
        spec.update({key: one[key] for key in ("description", "default", "items") if one.get(key) is not None})
        out.append(spec)
    return out


def describe(manifest):
    server = None
    try:
        server = Server(manifest, DESCRIBE_S)
        server.greet()
        tools = server.tools()
    except Trouble:
        # Without its settings a server may not start; what the manifest lists is better than nothing.
        tools = manifest.get("tools") or []
        if not tools:
            raise
    finally:
        if server:
            server.end()
    commands = [
        {"name": command_name(t["name"]), "description": t.get("description") or t["name"], "parameters": parameters(t)}
        for t in tools
    ]
    plugin = {"name": manifest.get("name"), "version": manifest.get("version")}
    plugin["description"] = manifest.get("description")
    print(json.dumps({"contract_version": "1.0", "plugin": plugin, "commands": commands}))


def told(words):
    """`--name value …` as SMCP writes it: each name with all of its values."""
    out, name = {}, None
    for word in words:
        if word.startswith("--") and len(word) > 2:
            name, is_whole, value = word[2:].partition("=")
            name = name.replace("-", "_")
            out.setdefault(name, []).extend([value] if is_whole else [])
        elif name is not None:
            out[name].append(word)
    return out


def valued(kind, values):
    text = values[-1] if values else ""
    if kind == "boolean":
        return not values or text.lower() in ("true", "1", "yes")
    if kind == "integer":
        return int(text)
    if kind == "number":
        return float(text)
    if kind in ("array", "object") and len(values) == 1:
        try:
            whole = json.loads(text)
        except ValueError:
            whole = text
        return whole if kind == "object" or isinstance(whole, list) else [whole]
    return values if kind == "array" else text


def call(manifest, command, words):
    server = Server(manifest, ANSWER_S)
    try:
        server.greet()
        tool = next((t for t in server.tools() if command_name(t["name"]) == command), None)
        if tool is None:
            raise Trouble(f"the server has no tool {command}")
        kinds = (tool.get("inputSchema") or {}).get("properties") or {}
        names = {name.replace("-", "_"): name for name in kinds}
        arguments = {}
        for name, values in told(words).items():
            whole = names.get(name, name)
            try:
                arguments[whole] = valued(kind_of(kinds.get(whole) or {}), values)
            except ValueError:
                raise Trouble(f"{whole} is no {kind_of(kinds[whole])}: {values[-1]}") from None
        answer = server.ask("tools/call", {"name": tool["name"], "arguments": arguments})
    finally:
        server.end()
    texts = [part.get("text") or f"[{part.get('type')}]" for part in answer.get("content") or []]
    if answer.get("isError"):
        raise Trouble("\n".join(texts) or "the tool failed")
    plain = answer.get("structuredContent")
    print(json.dumps(plain) if plain is not None else "\n".join(texts))


def main(words):
    try:
        manifest = json.loads((HERE / "manifest.json").read_text(encoding="utf-8"))
        if words[:1] == ["--describe"]:
            describe(manifest)
        elif words and not words[0].startswith("-"):
            call(manifest, words[0], words[1:])
        else:
            print("usage: cli.py --describe | <command> [--name value …]")
    except Trouble as trouble:
        # SMCP passes on what stands on standard output; standard error is lost.
        print(json.dumps({"error": str(trouble)}))
        print(trouble, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
