//! Which instance names which port in its settings, and which settings lead to a port of somebody else.

use std::collections::BTreeSet;

use sanctum_config::resolve::Level;
use sanctum_config::{Field, Ty};
use sanctum_install::catalogue::Catalogue;
use serde_json::{Value, json};

use crate::agents::Profile;
use crate::dto::ChatWay;
use crate::letta::ADDRESS;
use crate::settings::{Snapshot, Sort, Target, View, carriers};

/// Key of the bridge's port in `system_config`, and the port it has where nothing is said.
pub(super) const BRIDGE_PORT: &str = "bridge.port";
const BRIDGE_USUAL: u16 = 9300;

/// Whose a port is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose<'a> {
    /// An instance, by its place among the targets.
    Instance(&'a str),
    /// A row of the ledger whose module is not there: agent and module.
    Row(Option<i64>, &'a str),
    /// The chat bridge of this app.
    Bridge,
    /// The Letta server that the Sanctum is set to, where it is no instance.
    Letta,
}

/// Somebody who names a port.
#[derive(Clone, Copy)]
pub(super) struct Claim<'a> {
    pub port: u16,
    pub whose: Whose<'a>,
    pub target: Option<&'a Target>,
    /// The ledger keeps it.
    pub kept: bool,
    /// The settings of its instance say another one.
    pub says: Option<u16>,
}

/// All claims, by port.
pub(super) fn claims(snap: &Snapshot) -> Vec<Claim<'_>> {
    let instances: Vec<&Target> = snap.targets.iter().filter(|target| target.sort == Sort::Instance).collect();
    let mut all = Vec::new();
    for row in &snap.rows.ports {
        let target = instances
            .iter()
            .copied()
            .find(|target| target.name == row.module && target.agent.as_ref().map(|(id, ..)| *id) == row.agent_id);
        let whose = target.map_or(Whose::Row(row.agent_id, &row.module), |target| Whose::Instance(&target.id));
        let says = target.and_then(|target| said(&snap.view(target, None))).filter(|port| *port != row.port);
        all.push(Claim { port: row.port, whose, target, kept: true, says });
    }
    for target in instances {
        let Some(port) = said(&snap.view(target, None)) else { continue };
        let whose = Whose::Instance(target.id.as_str());
        if !all.iter().any(|claim: &Claim<'_>| claim.whose == whose && claim.port == port) {
            all.push(Claim { port, whose, target: Some(target), kept: false, says: None });
        }
    }
    if let Some(port) = bridge(snap) {
        all.push(Claim { port, whose: Whose::Bridge, target: None, kept: false, says: None });
    }
    let is_letta = |claim: &&Claim<'_>| claim.target.is_some_and(|target| LETTA.contains(&target.name.as_str()));
    if let Some(port) = letta(snap).filter(|port| !all.iter().filter(is_letta).any(|claim| claim.port == *port)) {
        all.push(Claim { port, whose: Whose::Letta, target: None, kept: false, says: None });
    }
    all.sort_by_key(|claim| claim.port);
    all
}

/// Modules that are a Letta server.
pub(super) const LETTA: [&str; 2] = ["letta", "letta-code"];

/// The bridge's port, where it is set or an agent is talked to through Broca.
pub(super) fn bridge(snap: &Snapshot) -> Option<u16> {
    let set = snap.world.system.get(BRIDGE_PORT).and_then(|stored| number(&stored.value));
    let used = || snap.rows.agents.iter().any(|row| row.is_active && Profile::of(row).way == ChatWay::Broca);
    set.or_else(|| used().then_some(BRIDGE_USUAL))
}

/// The port of the Letta server on this machine that the Sanctum is set to.
fn letta(snap: &Snapshot) -> Option<u16> {
    let text = snap.world.system.get(ADDRESS)?.value.as_str()?.to_owned();
    port_of_url(&text)
}

/// Ports that somebody names, running or not.
pub(super) fn reserved(claims: &[Claim<'_>]) -> BTreeSet<u16> {
    claims.iter().map(|claim| claim.port).collect()
}

/// The settings that hold the instance's own port.
pub(super) fn own_fields<'v>(view: &'v View<'_>) -> Vec<&'v Field> {
    let known = Catalogue::builtin().get(&view.target.name).is_some();
    let carriers = carriers(view.target);
    let own = |field: &&Field| {
        let env = field.env.as_deref();
        env.is_some_and(|env| carriers.iter().any(|own| own == env))
            || !known && (env == Some("PORT") || field.ty == Ty::Port)
    };
    view.fields().filter(own).collect()
}

/// The port its settings say. Where they say two, the one its code reads.
pub(super) fn said(view: &View<'_>) -> Option<u16> {
    let read = Catalogue::builtin()
        .get(&view.target.name)
        .and_then(|known| known.entry.as_ref())
        .map_or("PORT", |entry| entry.env_port.as_str());
    let mut fields = own_fields(view);
    fields.sort_by_key(|field| (field.env.as_deref() != Some(read), field.dead.is_some()));
    fields.into_iter().find_map(|field| {
        // What its file says counts for it, whatever was meant to stand there.
        let spot = view.spot(field);
        let in_file = spot.and_then(|spot| view.found(&spot)?.says(&spot.key)).map(Value::String);
        let value =
            in_file.or_else(|| view.effective(field).filter(|(_, level)| *level != Level::Default).map(|(v, _)| v));
        number(&value?)
    })
}

pub(super) fn number(value: &Value) -> Option<u16> {
    let number = match value {
        Value::Number(number) => number.as_u64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    u16::try_from(number).ok().filter(|port| *port > 0)
}

/// A port as the field holds it.
pub(super) fn as_value(field: &Field, port: u16) -> Value {
    if matches!(field.ty, Ty::Port | Ty::Integer | Ty::Number) { json!(port) } else { json!(port.to_string()) }
}

/// Which modules a setting of this name can mean; `None` for any.
pub(super) fn means(key: &str) -> Option<&'static [&'static str]> {
    let key = key.to_ascii_uppercase();
    let has = |word: &str| key.contains(word);
    if has("WEB_CHAT") || has("WEBCHAT") || has("BRIDGE") {
        Some(&["web-bridge", "bridge"])
    } else if has("ROUTER") {
        Some(&["router"])
    } else if has("LETTA") || has("AGENT_ENDPOINT") {
        Some(&LETTA)
    } else if has("SMCP") || has("MCP_SERVER") {
        Some(&["smcp"])
    } else if has("THALAMUS") {
        Some(&["thalamus"])
    } else {
        None
    }
}

/// The value with every address on this machine that has the port `from` led to `to`; `None` where there is none.
pub(super) fn led(value: &Value, from: u16, to: u16) -> Option<Value> {
    match value {
        Value::String(text) => led_text(text, from, to).map(Value::String),
        Value::Array(all) => {
            let moved: Vec<Option<Value>> = all.iter().map(|one| led(one, from, to)).collect();
            moved.iter().any(Option::is_some).then(|| {
                Value::Array(moved.into_iter().zip(all).map(|(new, old)| new.unwrap_or_else(|| old.clone())).collect())
            })
        }
        Value::Object(all) => {
            let moved: Vec<Option<Value>> = all.values().map(|one| led(one, from, to)).collect();
            moved.iter().any(Option::is_some).then(|| {
                let pairs = all.iter().zip(moved);
                Value::Object(pairs.map(|((k, old), new)| (k.clone(), new.unwrap_or_else(|| old.clone()))).collect())
            })
        }
        _ => None,
    }
}

pub(super) fn led_text(text: &str, from: u16, to: u16) -> Option<String> {
    let mut out = String::with_capacity(text.len() + 1);
    let mut rest = text;
    let mut hit = false;
    if !text.contains("://") {
        // `127.0.0.1:8283`, as a whole.
        let host = at_home(text.trim(), from)?;
        return Some(format!("{host}:{to}"));
    }
    while let Some(at) = rest.find("://") {
        let begin = at + 3;
        let end = rest[begin..]
            .find(|c: char| "/?#,;\"'".contains(c) || c.is_whitespace())
            .map_or(rest.len(), |length| begin + length);
        let authority = &rest[begin..end];
        out.push_str(&rest[..begin]);
        let (user, place) = authority.rsplit_once('@').map_or(("", authority), |(user, place)| (user, place));
        match at_home(place, from) {
            Some(host) => {
                hit = true;
                if !user.is_empty() {
                    out.push_str(user);
                    out.push('@');
                }
                out.push_str(&format!("{host}:{to}"));
            }
            None => out.push_str(authority),
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    hit.then_some(out)
}

/// The host of `host:port`, where it is this machine and the port is `port`.
fn at_home(place: &str, port: u16) -> Option<&str> {
    let (host, number) = place.rsplit_once(':')?;
    (number.parse() == Ok(port) && is_home(host)).then_some(host)
}

fn is_home(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified())
}

fn port_of_url(text: &str) -> Option<u16> {
    let authority = text.split_once("://")?.1.split(['/', '?', '#']).next()?;
    let (host, number) = authority.rsplit('@').next()?.rsplit_once(':')?;
    number.parse().ok().filter(|_| is_home(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_machine_with_that_port_are_led_elsewhere() {
        for (text, led) in [
            ("http://127.0.0.1:8283", Some("http://127.0.0.1:9000")),
            ("http://localhost:8283/v1?x=1", Some("http://localhost:9000/v1?x=1")),
            ("https://[::1]:8283/", Some("https://[::1]:9000/")),
            ("ws://user@127.0.0.1:8283/ws", Some("ws://user@127.0.0.1:9000/ws")),
            ("http://localhost:3000,http://localhost:8283", Some("http://localhost:3000,http://localhost:9000")),
            ("127.0.0.1:8283", Some("127.0.0.1:9000")),
            ("http://example.org:8283", None),
            ("http://127.0.0.1:82830", None),
            ("http://127.0.0.1/8283", None),
            ("see port 8283", None),
            ("8283", None),
        ] {
            assert_eq!(led_text(text, 8283, 9000).as_deref(), led, "{text}");
        }
        let inside = json!({"web_chat": {"api_url": "http://127.0.0.1:9300/api/v1/", "poll": 5}, "more": [1]});
        let moved = led(&inside, 9300, 9301).expect("an address inside is found");
        assert_eq!(moved["web_chat"]["api_url"], "http://127.0.0.1:9301/api/v1/", "where it stands");
        assert_eq!((&moved["web_chat"]["poll"], &moved["more"]), (&json!(5), &json!([1])), "and nothing else moves");
        assert_eq!(led(&inside, 9302, 1), None, "where nothing names the port nothing changes");
    }

    #[test]
    fn a_setting_means_the_module_of_its_name() {
        assert_eq!(means("AGENT_ENDPOINT"), Some(&LETTA[..]), "Broca's Letta");
        assert_eq!(means("LETTA_SERVER_URL"), Some(&LETTA[..]), "SMCP's Letta");
        assert!(means("WEB_CHAT_API_URL").is_some_and(|all| all.contains(&"web-bridge")), "Broca's bridge");
        assert_eq!(means("OPENAI_BASE_URL"), None, "may be anything");
    }
}
