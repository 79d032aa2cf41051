//! The top level of a manifest as a list of fields in their order, and which of them were written more than once.
//!
//! A list and not a map: a manifest has ten fields, and ten thousand maps cost more than reading the files.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};
use std::collections::HashMap;
use std::fmt;

/// Up to this many fields are searched one by one.
const FEW: usize = 32;

/// What a file holds.
pub(super) enum Top {
    Fields(Fields),
    Other(Json),
}

/// The fields of an object; of a key written twice the last value is kept.
pub(super) struct Fields {
    list: Vec<(String, Json)>,
    pub repeated: Vec<String>,
}

impl Fields {
    /// Takes a field out, keeping the order of the rest.
    pub fn take(&mut self, key: &str) -> Option<Json> {
        let at = self.list.iter().position(|(k, _)| k == key)?;
        Some(self.list.remove(at).1)
    }

    /// Puts back what could not be used.
    pub fn put(&mut self, key: &str, value: Json) {
        self.list.push((key.to_owned(), value));
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|(key, _)| key.as_str())
    }

    pub fn into_map(self) -> Map<String, Json> {
        self.list.into_iter().collect()
    }

    fn new(pairs: Vec<(String, Json)>) -> Fields {
        let twice = |at: usize, key: &str| pairs.iter().take(at).any(|(k, _)| k == key);
        if pairs.len() <= FEW && !pairs.iter().enumerate().any(|(at, (key, _))| twice(at, key)) {
            return Fields { list: pairs, repeated: Vec::new() };
        }
        let mut at: HashMap<String, usize> = HashMap::with_capacity(pairs.len());
        let mut fields = Fields { list: Vec::with_capacity(pairs.len()), repeated: Vec::new() };
        let mut said = std::collections::HashSet::new();
        for (key, value) in pairs {
            match at.get(&key).and_then(|at| fields.list.get_mut(*at)) {
                Some(before) => {
                    before.1 = value;
                    if said.insert(key.clone()) {
                        fields.repeated.push(key);
                    }
                }
                None => {
                    at.insert(key.clone(), fields.list.len());
                    fields.list.push((key, value));
                }
            }
        }
        fields
    }
}

impl<'de> Deserialize<'de> for Top {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Top, D::Error> {
        deserializer.deserialize_any(TopVisitor)
    }
}

struct TopVisitor;

impl<'de> Visitor<'de> for TopVisitor {
    type Value = Top;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Top, A::Error> {
        let mut pairs = Vec::with_capacity(10);
        while let Some(pair) = map.next_entry::<String, Json>()? {
            pairs.push(pair);
        }
        Ok(Top::Fields(Fields::new(pairs)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Top, A::Error> {
        while seq.next_element::<Json>()?.is_some() {}
        Ok(Top::Other(Json::Array(Vec::new())))
    }

    fn visit_bool<E>(self, v: bool) -> Result<Top, E> {
        Ok(Top::Other(v.into()))
    }

    fn visit_i64<E>(self, v: i64) -> Result<Top, E> {
        Ok(Top::Other(v.into()))
    }

    fn visit_u64<E>(self, v: u64) -> Result<Top, E> {
        Ok(Top::Other(v.into()))
    }

    fn visit_f64<E>(self, v: f64) -> Result<Top, E> {
        Ok(Top::Other(v.into()))
    }

    fn visit_str<E>(self, v: &str) -> Result<Top, E> {
        Ok(Top::Other(v.into()))
    }

    fn visit_unit<E>(self) -> Result<Top, E> {
        Ok(Top::Other(Json::Null))
    }
}
