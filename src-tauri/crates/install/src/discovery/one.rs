//! One card by its path: what the watcher's news are answered with.

use super::card::{Place, Rule, uid_of};
use super::dirs::{Child, open_dir};
use super::walk::{Out, Walk};
use super::{DiscoverOptions, Found, Kind, Known, Scope};
use rustix::fs::FileType;
use std::ffi::{OsStr, OsString};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

/// The card of the folder `rel` below `root` (or of the folder whose `manifest.json` it is), as it is now. `None` when
/// nothing of ours is there. Findings that compare it with other cards are not part of it.
pub fn discover_one(root: &Path, rel: &Path, options: &DiscoverOptions<'_>) -> Option<Arc<Found>> {
    let rel = if rel.ends_with("manifest.json") { rel.parent()? } else { rel };
    let parts: Vec<OsString> = rel.components().map(|part| part.as_os_str().to_owned()).collect();
    let parts: Vec<&OsStr> = parts.iter().map(OsString::as_os_str).collect();
    let prev = Known::new();
    let real_root = std::fs::canonicalize(root).ok()?;
    let walk = Walk { root, real_root, options, prev: &prev };
    let owner = match parts.as_slice() {
        [base @ .., plugins, _] if *plugins == "plugins" && !base.is_empty() => {
            Some(discover_one(root, &base.iter().collect::<std::path::PathBuf>(), options)?.name.clone())
        }
        _ => None,
    };
    let place = place_of(&parts, owner.as_deref())?;
    let (name, above) = parts.split_last()?;
    let mut dir = open_dir(rustix::fs::CWD, &walk.real_root).ok()?;
    for part in above {
        dir = open_dir(&dir, Path::new(part)).ok()?;
    }
    let stat = crate::manifest::stat_at(dir.as_fd(), Path::new(name)).ok()??;
    let child = Child { name: (*name).to_owned(), kind: FileType::from_raw_mode(stat.st_mode) };
    if child.is_hidden() {
        return None;
    }
    let above: OsString = above.join(OsStr::new("/"));
    let mut out = Out::default();
    walk.child(&mut out, dir.as_fd(), &child, &above, &place);
    out.items.into_iter().next()
}

fn place_of<'a>(parts: &[&OsStr], owner: Option<&'a str>) -> Option<Place<'a>> {
    let text: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
    let place = |kind, scope, rule| Some(Place { kind, scope, owner, rule });
    let agent = |folder: &OsStr| Scope::Agent(uid_of(folder));
    match (text.as_slice(), parts) {
        ([b"smcp"], _) => place(Kind::Tool, Scope::Smcp, Rule::Always),
        ([b"smcp", b"plugins", _], _) => place(Kind::Plugin, Scope::Smcp, Rule::PluginFile),
        ([b"tools", _], _) => place(Kind::Tool, Scope::Global, Rule::ManifestOnly),
        ([b"tools", _, b"plugins", _], _) => place(Kind::Plugin, Scope::Global, Rule::PluginFile),
        ([b"plugins", _], _) => place(Kind::Plugin, Scope::Global, Rule::ManifestOnly),
        ([b"agents", _, b"modules", b"plugins", _], _) => None,
        ([b"agents", _, b"modules", _] | [b"agents", _, b"modules", _, b"plugins", _], [_, folder, ..]) => {
            let plugin = text.len() == 6;
            place(
                if plugin { Kind::Plugin } else { Kind::Module },
                agent(folder),
                if plugin { Rule::PluginFile } else { Rule::Layout },
            )
        }
        ([b"agents", name, _] | [b"agents", name, _, b"plugins", _], [_, folder, module, ..]) => {
            let plugin = text.len() == 5;
            let layout = name.starts_with(b"agent-") && *module != "modules" && *module != "venv";
            if !layout {
                return None;
            }
            place(
                if plugin { Kind::Plugin } else { Kind::Module },
                agent(folder),
                if plugin { Rule::PluginFile } else { Rule::Layout },
            )
        }
        _ => None,
    }
}
