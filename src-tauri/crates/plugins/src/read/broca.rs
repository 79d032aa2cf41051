//! A plugin of Broca: a class in `plugin.py`, which Broca loads into its own process.
//!
//! Broca 3 says little about why a plugin did not load; what its loader looks at is looked at here.

use std::path::Path;

use super::Draft;
use super::imports;
use super::smcp::constant;
use super::sources::{LONGEST, Source};
use crate::finding::{Finding, Level};
use crate::lex::{self, Token, What};
use crate::text::{self, shown};

/// What the class must have, and whether Broca calls it with `await` where that is known.
const METHODS: &[(&str, Option<bool>)] = &[
    ("get_name", Some(false)),
    ("get_platform", Some(false)),
    ("get_message_handler", Some(false)),
    ("start", Some(true)),
    ("stop", Some(true)),
    ("register_event_handler", None),
    ("emit_event", None),
];
/// Broca's own bases; the second has all methods, and passes them on to another object.
const BASE: &str = "Plugin";
const WRAPPER: &str = "BasePluginWrapper";

pub(super) fn read(name: &str, dir: &Path, code: &[Source], draft: &mut Draft) {
    if name.starts_with('_') {
        let words = format!("The folder’s name `{}` begins with `_`; Broca skips it.", shown(name));
        draft.findings.push(Finding::error("broca_hidden", words, "Give it another name."));
    }
    if !is_identifier(name) {
        let words = format!("The folder’s name `{}` is no name of a Python package.", shown(name));
        let todo = "Use letters, digits and `_`; the files of the plugin cannot import each other otherwise.";
        draft.findings.push(Finding::warning("broca_name_rule", words, todo));
    }
    let Some(source) = code.iter().find(|source| source.path == "plugin.py") else {
        let words = "`plugin.py` is no regular file, or too large to be read.";
        draft.findings.push(Finding::error("broca_file", words, "Put the file itself in its place.").at("plugin.py"));
        return;
    };
    let tokens = lex::tokens(&source.text);
    draft.version = draft.version.take().or_else(|| constant(code, "__version__"));
    draft.description = draft.description.take().or_else(|| lex::documentation(&source.text));
    let classes = classes(&tokens);
    match loaded(&classes) {
        Some(class) if class.derives(WRAPPER) => {
            // What it passes on to says its name.
            if let Some(inner) = class.wraps().and_then(|inner| classes.iter().find(|class| class.name == inner)) {
                judge_name(name, inner, code, draft);
            }
        }
        Some(class) => {
            judge_name(name, class, code, draft);
            judge(class, &mut draft.findings);
        }
        None => draft.findings.push(
            Finding::error(
                "broca_class",
                "There is no class that derives from `Plugin` in `plugin.py`.",
                "Write `class MyPlugin(Plugin)`, with `from plugins import Plugin`.",
            )
            .at("plugin.py"),
        ),
    }
    circle(name, dir, code, &mut draft.findings);
}

fn judge_name(name: &str, class: &Class<'_>, code: &[Source], draft: &mut Draft) {
    let (said, line) = match class.returns("get_name") {
        Returns::Text(said, line) => (Some(said), line),
        Returns::Name(known, line) => (constant(code, &known), line),
        Returns::Other(line) => (None, line),
        Returns::Absent => (Some(name.to_owned()), class.line),
    };
    match said {
        Some(said) if said == name => {}
        Some(said) => {
            let words = format!(
                "Its folder is called `{}` and its `get_name` says `{}`; Broca loads a plugin only where both are the same.",
                shown(name),
                shown(&said)
            );
            let todo = format!("Call the folder `{}`.", shown(&said));
            draft.findings.push(Finding::error("broca_name", words, todo).at(format!("plugin.py:{line}")));
        }
        None => draft.findings.push(unsure(name, line)),
    }
    if let Returns::Text(platform, _) = class.returns("get_platform") {
        draft.description = draft.description.take().or_else(|| Some(format!("Speaks on {platform}.")));
    }
}

/// What `get_name` of the class in `dir` says, where that is a plain text.
pub(super) fn own_name(dir: &Path) -> Option<String> {
    let text = String::from_utf8(text::load(&dir.join("plugin.py"), LONGEST).ok()?).ok()?;
    let tokens = lex::tokens(&text);
    let classes = classes(&tokens);
    let class = loaded(&classes)?;
    let class =
        if class.derives(WRAPPER) { classes.iter().find(|inner| class.wraps() == Some(inner.name))? } else { class };
    match class.returns("get_name") {
        Returns::Text(name, _) => Some(name),
        Returns::Name(..) | Returns::Other(_) | Returns::Absent => None,
    }
}

fn judge(class: &Class<'_>, findings: &mut Vec<Finding>) {
    let place = |line: usize| format!("plugin.py:{line}");
    let missing: Vec<&str> = METHODS.iter().map(|(method, _)| *method).filter(|m| class.method(m).is_none()).collect();
    if !missing.is_empty() {
        let words = format!(
            "`{}` does not define {}. Broca 3 cannot make an object of such a class, so it does not load.",
            shown(class.name),
            missing.iter().map(|method| format!("`{method}`")).collect::<Vec<_>>().join(", ")
        );
        let todo = "Define them, even where they do nothing.";
        // Another base may bring them along.
        let only = class.bases.len() == 1 && class.derives(BASE);
        let make = if only { Finding::error } else { Finding::warning };
        findings.push(make("broca_abstract", words, todo.to_owned()).at(place(class.line)));
    }
    for (method, awaited) in METHODS {
        let Some(awaited) = *awaited else { continue };
        if let Some(found) = class.method(method).filter(|found| found.is_async != awaited) {
            let (is, must) = if awaited { ("is not", "must be") } else { ("is", "must not be") };
            let words = format!("`{method}` {is} `async`, and {must}: Broca calls it the other way.");
            findings.push(Finding::error("broca_async", words, "Change its `def`.").at(place(found.line)));
        }
    }
}

fn unsure(name: &str, line: usize) -> Finding {
    let words = format!("What `get_name` says is only known when it runs; Broca needs it to be `{}`.", shown(name));
    Finding::note("broca_name_unsure", words, "").at(format!("plugin.py:{line}"))
}

/// Imports that lead in a circle, or to another package.
fn circle(name: &str, dir: &Path, code: &[Source], findings: &mut Vec<Finding>) {
    if !dir.join("__init__.py").is_file() {
        let words = "There is no `__init__.py`; files of the plugin cannot import each other.";
        findings.push(Finding::note("broca_package", words, "Add an empty one."));
    }
    let (whole, package) = (format!("plugins.{name}.plugin"), format!("plugins.{name}"));
    let all: Vec<(&Source, Vec<imports::Import>)> =
        code.iter().map(|source| (source, imports::of(&lex::tokens(&source.text)))).collect();
    let is_own =
        |module: &str| module.starts_with('.') || module == package || module.starts_with(&format!("{package}."));
    let goes_through = all
        .iter()
        .any(|(source, imports)| source.path == "plugin.py" && imports.iter().any(|import| is_own(&import.module)));
    let by_name =
        |import: &imports::Import| import.module == package || import.module.starts_with(&format!("{package}."));
    if all.iter().any(|(source, imports)| source.path != "__init__.py" && imports.iter().any(by_name)) {
        let words = format!("It imports its own files as `plugins.{}`.", shown(name));
        let todo = "It loads only where it lies in, or is linked into, the `plugins` folder of Broca’s own code.";
        findings.push(Finding::note("broca_own_package", words, todo));
    }
    for (source, import) in all.iter().flat_map(|(source, imports)| imports.iter().map(move |import| (source, import)))
    {
        let place = format!("{}:{}", source.path, import.line);
        let of_itself = import.module == ".plugin"
            || import.module == whole
            || (import.module == "." || import.module == package) && import.names.iter().any(|name| name == "plugin");
        if source.path == "__init__.py" && of_itself {
            let words = "`__init__.py` imports the plugin itself. Broca 3 loads `plugin.py` first";
            let (level, end) = if goes_through {
                (Level::Error, ", and that imports from its own package: a circle, so the plugin does not load.")
            } else {
                (Level::Note, "; as soon as that imports from its own package, it is a circle.")
            };
            let circle = Finding::new(level, "broca_circle", format!("{words}{end}"), "Empty `__init__.py`.");
            findings.push(circle.at(&place));
        }
        if source.path == "plugin.py" && import.module.starts_with('.') {
            let words = "It imports with a dot. Broca names a plugin by the real place of its file, and one that is a link has no package there.";
            let todo = format!("Write `from plugins.{} import …`.", shown(name));
            findings.push(Finding::warning("broca_dot", words, todo).at(&place));
        }
        let other = import.module.strip_prefix("plugins.").map(|rest| rest.split('.').next().unwrap_or_default());
        if let Some(other) = other.filter(|other| *other != name && !matches!(*other, "base" | "plugin")) {
            let words =
                format!("It imports from `plugins.{}`, which is another plugin, or its own old name.", shown(other));
            findings.push(Finding::warning("broca_import", words, "Import from its own folder’s name.").at(&place));
        }
    }
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || c == '_') && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

struct Method<'a> {
    name: &'a str,
    is_async: bool,
    line: usize,
    body: &'a [Token],
}

enum Returns {
    Text(String, usize),
    /// A constant.
    Name(String, usize),
    Other(usize),
    Absent,
}

struct Class<'a> {
    name: &'a str,
    line: usize,
    /// The last part of each.
    bases: Vec<&'a str>,
    body: &'a [Token],
    methods: Vec<Method<'a>>,
}

/// All classes of a file that derive from something.
fn classes(tokens: &[Token]) -> Vec<Class<'_>> {
    (1..tokens.len()).filter_map(|at| class(tokens, at)).collect()
}

fn class(tokens: &[Token], at: usize) -> Option<Class<'_>> {
    let What::Line(column) = tokens[at - 1].what else { return None };
    if tokens[at].name() != Some("class") {
        return None;
    }
    let name = tokens.get(at + 1)?.name()?;
    let (mut bases, mut end) = (Vec::new(), at + 2);
    if tokens.get(end)?.is('(') {
        end += tokens[end..].iter().position(|token| token.is(')'))?;
        let inner = &tokens[at + 3..end];
        bases = inner.split(|token| token.is(',')).filter_map(|base| base.iter().rev().find_map(Token::name)).collect();
    }
    let body = &tokens[end..];
    let over = body.iter().position(|token| matches!(token.what, What::Line(wide) if wide <= column));
    let body = &body[..over.unwrap_or(body.len())];
    Some(Class { name, line: tokens[at].line, bases, body, methods: methods(body) })
}

/// The class that Broca makes an object of: the first that derives from one of its bases.
fn loaded<'a, 'b>(classes: &'b [Class<'a>]) -> Option<&'b Class<'a>> {
    classes.iter().find(|class| class.derives(BASE) || class.derives(WRAPPER))
}

impl<'a> Class<'a> {
    fn derives(&self, base: &str) -> bool {
        self.bases.contains(&base)
    }

    /// `X` of `super().__init__(X())`.
    fn wraps(&self) -> Option<&'a str> {
        let found = self.body.windows(4).find(|w| {
            w[0].name() == Some("__init__")
                && w[1].is('(')
                && w[2].name().is_some_and(|name| name != "self")
                && w[3].is('(')
        })?;
        found[2].name()
    }

    fn method(&self, name: &str) -> Option<&Method<'a>> {
        self.methods.iter().find(|method| method.name == name)
    }

    fn returns(&self, name: &str) -> Returns {
        let Some(method) = self.method(name) else { return Returns::Absent };
        let Some(at) = method.body.iter().position(|token| token.name() == Some("return")) else {
            return Returns::Other(method.line);
        };
        let line = method.body[at].line;
        let ends = method.body.get(at + 2).is_none_or(|token| matches!(token.what, What::Line(_)));
        match method.body.get(at + 1).map(|token| &token.what) {
            Some(What::Text(text)) if ends => Returns::Text(text.clone(), line),
            Some(What::Name(name)) if ends => Returns::Name(name.clone(), line),
            _ => Returns::Other(line),
        }
    }
}

fn methods(body: &[Token]) -> Vec<Method<'_>> {
    let Some(inner) = body.iter().find_map(|token| match token.what {
        What::Line(wide) => Some(wide),
        _ => None,
    }) else {
        return Vec::new();
    };
    let starts: Vec<usize> = (0..body.len()).filter(|at| body[*at].what == What::Line(inner)).collect();
    let mut out = Vec::new();
    for (n, at) in starts.iter().enumerate() {
        let part = &body[at + 1..starts.get(n + 1).copied().unwrap_or(body.len())];
        let is_async = part.first().and_then(Token::name) == Some("async");
        let rest = if is_async { &part[1..] } else { part };
        if let [def, name, ..] = rest
            && def.name() == Some("def")
            && let Some(name) = name.name()
        {
            out.push(Method { name, is_async, line: def.line, body: rest });
        }
    }
    out
}
