//! Plugins of all tools: seen, understood before they run, installed, switched, tried.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{DiffLine, Fact, Finding, Json, ModuleSource, Status};

/// How a plugin stands; its status word is `Active`, `Inactive` or `Error`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PluginRow {
    /// `<tool address>:<folder>`, such as `smcp:gmail` or `athena/broca2:telegram_bot`.
    pub id: String,
    /// Address of the tool it belongs to.
    pub tool: String,
    /// "SMCP", "Broca of Athena".
    pub tool_title: String,
    pub agent: Option<String>,
    /// Its folder's name, which is also what its tools begin with.
    pub name: String,
    pub title: String,
    pub description: String,
    pub icon: String,
    pub version: Option<String>,
    /// `smcp`, `broca`, `bundle` or `manifest`.
    pub kind: String,
    pub status: Status,
    /// It is where its tool loads it from.
    pub enabled: bool,
    /// Put aside after it failed or its files were changed; it is not loaded.
    pub quarantined: bool,
    /// Tools it adds, as far as they are known.
    pub tools: Option<u32>,
    /// A newer version that is at hand.
    pub update: Option<String>,
    /// Settings that must be set before it can run.
    pub missing: Vec<String>,
    /// Its tool must restart before a change shows.
    pub restart_needed: bool,
    pub needs_you: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum PluginSort {
    /// By tool, what needs the operator first.
    Tool,
    Name,
    Status,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PluginPage {
    pub items: Vec<PluginRow>,
    pub total: u32,
    pub all: u32,
    pub active: u32,
    pub errors: u32,
    pub quarantined: u32,
    pub updates: u32,
    /// A word after `@` that means nothing, and which there are.
    pub unknown_filter: Option<String>,
}

/// One tool a plugin adds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PluginTool {
    /// `gmail__search`.
    pub name: String,
    pub description: String,
    /// JSON Schema of its arguments.
    pub schema: Json,
    /// `None` where the tool server cannot switch single tools.
    pub enabled: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PluginFile {
    pub path: String,
    pub size: f64,
    /// `same`, `changed`, `added` or `gone`, against what was installed; `None` where nothing is known of that.
    pub state: Option<String>,
}

/// Two states of a plugin that are held against each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PluginComparison {
    /// What is installed as `id`, and what waits in quarantine.
    Update { inspection: String, dir: String, id: String },
    /// What is installed, and an earlier version that is kept.
    Version { id: String, hash: String },
    /// What was installed, and what lies there now.
    Installed { id: String },
}

/// One file of a comparison, line by line. What steers a screen or hides in it is written out, as `⟨U+202E⟩`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PluginFileLines {
    pub path: String,
    /// `same`, `changed`, `added` or `gone`.
    pub state: String,
    /// Why there are no lines: not text, too large, named like a file of passwords, or only its mode differs.
    pub note: Option<String>,
    /// Changed lines with two around them; at most 1,000.
    pub lines: Vec<DiffLine>,
    /// Lines behind those.
    pub left_out: u32,
}

/// What a plugin's code was seen to reach for, read and never run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PluginReach {
    /// `network`, `secrets`, `files`, `runs`.
    pub kind: String,
    pub words: String,
    /// Where it was seen, `cli.py:14`.
    pub seen: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PluginNeed {
    pub package: String,
    pub wanted: String,
    pub installed: Option<String>,
    /// `Healthy` fits, `Degraded` another version is installed, `Unknown` not installed.
    pub verdict: Status,
}

/// A version that was kept and can be put back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PluginVersion {
    /// Content hash.
    pub hash: String,
    pub version: Option<String>,
    pub from: String,
    pub installed_at: Option<String>,
    pub current: bool,
    pub size: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PluginDetail {
    pub row: PluginRow,
    pub facts: Vec<Fact>,
    pub hash: String,
    /// Its `--describe` was run by the operator's word for exactly this content.
    pub trusted: bool,
    pub files: Vec<PluginFile>,
    pub reach: Vec<PluginReach>,
    pub needs: Vec<PluginNeed>,
    pub tools: Vec<PluginTool>,
    pub versions: Vec<PluginVersion>,
    /// Agents and modules that use it.
    pub used_by: Vec<String>,
    /// Card whose settings form holds its settings, and which of its fields they are.
    pub settings_card: Option<String>,
    pub settings: Vec<String>,
    pub findings: Vec<Finding>,
    /// Text of its README, hostile; at most 64 KiB.
    pub readme: Option<String>,
    /// Why single tools cannot be switched, or what switching one does besides.
    pub tool_note: Option<String>,
    /// The instance whose log tells of it.
    pub log: Option<String>,
}

/// A source that was brought into quarantine and read without running anything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PluginInspection {
    pub id: String,
    pub from: String,
    pub candidates: Vec<PluginCandidate>,
    pub findings: Vec<Finding>,
}

/// A folder in it that is a plugin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PluginCandidate {
    /// Its place in the source; `.` for the whole.
    pub dir: String,
    /// Name proposed for its folder.
    pub name: String,
    pub kind: String,
    pub title: String,
    pub description: String,
    pub version: Option<String>,
    pub licence: Option<String>,
    pub hash: String,
    pub files: Vec<PluginFile>,
    pub reach: Vec<PluginReach>,
    pub needs: Vec<PluginNeed>,
    /// Settings it asks for (`user_config` of a bundle, `settings` of a manifest).
    pub settings: Vec<PluginSetting>,
    /// Tools of this Sanctum that it could belong to, by address.
    pub fits: Vec<String>,
    /// What it would replace: the id of an installed plugin.
    pub replaces: Option<String>,
    /// Known only after it was trusted.
    pub tools: Vec<PluginTool>,
    pub trusted: bool,
    pub findings: Vec<Finding>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PluginSetting {
    pub key: String,
    pub title: String,
    pub description: String,
    pub secret: bool,
    pub required: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PluginInstall {
    pub inspection: String,
    pub dir: String,
    /// Address of the tool.
    pub tool: String,
    pub name: String,
    pub enable: bool,
}

/// Something that can be installed and is not, or a newer version of what is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PluginOffer {
    pub name: String,
    pub title: String,
    pub description: String,
    pub version: Option<String>,
    pub kind: String,
    pub source: ModuleSource,
    /// "the index of the team", "~/plugins".
    pub offered_by: String,
    /// Id of the plugin it would update.
    pub updates: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum GraphKind {
    Tool,
    Plugin,
    Package,
    Port,
    Secret,
    Agent,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct GraphNode {
    pub id: String,
    pub kind: GraphKind,
    pub title: String,
    /// It is there and in order; otherwise `trouble` says what is not.
    pub trouble: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct GraphEdge {
    pub from: String,
    pub to: String,
    /// "needs", "adds tools to", "reads", "listens on".
    pub words: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PluginGraph {
    pub nodes: Vec<GraphNode>,
    pub edges: Vec<GraphEdge>,
    /// Each a chain of ids that ends where it began.
    pub cycles: Vec<Vec<String>>,
    /// Each a sentence with its chain.
    pub missing: Vec<String>,
}

/// Looking for the plugin that breaks its tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Bisect {
    pub tool: String,
    /// Restarts so far, and how many there can be at most.
    pub step: u32,
    pub most: u32,
    /// Plugins that are on in this step, and those that are still suspected.
    pub on: Vec<String>,
    pub suspects: Vec<String>,
    /// What was measured in this step.
    pub seen: Option<String>,
    pub culprit: Option<String>,
    /// It is over, and everything is as it was before.
    pub done: bool,
    pub words: String,
}

/// A tool of the running tool server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct McpTool {
    pub name: String,
    /// Plugin it comes from, by the part before `__`.
    pub plugin: Option<String>,
    pub description: String,
    pub schema: Json,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct McpTools {
    pub items: Vec<McpTool>,
    /// "sanctum-letta-mcp 3.1.0".
    pub server: String,
    pub took_ms: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct McpAnswer {
    pub is_error: bool,
    /// Hostile text.
    pub text: String,
    pub structured: Option<Json>,
    pub took_ms: u32,
}

/// Whether Letta has the tools that the tool server offers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct LettaTools {
    /// Letta still has the old ones until it is told to read them anew; `None` where that is not known.
    pub stale: Option<bool>,
    /// What differs, or why it is not known, in sentences.
    pub words: String,
}
