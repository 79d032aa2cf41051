//! The envelope: `{success, message, timestamp, data}` or `{success: false, error, code}`.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use sanctum_registry::stamp;
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::StoreError;

/// Why a request gets no data.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) error: String,
    pub(crate) retry_after: Option<u64>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, code: &'static str, error: impl Into<String>) -> Refusal {
        Refusal { status, code, error: error.into(), retry_after: None }
    }

    pub(crate) fn bad(error: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, "invalid", error)
    }

    pub(crate) fn too_often(seconds: u64) -> Refusal {
        let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", "Rate limit exceeded");
        Refusal { retry_after: Some(seconds), ..refusal }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        let (status, code) = match &error {
            StoreError::NoSession => (StatusCode::BAD_REQUEST, "no_session"),
            StoreError::NoMessage => (StatusCode::BAD_REQUEST, "no_message"),
            StoreError::NoAgent => (StatusCode::BAD_REQUEST, "no_agent"),
            StoreError::Refused(_) => (StatusCode::FORBIDDEN, "refused"),
            StoreError::Busy => {
                let refusal = Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "busy", error.to_string());
                return Refusal { retry_after: Some(1), ..refusal };
            }
            StoreError::Failed(_) => (StatusCode::INTERNAL_SERVER_ERROR, "failed"),
        };
        Refusal::new(status, code, error.to_string())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({ "success": false, "error": self.error, "code": self.code });
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// A good answer.
pub(crate) fn success(now: OffsetDateTime, data: Value) -> Value {
    json!({ "success": true, "message": "Success", "timestamp": stamp(now), "data": data })
}
