//! The app's own panels in the Global tab, each with a status that was measured: settings, ports, Python, secrets, accounts, Letta.

use std::path::Path;

use sanctum_config::env::EnvFile;
use sanctum_install::catalogue::{Catalogue, Kind};
use sanctum_registry::cards::Card;

use super::build::{needs_you, word_text};
use super::{Ground, Rows};
use crate::dto::{Status, StatusWord};
use crate::open::Open;
use crate::plan::lock;

pub(crate) fn cards(open: &Open, rows: &Rows, ground: &Ground) -> Vec<Card> {
    Catalogue::builtin()
        .all()
        .iter()
        .filter(|known| known.kind == Kind::Builtin)
        .map(|known| {
            let status = status(open, rows, ground, &known.name);
            Card {
                id: format!("b:{}", known.name),
                tab: "global".to_owned(),
                needs_you: needs_you(status.word),
                name: known.name.clone(),
                title: known.title.clone(),
                description: known.description.clone(),
                icon: Some(known.icon.clone()),
                emoji: Some(known.emoji.clone()),
                kind: "builtin".to_owned(),
                origin: "builtin".to_owned(),
                version: None,
                path: path(&known.name).map(str::to_owned),
                tool_id: None,
                instance_id: None,
                broken: None,
                status: word_text(status.word).to_owned(),
                reason: status.reason,
            }
        })
        .collect()
}

fn path(name: &str) -> Option<&'static str> {
    match name {
        "system-settings" => Some(".env"),
        "python" => Some("agents/venv"),
        _ => None,
    }
}

pub(crate) fn status(open: &Open, rows: &Rows, ground: &Ground, name: &str) -> Status {
    match name {
        "system-settings" => system(open.root(), ground),
        "ports" => ports(open, rows, ground),
        "python" => python(open.root(), ground),
        "secrets" => secrets(open, ground),
        "users" => users(open, ground),
        _ => ground.status(StatusWord::Unknown, "nothing measures this", Vec::new()),
    }
}

fn system(root: &Path, ground: &Ground) -> Status {
    match std::fs::read(root.join(".env")) {
        Ok(bytes) => {
            let file = EnvFile::parse(&bytes);
            let (values, bad) = (file.entries().count(), file.unreadable());
            match bad.first() {
                None => ground.status(
                    StatusWord::Healthy,
                    format!("{} read", crate::words::count(values, "value", "values")),
                    vec![format!("read {} bytes of .env", bytes.len())],
                ),
                Some(first) => ground.status(
                    StatusWord::Degraded,
                    format!(".env, line {}: {}", first.line, first.reason),
                    bad.iter().map(|b| format!("line {}: {}", b.line, b.reason)).collect(),
                ),
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => ground.status(
            StatusWord::Off,
            "there is no .env; every value is a default",
            vec!["looked for .env".to_owned()],
        ),
        Err(error) => ground.status(StatusWord::Degraded, format!(".env cannot be read: {}", error.kind()), Vec::new()),
    }
}

/// Somebody listens on a kept port and works elsewhere than in the module's folder.
fn is_stranger(open: &Open, rows: &Rows, ground: &Ground, port: &sanctum_registry::ports::Port) -> bool {
    let Some(listener) = ground.listening.get(&port.port) else { return false };
    let dir = match port.agent_id.and_then(|id| rows.agent(id)) {
        Some(agent) => open.root().join(&agent.path).join(&port.module),
        None => open.root().join(&port.module),
    };
    let real = dir.canonicalize().unwrap_or(dir);
    super::listening::folder_of(listener.pid).is_some_and(|folder| !folder.starts_with(&real))
}

fn ports(open: &Open, rows: &Rows, ground: &Ground) -> Status {
    let held: Vec<String> = rows
        .ports
        .iter()
        .filter_map(|p| ground.listening.get(&p.port).map(|who| format!("{}: {who}", p.port)))
        .collect();
    let strangers: Vec<u16> =
        rows.ports.iter().filter(|p| is_stranger(open, rows, ground, p)).map(|p| p.port).collect();
    let kept = crate::words::count(rows.ports.len(), "port kept", "ports kept");
    if let Some(first) = strangers.first() {
        let more = if strangers.len() > 1 { format!(" and {} more", strangers.len() - 1) } else { String::new() };
        return ground.status(StatusWord::Degraded, format!("{first}{more} held by somebody else"), held);
    }
    ground.status(
        StatusWord::Healthy,
        format!("{kept}, {} in use", held.len()),
        if held.is_empty() { vec!["nobody listens on them".to_owned()] } else { held },
    )
}

/// A look at the store may take a while and is not repeated at every round.
fn secrets(open: &Open, ground: &Ground) -> Status {
    let last = lock(&open.live).peeked.clone().filter(|(at, _)| ground.now - *at < time::Duration::seconds(60));
    if let Some((_, status)) = last {
        return status;
    }
    let status = crate::state::peek(open);
    lock(&open.live).peeked = Some((ground.now, status.clone()));
    status
}

/// What the environment's own `pyvenv.cfg` says, and whether its interpreter is there.
fn python(root: &Path, ground: &Ground) -> Status {
    let venv = ["agents/venv", "venv"].into_iter().find(|dir| root.join(dir).join("pyvenv.cfg").is_file());
    let Some(venv) = venv else {
        return ground.status(StatusWord::Off, "not built yet", vec!["looked for agents/venv/pyvenv.cfg".to_owned()]);
    };
    let config = std::fs::read_to_string(root.join(venv).join("pyvenv.cfg")).unwrap_or_default();
    let value = |key: &str| {
        config
            .lines()
            .filter_map(|line| line.split_once('='))
            .find(|(k, _)| k.trim() == key)
            .map(|(_, v)| v.trim().to_owned())
    };
    let version = value("version").or_else(|| value("version_info")).unwrap_or_else(|| "an unknown version".to_owned());
    let interpreter = root.join(venv).join("bin/python");
    if interpreter.exists() {
        ground.status(
            StatusWord::Ready,
            format!("Python {version}"),
            vec![format!("{venv}/bin/python is there"), format!("{venv}/pyvenv.cfg says {version}")],
        )
    } else {
        ground.status(
            StatusWord::Degraded,
            "its interpreter is gone",
            vec![
                format!("{venv}/bin/python leads nowhere"),
                value("home").map(|home| format!("it was made from {home}")).unwrap_or_default(),
            ],
        )
    }
}

fn users(open: &Open, ground: &Ground) -> Status {
    let now = sanctum_registry::stamp(ground.now);
    let counted = open.registry().read(|c| {
        let accounts: u32 = c.query_row("SELECT count(*) FROM users WHERE is_active = 1", [], |r| r.get(0))?;
        let signed_in: u32 =
            c.query_row("SELECT count(DISTINCT user_id) FROM user_sessions WHERE expires_at > ?1", [&now], |r| {
                r.get(0)
            })?;
        Ok::<_, sanctum_registry::RegistryError>((accounts, signed_in))
    });
    match counted {
        Ok((accounts, signed_in)) => {
            let all = crate::words::count(accounts as usize, "account", "accounts");
            ground.status(
                StatusWord::Healthy,
                format!("{all}, {signed_in} signed in"),
                vec!["counted in the registry".to_owned()],
            )
        }
        Err(error) => ground.status(StatusWord::Unknown, error.to_string(), Vec::new()),
    }
}
