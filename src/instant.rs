//! The instants of error bodies and of HTTP's `date` header.

use crate::timestamp::Timestamp;
use alloc::format;

/// Reads ISO 8601 (with `+01:00` in place of the `Z`, as SeaweedFS writes where it is not UTC), `Fri, 24 May 2013
/// 00:00:00 GMT` and milliseconds since 1970, which S3 writes for `X-Amz-Date`.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.len() == 13 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Timestamp::from_unix(text.parse::<i64>().ok()? / 1000).ok();
    }
    if let Some((_, date)) = text.split_once(", ") {
        // RFC 9110, section 5.6.7.
        let [day, month, year, time, "GMT"] = *date.splitn(5, ' ').collect::<alloc::vec::Vec<_>>() else { return None };
        let month = 1 + MONTHS.iter().position(|name| *name == month)?;
        return Timestamp::parse(&format!("{year}{month:02}{day}T{}Z", time.replace(':', ""))).ok();
    }
    Timestamp::parse_iso8601(text).ok()
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
