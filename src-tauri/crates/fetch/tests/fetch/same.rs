//! The same content has the same hash, whichever way it came.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use sanctum_fetch::{Limits, content_hash, inspect};

use crate::made::{Place, Tar, Zip, folder, gzip, write_tree};

fn source(place: &Place) -> String {
    let dir = place.path("source");
    write_tree(&dir, &[("b.py", "two"), ("a/x.py", "one"), ("a-b", "three"), ("run*", "#!/bin/sh\n"), ("größe", "")]);
    symlink("a/x.py", dir.join("link")).unwrap();
    content_hash(&dir).unwrap()
}

#[test]
fn folder_tar_and_zip_with_the_same_content_hash_alike() {
    let place = Place::new();
    let hash = source(&place);
    let tar = Tar::new()
        .file("w/größe", "")
        .file("w/b.py", "two")
        .link("w/link", "a/x.py")
        .file("w/a-b", "three")
        .add(b'0', "w/run", "", 0o755, b"#!/bin/sh\n")
        .file("w/a/x.py", "one")
        .end();
    let zip = Zip::new()
        .file("a/x.py", "one")
        .add(b"link", 0o120_777, b"a/x.py")
        .file("b.py", "two")
        .file("a-b", "three")
        .add(b"run", 0o100_755, b"#!/bin/sh\n")
        .file("größe", "")
        .end();
    for (name, wanted) in [
        ("folder", folder(place.path("source"))),
        ("tar", place.archive("t.tar", &tar)),
        ("tar.gz", place.archive("t.tgz", &gzip(&tar))),
        ("zip", place.archive("z.zip", &zip)),
    ] {
        assert_eq!(inspect(&wanted, &Limits::default()).unwrap().hash, hash, "{name}, looked at");
        assert_eq!(place.fetch(&wanted).unwrap().record.hash, hash, "{name}, fetched");
        assert_eq!(content_hash(&place.app()).unwrap(), hash, "{name}, as it lies there");
        fs::remove_dir_all(place.app()).unwrap();
    }
}

#[test]
fn what_real_programs_pack_is_taken() {
    let place = Place::new();
    let hash = source(&place);
    let run = |program: &str, words: &[&str]| {
        let done = std::process::Command::new(program).args(words).current_dir(place.dir.path()).status();
        assert!(done.unwrap().success(), "{program} packed it");
    };
    run("tar", &["-czf", "gnu.tgz", "source"]);
    run("tar", &["--format=pax", "-cf", "pax.tar", "source"]);
    run("tar", &["--format=v7", "-cf", "v7.tar", "-C", "source", "."]);
    run("python3", &["-c", "import shutil; shutil.make_archive('py', 'gztar', 'source')"]);
    for name in ["gnu.tgz", "pax.tar", "v7.tar", "py.tar.gz"] {
        let wanted = place.archive(name, &fs::read(place.path(name)).unwrap());
        assert_eq!(inspect(&wanted, &Limits::default()).unwrap().hash, hash, "{name}");
    }
    // Python's zip follows links; it is compared without one.
    fs::remove_file(place.path("source/link")).unwrap();
    let hash = content_hash(&place.path("source")).unwrap();
    run("python3", &["-c", "import shutil; shutil.make_archive('py', 'zip', 'source')"]);
    let wanted = place.archive("py.mcpb", &fs::read(place.path("py.zip")).unwrap());
    assert_eq!(inspect(&wanted, &Limits::default()).unwrap().hash, hash, "a zip of Python, with explicit folders");
}

#[test]
fn path_content_mode_and_link_each_change_the_hash() {
    let place = Place::new();
    let first = source(&place);
    let dir = place.path("source");
    let mut seen = vec![first.clone()];
    let mut differs = |why: &str| {
        let hash = content_hash(&dir).unwrap();
        assert!(!seen.contains(&hash), "{why} changes the hash");
        seen.push(hash);
    };
    fs::write(dir.join("b.py"), "twO").unwrap();
    differs("content");
    fs::rename(dir.join("b.py"), dir.join("c.py")).unwrap();
    differs("a name");
    fs::set_permissions(dir.join("c.py"), fs::Permissions::from_mode(0o755)).unwrap();
    differs("the executable bit");
    fs::remove_file(dir.join("link")).unwrap();
    symlink("a-b", dir.join("link")).unwrap();
    differs("where a link leads");
    symlink("../outside", dir.join("out")).unwrap();
    differs("a link that leads out, which is not followed");
    let hash = content_hash(&dir).unwrap();
    write_tree(&dir, &[("__pycache__/b.pyc", "x"), (".git/HEAD", "x"), (".DS_Store", "x")]);
    fs::create_dir(dir.join("empty")).unwrap();
    fs::set_permissions(dir.join("a-b"), fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(content_hash(&dir).unwrap(), hash, "what running it leaves behind does not count");
}
