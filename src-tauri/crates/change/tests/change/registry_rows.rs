//! Registry steps: which tables, which rows, references, dependents, and refusal before anything is written.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use sanctum_change::{ApplyControl, ChangeError, Row, StepState};
use sanctum_registry::RegistryError;

use crate::support::{Install, now, operator};

fn key(column: &str, value: impl Into<serde_json::Value>) -> Row {
    Row::new().with(column, value)
}

#[test]
fn tables_that_are_not_configuration_are_refused() {
    let install = Install::new();
    for table in [
        "change_sets",
        "change_steps",
        "audit",
        "meta",
        "cards",
        "user_sessions",
        "sqlite_master",
        "x; DROP TABLE users",
    ] {
        let mut p = install.planner();
        let refused = p.registry_put(table, key("id", 1), Row::new(), "No");
        assert!(matches!(refused, Err(ChangeError::BadRow { .. })), "{table} is not written by plans: {refused:?}");
    }
    let mut p = install.planner();
    assert!(
        matches!(p.registry_put("agents", key("no_such", 1), Row::new(), "No"), Err(ChangeError::BadRow { .. })),
        "nor are unknown columns"
    );
    assert!(
        matches!(p.registry_put("agents", Row::new(), Row::new(), "No"), Err(ChangeError::BadRow { .. })),
        "nor a row without a key"
    );
    assert!(
        matches!(p.registry_put("env_vars", key("created_by", 1), Row::new(), "No"), Err(ChangeError::BadRow { .. })),
        "nor a key that fits several rows"
    );
}

#[test]
fn a_row_the_schema_refuses_is_refused_before_any_file_is_written() {
    let install = Install::new();
    let old = install.both();
    let mut p = install.planner();
    p.write_file("new.txt", b"x".to_vec(), 0o600, "Write").unwrap();
    let row = Row::new().with("module", "broca2").with("created_by", 1);
    p.registry_put("ports", key("port", 99_999), row, "Reserve").unwrap();
    let plan = p.finish("t", "");
    let refused = install.apply(&plan);
    assert!(matches!(refused, Err(ChangeError::Registry(_))), "the schema's own words: {refused:?}");
    assert_eq!(install.both(), old, "no file was written");
    assert_eq!(install.state(&plan.id), None, "and nothing journalled");
}

#[test]
fn deleting_takes_the_rows_that_refer_to_it_along_and_undo_brings_all_back() {
    let install = Install::new();
    let mut p = install.planner();
    let tool = Row::new().with("name", "Broca").with("module_scope", "agent").with("created_by", 1);
    p.registry_put("tools", key("slug", "broca2"), tool, "Add").unwrap();
    let reference = Row::reference("tools", key("slug", "broca2"), "id");
    let instance = key("tool_id", reference).with("agent_id", 1);
    p.registry_put("tool_instances", instance.clone(), Row::new().with("created_by", 1), "Add").unwrap();
    let port = Row::new()
        .with("agent_id", 1)
        .with("module", "broca2")
        .with("created_by", 1)
        .with("instance_id", Row::reference("tool_instances", instance, "id"));
    p.registry_put("ports", key("port", 8000), port, "Reserve").unwrap();
    install.apply(&p.finish("Add", "")).unwrap();
    let old = install.both();

    let mut p = install.planner();
    p.registry_delete("agents", key("uid", "athena"), "Remove Athena").unwrap();
    assert_eq!(p.steps().len(), 3, "port, instance and agent are shown as steps: {:?}", p.steps());
    let plan = p.finish("Remove Athena", "");
    install.apply(&plan).unwrap();
    assert!(
        !install
            .rows()
            .iter()
            .any(|r| r.starts_with("agents") || r.starts_with("ports") || r.starts_with("tool_instances")),
        "all are gone"
    );
    install.apply(&install.engine().plan_undo(&plan.id).unwrap()).unwrap();
    assert_eq!(install.both(), old, "and back, with their numbers and times");
}

#[test]
fn emoji_json_reals_and_nulls_come_back_as_they_were() {
    let install = Install::new();
    let old = install.both();
    let mut p = install.planner();
    let tool = Row::new()
        .with("name", "⚙️ Einstellungen")
        .with("emoji", "⚙️")
        .with("module_scope", "global")
        .with("created_by", 1);
    let tool = tool
        .with("config_schema", "{\"a\":[1,2.5,null]}")
        .with("is_enabled", false)
        .with("description", serde_json::Value::Null);
    p.registry_put("tools", key("slug", "s"), tool, "Add").unwrap();
    let plan = p.finish("t", "");
    install.apply(&plan).unwrap();
    let row = install.engine().load(&plan.id).unwrap().steps[0].row_after.clone().unwrap();
    assert_eq!(row.get("name").and_then(|v| v.as_str()), Some("⚙️ Einstellungen"), "UTF-8 stays");
    assert_eq!(row.get("is_enabled"), Some(&serde_json::json!(0)), "a boolean is 0");
    assert!(row.get("id").is_some_and(|v| v.is_i64()), "the journal knows the number the row got");
    install.apply(&install.engine().plan_undo(&plan.id).unwrap()).unwrap();
    assert_eq!(install.both(), old, "undo removes exactly it");
}

#[test]
fn the_journal_has_the_rows_that_were_there_when_they_were_written_not_when_they_were_rehearsed() {
    let install = Install::new();
    let mut p = install.planner();
    p.write_file("new.txt", b"x".to_vec(), 0o600, "Write").unwrap();
    p.registry_put("agents", key("uid", "athena"), Row::new().with("name", "Athene"), "Rename").unwrap();
    p.registry_put("env_vars", key("var_name", "TZ"), Row::new().with("var_value", "Z"), "Set").unwrap();
    let plan = p.finish("t", "");
    let registry = Arc::clone(&install.registry);
    let progress = move |p: sanctum_change::StepProgress| {
        if p.index == 0 && p.state == StepState::Done {
            registry
                .write(|c| -> Result<(), RegistryError> {
                    c.execute("UPDATE agents SET status = 'Degraded' WHERE uid = 'athena'", [])?;
                    Ok(())
                })
                .unwrap();
        }
    };
    let ctl = ApplyControl { progress: Box::new(progress), cancel: Arc::new(AtomicBool::new(false)) };
    install.engine().apply(&plan, &operator(), &now, &ctl).expect("what was measured meanwhile stops no change");
    let steps = install.engine().load(&plan.id).unwrap().steps;
    let after = |n: usize, column: &str| steps[n].row_after.as_ref().and_then(|row| row.get(column).cloned());
    assert_eq!(after(1, "status"), Some("Degraded".into()), "the row as it was written: {:?}", steps[1]);
    assert_eq!(after(1, "name"), Some("Athene".into()), "with what the change set");
    assert_eq!(after(2, "id"), Some(1.into()), "a row that nobody touched is whole as well: {:?}", steps[2]);
}
