//! One folder becomes one card, or none: by its manifest, else by what lies in it.

use super::dirs::{Link, follow, join};
use super::walk::{Out, Walk};
use super::{Fingerprint, Found, Kind, Scope};
use crate::manifest::{self, Broken, Finding, LoadError, Manifest, escape_name, load_at, load_seen, stat_at};
use rustix::fs::FileType;
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::os::fd::BorrowedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;
use std::sync::Arc;

/// The folders of a module in the layout we write (`spec/installation-layout.md`).
pub(super) const MODULE_FOLDERS: [&str; 6] = ["app", "config", "db", "plugins", "logs", "run"];
const PLUGIN_FILES: [&str; 4] = ["cli.py", "plugin.py", "__init__.py", "main.py"];

/// What makes a folder without a manifest a card.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Rule {
    /// Nothing: only a manifest does.
    ManifestOnly,
    /// At least two of the module folders; one, where the catalogue knows the name.
    Layout,
    /// A file that a plugin begins with.
    PluginFile,
    /// Being there.
    Always,
}

/// Where a folder lies and what that makes it.
#[derive(Clone)]
pub(super) struct Place<'a> {
    pub kind: Kind,
    pub scope: Scope,
    pub owner: Option<&'a str>,
    pub rule: Rule,
}

/// The manifest of a folder: what it is on disk, and what it says.
enum Read {
    Absent,
    Denied,
    Same(Arc<Found>),
    Text(Option<Fingerprint>, Box<Result<Manifest, Broken>>, Option<Finding>),
}

impl Walk<'_> {
    /// The card of the folder `name` in `parent`, `rel` below the root. `linked` says it was reached through a link.
    pub(super) fn card(
        &self,
        out: &mut Out,
        parent: BorrowedFd<'_>,
        name: &OsStr,
        rel: OsString,
        place: &Place<'_>,
        linked: Option<Finding>,
    ) -> Option<Arc<Found>> {
        let read = self.read(out, parent, name, &rel, place, linked.is_some());
        let folder = if rel == "smcp" { "smcp".to_owned() } else { escape_name(name_of(&rel)) };
        let mut found = match read {
            Read::Same(found) => return Some(found),
            Read::Denied => return None,
            Read::Absent => {
                if !self.recognised(parent, name, &folder, place) {
                    return None;
                }
                let kind = match place.kind {
                    Kind::Module => "module",
                    Kind::Tool => "tool",
                    Kind::Plugin => "plugin",
                };
                let manifest = Manifest { name: folder.clone(), kind: kind.to_owned(), ..Manifest::default() };
                let mut found = self.blank(rel, &folder, place);
                found.fill(manifest);
                found.synthesised = true;
                found
            }
            Read::Text(fingerprint, result, finding) => {
                let mut found = self.blank(rel, &folder, place);
                found.fingerprint = fingerprint;
                match *result {
                    Ok(manifest) => {
                        found.fill(manifest);
                        if found.name != folder {
                            found.findings.push(Finding::new(
                                format!("the folder is called `{folder}`, the manifest says `{}`", found.name),
                                "Nothing needs doing; the manifest's name is shown.",
                            ));
                        }
                        found.in_catalogue |= (self.options.known)(&found.name);
                    }
                    Err(broken) => found.broken = Some(broken),
                }
                found.findings.extend(finding);
                found
            }
        };
        found.linked = linked.is_some();
        found.findings.extend(linked);
        found.own_findings = found.findings.len();
        Some(Arc::new(found))
    }

    /// The card of a link that is not followed.
    pub(super) fn refused(&self, rel: OsString, place: &Place<'_>, message: String, hint: String) -> Arc<Found> {
        let folder = escape_name(name_of(&rel));
        let mut found = self.blank(rel, &folder, place);
        found.broken = Some(Broken::new(message, hint));
        found.linked = true;
        Arc::new(found)
    }

    fn read(
        &self,
        out: &mut Out,
        parent: BorrowedFd<'_>,
        name: &OsStr,
        rel: &OsStr,
        place: &Place<'_>,
        linked: bool,
    ) -> Read {
        let path = join(name, OsStr::new("manifest.json"));
        let path = Path::new(&path);
        let broken = |broken: Broken| Read::Text(None, Box::new(Err(broken)), None);
        let stat = match stat_at(parent, path) {
            Ok(None) => return Read::Absent,
            Ok(Some(stat)) => stat,
            Err(error) => {
                out.notes.push(super::dirs::unreadable(rel, error));
                return Read::Denied;
            }
        };
        if FileType::from_raw_mode(stat.st_mode) == FileType::Symlink {
            let file = join(rel, OsStr::new("manifest.json"));
            return match follow(self.root, &self.real_root, &file) {
                Link::File(inside) => match load_at(rustix::fs::CWD, &self.real_root.join(&inside)) {
                    Ok(loaded) => {
                        out.counts.read += 1;
                        let to = escape_name(inside.as_os_str());
                        let finding = Finding::new(format!("`manifest.json` is a link to `{to}`"), "");
                        Read::Text(None, Box::new(manifest::parse(&loaded.bytes)), Some(finding))
                    }
                    Err(LoadError::Absent) => Read::Absent,
                    Err(LoadError::Broken(why)) => broken(why),
                },
                Link::Refused(message, hint) => broken(Broken::new(message, hint)),
                Link::Folder(..) | Link::Other => broken(Broken::new(
                    "`manifest.json` is a link to something that is not a file",
                    "Replace it with the manifest.",
                )),
            };
        }
        let fingerprint = Fingerprint::of(&stat);
        if !linked && let Some(found) = self.unchanged(rel, fingerprint, place) {
            out.counts.reused += 1;
            return Read::Same(found);
        }
        match load_seen(parent, path, &stat) {
            Ok(loaded) => {
                out.counts.read += 1;
                let fingerprint = (!linked).then(|| loaded.fingerprint.settle(self.options.now));
                Read::Text(fingerprint, Box::new(manifest::parse(&loaded.bytes)), None)
            }
            Err(LoadError::Absent) => Read::Absent,
            Err(LoadError::Broken(why)) => broken(why),
        }
    }

    /// The card of the previous scan, when nothing about it can have changed.
    fn unchanged(&self, rel: &OsStr, now: Fingerprint, place: &Place<'_>) -> Option<Arc<Found>> {
        let found = *self.prev.get(rel)?;
        let then = found.fingerprint?;
        let same = then.settled && then == now && !found.linked && !found.synthesised;
        let placed =
            found.kind == place.kind && found.scope == place.scope && found.owner_tool.as_deref() == place.owner;
        (same && placed).then(|| Arc::clone(found))
    }

    fn recognised(&self, parent: BorrowedFd<'_>, name: &OsStr, folder: &str, place: &Place<'_>) -> bool {
        let is = |child: &str, wanted: FileType| {
            let path = join(name, OsStr::new(child));
            stat_at(parent, Path::new(&path)).ok().flatten().is_some_and(|stat| {
                let kind = FileType::from_raw_mode(stat.st_mode);
                kind == wanted || kind == FileType::Symlink
            })
        };
        match place.rule {
            Rule::ManifestOnly => false,
            Rule::Always => true,
            Rule::PluginFile => PLUGIN_FILES.iter().any(|file| is(file, FileType::RegularFile)),
            Rule::Layout => {
                let needed = if (self.options.known)(folder) { 1 } else { 2 };
                MODULE_FOLDERS.iter().filter(|child| is(child, FileType::Directory)).take(needed).count() == needed
            }
        }
    }

    fn blank(&self, rel: OsString, folder: &str, place: &Place<'_>) -> Found {
        Found {
            id: id_of(&rel),
            rel_path: escape_path(&rel),
            kind: place.kind,
            scope: place.scope.clone(),
            owner_tool: place.owner.map(str::to_owned),
            name: folder.to_owned(),
            title: folder.to_owned(),
            description: None,
            version: None,
            manifest: None,
            synthesised: false,
            in_catalogue: (self.options.known)(folder),
            broken: None,
            findings: Vec::new(),
            fingerprint: None,
            own_findings: 0,
            linked: false,
            rel_os: rel,
        }
    }
}

impl Found {
    fn fill(&mut self, mut manifest: Manifest) {
        self.findings = std::mem::take(&mut manifest.findings);
        self.name.clone_from(&manifest.name);
        self.title = manifest.title.clone().unwrap_or_else(|| manifest.name.clone());
        self.description.clone_from(&manifest.description);
        self.version.clone_from(&manifest.version);
        self.manifest = Some(Arc::new(manifest));
    }
}

fn name_of(rel: &OsStr) -> &OsStr {
    Path::new(rel).file_name().unwrap_or(rel)
}

fn escape_path(rel: &OsStr) -> String {
    match rel.to_str() {
        Some(text) if text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') => text.to_owned(),
        _ => escape_name(rel),
    }
}

/// The id of the card at this path below the root.
pub(super) fn id_of(rel: &OsStr) -> String {
    let mut id = String::with_capacity(rel.len());
    for byte in rel.as_bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'~' | b'/' | b'-' => id.push(char::from(*byte)),
            byte => {
                let _ = write!(id, "%{byte:02X}");
            }
        }
    }
    id
}

/// The uid an agent's folder stands for: its name without `agent-`, escaped where it is odd.
pub(super) fn uid_of(folder: &OsStr) -> String {
    let bytes = folder.as_bytes();
    let bytes = bytes.strip_prefix(b"agent-").filter(|rest| !rest.is_empty()).unwrap_or(bytes);
    escape_name(&OsString::from_vec(bytes.to_vec()))
}
