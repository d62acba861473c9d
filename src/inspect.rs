//! What others have signed, in plain words.

mod finding;
mod parts;
mod read;

pub use finding::Finding;

use crate::scope::CredentialScope;
use crate::timestamp::Timestamp;
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

/// A presigned link, the headers of a signed request, or a browser's form in plain words: who signed it, when, for
/// what, until when it is good, what must be sent with it, and what looks wrong.
///
/// It needs no secret and proves nothing: anybody could have written what it reads. It never fails, because what is
/// wrong is what one wants to see; [`Verifier`](crate::Verifier) is the strict one. Signature and session token are left
/// out of everything that it shows.
///
/// ```
/// use s3_sigv4::{Inspection, State, Timestamp};
///
/// let link = Inspection::of_link(
///     "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
///      &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z\
///      &X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
///      &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
/// );
/// assert_eq!(link.to_string(), "\
/// presigned link
///   for    https://examplebucket.s3.amazonaws.com/test.txt
///   by     AKIAIOSFODNN7EXAMPLE
///   in     us-east-1, s3
///   from   2013-05-24T00:00:00Z
///   until  2013-05-25T00:00:00Z, 86400 seconds later
///   send   host
/// ");
/// assert!(link.findings().is_empty());
/// let now = Timestamp::parse("20130525T010000Z")?;
/// assert_eq!(link.state_at(now), Some(State::Over));
/// assert!(link.report_at(now).to_string().ends_with("  now    2013-05-25T01:00:00Z: over for 3600 seconds\n"));
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
#[derive(Clone)]
pub struct Inspection {
    kind: Kind,
    method: Option<String>,
    target: Option<String>,
    access_key_id: Option<String>,
    has_session_token: bool,
    scope: Option<CredentialScope<'static>>,
    dated: Option<Timestamp>,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    signed_headers: Vec<String>,
    parameters: Vec<String>,
    conditions: Vec<String>,
    payload: Option<String>,
    findings: Vec<Finding>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Link,
    Headers,
    #[cfg(feature = "post")]
    Form,
}

impl Inspection {
    /// By which method, if it was read as a request: a link does not say.
    #[must_use]
    pub fn method(&self) -> Option<&str> {
        self.method.as_deref()
    }

    /// The same, used by this method.
    #[must_use]
    pub fn with_method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// For what: a link's address without its query; of a request its host and path, or what stands in their place.
    #[must_use]
    pub fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    /// Who.
    #[must_use]
    pub fn access_key_id(&self) -> Option<&str> {
        self.access_key_id.as_deref()
    }

    /// Whether there is a session token, so that all ends with the session.
    #[must_use]
    pub fn has_session_token(&self) -> bool {
        self.has_session_token
    }

    /// Day, region and service.
    #[must_use]
    pub fn scope(&self) -> Option<&CredentialScope<'static>> {
        self.scope.as_ref()
    }

    /// When it was signed.
    #[must_use]
    pub fn dated(&self) -> Option<Timestamp> {
        self.dated
    }

    /// From when on it is good: for the headers of a request 15 minutes before they are dated.
    #[must_use]
    pub fn valid_from(&self) -> Option<Timestamp> {
        self.from
    }

    /// Until when it is good, as far as it says: not if the credentials end or are revoked before. For the headers of a
    /// request 15 minutes after they are dated.
    #[must_use]
    pub fn valid_until(&self) -> Option<Timestamp> {
        self.until
    }

    /// The headers that are signed and so must be sent as they were signed.
    pub fn signed_headers(&self) -> impl Iterator<Item = &str> {
        self.signed_headers.iter().map(|name| &**name)
    }

    /// The names of a link's other query parameters, which are signed as well.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.parameters.iter().map(|name| &**name)
    }

    /// What a form's policy allows, a condition a sentence.
    pub fn conditions(&self) -> impl Iterator<Item = &str> {
        self.conditions.iter().map(|condition| &**condition)
    }

    /// What is signed in place of the body, if it is named.
    #[must_use]
    pub fn payload(&self) -> Option<&str> {
        self.payload.as_deref()
    }

    /// What looks wrong. Nothing found is no proof: the signature is not looked at.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// How it stands at this instant, if it says enough.
    #[must_use]
    pub fn state_at(&self, now: Timestamp) -> Option<State> {
        match self.time_at(now) {
            Some(State::Over) => Some(State::Over),
            _ if self.findings.iter().any(Finding::is_fatal) => Some(State::Wrong),
            state => state,
        }
    }

    /// By its time alone.
    fn time_at(&self, now: Timestamp) -> Option<State> {
        match (self.from, self.until) {
            (Some(from), _) if now < from => Some(State::NotYet),
            (_, Some(until)) if now > until => Some(State::Over),
            (_, Some(_)) => Some(State::Good),
            _ => None,
        }
    }

    /// The report with how it stands at this instant.
    pub fn report_at(&self, now: Timestamp) -> impl fmt::Display + '_ {
        Report { inspection: self, now }
    }

    fn find(&mut self, finding: impl Into<Finding>) {
        let finding = finding.into();
        if !self.findings.contains(&finding) && self.findings.len() < MAX_FINDINGS {
            self.findings.push(finding);
        }
    }
}

/// How something that was signed stands at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "an instant is before, in or behind a span of time, or there is none to be good in"
)]
pub enum State {
    /// It is dated later.
    NotYet,
    /// It is good, as far as it says.
    Good,
    /// Its time is over.
    Over,
    /// A strict verifier, such as this crate's, refuses it at any time, as it stands: see [`Finding::is_fatal`].
    Wrong,
}

impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            Kind::Link => "presigned link\n",
            Kind::Headers => "signed request\n",
            #[cfg(feature = "post")]
            Kind::Form => "browser's form\n",
        })?;
        if let Some(target) = &self.target {
            let (method, blank) = self.method.as_deref().map_or(("", ""), |method| (method, " "));
            writeln!(f, "  for    {}{blank}{}", Shown(method), Shown(target))?;
        }
        if let Some(id) = &self.access_key_id {
            let session = if self.has_session_token { ", for a session" } else { "" };
            writeln!(f, "  by     {}{session}", Shown(id))?;
        }
        if let Some(scope) = &self.scope {
            writeln!(f, "  in     {}, {}", Shown(scope.region()), Shown(scope.service()))?;
        }
        if let Some(dated) = self.dated.filter(|_| self.kind == Kind::Headers) {
            writeln!(f, "  dated  {dated:#}")?;
        }
        let from = self.from.or(self.dated);
        if let Some(from) = from {
            writeln!(f, "  from   {from:#}")?;
        }
        if let Some(until) = self.until {
            write!(f, "  until  {until:#}")?;
            match from {
                Some(from) => writeln!(f, ", {} seconds later", until.unix() - from.unix())?,
                None => f.write_char('\n')?,
            }
        }
        list(f, "send", &self.signed_headers)?;
        list(f, "also", &self.parameters)?;
        if let Some(payload) = &self.payload {
            writeln!(f, "  body   {}", Shown(payload))?;
        }
        for condition in &self.conditions {
            writeln!(f, "  if     {}", Shown(condition))?;
        }
        self.findings.iter().try_for_each(|finding| writeln!(f, "  wrong  {finding}"))
    }
}

impl fmt::Debug for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inspection")
            .field("target", &self.target)
            .field("access_key_id", &self.access_key_id)
            .field("scope", &self.scope)
            .field("dated", &self.dated)
            .field("until", &self.until)
            .field("findings", &self.findings)
            .finish_non_exhaustive()
    }
}

struct Report<'a> {
    inspection: &'a Inspection,
    now: Timestamp,
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { inspection, now } = self;
        let seconds = |at: Option<Timestamp>| at.map_or(0, |at| (at.unix() - now.unix()).abs());
        write!(f, "{inspection}  now    {now:#}: ")?;
        let time = inspection.time_at(*now);
        if inspection.state_at(*now) == Some(State::Wrong) {
            f.write_str("not good as it stands")?;
            return match time {
                Some(State::NotYet) => writeln!(f, ", and its time begins in {} seconds", seconds(inspection.from)),
                Some(_) => writeln!(f, ", though its time lasts {} seconds more", seconds(inspection.until)),
                None => f.write_char('\n'),
            };
        }
        match time {
            Some(State::NotYet) => writeln!(f, "good in {} seconds", seconds(inspection.from)),
            Some(State::Over) => writeln!(f, "over for {} seconds", seconds(inspection.until)),
            Some(_) => writeln!(f, "good for {} seconds more", seconds(inspection.until)),
            None => f.write_str("how long it is good is not said\n"),
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, title: &str, names: &[String]) -> fmt::Result {
    for (i, name) in names.iter().take(MAX_NAMES).enumerate() {
        if i == 0 {
            write!(f, "  {title}   ")?;
        } else {
            f.write_str(", ")?;
        }
        write!(f, "{}", Shown(name))?;
    }
    match names.len() {
        0 => Ok(()),
        1..=MAX_NAMES => f.write_char('\n'),
        _ => f.write_str(", …\n"),
    }
}

/// A text of a stranger's on the way to somebody's terminal: nothing in it is a control character, and it ends.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, c) in self.0.chars().enumerate() {
            if i == MAX_SHOWN {
                return f.write_char('…');
            }
            // Quotes are shown as they are, and what `escape_debug` finds unprintable is not.
            if matches!(c, '"' | '\'' | '\\') { f.write_char(c)? } else { write!(f, "{}", c.escape_debug())? }
        }
        Ok(())
    }
}

/// How many characters of a text are shown.
const MAX_SHOWN: usize = 1000;

/// How many names of headers and parameters are shown.
const MAX_NAMES: usize = 128;

/// How many findings are kept.
const MAX_FINDINGS: usize = 32;
