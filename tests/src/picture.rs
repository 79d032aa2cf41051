//! Pictures of a window as the display shows it, menu bar and all.
//!
//! Taken from the X server: the driver's own screenshots wait for ever where WebKit draws without a graphics device.

use std::path::Path;

use anyhow::{Context, Result};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{ConnectionExt, ImageFormat, MapState};
use x11rb::rust_connection::RustConnection;

/// The part of the screen that shows the largest window.
struct Shown {
    connection: RustConnection,
    root: u32,
    left: i16,
    top: i16,
    width: u16,
    height: u16,
}

fn largest(display: &str) -> Result<Shown> {
    let (connection, number) = x11rb::connect(Some(display)).context("connecting to the display")?;
    let screen = connection.setup().roots[number].clone();
    let mut largest = None;
    for window in connection.query_tree(screen.root)?.reply()?.children {
        let shown = connection.get_window_attributes(window)?.reply()?.map_state == MapState::VIEWABLE;
        let at = connection.get_geometry(window)?.reply()?;
        let size = u32::from(at.width) * u32::from(at.height);
        if shown && largest.as_ref().is_none_or(|(most, _)| size > *most) {
            largest = Some((size, at));
        }
    }
    let (_, at) = largest.context("no window is shown")?;
    let (left, top) = (at.x.max(0), at.y.max(0));
    let seen = |from: i16, length: u16, all: u16| length.min(all.saturating_sub(from.unsigned_abs()));
    let width = seen(left, at.width, screen.width_in_pixels);
    let height = seen(top, at.height, screen.height_in_pixels);
    Ok(Shown { connection, root: screen.root, left, top, width, height })
}

impl Shown {
    /// Red, green and blue of each pixel.
    fn pixels(&self, left: i16, top: i16, width: u16, height: u16) -> Result<Vec<u8>> {
        let image = self.connection.get_image(ImageFormat::Z_PIXMAP, self.root, left, top, width, height, !0)?;
        // The server gives blue, green, red and a byte of nothing.
        Ok(image.reply()?.data.chunks_exact(4).flat_map(|p| [p[2], p[1], p[0]]).collect())
    }
}

/// The colour of the window's last pixel, at the right of its bottom line.
pub(crate) fn corner(display: &str) -> Result<Vec<u8>> {
    let shown = largest(display)?;
    let end = |from: i16, length: u16| from.saturating_add_unsigned(length.saturating_sub(1));
    shown.pixels(end(shown.left, shown.width), end(shown.top, shown.height), 1, 1)
}

/// Writes what the largest window on `display` looks like to `path`, as PNG.
pub(crate) fn take(display: &str, path: &Path) -> Result<()> {
    let shown = largest(display)?;
    let pixels = shown.pixels(shown.left, shown.top, shown.width, shown.height)?;
    let first = pixels.first().copied();
    anyhow::ensure!(pixels.iter().any(|byte| Some(*byte) != first), "the picture shows something");
    let file = std::fs::File::create(path).context("keeping the picture")?;
    let mut encoder = png::Encoder::new(std::io::BufWriter::new(file), shown.width.into(), shown.height.into());
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header()?.write_image_data(&pixels).context("keeping the picture")
}
