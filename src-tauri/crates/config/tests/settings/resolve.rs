//! Inheritance: default → system → agent → tool → instance, for every shape of value.

use proptest::prelude::*;
use sanctum_config::{Layer, Level, Place, Schema, chain_at, document, outcome, resolve, resolve_for_user, winners};
use serde_json::{Map, Value, json};

const LEVELS: [Level; 5] = [Level::Default, Level::System, Level::Agent, Level::Tool, Level::Instance];

fn layer(level: Level, values: Value) -> Layer {
    Layer::new(level, level.word(), values.as_object().unwrap().clone())
}

fn effective(layers: &[Layer]) -> Value {
    Value::Object(document(&resolve(layers)))
}

#[test]
fn a_child_wins_objects_merge_and_arrays_replace() {
    let layers = [
        layer(Level::Instance, json!({"port": 3, "tags": ["c"]})),
        layer(Level::Default, json!({"port": 1, "tags": ["a", "b"], "log": {"level": "info", "file": "x"}})),
        layer(Level::Agent, json!({"port": 2, "log": {"level": "debug"}})),
    ];
    let expected = json!({"port": 3, "tags": ["c"], "log": {"level": "debug", "file": "x"}});
    assert_eq!(effective(&layers), expected, "whatever the order in which the layers are given");
    let rows = resolve(&layers);
    let port = rows.iter().find(|row| row.pointer == "/port").unwrap();
    let chain: Vec<_> = port.chain.iter().map(|link| (link.layer.level, link.value.clone())).collect();
    assert_eq!(
        chain,
        [(Level::Default, json!(1)), (Level::Agent, json!(2)), (Level::Instance, json!(3))],
        "the whole story is told"
    );
    let file = rows.iter().find(|row| row.pointer == "/log/file").unwrap();
    assert_eq!(file.winner().unwrap().layer.level, Level::Default, "each key of an object has its own origin");
}

#[test]
fn null_means_none_and_absence_means_inherit() {
    let layers = [
        layer(Level::Default, json!({"a": 1, "b": 1, "c": {"x": 1}, "d": {"x": 1, "y": 1}})),
        layer(Level::Agent, json!({"a": null, "c": null, "d": {"x": null}})),
        layer(Level::Instance, json!({"c": {"z": 2}})),
    ];
    assert_eq!(
        effective(&layers),
        json!({"a": null, "b": 1, "c": {"z": 2}, "d": {"x": null, "y": 1}}),
        "null cuts, absence passes"
    );
    let rows = resolve(&layers);
    assert!(rows.iter().find(|row| row.pointer == "/a").unwrap().is_none(), "an explicit none is told as such");
    assert!(
        !rows.iter().any(|row| row.pointer == "/c/x"),
        "what a null cut off does not come back through a later object"
    );
    let hidden = chain_at(&layers[..2], "/c/x");
    assert_eq!(outcome(&hidden), Some(Value::Null), "a none above a key is a none for the key");
    assert_eq!(outcome(&chain_at(&layers, "/nothing")), None, "what nobody says is unset, which is not none");
}

#[test]
fn user_values_count_for_that_user_only() {
    let layers = [layer(Level::User, json!({"theme": "dark"})), layer(Level::System, json!({"theme": "light"}))];
    assert_eq!(effective(&layers), json!({"theme": "light"}), "everyone sees what the system says");
    let own = Value::Object(document(&resolve_for_user(&layers)));
    assert_eq!(own, json!({"theme": "dark"}), "the user sees their own");
}

#[test]
fn places_are_found_for_the_key_or_what_is_above_it() {
    let mut layer = layer(Level::Instance, json!({"a": {"b/c": 1}}));
    let place = |line| Place { line: Some(line), ..Place::default() };
    layer.place = place(1);
    layer.places.insert("/a".into(), place(2));
    assert_eq!(layer.place_of("/a/b~1c").line, Some(2), "the nearest place above counts");
    assert_eq!(layer.place_of("/x").line, Some(1), "else that of the layer");
    assert_eq!(layer.value_at("/a/b~1c"), Some(&json!(1)), "a slash in a key is no level");
}

/// The rule, written down as plainly as it goes.
fn by_hand(below: Option<Value>, above: &Value) -> Value {
    match (below, above) {
        (Some(Value::Object(mut below)), Value::Object(above)) => {
            for (key, value) in above {
                let merged = by_hand(below.get(key).cloned(), value);
                below.insert(key.clone(), merged);
            }
            Value::Object(below)
        }
        (_, above) => above.clone(),
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..5i64).prop_map(Value::from),
        "[ab]{0,2}".prop_map(Value::from),
        prop::collection::vec(0..3i64, 0..3).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop::collection::btree_map("[a-c~/]{1,2}", inner, 0..4)
            .prop_map(|m| m.into_iter().collect::<Map<_, _>>().into())
    })
}

fn layers() -> impl Strategy<Value = Vec<Layer>> {
    let one = (0..5usize, prop::collection::btree_map("[a-c]", value(), 0..4));
    prop::collection::vec(one, 0..6).prop_map(|layers| {
        layers.into_iter().map(|(level, values)| Layer::new(LEVELS[level], "x", values.into_iter().collect())).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn resolution_is_the_plain_merge(layers in layers()) {
        let mut sorted: Vec<&Layer> = layers.iter().collect();
        sorted.sort_by_key(|layer| layer.level);
        let expected = sorted.iter().fold(json!({}), |below, layer| by_hand(Some(below), &Value::Object(layer.values.clone())));
        prop_assert_eq!(effective(&layers), expected, "resolving must be merging, level by level");
    }

    #[test]
    fn each_leaf_names_the_layer_its_value_stands_in(layers in layers()) {
        for row in resolve(&layers) {
            let winner = row.winner().unwrap();
            prop_assert_eq!(winner.layer.value_at(&row.pointer), Some(row.value()), "the named layer must hold the value");
            prop_assert_eq!(outcome(&chain_at(&layers, &row.pointer)), Some(row.value().clone()), "asking for one key gives the same");
            let levels: Vec<_> = row.chain.iter().map(|link| link.layer.level).collect();
            prop_assert!(levels.is_sorted(), "the chain goes from low to high");
        }
    }

    #[test]
    fn a_key_set_on_a_level_wins_over_all_below(mut layers in layers(), top in value()) {
            // Objects merge; anything else must win as it is.
            let top = if top.is_object() { json!([top]) } else { top };
        layers.push(Layer::new(Level::Instance, "top", [("a".to_owned(), top.clone())].into_iter().collect()));
        prop_assert_eq!(effective(&layers).get("a").cloned(), Some(top), "the last instance value counts");
    }

    #[test]
    fn the_quick_way_comes_to_the_same(layers in layers()) {
        let schema = Schema::read(&json!({"properties": {
            "a": {"type": "object", "properties": {"a": {"default": 1}, "b~": {}, "c/": {"type": "string"}}},
            "b": {"type": "object", "additionalProperties": true, "default": {"d": 1}},
            "c": {"type": "string", "default": "x"}
        }}));
        let quick = winners(&schema.fields, &layers);
        prop_assert_eq!(quick.len(), schema.fields.len(), "one answer for each field");
        let with_defaults = layers.iter().any(|layer| layer.level == Level::Default);
        for (field, winner) in schema.fields.iter().zip(quick) {
            let chain = chain_at(&layers, &field.pointer);
            let expected = chain.last().map(|link| (link.layer.level, link.value));
            let default = field.default.as_ref().filter(|_| !with_defaults).map(|value| (Level::Default, value));
            prop_assert_eq!(winner, expected.or(default), "{} as in its chain", field.key);
        }
    }
}
