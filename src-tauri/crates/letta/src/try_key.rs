//! Trying a key for real, with the one harmless question each kind of server has.
//!
//! Letta: [`crate::probe`]. OpenAI and its likes: `GET …/models` with the key as Bearer. Telegram: `GET
//! …/bot<token>/getMe`, so the token is in the path there: no address of that request may reach a text. Nothing is
//! changed on the other side.

use std::time::{Duration, Instant};

use sanctum_secrets::Secret;
use serde_json::Value;

use crate::outcome::{Flavour, Outcome};
use crate::probe::probe;
use crate::target::Target;
use crate::trial::{KeyKind, KeyTrial, told};
use crate::wire::{self, Answer};

/// Tries `key` at `base`, or at the provider's own address where none is given (Letta has none); takes at most
/// `timeout`.
///
/// Never fails: what went wrong is the [`crate::KeyOutcome`]. The key goes to that host only, and into no text.
pub async fn try_key(kind: KeyKind, base: Option<&str>, key: &Secret, timeout: Duration) -> KeyTrial {
    if key.is_empty() {
        return KeyTrial::odd("There is no key to try: it is empty.".into(), "Enter the key first.");
    }
    let Some(base) = base.map(str::trim).filter(|base| !base.is_empty()).or(kind.home()) else {
        return KeyTrial::unreachable(
            "The password cannot be tried: no address of a Letta server is set.".into(),
            "Set the address of the Letta server first.",
        );
    };
    let target = match Target::parse(base) {
        Ok(target) => target,
        Err(reason) => {
            let why = format!("The key cannot be tried: its server's address cannot be used, because {reason}.");
            return KeyTrial::unreachable(why, "Write the address like `https://api.example.com/v1`.");
        }
    };
    if kind == KeyKind::Letta {
        return letta(base, &target, key, timeout).await;
    }
    let mut latency = None;
    let asked = async {
        match kind {
            KeyKind::Telegram => telegram(&target, key, &mut latency).await,
            _ => open_ai(&target, key, &mut latency).await,
        }
    };
    let trial = match tokio::time::timeout(timeout, asked).await {
        Ok(trial) => trial,
        Err(_) => KeyTrial::late(&target),
    };
    trial.took(latency)
}

async fn letta(base: &str, target: &Target, key: &Secret, timeout: Duration) -> KeyTrial {
    let found = probe(base, Some(key), timeout).await;
    let at = target.authority();
    let trial = match found.outcome {
        Outcome::Healthy if found.flavour.as_deref() != Some(Flavour::Server.name()) => KeyTrial::odd(
            format!("What answers at `{at}` is the Letta Code app server, where this password cannot be tried."),
            "Use the address of a Letta server (REST).",
        ),
        Outcome::Healthy if found.password_needed == Some(false) => KeyTrial::odd(
            format!("The Letta server at `{at}` asks for no password, so whether this one is right cannot be told."),
            "Start it with a password, or remove this one.",
        ),
        Outcome::Healthy => match found.version.and_then(|version| told(&version, key)) {
            Some(version) => KeyTrial::accepted(format!("the Letta server {version} at `{at}`")),
            None => KeyTrial::accepted(format!("the Letta server at `{at}`")),
        },
        Outcome::WrongPassword | Outcome::NeedsPassword => KeyTrial::refused(KeyKind::Letta, target),
        // Words of ours about the address; nothing the other side said.
        Outcome::Refused | Outcome::Timeout | Outcome::Tls | Outcome::Dns => {
            KeyTrial::unreachable(found.sentence, found.hint)
        }
        Outcome::BadUrl => KeyTrial::lost(wire::Broken::Password(""), target),
        Outcome::Unwell => KeyTrial::odd(found.sentence, found.hint),
        Outcome::NotLetta => {
            KeyTrial::odd(format!("What answers at `{at}` is not a Letta server."), "Check the address.")
        }
    };
    trial.took(found.latency)
}

async fn open_ai(target: &Target, key: &Secret, latency: &mut Option<Duration>) -> KeyTrial {
    let client = match wire::connectable(target).await {
        Ok(client) => client,
        Err(broken) => return KeyTrial::lost(broken, target),
    };
    let at = target.authority();
    let started = Instant::now();
    let answer = match wire::get(&client, target.join("/models", None), Some(key)).await {
        Ok(answer) => answer,
        Err(broken) => return KeyTrial::lost(broken, target),
    };
    *latency = Some(started.elapsed());
    match answer.status {
        _ if answer.elsewhere.is_some() => away(&at),
        401 | 403 => KeyTrial::refused(KeyKind::OpenAi, target),
        429 => KeyTrial::odd(
            format!("The server at `{at}` answers no more questions now (HTTP 429), so the key could not be tried."),
            "Wait, then try again; if it stays so, look whether that account has anything left to spend.",
        ),
        status @ 500..=599 => failing(&at, status),
        200 if models(&answer).is_some() => {
            // A list that anybody gets says nothing about the key.
            let open = wire::get(&client, target.join("/models", None), None).await;
            if open.is_ok_and(|open| open.status == 200) {
                return KeyTrial::odd(
                    format!(
                        "The server at `{at}` lists its models to anybody, so whether the key is right cannot be told."
                    ),
                    "It is told when a model is used.",
                );
            }
            let count = match models(&answer).flatten() {
                Some(1) => "with one model".into(),
                Some(n) => format!("with {n} models"),
                None => "with a long list of models".into(),
            };
            KeyTrial::accepted(format!("the server at `{at}` {count}"))
        }
        status => KeyTrial::odd(
            format!("What answers at `{at}` does not list models as OpenAI does (HTTP {status})."),
            "Check the path of the address: it mostly ends in `/v1`.",
        ),
    }
}

async fn telegram(target: &Target, key: &Secret, latency: &mut Option<Duration>) -> KeyTrial {
    if !is_bot_token(key.expose()) {
        return KeyTrial::odd(
            "The token was not sent: it has not the form of a Telegram bot's, which is digits, a colon, and letters."
                .into(),
            "Copy it whole from `@BotFather`.",
        );
    }
    let client = match wire::connectable(target).await {
        Ok(client) => client,
        Err(broken) => return KeyTrial::lost(broken, target),
    };
    let at = target.authority();
    let started = Instant::now();
    let asked = wire::get(&client, target.join(&format!("/bot{}/getMe", key.expose()), None), None).await;
    let answer = match asked {
        Ok(answer) => answer,
        Err(broken) => return KeyTrial::lost(broken, target),
    };
    *latency = Some(started.elapsed());
    if answer.elsewhere.is_some() {
        return away(&at);
    }
    let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let ok = body.as_ref().and_then(|body| body.get("ok")).and_then(Value::as_bool);
    match (answer.status, ok) {
        (200, Some(true)) => {
            let name = body.as_ref().and_then(|body| body.pointer("/result/username")).and_then(Value::as_str);
            match name.and_then(|name| told(name, key)) {
                Some(name) => KeyTrial::accepted(format!("the Telegram bot `@{name}`")),
                None => KeyTrial::accepted("a Telegram bot".into()),
            }
        }
        // Telegram says 404 of a token that no bot ever had.
        (401 | 403 | 404, Some(false)) => KeyTrial::refused(KeyKind::Telegram, target),
        (status @ 500..=599, _) => failing(&at, status),
        (status, _) => KeyTrial::odd(
            format!("What answers at `{at}` does not answer as Telegram does (HTTP {status})."),
            "Check the address; Telegram's own is `https://api.telegram.org`.",
        ),
    }
}

/// Digits, a colon, and characters that cannot leave the path they are put into.
fn is_bot_token(text: &str) -> bool {
    let Some((id, rest)) = text.split_once(':') else {
        return false;
    };
    let digits = !id.is_empty() && id.len() <= 20 && id.bytes().all(|b| b.is_ascii_digit());
    digits
        && !rest.is_empty()
        && rest.len() <= 100
        && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// How many models are listed; `Some(None)` where the list was too long to be read to its end, `None` where it is no
/// list.
fn models(answer: &Answer) -> Option<Option<usize>> {
    if answer.cut {
        let list = answer.content_type.contains("json") && answer.body.trim_ascii_start().starts_with(b"{");
        return list.then_some(None);
    }
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    Some(Some(body.get("data")?.as_array()?.len()))
}

fn away(at: &str) -> KeyTrial {
    KeyTrial::odd(
        format!("The server at `{at}` sends visitors on to another address; the key was not sent there."),
        "Enter that address instead, if it is the right one.",
    )
}

fn failing(at: &str, status: u16) -> KeyTrial {
    KeyTrial::odd(
        format!("The server at `{at}` fails (HTTP {status}), so the key could not be tried."),
        "Try again later; the trouble is on its side.",
    )
}
