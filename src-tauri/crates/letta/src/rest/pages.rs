//! A list read to its end, page by page, whatever the server's defaults are.
//!
//! 0.11.7 on SQLite rounds its cursor down to the second, so that a page can begin with what the last one ended with,
//! or bring nothing new at all where much was made within one second: then more is asked for at once. What came
//! twice is kept once; a server that never ends is left after [`MOST`] entries.

use super::call::Door;
use crate::trouble::Trouble;
use serde::de::DeserializeOwned;
use std::collections::HashSet;

/// Entries of the first pages.
const PAGE: usize = 100;
/// Entries after which a list is refused.
const MOST: usize = 100_000;
/// Entries of the largest page.
const LARGEST: usize = 12_800;

/// Reads all of `path`; `id` names an entry, and `query` is added to every question.
pub(crate) async fn all<T: DeserializeOwned>(
    door: &Door,
    path: &str,
    query: &str,
    id: impl Fn(&T) -> &str,
) -> Result<Vec<T>, Trouble> {
    let (mut seen, mut list) = (HashSet::new(), Vec::new());
    let mut after: Option<String> = None;
    let mut limit = PAGE;
    loop {
        let cursor = after.as_deref().map(|after| format!("&after={after}")).unwrap_or_default();
        let more = if query.is_empty() { String::new() } else { format!("&{query}") };
        let page: Vec<T> = door.get(path, Some(&format!("limit={limit}{cursor}{more}"))).await?;
        let full = page.len() >= limit;
        let last = page.last().map(|entry| id(entry).to_owned());
        let before = list.len();
        list.extend(page.into_iter().filter(|entry| seen.insert(id(entry).to_owned())));
        if !full {
            return Ok(list);
        }
        if list.len() >= MOST {
            return Err(Trouble::strange(format!("its list has no end after {MOST} entries")));
        }
        match list.len() == before {
            true if limit >= LARGEST => return Err(Trouble::strange("it repeats the same page of its list")),
            true => limit *= 2,
            false => after = last.map(|last| super::call::segment(&last).map(str::to_owned)).transpose()?,
        }
    }
}
