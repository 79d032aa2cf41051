//! The way between `rmcp` and a server: messages in by a channel, messages out by a POST or a line, and why it ended.

use crate::incoming::Received;
use crate::sse::Post;
use crate::trouble::Trouble;
use rmcp::model::ErrorData;
use rmcp::service::{RoleClient, TxJsonRpcMessage};
use rmcp::transport::Transport;
use std::sync::{Arc, OnceLock};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// Why nothing more comes, once nothing more comes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Why(Arc<OnceLock<Trouble>>);

impl Why {
    pub fn set(&self, trouble: Trouble) {
        // The first reason is the cause of the others.
        let _ = self.0.set(trouble);
    }

    pub fn get(&self) -> Trouble {
        self.0.get().cloned().unwrap_or(Trouble::Ended { said: String::new() })
    }
}

/// A task that ends when this is dropped.
pub(crate) struct Task(JoinHandle<()>);

impl Task {
    pub fn of(task: impl Future<Output = ()> + Send + 'static) -> Task {
        Task(tokio::spawn(task))
    }

    /// Waits for its own end.
    pub async fn ended(&mut self) {
        let _ = (&mut self.0).await;
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A line for a program's input, and who waits until it is written.
pub(crate) type Line = (Vec<u8>, oneshot::Sender<()>);

/// How messages leave.
#[derive(Clone)]
pub(crate) enum Out {
    Post(Arc<Post>),
    Line(mpsc::Sender<Line>),
}

/// Both directions.
pub(crate) struct Link {
    pub incoming: mpsc::Receiver<Received>,
    pub out: Out,
    pub why: Why,
    /// Who reads, and who writes.
    pub tasks: Vec<Task>,
}

impl Transport<RoleClient> for Link {
    type Error = Trouble;

    fn send(
        &mut self,
        item: TxJsonRpcMessage<RoleClient>,
    ) -> impl Future<Output = Result<(), Trouble>> + Send + 'static {
        let (out, why) = (self.out.clone(), self.why.clone());
        let bytes = serde_json::to_vec(&item);
        async move {
            let mut bytes =
                bytes.map_err(|_| Trouble::Strange { what: "the question could not be written as JSON".into() })?;
            match out {
                Out::Post(post) => post.send(bytes).await,
                Out::Line(to) => {
                    bytes.push(b'\n');
                    let (written, done) = oneshot::channel();
                    to.send((bytes, written)).await.map_err(|_| why.get())?;
                    done.await.map_err(|_| why.get())
                }
            }
        }
    }

    async fn receive(&mut self) -> Option<Received> {
        self.incoming.recv().await
    }

    async fn close(&mut self) -> Result<(), Trouble> {
        self.incoming.close();
        self.tasks.clear();
        Ok(())
    }
}

/// A refusal by JSON-RPC.
pub(crate) fn rejected(error: &ErrorData, said: String) -> Trouble {
    Trouble::Rejected { code: error.code.0, said }
}
