//! Where interpreters are looked for. Reads folders only; runs nothing.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{Origin, Places};

/// An interpreter that was found and not yet judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The path it was found at.
    pub path: PathBuf,
    /// The file it leads to.
    pub real_path: PathBuf,
    /// Where it comes from.
    pub origin: Origin,
}

/// The places below a home that every system shares.
pub(crate) fn home_places(home: &Path) -> Vec<(PathBuf, Origin)> {
    let mut places = vec![
        (home.join(".pyenv/versions/*/bin"), Origin::Pyenv),
        (home.join(".local/share/uv/python/*/bin"), Origin::Uv),
        (home.join(".local/bin"), Origin::Path),
    ];
    for base in ["miniconda3", "anaconda3", "miniforge3", "mambaforge"] {
        places.push((home.join(base).join("bin"), Origin::Conda));
        places.push((Path::new("/opt").join(base).join("bin"), Origin::Conda));
    }
    places.push((PathBuf::from("/opt/conda/bin"), Origin::Conda));
    places
}

/// Every interpreter in `PATH` and the host's places, each real file once. Launcher scripts of version managers
/// (`…/shims/`) and interpreters inside virtual environments are left out: both stand for another one in this list.
pub fn find(places: &Places<'_>) -> Vec<Candidate> {
    let known = places.host.python_places(places.home);
    let from_path = std::env::split_paths(places.path).filter(|p| p.is_absolute()).map(|dir| {
        let origin = known.iter().find(|(k, _)| matches(k, &dir)).map_or(Origin::Path, |(_, origin)| *origin);
        (dir, origin)
    });
    let dirs: Vec<(PathBuf, Origin)> = from_path
        .collect::<Vec<_>>()
        .into_iter()
        .chain(known.iter().flat_map(|(dir, origin)| star(dir).into_iter().map(|d| (d, *origin))))
        .collect();
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for (dir, origin) in dirs {
        let is_shims = dir.file_name().is_some_and(|n| n == "shims");
        let in_venv = dir.parent().is_some_and(|p| p.join("pyvenv.cfg").exists());
        if is_shims || in_venv {
            continue;
        }
        for name in interpreter_names() {
            let path = dir.join(name);
            let Ok(real_path) = path.canonicalize() else {
                continue;
            };
            if is_executable(&real_path) && seen.insert(real_path.clone()) {
                found.push(Candidate { path, real_path, origin });
            }
        }
    }
    found
}

pub(super) fn is_executable(path: &Path) -> bool {
    path.metadata().is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}

fn interpreter_names() -> impl Iterator<Item = String> {
    ["python3".to_owned(), "python".to_owned()]
        .into_iter()
        .chain((8..=24).rev().map(|minor| format!("python3.{minor}")))
}

/// Expands the one `*` component of a place.
fn star(dir: &Path) -> Vec<PathBuf> {
    let text = dir.to_string_lossy();
    let Some((before, after)) = text.split_once("/*/") else {
        return vec![dir.to_path_buf()];
    };
    let mut dirs: Vec<PathBuf> = fs::read_dir(before)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join(after))
        .filter(|d| d.is_dir())
        .collect();
    dirs.sort();
    dirs
}

fn matches(place: &Path, dir: &Path) -> bool {
    let text = place.to_string_lossy();
    match text.split_once("/*/") {
        None => place == dir,
        Some((before, after)) => dir.starts_with(before) && dir.ends_with(after),
    }
}
