//! Asking for what must not be an argument: at the terminal without echo, or a line of standard input.

use std::fs::File;
use std::io::{IsTerminal, Read};
use std::os::fd::AsFd;

use sanctum_api::ApiError;

/// A line of standard input is read up to this many bytes.
const LONGEST: usize = 128 * 1024;

/// A person can be asked.
pub fn at_a_terminal() -> bool {
    std::io::stdin().is_terminal()
}

/// Asks at the terminal; what is typed is not shown.
pub fn hidden(what: &str) -> Result<String, ApiError> {
    rpassword::prompt_password(format!("{what}: ")).map_err(|error| unreadable("the terminal", &error.to_string()))
}

/// The next line of standard input, without its end. Nothing after it is taken: it belongs to a program started later.
pub fn line(what: &str) -> Result<String, ApiError> {
    let from = || format!("standard input, where the {what} should stand");
    let fault = |error: std::io::Error| unreadable(&from(), &error.to_string());
    let mut stdin = File::from(std::io::stdin().as_fd().try_clone_to_owned().map_err(fault)?);
    let (mut text, mut byte) = (Vec::new(), [0u8; 1]);
    while text.len() < LONGEST && stdin.read(&mut byte).map_err(fault)? == 1 && byte[0] != b'\n' {
        text.push(byte[0]);
    }
    if text.last() == Some(&b'\r') {
        text.pop();
    }
    String::from_utf8(text).map_err(|_| unreadable(&from(), "it is not UTF-8 text"))
}

fn unreadable(from: &str, why: &str) -> ApiError {
    ApiError::refused(
        "answer_missing",
        format!("Nothing could be read from {from}."),
        "Nothing was changed. Try again.",
    )
    .with_details([why])
}
