//! Plugins asked what they do, by real Python, the well-behaved and the others.

#![expect(clippy::unwrap_used, reason = "in a test an unexpected error is a failure, told with its place")]

#[path = "describing/contract.rs"]
mod contract;
#[path = "describing/hostile.rs"]
mod hostile;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sanctum_plugins::describe::{Cache, Cage, DescribeError, Described, Limits, NoCache, Subject, describe};

/// The interpreter itself; what is called `python3` may be a script that starts it.
fn python() -> PathBuf {
    let said = std::process::Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
    let said = String::from_utf8(said.expect("python3 is on the PATH").stdout).unwrap();
    let real = Path::new(said.trim());
    assert!(real.is_absolute(), "it says where it is: {said}");
    real.to_owned()
}

/// A plugin folder to be asked, with what surrounds it.
struct Trial {
    temp: tempfile::TempDir,
    dir: PathBuf,
    limits: Limits,
}

impl Trial {
    fn new(name: &str, cli: &str) -> Trial {
        let temp = tempfile::tempdir().unwrap();
        let dir = temp.path().join("plugins").join(name);
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::create_dir(temp.path().join("scratch")).unwrap();
        std::fs::write(dir.join("cli.py"), cli).unwrap();
        // A machine under load still ends what is well-behaved.
        Trial { temp, dir, limits: Limits { time: Duration::from_secs(60), ..Limits::default() } }
    }

    fn fixture(name: &str) -> Trial {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/smcp").join(name);
        Trial::new(name, &std::fs::read_to_string(from.join("cli.py")).unwrap())
    }

    fn limited(mut self, limits: Limits) -> Trial {
        self.limits = limits;
        self
    }

    fn hash(&self) -> String {
        sanctum_fetch::content_hash(&self.dir).unwrap()
    }

    fn ask(&self) -> Result<Described, DescribeError> {
        self.ask_with(&self.hash(), &NoCache, &|| false)
    }

    fn ask_with(
        &self,
        hash: &str,
        cache: &dyn Cache,
        cancelled: &(dyn Fn() -> bool + Sync),
    ) -> Result<Described, DescribeError> {
        let (python, path) = (python(), std::env::var("PATH").unwrap());
        let scratch = self.temp.path().join("scratch");
        let cage =
            Cage { python: &python, path: &path, lang: "C.UTF-8", scratch: &scratch, limits: self.limits, cancelled };
        let name = self.dir.file_name().unwrap().to_str().unwrap();
        let answer = describe(&Subject { dir: &self.dir, name, hash, listed: &[] }, &cage, cache);
        let left: Vec<_> = std::fs::read_dir(&scratch).unwrap().flatten().collect();
        assert!(left.is_empty(), "nothing is left in the scratch folder: {left:?}");
        answer
    }
}

/// A `cli.py` that prints this as its description, after it has run something.
fn cli(before: &str, answer: &str) -> String {
    format!("import json, os, subprocess, sys, time\n{before}\nprint({answer})\n")
}

fn codes(described: &Described) -> Vec<&str> {
    described.findings.iter().map(|finding| finding.code.as_str()).collect()
}
