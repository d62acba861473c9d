use crate::shown::{escape, redact};
use alloc::string::String;
use core::fmt;

/// Which of the two texts of a signature differs first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a signature has these two texts")]
pub enum SignedText {
    /// Step 1, [`CanonicalRequest`](crate::CanonicalRequest).
    CanonicalRequest,
    /// Step 2, [`StringToSign`](crate::StringToSign).
    StringToSign,
}

impl fmt::Display for SignedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::CanonicalRequest => "the canonical request",
            Self::StringToSign => "the string to sign",
        })
    }
}

/// The first line in which what was signed and what the server made of the request differ.
///
/// `Display` prints both around the first character that differs, with a marker under it. Tokens, signatures and
/// customers' keys are hidden, characters that cannot be seen are escaped.
///
/// ```
/// # use s3_sigv4::{Credentials, Request, Signer, Timestamp};
/// use core::time::Duration;
/// use s3_sigv4::ErrorResponse;
/// # let now = Timestamp::parse("20130524T000000Z")?;
/// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
/// # let signer = Signer::new(credentials, "us-east-1", now)?;
///
/// let request = Request::new("GET", "https://examplebucket.s3.amazonaws.com", "/a b")?;
/// let canonical = signer.canonical_link(&request, Duration::from_secs(900), now)?;
/// let body = "<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>GET\n/a%2520b\n\nhost:\n\nhost\n</CanonicalRequest></Error>";
///
/// let explanation = ErrorResponse::new(body).explain(&canonical);
/// assert_eq!(explanation.difference().unwrap().to_string(), "\
/// line 2 of the canonical request
///   signed:   /a%20b
///   received: /a%2520b
///                 ^");
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    text: SignedText,
    line: usize,
    signed: Option<String>,
    received: Option<String>,
    marker: usize,
}

impl Difference {
    /// The line of this number, counted from 0, on one side or on both.
    pub(super) fn new(text: SignedText, line: usize, signed: Option<&str>, received: Option<&str>) -> Self {
        let ours = signed.map(|signed| redact(signed, None));
        let theirs = received.map(|received| redact(received, ours.as_ref()));
        let [signed, received] = [&ours, &theirs].map(|side| side.as_ref().map_or("", |side| &side.text));
        let same = signed.chars().zip(received.chars()).take_while(|(a, b)| a == b).count();
        let skipped = if same > BEFORE + 5 { same - BEFORE } else { 0 };
        let (mut marker, cut) = (0, if skipped > 0 { "…" } else { "" });
        let excerpt = |text: &str, marker: &mut usize| {
            let mut out = String::from(cut);
            let mut chars = text.chars().skip(skipped);
            for (i, c) in chars.by_ref().take(same - skipped + BEHIND).enumerate() {
                if i + skipped == same {
                    *marker = out.chars().count();
                }
                escape(c, &mut out);
            }
            if text.chars().count() <= same {
                *marker = out.chars().count();
            }
            if chars.next().is_some() {
                out.push('…');
            }
            out
        };
        let line = line + 1;
        let received = theirs.is_some().then(|| excerpt(received, &mut marker));
        let signed = ours.is_some().then(|| excerpt(signed, &mut marker));
        // What stands before the marker is the same on both sides.
        Self { text, line, signed, received, marker }
    }

    /// Which text it is.
    #[must_use]
    pub fn text(&self) -> SignedText {
        self.text
    }

    /// The number of the line, counted from 1: in what was signed, or for a line that was not, in what was received.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The line as it was signed, around the first character that differs, unless there is none.
    #[must_use]
    pub fn signed(&self) -> Option<&str> {
        self.signed.as_deref()
    }

    /// The line as the server has it, likewise.
    #[must_use]
    pub fn received(&self) -> Option<&str> {
        self.received.as_deref()
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nothing = "(no such line)";
        writeln!(f, "line {} of {}", self.line, self.text)?;
        writeln!(f, "  signed:   {}", self.signed().unwrap_or(nothing))?;
        writeln!(f, "  received: {}", self.received().unwrap_or(nothing))?;
        match (&self.signed, &self.received) {
            (Some(_), Some(_)) => write!(f, "            {:>1$}", '^', self.marker + 1),
            _ => f.write_str("            ^"),
        }
    }
}

/// How many characters are shown before the first that differs, and from it on.
const BEFORE: usize = 24;
const BEHIND: usize = 48;
