//! The imports of a Python source.

use crate::lex::{Token, What};

/// One import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Import {
    /// `a.b`; one within its own package begins with dots.
    pub module: String,
    /// What is taken out of it (`from module import names`).
    pub names: Vec<String>,
    pub line: usize,
}

/// All imports that begin a line.
pub(crate) fn of(tokens: &[Token]) -> Vec<Import> {
    let mut out = Vec::new();
    for at in 0..tokens.len() {
        let begins = at == 0 || matches!(tokens[at - 1].what, What::Line(_) | What::Sign(';' | ':'));
        match tokens[at].name() {
            Some("import") if begins => {
                let mut next = at + 1;
                loop {
                    let (module, end) = dotted(tokens, next);
                    if module.is_empty() {
                        break;
                    }
                    out.push(Import { module, names: Vec::new(), line: tokens[at].line });
                    next = end;
                    if tokens.get(next).and_then(Token::name) == Some("as") {
                        next += 2;
                    }
                    if !tokens.get(next).is_some_and(|token| token.is(',')) {
                        break;
                    }
                    next += 1;
                }
            }
            Some("from") if begins => {
                let (module, end) = dotted(tokens, at + 1);
                if module.is_empty() || tokens.get(end).and_then(Token::name) != Some("import") {
                    continue;
                }
                out.push(Import { module, names: names(tokens, end + 1), line: tokens[at].line });
            }
            _ => {}
        }
    }
    out
}

/// `..a.b` from `at`, and where it ends.
fn dotted(tokens: &[Token], mut at: usize) -> (String, usize) {
    let mut module = String::new();
    while let Some(token) = tokens.get(at) {
        match &token.what {
            What::Sign('.') => module.push('.'),
            What::Name(name) if module.is_empty() || module.ends_with('.') => {
                // `from . import x`: the module ends here.
                if name == "import" {
                    break;
                }
                module.push_str(name);
            }
            _ => break,
        }
        at += 1;
    }
    (module, at)
}

fn names(tokens: &[Token], at: usize) -> Vec<String> {
    let mut out = Vec::new();
    let mut skip = false;
    for token in tokens.get(at..).unwrap_or_default() {
        match &token.what {
            What::Name(name) if name == "as" => skip = true,
            What::Name(name) => {
                if !std::mem::take(&mut skip) {
                    out.push(name.clone());
                }
            }
            What::Sign('(' | ',' | '*') => {}
            _ => break,
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::of;
    use crate::lex::tokens;

    #[test]
    fn imports_are_read_in_all_their_forms() {
        let source = "import os, a.b as c\nfrom . import plugin\nfrom .plugin import X as Y, Z\nfrom p.q import (\n  r,\n  s,\n)\nif x: import t\ntry:\n    import u\nyield from gen()\n";
        let all: Vec<(String, Vec<String>)> = of(&tokens(source)).into_iter().map(|i| (i.module, i.names)).collect();
        let want = [
            ("os", vec![]),
            ("a.b", vec![]),
            (".", vec!["plugin"]),
            (".plugin", vec!["X", "Z"]),
            ("p.q", vec!["r", "s"]),
            ("t", vec![]),
            ("u", vec![]),
        ];
        let want: Vec<(String, Vec<String>)> =
            want.into_iter().map(|(m, n)| (m.to_owned(), n.into_iter().map(str::to_owned).collect())).collect();
        assert_eq!(all, want, "each with the names it takes");
    }
}
