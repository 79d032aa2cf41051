//! Sign-in, lock-out, expiry and taking a session up again, by an injected clock.

use std::sync::Arc;

use sanctum_api::{App, Nobody, dto};
use sanctum_registry::users::Role;
use time::Duration;

use crate::support::{PASSWORD, World, code};

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_are_told_alike() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    world.account("dora", Role::User);
    world.sql("UPDATE users SET is_active = 0 WHERE username = 'dora'");
    app.sign_out().await.unwrap();
    let mut said = Vec::new();
    for (name, password) in
        [("mara", "wrong"), ("nobody", PASSWORD), ("dora", PASSWORD), ("", ""), ("mara", ""), ("' OR 1=1 --", "x")]
    {
        let error = app.sign_in(name, password.to_owned()).await.unwrap_err();
        assert_eq!(error.code, "wrong_sign_in", "`{name}` is not let in");
        said.push(format!("{error:?}"));
    }
    said.dedup();
    assert_eq!(said.len(), 1, "nobody learns which names exist: {said:?}");
    assert_eq!(app.state().await.unwrap().phase, dto::Phase::SignIn, "nobody is signed in");
    let state = app.sign_in(" MARA ", PASSWORD.to_owned()).await.unwrap();
    assert_eq!(state.phase, dto::Phase::Ready, "the name counts without case and spaces around it");
}

#[tokio::test]
async fn guessing_is_slowed_down_and_never_for_ever() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    app.sign_out().await.unwrap();
    let mut locked = None;
    for n in 0..12 {
        let error = app.sign_in("mara", format!("guess {n}")).await.unwrap_err();
        if error.code == "locked_until" {
            locked = Some((n, error));
            break;
        }
    }
    let (n, error) = locked.expect("guessing ends in a lock");
    assert!(n >= 5, "five tries are free, {n} were");
    assert!(!error.details.is_empty(), "it is said until when: {error:?}");
    assert_eq!(code(&app.sign_in("mara", PASSWORD.to_owned()).await), "locked_until", "the right password waits too");
    world.pass(Duration::minutes(16));
    assert_eq!(code(&app.sign_in("mara", PASSWORD.to_owned()).await), "ok", "after the wait it works");
    app.lock().await.unwrap();
    for _ in 0..7 {
        let _refused = app.unlock("guess".to_owned()).await.unwrap_err();
    }
    assert_eq!(code(&app.unlock(PASSWORD.to_owned()).await), "locked_until", "guessing at the lock counts as well");
    assert_eq!(app.state().await.unwrap().phase, dto::Phase::Locked, "the window stays locked");
}

#[tokio::test]
async fn a_session_ends_when_its_time_is_up() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    world.pass(Duration::days(29));
    assert_eq!(code(&app.actor().await), "ok", "before its end it holds");
    let shown = app.state().await.unwrap().user.unwrap();
    assert!(shown.session_expires_at.is_some(), "its end is told");
    world.pass(Duration::days(2));
    assert_eq!(code(&app.actor().await), "not_signed_in", "after its end nobody is signed in, without a new start");
    assert_eq!(app.state().await.unwrap().phase, dto::Phase::SignIn, "and the window asks");
}

#[tokio::test]
async fn a_changed_account_counts_at_once() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    world.account("eva", Role::Admin);
    app.sign_in("eva", PASSWORD.to_owned()).await.unwrap();
    let actor = app.actor().await.unwrap();
    assert_eq!(code(&app.doctor(&actor).await), "ok", "an administrator may");
    world.sql("UPDATE users SET role = 'viewer' WHERE username = 'eva'");
    let actor = app.actor().await.unwrap();
    assert_eq!(code(&app.doctor(&actor).await), "not_allowed", "a changed role counts from now on");
    world.sql("UPDATE users SET is_active = 0 WHERE username = 'eva'");
    assert_eq!(code(&app.actor().await), "not_signed_in", "a disabled account is out");
    app.sign_in("mara", PASSWORD.to_owned()).await.unwrap();
    app.lock().await.unwrap();
    world.sql("UPDATE users SET is_active = 0 WHERE username = 'mara'");
    assert_eq!(app.state().await.unwrap().phase, dto::Phase::SignIn, "a locked session of a disabled account too");
}

/// An app whose secret store is the encrypted file, opened with its passphrase.
async fn with_file(world: &World) -> App {
    let app = App::new(world.env("file"), Arc::new(Nobody));
    app.secrets_unlock("a passphrase of its own".to_owned()).await.unwrap();
    app
}

#[tokio::test]
async fn the_next_start_takes_the_session_up_until_sign_out_or_its_end() {
    let world = World::new();
    let first = with_file(&world).await;
    world.set_up(&first, &["Athena"]).await;
    let user = first.state().await.unwrap().user.unwrap();
    assert!(user.remembered, "the store keeps the session");
    first.close();
    drop(first);

    let second = with_file(&world).await;
    assert_eq!(second.state().await.unwrap().phase, dto::Phase::SignIn, "nobody is in before it was asked for");
    let state = second.restore_session().await.unwrap();
    assert_eq!(
        (state.phase, state.user.map(|u| u.username).as_deref()),
        (dto::Phase::Ready, Some("mara")),
        "the session goes on"
    );
    second.close();

    // The wrong passphrase opens nothing.
    let wrong = App::new(world.env("file"), Arc::new(Nobody));
    let _status = wrong.secrets_unlock("another one".to_owned()).await;
    assert_eq!(
        wrong.restore_session().await.unwrap().phase,
        dto::Phase::SignIn,
        "without the store nobody is signed in, and that is no error"
    );
    wrong.close();

    let third = with_file(&world).await;
    third.restore_session().await.unwrap();
    third.sign_out().await.unwrap();
    assert_eq!(
        third.restore_session().await.unwrap().phase,
        dto::Phase::SignIn,
        "a session that was ended is not taken up"
    );
    third.sign_in("mara", PASSWORD.to_owned()).await.unwrap();
    third.close();

    world.pass(Duration::days(31));
    let fourth = with_file(&world).await;
    assert_eq!(fourth.restore_session().await.unwrap().phase, dto::Phase::SignIn, "nor one whose time is up");
    fourth.close();
}

#[tokio::test]
async fn what_memory_keeps_is_not_called_remembered() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    let state = app.state().await.unwrap();
    assert!(!state.user.unwrap().remembered, "memory ends with the app");
    app.close();
    drop(app);
    let next = world.app();
    assert_eq!(next.restore_session().await.unwrap().phase, dto::Phase::SignIn, "the next start asks");
}

#[tokio::test]
async fn no_token_lies_in_the_registry_or_the_data_folder() {
    let world = World::new();
    let app = with_file(&world).await;
    world.set_up(&app, &["Athena"]).await;
    let stored: String = world
        .registry()
        .read(|c| {
            Ok::<_, sanctum_registry::RegistryError>(c.query_row(
                "SELECT session_token FROM user_sessions",
                [],
                |r| r.get(0),
            )?)
        })
        .unwrap();
    let found = world.registry().read(|c| sanctum_registry::sessions::lookup(c, &stored, world.now())).unwrap();
    assert!(found.is_none(), "what is stored opens no session");
}
