//! The built-in echo: says a message back, word by word, so that a person sees how chats work without any server.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};

use crate::{Delta, Deltas, Outgoing, SendError, Sender, Taken};

/// What it is called wherever a model could be taken for it.
pub const ECHO_NAME: &str = "Echo (repeats your words, no model)";

/// Says every message back. It knows nothing, keeps nothing and reaches nobody.
#[derive(Debug, Clone, Copy)]
pub struct Echo {
    /// Between two words.
    pub pause: Duration,
}

impl Default for Echo {
    fn default() -> Echo {
        Echo { pause: Duration::from_millis(40) }
    }
}

#[async_trait]
impl Sender for Echo {
    async fn send(&self, outgoing: &Outgoing) -> Result<Deltas, SendError> {
        let pause = self.pause;
        let words: Vec<String> = outgoing.text.split_inclusive(char::is_whitespace).map(str::to_owned).collect();
        let words = stream::iter(words).then(move |text| async move {
            tokio::time::sleep(pause).await;
            Ok(Delta::Text { part: "echo".into(), text })
        });
        Ok(words.boxed())
    }

    /// It keeps nothing, so a message whose answer was lost can be said again.
    async fn taken(&self, _: &Outgoing) -> Taken {
        Taken::No
    }

    async fn cancel(&self, _: &Outgoing) {}
}
