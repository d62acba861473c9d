//! Counts the checks and tells of those that failed.

use std::error::Error;

/// What a check or a step of one comes to; the error says what was sent and what the server answered.
pub type Outcome<T = ()> = Result<T, Box<dyn Error>>;

#[derive(Default)]
pub struct Report {
    passed: u32,
    failed: u32,
}

impl Report {
    /// Counts one check, and says whether it passed.
    pub fn check(&mut self, name: &str, case: &str, outcome: Outcome) -> bool {
        match &outcome {
            Ok(()) => self.passed += 1,
            Err(error) => {
                self.failed += 1;
                println!("FAILED {name} {case:?}: {error}");
            }
        }
        outcome.is_ok()
    }

    /// Prints the sum in the form that the scripts read, and says whether all is well.
    pub fn finish(&self) -> bool {
        println!("{} passed, {} failed", self.passed, self.failed);
        self.failed == 0 && self.passed > 0
    }
}
