//! An OpenAPI file as a judge: is this a request that version takes, and is that an answer it gives?

use serde_json::{Map, Value, json};

/// One version's own description of itself.
pub struct Spec {
    all: Value,
}

/// One operation of it, and what the path's placeholders stand for.
pub struct Operation<'a> {
    /// The path as the file writes it.
    pub path: String,
    /// The values of the placeholders, in order.
    pub values: Vec<String>,
    about: &'a Value,
}

impl Spec {
    pub fn of(version: &str) -> Spec {
        let file = format!("{}/openapi/{version}.json", env!("CARGO_MANIFEST_DIR"));
        Spec { all: serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap() }
    }

    /// The operation of a request; fixed paths come before those with placeholders.
    pub fn operation(&self, method: &str, path: &str) -> Option<Operation<'_>> {
        let paths = self.all["paths"].as_object().unwrap();
        let fits = |known: &str| {
            let (known, asked): (Vec<&str>, Vec<&str>) = (known.split('/').collect(), path.split('/').collect());
            let pairs = known.iter().zip(&asked);
            let fits = |(known, asked): (&&str, &&str)| (known.starts_with('{') && !asked.is_empty()) || known == asked;
            let open = pairs.clone().filter(|(known, _)| known.starts_with('{')).map(|(_, asked)| (*asked).to_owned());
            (known.len() == asked.len() && pairs.clone().all(fits)).then(|| open.collect::<Vec<String>>())
        };
        let mut found: Vec<(&String, Vec<String>)> =
            paths.keys().filter_map(|known| Some((known, fits(known)?))).collect();
        found.sort_by_key(|(_, values)| values.len());
        let (path, values) = found.into_iter().next()?;
        let about = paths[path].get(method.to_ascii_lowercase())?;
        Some(Operation { path: path.clone(), values, about })
    }

    /// What is wrong with a request, if anything.
    pub fn faults(&self, operation: &Operation<'_>, query: &str, kind: &str, body: &[u8]) -> Vec<String> {
        let mut faults = Vec::new();
        let known: Vec<&Value> = operation.about["parameters"].as_array().into_iter().flatten().collect();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match known.iter().find(|known| known["name"] == name && known["in"] == "query") {
                Some(known) => {
                    let read = serde_json::from_str(value).unwrap_or_else(|_| value.into());
                    let ways = [read, value.into(), json!([value])];
                    if !ways.iter().any(|value| self.check(&known["schema"], value).is_ok()) {
                        faults.push(format!("`{name}` cannot be `{value}`"));
                    }
                }
                None => faults.push(format!("this version has no query `{name}`")),
            }
        }
        let content = operation.about["requestBody"]["content"].as_object().cloned().unwrap_or_default();
        let required = operation.about["requestBody"]["required"] == true;
        match (content.keys().find(|known| kind.starts_with(known.as_str())), body.is_empty()) {
            (None, true) if !required => {}
            (None, _) => faults.push(format!("a body of `{kind}` is not taken; one of {:?} is", content.keys())),
            (Some(known), _) if known == "application/json" => match serde_json::from_slice::<Value>(body) {
                Ok(body) => {
                    let schema = &content[known]["schema"];
                    faults.extend(self.check(schema, &body).err());
                    faults.extend(self.unknown_fields(schema, &body));
                }
                Err(error) => faults.push(format!("the body is no JSON: {error}")),
            },
            (Some(_), _) => {}
        }
        faults
    }

    /// FastAPI drops fields it does not know without a word, so that a slip would never be noticed.
    fn unknown_fields(&self, schema: &Value, body: &Value) -> Vec<String> {
        let name = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()).unwrap_or_default();
        let known = &self.all["components"]["schemas"][name]["properties"];
        let fields = body.as_object().into_iter().flat_map(Map::keys);
        fields
            .filter(|field| known.is_object() && known.get(field).is_none())
            .map(|field| format!("no field `{field}`"))
            .collect()
    }

    /// Panics where this version would not give that answer.
    pub fn must_answer(&self, operation: &Operation<'_>, body: &Value) {
        let schema = &operation.about["responses"]["200"]["content"]["application/json"]["schema"];
        if let Err(fault) = self.check(schema, body) {
            panic!("the fake server strays from its specification at {}: {fault}", operation.path);
        }
    }

    /// Panics where this version has no such message.
    pub fn must_be(&self, name: &str, value: &Value) {
        if let Err(fault) = self.check(&json!({"$ref": format!("#/components/schemas/{name}")}), value) {
            panic!("{value} is no {name}: {fault}");
        }
    }

    fn check(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let mut whole = schema.as_object().cloned().unwrap_or_default();
        whole.insert("components".into(), self.all["components"].clone());
        let judge = jsonschema::validator_for(&whole.into()).map_err(|error| error.to_string())?;
        judge.validate(value).map_err(|error| format!("{} at {}", error, error.instance_path()))
    }
}
