//! A running stand-in of SMCP, its plugins, and looks at processes.

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Longest that anything is waited for.
pub const LONG: Duration = Duration::from_secs(30);

pub fn stand_in() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/stand-ins/smcp").canonicalize().unwrap()
}

pub fn plugins() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plugins")
}

pub fn python() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    std::env::split_paths(&path).map(|dir| dir.join("python3")).find(|file| file.is_file()).unwrap()
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// What both ways of starting it need.
pub fn env(logs: &Path) -> Vec<(String, String)> {
    let pairs = [
        ("MCP_PLUGINS_DIR", plugins().display().to_string()),
        ("MCP_LOG_DIR", logs.display().to_string()),
        ("PATH", std::env::var("PATH").unwrap()),
        ("PYTHONDONTWRITEBYTECODE", "1".to_owned()),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value)).to_vec()
}

/// SMCP on a port, ended with this.
pub struct Smcp {
    child: Child,
    port: u16,
    pub dir: TempDir,
}

impl Smcp {
    pub fn start(more: &[(&str, &str)]) -> Smcp {
        let (dir, port) = (tempfile::tempdir().unwrap(), free_port());
        let child = Command::new(python())
            .arg(stand_in().join("smcp.py"))
            .env_clear()
            .envs(env(dir.path()))
            .env("MCP_PORT", port.to_string())
            .envs(more.iter().copied())
            .current_dir(dir.path())
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut smcp = Smcp { child, port, dir };
        until("SMCP listens", || {
            assert!(smcp.child.try_wait().unwrap().is_none(), "SMCP runs");
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        smcp
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/sse", self.port)
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("mcp_server.log")).unwrap()
    }

    /// Kills it at once, as a crash would.
    pub fn crash(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Smcp {
    fn drop(&mut self) {
        // Asked, it ends its plugins too.
        if let (Ok(None), Some(pid)) = (self.child.try_wait(), pid(self.child.id().cast_signed())) {
            let _ = kill_process(pid, Signal::TERM);
            let _ = self.child.wait();
        }
    }
}

/// Polls until `fits`.
pub fn until(what: &str, mut fits: impl FnMut() -> bool) {
    let end = Instant::now() + LONG;
    while !fits() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The process number in a file, once it is there.
pub fn number_in(file: &Path) -> i32 {
    until("the plugin runs", || file.exists());
    std::fs::read_to_string(file).unwrap().parse().unwrap()
}

fn pid(number: i32) -> Option<Pid> {
    Pid::from_raw(number)
}

/// Whether this process is there. One that nobody collected counts as gone.
pub fn alive(number: i32) -> bool {
    let there = pid(number).is_some_and(|pid| test_kill_process(pid).is_ok());
    there && !std::fs::read_to_string(format!("/proc/{number}/stat")).is_ok_and(|stat| stat.contains(") Z "))
}

pub fn kill(number: i32) {
    if let Some(pid) = pid(number) {
        let _ = kill_process(pid, Signal::KILL);
    }
}
