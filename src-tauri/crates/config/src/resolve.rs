//! Which value wins, and the whole story of how: layered resolution with provenance (DESIGN section 2).
//!
//! default → system → agent → tool → instance; a child wins. Objects merge key by key, arrays and scalars
//! replace, `null` means "explicitly none", an absent key means "inherit". What one user set applies only when
//! resolving for that user. The cost is linear in the number of keys over all layers.

use crate::schema::Field;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};
use time::OffsetDateTime;

/// The levels, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The tool's `config_schema`.
    Default,
    /// `system_config`, `env_vars`, the root `.env`.
    System,
    /// `agent_configs`.
    Agent,
    /// `configurations` of the tool.
    Tool,
    /// `tool_instances.config`, or the module's own `config/.env`.
    Instance,
    /// `configurations` of one user; only in [`resolve_for_user`].
    User,
}

impl Level {
    /// The word shown to a person.
    pub fn word(self) -> &'static str {
        match self {
            Level::Default => "default",
            Level::System => "system",
            Level::Agent => "agent",
            Level::Tool => "tool",
            Level::Instance => "instance",
            Level::User => "user",
        }
    }
}

/// Where one value of a layer was found or written to, and by whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The file, as the caller names it.
    pub file: Option<String>,
    /// 1-based line in that file.
    pub line: Option<usize>,
    /// Who set it.
    pub who: Option<String>,
    /// When it was set (UTC).
    pub when: Option<OffsetDateTime>,
}

/// What one level sets.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Its level.
    pub level: Level,
    /// Its home in words, for instance `tool_instances.config` or `config/.env`.
    pub source: String,
    /// The values it sets.
    pub values: Map<String, Value>,
    /// Places of single values by JSON pointer; those not listed have the layer's `place`.
    pub places: BTreeMap<String, Place>,
    /// The place of everything else in the layer.
    pub place: Place,
}

impl Layer {
    /// A layer without places.
    pub fn new(level: Level, source: impl Into<String>, values: Map<String, Value>) -> Layer {
        Layer { level, source: source.into(), values, places: BTreeMap::new(), place: Place::default() }
    }

    /// The place of the value at `pointer`: its own, or the nearest one above it.
    pub fn place_of(&self, pointer: &str) -> &Place {
        let mut at = pointer;
        while !self.places.is_empty() && !at.is_empty() {
            if let Some(place) = self.places.get(at) {
                return place;
            }
            at = at.rfind('/').map_or("", |cut| &at[..cut]);
        }
        &self.place
    }

    /// The value this layer sets at `pointer`, if it sets one.
    pub fn value_at(&self, pointer: &str) -> Option<&Value> {
        let mut parts = pointer.strip_prefix('/')?.split('/');
        let first = self.values.get(&unescape(parts.next()?))?;
        parts.try_fold(first, |value, part| value.as_object()?.get(&unescape(part)))
    }
}

/// One layer's say about a key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link<'a> {
    /// The layer.
    pub layer: &'a Layer,
    /// What it sets.
    pub value: &'a Value,
}

/// The winner at one pointer, and everything it overrides.
#[derive(Debug, Clone, PartialEq)]
pub struct Effective<'a> {
    /// JSON pointer of the leaf (RFC 6901).
    pub pointer: String,
    /// All layers that set this leaf, lowest first; never empty, the last one wins.
    pub chain: Vec<Link<'a>>,
}

impl<'a> Effective<'a> {
    /// The value that counts.
    pub fn value(&self) -> &'a Value {
        self.winner().map_or(&Value::Null, |link| link.value)
    }

    /// The layer that set it.
    pub fn winner(&self) -> Option<Link<'a>> {
        self.chain.last().copied()
    }

    /// Whether a layer said "explicitly none".
    pub fn is_none(&self) -> bool {
        self.value().is_null()
    }
}

/// Resolves what applies to everyone: user layers are left out.
pub fn resolve(layers: &[Layer]) -> Vec<Effective<'_>> {
    merged(layers.iter().filter(|layer| layer.level != Level::User), |_| true)
}

/// Resolves what applies to one user; `layers` holds that user's layers and no other user's.
pub fn resolve_for_user(layers: &[Layer]) -> Vec<Effective<'_>> {
    merged(layers.iter(), |_| true)
}

/// The chain at one pointer, objects included: all layers that say something there, lowest first.
///
/// A layer that sets something above the pointer that has no room for it (`null`, a text) says "explicitly none".
pub fn chain_at<'a>(layers: &'a [Layer], pointer: &str) -> Vec<Link<'a>> {
    chain_in(&in_order(layers.iter()), pointer)
}

/// [`chain_at`] for layers that are in order already.
pub(crate) fn chain_in<'a>(ordered: &[&'a Layer], pointer: &str) -> Vec<Link<'a>> {
    ordered.iter().filter_map(|layer| Some(Link { layer, value: said(layer, pointer)? })).collect()
}

/// The level that decides each field and what it says, in the order of `fields`; the quick way where no chain is
/// shown. A field that no layer sets has its default, unless the layers bring a default level of their own. Of
/// objects it is the topmost part: [`chain_at`] and [`outcome`] merge them. User layers count when they are given.
pub fn winners<'a>(fields: &'a [Field], layers: &'a [Layer]) -> Vec<Option<(Level, &'a Value)>> {
    let ordered = in_order(layers.iter());
    let defaults = ordered.first().is_none_or(|layer| layer.level != Level::Default);
    let winner = |field: &'a Field| {
        let set = ordered.iter().rev().find_map(|layer| Some((layer.level, said(layer, &field.pointer)?)));
        set.or_else(|| field.default.as_ref().filter(|_| defaults).map(|value| (Level::Default, value)))
    };
    fields.iter().map(winner).collect()
}

/// What a layer says at a pointer, without an allocation for plain names.
fn said<'a>(layer: &'a Layer, pointer: &str) -> Option<&'a Value> {
    let mut parts = pointer.split('/').skip(1);
    let name = |part: &'_ str| part.contains('~').then(|| unescape(part));
    let get = |object: &'a Map<String, Value>, part: &str| object.get(name(part).as_deref().unwrap_or(part));
    let first = get(&layer.values, parts.next()?)?;
    parts.try_fold(first, |value, part| match value {
        Value::Object(object) => get(object, part),
        _ => Some(&Value::Null),
    })
}

/// The value a chain comes to: its objects merged, the last of anything else.
pub fn outcome(chain: &[Link<'_>]) -> Option<Value> {
    let open = chain.iter().rposition(|link| !link.value.is_object()).map_or(0, |at| at + 1);
    let mut objects = chain[open..].iter().map(|link| link.value);
    match objects.next() {
        None => chain.last().map(|link| link.value.clone()),
        Some(first) => Some(objects.fold(first.clone(), |mut below, above| {
            lay_over(&mut below, above);
            below
        })),
    }
}

/// Nesting is that of parsed JSON, which its parser bounds.
fn lay_over(below: &mut Value, above: &Value) {
    match (below, above) {
        (Value::Object(below), Value::Object(above)) => {
            for (key, value) in above {
                match below.get_mut(key) {
                    Some(old) => lay_over(old, value),
                    None => drop(below.insert(key.clone(), value.clone())),
                }
            }
        }
        (below, above) => *below = above.clone(),
    }
}

/// Builds the effective document out of resolved leaves.
pub fn document(leaves: &[Effective<'_>]) -> Map<String, Value> {
    let mut root = Map::new();
    for leaf in leaves {
        let mut at = &mut root;
        let mut parts = leaf.pointer.split('/').skip(1).map(unescape).peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                at.insert(part, leaf.value().clone());
                break;
            }
            let next = at.entry(part).or_insert_with(|| Value::Object(Map::new()));
            match next.as_object_mut() {
                Some(object) => at = object,
                None => break,
            }
        }
    }
    root
}

/// Equal levels keep the order they were given in; the later wins.
pub(crate) fn in_order<'a>(layers: impl Iterator<Item = &'a Layer>) -> Vec<&'a Layer> {
    let mut layers: Vec<&Layer> = layers.collect();
    layers.sort_by_key(|layer| layer.level);
    layers
}

/// The leaves of all layers at once; what is not `wanted` is left out with everything below it.
pub(crate) fn merged<'a>(layers: impl Iterator<Item = &'a Layer>, wanted: impl Fn(&str) -> bool) -> Vec<Effective<'a>> {
    let objects: Vec<(&Layer, &Map<String, Value>)> =
        in_order(layers).into_iter().map(|layer| (layer, &layer.values)).collect();
    let mut leaves = Vec::new();
    // An explicit stack: nesting of hostile documents must not become nesting of calls.
    let mut work = children("", &objects, &wanted);
    work.reverse();
    while let Some((pointer, chain)) = work.pop() {
        let open = chain.iter().rposition(|link| !link.value.is_object()).map_or(0, |at| at + 1);
        let objects: Vec<(&Layer, &Map<String, Value>)> =
            chain[open..].iter().filter_map(|link| Some((link.layer, link.value.as_object()?))).collect();
        if objects.iter().all(|(_, object)| object.is_empty()) {
            leaves.push(Effective { pointer, chain });
        } else {
            work.extend(children(&pointer, &objects, &wanted).into_iter().rev());
        }
    }
    leaves
}

type Found<'a> = (String, Vec<Link<'a>>);

/// The keys of several objects in order of first appearance, each with all that is said about it.
fn children<'a>(
    pointer: &str,
    objects: &[(&'a Layer, &'a Map<String, Value>)],
    wanted: &impl Fn(&str) -> bool,
) -> Vec<Found<'a>> {
    let mut found: Vec<Found<'a>> = Vec::new();
    let mut index: HashMap<&'a str, Option<usize>> = HashMap::new();
    // One buffer for all names: most of them are not wanted when only strangers are.
    let mut name = format!("{pointer}/");
    for &(layer, object) in objects {
        for (key, value) in object {
            let at = *index.entry(key.as_str()).or_insert_with(|| {
                name.truncate(pointer.len() + 1);
                name.push_str(&escape(key));
                wanted(&name).then(|| {
                    found.push((name.clone(), Vec::with_capacity(objects.len())));
                    found.len() - 1
                })
            });
            if let Some(at) = at {
                found[at].1.push(Link { layer, value });
            }
        }
    }
    found
}

/// Escapes a key for a JSON pointer.
pub fn escape(key: &str) -> std::borrow::Cow<'_, str> {
    if key.contains(['~', '/']) { key.replace('~', "~0").replace('/', "~1").into() } else { key.into() }
}

/// Undoes [`escape`].
pub fn unescape(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}
