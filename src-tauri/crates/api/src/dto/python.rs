//! Python: interpreters and the environments that modules run in.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::Status;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PythonInterpreter {
    pub path: String,
    pub version: Option<String>,
    /// "Homebrew", "the system".
    pub origin: String,
    /// `Healthy` fits, `Degraded` fits with a catch, `Error` cannot be used.
    pub status: Status,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PythonPackage {
    pub name: String,
    pub version: String,
    /// Pinned in the environment's own file.
    pub pinned: bool,
}

/// An earlier state of an environment that was kept, and can be put back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PythonKept {
    pub id: String,
    pub made_at: String,
    pub python: String,
    pub packages: u32,
    /// Bytes on disk.
    pub size: f64,
    /// The change that replaced it: "Add aiogram 3.21".
    pub replaced_by: Option<String>,
}

/// `agents` (the shared one) or `smcp`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PythonEnv {
    pub id: String,
    pub title: String,
    /// Relative to the root.
    pub path: String,
    /// The pins, relative to the root.
    pub requirements: String,
    pub exists: bool,
    pub status: Status,
    pub python: Option<String>,
    pub packages: Vec<PythonPackage>,
    /// Pins that are not fulfilled, conflicts and imports that fail, in words.
    pub problems: Vec<String>,
    pub kept: Vec<PythonKept>,
    /// Instances that run in it.
    pub used_by: Vec<String>,
    pub size: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PythonView {
    pub interpreters: Vec<PythonInterpreter>,
    pub envs: Vec<PythonEnv>,
    /// "uv 0.5.4" where it is there, else what is used instead: "pip".
    pub installer: String,
}

/// What is to become of an environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PythonChange {
    /// Made where there is none, from its pins.
    Create {
        python: String,
    },
    /// Built anew from its pins with the interpreter it has.
    Repair,
    /// With another interpreter.
    Python {
        python: String,
    },
    /// Packages as pip writes them: `aiogram==3.21.0`, `httpx`.
    Add {
        packages: Vec<String>,
    },
    Remove {
        packages: Vec<String>,
    },
    /// The whole text of the pins.
    Pins {
        text: String,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PythonMove {
    pub name: String,
    pub from: Option<String>,
    pub to: Option<String>,
}

/// The pins of an environment with what the code of its modules asks for beyond them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PythonPins {
    pub text: String,
    /// Something of the text is not in the pins file yet; it comes from here.
    pub proposed: Option<String>,
}

/// What a change would do, without doing it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PythonTry {
    pub ok: bool,
    pub moves: Vec<PythonMove>,
    /// Why it cannot be, each in a sentence a person understands.
    pub conflicts: Vec<String>,
    /// What the installer printed, for copying.
    pub output: Vec<String>,
    pub took_ms: u32,
}
