//! The parameters of a link, as they stand in the query that was received.

use super::credential::as_it_stands;
use super::{Part, VerifyError};
use crate::canonical::{Gap, Recognition, Unsigned};
use crate::encode::Text;
use crate::request::{Query, first_parameter, until_ampersand};

/// The parameters that authentication looks at, each there once at most.
pub(super) struct ParametersFound<'a> {
    pub(super) values: [Option<Text<'a>>; 9],
    signature_at: Option<usize>,
    token_at: Option<usize>,
    /// Whether there is any of them but the hash of the body, which authenticates nothing by itself.
    pub(super) any: bool,
    pub(super) wrong: Option<VerifyError>,
    recognition: Recognition<'a>,
}

impl<'a> ParametersFound<'a> {
    #[inline]
    pub(super) fn new() -> Self {
        let recognition = Recognition::new();
        Self { values: [None; 9], signature_at: None, token_at: None, any: false, wrong: None, recognition }
    }

    /// Takes those of this query, and no other's.
    pub(super) fn read(&mut self, query: Query<'a>) {
        let Query::Received(text) = query else {
            query.parameters().for_each(|(at, name, value)| self.take(at, name, value));
            return;
        };
        let mut rest = Some(text).filter(|text| !text.is_empty());
        while let Some(parameter) = rest {
            let at = text.len() - parameter.len();
            let value;
            if let Some((known, behind)) = exactly(parameter) {
                (value, rest) = until_ampersand(behind);
                match known {
                    SIGNATURE => self.recognition.skip(PARAMETERS[known], value),
                    // What reads the other values knows what they are made of.
                    _ => {
                        let read = !matches!(known, CONTENT_SHA256 | S3_SESSION_TOKEN | TOKEN);
                        self.recognition.take((PARAMETERS[known], Some(known)), value, read);
                    }
                }
                self.put(at, known, Text::Received(value));
            } else {
                let name;
                (name, value, rest) = first_parameter(parameter);
                self.take(at, Text::Received(name), Text::Received(value));
            }
        }
    }

    /// One that is not spelt as AWS's document has it, or of another name.
    #[inline(never)]
    fn take(&mut self, place: usize, name: Text<'a>, value: Text<'a>) {
        self.recognition.take((as_it_stands(name), None), as_it_stands(value), false);
        let Some(at) = in_any_form(name) else { return };
        // Servers differ in whether they take these names in any case; nobody has an honest use for another one.
        let misspelt = at != CONTENT_SHA256 && !name.bytes().eq(PARAMETERS[at].bytes());
        if misspelt {
            self.wrong = Some(VerifyError::Malformed { part: Part::Parameter(PARAMETERS[at]) });
        }
        self.put(place, at, value);
    }

    #[inline]
    fn put(&mut self, place: usize, at: usize, value: Text<'a>) {
        self.any |= at != CONTENT_SHA256;
        match at {
            SIGNATURE => self.signature_at = Some(place),
            TOKEN => self.token_at = Some(place),
            _ => {}
        }
        if self.values[at].replace(value).is_some() {
            self.wrong = Some(VerifyError::Repeated { part: Part::Parameter(PARAMETERS[at]) });
        }
    }

    /// `plain` is what is known of the values of authentication.
    pub(super) fn unsigned(&self, query: Query<'_>, plain: bool) -> Unsigned {
        let Self { signature_at: signature, token_at: token, .. } = *self;
        let gap = match query {
            Query::Received(text) if plain && self.recognition.is_canonical(text) => Some(Gap::of(text, signature)),
            _ => None,
        };
        Unsigned { signature, token, gap }
    }
}

/// Which of these names a parameter begins with, to the letter, and what stands behind its equals sign.
#[inline]
fn exactly(parameter: &str) -> Option<(usize, &str)> {
    // Unrolled, so that each is compared with a text that the compiler knows.
    let is = |at: usize| {
        let value = parameter.strip_prefix(PARAMETERS[at])?.strip_prefix('=')?;
        Some((at, value))
    };
    match parameter.as_bytes().get(6..8)? {
        b"Al" => is(ALGORITHM),
        b"Co" => is(CONTENT_SHA256),
        b"Cr" => is(CREDENTIAL),
        b"Da" => is(DATE),
        b"Ex" => is(EXPIRES),
        b"S3" => is(S3_SESSION_TOKEN),
        b"Se" => is(TOKEN),
        b"Si" => is(SIGNED_HEADERS).or_else(|| is(SIGNATURE)),
        _ => None,
    }
}

/// Which of these names it is, encoded in whatever way and in whatever case.
#[cold]
fn in_any_form(name: Text<'_>) -> Option<usize> {
    let (Text::Raw(text) | Text::Wire(text) | Text::Received(text)) = name;
    if !text.starts_with(['x', 'X', '%']) {
        return None;
    }
    let name = name.decoded()?;
    PARAMETERS.into_iter().position(|known| name.eq_ignore_ascii_case(known))
}

// The places of these names in the list, which is sorted, as a query is.
pub(super) const ALGORITHM: usize = 0;
pub(super) const CONTENT_SHA256: usize = 1;
pub(super) const CREDENTIAL: usize = 2;
pub(super) const DATE: usize = 3;
pub(super) const EXPIRES: usize = 4;
pub(super) const S3_SESSION_TOKEN: usize = 5;
pub(super) const TOKEN: usize = 6;
pub(super) const SIGNATURE: usize = 7;
pub(super) const SIGNED_HEADERS: usize = 8;
pub(crate) const PARAMETERS: [&str; 9] = [
    "X-Amz-Algorithm",
    "X-Amz-Content-Sha256",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-S3session-Token",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
];
