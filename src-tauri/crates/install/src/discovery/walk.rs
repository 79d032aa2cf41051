//! The directed walk: down the known folders only, agents shared among the threads.

use super::card::{Place, Rule, uid_of};
use super::dirs::{Child, Link, follow, join, list, open_dir, unreadable};
use super::{Counts, DiscoverOptions, Found, Kind, Known, Note, Scope};
use crate::manifest::{Finding, escape_name, stat_at};
use rustix::fs::FileType;
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What one thread has found.
#[derive(Default)]
pub(super) struct Out {
    pub items: Vec<Arc<Found>>,
    pub notes: Vec<Note>,
    pub counts: Counts,
}

pub(super) struct Walk<'a> {
    pub root: &'a Path,
    pub real_root: PathBuf,
    pub options: &'a DiscoverOptions<'a>,
    pub prev: &'a Known<'a>,
}

pub(super) fn walk(root: &Path, options: &DiscoverOptions<'_>, prev: &Known<'_>) -> Out {
    let mut out = Out::default();
    let empty = OsStr::new("");
    let opened = std::fs::canonicalize(root)
        .map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))
        .and_then(|real| open_dir(rustix::fs::CWD, &real).map(|fd| (real, fd)));
    let (real_root, fd) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            out.notes.push(unreadable(empty, error));
            return out;
        }
    };
    let walk = Walk { root, real_root, options, prev };
    walk.agents(&mut out, fd.as_fd());
    let place = |kind, scope, rule| Place { kind, scope, owner: None, rule };
    let (tools, plugins) = (OsStr::new("tools"), OsStr::new("plugins"));
    walk.folder(&mut out, fd.as_fd(), tools, tools, &place(Kind::Tool, Scope::Global, Rule::ManifestOnly));
    walk.folder(&mut out, fd.as_fd(), plugins, plugins, &place(Kind::Plugin, Scope::Global, Rule::ManifestOnly));
    walk.smcp(&mut out, fd.as_fd());
    out
}

impl Walk<'_> {
    fn agents(&self, out: &mut Out, root: BorrowedFd<'_>) {
        let agents = OsStr::new("agents");
        let Some((fd, children)) = self.enter(out, root, agents, agents) else {
            return;
        };
        let (fd, children) = (&fd, &children);
        let next = AtomicUsize::new(0);
        let work = || {
            let mut out = Out::default();
            while let Some(child) = children.get(next.fetch_add(1, Ordering::Relaxed)) {
                self.agent(&mut out, fd, child);
            }
            out
        };
        let threads = self.options.limits.threads.clamp(1, children.len().max(1));
        if threads == 1 {
            out.merge(work());
            return;
        }
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            out.merge(work());
            for other in others {
                match other.join() {
                    Ok(part) => out.merge(part),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
        });
    }

    fn agent(&self, out: &mut Out, agents: &OwnedFd, child: &Child) {
        if child.is_hidden() || child.name == "venv" {
            out.counts.hidden += 1;
            return;
        }
        if !matches!(child.kind, FileType::Directory | FileType::Symlink) {
            out.counts.other += 1;
            return;
        }
        let rel = join(OsStr::new("agents"), &child.name);
        let Some((fd, children)) = self.enter(out, agents.as_fd(), &child.name, &rel) else {
            return;
        };
        out.counts.agents += 1;
        let scope = Scope::Agent(uid_of(&child.name));
        let place = Place { kind: Kind::Module, scope, owner: None, rule: Rule::Layout };
        let by_layout = child.name.as_bytes().starts_with(b"agent-");
        for module in &children {
            if module.name == "modules" {
                self.folder(out, fd.as_fd(), &module.name, &join(&rel, &module.name), &place);
            } else if module.is_hidden() || module.name == "venv" {
                out.counts.hidden += 1;
            } else if by_layout {
                self.child(out, fd.as_fd(), module, &rel, &place);
            } else {
                out.counts.other += 1;
            }
        }
    }

    /// Every folder in `parent/name` (`rel` below the root) by the same rule.
    fn folder(&self, out: &mut Out, parent: BorrowedFd<'_>, name: &OsStr, rel: &OsStr, place: &Place<'_>) {
        let Some((fd, children)) = self.enter(out, parent, name, rel) else {
            return;
        };
        for child in &children {
            if child.is_hidden() {
                out.counts.hidden += 1;
                self.hidden_plugin(out, fd.as_fd(), child, rel, place);
            } else {
                self.child(out, fd.as_fd(), child, rel, place);
            }
        }
    }

    /// SMCP loads every folder with a `cli.py`, dot folders too (`facts/modules.md`): worth saying.
    fn hidden_plugin(&self, out: &mut Out, parent: BorrowedFd<'_>, child: &Child, rel: &OsStr, place: &Place<'_>) {
        let cli = join(&child.name, OsStr::new("cli.py"));
        if place.scope == Scope::Smcp && matches!(stat_at(parent, Path::new(&cli)), Ok(Some(_))) {
            out.notes.push(Note {
                path: escape_name(&join(rel, &child.name)),
                message: "this hidden folder holds a `cli.py`: SMCP loads it at its next start, though it is not shown as a plugin".to_owned(),
                hint: "Move the folder out of `plugins` to keep SMCP from loading it.".to_owned(),
            });
        }
    }

    pub(super) fn child(&self, out: &mut Out, parent: BorrowedFd<'_>, child: &Child, rel: &OsStr, place: &Place<'_>) {
        let rel = join(rel, &child.name);
        match child.kind {
            FileType::Directory => self.thing(out, parent, &child.name, rel, place, None),
            FileType::Symlink => match follow(self.root, &self.real_root, &rel) {
                Link::Folder(fd, inside) => {
                    let worth_saying = place.kind != Kind::Plugin || !from_its_store(&rel, &inside);
                    let finding = worth_saying.then(|| {
                        Finding::new(format!("this folder is a link to `{}`", escape_name(inside.as_os_str())), "")
                    });
                    self.thing(out, fd.as_fd(), OsStr::new("."), rel, place, finding);
                }
                Link::Refused(message, hint) => {
                    let found = self.refused(rel, place, message, hint);
                    out.push(found);
                }
                Link::File(_) | Link::Other => out.counts.other += 1,
            },
            _ => out.counts.other += 1,
        }
    }

    /// A card and, for modules and tools, the plugins inside it.
    fn thing(
        &self,
        out: &mut Out,
        parent: BorrowedFd<'_>,
        name: &OsStr,
        rel: OsString,
        place: &Place<'_>,
        linked: Option<Finding>,
    ) {
        let Some(found) = self.card(out, parent, name, rel, place, linked) else {
            out.counts.other += 1;
            return;
        };
        out.push(Arc::clone(&found));
        if place.kind == Kind::Plugin {
            return;
        }
        let inner =
            Place { kind: Kind::Plugin, scope: place.scope.clone(), owner: Some(&found.name), rule: Rule::PluginFile };
        let plugins = OsStr::new("plugins");
        let path = join(name, plugins);
        // Most have none, and a look that fails is far cheaper than an open that fails.
        if !matches!(stat_at(parent, Path::new(&path)), Ok(None)) {
            self.folder(out, parent, &path, &join(&found.rel_os, plugins), &inner);
        }
    }

    fn is_link(&self, parent: BorrowedFd<'_>, path: &Path) -> bool {
        matches!(stat_at(parent, path), Ok(Some(stat)) if FileType::from_raw_mode(stat.st_mode) == FileType::Symlink)
    }

    fn smcp(&self, out: &mut Out, root: BorrowedFd<'_>) {
        let Ok(Some(stat)) = stat_at(root, Path::new("smcp")) else {
            return;
        };
        let child = Child { name: OsString::from("smcp"), kind: FileType::from_raw_mode(stat.st_mode) };
        let place = Place { kind: Kind::Tool, scope: Scope::Smcp, owner: None, rule: Rule::Always };
        self.child(out, root, &child, OsStr::new(""), &place);
    }

    /// Opens and lists `parent/name`, which is `path` below the root, following a link that stays inside; what goes wrong
    /// becomes a note.
    fn enter(
        &self,
        out: &mut Out,
        parent: BorrowedFd<'_>,
        name: &OsStr,
        path: &OsStr,
    ) -> Option<(OwnedFd, Vec<Child>)> {
        let fd = match open_dir(parent, Path::new(name)) {
            Ok(fd) => fd,
            Err(Errno::NOENT) => return None,
            Err(Errno::LOOP | Errno::NOTDIR | Errno::MLINK) => match follow(self.root, &self.real_root, path) {
                Link::Folder(fd, inside) if self.is_link(parent, Path::new(name)) => {
                    let message = format!("this folder is a link to `{}`", escape_name(inside.as_os_str()));
                    out.notes.push(Note { path: escape_name(path), message, hint: String::new() });
                    fd
                }
                Link::Refused(message, hint) => {
                    out.notes.push(Note { path: escape_name(path), message, hint });
                    return None;
                }
                _ => {
                    out.counts.other += 1;
                    return None;
                }
            },
            Err(error) => {
                out.notes.push(unreadable(path, error));
                return None;
            }
        };
        let max = self.options.limits.max_entries;
        match list(&fd, max) {
            Ok((children, more)) => {
                if more {
                    out.notes.push(Note {
                        path: escape_name(path),
                        message: format!("this folder has more than {max} entries; only {max} of them were looked at"),
                        hint: "Move what does not belong here somewhere else.".to_owned(),
                    });
                }
                Some((fd, children))
            }
            Err(Errno::NOENT) => None,
            Err(error) => {
                out.notes.push(unreadable(path, error));
                None
            }
        }
    }
}

/// `…/plugins/<name>` leads to a version that was installed, `…/store/<name>/<hash>`: that is how a plugin is switched on.
fn from_its_store(rel: &OsStr, inside: &Path) -> bool {
    let plugin = Path::new(rel);
    let of = plugin.parent().and_then(Path::parent).zip(plugin.file_name());
    of.is_some_and(|(tool, name)| inside.parent() == Some(tool.join("store").join(name).as_path()))
}

impl Out {
    pub(super) fn push(&mut self, found: Arc<Found>) {
        self.items.push(found);
    }

    fn merge(&mut self, other: Out) {
        self.items.extend(other.items);
        self.notes.extend(other.notes);
        self.counts += other.counts;
    }
}
