//! The desktop around the window: the place in its bar where programs put an icon with a menu, and what shows notifications.
//!
//! It speaks what Linux desktops speak (StatusNotifierItem, `com.canonical.dbusmenu`, `org.freedesktop.Notifications`) on the bus of the
//! window's session, so that the app's own icon, menu and notifications are seen as the desktop gets them.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use zbus::blocking::{Connection, Proxy, connection};
use zbus::message::Header;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Structure, Value};

use crate::window::Window;

/// Bounds a hang, measures nothing.
const PATIENCE: Duration = Duration::from_secs(30);
/// The interface of an icon.
const ITEM: &str = "org.kde.StatusNotifierItem";
/// The interface of its menu.
const MENU: &str = "com.canonical.dbusmenu";

/// One line of the icon's menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    id: i32,
    /// What it says.
    pub label: String,
    /// Whether it can be chosen.
    pub enabled: bool,
}

/// One notification as the desktop was asked to show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub title: String,
    pub text: String,
}

/// A menu as it is told: its number, its properties, and the same of each line in it.
type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

/// The bus name and the path of each icon that came.
type Items = Arc<Mutex<Vec<(String, String)>>>;

struct Watcher(Items);

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: &str, #[zbus(header)] header: Header<'_>) {
        let Some(sender) = header.sender() else { return };
        // An indicator names its path and is reached at its own connection.
        let path = if service.starts_with('/') { service } else { "/StatusNotifierItem" };
        let mut items = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        items.push((sender.to_string(), path.to_owned()));
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        let items = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        items.iter().map(|(name, path)| format!("{name}{path}")).collect()
    }
}

struct Notifications(Arc<Mutex<Vec<Shown>>>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    #[expect(clippy::too_many_arguments, reason = "the form of the desktop's own call")]
    fn notify(
        &self,
        _app: &str,
        _replaces: u32,
        _icon: &str,
        summary: &str,
        body: &str,
        _actions: Vec<&str>,
        _hints: HashMap<&str, Value<'_>>,
        _timeout: i32,
    ) -> u32 {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.push(Shown { title: summary.to_owned(), text: body.to_owned() });
        u32::try_from(shown.len()).unwrap_or(u32::MAX)
    }

    fn close_notification(&self, _id: u32) {}

    fn get_capabilities(&self) -> Vec<&str> {
        vec!["body"]
    }

    fn get_server_information(&self) -> (&str, &str, &str, &str) {
        ("Test desktop", "Sanctum", "1", "1.2")
    }
}

/// The bar of a desktop and what it shows. It ends when it is dropped.
pub struct Panel {
    bus: Connection,
    items: Items,
    shown: Arc<Mutex<Vec<Shown>>>,
}

impl Panel {
    /// Puts the bar into the session of the window.
    ///
    /// # Errors
    /// When the bus does not answer, or has a bar already.
    pub fn open(window: &Window) -> Result<Self> {
        let session = window.session()?;
        let address = session.get("DBUS_SESSION_BUS_ADDRESS").context("the session has a bus")?;
        let (items, shown) = (Items::default(), Arc::default());
        let bus = connection::Builder::address(address.as_str())?
            .serve_at("/StatusNotifierWatcher", Watcher(Arc::clone(&items)))?
            .serve_at("/org/freedesktop/Notifications", Notifications(Arc::clone(&shown)))?
            .name("org.kde.StatusNotifierWatcher")?
            .name("org.freedesktop.Notifications")?
            .build()
            .context("putting a bar into the session")?;
        Ok(Self { bus, items, shown })
    }

    /// Which of the app's shapes (`icons/tray/<name>.png`) the bar shows now; `None` before there is one.
    ///
    /// # Errors
    /// When the icon is none of them.
    pub fn icon(&self) -> Result<Option<String>> {
        let Some(item) = self.item()? else { return Ok(None) };
        let file: String = item.get_property("IconName").context("asking for the icon")?;
        // The app writes a new file before it removes the one before; between the two there is nothing to look at.
        let Ok(now) = pixels(Path::new(&file)) else { return Ok(None) };
        let shapes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../icons/tray");
        for name in ["well", "trouble", "off"] {
            if pixels(&shapes.join(format!("{name}.png")))? == now {
                return Ok(Some(name.to_owned()));
            }
        }
        bail!("{file} is none of the three shapes")
    }

    /// Waits until the bar shows this shape.
    ///
    /// # Errors
    /// When it never does.
    pub async fn shows(&self, shape: &str) -> Result<()> {
        let began = Instant::now();
        loop {
            let now = self.icon()?;
            if now.as_deref() == Some(shape) {
                return Ok(());
            }
            ensure!(began.elapsed() < PATIENCE, "the bar never showed `{shape}`; it shows {now:?}: {:?}", self.menu());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The menu under the icon, without its lines.
    ///
    /// # Errors
    /// When there is no icon or no menu.
    pub fn menu(&self) -> Result<Vec<Entry>> {
        let menu = self.opened()?;
        let all: Vec<&str> = Vec::new();
        let (_revision, layout): (u32, Layout) =
            menu.call("GetLayout", &(0_i32, -1_i32, all)).context("reading the menu")?;
        Ok(layout.2.iter().filter_map(entry).collect())
    }

    /// Chooses what begins with these words from the menu, as soon as it can be chosen.
    ///
    /// # Errors
    /// When it never can.
    pub async fn choose(&self, words: &str) -> Result<()> {
        let began = Instant::now();
        loop {
            let entries = self.menu()?;
            if let Some(entry) = entries.iter().find(|entry| entry.enabled && entry.label.starts_with(words)) {
                let clicked = (entry.id, "clicked", Value::from(0_i32), 0_u32);
                return self.opened()?.call("Event", &clicked).context("choosing from the menu");
            }
            ensure!(began.elapsed() < PATIENCE, "the menu never let “{words}” be chosen: {entries:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits for as many notifications as `count` and gives them back, with what came since.
    ///
    /// # Errors
    /// When fewer come.
    pub async fn hears(&self, count: usize) -> Result<Vec<Shown>> {
        let began = Instant::now();
        loop {
            let heard = self.notifications();
            if heard.len() >= count {
                return Ok(heard);
            }
            ensure!(began.elapsed() < PATIENCE, "{count} notifications never came, only {heard:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Every notification so far.
    #[must_use]
    pub fn notifications(&self) -> Vec<Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn item(&self) -> Result<Option<Proxy<'static>>> {
        let last = self.items.lock().unwrap_or_else(PoisonError::into_inner).last().cloned();
        let Some((name, path)) = last else { return Ok(None) };
        // Nothing is kept between looks: what is asked is what is there now.
        let proxy = zbus::blocking::proxy::Builder::new(&self.bus)
            .destination(name)?
            .path(path)?
            .interface(ITEM)?
            .cache_properties(zbus::proxy::CacheProperties::No)
            .build()?;
        Ok(Some(proxy))
    }

    fn opened(&self) -> Result<Proxy<'static>> {
        let item = self.item()?.context("the app put an icon into the bar")?;
        let path: OwnedObjectPath = item.get_property("Menu").context("the icon has a menu")?;
        let menu = Proxy::new(&self.bus, item.destination().to_owned(), path, MENU)?;
        let _fresh: bool = menu.call("AboutToShow", &(0_i32)).context("opening the menu")?;
        Ok(menu)
    }
}

fn entry(value: &OwnedValue) -> Option<Entry> {
    let structure = value.downcast_ref::<Structure<'_>>().ok()?;
    let [Value::I32(id), Value::Dict(properties), _children] = structure.fields() else { return None };
    let label = properties.get::<_, String>(&"label").ok().flatten()?;
    let enabled = properties.get::<_, bool>(&"enabled").ok().flatten().unwrap_or(true);
    Some(Entry { id: *id, label, enabled })
}

fn pixels(file: &Path) -> Result<(u32, u32, Vec<u8>)> {
    let file = std::fs::File::open(file).with_context(|| format!("opening {}", file.display()))?;
    let mut reader = png::Decoder::new(std::io::BufReader::new(file)).read_info()?;
    let mut bytes = vec![0; reader.output_buffer_size().context("the picture has a size")?];
    let info = reader.next_frame(&mut bytes)?;
    bytes.truncate(info.buffer_size());
    Ok((info.width, info.height, bytes))
}
