//! What a graphics card failed at.

use burn::tensor::ExecutionError;

use crate::train::TrainError;

impl From<ExecutionError> for TrainError {
    fn from(error: ExecutionError) -> Self {
        Self::Card {
            reason: root(&error.to_string()),
        }
    }
}

/// The cause of an error of Burn: the line after the last `Caused by:`.
fn root(text: &str) -> String {
    let lines = text.lines().zip(text.lines().skip(1));
    let causes = lines.filter(|(before, _)| *before == "Caused by:");
    let cause = causes.map(|(_, line)| line).last();
    cause.unwrap_or(text).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_of_a_cards_failure_is_told_without_the_work_that_was_skipped() {
        let text = "An error happened during execution\nCaused by:\n  The bytes were never \
                    written\n  skipped `Kernel`\nCaused by:\n  can't allocate buffer of size: \
                    402259968\nNo backtrace available\nAsked at:\nNo backtrace available";
        assert_eq!(root(text), "can't allocate buffer of size: 402259968");
        assert_eq!(root("poisoned"), "poisoned");
    }
}
