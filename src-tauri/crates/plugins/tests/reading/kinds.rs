//! What each kind of plugin says of itself.

use sanctum_plugins::Level;
use sanctum_plugins::read::{Kind, ReachKind, Setting, SettingFrom, schema};
use serde_json::json;

use crate::{codes, finding, read};

fn setting<'a>(all: &'a [Setting], key: &str) -> &'a Setting {
    all.iter().find(|setting| setting.key == key).unwrap_or_else(|| panic!("{key} is among {all:?}"))
}

#[test]
fn an_smcp_plugin_is_understood_from_its_files() {
    let plugin = read("smcp/weather");
    assert_eq!((plugin.kind, plugin.name.as_str()), (Kind::Smcp, "weather"), "`cli.py` makes it one of SMCP");
    assert_eq!(plugin.version.as_deref(), Some("1.2.0"), "from the literal it would describe itself with");
    assert_eq!(plugin.description, "Tells the weather of a place.", "likewise");
    assert_eq!(plugin.licence.as_deref(), Some("MIT"), "by the words of its LICENSE");
    assert!(plugin.readme.as_deref().is_some_and(|text| text.starts_with("# Weather")), "its README is kept");
    assert_eq!(plugin.hash.len(), 64, "its content has a hash");
    let paths: Vec<&str> = plugin.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["LICENSE", "README.md", "cli.py", "requirements.txt"], "every file is listed");
    let needs: Vec<(&str, &str, bool)> = plugin
        .requirements
        .iter()
        .map(|need| (need.package.as_str(), need.wanted.as_str(), need.conditional))
        .collect();
    assert_eq!(needs, [("httpx", ">=0.27", false), ("requests", "~=2.31", true)], "what it asks pip for");
    assert_eq!(plugin.findings, [], "nothing is wrong with it");
}

#[test]
fn variables_that_code_reads_become_settings() {
    let plugin = read("smcp/weather");
    let key = setting(&plugin.settings, "WEATHER_KEY");
    assert!(key.secret && key.required, "a key that is read without a fallback: {key:?}");
    assert_eq!(key.from, SettingFrom::Seen, "nobody declared it");
    assert_eq!(key.place.as_deref(), Some("cli.py:32"), "where it is read");
    assert_eq!(key.schema["x-secret"], true, "it belongs into the keychain");
    let wait = setting(&plugin.settings, "WEATHER_TIMEOUT");
    assert!(!wait.secret && !wait.required, "it has a fallback: {wait:?}");
    assert_eq!(wait.schema["default"], "30", "which is told");
    assert_eq!(plugin.settings.len(), 2, "and no other: {:?}", plugin.settings);
    assert_eq!(schema(&plugin.settings)["required"], json!(["WEATHER_KEY"]), "as one schema");
}

#[test]
fn what_code_reaches_for_is_seen_with_its_place() {
    let plugin = read("smcp/weather");
    let words: Vec<(ReachKind, &str)> = plugin.reach.iter().map(|reach| (reach.kind, reach.words.as_str())).collect();
    assert!(words.contains(&(ReachKind::Network, "api.weather.example:8443")), "the host it asks: {words:?}");
    assert!(words.contains(&(ReachKind::Network, "Talks with `urllib.request`")), "and how: {words:?}");
    assert!(words.contains(&(ReachKind::Secrets, "WEATHER_KEY")), "the secret it reads: {words:?}");
    assert!(!words.iter().any(|(_, words)| words.contains("docs.example")), "documentation is no code: {words:?}");
    let host = plugin.reach.iter().find(|reach| reach.words == "api.weather.example:8443").unwrap();
    assert_eq!(host.seen, ["cli.py:34"], "the place is told");
    let notes = read("smcp/notes");
    let words: Vec<&str> = notes.reach.iter().map(|reach| reach.words.as_str()).collect();
    for want in ["Runs `ls`", "Uses `subprocess`", "Your home folder", "~/notes"] {
        assert!(words.contains(&want), "{want} is among {words:?}");
    }
}

#[test]
fn a_plugin_without_a_description_of_itself_says_so() {
    let plugin = read("smcp/lamps");
    assert_eq!(finding(&plugin, "no_describe").level, Level::Note, "it works all the same");
    assert_eq!(plugin.version, None, "a version that is nowhere is not made up");
}

#[test]
fn a_broca_plugin_that_loads_has_nothing_wrong_with_it() {
    let plugin = read("broca/echo_bot");
    assert_eq!(plugin.kind, Kind::Broca, "`plugin.py` makes it one of Broca");
    assert_eq!(codes(&plugin), Vec::<&str>::new(), "{:?}", plugin.findings);
    assert_eq!(plugin.description, "Says back what it hears.", "its own first words");
    assert!(setting(&plugin.settings, "ECHO_TOKEN").secret, "a token is a secret");
}

#[test]
fn a_broca_plugin_that_does_not_load_says_why() {
    let wrong = read("broca/wrong_name");
    let name = finding(&wrong, "broca_name");
    assert!(name.words.contains("`wrong_name`") && name.words.contains("`another_name`"), "both names: {}", name.words);
    assert_eq!(name.level, Level::Error, "Broca does not load it");

    let half = read("broca/half_made");
    let words = &finding(&half, "broca_abstract").words;
    assert!(words.contains("`register_event_handler`, `emit_event`"), "which are missing: {words}");
    assert!(finding(&half, "broca_async").words.contains("`stop`"), "and what is called the other way");

    let circle = read("broca/in_a_circle");
    assert_eq!(finding(&circle, "broca_circle").level, Level::Error, "it imports from its own package");
    assert_eq!(finding(&circle, "broca_circle").place.as_deref(), Some("__init__.py:1"), "where the circle begins");
    assert!(finding(&circle, "broca_import").words.contains("web_chat"), "it imports from another plugin");
    assert!(!codes(&circle).contains(&"broca_name"), "a name in a constant is followed: {:?}", circle.findings);
}

#[test]
fn a_bundle_s_questions_become_settings() {
    let plugin = read("bundle/tracker");
    assert_eq!((plugin.kind, plugin.title.as_str()), (Kind::Bundle, "Tracker"), "by its manifest");
    assert_eq!(plugin.tools.len(), 2, "the tools it lists");
    let key = setting(&plugin.settings, "api_key");
    assert!(key.secret && key.required, "what is sensitive is a secret: {key:?}");
    assert_eq!(key.env.as_deref(), Some("TRACKER_KEY"), "the variable that carries it");
    assert_eq!(key.schema["x-env"], "TRACKER_KEY", "in the words of our schemas");
    let limit = &setting(&plugin.settings, "limit").schema;
    assert_eq!(
        (&limit["minimum"], &limit["maximum"], &limit["default"]),
        (&json!(1), &json!(50), &json!(10)),
        "its bounds"
    );
    let folder = &setting(&plugin.settings, "folder").schema;
    assert_eq!(folder["x-path"], "folder", "a folder is picked");
    assert_eq!(folder.get("default"), None, "a default in another home is none here");
    assert_eq!(setting(&plugin.settings, "carriers").schema["items"], json!({"type": "string"}), "several are a list");
    assert_eq!(
        plugin.settings.len(),
        5,
        "its server gets no other variable, whatever its code reads: {:?}",
        plugin.settings
    );
    assert_eq!(plugin.requirements[0].package, "mcp", "packages of its server count");
    let server = plugin.server.as_ref().unwrap();
    assert_eq!((server.kind.as_str(), server.command.as_str()), ("python", "python3"), "how it is started");
    assert_eq!(codes(&plugin), ["bundle_runtime"], "{:?}", plugin.findings);
}

#[test]
fn a_manifest_of_a_sanctum_is_read_as_the_other_crate_reads_it() {
    let plugin = read("manifest/almanac");
    assert_eq!(plugin.kind, Kind::Manifest, "only a manifest");
    assert_eq!(plugin.dependencies, ["weather"], "what it needs");
    assert_eq!(plugin.licence.as_deref(), Some("AGPL-3.0"), "what it says of its licence");
    let keys: Vec<&str> = plugin.settings.iter().map(|setting| setting.key.as_str()).collect();
    assert_eq!(keys, ["ALMANAC_KEY", "place.city"], "settings in objects come out one by one");
    assert!(plugin.settings[0].secret && plugin.settings[0].required, "with what it says of them");
    let carried: Vec<Option<&str>> = plugin.settings.iter().map(|setting| setting.env.as_deref()).collect();
    assert_eq!(
        carried,
        [Some("ALMANAC_KEY"), Some("ALMANAC_PLACE_CITY")],
        "what names no variable gets one as a bundle does"
    );
    let tools: Vec<&str> = plugin.tools.iter().map(|tool| tool.command.as_str()).collect();
    assert_eq!(tools, ["today", "moon"], "names alone, and objects");
}

#[test]
fn a_broca_plugin_in_a_wrapper_is_judged_by_what_it_wraps() {
    let source = |name: &str| {
        format!(
            "from plugins.base import BasePluginWrapper\n\nclass Wrapper(BasePluginWrapper):\n    def __init__(self):\n        super().__init__(Inner())\n\nclass Inner:\n    def get_name(self) -> str:\n        \"\"\"Its name.\"\"\"\n        return '{name}'\n\n    async def emit_event(self, event):\n        pass\n"
        )
    };
    let (_temp, dir) = crate::folder("bot", &[("plugin.py", &source("bot")), ("__init__.py", "")]);
    let plugin = sanctum_plugins::read::read(&dir).unwrap();
    assert_eq!(codes(&plugin), Vec::<&str>::new(), "as Broca’s own bot is written: {:?}", plugin.findings);
    let (_temp, dir) = crate::folder("bot", &[("plugin.py", &source("other")), ("__init__.py", "")]);
    assert_eq!(codes(&sanctum_plugins::read::read(&dir).unwrap()), ["broca_name"], "its name still counts");
}

#[test]
fn variables_read_through_a_function_are_settings_and_those_of_tests_are_not() {
    let source = "import os\n\ndef _int(name: str, default: int) -> int:\n    v = os.environ.get(name)\n    return int(v or default)\n\ndef _other(name):\n    return d.get(name)\n\nA = _int('MAIL_TIMEOUT', 45)\nB = os.environ.get('MAIL_HOST', '')\nC = _other('NO_SETTING')\n";
    let (_temp, dir) =
        crate::folder("x", &[("cli.py", source), ("tests/test_a.py", "import os\nos.environ['TEST_KEY']\n")]);
    let plugin = sanctum_plugins::read::read(&dir).unwrap();
    let keys: Vec<&str> = plugin.settings.iter().map(|setting| setting.key.as_str()).collect();
    assert_eq!(keys, ["MAIL_TIMEOUT", "MAIL_HOST"], "by what each function reads");
    assert_eq!(setting(&plugin.settings, "MAIL_TIMEOUT").schema["default"], "45", "with its default");
    assert_eq!(setting(&plugin.settings, "MAIL_HOST").schema.get("default"), None, "an empty text is no default");
}
