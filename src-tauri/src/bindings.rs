//! The typed seam between Rust and the window: every command and event, and the export to TypeScript.

use sanctum_api::dto;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri_specta::{Builder, Event, collect_commands, collect_events};

use crate::commands::{
    agents, app, broca, changes, chat, letta, logs, modules, plan, plugins, ports, python, secrets, session, settings,
    setup, tools,
};

/// Read again what is named.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct Changed(pub dto::ChangedEvent);

/// A running plan went on.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct Progress(pub dto::ProgressEvent);

/// Something happened in a conversation.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct Chat(pub dto::ChatEvent);

/// An open log has more to show.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct Log(pub dto::LogEvent);

/// How everything does, after it was measured.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct Measured(pub dto::Overview);

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
            app::app_take_link,
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
            chat::chats_list,
            chat::chat_open,
            chat::chat_page,
            chat::chat_send,
            chat::chat_dropped,
            chat::chat_stop,
            chat::chat_retry,
            chat::chat_discard,
            chat::chat_read,
            chat::chat_search,
            chat::chat_export,
            chat::chat_export_to,
            letta::letta_state,
            letta::letta_models,
            letta::letta_agents,
            letta::letta_address_plan,
            letta::agent_create_plan,
            letta::agent_link_plan,
            letta::agent_unlink_plan,
            letta::agent_make_plan,
            letta::agent_edit_plan,
            letta::agent_clone_plan,
            letta::agent_archive_plan,
            letta::agent_delete_plan,
            letta::agent_mind,
            letta::agent_block_plan,
            letta::agent_block_remove_plan,
            letta::agent_tool_plan,
            letta::agent_export_to,
            letta::agent_import_plan,
            broca::broca_view,
            broca::broca_queue,
            broca::broca_people,
            broca::broca_lines,
            broca::broca_action_plan,
            broca::bridge_state,
            modules::modules_list,
            modules::module_get,
            modules::module_check,
            modules::modules_start,
            modules::modules_stop,
            modules::modules_restart,
            modules::module_way_plan,
            modules::module_install_plan,
            modules::modules_offered,
            modules::module_add_plan,
            modules::module_remove_plan,
            modules::overview,
            modules::quit_state,
            modules::quit_choose,
            logs::log_open,
            logs::log_filter,
            logs::log_page,
            logs::log_seek,
            logs::log_close,
            logs::log_export_to,
            logs::log_export_stop,
            ports::ports_list,
            ports::port_move_plan,
            python::python_view,
            python::python_check,
            python::python_check_stop,
            python::python_pins,
            python::python_try,
            python::python_try_stop,
            python::python_plan,
            python::python_diff,
            python::python_rollback_plan,
            plugins::plugins_list,
            plugins::plugin_get,
            plugins::plugin_compare,
            plugins::plugin_lines,
            plugins::plugins_offered,
            plugins::plugin_inspect,
            plugins::plugin_trust,
            plugins::plugin_discard,
            plugins::plugin_install_plan,
            plugins::plugin_remove_plan,
            plugins::plugin_rollback_plan,
            plugins::plugin_enable_plan,
            plugins::plugin_tool_plan,
            plugins::plugin_release_plan,
            plugins::plugins_graph,
            plugins::bisect_start,
            plugins::bisect_step,
            plugins::bisect_stop,
            plugins::mcp_tools,
            plugins::mcp_call,
            plugins::mcp_letta_tools,
            plugins::mcp_refresh_letta,
            plan::plan_apply,
            plan::plan_cancel,
            plan::plan_discard,
            changes::changes_list,
            changes::change_get,
            changes::change_undo_plan,
            changes::changes_last_undoable,
            settings::settings_check,
            settings::settings_plan,
            settings::settings_promote_plan,
            settings::settings_search,
            settings::settings_find,
            settings::settings_history,
            settings::settings_rollback_plan,
            settings::settings_rollback_file_plan,
            settings::settings_export,
            settings::settings_export_to,
            settings::settings_import_plan,
            settings::settings_import_file_plan,
            settings::settings_homes_plan,
            settings::drift_list,
            settings::drift_resolve_plan,
            settings::preferences,
            secrets::secrets_status,
            secrets::secret_set,
            secrets::secret_clear_plan,
            secrets::secret_test,
            secrets::secrets_plain,
            secrets::secrets_move_plan,
            secrets::secret_copy,
            changes::changes_last_redoable,
        ])
        .events(collect_events![Changed, Progress, Menu, Chat, Log, Measured])
}
