//! The chat bridge: `/api/v1/` on loopback, as Broca's web-chat plugin expects it.
//!
//! Owns the wire (both URL forms, the envelope, the rules of its fields), keys, limits, and the door itself: loopback only,
//! Host and Origin checked, no CORS. What is said is in the registry, behind [`Store`]. Refuses to know where keys come
//! from, which agents there are, and what a text means: it is kept as it came.
//!
//! Beside the old bridge: a message that is fetched is leased, and fetched again if no answer comes; none is answered
//! twice; `since` takes both time forms; one key is one agent's.

#![forbid(unsafe_code)]

mod actions;
mod answer;
mod fields;
mod guard;
mod keys;
mod limits;
mod registry_store;
mod serve;
mod store;

pub use fields::MESSAGE_LIMIT;
pub use keys::{Key, Keys, new_key};
pub use limits::{Allowance, Limits};
pub use registry_store::RegistryStore;
pub use sanctum_registry::web_chat_leases::Rules;
pub use serve::{Bound, BridgeError, KeyRing, Settings, bind};
pub use store::{Asker, Inbox, Posted, Store, StoreError, Swept, Taken};

use std::sync::Arc;

use time::OffsetDateTime;

/// Current time, UTC.
pub type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;
