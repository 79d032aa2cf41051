//! Where the environments of an install are, whose they are, and what they are to hold.
//!
//! `agents/venv` and `smcp/venv` are links to one of the environments beside them (`…/venvs/<id>`), or a folder that was
//! made by hand or by the setup and is set aside at the first change (decision 015).

use std::path::{Path, PathBuf};

use sanctum_install::catalogue::{self, Catalogue, Scope};
use sanctum_python::pins;

use crate::open::Open;
use crate::settings::{Snapshot, Sort};
use crate::{Actor, ApiError, ApiResult};

/// Pins files of modules above this size are not looked at.
const MOST: u64 = 256 * 1024;

/// What SMCP needs at run time; its own file also asks for what its tests need (`facts/modules.md` 2.1, finding 5).
const SMCP_PINS: &str = "\
# Packages of SMCP's own Python environment, smcp/venv.
# SMCP does not start with mcp 2.
aiohttp
aiohttp-cors
python-dotenv
pydantic
httpx
mcp<2
";

/// `facts/modules.md`, section 3.1: unpinned, the server installs and does not start.
const LETTA_PINS: &str = include_str!("letta-requirements.txt");
const LETTA_CODE_PINS: &str = "# Letta Code with its App Server; brings its own Node.\nletta==0.34.12\n";

/// One environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// `agents` or `smcp`.
    pub id: &'static str,
    pub title: &'static str,
    /// In a sentence: "the shared environment".
    pub named: &'static str,
    /// The link, relative to the root.
    pub link: String,
    /// The folder that real environments lie in, relative to the root.
    pub builds: String,
    /// The pins, relative to the root.
    pub pins: String,
}

impl Place {
    /// The folder all of it lies in, where relative paths in the pins begin.
    pub fn home(&self) -> &str {
        self.link.rsplit_once('/').map_or("", |(home, _)| home)
    }

    /// What a link to the environment `id` says.
    pub fn leads_to(id: &str) -> String {
        format!("venvs/{id}")
    }

    /// The id of the environment that the link leads to; `None` for a folder, or a link elsewhere.
    pub fn current(&self, root: &Path) -> Option<String> {
        let target = std::fs::read_link(root.join(&self.link)).ok()?;
        let id = target.strip_prefix("venvs").ok()?.to_str()?;
        (!id.is_empty() && !id.contains('/')).then(|| id.to_owned())
    }
}

/// The environments an install has or can have.
pub(crate) fn all(root: &Path) -> Vec<Place> {
    let at = |home: &str, id, title, named| Place {
        id,
        title,
        named,
        link: format!("{home}venv"),
        builds: format!("{home}venvs"),
        pins: format!("{home}requirements-{id}.txt"),
    };
    // Older layouts have the shared one at the top.
    let top = root.join("venv/pyvenv.cfg").is_file() && root.join("agents/venv").symlink_metadata().is_err();
    let mut all =
        vec![at(if top { "" } else { "agents/" }, "agents", "Shared by the agents", "the shared environment")];
    if root.join("smcp").is_dir() {
        all.push(at("smcp/", "smcp", "SMCP", "SMCP’s environment"));
    }
    for (id, title, named, home) in [
        ("letta", "Letta", "Letta’s environment", "letta/"),
        ("letta-code", "Letta Code", "Letta Code’s environment", "letta-code/"),
        ("router", "Router", "the router’s environment", "router/"),
    ] {
        if root.join(home).is_dir() {
            all.push(at(home, id, title, named));
        }
    }
    all
}

/// # Errors
/// `python_env_unknown`.
pub(crate) fn find(root: &Path, id: &str) -> ApiResult<Place> {
    all(root).into_iter().find(|place| place.id == id).ok_or_else(|| {
        ApiError::refused(
            "python_env_unknown",
            format!("There is no Python environment called `{id}` here."),
            "Use `agents` for the shared one, or `smcp` where this Sanctum has SMCP.",
        )
    })
}

/// Something that runs in an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    /// `athena/broca2`.
    pub address: String,
    /// "Broca of Athena".
    pub named: String,
    /// `agents` or `smcp`.
    pub env: &'static str,
    /// Its folder, relative to the root.
    pub path: String,
    /// The tab that shows it: who may see that one may see it.
    pub tab: String,
    /// The file of its code that says which packages it needs, relative to its folder.
    pub requirements: String,
}

/// Services with an environment of their own.
const SERVICES: [&str; 4] = ["smcp", "letta", "letta-code", "router"];

/// Every instance that runs in one of the environments.
pub(crate) fn users(snap: &Snapshot) -> Vec<User> {
    let one = |target: &crate::settings::Target| {
        let path = target.path.clone().filter(|_| target.sort == Sort::Instance)?;
        let known = Catalogue::builtin().get(&target.name);
        let entry = known.and_then(|known| known.entry.as_ref());
        let env = match (entry, known.map(|known| known.scope)) {
            (Some(entry), _) if entry.python == "AGENT_PY" => "agents",
            (Some(_), _) => SERVICES.iter().find(|name| **name == target.name)?,
            // What has an entry point of its own runs in the shared one.
            (None, None | Some(Scope::Agent)) if target.agent.is_some() => "agents",
            _ => return None,
        };
        let (address, named, tab) = (target.address.clone(), target.named(), target.tab.clone());
        let requirements = entry.map_or_else(catalogue::usual_requirements, |entry| entry.requirements.clone());
        Some(User { address, named, env, path, tab, requirements })
    };
    snap.targets.iter().filter_map(one).collect()
}

/// Which of these run in the environment. Pure.
pub(crate) fn used_by<'a>(place: &Place, all: &'a [User]) -> Vec<&'a User> {
    all.iter().filter(|user| user.env == place.id).collect()
}

/// Those of them that the actor may see.
pub(crate) fn seen(open: &Open, snap: &Snapshot, actor: &Actor) -> ApiResult<Vec<User>> {
    let tabs = crate::settings::visible_tabs(open, snap, actor)?;
    let mut all = users(snap);
    all.retain(|user| tabs.as_ref().is_none_or(|tabs| tabs.contains(&user.tab)));
    Ok(all)
}

/// What an environment is to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pins {
    pub text: String,
    /// It is not in the pins file yet, and comes from here.
    pub proposed: Option<String>,
}

/// The pins of an environment: its file, or, while that asks for nothing, what the code of its modules asks for.
pub(crate) fn pins_of(root: &Path, place: &Place, users: &[User]) -> Pins {
    let own = read(&root.join(&place.pins)).unwrap_or_default();
    if pins::asks(&own) {
        return Pins { text: own, proposed: None };
    }
    match place.id {
        "smcp" => {
            let file = format!("{}/app/requirements.txt", place.home());
            match read(&root.join(&file)).filter(|text| pins::asks(text)) {
                Some(text) => Pins { text: bounded(&text), proposed: Some(file) },
                None => Pins { text: SMCP_PINS.to_owned(), proposed: Some("what SMCP is known to need".to_owned()) },
            }
        }
        "letta" => Pins {
            text: LETTA_PINS.to_owned(),
            proposed: Some("the last Letta server that keeps its data in SQLite, as it was tested".to_owned()),
        },
        "letta-code" => {
            Pins { text: LETTA_CODE_PINS.to_owned(), proposed: Some("the Letta Code that was tested".to_owned()) }
        }
        _ => match wanted_by_modules(root, place, users, Vec::new()) {
            (_, files) if files.is_empty() => Pins { text: own, proposed: None },
            (lines, files) => Pins { text: below(&own, &lines), proposed: Some(files.join(", ")) },
        },
    }
}

/// The pins together with what the code of the modules asks for and they do not name; proposed where there is any of it.
pub(crate) fn asked(root: &Path, place: &Place, users: &[User]) -> Pins {
    let pins = pins_of(root, place, users);
    if pins.proposed.is_some() {
        return pins;
    }
    let named = pins::requirements(&pins.text).into_iter().map(|need| need.name).collect();
    match wanted_by_modules(root, place, users, named) {
        (_, files) if files.is_empty() => pins,
        (lines, files) => {
            let text = below(&pins.text, &lines);
            let text = if place.id == "smcp" { bounded(&text) } else { text };
            Pins { text, proposed: Some(files.join(", ")) }
        }
    }
}

fn below(own: &str, lines: &str) -> String {
    let gap = if own.is_empty() || own.ends_with('\n') { "" } else { "\n" };
    format!("{own}{gap}\n{lines}")
}

/// What the code of the modules asks for beyond these names, each package once, and the files it says so in.
fn wanted_by_modules(root: &Path, place: &Place, users: &[User], mut names: Vec<String>) -> (String, Vec<String>) {
    let (mut lines, mut files) = (String::new(), Vec::new());
    for (file, text) in files_of_modules(root, place, users) {
        let mut own = String::new();
        for line in text.lines().map(str::trim) {
            let Some(need) = pins::requirement(line.split(" #").next().unwrap_or(line)) else { continue };
            if !names.contains(&need.name) {
                own.push_str(&format!("{line}\n"));
                names.push(need.name);
            }
        }
        if !own.is_empty() {
            lines.push_str(&format!("# What {file} asks for\n{own}"));
            files.push(file);
        }
    }
    (lines, files)
}

/// The file of each module's code that says which packages it needs, with its path.
pub(crate) fn files_of_modules(root: &Path, place: &Place, users: &[User]) -> Vec<(String, String)> {
    let of = |user: &&User| {
        let file = format!("{}/{}", user.path, user.requirements);
        Some((file.clone(), read(&root.join(&file))?))
    };
    used_by(place, users).iter().filter_map(of).collect()
}

/// SMCP's own pins let in an `mcp` that it does not start with.
fn bounded(text: &str) -> String {
    let all = pins::requirements(text);
    let open = |r: &pins::Requirement| {
        let wanted = sanctum_python::version::Wanted::parse(&r.asked);
        r.name == "mcp" && wanted.is_some_and(|wanted| wanted.fits("2.0.0") == Some(true))
    };
    match all.iter().find(|r| open(r)) {
        Some(mcp) => {
            let asked = if mcp.asked.is_empty() { "mcp<2".to_owned() } else { format!("mcp{},<2", mcp.asked) };
            pins::add(text, &[asked]).unwrap_or_else(|_| text.to_owned())
        }
        None if all.iter().all(|r| r.name != "mcp") => {
            pins::add(text, &["mcp<2".to_owned()]).unwrap_or_else(|_| text.to_owned())
        }
        None => text.to_owned(),
    }
}

fn read(file: &PathBuf) -> Option<String> {
    let meta = file.metadata().ok()?;
    (meta.is_file() && meta.len() <= MOST).then(|| std::fs::read_to_string(file).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::{Place, User, all, bounded, used_by};

    #[test]
    fn an_environment_knows_who_runs_in_it() {
        let user = |address: &str, env| User {
            address: address.to_owned(),
            named: address.to_owned(),
            env,
            path: address.to_owned(),
            tab: String::new(),
            requirements: String::new(),
        };
        let users = [user("athena/broca2", "agents"), user("smcp", "smcp"), user("monday/broca2", "agents")];
        let places: Vec<Place> = all(std::path::Path::new("/nowhere"));
        let names: Vec<_> = used_by(&places[0], &users).iter().map(|u| u.address.as_str()).collect();
        assert_eq!(names, ["athena/broca2", "monday/broca2"], "the shared one is not SMCP's");
    }

    #[test]
    fn smcps_own_pins_are_kept_below_mcp_2() {
        assert_eq!(bounded("aiohttp\nmcp>=1.10.1\n"), "aiohttp\nmcp>=1.10.1,<2\n", "bounded in its line");
        assert_eq!(bounded("aiohttp\n"), "aiohttp\nmcp<2\n", "added where it is missing");
        assert_eq!(bounded("mcp<2\n"), "mcp<2\n", "left where it is bounded");
    }
}
