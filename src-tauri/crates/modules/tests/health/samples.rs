use sanctum_modules::health::{History, SAMPLES, Sample, Word};
use time::OffsetDateTime;

fn sample(n: usize, word: Word) -> Sample {
    let at = OffsetDateTime::UNIX_EPOCH + time::Duration::seconds(n as i64 * 15);
    Sample { at, word, latency: None, cpu: None, memory: Some(n as u64) }
}

#[test]
fn the_last_samples_are_kept_and_older_ones_make_room() {
    let mut history = History::default();
    for n in 0..SAMPLES + 30 {
        history.push("athena/broca2", sample(n, Word::Healthy));
    }
    history.push("smcp", sample(0, Word::Off));
    let kept: Vec<_> = history.of("athena/broca2").map(|s| s.memory).collect();
    assert_eq!(kept.len(), SAMPLES, "no more than fit the chart");
    assert_eq!((kept[0], kept[SAMPLES - 1]), (Some(30), Some(149)), "the newest, oldest first");
    assert_eq!(history.of("nobody").count(), 0, "who was never measured has none");
    history.retain(|id| id != "smcp");
    assert_eq!(history.of("smcp").count(), 0, "who is no more has none");
}

#[test]
fn it_says_since_when_it_is_as_it_is() {
    let mut history = History::default();
    for (n, word) in [Word::Healthy, Word::Degraded, Word::Healthy, Word::Healthy].into_iter().enumerate() {
        history.push("smcp", sample(n, word));
    }
    assert_eq!(history.since("smcp"), Some(sample(2, Word::Healthy).at), "since the last change");
    assert_eq!(history.since("nobody"), None, "of whom nothing is known nothing is said");
}
