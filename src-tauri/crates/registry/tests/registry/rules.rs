//! The spec's relationships: each rule with what it allows and what it refuses.

use sanctum_registry::{ConstraintKind, RegistryError};

use crate::fixture::{Fixture, fixture};

fn refused(f: &Fixture, sql: &str, kind: ConstraintKind, why: &str) {
    match f.sql(sql) {
        Err(RegistryError::Constraint { kind: found, what }) => {
            assert_eq!(found, kind, "{why}: refused by {what}")
        }
        other => panic!("{why}: expected a refusal, got {other:?}"),
    }
}

fn allowed(f: &Fixture, sql: &str, why: &str) {
    f.sql(sql).unwrap_or_else(|e| panic!("{why}: {e}"));
}

#[test]
fn a_global_tool_has_many_instances() {
    let f = fixture();
    let (tool, agent) = (f.tool("broca2", "global"), f.agent("athena"));
    for who in ["NULL".to_owned(), agent.to_string(), agent.to_string()] {
        allowed(
            &f,
            &format!("INSERT INTO tool_instances(tool_id, agent_id, created_by) VALUES ({tool}, {who}, 1)"),
            "any number, anywhere",
        );
    }
}

#[test]
fn an_agent_tool_has_at_most_one_instance_per_agent() {
    let f = fixture();
    let (tool, athena, monday) = (f.tool("dream", "agent"), f.agent("athena"), f.agent("monday"));
    let insert =
        |agent: &str| format!("INSERT INTO tool_instances(tool_id, agent_id, created_by) VALUES ({tool}, {agent}, 1)");
    allowed(&f, &insert(&athena.to_string()), "one for Athena");
    allowed(&f, &insert(&monday.to_string()), "one for Monday");
    refused(&f, &insert(&athena.to_string()), ConstraintKind::Rule, "a second one for Athena");
    refused(&f, &insert("NULL"), ConstraintKind::Rule, "one without an agent");
    refused(
        &f,
        &format!("UPDATE tool_instances SET agent_id = {athena} WHERE agent_id = {monday}"),
        ConstraintKind::Rule,
        "moving Monday's to Athena",
    );
    allowed(&f, "UPDATE tool_instances SET agent_id = agent_id, name = 'mine'", "keeping the agent");
}

#[test]
fn a_tool_becomes_an_agent_tool_only_where_its_instances_allow() {
    let f = fixture();
    let (tool, agent) = (f.tool("broca2", "global"), f.agent("athena"));
    allowed(
        &f,
        &format!("INSERT INTO tool_instances(id, tool_id, created_by) VALUES (7, {tool}, 1)"),
        "a shared instance",
    );
    refused(
        &f,
        &format!("UPDATE tools SET module_scope = 'agent' WHERE id = {tool}"),
        ConstraintKind::Rule,
        "an instance has no agent",
    );
    allowed(&f, &format!("UPDATE tool_instances SET agent_id = {agent} WHERE id = 7"), "give it one");
    allowed(
        &f,
        &format!("INSERT INTO plugins(tool_id, name, module_scope, created_by) VALUES ({tool}, 'p', 'global', 1)"),
        "a plugin",
    );
    allowed(&f, &format!("UPDATE tools SET module_scope = 'agent' WHERE id = {tool}"), "now it can");
    assert_eq!(f.one("SELECT module_scope FROM plugins"), "agent", "its plugins inherit the scope");
}

#[test]
fn a_plugin_has_the_scope_of_its_tool() {
    let f = fixture();
    let tool = f.tool("broca2", "global");
    let insert = |name: &str, scope: &str| {
        format!("INSERT INTO plugins(tool_id, name, module_scope, created_by) VALUES ({tool}, '{name}', '{scope}', 1)")
    };
    allowed(&f, &insert("telegram", "global"), "the tool's scope");
    refused(&f, &insert("discord", "agent"), ConstraintKind::Rule, "another scope");
    refused(&f, "UPDATE plugins SET module_scope = 'agent'", ConstraintKind::Rule, "changing to another scope");
}

#[test]
fn a_plugin_and_its_dependencies_stay_inside_one_tool() {
    let f = fixture();
    let (broca, smcp) = (f.tool("broca2", "global"), f.tool("smcp", "global"));
    let insert = |tool: i64, name: &str, needs: &str| {
        format!(
            "INSERT INTO plugins(tool_id, name, module_scope, dependencies, created_by) VALUES ({tool}, '{name}', 'global', '{needs}', 1)"
        )
    };
    allowed(&f, &insert(broca, "base", "[]"), "no dependencies");
    allowed(&f, &insert(smcp, "files", "[]"), "another tool's plugin");
    allowed(&f, &insert(broca, "telegram", r#"["base"]"#), "a plugin of the same tool");
    allowed(&f, &insert(broca, "discord", r#"[{"name": "base", "version": ">=1"}]"#), "the same as an object");
    refused(&f, &insert(broca, "x1", r#"["files"]"#), ConstraintKind::Rule, "a plugin of another tool");
    refused(&f, &insert(broca, "x2", r#"["nothing"]"#), ConstraintKind::Rule, "a plugin that is not there");
    refused(&f, &insert(broca, "x3", r#"["x3"]"#), ConstraintKind::Rule, "itself");
    refused(&f, &insert(broca, "x4", "[7]"), ConstraintKind::Rule, "not a name");
    refused(&f, &insert(broca, "x5", r#"{"base": 1}"#), ConstraintKind::Check, "not a list");
    refused(
        &f,
        "UPDATE plugins SET dependencies = '[\"files\"]' WHERE name = 'telegram'",
        ConstraintKind::Rule,
        "changing to another tool's",
    );
    refused(
        &f,
        &format!("UPDATE plugins SET tool_id = {smcp} WHERE name = 'telegram'"),
        ConstraintKind::Rule,
        "moving away from what it needs",
    );
    refused(&f, "DELETE FROM plugins WHERE name = 'base'", ConstraintKind::Rule, "deleting what others need");
    refused(
        &f,
        "UPDATE plugins SET name = 'basis' WHERE name = 'base'",
        ConstraintKind::Rule,
        "renaming what others need",
    );
    allowed(&f, "DELETE FROM plugins WHERE name IN ('telegram', 'discord')", "deleting those that need it");
    allowed(&f, "DELETE FROM plugins WHERE name = 'base'", "then it may go");
    refused(&f, &insert(smcp, "files", "[]"), ConstraintKind::Unique, "one name twice in a tool");
}

#[test]
fn every_row_knows_who_made_it() {
    let f = fixture();
    let (tool, agent) = (f.tool("broca2", "global"), f.agent("athena"));
    let rows = [
        ("agents", "uid, letta_uid, path, agent_index", "'x', 'x', 'x', 99".to_owned()),
        ("tools", "slug, name, module_scope", "'x', 'x', 'global'".to_owned()),
        ("tool_instances", "tool_id", tool.to_string()),
        ("configurations", "key, scope", "'x', 'system'".to_owned()),
        ("plugins", "tool_id, name, module_scope", format!("{tool}, 'x', 'global'")),
        ("system_config", "config_key", "'x'".to_owned()),
        ("env_vars", "var_name", "'x'".to_owned()),
        ("agent_configs", "agent_id, config_key", format!("{agent}, 'x'")),
        ("ports", "port, module", "9100, 'x'".to_owned()),
        ("agent_memberships", "agent_id, user_id", format!("{agent}, 1")),
        ("user_agent_map", "user_id, agent_id, module, local_user", format!("1, {agent}, 'x', 'x'")),
        ("settings_written", "file, key, delivery", "'.env', 'X', 'file'".to_owned()),
    ];
    for (table, columns, values) in rows {
        refused(
            &f,
            &format!("INSERT INTO {table}({columns}) VALUES ({values})"),
            ConstraintKind::NotNull,
            &format!("`{table}` without a maker"),
        );
        refused(
            &f,
            &format!("INSERT INTO {table}({columns}, created_by) VALUES ({values}, 404)"),
            ConstraintKind::ForeignKey,
            &format!("`{table}` made by nobody"),
        );
        allowed(&f, &format!("INSERT INTO {table}({columns}, created_by) VALUES ({values}, 1)"), table);
    }
    refused(&f, "DELETE FROM users WHERE id = 1", ConstraintKind::ForeignKey, "a maker cannot be deleted");
}

#[test]
fn only_the_first_account_has_no_maker() {
    let f = fixture();
    let insert = |by: &str| {
        format!(
            "INSERT INTO users(username, email, password_hash, role, created_by) VALUES ('eve', 'e@x', '$x', 'user', {by})"
        )
    };
    refused(&f, &insert("NULL"), ConstraintKind::Rule, "a second account without a maker");
    allowed(&f, &insert("1"), "made by the first");
    refused(&f, "UPDATE users SET created_by = NULL WHERE username = 'eve'", ConstraintKind::Rule, "losing its maker");
}

#[test]
fn values_outside_their_lists_are_refused() {
    let f = fixture();
    let (tool, agent) = (f.tool("broca2", "global"), f.agent("athena"));
    let wrong = [
        "UPDATE agents SET status = 'Fine'",
        "UPDATE agents SET is_active = 2",
        "UPDATE agents SET config = '{'",
        "UPDATE agents SET visible_to_users = '{}'",
        "UPDATE agents SET uid = 'a/b'",
        "UPDATE agents SET path = '/etc'",
        "UPDATE tools SET module_scope = 'both'",
        "UPDATE tools SET status = 'Active'",
        "UPDATE users SET role = 'root'",
        "UPDATE users SET permissions = 'all'",
        "INSERT INTO configurations(key, scope, created_by) VALUES ('x', 'galaxy', 1)",
        "INSERT INTO configurations(key, scope, scope_id, created_by) VALUES ('x', 'system', 1, 1)",
        "INSERT INTO configurations(key, scope, created_by) VALUES ('x', 'tool', 1)",
        "INSERT INTO configurations(key, scope, type, created_by) VALUES ('x', 'system', 'date', 1)",
        "INSERT INTO ports(port, module, created_by) VALUES (0, 'x', 1)",
        "INSERT INTO ports(port, module, created_by) VALUES (65536, 'x', 1)",
        "INSERT INTO change_sets(id, title, actor_name, via, state) VALUES ('x', 'x', 'x', 'web', 'applied')",
        "INSERT INTO change_sets(id, title, actor_name, via, state) VALUES ('x', 'x', 'x', 'app', 'perhaps')",
        "UPDATE agents SET agent_index = 'first'",
    ];
    for sql in wrong {
        refused(&f, sql, ConstraintKind::Check, sql);
    }
    refused(
        &f,
        &format!("INSERT INTO system_config(config_key, created_by) VALUES ('{}', 1)", "k".repeat(101)),
        ConstraintKind::Check,
        "VARCHAR(100)",
    );
    allowed(
        &f,
        &format!(
            "UPDATE tools SET status = 'Degraded' WHERE id = {tool}; UPDATE agents SET status = 'Unknown' WHERE id = {agent}"
        ),
        "words of the list",
    );
}

#[test]
fn settings_belong_to_something_that_is_there() {
    let f = fixture();
    let tool = f.tool("broca2", "global");
    let insert = |scope: &str, id: i64| {
        format!("INSERT INTO configurations(key, scope, scope_id, created_by) VALUES ('k', '{scope}', {id}, 1)")
    };
    allowed(&f, &insert("tool", tool), "a tool that is there");
    refused(&f, &insert("tool", tool), ConstraintKind::Unique, "the same key twice");
    refused(&f, &insert("tool", 404), ConstraintKind::Rule, "a tool that is not");
    refused(&f, &insert("agent", tool), ConstraintKind::Rule, "an agent that is not");
    refused(
        &f,
        &format!("DELETE FROM tools WHERE id = {tool}"),
        ConstraintKind::Rule,
        "deleting a tool that has settings",
    );
}

#[test]
fn identities_are_unique_whatever_their_case() {
    let f = fixture();
    f.agent("athena");
    refused(
        &f,
        "INSERT INTO agents(uid, letta_uid, path, agent_index, created_by) VALUES ('Athena', 'x', 'x', 9, 1)",
        ConstraintKind::Unique,
        "an agent's uid",
    );
    refused(
        &f,
        "INSERT INTO users(username, email, password_hash, role, created_by) VALUES ('ADMIN', 'x', '$x', 'user', 1)",
        ConstraintKind::Unique,
        "an account's name",
    );
    refused(
        &f,
        "INSERT INTO agents(uid, letta_uid, path, agent_index, created_by) VALUES ('x', 'unlinked:athena', 'x', 9, 1)",
        ConstraintKind::Unique,
        "a Letta id",
    );
    refused(
        &f,
        "INSERT INTO agents(uid, letta_uid, path, agent_index, created_by) VALUES ('x', NULL, 'x', 9, 1)",
        ConstraintKind::NotNull,
        "no Letta id",
    );
}

#[test]
fn defaults_are_those_of_the_spec() {
    let f = fixture();
    let (tool, agent) = (f.tool("broca2", "global"), f.agent("athena"));
    allowed(
        &f,
        &format!(
            "INSERT INTO system_config(config_key, created_by) VALUES ('k', 1);
         INSERT INTO agent_configs(agent_id, config_key, created_by) VALUES ({agent}, 'k', 1);
         INSERT INTO env_vars(var_name, created_by) VALUES ('K', 1);
         INSERT INTO web_chat_sessions(id, agent_id) VALUES ('s', {agent});
         INSERT INTO web_chat_messages(session_id, message) VALUES ('s', 'hello');
         INSERT INTO tool_instances(tool_id, created_by) VALUES ({tool}, 1)"
        ),
        "rows with only what has no default",
    );
    let expected = [
        ("SELECT config_type || is_encrypted || category FROM system_config", "string0general"),
        ("SELECT config_type || is_encrypted FROM agent_configs", "string0"),
        ("SELECT is_encrypted FROM env_vars", "0"),
        ("SELECT processed FROM web_chat_messages", "0"),
        ("SELECT is_active || failed_login_attempts FROM users", "10"),
        ("SELECT status || is_active FROM agents", "Unknown1"),
        ("SELECT status || is_enabled FROM tools", "Unknown1"),
        ("SELECT status || is_active FROM tool_instances", "Unknown1"),
        (
            "SELECT count(*) FROM web_chat_sessions WHERE created_at = last_active AND created_at GLOB '????-??-?? ??:??:??'",
            "1",
        ),
    ];
    for (sql, value) in expected {
        assert_eq!(f.one(sql), value, "{sql}");
    }
}

#[test]
fn updated_at_moves_with_the_row_and_only_then() {
    let f = fixture();
    f.agent("athena");
    allowed(&f, "UPDATE agents SET updated_at = '2000-01-01 00:00:00'", "an undo puts the old instant back");
    assert_eq!(f.one("SELECT updated_at FROM agents"), "2000-01-01 00:00:00", "what the writer sets stays");
    allowed(&f, "UPDATE agents SET description = 'wise'", "a change");
    assert_ne!(f.one("SELECT updated_at FROM agents"), "2000-01-01 00:00:00", "a change moves it");
    allowed(
        &f,
        "UPDATE users SET updated_at = '2000-01-01 00:00:00'; UPDATE users SET failed_login_attempts = 3",
        "a wrong password",
    );
    assert_eq!(
        f.one("SELECT updated_at FROM users"),
        "2000-01-01 00:00:00",
        "a wrong password is no change of the account"
    );
}

#[test]
fn a_port_is_reserved_once_and_a_module_has_one() {
    let f = fixture();
    let agent = f.agent("athena");
    let insert = |port: u16, who: &str, module: &str| {
        format!("INSERT INTO ports(port, agent_id, module, created_by) VALUES ({port}, {who}, '{module}', 1)")
    };
    allowed(&f, &insert(9100, &agent.to_string(), "broca2"), "the first");
    refused(&f, &insert(9100, "NULL", "smcp"), ConstraintKind::Unique, "the same port");
    refused(&f, &insert(9101, &agent.to_string(), "broca2"), ConstraintKind::Unique, "the same module");
    allowed(&f, &insert(8283, "NULL", "smcp"), "a shared service");
    refused(&f, &insert(8284, "NULL", "smcp"), ConstraintKind::Unique, "the same shared service");
    refused(
        &f,
        &format!("DELETE FROM agents WHERE id = {agent}"),
        ConstraintKind::ForeignKey,
        "an agent whose port is reserved",
    );
}
