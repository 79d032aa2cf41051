//! Checking a whole settings document against a tool's schema, and saying it so that a person understands.
//!
//! The schema is somebody else's: it is first copied into a contained one ([`contain`]) without references, unknown
//! words or patterns that could cost time. What is left out is named by a finding; what then still cannot be used
//! leaves the checks of single fields ([`crate::check_field`]). Nothing is ever fetched, and no secret is repeated.

mod contain;
mod sentence;

use crate::check::{PATTERN_BYTES, check_field};
use crate::resolve::{escape, unescape};
use crate::schema::{Field, Finding};
use jsonschema::PatternOptions;
use jsonschema::error::ValidationErrorKind;
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use std::fmt;

/// Most problems that are told about one document.
const MAX_PROBLEMS: usize = 1_000;

/// Something in a document that its tool would not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// JSON pointer of the value, or of the place where one is missing.
    pub pointer: String,
    /// Key of the setting it belongs to, as in [`Field::key`]; dotted from the pointer where no field owns it.
    pub key: String,
    /// What is wrong, what it would do, what to enter.
    pub message: String,
}

/// A schema made ready for checking documents.
pub struct Validator {
    inner: Option<jsonschema::Validator>,
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validator").field("whole", &self.is_whole()).finish_non_exhaustive()
    }
}

impl Validator {
    /// Takes a schema, good or bad. The findings name what of it does not count, with its place.
    pub fn new(schema: &Value) -> (Validator, Vec<Finding>) {
        let contained = contain::contain(schema);
        let mut findings = contained.findings;
        let inner = contained.schema.and_then(|schema| {
            let built = jsonschema::options()
                .with_draft(jsonschema::Draft::Draft202012)
                .offline()
                .should_validate_formats(true)
                .with_pattern_options(PatternOptions::regex().size_limit(PATTERN_BYTES).dfa_size_limit(PATTERN_BYTES))
                .build(&schema);
            built.map_err(|error| findings.push(sentence::broken(&error))).ok()
        });
        (Validator { inner }, findings)
    }

    /// Whether the whole schema counts; otherwise only [`crate::check_field`] does.
    pub fn is_whole(&self) -> bool {
        self.inner.is_some()
    }

    /// What is wrong with `document`, in the order of `fields`, then what belongs to no field.
    ///
    /// A `null` ("explicitly none") counts as absent, unless the field allows it. A required value with a default is
    /// never missing. A secret counts as there when its place holds anything, for instance its reference as a text.
    pub fn problems(&self, document: &Map<String, Value>, fields: &[Field]) -> Vec<Problem> {
        let document = without_nones(document, fields);
        let mut problems = Vec::new();
        for field in fields {
            let message = match document.pointer(&field.pointer) {
                Some(value) => check_field(field, value),
                None if field.required && field.default.is_none() && has_room(&document, &field.pointer) => {
                    Some(sentence::missing(field))
                }
                None => None,
            };
            problems.extend(message.map(|message| problem(field, message)));
        }
        let mut told: HashSet<String> = problems.iter().map(|problem| problem.pointer.clone()).collect();
        if let Some(inner) = &self.inner {
            let owners = Owners::of(fields);
            for error in inner.iter_errors(&document).take(MAX_PROBLEMS) {
                for problem in in_words(&error, &owners) {
                    if told.insert(problem.pointer.clone()) {
                        problems.push(problem);
                    }
                }
            }
        }
        problems.truncate(MAX_PROBLEMS);
        problems
    }
}

/// Which field a pointer belongs to.
struct Owners<'a>(HashMap<&'a str, &'a Field>);

impl<'a> Owners<'a> {
    fn of(fields: &'a [Field]) -> Owners<'a> {
        Owners(fields.iter().map(|field| (field.pointer.as_str(), field)).collect())
    }

    /// The field at the pointer or the nearest one above it.
    fn of_pointer(&self, pointer: &str) -> Option<&'a Field> {
        let mut at = pointer;
        loop {
            if let Some(field) = self.0.get(at) {
                return Some(field);
            }
            at = &at[..at.rfind('/').filter(|cut| *cut > 0)?];
        }
    }
}

fn problem(field: &Field, message: String) -> Problem {
    Problem { pointer: field.pointer.clone(), key: field.key.clone(), message }
}

/// One error of the schema engine as problems; several where it is about several names.
fn in_words(error: &jsonschema::ValidationError<'_>, owners: &Owners<'_>) -> Vec<Problem> {
    let at = error.instance_path().as_str();
    let below = |name: &str| format!("{at}/{}", escape(name));
    let places: Vec<String> = match error.kind() {
        ValidationErrorKind::Required { property } => vec![below(property.as_str().unwrap_or_default())],
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            unexpected.iter().map(|name| below(name)).collect()
        }
        _ => vec![at.to_owned()],
    };
    let missing = matches!(error.kind(), ValidationErrorKind::Required { .. });
    let mut problems = Vec::new();
    for pointer in places {
        let owner = owners.of_pointer(&pointer);
        if missing && owner.is_some_and(|field| field.pointer == pointer && field.default.is_some()) {
            continue;
        }
        let dotted = || pointer.split('/').skip(1).map(unescape).collect::<Vec<_>>().join(".");
        problems.push(Problem {
            key: owner.map_or_else(dotted, |field| field.key.clone()),
            message: sentence::of(error, &pointer, owner),
            pointer,
        });
    }
    problems
}

/// The document without the "explicitly none" of fields that know no `null`.
fn without_nones(document: &Map<String, Value>, fields: &[Field]) -> Value {
    let mut document = Value::Object(document.clone());
    for field in fields.iter().filter(|field| !field.nullable) {
        if document.pointer(&field.pointer).is_some_and(Value::is_null)
            && let Some((parent, name)) = field.pointer.rsplit_once('/')
            && let Some(object) = document.pointer_mut(parent).and_then(Value::as_object_mut)
        {
            object.shift_remove(&unescape(name));
        }
    }
    document
}

/// Whether the object that would hold the value is there: only then is the value missing.
fn has_room(document: &Value, pointer: &str) -> bool {
    pointer.rsplit_once('/').is_some_and(|(parent, _)| document.pointer(parent).is_some_and(Value::is_object))
}
