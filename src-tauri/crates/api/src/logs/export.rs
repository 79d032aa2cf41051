//! A view written to a file of the operator's, whole or not at all, with secrets covered.

use std::collections::HashSet;
use std::io::{BufWriter, Write};
use std::path::Path;

use sanctum_logs::{Cover, LogError, View};
use sanctum_secrets::{Secret, SecretError};

use super::convert;
use crate::open::Open;
use crate::settings::{Snapshot, must_be_outside};
use crate::{ApiError, ApiResult, dto};

pub(super) fn write(
    open: &Open,
    view: &View,
    names: &[String],
    path: &Path,
    told: &mut dyn FnMut(u32, u32) -> bool,
) -> ApiResult<dto::LogExported> {
    must_be_outside(open, path)?;
    let known = known(open)?;
    let cover = Cover::new(known.iter().map(Secret::expose));
    let folder = path.parent().unwrap_or(Path::new("/"));
    let file = tempfile::NamedTempFile::new_in(folder).map_err(|error| unwritable(path, &error))?;
    let mut out = BufWriter::new(file);
    let (lines, covered) = view.export(&cover, names, &mut out, told).map_err(|error| match error {
        LogError::Io(error) => unwritable(path, &error),
        other => convert::told(other),
    })?;
    let kept = out.flush().and_then(|()| {
        let file = out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    });
    kept.map_err(|error| unwritable(path, &error))?;
    Ok(dto::LogExported { path: path.display().to_string(), lines, covered })
}

fn unwritable(path: &Path, error: &std::io::Error) -> ApiError {
    ApiError::refused(
        "file_unwritable",
        format!("`{}` could not be written.", path.display()),
        "Choose another place; nothing was changed.",
    )
    .with_details([error.to_string()])
}

/// The values of all secrets that settings name: a module may have been told any of them. One that is gone from the store cannot
/// be covered; a store that does not answer is an error.
fn known(open: &Open) -> ApiResult<Vec<Secret>> {
    let snap = Snapshot::of(open)?;
    let mut values = Vec::new();
    let mut asked = HashSet::new();
    for target in &snap.targets {
        let view = snap.view(target, None);
        for field in view.fields().filter(|field| field.secret) {
            let chain = view.chain(field);
            let Some((link, text)) = chain.last().and_then(|link| Some((link, link.value.as_str()?))) else { continue };
            if text.is_empty() || !asked.insert(text.to_owned()) {
                continue;
            }
            if view.in_plain(link, field) {
                values.push(Secret::new(text.to_owned()));
                continue;
            }
            match open.secrets()?.get(text) {
                Ok(secret) => values.push(secret),
                Err(SecretError::NoSuchItem(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(values)
}
