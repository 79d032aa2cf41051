//! The files of a new plugin of SMCP, to begin from: it runs, describes itself by the contract, and its test passes.

use crate::finding::Finding;
use crate::place::name_problem;
use crate::read::Kind;
use crate::text::shown;

/// One file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Within the plugin's folder.
    pub path: &'static str,
    pub text: String,
    pub executable: bool,
}

const CLI: &str = r#"#!/usr/bin/env python3
"""NAME: WHAT"""

import argparse
import json
import sys

VERSION = "0.1.0"

# What SMCP asks for with --describe. Each command becomes the tool NAME__<command>. The contract allows extra keys.
DESCRIPTION = {
    "contract_version": "1.0",
    "plugin": {"name": "NAME", "version": VERSION, "description": "WHAT"},
    "commands": [
        {
            "name": "greet",
            "description": "Greets somebody by name.",
            "parameters": [
                {"name": "name", "type": "string", "description": "Who is greeted.", "required": True},
                {"name": "times", "type": "integer", "description": "How often.", "default": 1},
                {
                    "name": "loud",
                    "type": "boolean",
                    "description": "In capital letters.",
                    "default": False,
                    "action": "store_true",
                },
            ],
        },
    ],
}


def greet(name, times=1, loud=False):
    """Returns what the tool answers: anything that can be written as JSON."""
    if not 1 <= times <= 10:
        raise ValueError("times is a number from 1 to 10")
    greeting = f"Hello, {name}!"
    return {"greetings": [greeting.upper() if loud else greeting] * times}


def parser():
    top = argparse.ArgumentParser(prog="NAME", description="WHAT")
    top.add_argument("--describe", action="store_true", help="print what this plugin offers, as JSON")
    commands = top.add_subparsers(dest="command")
    one = commands.add_parser("greet", help="Greets somebody by name.")
    one.add_argument("--name", required=True)
    one.add_argument("--times", type=int, default=1)
    one.add_argument("--loud", action="store_true")
    return top


def main(arguments=None):
    told = parser().parse_args(arguments)
    if told.describe:
        print(json.dumps(DESCRIPTION))
        return 0
    try:
        if told.command == "greet":
            print(json.dumps(greet(told.name, told.times, told.loud)))
            return 0
    except ValueError as error:
        # SMCP passes on what stands on standard output; standard error is lost.
        print(json.dumps({"error": str(error)}))
        return 1
    print(json.dumps({"error": "no such command; try --help"}))
    return 2


if __name__ == "__main__":
    sys.exit(main())
"#;

const README: &str = "# NAME

WHAT

## Tools

| Tool | What it does |
|---|---|
| `NAME__greet` | Greets somebody by name. |

## Settings

It has none. A setting is an environment variable that the plugin reads. Name each of them here, and say what it is for;
what has `KEY`, `TOKEN`, `SECRET` or `PASSWORD` in its name is kept in the keychain.

## Try it

    python3 cli.py --describe
    python3 cli.py greet --name Athena
    python3 -m unittest
    sanctumctl plugins check .
";

const REQUIREMENTS: &str =
    "# Packages that NAME needs, one in each line, such as `httpx>=0.27`. They are installed into the
# environment of SMCP, which all of its plugins share.
";

const TEST: &str = r#"import json
import subprocess
import sys
import unittest
from pathlib import Path

CLI = Path(__file__).with_name("cli.py")


def run(*arguments):
    return subprocess.run([sys.executable, str(CLI), *arguments], capture_output=True, text=True, timeout=30)


class Plugin(unittest.TestCase):
    def test_it_describes_itself(self):
        said = json.loads(run("--describe").stdout)
        self.assertEqual(said["plugin"]["name"], "NAME")
        self.assertEqual([command["name"] for command in said["commands"]], ["greet"])

    def test_it_greets(self):
        done = run("greet", "--name", "Athena", "--times", "2")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(json.loads(done.stdout)["greetings"], ["Hello, Athena!"] * 2)

    def test_what_is_wrong_is_told_on_standard_output(self):
        done = run("greet", "--name", "Athena", "--times", "99")
        self.assertEqual(done.returncode, 1)
        self.assertIn("1 to 10", json.loads(done.stdout)["error"])


if __name__ == "__main__":
    unittest.main()
"#;

/// The files of a plugin called `name`; `what` says in a sentence what it does.
///
/// # Errors
/// Where a plugin cannot have this name.
pub fn skeleton(name: &str, what: &str) -> Result<Vec<NewFile>, Finding> {
    if let Some(problem) = name_problem(Kind::Smcp, name) {
        return Err(problem);
    }
    // It stands within texts of Python and within Markdown.
    let what: String = shown(what).chars().filter(|c| !matches!(c, '"' | '\\' | '`')).collect();
    let what = if what.is_empty() { "Says what it does in one sentence.".to_owned() } else { what };
    let file = |path, text: &str, executable| NewFile {
        path,
        text: text.replace("NAME", name).replace("WHAT", &what),
        executable,
    };
    Ok(vec![
        file("cli.py", CLI, true),
        file("README.md", README, false),
        file("requirements.txt", REQUIREMENTS, false),
        file("test_cli.py", TEST, false),
    ])
}
