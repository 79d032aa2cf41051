//! A small install in a temporary folder, ways to look at all of it, and faults to order.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use sanctum_change::{
    Actor, ApplyControl, ChangeError, Engine, Fault, Faults, Plan, Planner, Receipt, Row, RunSpec, Via,
};
use sanctum_registry::rusqlite::types::Value;
use sanctum_registry::{Registry, RegistryError, WRITABLE};
use tempfile::TempDir;
use time::OffsetDateTime;

use crate::store::{Store, TOKEN, token};

pub fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

pub fn operator() -> Actor {
    Actor { user_id: Some(1), name: "Ada".to_owned(), via: Via::App }
}

/// Everything in a tree: kind, mode and content by path. The engine's own folder is left out.
pub type Snapshot = BTreeMap<String, String>;

/// A settings file with a secret.
pub const SETTINGS: &str = "agents/agent-athena/thalamus/config/.env";

pub struct Install {
    pub root: PathBuf,
    pub registry: Arc<Registry>,
    _dir: Option<TempDir>,
}

/// A registry with an administrator, made once and copied: migrating takes longer than most tests.
fn template() -> &'static Path {
    static TEMPLATE: OnceLock<TempDir> = OnceLock::new();
    TEMPLATE
        .get_or_init(|| {
            let dir = tempfile::tempdir().unwrap();
            let registry = Registry::open(&dir.path().join("registry.db"), now()).unwrap();
            registry
                .write(|c| -> Result<(), RegistryError> {
                    c.execute_batch(
                        "INSERT INTO users (id, username, email, password_hash, role, created_at, updated_at) VALUES (1, 'ada', 'ada@example.org', 'hash-of-ada', 'admin', '2026-01-01 00:00:00', '2026-01-01 00:00:00');
                         INSERT INTO agents (id, letta_uid, name, created_by, uid, path, agent_index, created_at, updated_at) VALUES (1, 'unlinked:athena', 'Athena', 1, 'athena', 'agents/agent-athena', 0, '2026-01-01 00:00:00', '2026-01-01 00:00:00');
                         INSERT INTO env_vars (id, var_name, var_value, created_by, created_at, updated_at) VALUES (1, 'TZ', 'UTC', 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00');
                         INSERT INTO env_vars (id, var_name, var_value, created_by, created_at, updated_at) VALUES (2, 'LANG', 'C', 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00');",
                    )?;
                    Ok(())
                })
                .unwrap();
            dir
        })
        .path()
}

impl Install {
    pub fn empty() -> Install {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("sanctum");
        Install::at(root, Some(dir))
    }

    /// A tree with something of everything the rich plan touches.
    pub fn new() -> Install {
        let install = Install::empty();
        install.furnish();
        install
    }

    pub fn at(root: PathBuf, dir: Option<TempDir>) -> Install {
        let control = root.join("control");
        std::fs::create_dir_all(&control).unwrap();
        drop(Registry::open(&template().join("registry.db"), now()).unwrap());
        std::fs::copy(template().join("registry.db"), control.join("registry.db")).unwrap();
        Install { _dir: dir, ..Install::opened(root) }
    }

    /// One that is there already.
    pub fn opened(root: PathBuf) -> Install {
        let registry = Arc::new(Registry::open(&root.join("control/registry.db"), now()).unwrap());
        Install { root, registry, _dir: None }
    }

    pub fn furnish(&self) {
        self.put("agents/agent-athena/broca2/config/.env", b"PORT='8000'\n", 0o600);
        self.put("agents/agent-athena/broca2/run/start.sh", b"#!/bin/sh\n", 0o755);
        self.put(SETTINGS, format!("# Athena\nTOKEN='{TOKEN}'\nLEVEL=info\n").as_bytes(), 0o640);
        self.put("agents/old/notes.txt", b"keep me\n", 0o644);
        self.put("agents/old/deep/er/data.bin", &[0, 159, 146, 150], 0o640);
        self.put("readme.txt", b"hello\n", 0o644);
        std::os::unix::fs::symlink("notes.txt", self.root.join("agents/old/link")).unwrap();
    }

    pub fn put(&self, path: &str, bytes: &[u8], mode: u32) {
        let full = self.root.join(path);
        std::fs::create_dir_all(full.parent().unwrap()).unwrap();
        std::fs::write(&full, bytes).unwrap();
        std::fs::set_permissions(&full, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    pub fn read(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.root.join(path)).unwrap()
    }

    pub fn mode(&self, path: &str) -> u32 {
        std::fs::symlink_metadata(self.root.join(path)).unwrap().permissions().mode() & 0o7777
    }

    pub fn has(&self, path: &str) -> bool {
        self.root.join(path).symlink_metadata().is_ok()
    }

    pub fn engine(&self) -> Engine {
        self.locked_out().with_vault(Store::with(&[("athena/token", TOKEN)]))
    }

    /// The engine without a secret store.
    pub fn locked_out(&self) -> Engine {
        Engine::new(self.root.clone(), Arc::clone(&self.registry), self.root.join("control"))
            .with_place("login", self.login())
    }

    /// A place outside of the root, which is not there at first.
    pub fn login(&self) -> PathBuf {
        self.root.with_file_name("home").join("autostart")
    }

    pub fn faulty(&self, faults: &Arc<impl Faults + 'static>) -> Engine {
        self.engine().with_faults(Arc::clone(faults) as Arc<dyn Faults>)
    }

    pub fn planner(&self) -> Planner<'_> {
        Planner::new(&self.root, Some(&self.registry)).at_place("login", &self.login())
    }

    pub fn apply(&self, plan: &Plan) -> Result<Receipt, ChangeError> {
        self.engine().apply(plan, &operator(), &now, &ApplyControl::quiet())
    }

    /// The root and, as if beside it, the place outside.
    pub fn tree(&self) -> Snapshot {
        let mut all = snapshot(&self.root);
        if self.login().exists() {
            all.extend(snapshot(&self.login()).into_iter().map(|(path, what)| (format!("@login/{path}"), what)));
        }
        all
    }

    /// Every row of every table a change may write.
    pub fn rows(&self) -> Vec<String> {
        dump(&self.registry)
    }

    pub fn both(&self) -> (Snapshot, Vec<String>) {
        (self.tree(), self.rows())
    }

    pub fn state(&self, change: &str) -> Option<String> {
        self.engine().load(change).ok().map(|c| c.header.state)
    }

    /// Names of temporary files of the engine that are still about.
    pub fn leftovers(&self) -> Vec<String> {
        self.tree().into_keys().filter(|p| p.contains(".sanctum-")).collect()
    }
}

pub fn dump(registry: &Registry) -> Vec<String> {
    registry
        .read(|c| -> Result<Vec<String>, RegistryError> {
            let mut all = Vec::new();
            for table in WRITABLE {
                let mut statement = c.prepare(&format!("SELECT * FROM \"{table}\" ORDER BY rowid"))?;
                let width = statement.column_count();
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    let values: Result<Vec<Value>, _> = (0..width).map(|i| row.get::<_, Value>(i)).collect();
                    all.push(format!("{table} {:?}", values?));
                }
            }
            Ok(all)
        })
        .unwrap()
}

pub fn snapshot(root: &Path) -> Snapshot {
    let mut all = Snapshot::new();
    walk(root, root, &mut all);
    all
}

fn walk(root: &Path, dir: &Path, all: &mut Snapshot) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
        if name == "control" {
            continue;
        }
        let meta = path.symlink_metadata().unwrap();
        let mode = meta.permissions().mode() & 0o7777;
        if meta.is_symlink() {
            all.insert(name, format!("link {}", std::fs::read_link(&path).unwrap().display()));
        } else if meta.is_dir() {
            all.insert(name, format!("dir {mode:o}"));
            walk(root, &path, all);
        } else {
            all.insert(name, format!("file {mode:o} {:?}", std::fs::read(&path).unwrap()));
        }
    }
}

/// A plan with every kind of step, some of them building on each other.
pub fn rich_plan(install: &Install) -> Plan {
    let mut p = install.planner();
    p.group("Monday");
    p.create_dir("agents/agent-monday/broca2/config", 0o700).unwrap();
    p.write_file("agents/agent-monday/broca2/config/.env", b"PORT='8001'\n".to_vec(), 0o600, "Write 1 line").unwrap();
    p.write_file(
        "agents/agent-athena/broca2/config/.env",
        b"PORT='8002'\nNAME='x'\n".to_vec(),
        0o644,
        "Change 2 lines",
    )
    .unwrap();
    p.patch_file(SETTINGS, b"# Athena\nLEVEL=info\n".to_vec(), &[token()], "Move the token away").unwrap();
    p.patch_file(SETTINGS, b"# Athena\nLEVEL=debug\n".to_vec(), &[token()], "Say more").unwrap();
    p.write_file("@login/org.sanctum.desktop", b"[Desktop Entry]\n".to_vec(), 0o644, "Start at login").unwrap();
    p.set_mode("agents/agent-athena/broca2/run/start.sh", 0o700, "Make it private").unwrap();
    p.symlink("agents/current", "agent-monday", "Link to the newest").unwrap();
    p.trash("agents/old", "Move the old one to the trash").unwrap();
    p.create_dir("agents/old", 0o755).unwrap();
    p.write_file("agents/old/why.txt", b"moved\n".to_vec(), 0o644, "Say where it went").unwrap();
    p.trash("readme.txt", "Move the readme to the trash").unwrap();
    p.run(make_folder("venv", "agents/venv.new", "agents/venv"), "Make the environment").unwrap();
    let agent = Row::new().with("uid", "monday");
    let made = Row::new()
        .with("letta_uid", "unlinked:monday")
        .with("name", "Monday")
        .with("created_by", 1)
        .with("path", "agents/agent-monday")
        .with("agent_index", 1);
    p.registry_put("agents", agent.clone(), made, "Record the agent").unwrap();
    let port = Row::new()
        .with("agent_id", Row::reference("agents", agent, "id"))
        .with("module", "broca2")
        .with("created_by", 1);
    p.registry_put("ports", Row::new().with("port", 8001), port, "Reserve the port").unwrap();
    p.registry_put(
        "env_vars",
        Row::new().with("var_name", "TZ"),
        Row::new().with("var_value", "Europe/Berlin"),
        "Set the time zone",
    )
    .unwrap();
    p.registry_delete("env_vars", Row::new().with("var_name", "LANG"), "Forget the language").unwrap();
    p.finish("Add Monday", "Everything at once.")
}

pub fn make_folder(word: &str, creates: &str, final_path: &str) -> RunSpec {
    RunSpec {
        argv: vec![
            "/bin/sh".into(),
            "-c".into(),
            format!("echo making {word}; mkdir \"$1\" && echo {word} > \"$1/word\""),
            "sh".into(),
            creates.into(),
        ],
        cwd: String::new(),
        env: vec![("PATH".into(), "/usr/bin:/bin".into())],
        creates: creates.into(),
        final_path: final_path.into(),
        timeout: Duration::from_secs(20),
    }
}

/// Answers `fault` at the `at`th point and `Go` elsewhere; remembers the points it was asked about.
pub struct At {
    pub at: usize,
    pub fault: Fault,
    asked: AtomicUsize,
    pub points: Mutex<Vec<&'static str>>,
    /// Moves between folders cross volumes: they fail with EXDEV first.
    pub volumes: bool,
}

impl At {
    pub fn new(at: usize, fault: Fault) -> Arc<At> {
        Arc::new(At { at, fault, asked: AtomicUsize::new(0), points: Mutex::new(Vec::new()), volumes: false })
    }

    pub fn across_volumes(at: usize, fault: Fault) -> Arc<At> {
        Arc::new(At { at, fault, asked: AtomicUsize::new(0), points: Mutex::new(Vec::new()), volumes: true })
    }

    pub fn never() -> Arc<At> {
        At::new(usize::MAX, Fault::Go)
    }

    /// The point at which the fault was answered.
    pub fn hit(&self) -> Option<&'static str> {
        self.points.lock().unwrap().get(self.at).copied()
    }
}

impl Faults for At {
    fn at(&self, point: &'static str, _step: usize) -> Fault {
        // How often a running command is looked at depends on the machine; once is enough to count it.
        if point == "running" && self.points.lock().unwrap().last() == Some(&"running") {
            return Fault::Go;
        }
        self.points.lock().unwrap().push(point);
        if self.asked.fetch_add(1, Ordering::SeqCst) == self.at {
            return self.fault;
        }
        if self.volumes && point == "move" { Fault::Errno(18) } else { Fault::Go }
    }
}
