//! The tree as it will be after some steps, without touching it: what is on disk, overlaid with what the steps leave.
//!
//! Planning, the check before an apply, the check before a roll-back and undo all ask the same question, "would this step
//! find what it expects by then?"; this answers it for all of them. It keeps paths only; registry rows are rehearsed in a
//! transaction (see `rows`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::disk::{Disk, Place, Spot, Tally};
use crate::{Action, ChangeError, Conflict, RelPath, theirs};

/// What the steps so far leave at a path, and where on disk its children lie (a folder that moved keeps them).
#[derive(Debug, Clone)]
struct Node {
    spot: Spot,
    base: Option<Place>,
}

pub(crate) struct World {
    disk: Arc<Disk>,
    over: BTreeMap<RelPath, Node>,
}

impl World {
    pub(crate) fn new(disk: &Arc<Disk>) -> World {
        World { disk: Arc::clone(disk), over: BTreeMap::new() }
    }

    /// Where on disk that lies which is at `path` by now; `None` for what only the steps make.
    fn base_of(&self, path: &RelPath) -> Result<Option<Place>, ChangeError> {
        if let Some(node) = self.over.get(path) {
            return Ok(node.base.clone());
        }
        match path.parent().filter(|_| !path.is_base()) {
            None => Ok(Some(Place::of(path))),
            Some(parent) => self.base_of(&parent)?.map(|place| place.join(path.name())).transpose(),
        }
    }

    pub(crate) fn look(&self, path: &RelPath) -> Result<Spot, ChangeError> {
        if let Some(node) = self.over.get(path) {
            return Ok(node.spot.clone());
        }
        match self.base_of(path)? {
            Some(place) => self.disk.look(&place),
            None => Ok(Spot::Absent),
        }
    }

    /// The bytes a step before this one leaves are in that step; this reads those on disk.
    pub(crate) fn on_disk(&self, path: &RelPath) -> Result<Option<Place>, ChangeError> {
        self.base_of(path)
    }

    fn touched_beneath(&self, path: &RelPath) -> bool {
        self.over.contains_key(path) || self.over.range(path.inside()).next().is_some()
    }

    /// Names in the folder `path` by now, as bytes.
    pub(crate) fn names(&self, path: &RelPath) -> Result<BTreeSet<Vec<u8>>, ChangeError> {
        let mut names: BTreeSet<Vec<u8>> = match self.base_of(path)? {
            Some(place) => self.disk.names(&place)?.into_iter().collect(),
            None => BTreeSet::new(),
        };
        for (child, node) in self.over.range(path.inside()) {
            if child.parent().as_ref() == Some(path) {
                match node.spot {
                    Spot::Absent => names.remove(child.name().as_bytes()),
                    _ => names.insert(child.name().as_bytes().to_vec()),
                };
            }
        }
        Ok(names)
    }

    /// The fingerprint of what is at `path` by now; `None` where nothing is.
    pub(crate) fn tally(&self, path: &RelPath) -> Result<Option<Tally>, ChangeError> {
        if !self.touched_beneath(path) {
            return match self.base_of(path)? {
                Some(place) => self.disk.tally(&place),
                None => Ok(None),
            };
        }
        Ok(Some(match self.look(path)? {
            Spot::Absent => return Ok(None),
            Spot::File { hash, len, mode } => Tally::file(mode, len, hash.as_deref()),
            Spot::Link { target } => Tally::link(&target),
            Spot::Other | Spot::Opaque => Tally::other(),
            Spot::Dir { mode } => {
                let base = self.base_of(path)?;
                let mut children = Vec::new();
                for name in self.names(path)? {
                    let child = std::str::from_utf8(&name).ok().and_then(|n| RelPath::new(&format!("{path}/{n}")).ok());
                    let tally = match (child, &base) {
                        (Some(child), _) => self.tally(&child)?,
                        (None, Some(place)) => self.disk.tally_in(place, &name)?,
                        (None, None) => None,
                    };
                    children.extend(tally.map(|t| (name, t)));
                }
                Tally::folder(mode, &children)
            }
        }))
    }

    fn put(&mut self, path: &RelPath, spot: Spot, base: Option<Place>) {
        let inside: Vec<RelPath> = self.over.range(path.inside()).map(|(p, _)| p.clone()).collect();
        for child in inside {
            self.over.remove(&child);
        }
        self.over.insert(path.clone(), Node { spot, base });
    }

    fn put_mode(&mut self, path: &RelPath, bits: u32) -> Result<(), ChangeError> {
        let spot = match self.look(path)? {
            Spot::File { hash, len, .. } => Spot::File { hash, len, mode: bits },
            Spot::Dir { .. } => Spot::Dir { mode: bits },
            other => other,
        };
        let base = self.base_of(path)?;
        self.over.insert(path.clone(), Node { spot, base });
        Ok(())
    }

    /// Why `action` would not find what it expects by now; `None` where it would.
    pub(crate) fn mismatch(&self, action: &Action) -> Result<Option<Conflict>, ChangeError> {
        if let Action::TheirRows { path, table, rows } = action {
            let what = match theirs::found(&self.disk, path, table, rows)? {
                theirs::Found::Before => return Ok(None),
                theirs::Found::After => "was changed so already".to_owned(),
                theirs::Found::Neither(what) => what,
            };
            return Ok(Some(Conflict { target: path.to_string(), what }));
        }
        let Some(path) = action.path() else {
            return Ok(None);
        };
        let found = self.look(path)?;
        let what = match action {
            Action::CreateDir { .. } | Action::WriteFile { before: None, .. } | Action::Symlink { .. } => {
                self.differs(path, &found, &Spot::Absent)?
            }
            Action::WriteFile { before: Some(before), .. } | Action::RemoveFile { before, .. } => {
                self.differs(path, &found, &Spot::of(before))?
            }
            Action::PatchFile { before_hash, before_len, before_mode, .. } => {
                self.differs(path, &found, &Spot::hashed(before_hash, *before_len, *before_mode))?
            }
            Action::SetMode { before, .. } => mode_differs(&found, *before),
            Action::RemoveLink { target, .. } => self.differs(path, &found, &Spot::Link { target: target.clone() })?,
            Action::RemoveDir { mode, .. } => match self.differs(path, &found, &Spot::Dir { mode: *mode })? {
                None => holds(&self.names(path)?),
                some => some,
            },
            Action::Trash { before, .. } => match self.tally(path)? {
                None => Some("is gone".to_owned()),
                Some(tally) if tally.digest() != *before => Some("was changed since".to_owned()),
                Some(_) => None,
            },
            Action::Restore { from, step, digest, .. } => match self.disk.tally(&Place::trash(from, *step)?)? {
                _ if found != Spot::Absent => Some(format!("is there again ({})", found.word())),
                None => Some("is no longer in the trash".to_owned()),
                Some(tally) if tally.digest() != *digest => Some("was changed in the trash".to_owned()),
                Some(_) => self.differs(path, &found, &Spot::Absent)?,
            },
            Action::Run { creates, final_path, .. } => match self.look(creates)? {
                Spot::Absent => self.differs(final_path, &found, &Spot::Absent)?,
                there => Some(format!("is there already ({})", there.word())),
            },
            Action::Registry { .. } | Action::TheirRows { .. } | Action::Remote { .. } => None,
        };
        Ok(what.map(|what| Conflict { target: path.to_string(), what }))
    }

    /// How `found` differs from what is `wanted`, in words. For something yet to be made its folder must be there.
    fn differs(&self, path: &RelPath, found: &Spot, wanted: &Spot) -> Result<Option<String>, ChangeError> {
        Ok(match (found, wanted) {
            (Spot::Absent, Spot::Absent) => match path.parent() {
                Some(parent) if !matches!(self.look(&parent)?, Spot::Dir { .. } | Spot::Opaque) => {
                    Some(format!("has no folder to be in: `{parent}` is {}", self.look(&parent)?.word()))
                }
                _ => None,
            },
            (there, Spot::Absent) => Some(format!("is there already ({})", there.word())),
            (Spot::Absent, _) => Some("is gone".to_owned()),
            (Spot::File { hash: a, len: m, mode: f }, Spot::File { hash: b, len: n, mode: w }) => {
                match (a == b && m == n, f == w) {
                    (false, _) => Some("was changed since".to_owned()),
                    (true, false) => Some(format!("has the mode {f:o} instead of {w:o}")),
                    (true, true) => None,
                }
            }
            (Spot::Dir { mode: f }, Spot::Dir { mode: w }) if f != w => {
                Some(format!("has the mode {f:o} instead of {w:o}"))
            }
            (Spot::Link { target: a }, Spot::Link { target: b }) if a != b => Some(format!("leads to `{a}` now")),
            (found, wanted) if std::mem::discriminant(found) != std::mem::discriminant(wanted) => {
                Some(format!("is {} now", found.word()))
            }
            _ => None,
        })
    }

    /// Lays over what `action` leaves.
    pub(crate) fn effect(&mut self, action: &Action) -> Result<(), ChangeError> {
        match action {
            Action::CreateDir { path, mode } => self.put(path, Spot::Dir { mode: *mode }, None),
            Action::WriteFile { path, after, mode, .. } => self.put(path, Spot::of_bytes(after, *mode), None),
            Action::PatchFile { path, after_hash, after_len, after_mode, .. } => {
                self.put(path, Spot::hashed(after_hash, *after_len, *after_mode), None);
            }
            Action::Symlink { path, target } => self.put(path, Spot::Link { target: target.clone() }, None),
            Action::SetMode { path, after, .. } => self.put_mode(path, *after)?,
            Action::Trash { path, .. }
            | Action::RemoveFile { path, .. }
            | Action::RemoveDir { path, .. }
            | Action::RemoveLink { path, .. } => {
                self.put(path, Spot::Absent, None);
            }
            Action::Restore { path, from, step, .. } => self.graft(path, Place::trash(from, *step)?)?,
            Action::Run { creates, final_path, .. } => {
                self.put(creates, Spot::Absent, None);
                self.put(final_path, Spot::Opaque, None);
            }
            Action::Registry { .. } | Action::TheirRows { .. } | Action::Remote { .. } => {}
        }
        Ok(())
    }

    /// What lies at `place` appears at `path`, with all it holds.
    pub(crate) fn graft(&mut self, path: &RelPath, place: Place) -> Result<(), ChangeError> {
        let spot = self.disk.look(&place)?;
        self.put(path, spot, Some(place));
        Ok(())
    }

    /// `path` is gone.
    pub(crate) fn vanish(&mut self, path: &RelPath) {
        self.put(path, Spot::Absent, None);
    }

    /// `path` holds `spot`, made by a step.
    pub(crate) fn appear(&mut self, path: &RelPath, spot: Spot) {
        self.put(path, spot, None);
    }

    /// `path` has other permission bits.
    pub(crate) fn remode(&mut self, path: &RelPath, mode: u32) -> Result<(), ChangeError> {
        self.put_mode(path, mode)
    }

    /// Reads back: what the steps should have left, against what is on disk.
    pub(crate) fn unlike_disk(&self) -> Result<Vec<Conflict>, ChangeError> {
        let mut unlike = Vec::new();
        for (path, node) in &self.over {
            let found = self.disk.look(&Place::of(path))?;
            let what = match (&found, &node.spot) {
                (Spot::Absent, Spot::Opaque) => Some("was not created".to_owned()),
                (_, Spot::Opaque) => None,
                (a, b) if a == b => None,
                (_, _) => Some("does not read back as it was written".to_owned()),
            };
            unlike.extend(what.map(|what| Conflict { target: path.to_string(), what }));
        }
        Ok(unlike)
    }
}

pub(crate) fn mode_differs(found: &Spot, wanted: u32) -> Option<String> {
    match found {
        Spot::File { mode, .. } | Spot::Dir { mode } if *mode == wanted => None,
        Spot::File { mode, .. } | Spot::Dir { mode } => Some(format!("has the mode {mode:o} instead of {wanted:o}")),
        Spot::Absent => Some("is gone".to_owned()),
        other => Some(format!("is {} now", other.word())),
    }
}

/// "holds files that the change did not make: a, b".
pub(crate) fn holds(names: &BTreeSet<Vec<u8>>) -> Option<String> {
    const SHOWN: usize = 3;
    if names.is_empty() {
        return None;
    }
    let mut text: Vec<String> =
        names.iter().take(SHOWN).map(|n| String::from_utf8_lossy(n).escape_debug().to_string()).collect();
    if names.len() > SHOWN {
        text.push(format!("{} more", names.len() - SHOWN));
    }
    Some(format!("holds what this change did not put there: {}", text.join(", ")))
}
