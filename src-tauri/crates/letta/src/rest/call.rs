//! One question to the REST server and its answer: method, path, body, time, size and what each status means.
//!
//! Follows a redirect of a GET within the same origin only, uses no proxy, reads no more than [`MAX_JSON`], and tries
//! nothing twice: whether a question may be repeated is not known here.

use crate::clean;
use crate::server::Patience;
use crate::target::Target;
use crate::trouble::Trouble;
use crate::wire::{self, Broken};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Client, Method, RequestBuilder, Response, Url, multipart};
use sanctum_secrets::Secret;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::Duration;

/// Most bytes of an ordinary answer.
const MAX_JSON: usize = 16 << 20;
/// Most bytes of an exported agent.
const MAX_FILE: usize = 64 << 20;
/// Most bytes of an error's body.
const MAX_ERROR: usize = 64 << 10;

/// What goes with a question.
pub(crate) enum Body {
    Nothing,
    Json(Value),
    Form(multipart::Form),
}

/// The way to one server.
#[derive(Clone)]
pub(crate) struct Door {
    client: Client,
    target: Target,
    password: Option<Secret>,
    pub patience: Patience,
}

impl Door {
    pub async fn new(target: Target, password: Option<Secret>, patience: Patience) -> Result<Door, Broken> {
        Ok(Door { client: wire::connectable(&target).await?, target, password, patience })
    }

    /// A GET whose answer is JSON of a known shape.
    pub async fn get<T: DeserializeOwned>(&self, path: &str, query: Option<&str>) -> Result<T, Trouble> {
        self.ask(Method::GET, path, query, Body::Nothing).await
    }

    /// Any question whose answer is JSON of a known shape.
    pub async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        query: Option<&str>,
        body: Body,
    ) -> Result<T, Trouble> {
        let bytes =
            self.within(async { self.read(self.send(method, path, query, body).await?, MAX_JSON).await }).await?;
        parsed(&bytes)
    }

    /// A question whose answer does not matter beyond its success.
    pub async fn tell(&self, method: Method, path: &str, body: Body) -> Result<(), Trouble> {
        self.within(async { self.read(self.send(method, path, None, body).await?, MAX_JSON).await }).await.map(drop)
    }

    /// A GET whose answer is kept as it is, as long as it is JSON.
    pub async fn file(&self, path: &str) -> Result<Vec<u8>, Trouble> {
        let asked = async { self.read(self.send(Method::GET, path, None, Body::Nothing).await?, MAX_FILE).await };
        let bytes = self.within(asked).await?;
        parsed::<serde::de::IgnoredAny>(&bytes).map(|_| bytes)
    }

    /// A POST whose answer comes bit by bit; its head is here. 0.11.7 sends that only with the first of its events,
    /// which is when the model has begun to speak, so it may take as long as any other silence.
    pub async fn stream(&self, path: &str, body: Value) -> Result<Response, Trouble> {
        within(self.patience.silence, self.send(Method::POST, path, None, Body::Json(body))).await
    }

    async fn within<T>(&self, asked: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
        within(self.patience.answer, asked).await
    }

    /// Sends and gives back the head of a successful answer.
    async fn send(&self, method: Method, path: &str, query: Option<&str>, body: Body) -> Result<Response, Trouble> {
        let mut url = self.target.join(path, query);
        let mut body = Some(body);
        for _ in 0..=wire::MAX_HOPS {
            let request = self.request(method.clone(), &url, body.take().unwrap_or(Body::Nothing))?;
            let response = request.send().await.map_err(|error| Trouble::from(wire::broken(&error)))?;
            if response.status().is_redirection() {
                url = self.onward(&method, &response, &url)?;
                continue;
            }
            return match response.status().is_success() {
                true => Ok(response),
                false => Err(self.refused(response).await),
            };
        }
        Err(Broken::Circle.into())
    }

    fn request(&self, method: Method, url: &Url, body: Body) -> Result<RequestBuilder, Trouble> {
        let mut request = self.client.request(method, url.clone());
        if let Some(password) = &self.password {
            request = request.header(AUTHORIZATION, wire::bearer(password)?);
        }
        Ok(match body {
            Body::Nothing => request.header(ACCEPT, "application/json"),
            Body::Json(value) => request.header(CONTENT_TYPE, "application/json").body(value.to_string()),
            Body::Form(form) => request.multipart(form),
        })
    }

    fn onward(&self, method: &Method, response: &Response, from: &Url) -> Result<Url, Trouble> {
        let next = wire::redirected(response, from).ok_or_else(|| Trouble::strange("it redirects to nowhere"))?;
        if next.origin() != from.origin() {
            let host = clean::detail(next.host_str().unwrap_or("another address"), self.password.as_ref());
            return Err(Trouble::Elsewhere { host });
        }
        match *method {
            Method::GET => Ok(next),
            _ => Err(Trouble::strange("it redirects what was to be carried out")),
        }
    }

    /// What an unsuccessful status means, with the server's own words made harmless.
    async fn refused(&self, response: Response) -> Trouble {
        let status = response.status().as_u16();
        let body = self.read(response, MAX_ERROR).await.unwrap_or_default();
        let said = serde_json::from_slice(&body).ok().and_then(|body: Value| words(&body)).unwrap_or_default();
        let detail = clean::detail(&said, self.password.as_ref());
        match status {
            401 | 403 => Trouble::Password,
            404 | 410 => Trouble::Missing { detail },
            400..=499 => Trouble::Rejected { status: Some(status), detail },
            _ => Trouble::Unwell { status: Some(status), detail },
        }
    }

    async fn read(&self, mut response: Response, most: usize) -> Result<Vec<u8>, Trouble> {
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| Trouble::Cut)? {
            if bytes.len() + chunk.len() > most {
                return Err(Trouble::TooBig { limit: most >> 20 });
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    /// The password, to be taken out of a text that might repeat it.
    pub fn password(&self) -> Option<&Secret> {
        self.password.as_ref()
    }
}

/// `asked`, or [`Trouble::Late`] after `limit`.
pub(crate) async fn within<T>(limit: Duration, asked: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    tokio::time::timeout(limit, asked).await.unwrap_or(Err(Trouble::Late))
}

/// JSON of a known shape; nesting deeper than 128 is refused by the parser itself.
fn parsed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Trouble> {
    serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => Trouble::strange("its JSON has another shape"),
        _ => Trouble::strange("it is no JSON"),
    })
}

/// The words of an error in one of the shapes that FastAPI and Letta use.
pub(crate) fn words(body: &Value) -> Option<String> {
    match body {
        Value::String(text) => Some(text.clone()),
        Value::Array(list) => {
            let told: Vec<String> = list.iter().take(3).filter_map(words).collect();
            (!told.is_empty()).then(|| told.join("; "))
        }
        Value::Object(fields) => {
            let place = fields.get("loc").and_then(Value::as_array).map(|loc| {
                let names: Vec<&str> = loc.iter().filter_map(Value::as_str).filter(|name| *name != "body").collect();
                names.join(".")
            });
            let text = ["detail", "message", "msg", "error"].iter().find_map(|name| words(fields.get(*name)?))?;
            Some(match place.filter(|place| !place.is_empty()) {
                Some(place) => format!("`{place}`: {text}"),
                None => text,
            })
        }
        _ => None,
    }
}

/// An identifier as it stands in a path: nothing in it may mean anything to an address.
pub(crate) fn segment(id: &str) -> Result<&str, Trouble> {
    let plain =
        !id.is_empty() && id.len() <= 128 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    match plain {
        true => Ok(id),
        false => Err(Trouble::refused("an identifier holds characters that Letta's own never do")),
    }
}

#[cfg(test)]
mod tests {
    use super::{segment, words};
    use serde_json::json;

    #[test]
    fn the_words_of_every_shape_of_error_are_found() {
        for (body, told) in [
            (json!({"detail": "Agent not found"}), Some("Agent not found")),
            (json!({"detail": [{"loc": ["body", "name"], "msg": "too long", "type": "x"}]}), Some("`name`: too long")),
            (json!({"error": {"message": "no credit"}}), Some("no credit")),
            (json!({"error": "broke", "code": "INTERNAL_SERVER_ERROR"}), Some("broke")),
            (json!({"status": 1}), None),
            (json!([]), None),
        ] {
            assert_eq!(words(&body).as_deref(), told, "in {body}");
        }
    }

    #[test]
    fn an_identifier_cannot_leave_its_place_in_the_path() {
        assert!(segment("agent-123e4567-e89b-42d3-8456-426614174000").is_ok(), "Letta's own can");
        for id in ["", "..", "a/b", "a?b", "a%2e", "ä", "a b", &"a".repeat(129)] {
            assert!(segment(id).is_err(), "{id:?} is refused before it is sent");
        }
    }
}
