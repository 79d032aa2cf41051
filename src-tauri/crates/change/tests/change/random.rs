//! Random trees and random plans: undo gives the identical tree and registry, redo the change, and a death anywhere old or new.

use proptest::prelude::*;
use sanctum_change::{ApplyControl, ChangeError, Fault, Plan, Planner, Row};

use crate::store::token;
use crate::support::{At, Install, make_folder, now, operator};

#[derive(Debug, Clone)]
enum Op {
    Dir(String, u32),
    Write(String, Vec<u8>, u32),
    Patch(String, Vec<u8>, bool),
    Remove(String),
    Trash(String),
    Mode(String, u32),
    Link(String, String),
    Run(String),
    Put(u8, String),
    Delete(u8),
}

fn path() -> impl Strategy<Value = String> {
    // Few names, so that steps meet on the same paths; one sorts between `b` and `b/…`.
    proptest::collection::vec(prop_oneof![Just("a"), Just("b"), Just("b.c"), Just("ü")], 1..4)
        .prop_map(|parts| parts.join("/"))
}

fn dir_mode() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0o755), Just(0o700), Just(0o750)]
}

fn file_mode() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0o644), Just(0o600), Just(0o755)]
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![Just(Vec::new()), Just(b"same".to_vec()), proptest::collection::vec(any::<u8>(), 0..40)]
}

/// A settings file: a few lines, some with the token, with either line end.
fn lines() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        Just("A=1"),
        Just("B=2"),
        Just(""),
        Just("T=canary-5f1d0c7e"),
        Just("canary-5f1d0c7e\r"),
        Just("ü")
    ];
    (proptest::collection::vec(line, 0..6), any::<bool>())
        .prop_map(|(lines, end)| (lines.join("\n") + if end { "\n" } else { "" }).into_bytes())
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        2 => (path(), dir_mode()).prop_map(|(p, m)| Op::Dir(p, m)),
        4 => (path(), bytes(), file_mode()).prop_map(|(p, b, m)| Op::Write(p, b, m)),
        4 => (path(), lines(), any::<bool>()).prop_map(|(p, b, m)| Op::Patch(p, b, m)),
        1 => path().prop_map(Op::Remove),
        3 => path().prop_map(Op::Trash),
        2 => (path(), prop_oneof![dir_mode(), file_mode()]).prop_map(|(p, m)| Op::Mode(p, m)),
        1 => (path(), path()).prop_map(|(p, t)| Op::Link(p, t)),
        1 => path().prop_map(Op::Run),
        1 => (0..4u8, "[a-z]{0,5}").prop_map(|(k, v)| Op::Put(k, v)),
        1 => (0..4u8).prop_map(Op::Delete),
    ]
}

fn variable(k: u8) -> Row {
    Row::new().with("var_name", ["TZ", "LANG", "NEW", "OTHER"][usize::from(k % 4)])
}

/// Steps that do not fit (a folder where a file is, nothing to trash) are left out by the planner's refusal.
fn build(p: &mut Planner<'_>, ops: &[Op]) {
    for op in ops {
        let _ = match op {
            Op::Dir(path, mode) => p.create_dir(path, *mode),
            Op::Write(path, bytes, mode) => p.write_file(path, bytes.clone(), *mode, "Write"),
            Op::Patch(path, bytes, false) => p.patch_file(path, bytes.clone(), &[token()], "Patch"),
            Op::Patch(path, bytes, true) => p.patch_file_mode(path, bytes.clone(), 0o640, &[token()], "Patch"),
            Op::Remove(path) => p.remove_file(path, "Remove"),
            Op::Trash(path) => p.trash(path, "Trash"),
            Op::Mode(path, mode) => p.set_mode(path, *mode, "Mode"),
            Op::Link(path, target) => p.symlink(path, target, "Link"),
            Op::Run(path) if p.steps().iter().any(|s| s.action.kind() == "run") => p.trash(path, "Trash"),
            Op::Run(_) => p.run(make_folder("r", "made.new", "made"), "Run"),
            Op::Put(k, value) => p.registry_put(
                "env_vars",
                variable(*k),
                Row::new().with("var_value", value.as_str()).with("created_by", 1),
                "Put",
            ),
            Op::Delete(k) => p.registry_delete("env_vars", variable(*k), "Delete"),
        };
    }
}

fn planned(install: &Install, ops: &[Op]) -> Plan {
    let mut p = install.planner();
    build(&mut p, ops);
    p.finish("Random", "")
}

fn with_tree(tree: &[Op]) -> Install {
    let install = Install::empty();
    let tree: Vec<Op> =
        tree.iter().filter(|op| matches!(op, Op::Dir(..) | Op::Write(..) | Op::Link(..))).cloned().collect();
    let seed = planned(&install, &tree);
    install.apply(&seed).expect("the tree to begin with");
    install
}

/// 128, or what `PROPTEST_CASES` says for a longer search.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(128)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn undo_gives_the_identical_state_and_redo_the_change(tree in proptest::collection::vec(op(), 0..14), ops in proptest::collection::vec(op(), 1..14)) {
        let install = with_tree(&tree);
        let old = install.both();
        let plan = planned(&install, &ops);
        install.apply(&plan).unwrap();
        let new = install.both();
        let undo = install.engine().plan_undo(&plan.id).unwrap();
        install.apply(&undo).unwrap();
        prop_assert_eq!(&install.both(), &old, "undo gives the identical tree and registry");
        let redo = install.engine().plan_undo(&undo.id).unwrap();
        install.apply(&redo).unwrap();
        prop_assert_eq!(&install.both(), &new, "redo gives the change again");
    }

    #[test]
    fn a_death_anywhere_leaves_old_or_new(tree in proptest::collection::vec(op(), 0..14), ops in proptest::collection::vec(op(), 1..14), at in 0..70usize, again in 0..12usize, volumes: bool) {
        let install = with_tree(&tree);
        let old = install.both();
        let plan = planned(&install, &ops);
        let faults = if volumes { At::across_volumes(at, Fault::Die) } else { At::new(at, Fault::Die) };
        let result = install.faulty(&faults).apply(&plan, &operator(), &now, &ApplyControl::quiet());
        if let Err(error) = &result {
            prop_assert!(matches!(error, ChangeError::Died { .. }), "only the death ends it: {error}");
        }
        let _ = install.faulty(&At::new(again, Fault::Die)).recover(&now);
        let recovered = install.engine().recover(&now).unwrap();
        match install.state(&plan.id).as_deref() {
            Some("applied") => {
                let undo = install.engine().plan_undo(&plan.id).unwrap();
                install.apply(&undo).unwrap();
                prop_assert_eq!(&install.both(), &old, "the new state is whole: it can be taken back (death at {:?})", faults.hit());
            }
            None | Some("rolled_back") => prop_assert_eq!(&install.both(), &old, "the old state stands (death at {:?})", faults.hit()),
            other => prop_assert!(false, "ended as {other:?}: {recovered:?} (death at {:?})", faults.hit()),
        }
        prop_assert!(install.leftovers().is_empty(), "nothing is left over");
    }
}
