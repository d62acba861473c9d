//! The headers that authentication looks at, as they stand in the request that was received.

use super::{Part, VerifyError};
use crate::encode::{Text, all};
use crate::error::Excerpt;
use crate::payload::PayloadHash;
use crate::request::{is_token_and_plain, line_break};
use crate::service::SessionToken;

/// The headers that authentication looks at, each there once at most.
#[derive(Default)]
pub(super) struct HeadersFound<'a> {
    pub(super) host: Option<&'a [u8]>,
    pub(super) authorization: Option<&'a [u8]>,
    pub(super) date: Option<&'a [u8]>,
    pub(super) content_sha256: Option<&'a [u8]>,
    token: Option<&'a [u8]>,
    s3_session_token: Option<&'a [u8]>,
}

impl<'a> HeadersFound<'a> {
    #[inline]
    pub(super) fn take(&mut self, name: &'a str, value: &'a [u8]) -> Result<(), VerifyError> {
        let place = self.place(name);
        let well_formed = place.is_some() || !name.is_empty() && is_token_and_plain(name).0;
        if !well_formed || line_break(value).is_some() {
            return Err(VerifyError::MalformedHeader { name: Excerpt::of(name) });
        }
        let Some((place, known)) = place else { return Ok(()) };
        match place.replace(trim(value)) {
            Some(_) => Err(VerifyError::Repeated { part: Part::Header(known) }),
            None => Ok(()),
        }
    }

    /// Where the value of this header goes, if authentication looks at it.
    #[inline]
    fn place(&mut self, name: &str) -> Option<(&mut Option<&'a [u8]>, &'static str)> {
        // Unrolled, so that each name is compared with a text that the compiler knows.
        let is = |known: &'static str| (name == known || name.eq_ignore_ascii_case(known)).then_some(known);
        let (place, known) = match name.len() {
            4 => (&mut self.host, is("host")),
            10 => (&mut self.date, is("x-amz-date")),
            13 => (&mut self.authorization, is("authorization")),
            20 if name.as_bytes()[6].eq_ignore_ascii_case(&b'c') => {
                (&mut self.content_sha256, is("x-amz-content-sha256"))
            }
            20 => (&mut self.token, is("x-amz-security-token")),
            21 => (&mut self.s3_session_token, is("x-amz-s3session-token")),
            _ => return None,
        };
        Some((place, known?))
    }

    #[inline]
    pub(super) fn authenticate_nothing(&self) -> bool {
        self.authorization.is_none() && self.token.is_none() && self.s3_session_token.is_none()
    }

    #[inline]
    pub(super) fn token(&self) -> Result<Option<(SessionToken, Text<'a>)>, VerifyError> {
        let (kind, value) = match (self.token, self.s3_session_token) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => {
                return Err(VerifyError::Repeated { part: Part::Header(SessionToken::Signed.header()) });
            }
            (Some(value), None) => (SessionToken::Signed, value),
            (None, Some(value)) => (SessionToken::S3Session, value),
        };
        Ok(Some((kind, Text::Raw(text(value, Part::Header(kind.header()))?))))
    }

    pub(super) fn payload(&self) -> Result<Option<PayloadHash>, VerifyError> {
        let part = Part::Header("x-amz-content-sha256");
        let Some(value) = self.content_sha256 else { return Ok(None) };
        let hash = PayloadHash::parse(text(value, part)?).map_err(|_| VerifyError::Malformed { part })?;
        Ok(Some(hash))
    }
}

pub(super) fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

/// A value that is visible ASCII.
pub(super) fn text(value: &[u8], part: Part) -> Result<&str, VerifyError> {
    let visible = !value.is_empty() && all(value, |byte| byte.is_ascii_graphic());
    core::str::from_utf8(value).ok().filter(|_| visible).ok_or(VerifyError::Malformed { part })
}
