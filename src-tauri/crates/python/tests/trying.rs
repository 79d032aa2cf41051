//! A try that is called off ends the installer and all it started.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sanctum_python::Tool;
use sanctum_python::attempt::{Attempt, CommandError};

type Done = Result<(), Box<dyn std::error::Error>>;

/// An installer that starts another process and waits for it. Both have `mark` in their command line.
fn slow(dir: &Path, mark: &str) -> std::io::Result<Tool> {
    use std::os::unix::fs::PermissionsExt;
    let uv = dir.join("uv");
    std::fs::write(&uv, format!("#!/bin/sh\ntouch '{}/begun'\nsh -c 'sleep 300; : {mark}'\n", dir.display()))?;
    std::fs::set_permissions(&uv, std::fs::Permissions::from_mode(0o755))?;
    Ok(Tool::Uv(uv))
}

fn running(mark: &str) -> bool {
    let all = Command::new("ps").args(["-axww", "-o", "command="]).output();
    all.is_ok_and(|all| String::from_utf8_lossy(&all.stdout).lines().any(|line| line.contains(mark)))
}

#[test]
fn a_try_that_is_called_off_or_late_leaves_no_process() -> Done {
    let dir = tempfile::tempdir()?;
    let mark = dir.path().display().to_string();
    let tool = slow(dir.path(), &mark)?;
    let attempt = Attempt {
        python: Path::new("/usr/bin/python3"),
        with_pip: None,
        tool: &tool,
        pins: "six\n",
        held: &[],
        version: None,
        vars: &[("PATH".to_owned(), "/usr/bin:/bin".to_owned())],
        cwd: dir.path(),
    };
    let (begun, cancel) = (dir.path().join("begun"), AtomicBool::new(false));
    let ended = std::thread::scope(|scope| {
        let job = scope.spawn(|| attempt.run(Duration::from_secs(120), &cancel));
        let until = Instant::now() + Duration::from_secs(30);
        while !(begun.exists() && running(&mark)) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
        cancel.store(true, Ordering::SeqCst);
        job.join()
    });
    let ended = ended.map_err(|_| "the try panicked")?;
    assert!(begun.exists(), "it had begun");
    assert!(matches!(ended, Err(CommandError::Cancelled)), "it says that it was called off: {ended:?}");
    let late = attempt.run(Duration::from_secs(1), &AtomicBool::new(false));
    assert!(matches!(late, Err(CommandError::TimedOut { seconds: 0 | 1, .. })), "and that its time was up: {late:?}");
    let until = Instant::now() + Duration::from_secs(20);
    while running(&mark) && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(!running(&mark), "nothing of it runs any more");
    Ok(())
}

#[test]
fn an_installer_that_never_stops_talking_is_late_all_the_same() -> Done {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir()?;
    let uv = dir.path().join("uv");
    std::fs::write(&uv, "#!/bin/sh\nyes working | head -n 400000\n")?;
    std::fs::set_permissions(&uv, std::fs::Permissions::from_mode(0o755))?;
    let attempt = Attempt {
        python: Path::new("/usr/bin/python3"),
        with_pip: None,
        tool: &Tool::Uv(uv),
        pins: "six\n",
        held: &[],
        version: None,
        vars: &[("PATH".to_owned(), "/usr/bin:/bin".to_owned())],
        cwd: dir.path(),
    };
    let late = attempt.run(Duration::ZERO, &AtomicBool::new(false));
    assert!(matches!(late, Err(CommandError::TimedOut { .. })), "its time was up before it began: {late:?}");
    let off = attempt.run(Duration::from_secs(120), &AtomicBool::new(true));
    assert!(matches!(off, Err(CommandError::Cancelled)), "and it can be called off: {off:?}");
    Ok(())
}
