//! The schema against spec/registry-schema.md: every table, field, default and index.

use std::fmt::Write as _;

use sanctum_registry::{WRITABLE, rusqlite::Connection};

use crate::fixture::fixture;

#[test]
fn the_schema_is_the_one_that_was_reviewed() {
    let f = fixture();
    let text = f.read(|c| {
        let mut s = c.prepare(
            "SELECT type, name, tbl_name, coalesce(sql, '(made by a constraint)') FROM sqlite_schema
             WHERE name NOT LIKE 'sqlite_stat%' ORDER BY type, name",
        )?;
        let rows = s.query_map([], |r| {
            Ok(format!(
                "{} {} on {}\n{}\n",
                r.get::<_, String>(0)?,
                r.get::<_, String>(1)?,
                r.get::<_, String>(2)?,
                r.get::<_, String>(3)?
            ))
        })?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?.join("\n"))
    });
    insta::assert_snapshot!("schema", text);
}

#[test]
fn every_field_of_the_spec_is_there_with_its_default() {
    let f = fixture();
    let text = f.read(|c| {
        let mut out = String::new();
        for (table, _) in FIELDS {
            writeln!(out, "{table}").unwrap();
            for (name, kind, required, default) in columns(c, table) {
                writeln!(
                    out,
                    "  {name} {kind}{}{}",
                    if required { " NOT NULL" } else { "" },
                    default.map_or(String::new(), |d| format!(" DEFAULT {d}"))
                )
                .unwrap();
            }
        }
        Ok(out)
    });
    for (table, fields) in FIELDS {
        let have: Vec<String> = f.read(|c| Ok(columns(c, table).into_iter().map(|c| c.0).collect()));
        for field in fields.split_whitespace() {
            assert!(have.iter().any(|h| h == field), "the spec's `{table}.{field}` is missing");
        }
    }
    insta::assert_snapshot!("columns", text);
}

#[test]
fn every_index_of_the_spec_is_there() {
    let f = fixture();
    for (name, table, columns) in INDEXES {
        let found: Option<String> = f.read(|c| {
            let mut s = c.prepare("SELECT group_concat(name, ', ') FROM pragma_index_info(?1)")?;
            Ok(s.query_row([name], |r| r.get(0))?)
        });
        assert_eq!(found.as_deref(), Some(*columns), "index `{name}` of the spec");
        assert_eq!(
            f.one(&format!("SELECT tbl_name FROM sqlite_schema WHERE name = '{name}'")),
            *table,
            "`{name}` is on its table"
        );
    }
}

#[test]
fn every_writable_table_exists_and_the_journal_is_not_among_them() {
    let f = fixture();
    for table in WRITABLE {
        assert_eq!(
            f.one(&format!("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '{table}'")),
            "1",
            "`{table}` is offered for writing"
        );
    }
    for table in
        ["change_sets", "change_steps", "audit", "meta", "cards", "user_sessions", "secret_items", "web_chat_messages"]
    {
        assert!(!WRITABLE.contains(&table), "a change set must not write `{table}`");
    }
}

fn columns(c: &Connection, table: &str) -> Vec<(String, String, bool, Option<String>)> {
    let mut s =
        c.prepare("SELECT name, type, \"notnull\", dflt_value FROM pragma_table_info(?1) ORDER BY cid").unwrap();
    s.query_map([table], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))).unwrap().map(Result::unwrap).collect()
}

const FIELDS: &[(&str, &str)] = &[
    (
        "agents",
        "id letta_uid name description status created_by created_at updated_at config is_active visible_to_users visible_to_roles uid path agent_index color",
    ),
    (
        "tools",
        "id name description emoji category status module_scope config_schema created_by created_at updated_at is_enabled slug path version icon",
    ),
    (
        "tool_instances",
        "id tool_id agent_id name config status last_run next_run created_by created_at updated_at is_active path",
    ),
    ("configurations", "id key value type scope scope_id description is_encrypted created_by created_at updated_at"),
    (
        "plugins",
        "id tool_id name module_scope version status config dependencies created_by created_at updated_at is_enabled",
    ),
    (
        "users",
        "id username email password_hash role permissions last_login created_at updated_at is_active failed_login_attempts locked_until",
    ),
    ("user_sessions", "id user_id session_token ip_address user_agent expires_at created_at"),
    ("system_config", "id config_key config_value config_type description is_encrypted category created_at updated_at"),
    ("env_vars", "id var_name var_value is_encrypted description created_at updated_at"),
    ("agent_configs", "id agent_id config_key config_value config_type is_encrypted created_at updated_at"),
    ("web_chat_sessions", "id uid user_id agent_id created_at last_active ip_address metadata"),
    ("web_chat_messages", "id session_id message timestamp processed broca_message_id user_id"),
];

const INDEXES: &[(&str, &str, &str)] = &[
    ("idx_agents_letta_uid", "agents", "letta_uid"),
    ("idx_agents_created_by", "agents", "created_by"),
    ("idx_tools_category", "tools", "category"),
    ("idx_tools_module_scope", "tools", "module_scope"),
    ("idx_tools_created_by", "tools", "created_by"),
    ("idx_tool_instances_agent", "tool_instances", "agent_id"),
    ("idx_tool_instances_created_by", "tool_instances", "created_by"),
    ("idx_configurations_scope", "configurations", "scope, scope_id"),
    ("idx_configurations_created_by", "configurations", "created_by"),
    ("idx_users_username", "users", "username"),
    ("idx_users_email", "users", "email"),
    ("idx_plugins_tool", "plugins", "tool_id"),
    ("idx_plugins_module_scope", "plugins", "module_scope"),
    ("idx_user_sessions_user", "user_sessions", "user_id"),
    ("idx_user_sessions_token", "user_sessions", "session_token"),
    ("idx_agent_configs_agent", "agent_configs", "agent_id"),
    ("idx_system_config_key", "system_config", "config_key"),
    ("idx_env_vars_name", "env_vars", "var_name"),
    ("idx_web_chat_sessions_user", "web_chat_sessions", "user_id"),
    ("idx_web_chat_sessions_agent", "web_chat_sessions", "agent_id"),
];
