//! A thorough check imports what packages really bring, however they were installed.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;

use sanctum_python::{Machine, Tool, read, thorough};

type Done = Result<(), Box<dyn std::error::Error>>;

/// A package as pip leaves it that was installed by its own `setup.py`: no list of files but that of its sources.
fn installed_the_old_way(packages: &Path, name: &str, module: &str) -> std::io::Result<()> {
    let info = packages.join(format!("{name}-1.0.8.egg-info"));
    fs::create_dir(&info)?;
    fs::write(info.join("PKG-INFO"), format!("Metadata-Version: 1.1\nName: {name}\nVersion: 1.0.8\n"))?;
    fs::write(info.join("top_level.txt"), format!("{module}\n"))?;
    fs::write(info.join("SOURCES.txt"), format!("README.md\nsetup.py\ndocs/conf.py\nsrc/{module}/__init__.py\n"))?;
    fs::write(info.join("installed-files.txt"), format!("../{module}/__init__.py\nPKG-INFO\n"))
}

#[test]
fn a_package_installed_by_its_own_setup_is_imported_by_its_name() -> Done {
    let dir = tempfile::tempdir()?;
    let venv = dir.path().join("venv");
    let made = Command::new("python3").args(["-I", "-m", "venv", "--without-pip"]).arg(&venv).output()?;
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let env = read::read(&venv, Machine::here());
    let packages = fs::read_dir(venv.join("lib"))?.next().ok_or("no lib")??.path().join("site-packages");
    installed_the_old_way(&packages, "Oldway", "oldway")?;
    installed_the_old_way(&packages, "Torn", "torn")?;
    fs::create_dir(packages.join("oldway"))?;
    fs::write(packages.join("oldway/__init__.py"), "")?;
    let vars = [("PATH".to_owned(), std::env::var("PATH")?)];
    let found = thorough::check(&env, &Tool::Pip, "oldway\ntorn\n", &vars, &AtomicBool::new(false))?;
    assert_eq!(
        found.imports,
        ["Torn is installed, but cannot be imported: ModuleNotFoundError: No module named 'torn'"],
        "its setup.py is not taken for a module of it; what is gone is told"
    );
    Ok(())
}
