//! The words of a closed choice as the JSON report spells them, for formats that are no JSON.

use serde::Serialize;

/// The word of a choice.
pub(super) fn of(choice: &impl Serialize) -> String {
    let word = serde_json::to_value(choice).ok();
    word.and_then(|word| word.as_str().map(str::to_string)).unwrap_or_default()
}
