//! Domain crates are synchronous; their calls run on tokio's blocking threads so that no window freezes.

use crate::{ApiError, ApiResult};

/// Runs `work` off the async threads.
pub(crate) async fn blocking<T, F>(work: F) -> ApiResult<T>
where
    T: Send + 'static,
    F: FnOnce() -> ApiResult<T> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(ApiError::broken(
            "internal",
            "Something in the app broke while it worked on this.",
            "Try it again. If it stays, the details help to find it.",
        )
        .with_details([error.to_string()])),
    }
}
