//! Ports, the journal, the audit log and the smaller tables.

use sanctum_registry::{
    RegistryError, agent_configs, agents, audit,
    changes::{self, ChangeFilter},
    configurations, env_vars, memberships, plugins, ports, system_config, tool_instances, tools, user_map, web_chat,
};

use crate::fixture::{Fixture, NOW, agent, fixture};

fn port(port: u16, agent_id: Option<i64>, module: &str) -> ports::NewPort {
    ports::NewPort { port, agent_id, module: module.into(), instance_id: None, created_by: 1 }
}

#[test]
fn the_next_port_is_neither_reserved_nor_held() {
    let f = fixture();
    let athena = f.agent("athena");
    f.write(|c| ports::insert(c, &port(9100, Some(athena), "broca2")));
    f.write(|c| ports::insert(c, &port(9102, None, "smcp")));
    let next = |from, held: &[u16]| f.read(|c| ports::next_free(c, from, |p| held.contains(&p)));
    assert_eq!(next(9100, &[]), Some(9101), "the first that no row has");
    assert_eq!(next(9100, &[9101]), Some(9103), "nor anything that listens");
    assert_eq!(next(65_535, &[65_535]), None, "there is an end");
    let all: Vec<u16> = f.read(ports::all).into_iter().map(|p| p.port).collect();
    assert_eq!(all, [9100, 9102], "the ledger in order");
    assert_eq!(f.read(|c| ports::find(c, None, "smcp")).map(|p| p.port), Some(9102), "a shared service");
    assert_eq!(f.read(|c| ports::of_agent(c, athena)).len(), 1, "an agent's");
}

#[test]
fn the_next_agent_takes_the_least_free_place() {
    let f = fixture();
    assert_eq!(f.read(agents::next_index), 0, "the first is 0");
    for i in [0, 1, 3] {
        f.write(|c| agents::insert(c, &agent(&format!("a{i}"), i)));
    }
    assert_eq!(f.read(agents::next_index), 2, "a gap is filled: ports stay small");
    let row = f.read(|c| agents::by_uid(c, "a3")).unwrap();
    assert_eq!((row.letta(), row.letta_uid.as_str()), (None, "unlinked:a3"), "an agent that is not linked yet says so");
}

fn change(f: &Fixture, id: &str, title: &str, state: &str, via: &str) {
    f.sql(&format!(
        "INSERT INTO change_sets(id, title, actor_user_id, actor_name, via, state) VALUES ('{id}', '{title}', 1, 'admin', '{via}', '{state}');
         INSERT INTO change_steps(change_id, n, title, kind, target, payload, before_blob) VALUES ('{id}', 0, 'Write', 'write_file', 'f/{id}', '{{}}', x'00ff');
         INSERT INTO change_steps(change_id, n, title, kind, target, payload) VALUES ('{id}', 1, 'Record', 'registry', 'registry · agents', '{{}}');"
    ))
    .unwrap();
}

#[test]
fn the_journal_is_listed_latest_first_and_narrowed() {
    let f = fixture();
    change(&f, "one", "Create this Sanctum", "applied", "app");
    change(&f, "two", "Add Athena 100%", "rolled_back", "cli");
    change(&f, "three", "Add Monday", "applied", "cli");
    let ids = |filter: &ChangeFilter| {
        f.read(|c| changes::page(c, filter, 0, 10)).0.into_iter().map(|c| c.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&ChangeFilter::default()), ["three", "two", "one"], "the latest first");
    assert_eq!(
        ids(&ChangeFilter { state: Some("applied".into()), ..Default::default() }),
        ["three", "one"],
        "by state"
    );
    assert_eq!(
        ids(&ChangeFilter { via: Some("cli".into()), query: "add".into(), ..Default::default() }),
        ["three", "two"],
        "by door and text"
    );
    assert_eq!(ids(&ChangeFilter { query: "100%".into(), ..Default::default() }), ["two"], "a percent sign is one");
    assert_eq!(
        ids(&ChangeFilter { target: Some("f/one".into()), ..Default::default() }),
        ["one"],
        "by what was changed"
    );
    assert_eq!(ids(&ChangeFilter { actor_user_id: Some(9), ..Default::default() }), Vec::<String>::new(), "by who");
    let (page, total) = f.read(|c| changes::page(c, &ChangeFilter::default(), 1, 1));
    assert_eq!((page[0].id.as_str(), page[0].steps, total), ("two", 2, 3), "a page of one, of three");
    let steps = f.read(|c| changes::steps(c, "one"));
    assert_eq!(
        (steps.len(), steps[0].before_blob.as_deref()),
        (2, Some(&[0u8, 255][..])),
        "steps with what was there before"
    );
    assert!(f.read(|c| changes::get(c, "four")).is_none(), "no such change set");
}

#[test]
fn the_audit_log_only_grows_and_is_read_backwards() {
    let f = fixture();
    for (action, user) in [("session.start", Some(1)), ("session.refused", None)] {
        f.write(|c| {
            audit::write(
                c,
                &audit::NewEntry {
                    at: NOW,
                    user_id: user,
                    actor: "admin",
                    via: "app",
                    action,
                    target: "",
                    detail: Some(serde_json::json!({"n": 1})),
                },
            )
        });
    }
    let (lines, total) = f.read(|c| audit::page(c, None, 0, 10));
    assert_eq!((lines[0].action.as_str(), total), ("session.refused", 2), "the latest first");
    assert_eq!((lines[1].at, lines[1].detail.clone()), (Some(NOW), Some(serde_json::json!({"n": 1}))), "as written");
    assert_eq!(f.read(|c| audit::page(c, Some("session.start"), 0, 10)).1, 1, "one kind of line");
}

#[test]
fn every_table_gives_back_what_was_put_in() {
    let f = fixture();
    let (athena, tool) = (f.agent("athena"), f.tool("broca2", "global"));
    f.write(|c| {
        let instance = tool_instances::NewToolInstance {
            tool_id: tool,
            agent_id: Some(athena),
            name: Some("Broca".into()),
            config: Some(r#"{"a":1}"#.into()),
            path: Some("agents/agent-athena/broca2".into()),
            created_by: 1,
        };
        let id = tool_instances::insert(c, &instance)?;
        assert_eq!(tool_instances::get(c, id)?.and_then(|i| i.config), instance.config, "an instance");
        assert_eq!(tool_instances::of_agent(c, athena)?.len(), 1, "by agent");
        assert_eq!(tool_instances::of_tool(c, tool)?.len(), 1, "by tool");

        let plugin = plugins::NewPlugin {
            tool_id: tool,
            name: "telegram".into(),
            module_scope: "global".into(),
            version: Some("1.2".into()),
            config: None,
            dependencies: Some("[]".into()),
            created_by: 1,
        };
        plugins::insert(c, &plugin)?;
        let found = plugins::of_tool(c, tool)?;
        assert_eq!(
            (found[0].name.as_str(), found[0].status.as_str(), found[0].is_enabled),
            ("telegram", "Inactive", true),
            "a plugin"
        );

        let setting = configurations::NewConfiguration {
            key: "k".into(),
            value: Some("v".into()),
            kind: "string".into(),
            scope: "tool".into(),
            scope_id: Some(tool),
            description: None,
            is_encrypted: true,
            created_by: 1,
        };
        configurations::insert(c, &setting)?;
        let found = configurations::of_scope(c, "tool", Some(tool))?;
        assert_eq!((found[0].value.as_deref(), found[0].is_encrypted), (Some("v"), true), "a tool setting");
        assert!(configurations::of_scope(c, "system", None)?.is_empty(), "no system setting");

        system_config::insert(
            c,
            &system_config::NewSystemSetting {
                config_key: "port".into(),
                config_value: Some("1".into()),
                config_type: "number".into(),
                description: None,
                is_encrypted: false,
                category: "general".into(),
                created_by: 1,
            },
        )?;
        assert_eq!(system_config::by_key(c, "port")?.map(|s| s.config_type), Some("number".into()), "a system setting");
        env_vars::insert(
            c,
            &env_vars::NewEnvVar {
                var_name: "PORT".into(),
                var_value: Some("1".into()),
                is_encrypted: false,
                description: None,
                created_by: 1,
            },
        )?;
        assert_eq!(env_vars::by_name(c, "PORT")?.and_then(|v| v.var_value), Some("1".into()), "a variable");
        agent_configs::insert(
            c,
            &agent_configs::NewAgentSetting {
                agent_id: athena,
                config_key: "k".into(),
                config_value: None,
                config_type: "string".into(),
                is_encrypted: false,
                created_by: 1,
            },
        )?;
        assert_eq!(agent_configs::of_agent(c, athena)?.len(), 1, "an agent setting");

        memberships::insert(c, athena, 1, "owner", 1)?;
        assert_eq!(memberships::of_agent(c, athena)?, memberships::of_user(c, 1)?, "one membership, from both sides");
        user_map::insert(
            c,
            &user_map::NewLocalUser {
                user_id: 1,
                agent_id: athena,
                module: "broca2".into(),
                local_user: "42".into(),
                created_by: 1,
            },
        )?;
        assert_eq!(
            user_map::find(c, 1, athena, "broca2")?.map(|m| m.local_user),
            Some("42".into()),
            "who the account is inside a module"
        );

        web_chat::insert_session(c, "s", Some("u"), Some(1), Some(athena))?;
        let first = web_chat::insert_message(c, "s", "hello 👋", Some(1))?;
        web_chat::insert_message(c, "s", "again", None)?;
        assert_eq!(web_chat::messages(c, "s", 0, 10)?.len(), 2, "a chat's messages");
        assert_eq!(web_chat::messages(c, "s", first, 10)?[0].message, "again", "those after the first");
        assert_eq!(
            (web_chat::of_agent(c, athena)?.len(), web_chat::get_session(c, "s")?.is_some()),
            (1, true),
            "the chat"
        );

        assert_eq!((tools::all(c)?.len(), tools::by_slug(c, "broca2")?.map(|t| t.id)), (1, Some(tool)), "a tool");
        assert_eq!(agents::all(c)?.len(), 1, "an agent");
        Ok::<_, RegistryError>(())
    });
}
