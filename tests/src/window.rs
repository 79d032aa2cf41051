//! The real app in its real WebKit window under Xvfb, driven over WebDriver.
//!
//! One `Window` is one display, one D-Bus session and one driver; the app may be started in it several times. Everything is
//! stopped by its own process group when it is dropped.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

use crate::place::{Place, program};

/// How long anything the window shows is waited for. Generous: it bounds a hang, it measures nothing.
const PATIENCE: Duration = Duration::from_secs(30);

/// A driven app.
pub struct Window {
    pub client: Client,
    processes: Vec<Child>,
    display: String,
    shots: PathBuf,
}

impl Window {
    /// Starts the app in `place`.
    ///
    /// # Errors
    /// When Xvfb, the driver or the app does not start.
    pub async fn open(place: &Place) -> Result<Self> {
        Self::open_with(place, &[]).await
    }

    /// The same with more environment.
    ///
    /// # Errors
    /// As [`Window::open`].
    pub async fn open_with(place: &Place, extra: &[(&str, &str)]) -> Result<Self> {
        let app = program("sanctum-configurator")?;
        Self::open_program(place, &app, extra).await
    }

    /// The app in a session whose real gnome-keyring is open, made in the place's own home with this password.
    ///
    /// # Errors
    /// As [`Window::open`].
    pub async fn open_with_keyring(place: &Place, password: &str) -> Result<Self> {
        let app = program("sanctum-configurator")?;
        let start = format!(
            "printf %s {password} | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec \"$0\" \"$@\""
        );
        Self::start(place, &app, &[("SANCTUM_SECRET_STORE", "os")], &["bash", "-c", &start]).await
    }

    /// Any program that shows a Tauri window.
    ///
    /// # Errors
    /// As [`Window::open`].
    pub async fn open_program(place: &Place, app: &Path, extra: &[(&str, &str)]) -> Result<Self> {
        Self::start(place, app, extra, &[]).await
    }

    /// `first` is put before the driver inside the D-Bus session.
    async fn start(place: &Place, app: &Path, extra: &[(&str, &str)], first: &[&str]) -> Result<Self> {
        let (display, xvfb) = start_display()?;
        let port = free_port()?;
        let mut env = place.env();
        env.extend(extra.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
        env.extend([
            ("DISPLAY".to_owned(), display.clone()),
            ("TAURI_AUTOMATION".to_owned(), "true".to_owned()),
            ("TAURI_WEBVIEW_AUTOMATION".to_owned(), "true".to_owned()),
            ("NO_AT_BRIDGE".to_owned(), "1".to_owned()),
            ("GTK_USE_PORTAL".to_owned(), "0".to_owned()),
        ]);
        let driver = Command::new("dbus-run-session")
            .arg("--")
            .args(first)
            .args(["WebKitWebDriver", &format!("--port={port}")])
            .env_clear()
            .envs(&env)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .context("starting dbus-run-session and WebKitWebDriver")?;
        let processes = vec![driver, xvfb];
        let mut capabilities = Capabilities::new();
        capabilities.insert("webkitgtk:browserOptions".to_owned(), json!({ "binary": app, "args": [] }));
        let client = match connect(port, capabilities).await {
            Ok(client) => client,
            Err(error) => {
                stop(processes);
                return Err(error);
            }
        };
        let shots = std::env::var_os("SANCTUM_SHOTS").map_or_else(|| place.path().join("shots"), PathBuf::from);
        Ok(Self { client, processes, display, shots })
    }

    /// The element with this `data-testid`, once it is there.
    ///
    /// # Errors
    /// When it does not come; the message holds what the window shows instead.
    pub async fn find(&self, testid: &str) -> Result<Element> {
        self.find_css(&format!("[data-testid=\"{testid}\"]")).await
    }

    /// # Errors
    /// As [`Window::find`].
    pub async fn find_css(&self, css: &str) -> Result<Element> {
        self.find_by(Locator::Css(css)).await
    }

    /// # Errors
    /// As [`Window::find`].
    pub async fn find_by(&self, what: Locator<'_>) -> Result<Element> {
        let began = Instant::now();
        loop {
            // A list that is being drawn again may lose the element between finding and naming it.
            match self.client.find(what).await {
                Ok(element) => return Ok(element),
                Err(error) if began.elapsed() > PATIENCE => {
                    bail!("`{what:?}` did not appear ({error}); the window shows:\n{}", self.text().await?);
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Clicks it as a person does: once it is there, enabled, at rest, and nothing lies over it.
    ///
    /// # Errors
    /// When it never comes to that.
    pub async fn click(&self, testid: &str) -> Result<()> {
        self.click_css(&format!("[data-testid=\"{testid}\"]")).await
    }

    /// # Errors
    /// As [`Window::click`].
    pub async fn click_css(&self, css: &str) -> Result<()> {
        self.click_by(Locator::Css(css)).await
    }

    /// # Errors
    /// As [`Window::click`].
    pub async fn click_by(&self, what: Locator<'_>) -> Result<()> {
        let began = Instant::now();
        loop {
            let element = self.find_by(what).await?;
            let why = match self.at_rest(&element).await {
                Ok(true) => match element.click().await {
                    Ok(()) => return Ok(()),
                    Err(error) => format!("{error:?}"),
                },
                Ok(false) => "it is disabled or moving".to_owned(),
                Err(error) => format!("{error:?}"),
            };
            if began.elapsed() > PATIENCE {
                bail!("`{what:?}` cannot be clicked: {why}; the window shows:\n{}", self.text().await?);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Clicks what may be disabled, as somebody does who does not see why; nothing is to come of it, or the reason.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn click_refused(&self, testid: &str) -> Result<()> {
        self.find(testid).await?.click().await.with_context(|| format!("clicking `{testid}`"))
    }

    /// Whether it is enabled and stands where it stood some pictures ago: a sheet that comes in moves what is on it, and a busy
    /// machine draws seldom.
    async fn at_rest(&self, element: &Element) -> Result<bool> {
        const STAYS: &str = "const [it, done] = arguments; const where = () => { const { x, y, width, height } = it.getBoundingClientRect(); return [x, y, width, height].join() }; const was = where(); const moves = (one) => one.playState !== 'finished' && one.effect?.target?.contains?.(it) && one.effect.getComputedTiming().endTime !== Infinity; const off = () => it.disabled || it.getAttribute('aria-disabled') === 'true' || document.getAnimations().some(moves); if (off()) done(false); else { const end = () => done(was === where() && !off()); const late = setTimeout(end, 500); requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(() => { clearTimeout(late); end() }))) }";
        let stays = self.client.execute_async(STAYS, vec![serde_json::to_value(element)?]).await;
        Ok(stays.context("asking whether it moves")? == json!(true))
    }

    /// Drags files from another program over the middle of this and lets them go.
    ///
    /// # Errors
    /// When it is not there, or the window does not take them.
    pub async fn drop_on(&self, css: &str, files: &[&Path]) -> Result<()> {
        self.find_css(css).await?;
        let middle = "const { x, y, width, height } = document.querySelector(arguments[0]).getBoundingClientRect(); return [x + width / 2, y + height / 2, innerHeight]";
        let middle: [f64; 3] = serde_json::from_value(self.run(middle, vec![json!(css)]).await?)?;
        let [x, y, page] = middle.map(|at| at as i16);
        let (display, files) = (self.display.clone(), files.iter().map(|file| file.to_path_buf()).collect::<Vec<_>>());
        let dropped = tokio::task::spawn_blocking(move || {
            let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
            crate::drag::drop_files(&display, &files, (x, y), page)
        });
        dropped.await?.context("dragging files over the window")
    }

    /// Replaces what stands in a field.
    ///
    /// # Errors
    /// When the field does not come.
    pub async fn fill(&self, testid: &str, text: &str) -> Result<()> {
        let field = self.find(testid).await?;
        field.clear().await.with_context(|| format!("clearing `{testid}`"))?;
        field.send_keys(text).await.with_context(|| format!("typing into `{testid}`"))
    }

    /// Presses keys on whatever has the focus.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn press(&self, keys: &str) -> Result<()> {
        self.client
            .active_element()
            .await
            .context("asking what has the focus")?
            .send_keys(keys)
            .await
            .context("pressing keys")
    }

    /// Strikes keys as a keyboard does, whatever has the focus. Modifiers ([`fantoccini::key::Key::Control`] …) are held
    /// to the end.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn strike(&self, keys: &str) -> Result<()> {
        let mut actions = KeyActions::new("keyboard".to_owned());
        let mut held = Vec::new();
        for value in keys.chars() {
            actions = actions.then(KeyAction::Down { value });
            if matches!(value, '\u{e008}'..='\u{e00a}') {
                held.push(value);
            } else {
                actions = actions.then(KeyAction::Up { value });
            }
        }
        for value in held {
            actions = actions.then(KeyAction::Up { value });
        }
        self.client.perform_actions(actions).await.with_context(|| format!("striking {keys:?}"))
    }

    /// The `data-testid` of what has the focus, empty where it has none.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn focused(&self) -> Result<String> {
        let id = self.run("return document.activeElement?.dataset?.testid ?? ''", vec![]).await?;
        Ok(id.as_str().unwrap_or_default().to_owned())
    }

    /// How many elements fit this selector now.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn count(&self, css: &str) -> Result<u64> {
        let count = self.run("return document.querySelectorAll(arguments[0]).length", vec![json!(css)]).await?;
        count.as_u64().context("a number of elements")
    }

    /// Waits until so many elements fit.
    ///
    /// # Errors
    /// When they never do.
    pub async fn counts(&self, css: &str, wanted: u64) -> Result<()> {
        let began = Instant::now();
        loop {
            let now = self.count(css).await?;
            if now == wanted {
                return Ok(());
            }
            if began.elapsed() > PATIENCE {
                bail!("`{css}` fits {now} elements, not {wanted}; the window shows:\n{}", self.text().await?);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Everything the window says.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn text(&self) -> Result<String> {
        let text = self.run("return document.body.innerText", vec![]).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Runs a script in the page.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn run(&self, script: &str, args: Vec<Value>) -> Result<Value> {
        self.client.execute(script, args).await.context("running a script in the page")
    }

    /// Waits until the window says this.
    ///
    /// # Errors
    /// When it never does.
    pub async fn says(&self, words: &str) -> Result<()> {
        self.until(&format!("the window says “{words}”"), words, true).await
    }

    /// Waits until the window does not say this any more.
    ///
    /// # Errors
    /// When it goes on saying it.
    pub async fn says_no_more(&self, words: &str) -> Result<()> {
        self.until(&format!("the window no longer says “{words}”"), words, false).await
    }

    async fn until(&self, what: &str, words: &str, wanted: bool) -> Result<()> {
        let began = Instant::now();
        loop {
            let text = self.text().await?;
            if text.contains(words) == wanted {
                return Ok(());
            }
            if began.elapsed() > PATIENCE {
                bail!("waited in vain until {what}; it shows:\n{text}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Keeps a picture of the window as a test artefact (`SANCTUM_SHOTS`, else the test's own folder).
    ///
    /// # Errors
    /// When the picture cannot be taken or kept.
    pub async fn shot(&self, name: &str) -> Result<PathBuf> {
        std::fs::create_dir_all(&self.shots).context("making the folder of pictures")?;
        let path = self.shots.join(format!("{name}.png"));
        self.painted().await?;
        crate::picture::take(&self.display, &path).with_context(|| format!("taking the picture {name}"))?;
        Ok(path)
    }

    /// What the page says is ahead of what is painted, on a busy machine by seconds: a mark in the last corner must have come
    /// and gone before a picture is taken.
    async fn painted(&self) -> Result<()> {
        let mark = "const old = document.getElementById('paint-mark'); old?.remove(); if (old) return; const mark = document.createElement('div'); mark.id = 'paint-mark'; Object.assign(mark.style, { position: 'fixed', right: 0, bottom: 0, width: '8px', height: '8px', zIndex: 2147483647, background: 'rgb(1, 254, 3)' }); document.body.append(mark)";
        for there in [true, false] {
            self.run(mark, vec![]).await?;
            let began = Instant::now();
            while (crate::picture::corner(&self.display)? == [1, 254, 3]) != there && began.elapsed() < PATIENCE {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Ok(())
    }

    /// Name of the display it is shown on.
    pub(crate) fn display(&self) -> &str {
        &self.display
    }

    /// # Errors
    /// What the driver says.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        self.client.set_window_size(width, height).await.context("resizing the window")
    }

    /// Processes of the app itself, by the program's name.
    #[must_use]
    pub fn app_pids(&self) -> Vec<u32> {
        self.pids_of("sanctum-configurator")
    }

    /// Processes below the driver whose program has this name.
    #[must_use]
    pub fn pids_of(&self, name: &str) -> Vec<u32> {
        let group = self.processes.first().map(Child::id);
        let mut system = sysinfo::System::new();
        system.refresh_processes(sysinfo::ProcessesToUpdate::All, true);
        let mut family: Vec<u32> = group.into_iter().collect();
        // Children of children, until there are no more.
        loop {
            let more: Vec<u32> = system
                .processes()
                .values()
                .filter(|p| p.thread_kind().is_none())
                .filter(|p| {
                    p.parent().is_some_and(|parent| family.contains(&parent.as_u32()))
                        && !family.contains(&p.pid().as_u32())
                })
                .map(|p| p.pid().as_u32())
                .collect();
            if more.is_empty() {
                break;
            }
            family.extend(more);
        }
        family.retain(|pid| {
            let process = system.process(sysinfo::Pid::from_u32(*pid));
            process.and_then(|p| p.exe()).is_some_and(|exe| exe.ends_with(name))
        });
        family
    }

    /// Kills the app as a crash would: no signal it could handle.
    ///
    /// # Errors
    /// When there is nothing to kill.
    pub fn kill_app(&self) -> Result<()> {
        let pids = self.app_pids();
        anyhow::ensure!(!pids.is_empty(), "the app is running when it is killed");
        for pid in pids {
            let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw).context("a process id")?;
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).context("killing the app")?;
        }
        Ok(())
    }

    /// Ends the session; the app quits.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn close(self) -> Result<()> {
        let apps = self.app_pids();
        let closed = self.client.clone().close().await;
        drop(self);
        // Who opens the same Sanctum next must find it closed.
        let began = Instant::now();
        while apps.iter().any(|pid| Path::new(&format!("/proc/{pid}/exe")).exists()) && began.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        closed.context("closing the window")
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        stop(std::mem::take(&mut self.processes));
    }
}

/// Each child leads its own group; the whole group goes.
fn stop(processes: Vec<Child>) {
    for mut child in processes {
        if let Some(pid) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
            let _gone = rustix::process::kill_process_group(pid, rustix::process::Signal::TERM);
            std::thread::sleep(Duration::from_millis(100));
            let _gone = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
        let _reaped = child.wait();
    }
}

/// A display nobody uses; Xvfb itself picks and names it.
fn start_display() -> Result<(String, Child)> {
    let mut child = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", "1600x1000x24", "-nolisten", "tcp"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .context("starting Xvfb")?;
    let mut line = String::new();
    let out = child.stdout.take().context("Xvfb has no output")?;
    std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line)
        .context("reading the display's number")?;
    anyhow::ensure!(!line.trim().is_empty(), "Xvfb did not start");
    Ok((format!(":{}", line.trim()), child))
}

fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0").context("looking for a free port")?.local_addr()?.port())
}

/// Waits for the driver to listen, then asks it to start the app.
async fn connect(port: u16, capabilities: Capabilities) -> Result<Client> {
    let began = Instant::now();
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        anyhow::ensure!(began.elapsed() < PATIENCE, "WebKitWebDriver does not listen");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
        .capabilities(capabilities)
        .connect(&format!("http://127.0.0.1:{port}"))
        .await
        .context("opening a session with the app")
}
