//! A setting is changed, overridden, inherited, promoted and taken back, by hand, in the window.

use anyhow::Result;
use sanctum_tests::{Ctl, Place};

use crate::forms::{
    ENV, added, apply, enter, explained, go_to, level, open_form, opened, read, retype, review_and_apply,
    strike_and_apply, type_over, value,
};
use crate::support::{CTRL, ENTER, ESC, SHIFT, eventually, go, leave_fields, pictures, put};

const WAIT: &str = "LONG_TASK_MAX_WAIT";
const BROCA: &str = "agent:athena";

#[tokio::test(flavor = "multi_thread")]
async fn one_value_is_one_line_of_the_file_and_comes_back_byte_for_byte() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2,thalamus")?;
    let by_hand = format!("# kept by hand\nexport MINE=\"left alone\" # really\n{}", read(&place, ENV)?);
    put(&place.root(), ENV, &by_hand)?;
    let window = opened(&place).await?;
    open_form(&window, BROCA, "Broca").await?;
    window.says("of its file are named by no schema and stay as they are").await?;
    pictures(&window, "setting-form").await?;
    assert_eq!(level(&window, WAIT).await?, "Default", "nobody set it yet");

    type_over(&window, WAIT, "900").await?;
    window.says("1 change → 1 file").await?;
    assert_eq!(level(&window, WAIT).await?, "Instance", "the chip says where the change goes");
    window.says("you · not applied yet").await?;
    pictures(&window, "setting-changed").await?;
    assert_eq!(read(&place, ENV)?, by_hand, "a draft writes nothing");
    window.strike(&format!("{CTRL}{ENTER}")).await?;
    window.says("LONG_TASK_MAX_WAIT='900'").await?;
    pictures(&window, "setting-plan").await?;
    assert_eq!(read(&place, ENV)?, by_hand, "a plan writes nothing");
    apply(&window).await?;
    window.says("applied, read back").await?;
    window.counts("[data-testid=draft-bar]", 0).await?;
    let written = read(&place, ENV)?;
    assert_eq!(added(&by_hand, &written), ["LONG_TASK_MAX_WAIT='900'\n"], "one line came, all others stay: {written}");
    assert_eq!(
        (value(&window, WAIT).await?.as_str(), level(&window, WAIT).await?.as_str()),
        ("900", "Instance"),
        "shown as set"
    );
    let line = 1 + written.lines().position(|line| line == "LONG_TASK_MAX_WAIT='900'").unwrap_or_default();
    window.says(&format!("{ENV}:{line}")).await?;

    strike_and_apply(&window, &format!("{CTRL}z")).await?;
    window.find_css(&format!("[data-testid=\"setting-input-{WAIT}\"][value=\"600\"]")).await?;
    assert_eq!(read(&place, ENV)?, by_hand, "undo brings back the bytes");
    strike_and_apply(&window, &format!("{CTRL}{SHIFT}z")).await?;
    window.find_css(&format!("[data-testid=\"setting-input-{WAIT}\"][value=\"900\"]")).await?;
    assert_eq!(read(&place, ENV)?, written, "and redo what was written");
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_is_overridden_inherited_and_promoted() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena", "monday"], "broca2")?;
    let before = read(&place, ENV)?;
    let window = opened(&place).await?;
    go_to(&window, "t:broca2", WAIT).await?;
    enter(&window, WAIT).await?;
    retype(&window, "700").await?;
    window.says("2 files").await?;
    pictures(&window, "setting-tool").await?;
    review_and_apply(&window).await?;
    for agent in ["athena", "monday"] {
        let env = read(&place, &ENV.replace("athena", agent))?;
        assert!(env.contains("LONG_TASK_MAX_WAIT='700'\n"), "the tool's value reaches {agent}'s file: {env}");
    }

    open_form(&window, BROCA, "Broca").await?;
    assert_eq!(
        (value(&window, WAIT).await?.as_str(), level(&window, WAIT).await?.as_str()),
        ("700", "Tool"),
        "inherited"
    );
    type_over(&window, WAIT, "900").await?;
    review_and_apply(&window).await?;
    window.says("applied, read back").await?;
    assert!(read(&place, ENV)?.contains("LONG_TASK_MAX_WAIT='900'\n"), "the instance's value beats the tool's");
    window.click(&format!("setting-input-{WAIT}")).await?;
    let chain = window.find("chain").await?.text().await?;
    assert!(chain.contains("700") && chain.contains("900"), "the chain shows both: {chain}");
    pictures(&window, "setting-overridden").await?;

    window.click_css("[data-testid=setting-reset]").await?;
    window.find_css(&format!("[data-testid=\"setting-input-{WAIT}\"][value=\"700\"]")).await?;
    leave_fields(&window).await?;
    review_and_apply(&window).await?;
    window.counts("[data-testid=draft-bar]", 0).await?;
    assert_eq!(explained(&place, "athena/broca2", WAIT)?["level"], "tool", "reset to what is inherited");
    assert!(read(&place, ENV)?.contains("LONG_TASK_MAX_WAIT='700'\n"), "and the file says so");

    type_over(&window, WAIT, "800").await?;
    review_and_apply(&window).await?;
    window.counts("[data-testid=draft-bar]", 0).await?;
    window.click(&format!("setting-input-{WAIT}")).await?;
    window.click("setting-menu").await?;
    window.find_css("[role=menu]").await?;
    window.shot("setting-menu").await?;
    window.click_css("[role=menuitem][data-key=promote-agent]").await?;
    window.find("plan-view").await?;
    window.shot("setting-promote-plan").await?;
    apply(&window).await?;
    let row = explained(&place, "athena/broca2", WAIT)?;
    // The tool's own 700 stands above an agent's word.
    assert_eq!((&row["level"], &row["value"]), (&"tool".into(), &"700".into()), "promoted to the agent: {row}");
    let said = row["chain"].as_array().and_then(|chain| chain.iter().find(|link| link["level"] == "agent").cloned());
    assert_eq!(said.map(|link| link["value"].clone()), Some("800".into()), "the agent says it now: {row}");
    for _ in 0..5 {
        strike_and_apply(&window, &format!("{CTRL}z")).await?;
    }
    assert_eq!(read(&place, ENV)?, before, "five undos later the file is what it was");
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_stays_in_its_field_and_out_of_the_plan() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2")?;
    let before = read(&place, ENV)?;
    let window = opened(&place).await?;
    open_form(&window, BROCA, "Broca").await?;
    type_over(&window, WAIT, "0").await?;
    window.find_css(&format!("[data-testid=\"setting-input-{WAIT}\"][aria-invalid=true]")).await?;
    window.says("1 invalid value, left out").await?;
    let said = window.find_css(&format!("[data-testid=\"setting-{WAIT}\"] [role=alert]")).await?.text().await?;
    assert!(
        said.starts_with("0 is too small.") && said.ends_with("Enter 1 to 86400."),
        "sentences say why and what: {said}"
    );
    window.strike(&format!("{CTRL}{ENTER}")).await?;
    window.says("No valid change is left to apply").await?;
    window.strike(ESC).await?;
    window.counts("[data-testid=plan-sheet]", 0).await?;

    type_over(&window, "MESSAGE_PROCESS_TIMEOUT_BUFFER", "240").await?;
    window.says("1 change →").await?;
    pictures(&window, "setting-invalid").await?;
    go(&window, "#/agents").await?;
    window.find("agents-view").await?;
    open_form(&window, BROCA, "Broca").await?;
    assert_eq!(value(&window, WAIT).await?, "0", "the draft is still there after the view was left");
    window.says("1 invalid value, left out").await?;
    review_and_apply(&window).await?;
    eventually("the valid one was written", || {
        read(&place, ENV).is_ok_and(|env| env.contains("MESSAGE_PROCESS_TIMEOUT_BUFFER='240'\n"))
    })
    .await?;
    assert!(!read(&place, ENV)?.contains(WAIT), "the invalid one was not");
    window.says("0 changes").await?;
    assert_eq!(value(&window, WAIT).await?, "0", "it stays as typed");

    window.click("draft-invalid").await?;
    window.find_css(&format!("[data-testid=\"setting-{WAIT}\"]:focus")).await?;
    window.click("draft-discard").await?;
    window.counts("[data-testid=draft-bar]", 0).await?;
    assert_eq!(value(&window, WAIT).await?, "600", "discarded");
    let now = read(&place, ENV)?;
    assert_eq!(added(&before, &now), ["MESSAGE_PROCESS_TIMEOUT_BUFFER='240'\n"], "nothing else was written: {now}");
    window.close().await
}
