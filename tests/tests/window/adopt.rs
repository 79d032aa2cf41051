//! A Sanctum that exists is taken over, and nothing of it is touched.

use anyhow::Result;
use sanctum_tests::{Place, Window};

use crate::support::{fill_account, go, next, photograph, pictures, put, sign_in, step};

const ATHENA: &str = "agent-11111111-2222-4333-8444-555555555555";
const IRIS: &str = "agent-aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";

/// Broca's own folder of agents: layout C.
fn layout_c(place: &Place) -> Result<()> {
    let root = place.root();
    put(&root, &format!("{ATHENA}/.env"), format!("AGENT_ID={ATHENA}\nAGENT_NAME=\"Athena\"\n"))?;
    put(&root, &format!("{ATHENA}/settings.json"), "{\"debug_mode\": false}")?;
    put(&root, &format!("{ATHENA}/logs/broca.log"), "started\n")?;
    put(&root, &format!("{IRIS}/broca/main.py"), "print('iris')\n")?;
    put(&root, &format!("{IRIS}/broca/.env"), format!("AGENT_ID={IRIS}\nAGENT_NAME=Iris\n"))?;
    put(&root, "venv/bin/activate", "# an environment\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sanctum_that_exists_is_taken_over_without_touching_it() -> Result<()> {
    let place = Place::new()?;
    layout_c(&place)?;
    let before = photograph(&place.root())?;
    let window = Window::open(&place).await?;
    window.says("How do you want to start?").await?;
    window.click("mode-existing").await?;
    next(&window, "look").await?;
    window.find_css("[data-testid=candidate][data-checked]").await?;
    window.says("Can be taken over").await?;
    window.says("2 agents: Athena").await?;
    pictures(&window, "adopt-look").await?;
    next(&window, "account").await?;
    fill_account(&window).await?;
    next(&window, "plan").await?;
    window.says("Its folder is not changed").await?;
    pictures(&window, "adopt-plan").await?;
    assert_eq!(photograph(&place.root())?, before, "looking and planning change nothing");
    window.click("plan-apply").await?;
    window.find("setup-open").await?;
    window.says("Sanctum was taken over").await?;
    let done = window.text().await?;
    assert!(!done.contains("Letta is not connected yet"), "agents that are linked are not called unlinked: {done}");
    window.shot("adopt-done").await?;
    window.click("setup-open").await?;
    window.find("shell").await?;
    go(&window, "#/agents").await?;
    window.counts("[data-testid=agent-row]", 2).await?;
    pictures(&window, "adopt-agents").await?;
    assert_eq!(photograph(&place.root())?, before, "bytes, modes and times of the tree are as they were");
    window.close().await?;

    let window = Window::open(&place).await?;
    window.find("signin-user").await?;
    sign_in(&window).await?;
    go(&window, "#/agents").await?;
    window.says("Athena").await?;
    window.counts("[data-testid=agent-row]", 2).await?;
    assert_eq!(photograph(&place.root())?, before, "nor does the next start with a sign-in change a byte");
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sanctum_that_was_set_up_before_is_opened_and_asks_for_its_account() -> Result<()> {
    let place = Place::new()?;
    sanctum_tests::Ctl::new(&place).setup(&["athena"], "broca2")?;
    let _forgotten = std::fs::remove_file(place.data_dir().join("app.json"));
    let window = Window::open(&place).await?;
    step(&window, "welcome").await?;
    window.click("mode-existing").await?;
    next(&window, "look").await?;
    window.says("Has a registry").await?;
    window.find_css("[data-testid=candidate][data-checked]").await?;
    window.click("wizard-next").await?;
    window.find("signin-user").await?;
    sign_in(&window).await?;
    window.says("athena").await?;
    window.close().await
}
