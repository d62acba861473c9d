//! Counts the checks and tells of those that failed.

use crate::exceptions::{self, Exception};
use std::error::Error;
use std::process;

/// What a check or a step of one comes to.
pub type Outcome<T = ()> = Result<T, Failure>;

/// What went wrong: what was expected, what was sent and what the server answered.
pub struct Failure {
    text: String,
    after: After,
}

#[derive(PartialEq)]
enum After {
    /// Nothing was sent.
    Nothing,
    /// Something was sent and nothing came back.
    Silence,
    /// An answer with this status was not as expected.
    Answer(u16),
}

impl Failure {
    pub fn silence(text: String) -> Self {
        Self { text, after: After::Silence }
    }

    pub fn answer(text: String, status: u16) -> Self {
        Self { text, after: After::Answer(status) }
    }

    pub fn text(&self) -> &str {
        &self.text
    }
}

impl<E: Into<Box<dyn Error>>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { text: error.into().to_string(), after: After::Nothing }
    }
}

pub struct Report {
    /// What this server is known to do otherwise, and whether it did.
    exceptions: Vec<(&'static Exception, bool)>,
    passed: u32,
    failed: u32,
    silent: u32,
}

impl Report {
    pub fn new(server: &str) -> Self {
        let exceptions = exceptions::of(server).into_iter().map(|exception| (exception, false)).collect();
        Self { exceptions, passed: 0, failed: 0, silent: 0 }
    }

    /// Counts one check, and says whether the object is there for the next one. Ends the program if the server no
    /// longer answers.
    pub fn check(&mut self, name: &str, case: &str, outcome: Outcome) -> bool {
        let exception = self.exceptions.iter_mut().find(|(exception, _)| exception.covers(name, case));
        let failure = match (outcome, exception) {
            (Ok(()), None) => {
                self.passed += 1;
                return true;
            }
            (Ok(()), Some((exception, _))) => format!("passed, but is excepted because {}", exception.reason).into(),
            (Err(failure), Some((exception, seen))) if failure.after == After::Answer(exception.status) => {
                *seen = true;
                self.passed += 1;
                return exception.status < 300;
            }
            (Err(failure), _) => failure,
        };
        self.fail(name, case, &failure.text);
        self.silent += u32::from(failure.after == After::Silence);
        if self.silent >= 3 {
            println!("giving up: the server does not answer");
            self.print_sum();
            process::exit(1);
        }
        false
    }

    /// Prints the sum, and says whether all is well.
    pub fn finish(mut self) -> bool {
        for (exception, seen) in std::mem::take(&mut self.exceptions) {
            if !seen {
                self.fail(exception.check, exception.reason, "no check met this exception");
            }
        }
        self.print_sum();
        self.failed == 0 && self.passed > 0
    }

    fn fail(&mut self, name: &str, case: &str, problem: &str) {
        self.failed += 1;
        let case: String = format!("{case:?}").chars().take(100).collect();
        println!("FAILED {name} {case}: {problem}");
    }

    /// The scripts read this line.
    fn print_sum(&self) {
        println!("{} passed, {} failed", self.passed, self.failed);
    }
}
