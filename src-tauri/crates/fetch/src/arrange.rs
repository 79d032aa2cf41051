//! What is made of fetched code before it takes its place: seen to be what was wanted, and tied to folders beside it.

use std::path::{Component, Path};

use crate::FetchError;

/// A folder of the code whose place is taken by a link; what was in it is kept beside as `<name>.shipped`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tie {
    /// Its name, at the top of the code.
    pub name: String,
    /// What the link says, such as `../plugins`.
    pub to: String,
}

/// What the code must hold, and what of it becomes a link.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrange {
    /// A path below the code that must be there: the file that is started.
    pub expect: Option<String>,
    pub ties: Vec<Tie>,
    /// The content that was looked at before, by its hash; anything else is refused.
    pub hash: Option<String>,
    /// Where it really comes from, where it was brought to this machine's own quarantine before: from, and the commit.
    pub origin: Option<(String, Option<String>)>,
}

impl Arrange {
    pub(crate) fn apply(&self, tree: &Path) -> Result<(), FetchError> {
        if let Some(expect) = &self.expect
            && !(inside(expect) && tree.join(expect).exists())
        {
            return Err(FetchError::NotWhatWasWanted { missing: crate::shown(expect) });
        }
        for tie in &self.ties {
            let at = tree.join(&tie.name);
            let io = |source| FetchError::io(&at, "tie", source);
            if !inside(&tie.name) || tie.name.contains('/') {
                return Err(FetchError::NotWhatWasWanted { missing: crate::shown(&tie.name) });
            }
            match at.symlink_metadata() {
                Ok(found) if found.is_dir() => {
                    std::fs::rename(&at, tree.join(format!("{}.shipped", tie.name))).map_err(io)?;
                }
                Ok(_) => std::fs::remove_file(&at).map_err(io)?,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(io(error)),
            }
            std::os::unix::fs::symlink(&tie.to, &at).map_err(io)?;
        }
        Ok(())
    }
}

fn inside(path: &str) -> bool {
    !path.is_empty() && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}
