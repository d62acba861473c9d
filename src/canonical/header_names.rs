//! Names of headers: which are well formed, which are signed, and their order.

use super::ADDED_HEADERS;
use crate::error::{Error, Excerpt, Found, HeaderPart};
use crate::request::{is_token, is_token_and_plain, line_break};
use core::cmp::Ordering;

/// The answer is whether the name is written as it is signed.
#[inline]
pub(super) fn check_header(index: usize, name: &str, value: &[u8]) -> Result<bool, Error> {
    if name.is_empty() {
        return Err(Error::HeaderNameEmpty { index });
    }
    let error =
        |part, byte: u8, position| Error::Header { index, name: Excerpt::of(name), part, found: Found(byte), position };
    let (is_token_throughout, is_plain) = is_token_and_plain(name);
    if !is_token_throughout {
        let position = name.bytes().position(|byte| !is_token(byte)).unwrap_or_default();
        return Err(error(HeaderPart::Name, name.as_bytes()[position], position));
    }
    match line_break(value) {
        Some(position) => Err(error(HeaderPart::Value, value[position], position)),
        None => Ok(is_plain),
    }
}

/// Headers that clients and proxies add, change or remove on the way.
pub(super) fn never_signed(name: &str) -> bool {
    NEVER_SIGNED.iter().any(|never| is(name, never)) || has_prefix(name, "proxy-") || has_prefix(name, "sec-")
}

/// Whether a header may be one that signing adds or leaves out: its name's length and first letter tell nearly always.
#[inline]
pub(super) fn may_be_special(name: &str) -> bool {
    let first = name.as_bytes().first().map_or(0, |first| first % 32);
    SPECIAL[name.len().min(SPECIAL.len() - 1)] >> first & 1 != 0
}

/// For each length of a name which letters such a header may begin with; the last is for all that are longer.
const SPECIAL: [u32; 32] = {
    // `proxy-…` and `sec-…` are of any length.
    let mut special = [1 << (b'p' % 32) | 1 << (b's' % 32); 32];
    let mut i = 0;
    while i < ADDED_HEADERS.len() + NEVER_SIGNED.len() {
        let name = if i < ADDED_HEADERS.len() { ADDED_HEADERS[i] } else { NEVER_SIGNED[i - ADDED_HEADERS.len()] };
        assert!(name.len() < special.len() - 1);
        special[name.len()] |= 1 << (name.as_bytes()[0] % 32);
        i += 1;
    }
    special
};

/// Looks at the length first, which nearly always tells.
#[inline]
pub(super) fn is(name: &str, other: &str) -> bool {
    name.len() == other.len() && name.eq_ignore_ascii_case(other)
}

pub(super) fn has_prefix(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// The order of two names of headers in lower case.
#[inline]
pub(super) fn compare_names(mut a: &[u8], mut b: &[u8]) -> Ordering {
    // Eight bytes at a time: many names begin alike. Behind a name's end, zeros come before every character, of which
    // none is zero.
    loop {
        match lower_letters(first_eight(a)).cmp(&lower_letters(first_eight(b))) {
            Ordering::Equal => {}
            order => return order,
        }
        let (Some(rest_a), Some(rest_b)) = (a.get(8..), b.get(8..)) else { return Ordering::Equal };
        (a, b) = (rest_a, rest_b);
    }
}

/// Whether a name of a header comes behind that of one that is added. How they begin tells nearly always.
#[inline]
pub(super) fn comes_behind(name: &[u8], added: usize) -> bool {
    let start = lower_letters(first_eight(name));
    start.cmp(&ADDED_STARTS[added]).then_with(|| compare_names(name, ADDED_HEADERS[added].as_bytes())).is_gt()
}

/// The first eight bytes of the names of the headers that signing adds.
const ADDED_STARTS: [u64; ADDED_HEADERS.len()] = {
    let (mut starts, mut i) = ([0; ADDED_HEADERS.len()], 0);
    while i < starts.len() {
        starts[i] = first_eight(ADDED_HEADERS[i].as_bytes());
        i += 1;
    }
    starts
};

/// The first eight bytes as a number, with zeros behind fewer.
#[inline]
const fn first_eight(bytes: &[u8]) -> u64 {
    if let Some(eight) = bytes.first_chunk() {
        return u64::from_be_bytes(*eight);
    }
    match (bytes.first_chunk(), bytes.last_chunk()) {
        (Some(first), Some(last)) => {
            // The last four, without those that are among the first ones.
            let behind = (u32::from_be_bytes(*last) as u64) << (8 * (8 - bytes.len()));
            (u32::from_be_bytes(*first) as u64) << 32 | behind & u32::MAX as u64
        }
        _ => {
            let (mut word, mut i) = (0, 0);
            while i < bytes.len() {
                word |= (bytes[i] as u64) << (56 - 8 * i);
                i += 1;
            }
            word
        }
    }
}

/// Eight ASCII characters in lower case.
#[inline]
fn lower_letters(eight: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    // The highest bit of each byte says whether it is not below A, and whether it is above Z.
    let [from_a, above_z] = [b'A', b'Z' + 1].map(|bound| eight + ONES * u64::from(128 - bound));
    eight | (from_a & !above_z & (ONES << 7)) >> 2
}

const NEVER_SIGNED: [&str; 13] = [
    "authorization",
    "baggage",
    "connection",
    "expect",
    "keep-alive",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
];

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use alloc::vec::Vec;

    #[test]
    fn letters_are_lowered_as_the_standard_library_does() {
        for place in 0..8 {
            for byte in 0..128 {
                let mut eight = *b"aZ-0z@[{";
                eight[place] = byte;
                let expected = eight.map(|byte| byte.to_ascii_lowercase());
                assert_eq!(lower_letters(u64::from_be_bytes(eight)), u64::from_be_bytes(expected), "{eight:?}");
            }
        }
    }

    /// Names of up to 17 characters that differ in one place or end early.
    #[test]
    fn names_are_in_the_order_of_their_lower_case() {
        ["X-Amz-Meta-Camera", "zyxwvutsrqponmlkj"].into_iter().for_each(in_order);
    }

    fn in_order(whole: &str) {
        let mut names = Vec::new();
        for length in 0..18 {
            let name = &whole[..length];
            names.push(String::from(name));
            for at in 0..length {
                names.extend(["-", "0", "A", "Z", "^", "_", "a", "z"].map(|other| {
                    let mut changed = String::from(name);
                    changed.replace_range(at..=at, other);
                    changed
                }));
            }
        }
        for a in &names {
            for b in &names {
                let expected = a.to_ascii_lowercase().cmp(&b.to_ascii_lowercase());
                assert_eq!(compare_names(a.as_bytes(), b.as_bytes()), expected, "{a} and {b}");
            }
        }
    }
}
