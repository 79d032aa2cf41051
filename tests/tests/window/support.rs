//! What several flows do: walk the wizard, sign in, take pictures, photograph a folder.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use sanctum_tests::{Place, Window};
use serde_json::json;

pub const PASSWORD: &str = "correct horse battery";
pub const ENTER: &str = "\u{e007}";
pub const TAB: &str = "\u{e004}";
pub const ESC: &str = "\u{e00c}";
pub const CTRL: &str = "\u{e009}";
pub const SHIFT: &str = "\u{e008}";
pub const LEFT: &str = "\u{e012}";
pub const RIGHT: &str = "\u{e014}";
pub const DOWN: &str = "\u{e015}";

/// Waits for this step of the wizard.
pub async fn step(window: &Window, id: &str) -> Result<()> {
    window.find(&format!("wizard-step-{id}")).await.map(drop)
}

/// The primary button, then the step that must follow.
pub async fn next(window: &Window, id: &str) -> Result<()> {
    window.click("wizard-next").await?;
    step(window, id).await
}

/// Signs in as the administrator that `Ctl::setup` makes.
pub async fn sign_in(window: &Window) -> Result<()> {
    window.fill("signin-user", "mara").await?;
    window.fill("signin-password", PASSWORD).await?;
    window.click("signin-submit").await?;
    window.find("shell").await.map(drop)
}

/// The account step, filled in.
pub async fn fill_account(window: &Window) -> Result<()> {
    window.fill("wizard-admin-user", "mara").await?;
    window.fill("wizard-admin-password", PASSWORD).await?;
    window.fill("wizard-admin-password2", PASSWORD).await
}

/// From the welcome to the plan with the mouse. `python` chooses the interpreter that is offered; otherwise it is later.
pub async fn to_the_plan(window: &Window, python: bool) -> Result<()> {
    step(window, "welcome").await?;
    next(window, "look").await?;
    next(window, "folder").await?;
    next(window, "python").await?;
    window.find("wizard-python-0").await?;
    if python {
        window.find_css("[data-testid=wizard-python-venv][aria-checked=true]").await?;
        window.click("wizard-next").await?;
    } else {
        window.click("wizard-python-later").await?;
    }
    step(window, "letta").await?;
    window.click("wizard-letta-later").await?;
    step(window, "keychain").await?;
    next(window, "account").await?;
    fill_account(window).await?;
    next(window, "modules").await?;
    next(window, "agent").await?;
    window.fill("wizard-agent-name", "Athena").await?;
    window.says("agents/agent-athena").await?;
    next(window, "plan").await?;
    window.find("plan-apply").await.map(drop)
}

/// Goes to an address of the app.
pub async fn go(window: &Window, hash: &str) -> Result<()> {
    window.run("location.hash = arguments[0]", vec![json!(hash)]).await.map(drop)
}

/// Pictures of what is shown, light and dark, small and large.
pub async fn pictures(window: &Window, name: &str) -> Result<()> {
    for (width, height) in [(1440, 900), (900, 600)] {
        window.resize(width, height).await?;
        let fits = format!("return innerWidth === {width} ? 1 : 0");
        let began = Instant::now();
        while window.run(&fits, vec![]).await?.as_u64() != Some(1) && began.elapsed() < Duration::from_secs(5) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        for theme in ["light", "dark"] {
            window.run("document.documentElement.dataset.theme = arguments[0]", vec![json!(theme)]).await?;
            // Long enough for the transition of colours to end.
            tokio::time::sleep(Duration::from_millis(350)).await;
            window.shot(&format!("{name}-{theme}-{width}")).await?;
        }
    }
    window.run("document.documentElement.dataset.theme = 'light'", vec![]).await?;
    // What follows sees as much as a person with a large screen.
    window.resize(1440, 900).await?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    Ok(())
}

/// Nothing that is typed goes into a field of text. A sheet that just went gives the focus back a moment later, so it is
/// taken away until it stays away.
pub async fn leave_fields(window: &Window) -> Result<()> {
    const LEAVE: &str =
        "const had = document.activeElement !== document.body; document.activeElement?.blur(); return had";
    let began = Instant::now();
    let mut away = 0;
    while away < 3 && began.elapsed() < Duration::from_secs(10) {
        away = if window.run(LEAVE, vec![]).await?.as_bool() == Some(true) { 0 } else { away + 1 };
        tokio::time::sleep(Duration::from_millis(80)).await;
    }
    Ok(())
}

/// Waits for something outside of the window.
pub async fn eventually(what: &str, mut holds: impl FnMut() -> bool) -> Result<()> {
    let began = Instant::now();
    while !holds() {
        if began.elapsed() > Duration::from_secs(30) {
            bail!("waited in vain until {what}");
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    Ok(())
}

/// Everything about a folder that a person could lose: kinds, modes, times and bytes, by path.
pub fn photograph(dir: &Path) -> Result<BTreeMap<String, String>> {
    let mut seen = BTreeMap::new();
    let mut waiting = vec![dir.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            let meta = path.symlink_metadata()?;
            let what = if meta.is_dir() {
                waiting.push(path.clone());
                "folder".to_owned()
            } else if meta.is_symlink() {
                format!("link to {}", std::fs::read_link(&path)?.display())
            } else {
                format!("{:?}", String::from_utf8_lossy(&std::fs::read(&path)?))
            };
            let told = format!("{:o} {}.{} {what}", meta.mode(), meta.mtime(), meta.mtime_nsec());
            seen.insert(path.strip_prefix(dir)?.display().to_string(), told);
        }
    }
    Ok(seen)
}

/// The same without times, for what was taken away and put back.
pub fn contents(dir: &Path) -> Result<BTreeMap<String, String>> {
    let without_time = |told: String| {
        let mut words = told.splitn(3, ' ');
        format!("{} {}", words.next().unwrap_or_default(), words.nth(1).unwrap_or_default())
    };
    Ok(photograph(dir)?.into_iter().map(|(path, told)| (path, without_time(told))).collect())
}

/// Names in the home, but for what the web view and GTK keep of their own below dotted folders.
pub fn at_home(place: &Place) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(place.home())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if ![".cache", ".config", ".local", ".dbus", ".pki"].contains(&name.as_str()) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Files below `dir` that hold these bytes.
pub fn files_with(dir: &Path, words: &str) -> Result<Vec<String>> {
    let needle = words.as_bytes();
    let mut hits = Vec::new();
    let mut waiting = vec![dir.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            let meta = path.symlink_metadata()?;
            if meta.is_dir() {
                waiting.push(path);
            } else if meta.is_file() && std::fs::read(&path)?.windows(needle.len()).any(|part| part == needle) {
                hits.push(path.display().to_string());
            }
        }
    }
    Ok(hits)
}

/// The app was given the place's home and holds no file open for writing outside of the place.
pub fn stays_inside(window: &Window, place: &Place) -> Result<()> {
    let pids = window.app_pids();
    assert!(!pids.is_empty(), "the app is running when its files are looked at");
    let home = format!("HOME={}", place.home().display());
    for pid in pids {
        let environment = std::fs::read(format!("/proc/{pid}/environ"))?;
        assert!(
            environment.split(|b| *b == 0).any(|v| v == home.as_bytes()),
            "the app's home is the test's own, not the real one"
        );
        for entry in std::fs::read_dir(format!("/proc/{pid}/fd"))? {
            let entry = entry?;
            let Ok(target) = std::fs::read_link(entry.path()) else { continue };
            let info = std::fs::read_to_string(format!("/proc/{pid}/fdinfo/{}", entry.file_name().to_string_lossy()))
                .unwrap_or_default();
            let flags = info
                .lines()
                .find_map(|l| l.strip_prefix("flags:"))
                .and_then(|f| u32::from_str_radix(f.trim(), 8).ok())
                .unwrap_or(0);
            let written = flags & 0o3 != 0 && target.is_absolute() && target.is_file();
            assert!(
                !written || target.starts_with(place.path()),
                "`{}` is open for writing outside of the test's place",
                target.display()
            );
        }
    }
    Ok(())
}

/// Writes a file and the folders above it.
pub fn put(root: &Path, path: &str, text: impl AsRef<[u8]>) -> Result<()> {
    let path = root.join(path);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::write(&path, text).with_context(|| path.display().to_string())
}
