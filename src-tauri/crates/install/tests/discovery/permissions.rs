//! Folders and files that may not be read. As root nothing is forbidden, so the check runs in a child without rights.

use crate::support::{card, find, has_card, minimal, put};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

const ROOT: &str = "SANCTUM_TEST_PERMISSION_ROOT";

#[test]
fn what_may_not_be_read_is_said_and_the_rest_is_shown() {
    let tmp = tempfile::tempdir().unwrap();
    let root = tmp.path();
    fs::set_permissions(root, fs::Permissions::from_mode(0o755)).unwrap();
    put(root, "tools/good/manifest.json", minimal("good"));
    put(root, "tools/file/manifest.json", minimal("file"));
    put(root, "tools/closed/manifest.json", minimal("closed"));
    put(root, "agents/agent-shut/m/manifest.json", minimal("m"));
    let mode = |rel: &str, mode: u32| fs::set_permissions(root.join(rel), fs::Permissions::from_mode(mode)).unwrap();
    mode("tools/file/manifest.json", 0);
    mode("tools/closed", 0);
    mode("agents/agent-shut", 0);
    if rustix::process::geteuid().is_root() {
        let exe = std::env::current_exe().unwrap();
        let copy = root.join("test-copy");
        fs::copy(exe, &copy).unwrap();
        fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).unwrap();
        let run = Command::new("setpriv")
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(&copy)
            .args(["--exact", "permissions::child_without_rights", "--ignored", "--nocapture"])
            .env(ROOT, root)
            .output()
            .unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
        assert!(run.status.success() && said.contains("1 passed"), "the child without rights: {said}");
        assert_eq!(find(root).items.len(), 4, "as root everything is read");
    } else {
        check(root);
    }
    mode("tools/closed", 0o755);
    mode("agents/agent-shut", 0o755);
}

#[test]
#[ignore = "runs in the child that the test above starts"]
fn child_without_rights() {
    let root = std::env::var_os(ROOT).expect("started by the test above");
    check(Path::new(&root));
}

fn check(root: &Path) {
    let found = find(root);
    assert!(card(&found, "tools/good").broken.is_none(), "the readable one is shown");
    let broken = card(&found, "tools/file").broken.clone().expect("an unreadable manifest is a broken card");
    assert!(broken.message.contains("permissions") && broken.hint.contains("chmod"), "and says why: {broken}");
    assert!(!has_card(&found, "tools/closed"), "a closed folder cannot be a card");
    let notes: Vec<&str> = found.findings.iter().map(|n| n.path.as_str()).collect();
    assert_eq!(notes, ["agents/agent-shut", "tools/closed"], "closed folders are notes");
}
