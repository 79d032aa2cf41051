//! Which licence a plugin stands under, by the text of its licence file.

use std::path::Path;

use super::File;
use crate::text;

/// What each licence says in its first lines, and its SPDX name; the more special first.
const SAYS: &[(&[&str], &str)] = &[
    (&["gnu affero general public license", "version 3"], "AGPL-3.0"),
    (&["gnu lesser general public license", "version 3"], "LGPL-3.0"),
    (&["gnu lesser general public license", "version 2.1"], "LGPL-2.1"),
    (&["gnu general public license", "version 3"], "GPL-3.0"),
    (&["gnu general public license", "version 2"], "GPL-2.0"),
    (&["apache license", "version 2.0"], "Apache-2.0"),
    (&["mozilla public license", "2.0"], "MPL-2.0"),
    (&["redistribution and use in source and binary forms", "neither the name"], "BSD-3-Clause"),
    (&["redistribution and use in source and binary forms"], "BSD-2-Clause"),
    (&["permission is hereby granted, free of charge", "without restriction"], "MIT"),
    (&["permission to use, copy, modify, and/or distribute"], "ISC"),
    (&["free and unencumbered software released into the public domain"], "Unlicense"),
    (&["creative commons", "attribution-sharealike 4.0"], "CC-BY-SA-4.0"),
    (&["creative commons", "attribution 4.0"], "CC-BY-4.0"),
];

/// The licence, or the name of the file that holds one which is not known.
pub(super) fn read(dir: &Path, files: &[File]) -> Option<String> {
    let is_licence = |path: &str| {
        let name = path.to_lowercase();
        !path.contains('/')
            && ["license", "licence", "copying", "unlicense"].iter().any(|begin| name.starts_with(begin))
    };
    let file = files.iter().find(|file| is_licence(&file.path))?;
    let (bytes, _) = text::head(&dir.join(&file.path), 8 * 1024).ok()?;
    let words = String::from_utf8_lossy(&bytes).to_lowercase();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let known = SAYS.iter().find(|(says, _)| says.iter().all(|part| words.contains(part)));
    Some(known.map_or_else(|| format!("see {}", file.path), |(_, name)| (*name).to_owned()))
}
