//! Files dragged from another program and let go over the window, in the words of the XDND protocol (version 5).
//!
//! WebDriver cannot drag from outside; this is the other program.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt, CreateWindowAux, EventMask, PropMode, SELECTION_NOTIFY_EVENT,
    SelectionNotifyEvent, SelectionRequestEvent, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// How long the window may take to answer. It bounds a hang, it measures nothing.
const PATIENCE: Duration = Duration::from_secs(20);
const VERSION: u32 = 5;

struct Source {
    connection: RustConnection,
    /// Ours, never shown.
    window: u32,
    target: u32,
    uris: String,
}

/// Drags files over the point (`x`, `y`) of a page that is `page` pixels high, and lets them go there. The page ends where the
/// window ends; the menu bar stands above it.
///
/// # Errors
/// When no window takes drops, or it takes these not.
pub(crate) fn drop_files(display: &str, files: &[&Path], (x, y): (i16, i16), page: i16) -> Result<()> {
    let (connection, number) = x11rb::connect(Some(display)).context("connecting to the display")?;
    let root = connection.setup().roots[number].root;
    let target = aware(&connection, root)?;
    let window = connection.generate_id()?;
    let values = CreateWindowAux::new();
    connection.create_window(0, window, root, -1, -1, 1, 1, 0, WindowClass::INPUT_ONLY, 0, &values)?.check()?;
    let height = i16::try_from(connection.get_geometry(target)?.reply()?.height)?;
    let at = connection.translate_coordinates(target, root, x, y + height - page)?.reply()?;
    let uris =
        files.iter().map(|file| format!("file://{}\r\n", file.display().to_string().replace(' ', "%20"))).collect();
    let source = Source { connection, window, target, uris };
    source.drop_at(at.dst_x, at.dst_y)
}

/// The window that says it takes drops.
fn aware(connection: &RustConnection, root: u32) -> Result<u32> {
    let word = connection.intern_atom(false, b"XdndAware")?.reply()?.atom;
    let mut waiting = vec![root];
    while let Some(window) = waiting.pop() {
        let said = connection.get_property(false, window, word, AtomEnum::ATOM, 0, 1)?.reply()?;
        if said.value_len > 0 {
            return Ok(window);
        }
        waiting.extend(connection.query_tree(window)?.reply()?.children);
    }
    anyhow::bail!("no window takes drops")
}

impl Source {
    fn atom(&self, name: &str) -> Result<u32> {
        Ok(self.connection.intern_atom(false, name.as_bytes())?.reply()?.atom)
    }

    fn tell(&self, word: &str, data: [u32; 5]) -> Result<()> {
        let event = ClientMessageEvent::new(32, self.target, self.atom(word)?, data);
        self.connection.send_event(false, self.target, EventMask::NO_EVENT, event)?.check()?;
        Ok(())
    }

    fn drop_at(&self, x: i16, y: i16) -> Result<()> {
        let list = self.atom("text/uri-list")?;
        let selection = self.atom("XdndSelection")?;
        self.connection.set_selection_owner(self.window, selection, x11rb::CURRENT_TIME)?.check()?;
        self.tell("XdndEnter", [self.window, VERSION << 24, list, 0, 0])?;
        let place = u32::from(x.unsigned_abs()) << 16 | u32::from(y.unsigned_abs());
        let copy = self.atom("XdndActionCopy")?;
        // The first move only announces the drag: what it holds is asked for, and only then is it taken.
        let began = Instant::now();
        loop {
            self.tell("XdndPosition", [self.window, 0, place, x11rb::CURRENT_TIME, copy])?;
            if self.hear("XdndStatus")?[1] & 1 == 1 {
                break;
            }
            ensure!(began.elapsed() < PATIENCE, "the window does not take what is held over it");
            std::thread::sleep(Duration::from_millis(100));
        }
        self.tell("XdndDrop", [self.window, 0, x11rb::CURRENT_TIME, 0, 0])?;
        self.hear("XdndFinished").map(drop)
    }

    /// Waits for a word of the window, and hands out what is dragged meanwhile.
    fn hear(&self, word: &str) -> Result<[u32; 5]> {
        let wanted = self.atom(word)?;
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            match self.connection.poll_for_event()? {
                Some(Event::ClientMessage(message)) if message.type_ == wanted => return Ok(message.data.as_data32()),
                Some(Event::SelectionRequest(asked)) => self.hand_out(&asked)?,
                Some(_) => {}
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        }
        anyhow::bail!("the window does not answer with {word}")
    }

    fn hand_out(&self, asked: &SelectionRequestEvent) -> Result<()> {
        let list = self.atom("text/uri-list")?;
        let mut property = x11rb::NONE;
        if asked.target == list {
            property = asked.property;
            self.connection
                .change_property8(PropMode::REPLACE, asked.requestor, property, list, self.uris.as_bytes())?
                .check()?;
        }
        let answer = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: asked.time,
            requestor: asked.requestor,
            selection: asked.selection,
            target: asked.target,
            property,
        };
        self.connection.send_event(false, asked.requestor, EventMask::NO_EVENT, answer)?.check()?;
        Ok(())
    }
}
