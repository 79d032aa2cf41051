//! Text for people: folding it for search and order, and repairing text that was decoded with the wrong table.

use unicode_normalization::UnicodeNormalization as _;

/// `text` as search sees it: compatibility forms, accents and case folded away, so that `athena` finds `Áthéna`.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    if text.is_ascii() {
        out.push_str(text);
        out.make_ascii_lowercase();
        return out;
    }
    for c in text.nfkd().filter(|c| !is_dropped(*c)) {
        out.extend(c.to_lowercase().filter(|c| !is_dropped(*c)));
    }
    out
}

/// Combining accents, and the selectors and joiners that make one emoji of several code points.
fn is_dropped(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{fe00}'..='\u{fe0f}' | '\u{200d}')
}

/// A `LIKE` pattern (with `ESCAPE '\'`) that finds `query` anywhere in folded text; `None` for a blank query.
pub(crate) fn like(query: &str) -> Option<String> {
    let folded = fold(query.trim());
    (!folded.is_empty()).then(|| escape(&folded))
}

/// `%text%` with the signs of `LIKE` taken literally; empty text stays empty.
pub(crate) fn escape(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// What UTF-8 text was before something read it as Windows-1252: `âš™ï¸` gives `⚙️`.
///
/// `None` where the text is fine or cannot be told to be broken. A trailing byte that Windows-1252 leaves undefined
/// (0x8F, the last of `⚙️`, is the common one) and that was dropped on the way is put back when only one fits.
pub fn repair_mojibake(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        bytes.push(windows_1252(c)?);
    }
    let repaired = match String::from_utf8(bytes) {
        Ok(whole) => whole,
        Err(error) => {
            let cut = error.utf8_error();
            let at = cut.valid_up_to();
            let mut bytes = error.into_bytes();
            // Only a variation selector U+FE0F (EF B8 8F) that lost its last byte is certain enough to complete.
            if cut.error_len().is_some() || bytes.get(at..) != Some(&[0xef, 0xb8]) {
                return None;
            }
            bytes.push(0x8f);
            String::from_utf8(bytes).ok()?
        }
    };
    // Control characters in the result mean that the guess was wrong.
    if repaired == text || repaired.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r')) {
        return None;
    }
    Some(repaired)
}

/// The byte that Windows-1252 (and Latin-1 where it has no entry) shows as `c`.
fn windows_1252(c: char) -> Option<u8> {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match u32::from(c) {
        code @ (0..=0x7f | 0xa0..=0xff) => u8::try_from(code).ok(),
        code @ 0x80..=0x9f => u8::try_from(code).ok(),
        _ => HIGH.iter().position(|h| *h == c).and_then(|i| u8::try_from(0x80 + i).ok()),
    }
}
