//! From nothing to the grid.

use anyhow::Result;
use sanctum_tests::{Place, Window};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_with_nothing_ends_in_front_of_their_tools() -> Result<()> {
    let place = Place::new()?;
    let window = Window::open(&place).await?;
    window.says("How do you want to start?").await?;
    window.shot("wizard-welcome").await?;
    assert!(!place.root().exists(), "nothing is written before the plan is confirmed");
    window.close().await
}
