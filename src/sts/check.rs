//! AWS's limits on what STS is asked with.
//!
//! Source: the pages of the API reference that each operation names, which say the same of the same parameter; the
//! patterns' `\w` is Java's, so ASCII.

use crate::error::{Error, Field, Found, check};
use alloc::string::{String, ToString};
use core::ops::RangeInclusive;
use core::time::Duration;

/// Seconds that a role's session lasts at most.
pub(super) const ROLE: u64 = 43_200;
/// Seconds that a user's session and a federated user's last at most.
pub(super) const USER: u64 = 129_600;

const TAGS: usize = 50;
const POLICIES: usize = 10;

/// The seconds of a session, as they are sent.
pub(super) fn seconds(duration: Duration, max: u64) -> Result<u64, Error> {
    let seconds = duration.as_secs();
    if duration.subsec_nanos() == 0 && (900..=max).contains(&seconds) {
        return Ok(seconds);
    }
    Err(Error::SessionDuration { seconds: seconds.saturating_add(u64::from(duration.subsec_nanos() > 0)), max })
}

/// `[\w+=,.@-]*`
pub(super) fn name(field: Field, text: &str, length: RangeInclusive<usize>) -> Result<&str, Error> {
    ascii(field, text, length, |byte| word(byte) || b"+=,.@-".contains(&byte))
}

/// `[\w+=,.@:\/-]*`
pub(super) fn id(field: Field, text: &str, length: RangeInclusive<usize>) -> Result<&str, Error> {
    ascii(field, text, length, |byte| word(byte) || b"+=,.@:/-".contains(&byte))
}

pub(super) fn token_code(text: &str) -> Result<&str, Error> {
    ascii(Field::TokenCode, text, 6..=6, |byte| byte.is_ascii_digit())
}

/// What is no pattern of AWS's, but a token or a host by what it is.
pub(super) fn graphic(field: Field, text: &str, length: RangeInclusive<usize>) -> Result<&str, Error> {
    ascii(field, text, length, |byte| byte.is_ascii_graphic())
}

/// `[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+`
pub(super) fn arn(field: Field, text: &str) -> Result<&str, Error> {
    unicode(field, text, 20..=2048, |c| match c {
        '\t' | '\n' | '\r' | '\u{85}' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        _ => !c.is_control(),
    })
}

/// `[\u0009\u000A\u000D\u0020-\u00FF]+`
pub(super) fn policy(text: &str) -> Result<&str, Error> {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{ff}');
    unicode(Field::SessionPolicy, text, 1..=2048, allowed)
}

pub(super) fn policy_arns<'a>(arns: &'a [&'a str]) -> Result<&'a [&'a str], Error> {
    count("policy ARNs", arns, POLICIES)?;
    arns.iter().try_for_each(|text| arn(Field::PolicyArn, text).map(drop))?;
    Ok(arns)
}

pub(super) fn tags<'a>(tags: &'a [(&'a str, &'a str)]) -> Result<&'a [(&'a str, &'a str)], Error> {
    count("session tags", tags, TAGS)?;
    for (key, value) in tags {
        unicode(Field::TagKey, key, 1..=128, tag)?;
        if !value.is_empty() {
            unicode(Field::TagValue, value, 0..=256, tag)?;
        }
    }
    Ok(tags)
}

pub(super) fn tag_keys<'a>(keys: &'a [&'a str]) -> Result<&'a [&'a str], Error> {
    count("transitive tag keys", keys, TAGS)?;
    keys.iter().try_for_each(|key| unicode(Field::TagKey, key, 1..=128, tag).map(drop))?;
    Ok(keys)
}

/// The name of a list's member, counted from 1.
pub(super) fn member(list: &str, index: usize, part: &str) -> String {
    [list, ".member.", &(index + 1).to_string(), part].concat()
}

/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]`, and the few marks that Rust counts among the letters: AWS decides on those.
fn tag(c: char) -> bool {
    let separator = matches!(
        c,
        ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    );
    separator || c.is_alphanumeric() || "_.:/=+-@".contains(c)
}

fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn ascii(field: Field, text: &str, length: RangeInclusive<usize>, allowed: impl Fn(u8) -> bool) -> Result<&str, Error> {
    check(field, text, allowed)?;
    in_range(field, text, length)
}

fn unicode(
    field: Field,
    text: &str,
    length: RangeInclusive<usize>,
    allowed: impl Fn(char) -> bool,
) -> Result<&str, Error> {
    if text.is_empty() {
        return Err(Error::Empty { field });
    }
    match text.find(|c| !allowed(c)) {
        Some(position) => Err(Error::Character { field, found: Found(text.as_bytes()[position]), position }),
        None => in_range(field, text, length),
    }
}

fn in_range(field: Field, text: &str, length: RangeInclusive<usize>) -> Result<&str, Error> {
    let found = text.chars().count();
    if length.contains(&found) {
        return Ok(text);
    }
    Err(Error::StsLength { field, found, min: *length.start(), max: *length.end() })
}

fn count<T>(things: &'static str, list: &[T], max: usize) -> Result<(), Error> {
    if list.len() <= max { Ok(()) } else { Err(Error::StsCount { things, count: list.len(), max }) }
}
