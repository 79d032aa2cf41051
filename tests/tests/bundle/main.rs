//! What is handed to people: the package is built, unpacked as it would be installed, and its app is started.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use sanctum_tests::{Place, Window};

/// `make bundle` leaves it there, in the release profile whatever the tests run in.
fn package() -> Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"), PathBuf::from);
    let folder = target.join("release/bundle/deb");
    let mut found: Vec<PathBuf> = std::fs::read_dir(&folder)
        .with_context(|| format!("`{}` is not there; `make bundle` makes it", folder.display()))?
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "deb"))
        .collect();
    found.sort_by_key(|path| path.metadata().and_then(|m| m.modified()).ok());
    found.pop().context("no package lies there; `make bundle` makes it")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_package_holds_an_app_that_opens_and_a_terminal_program_that_answers() -> Result<()> {
    let place = Place::new()?;
    let installed = place.path().join("installed");
    let unpacked =
        Command::new("dpkg-deb").arg("-x").arg(package()?).arg(&installed).status().context("unpacking the package")?;
    ensure!(unpacked.success(), "the package can be unpacked");

    let ctl = installed.join("usr/bin/sanctumctl");
    let version = Command::new(&ctl)
        .arg("--version")
        .env_clear()
        .envs(place.env())
        .output()
        .context("starting the packaged sanctumctl")?;
    assert!(
        String::from_utf8_lossy(&version.stdout).contains(env!("CARGO_PKG_VERSION")),
        "it says its version: {version:?}"
    );

    let desktop =
        std::fs::read_dir(installed.join("usr/share/applications")).context("looking for the desktop entry")?.count();
    assert_eq!(desktop, 1, "the app has one entry in the system's menu");

    let window = Window::open_program(&place, &installed.join("usr/bin/sanctum-configurator"), &[]).await?;
    window.says("How do you want to start?").await?;
    window.shot("bundle-first-start").await?;
    let page = window.client.current_url().await.context("asking where the page comes from")?;
    assert_eq!(page.scheme(), "tauri", "the interface comes from the bundle, not from a server: {page}");
    window.close().await
}
