//! What several of these tests need: a made tree, and a real interpreter.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sanctum_install::layout::{NewAgent, NewSanctum, Piece};
use sanctum_install::names::AgentUid;

/// The interpreter of this machine.
pub fn python3() -> PathBuf {
    ["/usr/bin/python3", "/usr/local/bin/python3", "/opt/homebrew/bin/python3"]
        .iter()
        .map(PathBuf::from)
        .find(|p| p.exists())
        .expect("these tests need a python3")
}

/// Athena and Monday with Broca and Thalamus, and SMCP.
pub fn two_agents(root: &Path) -> NewSanctum {
    let agent = |name: &str, index: u16| NewAgent {
        uid: AgentUid::parse(&name.to_lowercase()).expect("a plain name is a uid"),
        name: name.into(),
        index: index.into(),
        modules: vec![("broca2".into(), 9100 + index), ("thalamus".into(), 9200 + index)],
        root: root.to_path_buf(),
    };
    NewSanctum {
        root: root.to_path_buf(),
        python: None,
        agents: vec![agent("Athena", 0), agent("Monday", 1)],
        smcp_port: Some(8283),
    }
}

/// Makes the pieces on disk the way the change engine would, but for the environment.
pub fn make(root: &Path, pieces: &[Piece]) {
    for piece in pieces {
        match piece {
            Piece::Group(_) | Piece::Venv(_) => {}
            Piece::Dir(path, mode) => {
                fs::create_dir_all(root.join(path)).expect("the folder is made");
                chmod(&root.join(path), *mode);
            }
            Piece::File { path, bytes, mode, .. } => {
                fs::write(root.join(path), bytes).expect("its folder comes before a file");
                chmod(&root.join(path), *mode);
            }
        }
    }
}

pub fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the mode is set");
}

/// Writes a program.
pub fn script(path: &Path, text: &str) {
    fs::write(path, text).expect("the script is written");
    chmod(path, 0o755);
}
