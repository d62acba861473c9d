//! The instants of error bodies and of HTTP's `date` header.

use crate::timestamp::Timestamp;
use alloc::format;

/// Reads `20130524T000000Z`, `2013-05-24T00:00:00Z` (with parts of a second or without, and with `+01:00` in place of the
/// `Z`, as SeaweedFS writes where it is not UTC), `Fri, 24 May 2013 00:00:00 GMT` and milliseconds since 1970, which S3
/// writes for `X-Amz-Date`.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(instant) = Timestamp::parse(text) {
        return Some(instant);
    }
    if text.len() == 13 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Timestamp::from_unix(text.parse::<i64>().ok()? / 1000).ok();
    }
    if let Some((_, date)) = text.split_once(", ") {
        // RFC 9110, section 5.6.7.
        let [day, month, year, time, "GMT"] = *date.splitn(5, ' ').collect::<alloc::vec::Vec<_>>() else { return None };
        let month = 1 + MONTHS.iter().position(|name| *name == month)?;
        return Timestamp::parse(&format!("{year}{month:02}{day}T{}Z", time.replace(':', ""))).ok();
    }
    let (text, east) = without_offset(text)?;
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    let plain = fraction.bytes().all(|byte| byte.is_ascii_digit());
    let local = Timestamp::parse(&format!("{}Z", seconds.replace(['-', ':'], ""))).ok().filter(|_| plain)?;
    Timestamp::from_unix(local.unix() - east).ok()
}

/// The text in front of `Z` or `+01:00`, and how many seconds its clock is ahead of UTC.
fn without_offset(text: &str) -> Option<(&str, i64)> {
    if let Some(text) = text.strip_suffix('Z') {
        return Some((text, 0));
    }
    let (text, offset) = text.split_at_checked(text.len().checked_sub(6)?)?;
    let (sign, offset) = offset.split_at_checked(1)?;
    let (hours, minutes) = offset.split_once(':')?;
    let number = |digits: &str| digits.parse::<u8>().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let seconds = 3600 * i64::from(number(hours).filter(|hours| *hours < 24)?)
        + 60 * i64::from(number(minutes).filter(|minutes| *minutes < 60)?);
    match sign {
        "+" => Some((text, seconds)),
        "-" => Some((text, -seconds)),
        _ => None,
    }
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
