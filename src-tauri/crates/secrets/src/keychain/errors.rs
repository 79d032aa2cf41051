//! From the keychain libraries' errors to ours. Only kinds and codes are read and only fixed words are written,
//! so that no value a library may have put into its text comes along.

use crate::SecretError;
use keyring_core::Error;

pub(super) fn translate(error: Error, account: &str) -> SecretError {
    match error {
        Error::NoEntry => SecretError::NoSuchItem(account.to_owned()),
        Error::PlatformFailure(inner) | Error::NoStorageAccess(inner) => platform(inner.as_ref()),
        Error::BadEncoding(bytes) | Error::BadDataFormat(bytes, _) => {
            drop(zeroize::Zeroizing::new(bytes));
            failed("the stored item is not in the form this app writes")
        }
        Error::TooLong(_, limit) => SecretError::Failed(format!("the keychain holds at most {limit} characters there")),
        Error::Ambiguous(_) => {
            failed("the keychain holds more than one item under that name; remove one in its own app")
        }
        Error::Invalid(..) | Error::NotSupportedByStore(_) => failed("the keychain does not take this request"),
        Error::BadStoreFormat(_) => failed("the keychain's own data is not readable"),
        _ => failed("the keychain refused for a reason it did not name"),
    }
}

pub(super) fn failed(words: &str) -> SecretError {
    SecretError::Failed(words.to_owned())
}

#[cfg(target_os = "linux")]
fn platform(error: &(dyn std::error::Error + Send + Sync + 'static)) -> SecretError {
    match error.downcast_ref::<secret_service::Error>() {
        Some(error) => super::linux::translate(error),
        None => failed("the keychain failed without saying why"),
    }
}

#[cfg(target_os = "macos")]
fn platform(error: &(dyn std::error::Error + Send + Sync + 'static)) -> SecretError {
    match error.downcast_ref::<security_framework::base::Error>() {
        Some(error) => super::macos::translate(error.code()),
        None => failed("the keychain failed without saying why"),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn platform(_: &(dyn std::error::Error + Send + Sync + 'static)) -> SecretError {
    failed("the keychain failed without saying why")
}
