//! Puts every command under the access list: a command that is not named here cannot be called from the window.

/// The commands of `src/commands/`, spelled out. A test compares them with the typed bindings.
const COMMANDS: &[&str] = &[
    "agents_list",
    "agent_get",
    "agent_modules",
    "agent_check_name",
    "agent_add_plan",
    "agent_remove_plan",
    "app_state",
    "app_ready",
    "app_show_path",
    "install_open",
    "install_close",
    "doctor",
    "registry_salvage",
    "registry_copies",
    "registry_restore",
    "secrets_unlock",
    "changes_list",
    "change_get",
    "change_undo_plan",
    "changes_last_undoable",
    "plan_apply",
    "plan_cancel",
    "plan_discard",
    "session_sign_in",
    "session_restore",
    "session_sign_out",
    "session_lock",
    "session_unlock",
    "setup_defaults",
    "setup_scan",
    "setup_check_root",
    "setup_pythons",
    "setup_check_python",
    "setup_check_letta",
    "setup_check_secrets",
    "setup_check_account",
    "setup_check_agent",
    "setup_ports",
    "setup_save",
    "setup_discard",
    "setup_plan",
    "setup_apply",
    "setup_undo",
    "setup_sample",
    "tools_tabs",
    "tools_list",
    "tool_get",
    "tool_probe",
];

fn main() {
    println!("cargo:rerun-if-changed=../ui/dist");
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    if let Err(error) = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)) {
        panic!("the shell could not be prepared: {error:#}");
    }
}
