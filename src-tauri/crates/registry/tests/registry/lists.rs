//! The paged lists: order, totals, search, visibility, and that they stay right through changes.

use proptest::prelude::*;
use sanctum_registry::{
    RegistryError, Role, Viewer,
    agents::{self, NewAgent},
    cards::{self, Broken, Card, Replaced},
    users,
};

use crate::fixture::{Fixture, agent, fixture, user};

const ADMIN: Viewer = Viewer { user_id: 1, role: Role::Admin };

fn card(id: &str, title: &str) -> Card {
    Card {
        id: id.into(),
        tab: "global".into(),
        name: id.into(),
        title: title.into(),
        kind: "tool".into(),
        status: "Unknown".into(),
        ..Card::default()
    }
}

fn uids(f: &Fixture, viewer: &Viewer, query: &str) -> (Vec<String>, u32) {
    let (rows, total) = f.read(|c| agents::page(c, query, viewer, 0, 1000));
    (rows.into_iter().map(|a| a.uid).collect(), total)
}

#[test]
fn visibility_is_the_lists_or_everyone() {
    let f = fixture();
    let eve = f.write(|c| users::create(c, user("eve", Role::User, Some(1))));
    let lists = [
        ("open", "NULL", "NULL"),
        ("hers", &format!("'[{eve}]'"), "NULL"),
        ("others", "'[99]'", "NULL"),
        ("users", "NULL", "'[\"user\"]'"),
        ("viewers", "NULL", "'[\"viewer\"]'"),
        ("either", "'[99]'", "'[\"user\"]'"),
        ("nobody", "'[]'", "NULL"),
    ];
    for (uid, by_user, by_role) in lists {
        let id = f.agent(uid);
        f.sql(&format!("UPDATE agents SET visible_to_users = {by_user}, visible_to_roles = {by_role} WHERE id = {id}"))
            .unwrap();
    }
    let eve = Viewer { user_id: eve, role: Role::User };
    let seen = ["either", "hers", "open", "users"];
    assert_eq!(
        uids(&f, &eve, ""),
        (seen.map(String::from).to_vec(), 4),
        "a list that is NULL does not open what the other closes"
    );
    assert_eq!(uids(&f, &ADMIN, "").1, 7, "an administrator sees all");
    assert_eq!(uids(&f, &Viewer { user_id: 5, role: Role::Viewer }, "").0, ["open", "viewers"], "by role");
    assert_eq!(uids(&f, &ADMIN, "others").1, 1, "an administrator finds it");
    assert_eq!(uids(&f, &eve, "others").1, 0, "a search finds only what may be seen");
    let visible = |uid: &str, viewer: &Viewer| {
        f.read(|c| {
            let id = agents::by_uid(c, uid)?.unwrap().id;
            agents::is_visible(c, id, viewer)
        })
    };
    assert!(visible("hers", &eve), "one agent, the same rule");
    assert!(!visible("nobody", &eve), "refused the same");
    assert!(visible("nobody", &ADMIN), "an administrator sees it");
}

#[test]
fn agents_page_by_name_and_follow_every_change() {
    let f = fixture();
    f.write(|c| {
        for i in 0..700 {
            agents::insert(c, &NewAgent { name: Some(format!("Prime {:03}", 699 - i)), ..agent(&format!("p{i}"), i) })?;
        }
        Ok(())
    });
    for offset in [0, 1, 255, 256, 511, 600, 695] {
        let (rows, total) = f.read(|c| agents::page(c, "", &ADMIN, offset, 10));
        assert_eq!(total, 700, "all of them");
        let names: Vec<&str> = rows.iter().map(|a| a.title()).collect();
        let expected: Vec<String> = (offset..(offset + 10).min(700)).map(|i| format!("Prime {i:03}")).collect();
        assert_eq!(names, expected, "the page at {offset}");
    }
    assert!(f.read(|c| agents::page(c, "", &ADMIN, 700, 10)).0.is_empty(), "past the end there is nothing");
    f.sql("UPDATE agents SET name = 'Aaron' WHERE uid = 'p0'; DELETE FROM agents WHERE uid = 'p699'").unwrap();
    let (rows, total) = f.read(|c| agents::page(c, "", &ADMIN, 0, 2));
    assert_eq!(
        (rows[0].title(), rows[1].title(), total),
        ("Aaron", "Prime 001", 699),
        "a rename and a removal show at once"
    );
    assert_eq!(uids(&f, &ADMIN, "AARON").1, 1, "and are found");
}

#[test]
fn a_list_read_inside_the_transaction_that_changes_it_is_right() {
    let f = fixture();
    f.agent("athena");
    f.write(|c| {
        agents::insert(c, &agent("monday", 5))?;
        cards::upsert(c, &card("x", "X"))?;
        assert_eq!(agents::page(c, "", &ADMIN, 0, 10)?.1, 2, "agents before the commit");
        assert_eq!(cards::counts(c, "global", "")?, (1, 0), "cards before the commit");
        assert_eq!(cards::page(c, "global", "", 0, 10)?.len(), 1, "their page");
        assert_eq!(cards::tabs(c)?.len(), 1, "their tabs");
        Ok(())
    });
}

#[test]
fn cards_come_with_those_that_need_the_operator_first() {
    let f = fixture();
    let broken = Broken {
        file: "tools/b/manifest.json".into(),
        line: Some(3),
        column: None,
        message: "a comma".into(),
        hint: "remove it".into(),
    };
    let set = vec![
        card("a", "zebra"),
        card("b", "Äpfel"),
        Card { needs_you: true, broken: Some(broken.clone()), emoji: Some("⚙️".into()), ..card("c", "middle") },
        Card { tab: "smcp".into(), ..card("d", "files") },
    ];
    let done = f.write(|c| cards::replace_all(c, set.clone().into_iter()));
    assert_eq!(done, Replaced { added: 4, changed: 0, removed: 0 }, "all new");
    let page = f.read(|c| cards::page(c, "global", "", 0, 10));
    assert_eq!(
        page.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(),
        ["c", "b", "a"],
        "needs you, then by folded title"
    );
    assert_eq!((page[0].broken.as_ref(), &page[0]), (Some(&broken), &set[2]), "every field comes back");
    assert_eq!(f.read(|c| cards::counts(c, "global", "")), (3, 1), "counted");
    assert_eq!(f.read(|c| cards::counts(c, "global", "APFEL")), (1, 0), "searched");
    let tabs = f.read(cards::tabs);
    assert_eq!(
        tabs.iter().map(|t| (t.tab.as_str(), t.total, t.needs_you)).collect::<Vec<_>>(),
        [("global", 3, 1), ("smcp", 1, 0)],
        "tabs with their counts"
    );
    let again = f.write(|c| cards::replace_all(c, set.clone().into_iter()));
    assert_eq!(again, Replaced::default(), "the same scan again writes nothing");
    let less = f.write(|c| cards::replace_all(c, vec![Card { reason: "new".into(), ..set[0].clone() }].into_iter()));
    assert_eq!(less, Replaced { added: 0, changed: 1, removed: 3 }, "one changed, the others gone");
    assert_eq!(f.read(cards::tabs).len(), 1, "an empty tab is no tab");
    assert!(f.write(|c| cards::delete(c, "a")) && !f.write(|c| cards::delete(c, "a")), "removed once");
    assert_eq!(f.read(|c| cards::counts(c, "global", "")), (0, 0), "and nothing is left");
}

#[derive(Debug, Clone)]
enum Act {
    Upsert(u16, u8, bool, bool),
    Delete(u16),
    Replace(Vec<(u16, u8, bool, bool)>),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let one = || (0u16..600, 0u8..30, any::<bool>(), any::<bool>());
    prop::collection::vec(
        prop_oneof![
            one().prop_map(|(a, b, c, d)| Act::Upsert(a, b, c, d)),
            (0u16..600).prop_map(Act::Delete),
            prop::collection::vec(one(), 0..600).prop_map(Act::Replace),
        ],
        1..8,
    )
}

fn made(&(id, title, needs_you, second): &(u16, u8, bool, bool)) -> Card {
    let tab = if second { "agent:athena" } else { "global" };
    Card { tab: tab.into(), needs_you, ..card(&format!("c{id}"), &format!("Title {title:02}")) }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn every_page_is_a_window_of_the_whole_list(acts in acts(), offset in 0u32..650, limit in 1u32..300) {
        let f = fixture();
        let mut model: std::collections::BTreeMap<String, Card> = Default::default();
        for act in acts {
            match act {
                Act::Upsert(a, b, c, d) => {
                    let card = made(&(a, b, c, d));
                    f.write(|c| cards::upsert(c, &card));
                    model.insert(card.id.clone(), card);
                }
                Act::Delete(a) => {
                    f.write(|c| cards::delete(c, &format!("c{a}")));
                    model.remove(&format!("c{a}"));
                }
                Act::Replace(all) => {
                    f.write(|c| cards::replace_all(c, all.iter().map(made)));
                    model = all.iter().map(made).map(|c| (c.id.clone(), c)).collect();
                }
            }
        }
        for tab in ["global", "agent:athena"] {
            let mut whole: Vec<&Card> = model.values().filter(|c| c.tab == tab).collect();
            whole.sort_by_key(|c| (!c.needs_you, c.title.clone(), c.id.clone()));
            let expected: Vec<Card> = whole.iter().skip(offset as usize).take(limit as usize).map(|c| (*c).clone()).collect();
            prop_assert_eq!(f.read(|c| cards::page(c, tab, "", offset, limit)), expected, "the window of {}", tab);
            let counts = (whole.len() as u32, whole.iter().filter(|c| c.needs_you).count() as u32);
            prop_assert_eq!(f.read(|c| cards::counts(c, tab, "")), counts, "the totals of {}", tab);
        }
    }
}

#[test]
fn a_page_uses_the_index_and_not_a_sort() {
    let f = fixture();
    f.write(|c| cards::replace_all(c, (0..600).map(|i| card(&format!("c{i}"), &format!("t{i:04}")))));
    let plan: String = f.read(|c| {
        let mut s = c.prepare("EXPLAIN QUERY PLAN SELECT * FROM cards WHERE tab = 'global' AND (rank, sort, id) >= (1, 't', 'c') ORDER BY rank, sort, id LIMIT 100")?;
        let rows = s.query_map([], |r| r.get::<_, String>(3))?;
        Ok::<_, RegistryError>(rows.collect::<Result<Vec<_>, _>>()?.join("\n"))
    });
    assert!(plan.contains("cards_page") && !plan.contains("TEMP B-TREE"), "a page must not sort the list: {plan}");
}
