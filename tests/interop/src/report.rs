//! Counts the checks and tells of those that failed.

use crate::exceptions::{EXCEPTIONS, Exception};
use std::error::Error;

/// What a check or a step of one comes to.
pub type Outcome<T = ()> = Result<T, Failure>;

/// What went wrong: what was expected, what was sent and what the server answered.
pub struct Failure {
    text: String,
    /// The status of the answer that was not as expected.
    status: Option<u16>,
}

impl Failure {
    pub fn of_answer(text: String, status: u16) -> Self {
        Self { text, status: Some(status) }
    }

    pub fn text(&self) -> &str {
        &self.text
    }
}

impl<E: Into<Box<dyn Error>>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { text: error.into().to_string(), status: None }
    }
}

pub struct Report {
    /// What this server is known to do otherwise, and whether it did.
    exceptions: Vec<(&'static Exception, bool)>,
    passed: u32,
    failed: u32,
}

impl Report {
    pub fn new(server: &str) -> Self {
        let exceptions = EXCEPTIONS.iter().filter(|exception| exception.server == server);
        Self { exceptions: exceptions.map(|exception| (exception, false)).collect(), passed: 0, failed: 0 }
    }

    /// Counts one check, and says whether the object is there for the next one.
    pub fn check(&mut self, name: &str, case: &str, outcome: Outcome) -> bool {
        let exception = self.exceptions.iter_mut().find(|(exception, _)| exception.covers(name, case));
        let problem = match (outcome, exception) {
            (Ok(()), None) => return self.pass(true),
            (Err(failure), Some((exception, seen))) if failure.status == Some(exception.status) => {
                *seen = true;
                let go_on = exception.status < 300;
                return self.pass(go_on);
            }
            (Err(failure), None) => failure.text,
            (Err(failure), Some((exception, _))) => format!("{} (expected {})", failure.text, exception.status),
            (Ok(()), Some((exception, _))) => format!("passed, but is excepted because {}", exception.reason),
        };
        self.fail(name, case, &problem);
        false
    }

    /// Prints the sum in the form that the scripts read, and says whether all is well.
    pub fn finish(mut self) -> bool {
        for (exception, seen) in std::mem::take(&mut self.exceptions) {
            if !seen {
                self.fail(exception.check, exception.reason, "no check met this exception");
            }
        }
        println!("{} passed, {} failed", self.passed, self.failed);
        self.failed == 0 && self.passed > 0
    }

    fn pass(&mut self, go_on: bool) -> bool {
        self.passed += 1;
        go_on
    }

    fn fail(&mut self, name: &str, case: &str, problem: &str) {
        self.failed += 1;
        println!("FAILED {name} {case:.100?}: {problem}");
    }
}
