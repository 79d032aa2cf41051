//! Notifications of the system. The api says which changes are worth one.

use sanctum_api::dto::Notice;
use tauri::AppHandle;
use tauri_plugin_notification::NotificationExt;

/// The system cuts what is longer, and each in its own way.
const LONGEST: usize = 240;

/// Shows one. Where the system shows none, the icon and the window still say it.
pub fn show(app: &AppHandle, notice: &Notice) {
    if let Err(error) =
        app.notification().builder().title(tame(&notice.title, LONGEST)).body(tame(&notice.text, LONGEST)).show()
    {
        eprintln!("A notification could not be shown: {error}.");
    }
}

/// Words of a module for a place that only takes plain text: without control characters, without what turns the writing direction or is nothing
/// to the eye, and cut to `longest` characters.
pub fn tame(text: &str, longest: usize) -> String {
    let clean = text.chars().filter(|c| !c.is_control() && !sanctum_api::hides(*c));
    let mut cut: String = clean.clone().take(longest).collect();
    if clean.count() > longest {
        cut.pop();
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::tame;

    #[test]
    fn words_of_a_module_cannot_turn_or_hide_what_a_notification_says() {
        assert_eq!(
            tame("ended:\u{202e}gpj\u{e0068}\u{1b}[2J\n", 80),
            "ended:gpj[2J",
            "neither direction, hidden letters nor codes"
        );
        assert_eq!(tame("Ünïcode 日本語 👩\u{200d}💻", 80), "Ünïcode 日本語 👩\u{200d}💻", "what people write stays");
        assert_eq!(tame(&"x".repeat(100), 10), "xxxxxxxxx…", "what was cut says so");
        assert_eq!(tame("exactly 10", 10), "exactly 10", "what fits is whole");
    }
}
