//! How values are written on the command line.

use super::Method;
use clap::ValueEnum;
use s3_sigv4::{Error, Timestamp};
use std::convert::Infallible;
use std::time::Duration;

/// A lifetime, or as long as S3 and the keys allow.
#[derive(Clone, Copy)]
pub(crate) enum Expires {
    In(Duration),
    Max,
}

pub(super) fn lifetime(text: &str) -> Result<Expires, String> {
    if text == "max" { Ok(Expires::Max) } else { duration(text).map(Expires::In) }
}

/// `900`, `15m`, `1h30m`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || String::from("a time is a number of seconds, or numbers with s, m, h or d, as 1h30m");
    if let Ok(seconds) = text.parse() {
        return Ok(Duration::from_secs(seconds));
    }
    let (mut seconds, mut rest) = (0_u64, text);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let number: u64 = rest[..digits].parse().map_err(|_| wrong())?;
        let unit = match rest.as_bytes()[digits] {
            b's' => 1,
            b'm' => 60,
            b'h' => 3600,
            b'd' => 86400,
            _ => return Err(wrong()),
        };
        seconds = number.checked_mul(unit).and_then(|more| seconds.checked_add(more)).ok_or_else(wrong)?;
        rest = &rest[digits + 1..];
    }
    if text.is_empty() { Err(wrong()) } else { Ok(Duration::from_secs(seconds)) }
}

/// Methods have upper-case names, and other services may have more of them than S3.
pub(super) fn method(text: &str) -> Result<String, Infallible> {
    Ok(Method::from_str(text, true).map_or_else(|_| text.to_owned(), |method| method.as_str().to_owned()))
}

pub(super) fn status(text: &str) -> Result<u16, &'static str> {
    let status = text.parse().ok().filter(|status| (100..1000).contains(status));
    status.ok_or("a status is a number of three digits, as 403")
}

pub(super) fn instant(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_iso8601(text).map_err(|error| match error {
        Error::NoSuchInstant => "there is no such day or time".into(),
        Error::YearOutOfRange => error.to_string(),
        _ => "a time is 20130524T000000Z or 2013-05-24T00:00:00Z".into(),
    })
}

pub(super) fn parts(text: &str) -> Result<(u32, u32), String> {
    range(text).ok_or_else(|| "a part is a number, or a range of them, as 1-20".into())
}

pub(super) fn lengths(text: &str) -> Result<(u64, u64), String> {
    range(text).ok_or_else(|| "a length is a number of bytes, or a range of them, as 1-10000000".into())
}

fn range<T: std::str::FromStr + PartialOrd + Copy>(text: &str) -> Option<(T, T)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last): (T, T) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last).then_some((first, last))
}
