//! What a server is known to do otherwise, with the reason. Each is asserted: a server that no longer does it fails the
//! run, and so does an exception that no check meets.

pub struct Exception {
    pub server: &'static str,
    /// The name of the check.
    pub check: &'static str,
    /// The cases of it; none means every case.
    pub cases: &'static [&'static str],
    /// What the server answers instead.
    pub status: u16,
    pub reason: &'static str,
}

impl Exception {
    pub fn covers(&self, check: &str, case: &str) -> bool {
        self.check == check && (self.cases.is_empty() || self.cases.contains(&case))
    }
}

pub const EXCEPTIONS: &[Exception] = &[];
