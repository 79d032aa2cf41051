//! x
use crate::{Faults, NoFaults};
use sanctum_registry::Registry;
use std::path::{Path, PathBuf};
use std::sync::Arc;
/// The engine of one install.
pub struct Engine {
    pub(crate) root: PathBuf,
    pub(crate) registry: Arc<Registry>,
    pub(crate) state_dir: PathBuf,
    pub(crate) faults: Arc<dyn Faults>,
}
impl Engine {
    /// x
    #[must_use]
    pub fn new(root: PathBuf, registry: Arc<Registry>, state_dir: PathBuf) -> Engine {
        Engine {
            root,
            registry,
            state_dir,
            faults: Arc::new(NoFaults),
        }
    }
    /// x
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }
}
