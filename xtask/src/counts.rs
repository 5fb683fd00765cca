//! Counting tests in what `cargo test` prints.

use std::collections::BTreeSet;

/// How many checks passed, failed, were skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Passed.
    pub passed: u64,
    /// Failed.
    pub failed: u64,
    /// Skipped: something they need is not on this machine.
    pub skipped: u64,
}

impl std::ops::Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            passed,
            failed,
            skipped,
        } = self;
        write!(f, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

/// Reads the lines of `cargo test -- --show-output` and counts.
///
/// A test that lacks something prints a line that begins with `SKIPPED` and returns, which the test
/// runner takes for a pass. Here it counts as skipped, once, however many such lines it prints.
#[derive(Default)]
pub struct Counter {
    total: Counts,
    /// Inside the runner's list of what passing tests printed.
    in_successes: bool,
    /// The test whose output is being read.
    test: Option<String>,
    skipped: BTreeSet<String>,
}

impl Counter {
    /// Takes in one line.
    pub fn line(&mut self, line: &str) {
        if let Some(result) = line.strip_prefix("test result: ") {
            self.finish_binary(result);
        } else if line == "successes:" {
            self.in_successes = true;
            self.test = None;
        } else if line == "failures:" {
            self.in_successes = false;
            self.test = None;
        } else if let Some(test) = output_heading(line) {
            self.test = Some(test.to_owned());
        } else if line.starts_with("SKIPPED") {
            match (&self.test, self.in_successes) {
                (Some(test), true) => {
                    self.skipped.insert(test.clone());
                }
                // A failure is a failure, whatever else it could not do.
                (Some(_), false) => {}
                // A program without the test runner: its line stands for itself.
                (None, _) => self.total.skipped += 1,
            }
        }
    }

    /// The counts so far.
    pub fn total(&self) -> Counts {
        self.total
    }

    fn finish_binary(&mut self, result: &str) {
        let skipped = self.skipped.len() as u64;
        self.total.passed += number_before(result, "passed").saturating_sub(skipped);
        self.total.failed += number_before(result, "failed");
        self.total.skipped += number_before(result, "ignored") + skipped;
        self.skipped.clear();
        self.test = None;
        self.in_successes = false;
    }
}

/// `a::b` in `---- a::b stdout ----`.
fn output_heading(line: &str) -> Option<&str> {
    line.strip_prefix("---- ")?.strip_suffix(" stdout ----")
}

/// 3 for `passed` in `ok. 3 passed; 0 failed`; 0 where the word is not there.
fn number_before(text: &str, word: &str) -> u64 {
    let words: Vec<&str> = text.split([' ', ';', '.']).collect();
    words
        .windows(2)
        .find(|pair| pair[1] == word)
        .and_then(|pair| pair[0].parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(text: &str) -> Counts {
        let mut counter = Counter::default();
        text.lines().for_each(|line| counter.line(line));
        counter.total()
    }

    #[test]
    fn results_of_several_programs_add_up() {
        let counts = counted(
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; \
             finished in 0.01s\n\
             test result: FAILED. 2 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out",
        );
        assert_eq!(counts.to_string(), "5 passed, 4 failed, 1 skipped");
    }

    #[test]
    fn a_test_that_skipped_did_not_pass() {
        let counts = counted(
            "successes:\n\n---- a stdout ----\nSKIPPED a: no data\nSKIPPED a: no library\n\n\
             ---- b stdout ----\nfine\n\nsuccesses:\n    a\n    b\n\n\
             test result: ok. 2 passed; 0 failed; 0 ignored",
        );
        assert_eq!(counts.to_string(), "1 passed, 0 failed, 1 skipped");
    }

    #[test]
    fn the_same_name_in_two_programs_is_two_tests() {
        let one = "successes:\n---- a stdout ----\nSKIPPED\n\
                   test result: ok. 1 passed; 0 failed; 0 ignored\n";
        assert_eq!(
            counted(&one.repeat(2)).to_string(),
            "0 passed, 0 failed, 2 skipped"
        );
    }

    #[test]
    fn a_failure_that_skipped_something_is_a_failure() {
        let counts = counted(
            "failures:\n\n---- a stdout ----\nSKIPPED half\npanicked\n\nfailures:\n    a\n\n\
             test result: FAILED. 0 passed; 1 failed; 0 ignored",
        );
        assert_eq!(counts.to_string(), "0 passed, 1 failed, 0 skipped");
    }
}
