//! The session around a window, as its owner uses it: the keyring is locked, ended and opened, the clipboard is read.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt, CreateWindowAux, WindowClass};

use crate::window::Window;

/// Bounds a hang, measures nothing.
const PATIENCE: Duration = Duration::from_secs(20);

impl Window {
    /// The environment of the window's session, its bus among it.
    pub(crate) fn session(&self) -> Result<BTreeMap<String, String>> {
        let pid = self.pids_of("WebKitWebDriver").first().copied().context("the driver runs")?;
        let bytes = std::fs::read(format!("/proc/{pid}/environ")).context("reading the session's environment")?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(text
            .split('\0')
            .filter_map(|pair| pair.split_once('='))
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .collect())
    }

    fn in_session(&self, program: &str, args: &[&str], input: &str) -> Result<Output> {
        let mut child = Command::new(program)
            .args(args)
            .env_clear()
            .envs(self.session()?)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting {program}"))?;
        child.stdin.take().context("its standard input")?.write_all(input.as_bytes())?;
        child.wait_with_output().with_context(|| format!("waiting for {program}"))
    }

    /// Locks the keyring as a person does in the desktop's own app.
    ///
    /// # Errors
    /// When there is no keyring to lock.
    pub fn lock_keyring(&self) -> Result<()> {
        let collection = "['/org/freedesktop/secrets/collection/login']";
        let path = ["--object-path", "/org/freedesktop/secrets", "--method", "org.freedesktop.Secret.Service.Lock"];
        let mut args = vec!["call", "--session", "--dest", "org.freedesktop.secrets"];
        args.extend(path);
        args.push(collection);
        let done = self.in_session("gdbus", &args, "")?;
        ensure!(done.status.success(), "the keyring is locked: {done:?}");
        Ok(())
    }

    /// Ends the keyring's daemon as a crash would.
    ///
    /// # Errors
    /// When there is none.
    pub fn kill_keyring(&self) -> Result<()> {
        let ask = ["--object-path", "/", "--method", "org.freedesktop.DBus.GetConnectionUnixProcessID"];
        let mut args = vec!["call", "--session", "--dest", "org.freedesktop.DBus"];
        args.extend(ask);
        args.push("org.freedesktop.secrets");
        let told = self.in_session("gdbus", &args, "")?;
        let words = String::from_utf8_lossy(&told.stdout).into_owned();
        let pid = words.rsplit(|c: char| !c.is_ascii_digit()).find(|part| !part.is_empty());
        let pid = pid.and_then(|pid| pid.parse().ok()).and_then(rustix::process::Pid::from_raw);
        let pid = pid.with_context(|| format!("the keyring runs: {told:?}"))?;
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).context("ending the keyring")
    }

    /// Starts a keyring in the session and opens it.
    ///
    /// # Errors
    /// When it does not start.
    pub fn open_keyring(&self, password: &str) -> Result<()> {
        let done =
            self.in_session("gnome-keyring-daemon", &["--replace", "--unlock", "--components=secrets"], password)?;
        ensure!(done.status.success(), "the keyring starts: {done:?}");
        let path = "/org/freedesktop/secrets/collection/login";
        let ask = ["--object-path", path, "--method", "org.freedesktop.DBus.Properties.Get"];
        let mut args = vec!["call", "--session", "--dest", "org.freedesktop.secrets"];
        args.extend(ask);
        args.extend(["org.freedesktop.Secret.Collection", "Locked"]);
        let began = Instant::now();
        // The one before may still hold the name for a moment.
        while self.in_session("gdbus", &args, "")?.stdout != b"(<false>,)\n" {
            ensure!(began.elapsed() < PATIENCE, "the keyring that was started does not open");
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// The text on the clipboard, as another program gets it; `None` where it holds none.
    ///
    /// # Errors
    /// When the display does not answer.
    pub fn clipboard(&self) -> Result<Option<String>> {
        let (connection, screen) = x11rb::connect(Some(self.display())).context("connecting to the display")?;
        let root = connection.setup().roots[screen].root;
        let window = connection.generate_id()?;
        let aux = CreateWindowAux::new();
        connection.create_window(0, window, root, 0, 0, 1, 1, 0, WindowClass::INPUT_ONLY, 0, &aux)?.check()?;
        let atom = |name: &[u8]| -> Result<u32> { Ok(connection.intern_atom(false, name)?.reply()?.atom) };
        let (clipboard, utf8, answer) = (atom(b"CLIPBOARD")?, atom(b"UTF8_STRING")?, atom(b"ANSWER")?);
        connection.convert_selection(window, clipboard, utf8, answer, 0u32)?.check()?;
        let began = Instant::now();
        loop {
            match connection.poll_for_event()? {
                Some(Event::SelectionNotify(notice)) if notice.property == u32::from(AtomEnum::NONE) => {
                    return Ok(None);
                }
                Some(Event::SelectionNotify(_)) => break,
                Some(_) => {}
                None => std::thread::sleep(Duration::from_millis(10)),
            }
            ensure!(began.elapsed() < PATIENCE, "who holds the clipboard does not answer");
        }
        let text = connection.get_property(true, window, answer, AtomEnum::ANY, 0, 1 << 16)?.reply()?.value;
        Ok(Some(String::from_utf8_lossy(&text).into_owned()))
    }
}
