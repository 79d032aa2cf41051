//! A secret, and a store for it that counts how often it is asked.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use sanctum_change::{Sealed, Vault};

/// A secret that stands in a settings file of every furnished install.
pub const TOKEN: &str = "canary-5f1d0c7e";

/// The token as a plan is to hide it.
pub fn token() -> Sealed {
    Sealed::new("athena/token", TOKEN)
}

/// A secret store that counts how often it is asked; what it does not hold it says is locked.
pub struct Store {
    pub values: Mutex<BTreeMap<String, Vec<u8>>>,
    pub asked: AtomicUsize,
}

impl Store {
    pub fn with(values: &[(&str, &str)]) -> Arc<Store> {
        let values = values.iter().map(|(k, v)| ((*k).to_owned(), v.as_bytes().to_vec())).collect();
        Arc::new(Store { values: Mutex::new(values), asked: AtomicUsize::new(0) })
    }
}

impl Vault for Store {
    fn reveal(&self, reference: &str) -> Result<Vec<u8>, String> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.values.lock().unwrap().get(reference).cloned().ok_or_else(|| "the keychain is locked".to_owned())
    }
}
