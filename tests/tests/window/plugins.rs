//! Plugins in the window: a folder is read, trusted and installed; its tool is called, it is updated, put back.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sanctum_tests::Window;
use sanctum_tests::yard::Yard;

use crate::forms::apply;
use crate::support::{ESC, go, pictures, sign_in};

/// A plugin of SMCP whose one tool says `says`.
fn plugin(yard: &Yard, folder: &str, version: &str, says: &str) -> Result<PathBuf> {
    let dir = yard.path().join(folder);
    std::fs::create_dir_all(&dir)?;
    let code = format!(
        "import json, sys\nif '--describe' in sys.argv:\n    print(json.dumps({{'contract_version': '1.0', 'plugin': {{'name': 'greeter', 'version': '{version}', 'description': 'Greets people.'}}, 'commands': [{{'name': 'say', 'description': 'Says it.', 'parameters': [{{'name': 'whom', 'type': 'string', 'description': 'Who is greeted.', 'required': True}}]}}]}}))\nelse:\n    print(json.dumps({{'said': '{says} ' + sys.argv[-1]}}))\n"
    );
    std::fs::write(dir.join("cli.py"), code)?;
    Ok(dir)
}

async fn install(window: &Window, folder: &Path) -> Result<()> {
    window.click("plugins-install").await?;
    window.find("plugin-sheet").await?;
    let folder_tab = "//*[@data-testid='plugin-sheet']//*[@role='radio' or self::button][contains(., 'Folder')]";
    window.click_by(fantoccini::Locator::XPath(folder_tab)).await.context("choosing a folder")?;
    window.fill("plugin-path", &folder.display().to_string()).await?;
    window.click("plugin-look").await?;
    window.find("plugin-trust").await?;
    window.click("plugin-trust").await?;
    window.says("greeter__say").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_is_trusted_installed_called_updated_and_put_back() -> Result<()> {
    let yard = Yard::new("smcp")?;
    yard.install("smcp", "smcp")?;
    let one = plugin(&yard, "one/greeter", "1.0.0", "hello")?;
    let two = plugin(&yard, "two/greeter", "2.0.0", "good day")?;
    let root = yard.root().display().to_string();
    let window = Window::open_with(&yard, &[("SANCTUM_ROOT", &root), ("SANCTUM_TRIAL_SECONDS", "2")]).await?;
    sign_in(&window).await?;
    yard.ctl(&["modules", "start", "smcp"])?;
    go(&window, "#/plugins").await?;
    window.find("plugins-view").await?;
    pictures(&window, "plugins-none").await?;
    install(&window, &one).await?;
    pictures(&window, "plugin-trust").await?;
    window.click("plugin-review").await?;
    window.find("plan-view").await?;
    pictures(&window, "plugin-plan").await?;
    apply(&window).await?;
    window.find("what-changed").await?;
    pictures(&window, "plugin-changed").await?;
    window.strike(ESC).await?;

    go(&window, "#/plugins/smcp%3Agreeter").await?;
    window.find("plugin-page").await?;
    window.says("1 tool listed").await?;
    pictures(&window, "plugin-page").await?;
    go(&window, "#/plugins?part=tools").await?;
    window.find("server-tools").await?;
    window.says("greeter__say").await?;
    pictures(&window, "plugin-tools").await?;

    go(&window, "#/plugins").await?;
    window.find("plugins-view").await?;
    install(&window, &two).await?;
    window.click("plugin-review").await?;
    window.find("plan-view").await?;
    apply(&window).await?;
    window.find("what-changed").await?;
    window.strike(ESC).await?;
    go(&window, "#/plugins/smcp%3Agreeter?versions").await?;
    window.find("plugin-put-back").await?;
    pictures(&window, "plugin-versions").await?;
    window.click("plugin-put-back").await?;
    window.find("plan-view").await?;
    apply(&window).await?;
    window.says("applied, read back").await?;
    let on = std::fs::read_link(yard.root().join("smcp/plugins/greeter")).context("the plugin is a link")?;
    let code = std::fs::read_to_string(yard.root().join("smcp/plugins").join(on).join("cli.py"))?;
    assert!(code.contains("hello "), "the version before is on again");

    go(&window, "#/plugins?part=graph").await?;
    window.find("graph-drawing").await?;
    pictures(&window, "plugin-graph").await?;
    window.close().await
}
