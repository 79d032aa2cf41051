//! Environments as they are found on disk: whole, and broken in each of the ways there are. Nothing of them is run.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use sanctum_python::{Broken, Machine, State, pins, read};

const HERE: Machine = Machine { os: "linux", arch: "x86_64" };

type Done = Result<(), Box<dyn std::error::Error>>;

/// An environment of Python 3.11 in `dir`, whose interpreter is a script outside of it.
fn made(dir: &Path) -> Done {
    let base = dir.join("base");
    fs::create_dir_all(&base)?;
    fs::write(base.join("python3.11"), "#!/bin/sh\n")?;
    let env = dir.join("venv");
    fs::create_dir_all(env.join("bin"))?;
    fs::create_dir_all(env.join("lib/python3.11/site-packages"))?;
    fs::write(env.join("pyvenv.cfg"), format!("home = {}\nversion = 3.11.7\n", base.display()))?;
    symlink(base.join("python3.11"), env.join("bin/python"))?;
    Ok(())
}

fn package(dir: &Path, name: &str, version: &str, more: &str, tag: &str) -> Done {
    let info = dir.join(format!("venv/lib/python3.11/site-packages/{name}-{version}.dist-info"));
    fs::create_dir_all(&info)?;
    fs::write(
        info.join("METADATA"),
        format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{more}\n\nName: no\n"),
    )?;
    fs::write(info.join("WHEEL"), format!("Wheel-Version: 1.0\nTag: {tag}\n"))?;
    fs::write(info.join("RECORD"), "")?;
    Ok(())
}

fn problems(state: State) -> Vec<Broken> {
    match state {
        State::Broken(all) => all,
        _ => Vec::new(),
    }
}

#[test]
fn a_whole_environment_is_read_from_its_files() -> Done {
    let dir = tempfile::tempdir()?;
    assert_eq!(read::read(&dir.path().join("venv"), HERE).state, State::Absent, "nothing is there");
    fs::create_dir(dir.path().join("venv"))?;
    assert_eq!(read::read(&dir.path().join("venv"), HERE).state, State::Absent, "an empty folder is nothing");
    made(dir.path())?;
    package(
        dir.path(),
        "aiogram",
        "3.21.0",
        "Requires-Dist: pydantic<2.12\nRequires-Dist: uvloop; extra == \"fast\"",
        "py3-none-any",
    )?;
    package(dir.path(), "pydantic", "2.12.1", "", "cp311-cp311-manylinux_2_17_x86_64")?;
    let old = dir.path().join("venv/lib/python3.11/site-packages/pyaes-1.6.1-py3.11.egg-info");
    fs::create_dir(&old)?;
    fs::write(old.join("PKG-INFO"), "Metadata-Version: 1.1\nName: pyaes\nVersion: 1.6.1\n")?;
    let env = read::read(&dir.path().join("venv"), HERE);
    assert!(env.packages.iter().any(|p| p.name == "pyaes"), "installed the old way: {env:?}");
    assert_eq!((&env.state, env.python.as_deref()), (&State::Whole, Some("3.11.7")), "{env:?}");
    assert_eq!(env.base.as_deref(), Some(dir.path().join("base/python3.11").as_path()), "what it was made with");
    let asked = pins::requirements("aiogram==3.20.0\nhttpx\nPydantic>=2\n");
    assert_eq!(
        read::unmet(&env.packages, &asked, "The pins ask for"),
        [
            "The pins ask for `aiogram` exactly 3.20.0, and 3.21.0 is installed.",
            "The pins ask for `httpx`, and it is not installed."
        ],
        "pins that do not hold are told by name"
    );
    assert_eq!(
        read::conflicts(&env.packages),
        ["aiogram 3.21.0 needs `pydantic` < 2.12, and 2.12.1 is installed."],
        "and packages that do not fit each other; what is optional is not missing"
    );
    Ok(())
}

#[test]
fn each_way_of_being_broken_has_its_own_words() -> Done {
    let dir = tempfile::tempdir()?;
    let venv = dir.path().join("venv");
    symlink("venvs/gone", &venv)?;
    assert_eq!(
        problems(read::read(&venv, HERE).state),
        [Broken::Dangling("venvs/gone".to_owned())],
        "a link to nothing"
    );
    fs::remove_file(&venv)?;
    fs::create_dir_all(venv.join("bin"))?;
    assert_eq!(problems(read::read(&venv, HERE).state), [Broken::NoSettings], "some other folder");
    fs::remove_dir_all(&venv)?;

    made(dir.path())?;
    fs::remove_file(dir.path().join("base/python3.11"))?;
    let env = read::read(&venv, HERE);
    assert!(
        matches!(&problems(env.state.clone())[..], [Broken::NoInterpreter(at)] if at.ends_with("base/python3.11")),
        "{env:?}"
    );
    assert!(!env.runs(), "it cannot be run");

    fs::write(dir.path().join("base/python3.11"), b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\xb7\0rest")?;
    let env = read::read(&venv, HERE);
    assert!(
        matches!(&problems(env.state)[..], [Broken::OtherMachine { built, .. }] if built == "aarch64"),
        "another machine"
    );

    fs::write(dir.path().join("base/python3.11"), "#!/bin/sh\n")?;
    fs::write(dir.path().join("base/python3.12"), "#!/bin/sh\n")?;
    fs::remove_file(venv.join("bin/python"))?;
    symlink(dir.path().join("base/python3.12"), venv.join("bin/python"))?;
    let env = read::read(&venv, HERE);
    let words = problems(env.state).iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        words,
        ["It was made for Python 3.11, and the interpreter behind it is Python 3.12 now."],
        "another Python"
    );

    fs::remove_file(venv.join("bin/python"))?;
    symlink(dir.path().join("base/python3.11"), venv.join("bin/python"))?;
    package(dir.path(), "uvloop", "0.21.0", "", "cp310-cp310-macosx_11_0_arm64")?;
    package(dir.path(), "six", "1.16.0", "", "py2.py3-none-any")?;
    fs::remove_file(venv.join("lib/python3.11/site-packages/six-1.16.0.dist-info/RECORD"))?;
    fs::create_dir(venv.join("lib/python3.11/site-packages/~dna"))?;
    let all = problems(read::read(&venv, HERE).state);
    assert!(all.contains(&Broken::HalfInstalled("six".to_owned())), "half installed: {all:?}");
    assert!(all.contains(&Broken::Leftover("~dna".to_owned())), "left behind: {all:?}");
    assert!(all.iter().any(|b| matches!(b, Broken::OtherBuild { package, .. } if package == "uvloop")), "{all:?}");
    Ok(())
}

#[test]
fn names_from_packages_move_no_cursor() -> Done {
    let dir = tempfile::tempdir()?;
    made(dir.path())?;
    package(dir.path(), "evil", "1.0", "Requires-Dist: x\u{1b}[31mred", "py3-none-any")?;
    let info = dir.path().join("venv/lib/python3.11/site-packages/evil-1.0.dist-info/METADATA");
    fs::write(info, "Name: ev\u{1b}[2Jil\u{202e}\nVersion: 1.0\n")?;
    let env = read::read(&dir.path().join("venv"), HERE);
    assert_eq!(env.packages[0].name, "evil", "terminal codes and turned text are taken out");
    Ok(())
}
