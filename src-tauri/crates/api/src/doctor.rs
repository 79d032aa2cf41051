//! `doctor`: layout, modes, ports, registry, manifests, settings files, scripts and units, read-only, each finding with its path.

mod by_hand;

use std::os::unix::fs::PermissionsExt;

use sanctum_config::env::EnvFile;

use crate::app::App;
use crate::blocking::blocking;
use crate::cards::{Ground, Rows};
use crate::dto::{Finding, FindingLevel};
use crate::open::Open;
use crate::{Actor, ApiResult};

impl App {
    /// Everything that is not as it should be. Writes nothing to the install.
    ///
    /// # Errors
    /// `not_allowed`, or what the registry says.
    pub async fn doctor(&self, actor: &Actor) -> ApiResult<Vec<Finding>> {
        actor.must_be_admin()?;
        let open = self.opened().await?;
        blocking(move || examine(&open)).await
    }
}

fn examine(open: &Open) -> ApiResult<Vec<Finding>> {
    let rows = Rows::read(open)?;
    let ground = Ground::look(open, &rows);
    let mut findings = Vec::new();
    layout(open, &rows, &mut findings);
    by_hand::scripts(open, &rows, &mut findings);
    by_hand::units(open, &mut findings)?;
    modes(open, &rows, &mut findings);
    ports_held(&rows, &ground, open, &mut findings);
    modules(open, &ground, &rows, &mut findings);
    registry(open, &mut findings)?;
    manifests(open, &mut findings);
    drift(open, &rows, &mut findings);
    Ok(findings)
}

fn finding(code: &str, level: FindingLevel, path: &str, message: String, hint: &str) -> Finding {
    Finding { code: code.to_owned(), level, message, hint: hint.to_owned(), path: Some(path.to_owned()) }
}

/// Folders the registry names, and what our own layout consists of.
fn layout(open: &Open, rows: &Rows, findings: &mut Vec<Finding>) {
    let mut expect = |path: &str, what: &str, level| {
        if open.root().join(path).symlink_metadata().is_err() {
            let hint = match level {
                FindingLevel::Info => "Modules that run with it cannot start before it is built.",
                _ => "Put it back, undo the change that removed it, or remove what needs it.",
            };
            findings.push(finding("missing", level, path, format!("`{path}` is missing: {what}."), hint));
        }
    };
    for agent in &rows.agents {
        expect(&agent.path, &format!("the folder of {}", agent.title()), FindingLevel::Error);
    }
    for instance in &rows.instances {
        if let Some(path) = &instance.path {
            expect(path, "a module that the registry knows", FindingLevel::Error);
        }
    }
    if open.is_adopted() {
        return;
    }
    for (path, what) in [
        ("agents", "the folder of the agents"),
        (".env", "the settings of the whole Sanctum"),
        ("agents/requirements-agents.txt", "the pinned packages"),
    ] {
        expect(path, what, FindingLevel::Error);
    }
    let built = was_built(open, "agents/venv");
    let level = if built { FindingLevel::Error } else { FindingLevel::Info };
    expect(
        "agents/venv",
        if built {
            "the shared Python environment was built there and is gone"
        } else {
            "the shared Python environment was left for later"
        },
        level,
    );
    for path in ["smcp", "control", "control/gateway", "control/web"] {
        expect(path, "a folder of the layout", FindingLevel::Warn);
    }
    for instance in &rows.instances {
        let Some(path) = &instance.path else { continue };
        // Only modules of the catalogue were laid out here; a tool that was dropped in has the shape its author gave it.
        let ours = rows.tool(instance.tool_id).is_some_and(|tool| {
            sanctum_install::catalogue::Catalogue::builtin().get(&tool.slug).is_some_and(|known| known.entry.is_some())
        });
        if !ours {
            continue;
        }
        if instance.agent_id.is_none() {
            expect(&format!("{path}/venv"), "the shared service's own Python environment", FindingLevel::Warn);
        }
        for part in sanctum_install::layout::MODULE_DIRS {
            expect(&format!("{path}/{part}"), "a folder of the module", FindingLevel::Warn);
        }
        expect(&format!("{path}/config/.env"), "the settings the module reads", FindingLevel::Error);
    }
}

/// Where secrets may be, only the owner may look.
fn modes(open: &Open, rows: &Rows, findings: &mut Vec<Finding>) {
    if open.is_adopted() {
        return;
    }
    let mut private = vec![
        (".env".to_owned(), 0o600),
        ("control/registry.db".to_owned(), 0o600),
        ("agents".to_owned(), 0o700),
        ("control".to_owned(), 0o700),
    ];
    for path in rows.instances.iter().filter_map(|i| i.path.as_ref()) {
        private.push((format!("{path}/config"), 0o700));
        private.push((format!("{path}/config/.env"), 0o600));
        private.push((format!("{path}/db"), 0o700));
    }
    for (path, want) in private {
        let Ok(meta) = open.root().join(&path).metadata() else { continue };
        let mode = meta.permissions().mode() & 0o7777;
        if mode & 0o077 != 0 {
            findings.push(finding(
                "mode_open",
                FindingLevel::Error,
                &path,
                format!("`{path}` has mode {mode:04o}, so others on this machine may read it."),
                &format!("It should have {want:04o}: `chmod {want:o} '{path}'` in the root."),
            ));
        }
    }
    let paths = rows.instances.iter().filter_map(|i| i.path.as_ref());
    for script in paths.flat_map(|path| [format!("{path}/run/start.sh"), format!("{path}/run/stop.sh")]) {
        let Ok(meta) = open.root().join(&script).metadata() else { continue };
        if meta.permissions().mode() & 0o100 == 0 {
            findings.push(finding(
                "mode_not_executable",
                FindingLevel::Warn,
                &script,
                format!("`{script}` is not executable."),
                &format!("`chmod 700 '{script}'` in the root."),
            ));
        }
    }
}

/// Modules that need somebody, as the window's list says it.
fn modules(open: &Open, ground: &Ground, rows: &Rows, findings: &mut Vec<Finding>) {
    for instance in crate::modules::bare_instances(open, rows) {
        // What is missing of the folder itself is told above.
        if !instance.dir.is_dir() {
            continue;
        }
        let status = crate::cards::measure(ground, &instance.dir, &instance.module, instance.port);
        if crate::cards::needs_you(status.word) {
            findings.push(finding(
                "module_degraded",
                FindingLevel::Warn,
                &instance.path,
                format!("`{}` needs you: {}.", instance.path, status.reason),
                "`sanctumctl modules status` says what was seen; its log says more.",
            ));
        }
    }
}

/// Ports that somebody else listens on, and two modules that name one port.
fn ports_held(rows: &Rows, ground: &Ground, open: &Open, findings: &mut Vec<Finding>) {
    let own: std::collections::HashSet<u32> =
        ground.looks.values().flat_map(|look| look.tree.iter().copied()).collect();
    for port in &rows.ports {
        let Some(who) = ground.listening.get(&port.port) else { continue };
        let uid = port.agent_id.and_then(|id| rows.agent(id)).map(|a| a.uid.clone());
        let path = uid.map_or_else(|| port.module.clone(), |uid| format!("agents/agent-{uid}/{}", port.module));
        let real = open.root().join(&path).canonicalize().unwrap_or_else(|_| open.root().join(&path));
        let at_home = crate::cards::folder_of(who.pid).is_some_and(|folder| folder.starts_with(&real));
        if !own.contains(&who.pid) && !at_home {
            findings.push(finding(
                "port_held",
                FindingLevel::Warn,
                &path,
                format!("Port {} is kept for {}, and {who} listens on it.", port.port, port.module),
                "If that is not the module itself, stop it or move the port.",
            ));
        }
    }
}

fn registry(open: &Open, findings: &mut Vec<Finding>) -> ApiResult<()> {
    let path = open.env().short(open.registry().path());
    let problems: Vec<String> = open.registry().read(|c| {
        let mut problems = c
            .prepare("PRAGMA integrity_check")?
            .query_map([], |row| row.get::<_, String>(0))?
            .collect::<Result<Vec<_>, _>>()?;
        problems.retain(|line| line != "ok");
        let mut orphans = c.prepare("PRAGMA foreign_key_check")?;
        let rows = orphans.query_map([], |row| row.get::<_, String>(0))?;
        for table in rows {
            problems.push(format!("a row of {} refers to a row that is gone", table?));
        }
        Ok::<_, sanctum_registry::RegistryError>(problems)
    })?;
    for problem in problems {
        findings.push(finding(
            "registry_damaged",
            FindingLevel::Error,
            &path,
            format!("The registry is damaged: {problem}."),
            "Close the app; it offers to salvage what can be read into a new file.",
        ));
    }
    let open_changes = open.registry().read(|c| {
        let wanted = sanctum_registry::changes::ChangeFilter::default();
        sanctum_registry::changes::page(c, &wanted, 0, 500).map(|(rows, _)| rows)
    })?;
    for row in open_changes.iter().filter(|row| row.state == "applying" || row.state == "needs_you") {
        findings.push(finding(
            "change_open",
            FindingLevel::Error,
            &path,
            format!("The change “{}” is not settled.", row.title),
            "Open the app; it finishes or takes back what a crash left, and says which.",
        ));
    }
    Ok(())
}

fn manifests(open: &Open, findings: &mut Vec<Finding>) {
    let known = |name: &str| sanctum_install::catalogue::Catalogue::builtin().get(name).is_some();
    let options = sanctum_install::discovery::DiscoverOptions::new(&known, open.env().now().into());
    let discovery = sanctum_install::discovery::discover(open.root(), &options);
    for found in &discovery.items {
        if let Some(broken) = &found.broken {
            let at = broken.line.map(|line| format!(", line {line}")).unwrap_or_default();
            findings.push(finding(
                "manifest_broken",
                FindingLevel::Error,
                &found.manifest_file(),
                format!("`{}`{at}: {}", found.manifest_file(), broken.message),
                &broken.hint,
            ));
        }
        for odd in &found.findings {
            findings.push(finding(
                "manifest_odd",
                FindingLevel::Warn,
                &found.manifest_file(),
                odd.message.clone(),
                &odd.hint,
            ));
        }
    }
    for note in &discovery.findings {
        findings.push(finding("scan_note", FindingLevel::Warn, &note.path, note.message.clone(), &note.hint));
    }
}

/// A settings file that differs from what the last change wrote, and lines that cannot be read.
fn drift(open: &Open, rows: &Rows, findings: &mut Vec<Finding>) {
    let files = rows.instances.iter().filter_map(|i| i.path.as_ref()).map(|path| format!("{path}/config/.env"));
    for file in files.chain([".env".to_owned()]) {
        let Ok(bytes) = std::fs::read(open.root().join(&file)) else { continue };
        for bad in EnvFile::parse(&bytes).unreadable() {
            findings.push(finding(
                "settings_line",
                FindingLevel::Warn,
                &file,
                format!("`{file}`, line {}: {}", bad.line, bad.reason),
                "The line sets nothing; correct it or make it a comment.",
            ));
        }
        if let Some(wrote) = last_written(open, &file)
            && wrote != bytes
        {
            findings.push(finding(
                "drift",
                FindingLevel::Info,
                &file,
                format!("`{file}` was changed outside after the app wrote it."),
                "That is allowed; the app keeps the change and shows it.",
            ));
        }
    }
}

/// Whether a change that stands made this path.
fn was_built(open: &Open, path: &str) -> bool {
    let wanted = sanctum_registry::changes::ChangeFilter {
        state: Some("applied".to_owned()),
        target: Some(path.to_owned()),
        ..sanctum_registry::changes::ChangeFilter::default()
    };
    open.registry().read(|c| sanctum_registry::changes::page(c, &wanted, 0, 1)).is_ok_and(|(rows, _)| !rows.is_empty())
}

/// What the latest applied change left in a file.
pub(crate) fn last_written(open: &Open, file: &str) -> Option<Vec<u8>> {
    let wanted = sanctum_registry::changes::ChangeFilter {
        state: Some("applied".to_owned()),
        target: Some(file.to_owned()),
        ..sanctum_registry::changes::ChangeFilter::default()
    };
    let found = open.registry().read(|c| sanctum_registry::changes::page(c, &wanted, 0, 1)).ok()?;
    let id = found.0.first()?.id.clone();
    let steps = open.registry().read(|c| sanctum_registry::changes::steps(c, &id)).ok()?;
    steps.into_iter().rev().find(|step| step.target == file)?.after_blob
}
