//! Where a top-level key stands in a JSON text that is known to be valid: findings name the line they mean.

/// 1-based line and column (in characters) of a byte offset.
pub(super) fn position(text: &str, offset: usize) -> (u32, u32) {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = text.get(..end).unwrap_or_default();
    let line = head.bytes().filter(|b| *b == b'\n').count() + 1;
    let column = head.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}

/// Byte offsets of the top-level occurrences of `key` (more than one when it is written twice).
pub(super) fn key_offsets(text: &str, key: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut at, mut found) = (0_usize, 0_usize, Vec::new());
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let end = string_end(bytes, at);
                let is_key = depth == 1
                    && bytes.get(end..).and_then(|rest| rest.iter().find(|b| !b.is_ascii_whitespace())) == Some(&b':');
                let same = text.get(at..end).and_then(|raw| serde_json::from_str::<String>(raw).ok());
                if is_key && same.as_deref() == Some(key) {
                    found.push(at);
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// 1-based line of the last top-level occurrence of `key`: the one that counts.
pub(super) fn key_line(text: &str, key: &str) -> Option<u32> {
    key_offsets(text, key).last().map(|at| position(text, *at).0)
}

/// The offset just behind the string that opens at `start`.
pub(super) fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}
