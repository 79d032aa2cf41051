//! Whether one value fits one field, in sentences: what is wrong, what that would do, what to enter.
//!
//! Works on the field alone, so it also counts where a schema is too broken for [`crate::Validator`]. Patterns run
//! on a linear-time engine with a size limit. Never shows a secret's value. Whether a value must be there at all is
//! not its business.

use crate::effective::holds_password;
use crate::schema::{Field, Ty};
use regex::{Regex, RegexBuilder};
use serde_json::Value;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Largest compiled pattern, in bytes.
pub(crate) const PATTERN_BYTES: usize = 512 * 1024;
/// Longest pattern that is compiled, in bytes.
pub(crate) const PATTERN_LENGTH: usize = 1_000;
/// What stands for a value that is not shown.
const HIDDEN: &str = "The value";
/// Most choices that are listed in a sentence.
const LISTED: usize = 12;

/// What does not fit about a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Wrong {
    /// Not of the field's kind.
    Kind(Ty),
    /// An entry of a list, counted from 1, is not of its kind.
    Entry(usize, Ty),
    /// Below the smallest or above the largest number.
    Small,
    Large,
    /// None of the choices.
    Choice,
    /// Fewer or more characters than allowed.
    Short,
    Long,
    /// Not of the form its pattern asks for.
    Form,
    /// It holds this part, which the module refuses.
    Refused(String),
}

impl Wrong {
    /// Words that fit behind a subject: "… is too small".
    pub fn words(&self) -> String {
        match self {
            Wrong::Kind(ty) => format!("is {}", not_a(*ty)),
            Wrong::Entry(at, ty) => format!("has an entry, number {at}, that is {}", not_a(*ty)),
            Wrong::Small => "is too small".to_owned(),
            Wrong::Large => "is too large".to_owned(),
            Wrong::Choice => "is none of the choices".to_owned(),
            Wrong::Short => "is too short".to_owned(),
            Wrong::Long => "is too long".to_owned(),
            Wrong::Form => "does not have the right form".to_owned(),
            Wrong::Refused(part) => format!("holds `{part}`, which is not taken"),
        }
    }
}

fn not_a(ty: Ty) -> &'static str {
    match ty {
        Ty::Integer | Ty::Port => "not a whole number",
        Ty::Number => "not a number",
        Ty::Boolean => "neither true nor false",
        Ty::List => "not a list",
        Ty::Map => "not a set of names and values",
        Ty::Duration => "not a length of time",
        Ty::Choice => "none of the choices",
        Ty::Text | Ty::Path | Ty::Json => "not a text",
    }
}

/// What is wrong with a value, in full sentences; `None` when it fits. `null` ("explicitly none") always fits.
pub fn check_field(field: &Field, value: &Value) -> Option<String> {
    let text = value.as_str().filter(|_| matches!(field.ty, Ty::Text | Ty::Path | Ty::Duration));
    let form = || {
        let fits = field.form.fits(field.pattern.as_deref()?, text?);
        (!fits).then_some(Wrong::Form)
    };
    let refused = || field.refusing.part(field.refused.as_deref()?, text?).map(Wrong::Refused);
    let wrong = wrong(field, value).or_else(form).or_else(refused)?;
    Some(sentence(field, value, &wrong))
}

/// Everything but the patterns.
pub(crate) fn wrong(field: &Field, value: &Value) -> Option<Wrong> {
    if value.is_null() {
        return None;
    }
    let kind = match field.ty {
        Ty::Integer | Ty::Port => whole(value),
        Ty::Number => value.is_number(),
        Ty::Boolean => value.is_boolean(),
        Ty::Text | Ty::Path => value.is_string(),
        Ty::List => value.is_array(),
        Ty::Map => value.is_object(),
        Ty::Duration => match field.items {
            Some(ty) => is_a(ty, value),
            None => value.is_number() || value.is_string(),
        },
        Ty::Choice if !field.enum_values.iter().any(|choice| same(choice, value)) => return Some(Wrong::Choice),
        Ty::Choice | Ty::Json => true,
    };
    if !kind {
        return Some(Wrong::Kind(field.ty));
    }
    if let (Value::Array(entries), Some(ty)) = (value, field.items)
        && let Some(at) = entries.iter().position(|entry| !is_a(ty, entry))
    {
        return Some(Wrong::Entry(at + 1, ty));
    }
    if let Some(number) = value.as_f64() {
        return match (field.min, field.max) {
            (Some(min), _) if number < min => Some(Wrong::Small),
            (_, Some(max)) if number > max => Some(Wrong::Large),
            _ => None,
        };
    }
    let length = match value {
        Value::String(text) if field.ty != Ty::Choice => u32::try_from(text.chars().count()).unwrap_or(u32::MAX),
        _ => return None,
    };
    match (field.min_length, field.max_length) {
        (Some(min), _) if length < min => Some(Wrong::Short),
        (_, Some(max)) if length > max => Some(Wrong::Long),
        _ => None,
    }
}

fn is_a(ty: Ty, value: &Value) -> bool {
    match ty {
        Ty::Integer => whole(value),
        Ty::Number => value.is_number(),
        Ty::Boolean => value.is_boolean(),
        _ => value.is_string(),
    }
}

fn whole(value: &Value) -> bool {
    value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|n| n.fract() == 0.0)
}

/// Equal as JSON Schema takes it: `1` and `1.0` are one number.
fn same(one: &Value, other: &Value) -> bool {
    one == other || one.as_f64().is_some_and(|n| other.as_f64() == Some(n))
}

/// What is wrong, what it would do (`x-hint`), what to enter.
fn sentence(field: &Field, value: &Value, wrong: &Wrong) -> String {
    let what = match (wrong, field.pattern.as_deref(), field.hint.is_some()) {
        (Wrong::Form, Some(pattern), false) => format!("does not have the form `{pattern}`"),
        (Wrong::Short, _, _) if value == "" => "is empty".to_owned(),
        // What is not shown as a whole is not shown in part.
        (Wrong::Refused(_), _, _) if subject(field, value) == HIDDEN => "holds a part that is not taken".to_owned(),
        _ => wrong.words(),
    };
    sentences(&[format!("{} {what}.", subject(field, value)), hint(field), advice(field, wrong)])
}

/// The value as the subject of a sentence; what is secret, long or has parts is not shown.
pub(crate) fn subject(field: &Field, value: &Value) -> String {
    let hidden = field.secret || holds_password(value);
    match value {
        Value::Number(number) if !hidden => number.to_string(),
        Value::Bool(flag) if !hidden => flag.to_string(),
        Value::String(text)
            if !hidden && !text.is_empty() && text.chars().count() <= 60 && !text.contains(char::is_control) =>
        {
            format!("`{text}`")
        }
        _ => HIDDEN.to_owned(),
    }
}

pub(crate) fn hint(field: &Field) -> String {
    let hint = field.hint.as_deref().unwrap_or_default().trim();
    if hint.is_empty() || hint.ends_with(['.', '!', '?']) { hint.to_owned() } else { format!("{hint}.") }
}

pub(crate) fn sentences(parts: &[String]) -> String {
    parts.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// What to enter instead.
fn advice(field: &Field, wrong: &Wrong) -> String {
    match wrong {
        Wrong::Small | Wrong::Large => {
            format!("Enter {}.", range(field).unwrap_or_else(|| "another number".to_owned()))
        }
        Wrong::Kind(_) => kind_advice(field),
        Wrong::Entry(_, ty) => match ty {
            Ty::Integer => "Enter whole numbers only.".to_owned(),
            Ty::Number => "Enter numbers only.".to_owned(),
            Ty::Boolean => "Enter true or false for each.".to_owned(),
            _ => "Enter texts only.".to_owned(),
        },
        Wrong::Choice => choose(field),
        Wrong::Short => format!("Enter at least {}.", characters(field.min_length)),
        Wrong::Long => format!("Enter at most {}.", characters(field.max_length)),
        Wrong::Form | Wrong::Refused(_) => String::new(),
    }
}

pub(crate) fn kind_advice(field: &Field) -> String {
    let number = |words: &str| match range(field) {
        Some(range) => format!("Enter {words} from {range}."),
        None => format!("Enter {words}."),
    };
    let number = |words: &str| number(words).replace("from at", "of at");
    match field.ty {
        Ty::Integer | Ty::Port => number("a whole number"),
        Ty::Number => number("a number"),
        Ty::Duration if field.items == Some(Ty::Integer) => number("a whole number"),
        Ty::Duration => number("a number"),
        Ty::Boolean => "Choose true or false.".to_owned(),
        Ty::Choice => choose(field),
        Ty::List => "Enter a list.".to_owned(),
        Ty::Map => "Enter names with their values.".to_owned(),
        Ty::Path => "Enter a path.".to_owned(),
        Ty::Text => "Enter a text.".to_owned(),
        Ty::Json => String::new(),
    }
}

/// `1 to 300`, `at least 1`, `at most 300`.
pub(crate) fn range(field: &Field) -> Option<String> {
    match (field.min, field.max) {
        (Some(min), Some(max)) => Some(format!("{min} to {max}")),
        (Some(min), None) => Some(format!("at least {min}")),
        (None, Some(max)) => Some(format!("at most {max}")),
        (None, None) => None,
    }
}

fn characters(count: Option<u32>) -> String {
    match count.unwrap_or(1) {
        1 => "1 character".to_owned(),
        more => format!("{more} characters"),
    }
}

/// `Choose one of A, B or C.`
pub(crate) fn choose(field: &Field) -> String {
    let named = |value: &Value| match value {
        Value::String(text) => format!("`{text}`"),
        other => other.to_string(),
    };
    let mut names: Vec<String> = match field.choice_titles.len() == field.enum_values.len() {
        true => field.choice_titles.clone(),
        false => field.enum_values.iter().filter(|value| !value.is_null()).map(named).collect(),
    };
    if names.is_empty() || names.len() > LISTED {
        return "Choose one from the list.".to_owned();
    }
    let last = names.pop().unwrap_or_default();
    if names.is_empty() {
        return format!("The only choice is {last}.");
    }
    format!("Choose one of {} or {last}.", names.join(", "))
}

/// A field's pattern, compiled when it is first needed and shared by the field's copies. A pattern that cannot be
/// compiled fits everything and finds nothing: reading the schema has named it.
#[derive(Clone, Default)]
pub(crate) struct Form(Arc<OnceLock<Option<Regex>>>);

impl Form {
    fn fits(&self, pattern: &str, text: &str) -> bool {
        self.0.get_or_init(|| compile(pattern)).as_ref().is_none_or(|regex| regex.is_match(text))
    }

    /// The first part of the text that has this form.
    fn part(&self, pattern: &str, text: &str) -> Option<String> {
        let found = self.0.get_or_init(|| compile(pattern)).as_ref()?.find(text)?;
        Some(found.as_str().to_owned())
    }
}

/// The pattern itself is what is compared and shown.
impl PartialEq for Form {
    fn eq(&self, _: &Form) -> bool {
        true
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Form")
    }
}

/// Compiles a pattern within its limits.
pub(crate) fn compile(pattern: &str) -> Option<Regex> {
    if pattern.len() > PATTERN_LENGTH {
        return None;
    }
    RegexBuilder::new(pattern).size_limit(PATTERN_BYTES).dfa_size_limit(PATTERN_BYTES).build().ok()
}
