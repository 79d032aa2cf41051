//! What lies beside the modules: scripts that start and stop them by hand, and units by which the system runs them.

use super::finding;
use crate::cards::Rows;
use crate::dto::{Finding, FindingLevel};
use crate::open::Open;
use crate::{ApiResult, modules};

/// Start and stop scripts that are missing, or ours and not of this version.
pub(super) fn scripts(open: &Open, rows: &Rows, findings: &mut Vec<Finding>) {
    if open.is_adopted() {
        return;
    }
    for instance in &rows.instances {
        let Some((path, tool)) = instance.path.as_ref().zip(rows.tool(instance.tool_id)) else { continue };
        // That the folder itself is missing is told where the layout is looked at.
        if !open.root().join(path).is_dir() {
            continue;
        }
        for script in modules::scripts_amiss(open, path, &tool.slug) {
            let (file, verb) = (&script.file, script.verb);
            let (code, level, message) = if script.missing {
                let message = format!("`{file}` is missing: the script that {verb}s it by hand.");
                ("missing", FindingLevel::Warn, message)
            } else if !script.changed {
                let message = format!("`{file}` is the {verb} script of an earlier version.");
                ("script_old", FindingLevel::Warn, message)
            } else {
                // Whoever changed it may have meant it.
                let message =
                    format!("`{file}` is not the {verb} script of this version: it is an earlier one, or was changed.");
                ("script_old", FindingLevel::Info, message)
            };
            let hint = format!(
                "`{}` writes it; Undo takes that back.",
                modules::scripts_command(&address(path), script.changed)
            );
            findings.push(finding(code, level, file, message, &hint));
        }
    }
}

/// The address of an instance by its folder: `agents/agent-athena/broca2` is `athena/broca2`.
fn address(path: &str) -> String {
    path.strip_prefix("agents/agent-").unwrap_or(path).to_owned()
}

/// Units of the system that have nothing to run any more.
pub(super) fn units(open: &Open, findings: &mut Vec<Finding>) -> ApiResult<()> {
    for left in modules::leftovers(open)? {
        let file = open.env().short(&left.file);
        findings.push(finding(
            "unit_left",
            FindingLevel::Warn,
            &file,
            format!("`{file}` tells the system to run something, and {}.", left.why),
            &format!("In a terminal: `{}`.", left.command),
        ));
    }
    Ok(())
}
