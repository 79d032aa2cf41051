//! The door: bound to loopback or not at all, with limits on size, time and number of what comes in.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use axum::{
    Json, Router,
    body::{Body, HttpBody as _},
    extract::{ConnectInfo, Query, State},
    http::{Request, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, sync::Semaphore};
use tokio_util::sync::CancellationToken;

use crate::{
    Clock, Keys, Limits, Store,
    actions::{self, Call},
    answer::{Refusal, success},
    guard,
    limits::Used,
};

/// The most bytes of a request: 10,000 characters as JSON escapes, and long answers.
const BODY: usize = 1024 * 1024;
/// The most connections at once; more wait to be accepted.
const CONNECTIONS: usize = 256;
const HEAD_TIME: Duration = Duration::from_secs(10);
const BODY_TIME: Duration = Duration::from_secs(15);
/// What is under way when the door is closed may take so long.
const GRACE: Duration = Duration::from_secs(5);

/// How the door stands.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    pub limits: Limits,
    /// Whether `messages` and `responses` work without a key, as in the old bridge. Without it they need any key.
    pub guests: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { limits: Limits::default(), guests: true }
    }
}

/// Why the door could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BridgeError {
    /// The address is reachable from other machines.
    #[error(
        "The chat bridge answers on this machine only, and `{0}` is not of this machine alone. Nothing was opened. Choose 127.0.0.1."
    )]
    NotLoopback(SocketAddr),
    /// The port is somebody else's, or may not be used.
    #[error(
        "Port {port} could not be opened: {source}. Broca gets no messages. Choose another port, or stop what holds it."
    )]
    Bind { port: u16, source: io::Error },
}

pub(crate) struct Shared {
    store: Arc<dyn Store>,
    keys: RwLock<Arc<Keys>>,
    clock: Clock,
    guests: bool,
    port: u16,
    pub(crate) limits: Limits,
    pub(crate) used: Used,
}

impl Shared {
    pub(crate) fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// An open door that nobody is let through yet.
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// Opens a loopback address; port 0 takes a free one.
///
/// # Errors
/// [`BridgeError`].
pub async fn bind(
    address: SocketAddr,
    store: Arc<dyn Store>,
    keys: Keys,
    clock: Clock,
    settings: Settings,
) -> Result<Bound, BridgeError> {
    if !address.ip().is_loopback() {
        return Err(BridgeError::NotLoopback(address));
    }
    let failed = |source| BridgeError::Bind { port: address.port(), source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let shared = Arc::new(Shared {
        store,
        keys: RwLock::new(Arc::new(keys)),
        clock,
        guests: settings.guests,
        port: address.port(),
        limits: settings.limits,
        used: Used::default(),
    });
    Ok(Bound { listener, address, shared })
}

/// Puts other keys in place while the door is open: a key that was taken back opens nothing from the next request on.
#[derive(Clone)]
pub struct KeyRing(Arc<Shared>);

impl KeyRing {
    /// These keys from now on.
    pub fn replace(&self, keys: Keys) {
        *self.0.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }
}

impl Bound {
    /// Where it is open.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// For other keys later.
    pub fn keys(&self) -> KeyRing {
        KeyRing(Arc::clone(&self.shared))
    }

    /// Answers until `stop`, then closes: what is under way gets its answer, for five seconds at most.
    pub async fn serve(self, stop: CancellationToken) {
        let app = Router::new().fallback(handle).with_state(self.shared);
        let mut http = hyper::server::conn::http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_headers(64).max_buf_size(32 * 1024);
        let graceful = GracefulShutdown::new();
        let room = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => break,
                accepted = async {
                    let permit = Arc::clone(&room).acquire_owned().await;
                    (self.listener.accept().await, permit)
                } => accepted,
            };
            let (Ok((stream, peer)), Ok(permit)) = accepted else {
                // Out of descriptors, or a peer that left: neither is ended by trying again at once.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            let app = app.clone().layer(axum::Extension(ConnectInfo(peer)));
            let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
            let connection = graceful.watch(connection);
            tokio::spawn(async move {
                // A connection that breaks is its caller's to notice.
                drop(connection.await);
                drop(permit);
            });
        }
        drop(self.listener);
        // Those still at it are cut off with the runtime.
        drop(tokio::time::timeout(GRACE, graceful.shutdown()).await);
    }
}

async fn handle(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request<Body>,
) -> Response {
    let now = (shared.clock)();
    let has_body = !request.body().is_end_stream();
    let answer = match answer(&shared, peer, request, now).await {
        Ok(data) => Json(success(now, data)).into_response(),
        // What it sent may not have been read to its end, so this connection takes no further request; the caller has to know that.
        Err(refusal) if has_body => ([(header::CONNECTION, "close")], refusal).into_response(),
        Err(refusal) => refusal.into_response(),
    };
    let headers = [(header::CACHE_CONTROL, "no-store"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, answer).into_response()
}

async fn answer(
    shared: &Arc<Shared>,
    peer: SocketAddr,
    request: Request<Body>,
    now: time::OffsetDateTime,
) -> Result<serde_json::Value, Refusal> {
    guard::same_place(request.headers(), shared.port)?;
    let path = request.uri().path();
    if path != "/api/v1" && !path.starts_with("/api/v1/") {
        return Err(Refusal::new(StatusCode::NOT_FOUND, "not_found", "Not found"));
    }
    let address = peer.ip().to_string();
    let key = guard::key(shared, request.headers(), &address, now)?;
    let query = Query::<Vec<(String, String)>>::try_from_uri(request.uri())
        .map(|Query(pairs)| pairs)
        .map_err(|_| Refusal::bad("Invalid query"))?;
    let action = guard::action(request.uri(), &query)?;
    if key.is_none() {
        shared.used.count(&format!("guest {address}"), shared.limits.guest, now).map_err(Refusal::too_often)?;
        if !shared.guests || !matches!(action.as_str(), "messages" | "responses") {
            guard::needed(None)?;
        }
    }
    let method = request.method().clone();
    let by_plugin = guard::by_plugin(request.headers());
    let body = tokio::time::timeout(BODY_TIME, axum::body::to_bytes(request.into_body(), BODY))
        .await
        .map_err(|_| Refusal::new(StatusCode::REQUEST_TIMEOUT, "timeout", "The request took too long"))?
        .map_err(|_| Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The request is too large"))?;
    let only_agent = shared.keys().only_agent();
    let call = Call { method, action, query, body: body.to_vec(), key, address, only_agent, by_plugin };
    let store = Arc::clone(&shared.store);
    tokio::task::spawn_blocking(move || actions::run(store.as_ref(), &call))
        .await
        .map_err(|_| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "failed", "Internal server error"))?
}
