//! How WebKitGTK draws. On a machine without a graphics device it would emulate one (llvmpipe): twice the memory, slower to
//! show the window, and nothing gained for a page of text and lines. There it draws directly; elsewhere nothing is changed.

use std::path::Path;

use tauri::WebviewWindow;
use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};

/// Takes the detour over an emulated graphics device out of `window`'s way.
///
/// # Errors
/// When the window is gone already.
pub fn suit(window: &WebviewWindow) -> tauri::Result<()> {
    if has_graphics_device(Path::new("/dev")) {
        return Ok(());
    }
    window.with_webview(|webview| {
        if let Some(settings) = webview.inner().settings() {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
    })
}

/// Whether `dev` has a node that WebKit could render through: Mesa's render nodes, or NVIDIA's own.
fn has_graphics_device(dev: &Path) -> bool {
    let nodes = std::fs::read_dir(dev.join("dri")).into_iter().flatten().flatten();
    nodes.map(|node| node.file_name()).any(|name| name.to_string_lossy().starts_with("renderD"))
        || dev.join("nvidia0").exists()
}

#[cfg(test)]
mod tests {
    use super::has_graphics_device;

    #[test]
    fn only_a_render_node_counts_as_a_graphics_device() {
        let dev = tempfile::tempdir().expect("a temporary folder");
        assert!(!has_graphics_device(dev.path()), "nothing there is no device");
        std::fs::create_dir(dev.path().join("dri")).expect("a folder");
        std::fs::write(dev.path().join("dri/card0"), "").expect("a node");
        assert!(!has_graphics_device(dev.path()), "a card that only shows pictures renders nothing");
        std::fs::write(dev.path().join("dri/renderD128"), "").expect("a node");
        assert!(has_graphics_device(dev.path()), "a render node is a device");
    }
}
