//! The instants of error bodies and of HTTP's `date` header.

use crate::timestamp::Timestamp;
use alloc::format;

/// Reads `20130524T000000Z`, `2013-05-24T00:00:00Z` (with parts of a second or without), `Fri, 24 May 2013 00:00:00 GMT`
/// and milliseconds since 1970, which S3 writes for `X-Amz-Date`.
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
    let (seconds, fraction) = text.strip_suffix('Z')?.split_once('.').unwrap_or((text.strip_suffix('Z')?, ""));
    let plain = fraction.bytes().all(|byte| byte.is_ascii_digit());
    Timestamp::parse(&format!("{}Z", seconds.replace(['-', ':'], ""))).ok().filter(|_| plain)
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
