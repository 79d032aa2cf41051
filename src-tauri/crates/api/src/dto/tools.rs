//! The tool settings grid.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{Fact, Status};

/// A tab of the grid: `global`, `agent:<uid>` or `smcp`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ToolTab {
    pub id: String,
    pub title: String,
    pub count: u32,
    /// Cards of this tab that need the operator.
    pub needs_you: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ToolCard {
    /// Opaque; give it back to `tool_get`.
    pub id: String,
    pub tab: String,
    /// Name for machines: `broca2`.
    pub name: String,
    /// Name for people: "Broca".
    pub title: String,
    pub description: String,
    /// Icon of our sprite, without the `i-`.
    pub icon: String,
    pub emoji: Option<String>,
    /// `tool`, `module`, `plugin` or `builtin`.
    pub kind: String,
    /// Where the card comes from: `registry`, `manifest`, `layout` or `builtin`.
    pub origin: String,
    pub version: Option<String>,
    /// Relative to the root.
    pub path: Option<String>,
    pub status: Status,
    pub needs_you: bool,
    /// A manifest that cannot be used. The file is never touched.
    pub broken: Option<Broken>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Broken {
    /// Relative to the root.
    pub file: String,
    pub line: Option<u32>,
    pub column: Option<u32>,
    pub message: String,
    pub hint: String,
}

/// One page of cards. Needs-you cards come first in the list; `needs_you` says how many of all there are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ToolPage {
    pub items: Vec<ToolCard>,
    pub total: u32,
    pub needs_you: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ToolDetail {
    pub card: ToolCard,
    pub facts: Vec<Fact>,
    /// Effective settings in the schema's order, then what no schema names.
    pub settings: Vec<super::SettingRow>,
    /// Other things that stand in the tool's file and that no schema names.
    pub foreign_keys: u32,
    pub target: super::SettingsTarget,
    /// What could not be read, with a way out.
    pub findings: Vec<super::Finding>,
}
