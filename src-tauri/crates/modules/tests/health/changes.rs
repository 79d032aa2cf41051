use sanctum_modules::health::{Because, News, NewsKind, Seen, Transitions, Word};

fn seen(id: &str, word: Word) -> Seen {
    Seen {
        id: id.to_owned(),
        title: id.to_uppercase(),
        word,
        reason: format!("the reason of {id}"),
        wanted: true,
        because: None,
    }
}

fn waits(id: &str, on: &str) -> Seen {
    let because = Because { key: on.to_owned(), title: on.to_uppercase(), words: "nothing listens on 8283".to_owned() };
    Seen { because: Some(because), ..seen(id, Word::Degraded) }
}

fn told(news: &[News]) -> Vec<(NewsKind, &str)> {
    news.iter().map(|one| (one.kind, one.cause.as_str())).collect()
}

use NewsKind::{Recovered, Trouble};

#[test]
fn what_was_so_at_the_first_look_is_no_news() {
    let mut all = Transitions::default();
    let look = [seen("a", Word::Degraded), seen("b", Word::Healthy), seen("c", Word::Off)];
    for n in 0..5 {
        assert_eq!(all.look(&look), [], "look {n}: nothing changed");
    }
    assert_eq!(
        all.look(&[look[0].clone(), look[1].clone(), look[2].clone(), seen("d", Word::Degraded)]),
        [],
        "nor is a new one"
    );
}

#[test]
fn a_change_that_holds_is_told_once_and_so_is_its_end() {
    let mut all = Transitions::default();
    all.look(&[seen("a", Word::Healthy)]);
    assert_eq!(all.look(&[seen("a", Word::Degraded)]), [], "seen once it may be nothing");
    let news = all.look(&[seen("a", Word::Degraded)]);
    assert_eq!(told(&news), [(Trouble, "a")], "seen twice it is told");
    assert_eq!((news[0].title.as_str(), news[0].text.as_str()), ("A needs you", "The reason of a."), "in words");
    for _ in 0..10 {
        assert_eq!(all.look(&[seen("a", Word::Degraded)]), [], "and not again");
    }
    assert_eq!(all.look(&[seen("a", Word::Healthy)]), [], "well once may be nothing");
    let news = all.look(&[seen("a", Word::Healthy)]);
    assert_eq!(told(&news), [(Recovered, "a")], "well twice is told");
    assert_eq!(news[0].text, "It runs and answers.", "in words");
    assert_eq!(all.look(&[seen("a", Word::Healthy)]), [], "once");
}

#[test]
fn what_flaps_is_not_told_at_every_turn() {
    let mut all = Transitions::default();
    all.look(&[seen("a", Word::Healthy)]);
    for n in 0..20 {
        let word = if n % 2 == 0 { Word::Degraded } else { Word::Healthy };
        assert_eq!(all.look(&[seen("a", word)]), [], "look {n}: it did not hold");
    }
    for n in 0..20 {
        let word = if n % 2 == 0 { Word::Degraded } else { Word::Unknown };
        assert_eq!(all.look(&[seen("a", word)]), [], "look {n}: two looks in a row have to see it");
    }
}

#[test]
fn ten_that_fail_because_of_one_are_one_piece_of_news() {
    let mut all = Transitions::default();
    let names: Vec<String> = (0..10).map(|n| format!("m{n}")).collect();
    let well: Vec<Seen> = names.iter().map(|n| seen(n, Word::Healthy)).chain([seen("letta", Word::Healthy)]).collect();
    all.look(&well);
    let down: Vec<Seen> = names.iter().map(|n| waits(n, "letta")).chain([seen("letta", Word::Off)]).collect();
    assert_eq!(all.look(&down), [], "once may be nothing");
    let news = all.look(&down);
    assert_eq!(told(&news), [(Trouble, "letta")], "one, naming the cause");
    assert_eq!(news[0].title, "LETTA needs you", "by its name");
    assert_eq!(news[0].text, "The reason of letta. M0, M1, M2 and 7 more wait for it.", "and who waits");
    assert_eq!(news[0].ids.len(), 11, "all of them are meant");
    // Half of them come back before the rest does.
    let half: Vec<Seen> = well.iter().take(5).chain(&down[5..]).cloned().collect();
    for _ in 0..3 {
        assert_eq!(all.look(&half), [], "the cause is still there");
    }
    all.look(&well);
    let news = all.look(&well);
    assert_eq!(told(&news), [(Recovered, "letta")], "its end is told once");
    assert!(news[0].text.contains("8 more run as they should"), "with all that run again: {}", news[0].text);
}

#[test]
fn those_that_follow_later_are_not_told_again() {
    let mut all = Transitions::default();
    all.look(&[seen("a", Word::Healthy), seen("b", Word::Healthy)]);
    all.look(&[waits("a", "letta"), seen("b", Word::Healthy)]);
    let news = all.look(&[waits("a", "letta"), waits("b", "letta")]);
    assert_eq!(told(&news), [(Trouble, "letta")], "a server outside is a cause as well");
    assert_eq!(news[0].text, "Nothing listens on 8283. A waits for it.", "with what is known of it");
    assert_eq!(all.look(&[waits("a", "letta"), waits("b", "letta")]), [], "the next one fails because of the same");
}

#[test]
fn the_root_of_a_chain_is_named_and_a_circle_ends() {
    let mut all = Transitions::default();
    let well = [seen("a", Word::Healthy), seen("b", Word::Healthy), seen("c", Word::Healthy)];
    all.look(&well);
    let chain = [waits("a", "b"), waits("b", "c"), seen("c", Word::Degraded)];
    all.look(&chain);
    assert_eq!(told(&all.look(&chain)), [(Trouble, "c")], "b is only in between");
    let mut all = Transitions::default();
    all.look(&well[..2]);
    let circle = [waits("a", "b"), waits("b", "a")];
    all.look(&circle);
    assert!(!all.look(&circle).is_empty(), "a circle is told and does not go on for ever");
}

#[test]
fn what_a_person_stopped_is_no_trouble() {
    let mut all = Transitions::default();
    all.look(&[seen("a", Word::Healthy)]);
    let stopped = Seen { wanted: false, ..seen("a", Word::Off) };
    for _ in 0..3 {
        assert_eq!(all.look(std::slice::from_ref(&stopped)), [], "it is as it was asked for");
    }
    let mut all = Transitions::default();
    all.look(&[seen("a", Word::Healthy)]);
    all.look(&[seen("a", Word::Off)]);
    assert_eq!(told(&all.look(&[seen("a", Word::Off)])), [(Trouble, "a")], "what ended by itself is");
    for _ in 0..3 {
        assert_eq!(all.look(std::slice::from_ref(&stopped)), [], "stopped then, it is over without a word of recovery");
    }
}

#[test]
fn one_that_stays_ill_when_the_cause_is_gone_is_told_for_itself() {
    let mut all = Transitions::default();
    all.look(&[seen("a", Word::Healthy), seen("letta", Word::Healthy)]);
    let down = [waits("a", "letta"), seen("letta", Word::Off)];
    all.look(&down);
    assert_eq!(told(&all.look(&down)), [(Trouble, "letta")], "the cause");
    let own = [seen("a", Word::Degraded), seen("letta", Word::Healthy)];
    all.look(&own);
    assert_eq!(told(&all.look(&own)), [(Recovered, "letta"), (Trouble, "a")], "each is told");
}

#[test]
fn what_is_removed_is_forgotten() {
    let mut all = Transitions::default();
    all.look(&[seen("a", Word::Healthy)]);
    all.look(&[seen("a", Word::Degraded)]);
    all.look(&[seen("a", Word::Degraded)]);
    assert_eq!(all.look(&[]), [], "its end is no recovery");
    assert_eq!(all.look(&[seen("a", Word::Degraded)]), [], "and it begins anew");
}

#[test]
fn what_fails_with_the_same_words_at_the_same_time_is_told_once() {
    let names = ["a", "b", "c"];
    let with = |id: &str, word: Word, reason: &str| Seen { reason: reason.to_owned(), ..seen(id, word) };
    let well = names.map(|id| seen(id, Word::Healthy));
    let broken = "no module named letta_client in agents/venv";
    let mut all = Transitions::default();
    all.look(&well);
    let two = [with("a", Word::Degraded, broken), with("b", Word::Degraded, broken), well[2].clone()];
    all.look(&two);
    let three = names.map(|id| with(id, Word::Degraded, broken));
    let news = all.look(&three);
    assert_eq!(told(&news), [(Trouble, "a")], "one piece of news for what broke under both");
    assert_eq!(news[0].title, "A and 1 more need you", "with how many it is about");
    assert_eq!(
        news[0].text, "No module named letta_client in agents/venv. B has the same trouble.",
        "in the words of both"
    );
    assert_eq!(news[0].ids, ["a", "b"], "both are meant");
    for n in 0..4 {
        assert_eq!(all.look(&three), [], "look {n}: the third came a moment later and is not told again");
    }
    let rest = [well[0].clone(), three[1].clone(), three[2].clone()];
    for n in 0..4 {
        assert_eq!(all.look(&rest), [], "look {n}: it is not over while one of them has it");
    }
    all.look(&well);
    let news = all.look(&well);
    assert_eq!(told(&news), [(Recovered, "b")], "its end is told once, of the one that had it longest");
    assert_eq!(news[0].text, "A, B and C run as they should.", "for all three");
    let news = [all.look(&three[..1]), all.look(&three[..1])].concat();
    assert_eq!(told(&news), [(Trouble, "a")], "and later it is news again");
}

#[test]
fn the_same_words_much_later_are_another_trouble() {
    let with = |id: &str, word: Word| Seen { reason: "it ended with code 1".to_owned(), ..seen(id, word) };
    let mut all = Transitions::default();
    all.look(&[seen("a", Word::Healthy), seen("b", Word::Healthy)]);
    for _ in 0..20 {
        all.look(&[with("a", Word::Degraded), seen("b", Word::Healthy)]);
    }
    let both = [with("a", Word::Degraded), with("b", Word::Degraded)];
    all.look(&both);
    assert_eq!(told(&all.look(&both)), [(Trouble, "b")], "it is told for itself");
    let after = [seen("a", Word::Healthy), with("b", Word::Degraded)];
    all.look(&after);
    assert_eq!(told(&all.look(&after)), [(Recovered, "a")], "and the first recovers without it");
}

#[test]
fn one_of_several_that_fails_anew_for_itself_is_told_while_the_others_still_fail() {
    let with = |id: &str, reason: &str| Seen { reason: reason.to_owned(), ..seen(id, Word::Degraded) };
    let mut all = Transitions::default();
    let well = [seen("a", Word::Healthy), seen("b", Word::Healthy)];
    all.look(&well);
    let both = [with("a", "no space left"), with("b", "no space left")];
    all.look(&both);
    assert_eq!(told(&all.look(&both)), [(Trouble, "a")], "together");
    let one = [well[0].clone(), both[1].clone()];
    for n in 0..10 {
        assert_eq!(all.look(&one), [], "look {n}: the other still has it");
    }
    let anew = [with("a", "the port is taken"), both[1].clone()];
    all.look(&anew);
    assert_eq!(told(&all.look(&anew)), [(Trouble, "a")], "another trouble is told");
    let gone = [well[1].clone()];
    all.look(&gone);
    let news = all.look(&gone);
    assert_eq!(told(&news), [(Recovered, "b")], "and the end of the first");
    assert_eq!(news[0].title, "B is well again", "by the name of one that is there");
}

#[test]
fn what_others_wait_for_is_told_by_its_own_name_whatever_fails_with_the_same_words() {
    let mut all = Transitions::default();
    all.look(&[seen("a", Word::Healthy), seen("letta", Word::Healthy), seen("m", Word::Healthy)]);
    let same = |id: &str| Seen { reason: "no space left".to_owned(), ..seen(id, Word::Degraded) };
    let down = [same("a"), same("letta"), waits("m", "letta")];
    all.look(&down);
    let news = all.look(&down);
    assert_eq!(told(&news), [(Trouble, "a"), (Trouble, "letta")], "two, and none of them twice");
    assert_eq!(news[1].text, "No space left. M waits for it.", "with who waits");
}
