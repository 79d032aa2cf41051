//! Limits: each is reached by an archive that was made for it, and holds whatever the archive says of itself.

use std::cell::Cell;
use std::io::Write;

use sanctum_fetch::{FetchError, Limits, OsSpawn};

use crate::made::{Place, Tar, Zip, gzip};

fn small() -> Limits {
    Limits { entries: 20, total: 100_000, file: 50_000, ratio_from: 20_000, ..Limits::default() }
}

#[test]
fn a_bomb_is_recognised_by_its_ratio_before_the_disk_is_touched() {
    let place = Place::new();
    let limits = Limits { ratio_from: 1 << 20, ..Limits::default() };
    let zeros = vec![0; 16 << 20];
    let zip = Zip::new().deflated("zeros", &zeros).end();
    assert!(place.refused("z.zip", &zip, &limits).contains("200 times"), "a zip of zeros");
    let tar = gzip(&Tar::new().add(b'0', "zeros", "", 0o644, &zeros).end());
    assert!(place.refused("t.tgz", &tar, &limits).contains("200 times"), "a tar of zeros");
    let hidden = gzip(&Tar::new().file("a", "x").add(b'0', ".git/zeros", "", 0o644, &zeros).end());
    assert!(place.refused("t.tgz", &hidden, &limits).contains("200 times"), "zeros in what is left out");
    let behind = gzip(&[Tar::new().file("a", "x").end(), zeros].concat());
    assert!(place.refused("t.tgz", &behind, &limits).contains("200 times"), "zeros behind the end");
}

#[test]
fn a_gigabyte_of_nothing_is_refused_without_unpacking_it_all() {
    let place = Place::new();
    let mut head = Tar::new();
    head.raw(b'0', b"zeros", b"", 0o644, 7 << 30);
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(&head.0).unwrap();
    let block = vec![0; 1 << 20];
    for _ in 0..64 {
        out.write_all(&block).unwrap();
    }
    let error = place.refused("t.tgz", &out.finish().unwrap(), &Limits::default());
    assert!(error.contains("200 times"), "stopped at the ratio, 32 MiB in: {error}");
}

#[test]
fn total_and_single_size_are_counted_not_believed() {
    let place = Place::new();
    // Incompressible enough for the ratio to stay out of it.
    let noise = |n: usize| (0..n).map(|i| ((i * i) >> 3) as u8).collect::<Vec<u8>>();
    let one = Tar::new().add(b'0', "big", "", 0o644, &noise(60_000)).end();
    assert!(place.refused("t.tar", &one, &small()).contains("`big` is larger than"), "one file");
    let many = (0..4).fold(Tar::new(), |tar, n| tar.add(b'0', &format!("f{n}"), "", 0o644, &noise(40_000)));
    assert!(place.refused("t.tar", &many.end(), &small()).contains("content is larger than"), "all together");
    let many = (0..4).fold(Zip::new(), |zip, n| zip.add(format!("f{n}").as_bytes(), 0o100_644, &noise(40_000)));
    assert!(place.refused("z.zip", &many.end(), &small()).contains("content is larger than"), "all together");
}

#[test]
fn entries_are_counted_files_folders_links_and_what_is_left_out_alike() {
    let place = Place::new();
    for kind in [b'0', b'5', b'2'] {
        let tar = (0..21).fold(Tar::new(), |tar, n| tar.add(kind, &format!("e{n}"), "x", 0o644, b""));
        assert!(place.refused("t.tar", &tar.end(), &small()).contains("more than 20"), "kind {kind}");
    }
    let tar = (0..21).fold(Tar::new(), |tar, n| tar.file(&format!(".git/e{n}"), ""));
    assert!(place.refused("t.tar", &tar.end(), &small()).contains("more than 20"), "what is left out");
    let zip = (0..21).fold(Zip::new(), |zip, n| zip.file(&format!("e{n}"), ""));
    assert!(place.refused("z.zip", &zip.end(), &small()).contains("more than 20"), "a zip");
}

#[test]
fn a_hundred_thousand_entries_are_refused() {
    let place = Place::new();
    let tar = (0..100_000).fold(Tar::new(), |tar, n| tar.file(&format!("d{}/f{n}", n % 100), ""));
    let error = place.refused("t.tgz", &gzip(&tar.end()), &Limits::default());
    assert!(error.contains("more than 50000"), "{error}");
    let error = place.refused("z.zip", &Zip::new().file("a", "x").end_telling(60_000), &Limits::default());
    assert!(error.contains("more than 50000"), "a zip is refused by what it declares, before memory is taken: {error}");
}

#[test]
fn paths_too_deep_or_too_long_are_refused() {
    let place = Place::new();
    let deep = format!("{}f", "d/".repeat(32));
    let error = place.refused("z.zip", &Zip::new().file(&deep, "x").end(), &Limits::default());
    assert!(error.contains("deep"), "{error}");
    let name = "n".repeat(256);
    place.refused("z.zip", &Zip::new().file(&name, "x").end(), &Limits::default());
    let long = format!("{}/{}/{}/x", "a".repeat(250), "b".repeat(250), "c".repeat(250));
    place.refused("z.zip", &Zip::new().file(&long, "x").end(), &Limits::default());
}

#[test]
fn stopping_at_any_moment_leaves_nothing() {
    let place = Place::new();
    let tar = (0..5).fold(Tar::new(), |tar, n| tar.file(&format!("f{n}"), "some text"));
    let wanted = place.archive("t.tar", &tar.end());
    let mut stopped = 0;
    loop {
        let asked = Cell::new(0);
        let cancelled = || {
            asked.set(asked.get() + 1);
            asked.get() > stopped
        };
        match place.fetch_with(&wanted, &Limits::default(), &OsSpawn, &cancelled) {
            Err(FetchError::Cancelled) => assert_eq!(place.beside(), Vec::<String>::new(), "after {stopped} questions"),
            Err(error) => panic!("stopped after {stopped} questions it must say so, and said {error}"),
            Ok(_) => break,
        }
        stopped += 1;
    }
    assert!(stopped > 20, "it was asked at each of many steps, not {stopped} times");
    assert_eq!(place.beside(), ["app"], "the last one was not stopped");
}
