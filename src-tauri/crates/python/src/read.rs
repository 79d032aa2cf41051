//! What an environment is, read from its files; nothing in it is executed.
//!
//! Owns telling its broken states apart, and the judgement of pins and needs by name and version alone. `pip check` and the
//! imports are `thorough`'s.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::pins::{self, Requirement};
use crate::version::Wanted;
use crate::{Machine, plain};

/// Bytes read of a file with headers: descriptions come after them.
const HEADERS: u64 = 256 * 1024;

/// One installed package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// As it names itself.
    pub name: String,
    pub version: String,
    /// `Requires-Dist` lines.
    pub requires: Vec<String>,
    /// Platform tags of the wheel it came in.
    pub tags: Vec<String>,
}

/// What is wrong with an environment as a whole, or with a package's files.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("The link leads to `{0}`, which is not there.")]
    Dangling(String),
    #[error("It is not a Python environment: `pyvenv.cfg` is missing.")]
    NoSettings,
    #[error(
        "There is no interpreter behind `bin/python`: it led to `{0}`, which is gone. Something (Homebrew, pyenv, an update of the system) replaced that Python."
    )]
    NoInterpreter(String),
    #[error("Its interpreter was built for {built}, and this machine is {here}.")]
    OtherMachine { built: String, here: String },
    #[error("It was made for Python {made}, and the interpreter behind it is Python {there} now.")]
    OtherPython { made: String, there: String },
    #[error("`{package}` was built for another machine or Python ({tag}); this is {here}.")]
    OtherBuild { package: String, tag: String, here: String },
    #[error("`{0}` is half installed: its list of files is missing.")]
    HalfInstalled(String),
    #[error("`{0}` is what an interrupted installation left behind.")]
    Leftover(String),
    #[error("Its packages cannot be read: `{0}` is missing.")]
    NoPackages(String),
}

/// How an environment is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Nothing is there, or an empty folder.
    Absent,
    Whole,
    Broken(Vec<Broken>),
}

/// An environment as its files say it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Env {
    /// The folder it really is.
    pub real: PathBuf,
    /// "3.11.7".
    pub python: Option<String>,
    /// The interpreter it was made with.
    pub base: Option<PathBuf>,
    pub state: State,
    /// By name.
    pub packages: Vec<Package>,
}

impl Env {
    /// Name and version of each package.
    #[must_use]
    pub fn versions(&self) -> Vec<(String, String)> {
        self.packages.iter().map(|p| (p.name.clone(), p.version.clone())).collect()
    }

    /// Whether its own interpreter can be asked.
    #[must_use]
    pub fn runs(&self) -> bool {
        match &self.state {
            State::Absent => false,
            State::Whole => true,
            State::Broken(all) => all.iter().all(|b| matches!(b, Broken::HalfInstalled(_) | Broken::Leftover(_))),
        }
    }

    /// The interpreter in it.
    #[must_use]
    pub fn program(&self) -> PathBuf {
        self.real.join("bin/python")
    }
}

/// Reads the environment at `path`, a folder or a link to one.
#[must_use]
pub fn read(path: &Path, machine: Machine) -> Env {
    let nothing = |state| Env { real: path.to_owned(), python: None, base: None, state, packages: Vec::new() };
    let Ok(real) = path.canonicalize() else {
        return nothing(match fs::read_link(path) {
            Ok(target) => State::Broken(vec![Broken::Dangling(plain(&target.display().to_string()))]),
            Err(_) => State::Absent,
        });
    };
    if real.is_dir() && fs::read_dir(&real).is_ok_and(|mut entries| entries.next().is_none()) {
        return nothing(State::Absent);
    }
    let Some(settings) = settings(&real) else {
        return Env { real, ..nothing(State::Broken(vec![Broken::NoSettings])) };
    };
    let value = |key: &str| settings.iter().find(|(k, _)| k == key).map(|(_, v)| v.clone());
    let python = value("version").or_else(|| value("version_info")).map(|v| plain(&v));
    let mut broken = Vec::new();
    let (base, behind) = interpreter(&real, &value, machine, &mut broken).unzip();
    let site = site_packages(&real);
    if let (Some(made), Some((lib, _))) = (&python, &site) {
        let there = behind.as_deref().and_then(named_version).unwrap_or_else(|| short(made));
        if there != *lib || short(made) != *lib {
            let there = if there == *lib { short(made) } else { there };
            broken.push(Broken::OtherPython { made: lib.clone(), there });
        }
    }
    let packages = match &site {
        Some((lib, dir)) => packages(dir, lib, machine, &mut broken),
        None => {
            broken.push(Broken::NoPackages("lib/python3.*/site-packages".to_owned()));
            Vec::new()
        }
    };
    let state = if broken.is_empty() { State::Whole } else { State::Broken(broken) };
    Env { real, python, base: base.flatten(), state, packages }
}

fn settings(env: &Path) -> Option<Vec<(String, String)>> {
    let file = File::open(env.join("pyvenv.cfg")).ok()?;
    let mut text = String::new();
    file.take(HEADERS).read_to_string(&mut text).ok()?;
    let pair = |line: &str| line.split_once('=').map(|(k, v)| (k.trim().to_lowercase(), v.trim().to_owned()));
    Some(text.lines().filter_map(pair).collect())
}

/// The interpreter it was made with, and the file that is behind its own.
fn interpreter(
    env: &Path,
    value: &dyn Fn(&str) -> Option<String>,
    machine: Machine,
    broken: &mut Vec<Broken>,
) -> Option<(Option<PathBuf>, PathBuf)> {
    let program = env.join("bin/python");
    let Ok(real) = program.canonicalize() else {
        broken.push(Broken::NoInterpreter(plain(&leads_to(&program).display().to_string())));
        return None;
    };
    if let Some(built) = machine.misfit(&real) {
        broken.push(Broken::OtherMachine { built, here: machine.words().to_owned() });
    }
    Some((base(env, value, &real), real))
}

/// The interpreter an environment was made with, by the name it was called: that outlives an update which moves the real file.
fn base(env: &Path, value: &dyn Fn(&str) -> Option<String>, real: &Path) -> Option<PathBuf> {
    let mut names = vec!["python3".to_owned(), "python".to_owned()];
    names.extend(value("version").or_else(|| value("version_info")).map(|v| format!("python{}", short(&v))));
    let home = value("home").map(PathBuf::from).filter(|home| home.is_absolute());
    let called = home.and_then(|home| {
        let of_home = names.iter().rev().map(|name| home.join(name));
        of_home.into_iter().find(|path| path.canonicalize().is_ok_and(|there| there == real))
    });
    // Where the environment holds a copy of it, its settings name the original.
    called.or_else(|| {
        if !real.starts_with(env) {
            return Some(real.to_owned());
        }
        value("executable").or_else(|| value("base-executable")).map(PathBuf::from).filter(|p| p.is_file())
    })
}

/// "3.11" of "3.11.7".
fn short(version: &str) -> String {
    version.split('.').take(2).collect::<Vec<_>>().join(".")
}

/// Follows links as far as they go.
fn leads_to(path: &Path) -> PathBuf {
    let mut at = path.to_owned();
    for _ in 0..16 {
        let Ok(target) = fs::read_link(&at) else { break };
        at = at.parent().unwrap_or(Path::new("/")).join(target);
    }
    at
}

/// "3.12" of `python3.12`.
fn named_version(program: &Path) -> Option<String> {
    let name = program.file_name()?.to_str()?.strip_prefix("python")?;
    name.starts_with("3.").then(|| name.to_owned())
}

/// The version in the name of the folder, and the folder.
fn site_packages(env: &Path) -> Option<(String, PathBuf)> {
    let mut found: Vec<(String, PathBuf)> = fs::read_dir(env.join("lib"))
        .ok()?
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.strip_prefix("python")?.to_owned();
            Some((version, entry.path().join("site-packages")))
        })
        .filter(|(_, dir)| dir.is_dir())
        .collect();
    found.sort();
    found.pop()
}

fn packages(site: &Path, lib: &str, machine: Machine, broken: &mut Vec<Broken>) -> Vec<Package> {
    let mut out = Vec::new();
    for entry in fs::read_dir(site).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('~') {
            broken.push(Broken::Leftover(plain(&name)));
            continue;
        }
        if name.ends_with(".egg-info") {
            out.extend(egg(&entry.path()));
            continue;
        }
        let Some(stem) = name.strip_suffix(".dist-info") else { continue };
        let dir = entry.path();
        let headers = headers(&dir.join("METADATA"));
        let one = |key: &str| headers.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v.clone());
        let (Some(package), Some(version)) = (one("Name"), one("Version")) else {
            broken.push(Broken::HalfInstalled(plain(stem)));
            continue;
        };
        if !dir.join("RECORD").is_file() {
            broken.push(Broken::HalfInstalled(package.clone()));
        }
        let of = |all: &[(String, String)], key: &str| -> Vec<String> {
            all.iter().filter(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v.clone()).collect()
        };
        let tags = of(&self::headers(&dir.join("WHEEL")), "Tag");
        if !tags.is_empty() && !tags.iter().any(|tag| takes(tag, lib, machine)) {
            let here = format!("Python {lib} on {}", machine.words());
            broken.push(Broken::OtherBuild { package: package.clone(), tag: tags[0].clone(), here });
        }
        out.push(Package { name: package, version, requires: of(&headers, "Requires-Dist"), tags });
    }
    out.sort_by_key(|package| pins::normalise(&package.name));
    out.dedup_by_key(|package| pins::normalise(&package.name));
    out
}

/// A package installed the old way: by its own `setup.py`, without a list of files that could be judged.
fn egg(at: &Path) -> Option<Package> {
    let headers = headers(&if at.is_dir() { at.join("PKG-INFO") } else { at.to_owned() });
    let one = |key: &str| headers.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v.clone());
    Some(Package { name: one("Name")?, version: one("Version")?, requires: Vec::new(), tags: Vec::new() })
}

/// Whether a wheel's tag (`cp311-cp311-manylinux_2_17_x86_64`) is for this Python and machine.
fn takes(tag: &str, lib: &str, machine: Machine) -> bool {
    let mut parts = tag.rsplitn(3, '-');
    let (Some(platform), Some(abi), Some(python)) = (parts.next(), parts.next(), parts.next()) else { return true };
    let own = format!("cp{}", lib.trim_end_matches('t').replace('.', ""));
    let of_python = abi == "none" || abi == "abi3" || !python.starts_with("cp") || python == own;
    of_python && machine.takes(platform)
}

/// `Key: value` lines up to the first empty one.
fn headers(file: &Path) -> Vec<(String, String)> {
    let Ok(file) = File::open(file) else { return Vec::new() };
    let mut out = Vec::new();
    for line in BufReader::new(file.take(HEADERS)).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line).into_owned();
        if line.trim().is_empty() {
            break;
        }
        if let Some((key, value)) = line.split_once(':').filter(|_| !line.starts_with([' ', '\t'])) {
            out.push((key.trim().to_owned(), plain(value.trim())));
        }
    }
    out
}

/// Bytes of all files below a folder; links are not followed.
#[must_use]
pub fn size(dir: &Path) -> u64 {
    let mut todo = vec![dir.to_owned()];
    let mut sum = 0;
    while let Some(dir) = todo.pop() {
        for entry in fs::read_dir(&dir).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(meta) if meta.is_dir() => todo.push(entry.path()),
                Ok(meta) => sum += meta.len(),
                Err(_) => {}
            }
        }
    }
    sum
}

/// What is asked for and not there, one sentence each; `whose` begins it ("`agents/requirements-agents.txt` pins").
#[must_use]
pub fn unmet(packages: &[Package], asked: &[Requirement], whose: &str) -> Vec<String> {
    let judge = |need: &Requirement| {
        let wanted = Wanted::parse(&need.asked)?;
        let words = if wanted.is_empty() { String::new() } else { format!(" {}", wanted.words()) };
        let there = packages.iter().find(|p| pins::normalise(&p.name) == need.name);
        match there {
            None => Some(format!("{whose} `{}`{words}, and it is not installed.", need.name)),
            Some(p) if !need.placed && wanted.fits(&p.version) == Some(false) => {
                Some(format!("{whose} `{}`{words}, and {} is installed.", need.name, p.version))
            }
            Some(_) => None,
        }
    };
    asked.iter().filter(|need| !need.conditional).filter_map(judge).collect()
}

/// Which installed packages need what is not there, or another version of what is.
#[must_use]
pub fn conflicts(packages: &[Package]) -> Vec<String> {
    let mut out = Vec::new();
    for package in packages {
        let needs: Vec<Requirement> = package.requires.iter().filter_map(|line| pins::requirement(line)).collect();
        out.extend(unmet(packages, &needs, &format!("{} {} needs", package.name, package.version)));
    }
    out
}
