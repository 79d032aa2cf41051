//! Somebody who knows the format, can make its checksum fit, and does not have the passphrase.

use super::*;

fn written() -> (tempfile::TempDir, Document, Key) {
    let dir = tempfile::tempdir().unwrap();
    let passphrase = Secret::new("pass".into());
    let store = FileStore::new(dir.path(), passphrase.clone());
    store.set("a", &Secret::new("value-of-a".into())).unwrap();
    store.set("b", &Secret::new("value-of-b".into())).unwrap();
    let document = Document::parse(&store.disk.read().unwrap().unwrap()).unwrap();
    let key = Key::derive(&passphrase, &document.kdf).unwrap();
    (dir, document, key)
}

#[test]
fn a_removed_or_swapped_entry_is_refused_even_with_a_fitting_checksum() {
    type Change = fn(&mut Document);
    let changes: [(&str, Change); 2] = [
        ("swapped", |d| d.swap("a", "b")),
        ("removed", |d| assert!(d.take("b").is_some(), "there must be an entry to remove")),
    ];
    for (what, change) in changes {
        let (dir, mut document, _) = written();
        change(&mut document);
        let bytes = document.to_bytes().unwrap();
        assert!(Document::parse(&bytes).is_ok(), "{what}: the checksum fits, or the test proves nothing");
        std::fs::write(dir.path().join("secrets.json"), bytes).unwrap();
        let store = FileStore::new(dir.path(), Secret::new("pass".into()));
        let error = store.get("a").err();
        assert!(matches!(error, Some(SecretError::Damaged { .. })), "{what}: must be refused, got {error:?}");
        let error = store.set("c", &Secret::new("x".into())).err();
        assert!(matches!(error, Some(SecretError::Damaged { .. })), "{what}: must not be written over, got {error:?}");
    }
}

#[test]
fn an_entry_does_not_open_under_another_name_even_if_the_seal_holds() {
    let (_dir, mut document, key) = written();
    document.swap("a", "b");
    document.seal(&key).unwrap();
    assert!(document.seal_holds(&key), "the seal is made anew, or the test proves nothing");
    assert!(matches!(document.open("a", &key), Some(None)), "the name is part of the encryption");
}
