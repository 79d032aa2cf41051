//! The typed seam between Rust and the window: every command and event, and the export to TypeScript.

use sanctum_api::dto;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri_specta::{Builder, Event, collect_commands, collect_events};

use crate::commands::{agents, app, changes, plan, session, setup, tools};

/// Read again what is named.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct Changed(pub dto::ChangedEvent);

/// A running plan went on.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct Progress(pub dto::ProgressEvent);

/// A menu item was chosen.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct Menu(pub dto::MenuEvent);

/// Every command the window may call, and every event it may hear. For any runtime, so that tests need no window.
pub fn builder<R: tauri::Runtime>() -> Builder<R> {
    Builder::<R>::new()
        .disable_serde_phases()
        .commands(collect_commands![
            app::app_state,
            app::app_ready,
            app::app_show_path,
            app::install_open,
            app::install_close,
            app::doctor,
            app::registry_salvage,
            app::registry_copies,
            app::registry_restore,
            app::secrets_unlock,
            session::session_sign_in,
            session::session_restore,
            session::session_sign_out,
            session::session_lock,
            session::session_unlock,
            setup::setup_defaults,
            setup::setup_scan,
            setup::setup_check_root,
            setup::setup_pythons,
            setup::setup_check_python,
            setup::setup_check_letta,
            setup::setup_check_secrets,
            setup::setup_check_account,
            setup::setup_check_agent,
            setup::setup_ports,
            setup::setup_save,
            setup::setup_discard,
            setup::setup_plan,
            setup::setup_apply,
            setup::setup_undo,
            setup::setup_sample,
            tools::tools_tabs,
            tools::tools_list,
            tools::tool_get,
            tools::tool_probe,
            agents::agents_list,
            agents::agent_get,
            agents::agent_modules,
            agents::agent_check_name,
            agents::agent_add_plan,
            agents::agent_remove_plan,
            plan::plan_apply,
            plan::plan_cancel,
            plan::plan_discard,
            changes::changes_list,
            changes::change_get,
            changes::change_undo_plan,
            changes::changes_last_undoable,
        ])
        .events(collect_events![Changed, Progress, Menu])
}
