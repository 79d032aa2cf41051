use std::path::Path;

use sanctum_modules::record::State;

use crate::support::{python, working_in};

const SECRET: &str = "sk-live-0123456789abcdef";

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder is there").flatten() {
        let path = entry.path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all
}

#[test]
fn a_secret_is_in_no_argument_no_record_and_no_reason() {
    let mut module = python(
        "import os, sys, time\nprint('Application started', flush=True)\n\
         while not os.path.exists('go'): time.sleep(0.05)\n\
         raise ValueError('\\x1b[31mcannot use key ' + os.environ['AGENT_API_KEY'])\n",
    );
    module.recipe.env.insert("AGENT_API_KEY".to_owned(), SECRET.to_owned());
    module.recipe.secret_names.push("AGENT_API_KEY".to_owned());
    module.recipe.restart.breaker_ends = 1;
    assert!(!format!("{:?}", module.recipe).contains(SECRET), "not even a debug print has it");
    let started = module.start();
    let mut processes = working_in(module.path());
    processes.push(started.keeper.clone());
    for process in processes {
        let line = std::fs::read(format!("/proc/{}/cmdline", process.pid)).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&line).contains(SECRET), "{process} has it in its arguments");
    }
    let environment = std::fs::read(format!("/proc/{}/environ", started.keeper.pid)).unwrap_or_default();
    assert!(environment.is_empty(), "the keeper inherited nothing: {}", String::from_utf8_lossy(&environment));
    std::fs::write(module.dir().join("go"), "").expect("now it may fail");
    let record = module.until("it is given up", |record| matches!(record.state, State::GaveUp { .. }));
    let words = record.last_exit.expect("the end is recorded").words;
    assert!(words.ends_with("ValueError: cannot use key •••"), "the reason without the secret or a colour: {words}");
    for file in files(&module.dir()).into_iter().filter(|file| *file != module.recipe.log.file) {
        let bytes = std::fs::read(&file).expect("it can be read");
        assert!(!String::from_utf8_lossy(&bytes).contains(SECRET), "{} has it", file.display());
    }
}

#[test]
fn the_recipe_s_fingerprint_says_nothing_about_it_without_the_salt() {
    let module = python("");
    let (one, other) = (module.recipe.fingerprint("a"), module.recipe.fingerprint("b"));
    assert_ne!(one, other, "the same recipe under another salt is another fingerprint");
    let mut moved = module.recipe.clone();
    moved.args = vec!["-u".to_owned(), "app".to_owned(), "/main.py".to_owned()];
    assert_ne!(one, moved.fingerprint("a"), "what stands in which argument counts");
}
