//! Which plugin the last words of a tool name, and which words name none.

use sanctum_plugins::blame::{OfBroca, blamed, left_out, of_broca};

/// A traceback through these files, with what is said at its end. `@` stands for the tool's folder.
fn trace(module: &str, files: &[&str], says: &str) -> String {
    let frames: String = files
        .iter()
        .map(|file| {
            format!("  File \"{}\", line 3, in <module>\n    import x\n    ^^^^^^^^\n", file.replace('@', module))
        })
        .collect();
    format!("[2026-11-29 01:02:03] INFO begins\nTraceback (most recent call last):\n{frames}{says}\n")
}

#[test]
fn the_innermost_code_that_is_the_tools_or_a_plugins_decides() {
    let dir = tempfile::tempdir().unwrap();
    let module = dir.path().display().to_string();
    let no_module = "ModuleNotFoundError: No module named 'aiogram'";
    for (files, named, why) in [
        (&["@/app/main.py", "@/plugins/bad/plugin.py"][..], Some("bad"), "its own file is the innermost"),
        (&["@/app/main.py", "@/app/plugins/bad/plugin.py"], Some("bad"), "behind the link of the code's folder"),
        (&["@/app/main.py", "@/store/bad/0123456789ab/cli.py"], Some("bad"), "in the store, where the link leads"),
        (
            &["@/plugins/bad/plugin.py", "/usr/lib/python3.11/json/decoder.py"],
            Some("bad"),
            "Python's own code was called by it",
        ),
        (&["@/plugins/bad/plugin.py", "@/venv/lib/site-packages/x/y.py"], Some("bad"), "so was a library"),
        (&["@/plugins/good/plugin.py", "@/app/main.py"], None, "the tool's own code failed, whoever called it"),
        (&["@/app/main.py", "@/app/plugins/base.py"], None, "a file beside the plugins is the tool's"),
        (&["/elsewhere/plugins/bad/plugin.py"], None, "another tool's plugin of that name"),
        (&["@/plugins/../app/main.py"], None, "a path that turns round is nobody's"),
    ] {
        let said = trace(&module, files, no_module);
        let found = blamed(&said, dir.path()).map(|blamed| blamed.name);
        assert_eq!(found.as_deref(), named, "{why}: {said}");
    }
    let said = trace(&module, &["@/plugins/bad/plugin.py"], no_module);
    assert_eq!(blamed(&said, dir.path()).unwrap().line, no_module, "what Python said is told with it");
}

#[test]
fn only_the_last_traceback_counts_and_only_where_it_names_one() {
    let dir = tempfile::tempdir().unwrap();
    let module = dir.path().display().to_string();
    let one = trace(&module, &["@/plugins/one/plugin.py"], "ValueError: one");
    let two = trace(&module, &["@/plugins/two/plugin.py"], "ValueError: two");
    let own = trace(&module, &["@/app/main.py"], "OSError: the port is taken");
    let name = |said: &str| blamed(said, dir.path()).map(|blamed| blamed.name);
    assert_eq!(name(&format!("{one}{two}")).as_deref(), Some("two"), "an earlier failure is over");
    assert_eq!(name(&format!("{one}{own}")), None, "the tool failed last, by itself");
    let cause = "\nThe above exception was the direct cause of the following exception:\n\n";
    let [wrapped, second] = [&own, &two].map(|trace| trace.split_once('\n').unwrap().1.to_owned());
    assert_eq!(
        name(&format!("{one}{cause}{wrapped}")).as_deref(),
        Some("one"),
        "what the tool wrapped was the plugin's"
    );
    assert_eq!(name(&format!("{one}{cause}{second}")), None, "two are no answer");
    assert_eq!(name("ERROR: plugins/one/plugin.py failed"), None, "without a traceback nobody is named");
}

#[test]
fn an_end_in_the_middle_of_loading_names_what_was_loaded() {
    let dir = tempfile::tempdir().unwrap();
    let name = |said: &str| blamed(said, dir.path()).map(|blamed| blamed.name);
    let log = "INFO p: Attempting to load plugin: good\nINFO p: Loaded plugin: good\nINFO p: Attempting to load plugin: bad\nINFO main: Initiating graceful shutdown\n";
    assert_eq!(name(log).as_deref(), Some("bad"), "Broca takes every error of a plugin, but not an end");
    for over in ["Loaded plugin: bad", "⚠️ Skipping plugin bad - unexpected error: x", "Failed to load plugin bad - no"]
    {
        assert_eq!(name(&format!("{log}{over}\n")), None, "it was through with it: {over}");
    }
    assert_eq!(name("Attempting to load plugin: ../bad\n"), None, "a path is no name");
}

#[test]
fn words_of_a_stranger_are_made_harmless() {
    let dir = tempfile::tempdir().unwrap();
    let module = dir.path().display().to_string();
    let flood = format!("ValueError: \u{1b}[31m\u{202e}{}", "x".repeat(5_000));
    let line = blamed(&trace(&module, &["@/plugins/bad/plugin.py"], &flood), dir.path()).unwrap().line;
    assert!(line.starts_with("ValueError: xxx") && line.chars().count() <= 301, "one bounded line: {line}");
}

#[test]
fn the_line_that_leaves_a_plugin_out_is_found_by_its_whole_name() {
    let said = "2026 - smcp - INFO - Loaded plugin mail\n2026 - smcp - ERROR - Plugin mail-2 violates the contract: commands\n2026 - smcp - ERROR - Plugin mail violates the contract: name\n2026 - smcp - INFO - mail is there\n";
    assert_eq!(
        left_out(said, "mail").as_deref(),
        Some("Plugin mail violates the contract: name"),
        "the last error that names it, without stamp and level"
    );
    assert_eq!(
        left_out(said, "mail-2").as_deref(),
        Some("Plugin mail-2 violates the contract: commands"),
        "a longer name is another plugin's"
    );
    assert_eq!(left_out(said, "ail"), None, "a part of a name is none");
}

#[test]
fn a_plugin_that_was_left_out_for_a_traceback_says_what_that_ends_with() {
    let log = "2026-11-29 02:05:37,721 - ERROR - Plugin demo_text help command failed: Traceback (most recent call last):\n  File \"/s/smcp/plugins/demo_text/cli.py\", line 144, in <module>\n    main()\nRuntimeError: broken on purpose\n\n2026-11-29 02:05:37,754 - INFO - Plugin demo_math: well\n";
    assert_eq!(
        left_out(log, "demo_text").as_deref(),
        Some("Plugin demo_text help command failed: RuntimeError: broken on purpose"),
        "as SMCP writes it"
    );
}

/// As Broca writes it: it goes on without a plugin that does not load, and without one that does not start.
#[test]
fn what_broca_says_of_its_plugins_is_understood() {
    let log = "[2026-11-29 07:58:12] [🔵 INFO] runtime.core.plugin: Attempting to load plugin: bot\n\
        [2026-11-29 07:58:12] [🔵 INFO] runtime.core.plugin: Loaded plugin: bot\n\
        [2026-11-29 07:58:12] [⚠️ WARNING] runtime.core.plugin: ⚠️ Skipping plugin bot - unexpected error: Bot token is required\n\
        [2026-11-29 07:58:12] [⚠️ WARNING] runtime.core.plugin: ⚠️ Skipping plugin bent - configuration error: Failed to load plugin from plugins/bent/plugin.py: No module named 'x'\n\
        [2026-11-29 07:58:12] [❌ ERROR] runtime.core.plugin: Failed to load plugin other - plugin not found after loading\n\
        [2026-11-29 07:58:16] [❌ ERROR] runtime.core.plugin: Failed to start plugin bot: Failed to start plugin bot: Bot token is required\n\
        [2026-11-29 07:58:16] [⚠️ WARNING] runtime.core.plugin: ⚠️ Skipping plugin web - unexpected error: got an unexpected keyword argument 'enabled'\n\
        [2026-11-29 07:58:16] [🔵 INFO] runtime.core.plugin: Started plugin: web\n\
        [2026-11-29 07:58:16] [🔵 INFO] runtime.core.plugin: Started plugin: well\n";
    let left = |why: &str| OfBroca { started: false, trouble: Some(why.to_owned()) };
    for (name, is, why) in [
        ("bot", left("Bot token is required"), "the last word counts, and is said once"),
        ("bent", left("Failed to load plugin from plugins/bent/plugin.py: No module named 'x'"), "its code is broken"),
        ("other", left("plugin not found after loading"), "its folder is called otherwise than it"),
        ("well", OfBroca { started: true, trouble: None }, "it runs"),
        ("b", OfBroca::default(), "a part of a name is nobody's"),
    ] {
        assert_eq!(of_broca(log, name), is, "{why}");
    }
    let web = of_broca(log, "web");
    assert!(web.started, "it was started all the same: {web:?}");
    assert_eq!(web.trouble.as_deref(), Some("got an unexpected keyword argument 'enabled'"), "without its settings");
}
