//! What every setting of every instance comes to, resolved from its levels: how much it costs per key, and that it stays so.

use std::hint::black_box;
use std::time::Instant;

use anyhow::Result;
use sanctum_config::{Layer, Level, Schema, winners};
use serde_json::{Map, Value, json};

use crate::table::{Limit, Line, median};

const KEYS: usize = 100;
const MANY: usize = 1_000;
const FEW: usize = 100;
const ROUNDS: usize = 25;

/// Effective config of 1,000 instances with 100 keys each.
pub fn effective() -> Result<Vec<Line>> {
    let schema = Schema::read(&schema());
    anyhow::ensure!(schema.fields.len() == KEYS, "every key is a field: {}", schema.fields.len());
    let instances: Vec<Vec<Layer>> = (0..MANY).map(layers).collect();
    let (mut many, mut few) = (vec![], vec![]);
    for round in 0..=ROUNDS {
        let (large, small) = (per_key(&schema, &instances)?, per_key(&schema, &instances[..FEW])?);
        // The first round warms the caches.
        if round > 0 {
            many.push(large);
            few.push(small);
        }
    }
    let many = median(many);
    Ok(vec![
        Line::new("Effective config of 1,000 instances × 100 keys, a key", many, "ns").limit(Limit::AtMost(1000.0)),
        Line::new("… linear: a key at 1,000 instances", many, "ns")
            .against("a key at 100 instances", median(few))
            .limit(Limit::Times(1.2)),
    ])
}

/// Nanoseconds for one key of one instance.
fn per_key(schema: &Schema, instances: &[Vec<Layer>]) -> Result<f64> {
    let began = Instant::now();
    let mut set = 0;
    for layers in instances {
        set += black_box(winners(&schema.fields, layers)).iter().flatten().count();
    }
    let took = began.elapsed().as_secs_f64() * 1e9;
    anyhow::ensure!(set == instances.len() * KEYS, "every key has a value: {set}");
    Ok(took / f64::from(u32::try_from(set)?))
}

fn schema() -> Value {
    let properties: Map<String, Value> = (0..KEYS)
        .map(|n| (format!("key_{n:03}"), json!({ "type": "integer", "title": format!("Key {n}"), "default": n })))
        .collect();
    json!({ "type": "object", "properties": properties })
}

/// All four levels above the default, each with its share of the keys, some of them on several.
fn layers(instance: usize) -> Vec<Layer> {
    let share = |every: usize, level: Level, source: &str| {
        let values = (0..KEYS).filter(|n| (n + instance).is_multiple_of(every));
        Layer::new(level, source, values.map(|n| (format!("key_{n:03}"), json!(n + instance))).collect())
    };
    vec![
        share(2, Level::System, "system_config"),
        share(5, Level::Agent, "agent_configs"),
        share(3, Level::Tool, "configurations"),
        share(4, Level::Instance, "tool_instances.config"),
    ]
}
