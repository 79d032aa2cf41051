//! One run at the console: the app, how results are shown, and the passphrase of the encrypted secrets file.
//!
//! The passphrase is asked for at most once, and only when something needs the store. Refuses to take it from an argument or
//! a variable.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use sanctum_api::{Actor, ApiError, App, dto};

use crate::args::Confirm;
use crate::ask;
use crate::confirm::{self, Word};
use crate::output;

/// How a command ends.
pub type Done = Result<ExitCode, ApiError>;

/// The app and the words around it.
pub struct Console {
    pub app: App,
    pub json: bool,
    /// The store is the encrypted file.
    pub file_store: bool,
    /// Its passphrase stands on the first line of standard input.
    pub passphrase_stdin: bool,
    /// It was asked for in this run.
    pub asked: AtomicBool,
}

impl Console {
    pub async fn actor(&self) -> Result<Actor, ApiError> {
        let actor = self.app.console_actor().await?;
        for note in self.app.settled() {
            eprintln!("{}", output::visible(&note.message));
        }
        Ok(actor)
    }

    /// Shows a plan, asks, applies it.
    pub async fn change(&self, actor: &Actor, confirm: Confirm, plan: &dto::Plan) -> Done {
        match confirm::ask(self.json, confirm, plan)? {
            Word::ShowOnly(code) => Ok(code),
            Word::Apply => {
                let receipt = match self.applied(actor, plan).await {
                    Err(error) if self.may_unlock(&error) => {
                        self.unlock().await?;
                        self.applied(actor, plan).await?
                    }
                    done => done?,
                };
                output::show(self.json, &receipt, output::receipt)?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }

    /// Applies a plan; where it is interrupted, what was done is taken back before this ends.
    async fn applied(&self, actor: &Actor, plan: &dto::Plan) -> Result<dto::Receipt, ApiError> {
        let mut applied = std::pin::pin!(self.app.plan_apply(actor, &plan.id));
        tokio::select! {
            done = &mut applied => done,
            Ok(()) = tokio::signal::ctrl_c() => {
                eprintln!("Stopping; what was done is taken back.");
                self.app.plan_cancel(&plan.id).await?;
                applied.await
            }
        }
    }

    /// Does something that may need the store; asks for its passphrase where it does.
    pub async fn with_store<T>(&self, work: impl AsyncFn() -> Result<T, ApiError>) -> Result<T, ApiError> {
        match work().await {
            Err(error) if self.may_unlock(&error) => {
                self.unlock().await?;
                work().await
            }
            done => done,
        }
    }

    /// Whether an error may go away once the passphrase is given.
    pub fn may_unlock(&self, error: &ApiError) -> bool {
        is_of_the_store(error) && self.can_ask()
    }

    /// Gives the store its passphrase where it needs one and somebody can be asked; otherwise the store says so itself.
    pub async fn unlock_if_asked(&self) -> Result<(), ApiError> {
        if self.can_ask() { self.unlock().await } else { Ok(()) }
    }

    /// Where the store wants its passphrase and nobody could be asked, the way to give it is said.
    pub fn way_in(&self, error: ApiError) -> ApiError {
        if !is_of_the_store(&error) || !self.file_store || self.asked.load(Ordering::Relaxed) {
            return error;
        }
        let hint = "Pass `--passphrase-stdin` and write the passphrase to standard input, on the first line.";
        ApiError { hint: hint.to_owned(), ..error }
    }

    fn can_ask(&self) -> bool {
        self.file_store && !self.asked.load(Ordering::Relaxed) && (self.passphrase_stdin || ask::at_a_terminal())
    }

    async fn unlock(&self) -> Result<(), ApiError> {
        self.asked.store(true, Ordering::Relaxed);
        let passphrase = match self.passphrase_stdin {
            true => ask::line("passphrase")?,
            false => ask::hidden("Passphrase of the encrypted secrets file")?,
        };
        if passphrase.is_empty() {
            return Err(ApiError::refused("passphrase_empty", "The passphrase is empty.", "Enter it, and try again."));
        }
        let store = self.app.secrets_unlock(passphrase).await?;
        if store.status.word == dto::StatusWord::Healthy {
            return Ok(());
        }
        Err(ApiError::broken("secret_store", store.status.reason, "Nothing was changed."))
    }
}

/// The store did not give what it should, for whatever reason.
fn is_of_the_store(error: &ApiError) -> bool {
    matches!(error.code.as_str(), "secret_store" | "secret_unavailable")
}
