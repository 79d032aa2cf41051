//! A patch keeps only what differs, leaves the mode, and is taken back to the byte.

use sanctum_change::{Action, ChangeError, HunkView, MOST_LINES_PATCHED, Plan, describe};

use crate::support::Install;

const FILE: &str = "conf/.env";

fn with(bytes: &[u8]) -> Install {
    let install = Install::empty();
    install.put(FILE, bytes, 0o640);
    install
}

fn patch(install: &Install, after: &[u8]) -> Plan {
    let mut p = install.planner();
    p.patch_file(FILE, after.to_vec(), &[], "Change").unwrap();
    p.finish("Change it", "")
}

fn hunks(plan: &Plan) -> Vec<(usize, usize, String, String)> {
    let shown = |h: &HunkView| (h.line_before, h.line_after, h.before.clone(), h.after.clone());
    describe(plan).iter().flat_map(|view| view.patch.iter().flatten().map(shown).collect::<Vec<_>>()).collect()
}

/// Applies, takes back, and makes it again, looking at the bytes and the mode each time.
fn there_and_back(before: &[u8], after: &[u8]) -> Vec<(usize, usize, String, String)> {
    let install = with(before);
    let plan = patch(&install, after);
    install.apply(&plan).unwrap();
    assert_eq!(install.read(FILE), after, "the file reads as planned");
    assert_eq!(install.mode(FILE), 0o640, "its mode is kept");
    let undo = install.engine().plan_undo(&plan.id).unwrap();
    install.apply(&undo).unwrap();
    assert_eq!(install.read(FILE), before, "undo gives the old bytes");
    assert_eq!(install.mode(FILE), 0o640, "and the old mode");
    install.apply(&install.engine().plan_undo(&undo.id).unwrap()).unwrap();
    assert_eq!(install.read(FILE), after, "redo gives the change again");
    hunks(&plan)
}

fn hunk(line_before: usize, line_after: usize, before: &str, after: &str) -> (usize, usize, String, String) {
    (line_before, line_after, before.to_owned(), after.to_owned())
}

#[test]
fn only_the_lines_that_change_are_shown_with_their_numbers() {
    let shown = there_and_back(b"A=1\nB=2\nC=3\nD=4\nE=5\n", b"A=1\nB=20\nC=3\nE=5\nF=6\n");
    assert_eq!(
        shown,
        [hunk(2, 2, "B=2\n", "B=20\n"), hunk(4, 4, "D=4\n", ""), hunk(6, 5, "", "F=6\n")],
        "each place with the lines of both sides"
    );
}

#[test]
fn line_ends_and_the_end_of_the_file_stay_what_they_are() {
    assert_eq!(
        there_and_back(b"A=1", b"A=1\nB=2"),
        [hunk(2, 2, "", "B=2\n")],
        "a last line without a line break is not kept when another follows"
    );
    assert_eq!(
        there_and_back(b"A=1\r\nB=2", b"A=1\r\nB=2\r\nC=3"),
        [hunk(3, 3, "", "C=3\n")],
        "nor with Windows line ends"
    );
    assert_eq!(
        there_and_back(b"\xEF\xBB\xBFA=1\n", b"\xEF\xBB\xBF# top\nA=1\n"),
        [hunk(1, 1, "\u{feff}\n", "\u{feff}# top\n")],
        "nor the first line behind a byte order mark"
    );
    there_and_back(b"A=1\n", b"A=1");
    there_and_back(b"A=1\r\nB=2\r\n", b"A=1\nB=2\n");
    there_and_back(b"", b"A=1\n");
    there_and_back(b"A=1\n", b"");
    there_and_back(b"A=\xff\xfe\n", b"A=\xff\xfd\n");
}

#[test]
fn what_does_not_change_is_in_no_plan_and_no_journal() {
    let install = with(b"PRIVATE=unchanged-line\nB=2\nALSO=another-unchanged");
    let plan = patch(&install, b"PRIVATE=unchanged-line\nB=3\nALSO=another-unchanged\nC=4\n");
    install.apply(&plan).unwrap();
    let stored = format!("{plan:?} {:?}", install.engine().load(&plan.id).unwrap());
    assert!(stored.contains("B=3") && stored.contains("C=4"), "what changed is kept: {stored}");
    assert!(!stored.contains("unchanged"), "what did not is not: {stored}");
    let step = &install.engine().load(&plan.id).unwrap().steps[0];
    assert_eq!(step.action_kind, "patch_file", "the journal calls it by its name");
    assert_eq!((&step.before, &step.after), (&None, &None), "no whole file lies in the journal");
    assert_eq!(step.patch.as_ref().map(Vec::len), Some(2), "the activity view gets the places: {:?}", step.patch);
}

#[test]
fn a_file_may_be_patched_several_times_in_one_plan() {
    let install = with(b"A=1\nB=2\n");
    let old = install.both();
    let mut p = install.planner();
    p.patch_file(FILE, b"A=9\nB=2\n".to_vec(), &[], "First").unwrap();
    p.patch_file(FILE, b"A=9\nB=8\n".to_vec(), &[], "Second").unwrap();
    p.patch_file_mode(FILE, b"A=9\nB=8\nC=7\n".to_vec(), 0o600, &[], "Third").unwrap();
    p.write_file("conf/new", b"x\n".to_vec(), 0o600, "Write").unwrap();
    p.patch_file("conf/new", b"y\n".to_vec(), &[], "Fourth").unwrap();
    let plan = p.finish("Much", "");
    assert_eq!(plan.steps.len(), 5, "each is a step that builds on the one before");
    install.apply(&plan).unwrap();
    assert_eq!((install.read(FILE), install.mode(FILE)), (b"A=9\nB=8\nC=7\n".to_vec(), 0o600), "all are done");
    assert_eq!(install.read("conf/new"), b"y\n", "also of a file that the plan makes");
    install.apply(&install.engine().plan_undo(&plan.id).unwrap()).unwrap();
    assert_eq!(install.both(), old, "and all are taken back, the mode as well");
}

#[test]
fn nothing_to_change_makes_no_step() {
    let install = with(b"A=1\n");
    assert!(patch(&install, b"A=1\n").steps.is_empty(), "the same bytes need no step");
    let mut p = install.planner();
    p.patch_file_mode(FILE, b"A=1\n".to_vec(), 0o600, &[], "Close it").unwrap();
    let plan = p.finish("Close it", "");
    assert_eq!(plan.steps[0].detail, "0640 → 0600", "another mode does");
    install.apply(&plan).unwrap();
    assert_eq!(install.mode(FILE), 0o600, "and is set");
}

#[test]
fn only_existing_small_files_are_patched() {
    let install = with(b"A=1\n");
    std::os::unix::fs::symlink(".env", install.root.join("conf/link")).unwrap();
    let mut p = install.planner();
    let mut tried = |path: &str, after: Vec<u8>| p.patch_file(path, after, &[], "Change").unwrap_err();
    assert!(matches!(tried("conf/none", vec![]), ChangeError::Absent { .. }), "what is not there is not patched");
    assert!(matches!(tried("conf/link", vec![]), ChangeError::WrongKind { .. }), "nor a link");
    assert!(matches!(tried("conf", vec![]), ChangeError::WrongKind { .. }), "nor a folder");
    let long = tried(FILE, b"\n".repeat(MOST_LINES_PATCHED + 1));
    assert!(long.to_string().contains("lines"), "nor what is no settings file: {long}");
    assert!(matches!(tried(FILE, vec![b'x'; 2_000_000]), ChangeError::BadPath { .. }), "nor what is too large");
}

#[test]
fn a_file_that_was_changed_since_is_refused_and_stays() {
    let install = with(b"A=1\nB=2\n");
    let plan = patch(&install, b"A=9\nB=2\n");
    install.put(FILE, b"A=1\nB=3\n", 0o640);
    let refused = install.apply(&plan);
    assert!(
        matches!(&refused, Err(ChangeError::Stale { targets }) if targets[0].target == FILE),
        "a change elsewhere in the file makes the plan stale: {refused:?}"
    );
    install.put(FILE, b"A=1\nB=2\n", 0o600);
    assert!(matches!(install.apply(&plan), Err(ChangeError::Stale { .. })), "so does another mode");
    install.put(FILE, b"A=1\nB=2\n", 0o640);
    install.apply(&plan).expect("as it was planned it is applied");

    install.put(FILE, b"A=9\nB=3\n", 0o640);
    let conflicts = install.engine().undo_conflicts(&plan.id).unwrap();
    assert_eq!(conflicts[0].target, FILE, "undo names the file somebody changed: {conflicts:?}");
    let refused = install.engine().plan_undo(&plan.id);
    assert!(matches!(refused, Err(ChangeError::UndoConflict { .. })), "and is refused: {refused:?}");
    assert_eq!(install.read(FILE), b"A=9\nB=3\n", "the edit stands");
}

#[test]
fn a_plan_whose_places_lie_elsewhere_is_refused_before_it_writes() {
    let install = with(b"A=1\n");
    let mut plan = patch(&install, b"A=2\n");
    let Action::PatchFile { hunks, .. } = &mut plan.steps[0].action else { panic!("it is a patch") };
    hunks[0].start_before = 400;
    let old = install.both();
    let refused = install.apply(&plan);
    assert!(matches!(refused, Err(ChangeError::Stale { .. })), "it does not fit: {refused:?}");
    assert_eq!(install.both(), old, "nothing was written");
}

#[test]
fn a_small_file_is_removed_and_comes_back_and_a_large_one_is_not_removed() {
    let install = with(b"A=1\n");
    let old = install.both();
    let mut p = install.planner();
    p.remove_file(FILE, "Remove").unwrap();
    assert!(matches!(p.remove_file(FILE, "Again"), Err(ChangeError::Absent { .. })), "it is gone in this plan");
    p.write_file(FILE, b"B=2\n".to_vec(), 0o600, "Write anew").unwrap();
    p.remove_file(FILE, "Remove that too").unwrap();
    let plan = p.finish("Remove", "");
    install.apply(&plan).unwrap();
    assert!(!install.has(FILE), "it is removed");
    install.apply(&install.engine().plan_undo(&plan.id).unwrap()).unwrap();
    assert_eq!(install.both(), old, "undo brings it back");

    install.put("large", &vec![0; 64 * 1024 + 1], 0o600);
    let refused = install.planner().remove_file("large", "Remove");
    assert!(
        refused.as_ref().is_err_and(|e| e.to_string().contains("64 KiB")),
        "what the journal would have to keep is refused: {refused:?}"
    );
}
