//! The Secret Service of Linux desktops (gnome-keyring, KWallet, KeePassXC) over D-Bus.
//!
//! Reading and writing go through the keyring store, which may raise the desktop's unlock prompt. Looking (is it
//! there, is it locked, is there an item) goes through a connection of its own that never does.

use super::errors::failed;
use super::vault::{self, Vault};
use crate::{Secret, SecretError};
use keyring_core::CredentialStore;
use secret_service::EncryptionType;
use secret_service::blocking::SecretService;
use std::collections::HashMap;
use std::sync::Arc;

/// Both connections to the Secret Service.
pub(super) struct PlatformVault {
    store: Arc<CredentialStore>,
    looker: SecretService<'static>,
}

impl PlatformVault {
    pub const NAME: &str = "Login keyring";

    pub fn open() -> Result<PlatformVault, SecretError> {
        let looker = SecretService::connect(EncryptionType::Plain).map_err(|error| translate(&error))?;
        let store =
            zbus_secret_service_keyring_store::Store::new().map_err(|error| super::errors::translate(error, ""))?;
        Ok(PlatformVault { store, looker })
    }

    fn entry(&self, service: &str, account: &str) -> Result<keyring_core::Entry, SecretError> {
        let label = format!("Sanctum: {account}");
        vault::entry(self.store.as_ref(), service, account, Some(&HashMap::from([("label", label.as_str())])))
    }
}

impl Vault for PlatformVault {
    fn set(&self, service: &str, account: &str, value: &Secret) -> Result<(), SecretError> {
        vault::set(&self.entry(service, account)?, value)
    }

    fn get(&self, service: &str, account: &str) -> Result<Secret, SecretError> {
        vault::get(&self.entry(service, account)?, account)
    }

    fn delete(&self, service: &str, account: &str) -> Result<(), SecretError> {
        vault::delete(&self.entry(service, account)?, account)
    }

    fn contains(&self, service: &str, account: &str) -> Result<bool, SecretError> {
        let found = self
            .looker
            .search_items(HashMap::from([("service", service), ("username", account)]))
            .map_err(|error| translate(&error))?;
        Ok(!found.unlocked.is_empty() || !found.locked.is_empty())
    }

    fn peek(&self) -> Result<(), SecretError> {
        let collection = self.looker.get_default_collection().map_err(|error| translate(&error))?;
        match collection.is_locked().map_err(|error| translate(&error))? {
            true => Err(SecretError::Locked),
            false => Ok(()),
        }
    }

    fn is_locked(&self) -> bool {
        matches!(self.peek(), Err(SecretError::Locked))
    }
}

/// Maps by kind and D-Bus error name; texts of the other side are not passed on.
pub(super) fn translate(error: &secret_service::Error) -> SecretError {
    use secret_service::Error;
    match error {
        Error::Locked | Error::Prompt => SecretError::Locked,
        Error::NoResult => SecretError::Absent("a secret service runs, but it has no default keyring yet".into()),
        Error::Unavailable => SecretError::Absent("no secret service runs".into()),
        Error::Zbus(error) => bus(error),
        Error::ZbusFdo(error) => standard(error),
        Error::PromptDisconnected => failed("the keyring went away while it waited for an answer"),
        Error::Crypto(_) => failed("the keyring's answer could not be decrypted"),
        Error::Zvariant(_) => failed("the keyring's answer could not be read"),
        _ => failed("the keyring refused for a reason it did not name"),
    }
}

fn bus(error: &zbus::Error) -> SecretError {
    match error {
        zbus::Error::MethodError(name, _, _) => method(name.as_str()),
        zbus::Error::FDO(error) => standard(error),
        zbus::Error::Address(_)
        | zbus::Error::InputOutput(_)
        | zbus::Error::Connection(..)
        | zbus::Error::Handshake(_) => SecretError::Absent("no D-Bus session bus answers".into()),
        _ => failed("the keyring's answer could not be read"),
    }
}

fn standard(error: &zbus::fdo::Error) -> SecretError {
    match error {
        zbus::fdo::Error::ZBus(error) => bus(error),
        zbus::fdo::Error::ServiceUnknown(_) | zbus::fdo::Error::NameHasNoOwner(_) | zbus::fdo::Error::NoServer(_) => {
            SecretError::Absent("no secret service runs".into())
        }
        zbus::fdo::Error::AccessDenied(_) | zbus::fdo::Error::AuthFailed(_) => SecretError::Denied,
        zbus::fdo::Error::NoReply(_) | zbus::fdo::Error::Timeout(_) | zbus::fdo::Error::TimedOut(_) => {
            failed("the keyring did not reply over D-Bus")
        }
        zbus::fdo::Error::Disconnected(_) => SecretError::Absent("the D-Bus session ended".into()),
        _ => failed("the keyring refused the request over D-Bus"),
    }
}

fn method(name: &str) -> SecretError {
    match name {
        "org.freedesktop.Secret.Error.IsLocked" => SecretError::Locked,
        "org.freedesktop.DBus.Error.ServiceUnknown"
        | "org.freedesktop.DBus.Error.NameHasNoOwner"
        | "org.freedesktop.DBus.Error.Spawn.ServiceNotFound"
        | "org.freedesktop.DBus.Error.Spawn.ChildExited"
        | "org.freedesktop.DBus.Error.Spawn.ExecFailed" => SecretError::Absent("no secret service runs".into()),
        "org.freedesktop.DBus.Error.AccessDenied" => SecretError::Denied,
        _ => SecretError::Failed(format!("the keyring answered `{name}`")),
    }
}
