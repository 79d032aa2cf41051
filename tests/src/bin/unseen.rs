//! The app as its window has it, without the window, as a process of its own: something that a test can kill.
//!
//! It is told what it needs by its environment, and ends with its standard input.

use std::io::Read;
use std::process::ExitCode;
use std::sync::Arc;

use sanctum_api::{App, AppEnv, Nobody};
use sanctum_tests::place::program;

fn main() -> ExitCode {
    match open() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn open() -> anyhow::Result<()> {
    let mut env = AppEnv::from_process()?;
    env.ctl = Some(program("sanctumctl")?);
    let runtime = tokio::runtime::Runtime::new()?;
    let app = runtime.block_on(async {
        let app = App::new(env, Arc::new(Nobody));
        app.sign_in("mara", "correct horse battery".to_owned()).await?;
        app.actor().await?;
        anyhow::Ok(app)
    })?;
    let _ends = std::io::stdin().read(&mut [0])?;
    app.close();
    Ok(())
}
