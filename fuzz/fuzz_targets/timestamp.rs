//! An instant is printed and read back, in order, and moved by seconds; any other text is an error.
#![no_main]

#[path = "../shared.rs"]
mod shared;

use core::time::Duration;
use libfuzzer_sys::fuzz_target;
use s3_sigv4::Timestamp;

fuzz_target!(|input: (i64, i64, u64, &str)| {
    let (unix, other, seconds, text) = input;
    if let (Ok(timestamp), true) = (Timestamp::parse_iso8601(text), text.ends_with('Z')) {
        let digits: String = text.split('.').next().unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
        assert_eq!(timestamp.as_str().replace(['T', 'Z'], ""), digits);
    }
    if let Ok(timestamp) = Timestamp::parse(text) {
        assert_eq!((timestamp.as_str(), timestamp.day()), (text, &text[..8]));
        assert_eq!(Timestamp::from_unix(timestamp.unix()), Ok(timestamp));
    }
    let years = Timestamp::FIRST.unix()..=Timestamp::LAST.unix();
    let Ok(timestamp) = Timestamp::from_unix(unix) else { return assert!(!years.contains(&unix)) };
    assert_eq!((timestamp.unix(), Timestamp::parse(timestamp.as_str())), (unix, Ok(timestamp)));
    let later = timestamp.plus(Duration::from_secs(seconds)).map(|later| later.unix());
    assert_eq!(later.ok(), unix.checked_add_unsigned(seconds).filter(|later| years.contains(later)));
    if let Ok(other) = Timestamp::from_unix(other) {
        assert_eq!(timestamp.cmp(&other), timestamp.as_str().cmp(other.as_str()));
    }
});
