//! A display of our own and what is seen on it: when a window is mapped, and when its page is painted.
//!
//! The X server itself tells of the mapping (`MapNotify` of a child of the root), so nothing has to be asked of the program.

use std::collections::BTreeMap;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{ChangeWindowAttributesAux, ConnectionExt, EventMask, ImageFormat};
use x11rb::rust_connection::RustConnection;

const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks at the display.
const LOOK: Duration = Duration::from_micros(250);

/// A display that ends when dropped.
pub struct Screen {
    pub name: String,
    server: Child,
    connection: RustConnection,
    root: u32,
}

/// A started program and its first window.
pub struct Started {
    child: Child,
    began: Instant,
    /// From exec to the mapping.
    pub mapped: Duration,
    x: i16,
    y: i16,
    width: u16,
    height: u16,
}

impl Screen {
    pub fn open() -> Result<Self> {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1600x1000x24", "-nolisten", "tcp"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .context("starting Xvfb")?;
        let out = server.stdout.take().context("Xvfb has no output")?;
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line)
            .context("reading the display's number")?;
        let name = format!(":{}", line.trim());
        let (connection, number) = x11rb::connect(Some(&name)).context("connecting to the display")?;
        let root = connection.setup().roots[number].root;
        let listen = ChangeWindowAttributesAux::new().event_mask(EventMask::SUBSTRUCTURE_NOTIFY);
        connection.change_window_attributes(root, &listen)?.check().context("listening for windows")?;
        Ok(Self { name, server, connection, root })
    }

    /// Starts a program and waits for its window.
    pub fn start(&self, program: &Path, env: &BTreeMap<String, String>) -> Result<Started> {
        while self.connection.poll_for_event()?.is_some() {}
        let began = Instant::now();
        let child = Command::new(program)
            .env_clear()
            .envs(env)
            .env("DISPLAY", &self.name)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .with_context(|| format!("starting {}", program.display()))?;
        let mut started = Started { child, began, mapped: Duration::ZERO, x: 0, y: 0, width: 0, height: 0 };
        loop {
            match self.connection.poll_for_event()? {
                Some(Event::MapNotify(map)) => {
                    let seen = began.elapsed();
                    let at = self.connection.get_geometry(map.window)?.reply()?;
                    if at.width >= 600 {
                        (started.x, started.y, started.width, started.height) = (at.x, at.y, at.width, at.height);
                        started.mapped = seen;
                        return Ok(started);
                    }
                }
                Some(_) => {}
                None => {
                    anyhow::ensure!(began.elapsed() < PATIENCE, "{} shows no window", program.display());
                    std::thread::sleep(LOOK);
                }
            }
        }
    }

    /// Pixels of a piece of the window, 4 bytes each.
    pub fn look(&self, window: &Started, x: i16, y: i16, width: u16, height: u16) -> Result<Vec<u8>> {
        let (x, y) = (window.x + x, window.y + y);
        let image = self.connection.get_image(ImageFormat::Z_PIXMAP, self.root, x, y, width, height, !0)?;
        Ok(image.reply().context("looking at the display")?.data)
    }

    /// From exec until a line across the foot of the window is in the page's own colours.
    pub fn themed(&self, window: &Started) -> Result<Duration> {
        loop {
            let line = self.look(window, 0, i16::try_from(window.height)? - 12, window.width, 1)?;
            let ours = line.chunks_exact(4).filter(|p| PAGE.iter().any(|color| p[..3] == color[..])).count();
            if ours * 2 > usize::from(window.width) {
                return Ok(window.began.elapsed());
            }
            anyhow::ensure!(window.began.elapsed() < PATIENCE, "the window is never painted in the page's colour");
            std::thread::sleep(LOOK);
        }
    }

    /// From exec until the middle of the content is what it is `settle` after the start, but for a few pixels.
    pub fn filled(&self, window: &Started, settle: Duration) -> Result<Duration> {
        let (x, height) = (420, window.height - 160);
        let mut seen = Vec::new();
        while window.began.elapsed() < settle {
            let strip = self.look(window, x, 120, 24, height)?;
            if seen.last().is_none_or(|(_, last)| *last != strip) {
                seen.push((window.began.elapsed(), strip));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        let (_, last) = seen.last().cloned().context("the display was never looked at")?;
        let (at, _) = seen.into_iter().find(|(_, strip)| alike(strip, &last)).context("the window never settled")?;
        Ok(at)
    }
}

/// `bg-page` of the design tokens, light and dark, as the server stores it (blue first).
const PAGE: [[u8; 3]; 2] = [[0xf9, 0xf8, 0xf8], [0x22, 0x21, 0x21]];

/// 97 of 100 pixels are the same: a status may be measured anew, a card may not be missing.
fn alike(one: &[u8], other: &[u8]) -> bool {
    let same = one.chunks_exact(4).zip(other.chunks_exact(4)).filter(|(a, b)| a == b).count();
    same * 4 * 100 >= other.len() * 97
}

impl Started {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn since(&self) -> Duration {
        self.began.elapsed()
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        super::processes::end(&mut self.child);
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        super::processes::end(&mut self.server);
    }
}
