# Makes an environment in a folder of its own, or checks one. Run by an interpreter with -I; its one argument is the job.
# Children inherit standard input: the engine tells by a lock on it whether anything of this still runs.
import json
import os
import subprocess
import sys

job = json.loads(sys.argv[1])
target = job["target"]
python = os.path.join(target, "bin", "python")
uv = job.get("uv")
checking = job["mode"] == "check"

LIST = r"""
import importlib.metadata, json, re, sys
names = set(json.loads(sys.argv[1]))
plain = lambda name: re.sub(r"[-_.]+", "-", name or "").lower()
found, versions = {}, {}
for dist in importlib.metadata.distributions():
    name = plain(dist.metadata["Name"])
    versions.setdefault(dist.metadata["Name"] or "", dist.version)
    if names and name not in names or not names and name in ("pip", "setuptools", "wheel"):
        continue
    tops = set()
    # Installed by its own setup.py, its files are those of its sources, which lie elsewhere now.
    old_way = dist.read_text("RECORD") is None
    if old_way:
        tops.update((dist.read_text("top_level.txt") or "").split())
    for file in [] if old_way else dist.files or []:
        first = file.parts[0]
        if len(file.parts) > 1 and file.suffix in (".py", ".so") and first.isidentifier():
            tops.add(first)
        elif len(file.parts) == 1 and file.suffix in (".py", ".so"):
            tops.add(first.split(".")[0])
    tops = {top for top in tops if top.isidentifier() and top not in ("tests", "test", "docs", "examples", "__pycache__")}
    public = sorted(top for top in tops if not top.startswith("_"))
    exact = [top for top in public if plain(top) in (name, name.removeprefix("python-"))]
    if exact or public:
        found[dist.metadata["Name"]] = (exact or public)[0]
print(json.dumps({"modules": found, "versions": versions}))
"""
IMPORT = "import importlib, sys; importlib.import_module(sys.argv[1])"


def say(text):
    print(text, flush=True)


def fail(text):
    say(text)
    sys.exit(1)


def stream(argv):
    said = []
    child = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    for line in child.stdout:
        line = line.rstrip()
        if line:
            said.append(line)
            say(line)
    return child.wait(), said


def listed(names):
    asked = [python, "-I", "-B", "-c", LIST, json.dumps(names)]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=120, stdin=None)
    if done.returncode:
        fail("The new environment cannot list its packages: " + (done.stderr.strip().splitlines() or ["no reason given"])[-1])
    return json.loads(done.stdout)


def importing(modules):
    """What cannot be imported, in words."""
    wrong = []
    for name, module in sorted(modules.items()):
        argv = [python, "-I"] + (["-B"] if checking else []) + ["-c", IMPORT, module]
        try:
            done = subprocess.run(argv, capture_output=True, text=True, errors="replace", timeout=60)
        except subprocess.TimeoutExpired:
            wrong.append(f"{name} is installed, but importing `{module}` did not end within 60 s.")
            continue
        if done.returncode:
            last = (done.stderr.strip().splitlines() or [f"it ended with code {done.returncode}"])[-1]
            wrong.append(f"{name} is installed, but cannot be imported: {last}")
    return wrong


def consistent():
    """What pip or uv finds missing or not fitting among the packages."""
    if uv:
        argv = [uv, "pip", "check", "--python", python]
    elif os.path.isdir(os.path.join(target, "bin")) and has_pip(python):
        argv = [python, "-I", "-m", "pip", "check"]
    elif has_pip(sys.executable):
        argv = [sys.executable, "-I", "-m", "pip", "--python", python, "check"]
    else:
        return None
    done = subprocess.run(argv, capture_output=True, text=True, errors="replace", timeout=120)
    if not done.returncode:
        return []
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    noise = ("Using Python", "Checked ", "Found ", "No broken requirements")
    return [line for line in lines if not line.startswith(noise)] or ["The packages do not fit together."]


def has_pip(program):
    return not subprocess.run([program, "-I", "-c", "import pip"], capture_output=True).returncode


def install(held):
    pins = os.path.join(target, ".sanctum-pins.txt")
    if uv:
        argv = [uv, "pip", "install", "--python", python, "-r", pins]
    else:
        argv = [python, "-I", "-m", "pip", "install", "--no-input", "--progress-bar", "off", "--retries", "3", "-r", pins]
    if held:
        constraints = os.path.join(target, ".sanctum-held.txt")
        with open(constraints, "w", encoding="utf-8") as out:
            out.write("".join(line + "\n" for line in held))
        argv += ["-c", constraints]
    try:
        return stream(argv)
    finally:
        if held:
            os.unlink(constraints)


def unresolved(said):
    signs = ("ResolutionImpossible", "No matching distribution", "No solution found", "conflicting dependencies")
    return any(sign in line for line in said for sign in signs)


def named(said):
    """The installer's own line that says which package it is about, cut to what fits in a sentence."""
    signs = ("No matching distribution", "conflicting dependencies", "Because ")
    line = next((line for line in said if any(sign in line for sign in signs)), "")
    line = line.replace("ERROR: ", "").strip(" ╰─▶×")
    return f" It says: {line[:200]}" if line else ""


def reason(said):
    text = "\n".join(said)
    offline = ("NewConnectionError", "Connection refused", "Name or service not known", "client error (Connect)",
               "Temporary failure in name resolution", "nodename nor servname", "Network is unreachable",
               "ConnectTimeoutError", "ReadTimeoutError", "ProxyError", "Failed to resolve", "dns error")
    if any(sign in text for sign in offline):
        return "The package index did not answer, so nothing could be installed."
    if "CERTIFICATE_VERIFY_FAILED" in text or "invalid peer certificate" in text:
        return "The certificate of the package index is not trusted here, so nothing could be installed."
    if "MATCH THE HASHES" in text or "Hash mismatch" in text:
        return "A package is not the file that the pins name: its hash differs."
    if "No space left" in text:
        return "The disk is full."
    if unresolved(said):
        return "The pins do not fit together, or the index does not have one of them." + named(said)
    return "The packages could not be installed."


def build():
    say(f"Making the environment with Python {'.'.join(map(str, sys.version_info[:3]))} and {'uv' if uv else 'pip'}.")
    if uv:
        code, _ = stream([uv, "venv", "--no-project", "--python", sys.executable, target])
    else:
        code, _ = stream([sys.executable, "-I", "-m", "venv", target])
    if code:
        fail("The environment could not be made.")
    with open(os.path.join(target, ".sanctum-pins.txt"), "w", encoding="utf-8") as out:
        out.write(job["pins"])
    if job["asks"]:
        say("Installing what the pins ask for.")
        code, said = install(job["held"])
        if code and job["held"] and unresolved(said):
            say("Not everything can stay at the version that is installed now; looking again without holding it.")
            code, said = install([])
        if code:
            fail(reason(said))
    say("Checking that the packages fit together.")
    wrong = consistent() or []
    if wrong:
        fail(" ".join(wrong[:8]))
    found = listed(job["names"])
    modules = found["modules"] if job["names"] else {}
    if modules:
        say(f"Importing {len(modules)} of them.")
    wrong = importing(modules)
    if wrong:
        fail(" ".join(wrong[:8]))
    frozen = sorted(f"{name}=={version}" for name, version in found["versions"].items())
    with open(os.path.join(target, ".sanctum-freeze.txt"), "w", encoding="utf-8") as out:
        out.write("".join(line + "\n" for line in frozen))
    with open(os.path.join(target, ".sanctum-env.json"), "w", encoding="utf-8") as out:
        json.dump(job["note"], out)
    say(f"{len(frozen)} packages are installed; they fit together, and what is pinned can be imported.")


if checking:
    wrong = consistent()
    print(json.dumps({
        "fit": wrong or [],
        "asked": wrong is not None,
        "imports": importing(listed(job["names"])["modules"]),
    }))
else:
    build()
