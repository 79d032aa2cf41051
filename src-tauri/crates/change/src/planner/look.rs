//! What a planner looks up: the tree and the rows as the steps so far leave them, and the real path behind links.

use std::path::Path;

use super::Planner;
use crate::disk::{Place, Spot};
use crate::{Action, ChangeError, FileState, RelPath, Row, Step, rows};

impl Planner<'_> {
    pub(super) fn push(&mut self, title: &str, detail: &str, action: Action) -> Result<(), ChangeError> {
        if matches!(action, Action::Trash { .. })
            && let Some(path) = action.path()
        {
            self.bytes.retain(|p, _| !p.is_within(path));
        }
        self.world.effect(&action)?;
        self.made.push(Step { group: self.group.clone(), title: title.to_owned(), detail: detail.to_owned(), action });
        Ok(())
    }

    pub(super) fn look(&self, path: &RelPath) -> Result<Spot, ChangeError> {
        self.world.look(path)
    }

    pub(super) fn pre_image(&self, path: &RelPath) -> Result<Option<FileState>, ChangeError> {
        if let Some(known) = self.bytes.get(path) {
            return Ok(Some(known.clone()));
        }
        match self.look(path)? {
            Spot::Absent => Ok(None),
            Spot::File { hash: None, len, .. } => Err(ChangeError::TooLarge { path: path.to_string(), bytes: len }),
            Spot::File { mode, .. } => match self.world.on_disk(path)? {
                Some(place) => Ok(Some(FileState::new(self.disk.read(&place)?.bytes().to_vec(), mode))),
                None => Ok(None),
            },
            other => Err(wrong_kind(path, &other, "a file")),
        }
    }

    pub(super) fn row(&self, table: &str, key: &Row) -> Result<Option<Row>, ChangeError> {
        rows::check_shape(table, key)?;
        if let Some(known) = self.rows.get(&row_name(table, key)) {
            return Ok(known.clone());
        }
        match self.registry {
            Some(registry) => registry.read(|c| rows::find(c, table, key)),
            None => Ok(None),
        }
    }

    /// The path with links inside the root resolved, so that a plan names the real file.
    pub(super) fn real(&self, path: &str) -> Result<RelPath, ChangeError> {
        let mut path = RelPath::new(path)?;
        if path.place().is_some() {
            return match self.first_link(&path) {
                Some(link) => Err(ChangeError::ThroughLink { leads_to: self.target(&link), link: link.to_string() }),
                None => self.disk.base(&Place::of(&path)).map(|_| path),
            };
        }
        for _ in 0..16 {
            let Some(link) = self.first_link(&path) else {
                return Ok(path);
            };
            let leads_to = self.target(&link);
            let refuse = || ChangeError::ThroughLink { link: link.to_string(), leads_to: leads_to.clone() };
            let real = link.beneath(&self.root).canonicalize().map_err(|_| refuse())?;
            let root = self.root.canonicalize().map_err(|e| ChangeError::io(&self.root, "open the folder", e))?;
            let inside = real.strip_prefix(&root).ok().and_then(Path::to_str).ok_or_else(refuse)?;
            let rest = path.as_str()[link.as_str().len()..].trim_start_matches('/');
            let real = RelPath::new(inside)?;
            if real.place().is_some() {
                return Err(ChangeError::BadPath {
                    path: inside.to_owned(),
                    reason: "at the top of the root, names that begin with `@` stand for places elsewhere".to_owned(),
                });
            }
            path = real.join(rest)?;
        }
        Err(ChangeError::BadPath { path: path.to_string(), reason: "its links lead in a circle".to_owned() })
    }

    fn target(&self, link: &RelPath) -> String {
        std::fs::read_link(self.disk.path(&Place::of(link))).map(|t| t.display().to_string()).unwrap_or_default()
    }

    /// The first folder above `path` that is a link.
    pub(super) fn first_link(&self, path: &RelPath) -> Option<RelPath> {
        let mut above: Vec<RelPath> =
            std::iter::successors(path.parent(), RelPath::parent).take_while(|p| !p.is_base()).collect();
        above.reverse();
        above
            .into_iter()
            .find(|p| self.disk.path(&Place::of(p)).symlink_metadata().is_ok_and(|m| m.file_type().is_symlink()))
    }
}

pub(super) fn row_name(table: &str, key: &Row) -> String {
    format!("{table} {}", serde_json::to_string(key).unwrap_or_default())
}

pub(super) fn wrong_kind(path: &RelPath, found: &Spot, needs: &'static str) -> ChangeError {
    ChangeError::WrongKind { path: path.to_string(), is: found.word(), needs }
}

pub(super) fn size(bytes: usize) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KiB", bytes.div_ceil(1024)),
        _ => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
    }
}
