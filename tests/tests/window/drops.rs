//! What is dragged from another program and let go over the window: pictures on a conversation, an archive anywhere else.

use std::io::Write;

use anyhow::{Context, Result};
use sanctum_fake_letta::Fake;
use sanctum_registry::rusqlite::Connection;
use sanctum_tests::yard::Yard;
use sanctum_tests::{Ctl, Place, Window};

use crate::support::{ENTER, go, sign_in};

/// A picture of one dot.
const DOT: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8,
    6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 0x0d, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0x64, 0xf8, 0xcf,
    0x50, 0x0f, 0, 0x03, 0x86, 0x01, 0x80, 0x5a, 0x34, 0x7d, 0x6b, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42,
    0x60, 0x82,
];

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_dropped_on_a_conversation_goes_with_its_message() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2")?;
    let fake = Fake::new("0.16.8", 0, None).await;
    let id = fake.agent("athena");
    let c = Connection::open(place.root().join("control/registry.db"))?;
    c.execute("UPDATE agents SET letta_uid = ?1 WHERE uid = 'athena'", [&id])?;
    c.execute("DELETE FROM system_config WHERE config_key = 'letta.base_url'", [])?;
    c.execute(
        "INSERT INTO system_config(config_key, config_value, created_by) VALUES ('letta.base_url', ?1, 1)",
        [fake.url()],
    )?;
    drop(c);
    let (dot, notes) = (place.path().join("dot.png"), place.path().join("notes.png"));
    std::fs::write(&dot, DOT)?;
    std::fs::write(&notes, "no picture, whatever its name says")?;
    let window = Window::open_with(&place, &[("SANCTUM_ROOT", &place.root().display().to_string())]).await?;
    sign_in(&window).await?;
    go(&window, "#/chat/athena").await?;
    window.find("chat-attach").await?;
    window.drop_on("[data-testid=chat-field]", &[&dot, &notes]).await?;
    window.counts("[data-testid=chat-picture]", 1).await?;
    window.says("“notes.png” is no PNG, JPEG, GIF or WebP picture").await?;
    assert_eq!(window.count("[data-testid=plugin-sheet]").await?, 0, "nobody takes a picture for a plugin");
    window.shot("chat-dropped").await?;
    window.click("chat-field").await?;
    window.strike("look at this").await?;
    window.strike(ENTER).await?;
    window.says("You said: a picture").await?;
    window.counts("[data-testid=chat-picture]", 0).await?;
    window.says("dot.png").await?;
    window.close().await?;
    let faults = fake.faults.lock().map(|faults| faults.clone()).unwrap_or_default();
    assert!(faults.is_empty(), "everything the server was sent is what it takes: {faults:#?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_dropped_on_the_window_is_read_as_a_plugin_and_nothing_of_it_runs() -> Result<()> {
    let yard = Yard::new("smcp")?;
    let archive = yard.path().join("dropped plugin.zip");
    let ran = yard.path().join("it-ran");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&archive)?);
    zip.start_file("greeter/cli.py", zip::write::SimpleFileOptions::default())?;
    zip.write_all(format!("import json, sys\nopen({:?}, 'w').write('x')\n", ran.display().to_string()).as_bytes())?;
    zip.finish().context("packing")?;
    let window = Window::open_with(&yard, &[("SANCTUM_ROOT", &yard.root().display().to_string())]).await?;
    sign_in(&window).await?;
    go(&window, "#/plugins").await?;
    window.find("plugins-view").await?;
    window.drop_on("[data-testid=plugins-view]", &[&archive]).await?;
    window.find("plugin-sheet").await?;
    window.find("plugin-trust").await?;
    window.says("greeter__").await?;
    window.shot("plugin-dropped").await?;
    assert!(!ran.exists(), "it was read, not run");
    window.close().await
}
