//! Plugins in the window: a folder is read, trusted and installed; it is set up, its tool is called, it is updated, put back. One
//! that breaks its tool is found by halves.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sanctum_tests::Window;
use sanctum_tests::yard::Yard;

use crate::forms::{apply, type_over};
use crate::support::{CTRL, ENTER, ESC, go, pictures, sign_in};

/// A plugin of SMCP whose one tool says `says`.
fn plugin(yard: &Yard, folder: &str, version: &str, says: &str) -> Result<PathBuf> {
    let dir = yard.path().join(folder);
    std::fs::create_dir_all(&dir)?;
    let code = format!(
        "import json, os, sys\nMANNER = os.environ.get('GREETER_MANNER', 'plainly')\nif '--describe' in sys.argv:\n    print(json.dumps({{'contract_version': '1.0', 'plugin': {{'name': 'greeter', 'version': '{version}', 'description': 'Greets people.'}}, 'commands': [{{'name': 'say', 'description': 'Says it.', 'parameters': [{{'name': 'whom', 'type': 'string', 'description': 'Who is greeted.', 'required': True}}]}}]}}))\nelse:\n    print(json.dumps({{'said': '{says} ' + sys.argv[-1] + ' ' + MANNER}}))\n"
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

    go(&window, "#/plugins/smcp%3Agreeter?settings").await?;
    window.find("setting-input-GREETER_MANNER").await?;
    pictures(&window, "plugin-settings").await?;
    type_over(&window, "GREETER_MANNER", "warmly").await?;
    window.strike(&format!("{CTRL}{ENTER}")).await?;
    window.find("plan-view").await?;
    apply(&window).await?;
    let env = std::fs::read_to_string(yard.root().join("smcp/config/.env"))?;
    assert!(env.contains("GREETER_MANNER='warmly'\n"), "it stands in the settings of its tool: {env}");
    yard.ctl(&["modules", "restart", "smcp"])?;
    go(&window, "#/plugins/smcp%3Agreeter?tools").await?;
    window.click("plugin-try").await?;
    window.find("try-sheet").await?;
    window.fill("arg-whom", "Mara").await?;
    window.click("try-call").await?;
    window.says("hello Mara warmly").await?;
    pictures(&window, "plugin-called").await?;
    window.strike(ESC).await?;
    window.counts("[data-testid=try-sheet]", 0).await?;

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
    // Its tool was started again with it, and the list knows.
    window.says("1 tool listed").await?;
    window.says_no_more("Needs restart").await?;
    pictures(&window, "plugin-versions").await?;
    window.click("plugin-compare").await?;
    window.find("compare-sheet").await?;
    window.click("file-open").await?;
    window.find("file-lines").await?;
    window.says("good day").await?;
    pictures(&window, "plugin-lines").await?;
    window.strike(ESC).await?;
    window.counts("[data-testid=compare-sheet]", 0).await?;
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

/// The folder in an archive, as a forge packs it.
fn packed(folder: &Path, archive: &Path) -> Result<()> {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(archive)?);
    zip.start_file("greeter-1.0.0/cli.py", zip::write::SimpleFileOptions::default())?;
    zip.write_all(&std::fs::read(folder.join("cli.py"))?)?;
    zip.finish().context("packing")?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_archive_is_installed_switched_off_and_on_again() -> Result<()> {
    let yard = Yard::new("smcp")?;
    yard.install("smcp", "smcp")?;
    let archive = yard.path().join("greeter-1.0.0.zip");
    packed(&plugin(&yard, "one/greeter", "1.0.0", "hello")?, &archive)?;
    let root = yard.root().display().to_string();
    let window = Window::open_with(&yard, &[("SANCTUM_ROOT", &root), ("SANCTUM_TRIAL_SECONDS", "2")]).await?;
    sign_in(&window).await?;
    yard.ctl(&["modules", "start", "smcp"])?;
    go(&window, "#/plugins").await?;
    window.find("plugins-view").await?;
    window.drop_on("[data-testid=plugins-view]", &[&archive]).await?;
    window.click("plugin-trust").await?;
    window.says("greeter__say").await?;
    window.click("plugin-review").await?;
    window.find("plan-view").await?;
    apply(&window).await?;
    window.find("what-changed").await?;
    window.strike(ESC).await?;
    let link = yard.root().join("smcp/plugins/greeter");
    assert!(link.is_symlink(), "it is where its tool loads it from, without the version in its name");

    go(&window, "#/plugins/smcp%3Agreeter").await?;
    window.click("plugin-enable").await?;
    window.find("plan-view").await?;
    window.says("SMCP").await?;
    pictures(&window, "plugin-disable").await?;
    apply(&window).await?;
    window.says("Enable…").await?;
    assert!(!link.is_symlink(), "switched off, it is where its tool does not look");
    pictures(&window, "plugin-off").await?;
    window.click("plugin-enable").await?;
    window.find("plan-view").await?;
    apply(&window).await?;
    window.says("Disable…").await?;
    window.says("1 tool listed").await?;
    assert!(link.is_symlink(), "and is there again, switched on");
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plugin_that_breaks_its_tool_is_found_by_halves() -> Result<()> {
    let yard = Yard::new("smcp")?;
    yard.install("smcp", "smcp")?;
    // From when `now` is there, it takes its tool server with it.
    let breaks = "import json, os, pathlib, signal, sys\nif 'MCP_LOG_DIR' in os.environ and pathlib.Path(os.environ['MCP_LOG_DIR'], 'now').exists(): os.kill(os.getppid(), signal.SIGKILL)\nprint(json.dumps({'contract_version': '1.0', 'plugin': {'name': 'sleeper', 'version': '1.0.0'}, 'commands': []}))\n";
    for name in ["one", "two", "three", "sleeper"] {
        let dir = plugin(&yard, &format!("from/{name}"), "1.0.0", "hello")?;
        if name == "sleeper" {
            std::fs::write(dir.join("cli.py"), breaks)?;
        }
        yard.ctl(&["plugins", "install", "--folder", &dir.display().to_string(), "--yes"])?;
    }
    std::fs::write(yard.root().join("smcp/logs/now"), "")?;
    let root = yard.root().display().to_string();
    let window = Window::open_with(&yard, &[("SANCTUM_ROOT", &root), ("SANCTUM_TRIAL_SECONDS", "2")]).await?;
    sign_in(&window).await?;
    go(&window, "#/plugins/smcp%3Aone").await?;
    window.click("plugin-more").await?;
    window.click_css("[role=menuitem][data-key=culprit]").await?;
    window.find("bisect-sheet").await?;
    pictures(&window, "plugin-bisect").await?;
    window.click("bisect-start").await?;
    // Each answer brings the next step, or the result.
    let shown = "return document.querySelector('[data-testid=bisect-result]') ? 'found' : document.querySelector('[data-testid=bisect-step]')?.innerText ?? ''";
    let mut before = String::new();
    for n in 0.. {
        anyhow::ensure!(n <= 3, "four are told apart in at most three restarts");
        let began = std::time::Instant::now();
        let now = loop {
            let now = window.run(shown, vec![]).await?.as_str().unwrap_or_default().to_owned();
            if now != before {
                break now;
            }
            anyhow::ensure!(began.elapsed().as_secs() < 60, "the search goes on: {}", window.text().await?);
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        };
        if now == "found" {
            break;
        }
        window.shot(&format!("plugin-bisect-{n}")).await?;
        let cut =
            "const foot = document.querySelector('.bisect-sheet footer'); return foot.scrollWidth - foot.clientWidth";
        assert_eq!(window.run(cut, vec![]).await?.as_i64(), Some(0), "every button of the step is seen whole");
        window.click("bisect-measure").await?;
        before = now;
    }
    window.says("It is sleeper").await?;
    pictures(&window, "plugin-culprit").await?;
    window.strike(ESC).await?;
    let on = |name: &str| yard.root().join("smcp/plugins").join(name).symlink_metadata().is_ok();
    assert!(on("one") && on("two") && on("three"), "the others are as they were");
    assert!(!on("sleeper"), "the culprit is put aside");
    window.close().await
}
