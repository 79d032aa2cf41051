//! Letta's words as the window has them.

use sanctum_letta::{Features, Model, Trouble};

use crate::ApiError;
use crate::dto::{LettaFeatures, LettaModel};

pub(crate) fn features(features: Features) -> LettaFeatures {
    LettaFeatures {
        blocks: features.blocks,
        tools: features.tools,
        context: features.context,
        transfer: features.transfer,
        images: features.images,
        cancel: features.cancel,
        embedding: features.embedding,
        broca: features.broca,
    }
}

pub(crate) fn model(model: &Model) -> LettaModel {
    LettaModel {
        handle: model.handle.clone(),
        name: model.name.clone(),
        provider: model.provider.clone(),
        context_window: model.context_window.and_then(|n| u32::try_from(n).ok()),
        cloud: model.is_of_lettas_cloud(),
    }
}

/// What went wrong at the server, with a code where a caller acts differently.
pub(crate) fn trouble(trouble: &Trouble) -> ApiError {
    let (message, hint) = (trouble.sentence(), trouble.hint());
    match trouble {
        Trouble::Unreachable { .. } | Trouble::Late | Trouble::Cut => ApiError::broken("letta_away", message, hint),
        Trouble::Password => ApiError::refused("letta_refused", message, hint),
        Trouble::Missing { .. } => ApiError::refused("letta_missing", message, hint),
        Trouble::Unsupported { .. } => ApiError::refused("letta_unsupported", message, hint),
        Trouble::Rejected { .. } => ApiError::refused("letta_rejected", message, hint),
        _ => ApiError::broken("letta_failed", message, hint),
    }
}

pub(crate) fn count(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A name of the server's as it may stand in a title: one line, bounded, nothing in it that is obeyed.
pub(super) fn named(name: &str) -> String {
    let short: String = name.chars().take(80).collect();
    let cut = if name.chars().count() > 80 { "…" } else { "" };
    format!("{}{cut}", crate::diff::visible(&short.replace('\t', " ")))
}
