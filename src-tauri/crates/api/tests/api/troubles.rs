//! What the registry, the folder and the keychain do wrong comes out as a code, never as an empty list.

use std::sync::Arc;

use sanctum_api::{App, Nobody, dto};

use crate::support::{PASSWORD, World, agent, code};

/// A world with a finished install and no app on it.
async fn installed() -> World {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    app.close();
    drop(app);
    // The watcher lets go in its own time; the lock of the folder is free when it can be taken.
    let folder = std::fs::File::open(world.root()).unwrap();
    folder.lock().unwrap();
    world
}

#[tokio::test]
async fn a_registry_that_cannot_be_opened_is_a_trouble_with_its_code() {
    for (damage, wanted) in [
        // What SQLite left beside it decides whether it still looks like ours.
        (b"not a database at all".to_vec(), ["registry_foreign", "registry_damaged"].as_slice()),
        (Vec::new(), &["registry_empty"]),
    ] {
        let world = installed().await;
        for beside in ["registry.db-wal", "registry.db-shm"] {
            let _absent = std::fs::remove_file(world.root().join("control").join(beside));
        }
        let file = world.root().join("control/registry.db");
        std::fs::write(&file, &damage).unwrap();
        let app = world.app();
        let state = app.state().await.unwrap();
        assert_eq!(state.phase, dto::Phase::Trouble, "the window says that something is wrong");
        let trouble = state.trouble.unwrap();
        assert!(wanted.contains(&trouble.code.as_str()), "and what: {trouble:?}");
        assert!(!trouble.hint.is_empty(), "and what to do");
        assert_eq!(code(&app.actor().await), trouble.code, "every call says the same");
        assert_eq!(std::fs::read(&file).unwrap(), damage, "the file keeps its bytes");
        app.close();
    }
}

#[tokio::test]
async fn a_second_window_is_told_and_the_first_goes_on() {
    let world = World::new();
    let first = world.app();
    world.set_up(&first, &["Athena"]).await;
    let second = world.app();
    let state = second.state().await.unwrap();
    assert_eq!(state.trouble.map(|t| t.code).as_deref(), Some("root_busy"), "the second one is told");
    assert_eq!(
        code(&second.install_open(&world.root().display().to_string()).await),
        "root_busy",
        "asked for by name too"
    );
    let mara = first.actor().await.unwrap();
    assert_eq!(code(&first.agent_add_plan(&mara, &agent("Nova")).await), "ok", "the first goes on");
}

#[tokio::test]
async fn a_folder_that_is_gone_is_not_an_empty_install() {
    let world = installed().await;
    std::fs::rename(world.root(), world.dir.path().join("moved")).unwrap();
    let app = world.app();
    let state = app.state().await.unwrap();
    assert!(matches!(state.phase, dto::Phase::Setup | dto::Phase::Trouble), "nobody is asked to sign in to nothing");
    let opened = app.install_open(&world.root().display().to_string()).await;
    assert_eq!(code(&opened), "no_registry", "and it cannot be opened");
}

#[tokio::test]
async fn a_secret_store_that_is_not_there_ends_the_session_with_the_app() {
    let world = World::new();
    // The encrypted file without its passphrase is a store that cannot be opened.
    let app = App::new(world.env("file"), Arc::new(Nobody));
    world.set_up(&app, &["Athena"]).await;
    let state = app.state().await.unwrap();
    assert_eq!(state.phase, dto::Phase::Ready, "signing in works without it");
    assert!(!state.user.unwrap().remembered, "and says that the session is not kept");
    let checked = app.secrets_check().await.unwrap();
    assert!(
        checked.status.word != dto::StatusWord::Healthy && !checked.status.reason.is_empty(),
        "the store's status has its reason: {checked:?}"
    );
    app.sign_out().await.unwrap();
    assert_eq!(code(&app.sign_in("mara", PASSWORD.to_owned()).await), "ok", "again and again");
}

#[tokio::test]
async fn without_an_install_every_call_says_so() {
    let world = World::new();
    let app = world.app();
    assert_eq!(app.state().await.unwrap().phase, dto::Phase::Setup, "the wizard is first");
    assert_eq!(code(&app.actor().await), "no_install", "there is nobody");
    assert_eq!(code(&app.console_actor().await), "no_install", "at the console neither");
    assert_eq!(code(&app.sign_in("mara", PASSWORD.to_owned()).await), "no_install", "and nothing to sign in to");
    assert_eq!(code(&app.restore_session().await), "ok", "there is no session to take up, and that is no error");
    assert!(!world.dir.path().join("data").exists(), "asking wrote nothing");
}

#[tokio::test]
async fn the_answers_are_kept_and_never_the_password() {
    let world = World::new();
    let app = world.app();
    app.setup_save(&world.draft(&["Athena"])).await.unwrap();
    let kept = app.state().await.unwrap().resume.unwrap();
    assert_eq!(
        (kept.state.as_str(), kept.draft.admin_user.as_str()),
        ("answering", "mara"),
        "the next start offers them"
    );
    let text = std::fs::read_to_string(world.dir.path().join("data/setup.json")).unwrap();
    assert!(!text.contains(PASSWORD), "without the password");
    app.setup_discard().await.unwrap();
    assert!(app.state().await.unwrap().resume.is_none(), "discarded they are gone");
    std::fs::write(world.dir.path().join("data/setup.json"), "{ torn").unwrap();
    let app = world.app();
    assert_eq!(code(&app.state().await), "own_file_unreadable", "a torn file of ours is told, not taken for none");
}
