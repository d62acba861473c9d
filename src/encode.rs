//! AWS's `UriEncode`: every byte but `A-Z a-z 0-9 - . _ ~` becomes `%XX` in upper case.
//!
//! Raw text (an object key, a parameter's value) is encoded as it stands. Wire text (a path or query that is already
//! encoded) is brought to the same form byte by byte, which changes nothing where that form was there already.
//!
//! Source: "Create a canonical request" in
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>.

use alloc::borrow::Cow;
use alloc::string::String;
use core::cmp::Ordering;
use core::fmt;

/// What stays as it is: the unreserved bytes, and one more.
#[derive(Clone, Copy)]
pub(crate) struct Plain {
    also: u8,
}

/// For names and values in a query: the slash is encoded.
pub(crate) const QUERY: Plain = Plain { also: b'~' };

/// For paths: the slash stays.
pub(crate) const PATH: Plain = Plain { also: b'/' };

/// A text on its way into a path or a query.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Text<'a> {
    /// As the caller thinks of it.
    Raw(&'a str),
    /// As it is sent.
    Wire(&'a str),
    /// As it was received in a query: as `Wire`, and a plus is a space.
    Received(&'a str),
}

impl<'a> Text<'a> {
    /// Writes the canonical form in pieces.
    ///
    /// In wire text, `%XX` of an unreserved byte becomes that byte, any other valid `%XX` is kept in upper case, and
    /// every other byte is encoded, a lone `%` as `%25`.
    #[inline]
    pub(crate) fn write(self, plain: Plain, mut put: impl FnMut(&[u8]) -> fmt::Result) -> fmt::Result {
        let (text, plus) = match self {
            Self::Raw(text) => return encode(text.as_bytes(), plain, put),
            Self::Wire(text) => (text, None),
            Self::Received(text) => (text, Some(b'+')),
        };
        if is_canonical(text, plain) {
            return put(text.as_bytes());
        }
        for (i, part) in text.as_bytes().split(|byte| *byte == b'%').enumerate() {
            let rest = match part {
                _ if i == 0 => part,
                [high, low, rest @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                    // The slash is no exception here, not even in a path: `%2F` is not a slash.
                    encode(&[escaped(*high, *low)], QUERY, &mut put)?;
                    rest
                }
                _ => {
                    put(b"%25")?;
                    part
                }
            };
            for (i, word) in rest.split(|byte| Some(*byte) == plus).enumerate() {
                if i > 0 {
                    put(b"%20")?;
                }
                encode(word, plain, &mut put)?;
            }
        }
        Ok(())
    }

    /// The same into a text.
    pub(crate) fn write_to(self, plain: Plain, out: &mut impl fmt::Write) -> fmt::Result {
        self.write(plain, |piece| out.write_str(ascii(piece)?))
    }

    /// The order of two texts of one kind as if both were encoded.
    pub(crate) fn compare(self, other: Self) -> Ordering {
        if let (Self::Raw(a), Self::Raw(b)) = (self, other) {
            // The first byte that differs decides.
            let (a, b) = (a.as_bytes(), b.as_bytes());
            let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
            let rank = |byte: Option<&u8>| byte.map(|byte| (is_unreserved(*byte), *byte));
            return rank(a.get(same)).cmp(&rank(b.get(same)));
        }
        if let (Self::Received(a), Self::Received(b)) = (self, other) {
            // Up to where they differ they stand for the same, and behind that, for most, the byte itself decides.
            let (a, b) = (a.as_bytes(), b.as_bytes());
            let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
            let (a_byte, b_byte) = (a.get(same), b.get(same));
            let plain = |byte: Option<&u8>| byte.is_none_or(|byte| is_unreserved(*byte));
            if plain(a_byte) && plain(b_byte) && !a[same.saturating_sub(2)..same].contains(&b'%') {
                return a_byte.cmp(&b_byte);
            }
        }
        compare(self.bytes(), other.bytes())
    }

    /// The bytes that the text stands for.
    pub(crate) fn bytes(self) -> impl Iterator<Item = u8> + 'a {
        let (raw, wire, plus) = match self {
            Self::Raw(text) => (text, "", b'+'),
            Self::Wire(text) => ("", text, b'+'),
            Self::Received(text) => ("", text, b' '),
        };
        let mut wire = wire.as_bytes();
        let decoded = core::iter::from_fn(move || {
            let literal = wire.first() == Some(&b'+');
            let byte;
            (byte, wire) = first_byte(wire)?;
            Some(if literal { plus } else { byte })
        });
        raw.bytes().chain(decoded)
    }

    /// Whether it stands for this text, in which nothing has to be encoded.
    #[inline]
    pub(crate) fn is(self, plain: &str) -> bool {
        let (Self::Raw(text) | Self::Wire(text) | Self::Received(text)) = self;
        text == plain || self.bytes().eq(plain.bytes())
    }

    /// The text, if nothing in it is encoded.
    pub(crate) fn as_raw(self) -> Option<&'a str> {
        match self {
            Self::Raw(text) => Some(text),
            Self::Wire(_) | Self::Received(_) => None,
        }
    }

    /// The text that it stands for, if that is UTF-8.
    pub(crate) fn decoded(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Raw(text) => Some(Cow::Borrowed(text)),
            Self::Wire(text) | Self::Received(text) if !has_encoded(text) => Some(Cow::Borrowed(text)),
            Self::Wire(_) | Self::Received(_) => String::from_utf8(self.bytes().collect()).ok().map(Cow::Owned),
        }
    }
}

#[inline]
fn encode(mut text: &[u8], plain: Plain, mut put: impl FnMut(&[u8]) -> fmt::Result) -> fmt::Result {
    loop {
        let (run, behind) = text.split_at(plain.run(text));
        if !run.is_empty() {
            put(run)?;
        }
        if behind.is_empty() {
            return Ok(());
        }
        let (odd, behind) = behind.split_at(behind.len().min(ENCODED));
        let mut encoded = [0; PLACE];
        let length = plain.encode(odd, &mut encoded);
        put(&encoded[..length])?;
        text = behind;
    }
}

/// Each byte as it stands in a query, and as it stands in a path; and how many of the three count.
const FORMS: [[[u8; 4]; 256]; 2] = {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut forms = [[[0; 4]; 256]; 2];
    let mut byte = 0;
    while byte < 256 {
        let plain = [byte as u8, 0, 0, 1];
        let encoded = [b'%', DIGITS[byte >> 4], DIGITS[byte & 15], 3];
        forms[0][byte] = if is_unreserved(byte as u8) { plain } else { encoded };
        forms[1][byte] = if byte as u8 == b'/' { plain } else { forms[0][byte] };
        byte += 1;
    }
    forms
};

impl Plain {
    /// At most `ENCODED` bytes in the canonical form.
    #[inline(always)]
    fn encode(self, bytes: &[u8], place: &mut [u8; PLACE]) -> usize {
        let (forms, mut length) = (&FORMS[usize::from(self.also == b'/')], 0_u8);
        // Each byte writes four, of which the next one leaves as many as count: no branch could foresee how many.
        for byte in bytes {
            let four = forms[usize::from(*byte)];
            place[length.into()..usize::from(length) + 4].copy_from_slice(&four);
            length += four[3];
        }
        length.into()
    }

    /// How many bytes at the start stay as they are, all of them or whole strides. Compilers look at a stride with a few
    /// vector instructions, which makes long keys several times as fast as byte after byte.
    #[inline]
    fn run(self, bytes: &[u8]) -> usize {
        let strides = self.strides(bytes);
        let rest = &bytes[strides..];
        if rest.len() < STRIDE && all(rest, |byte| self.holds(byte)) { bytes.len() } else { strides }
    }

    #[inline]
    fn strides(self, bytes: &[u8]) -> usize {
        let stride = |stride: &[u8]| stride.iter().fold(true, |all, byte| all & self.holds(*byte));
        bytes.chunks_exact(STRIDE).take_while(|bytes| stride(bytes)).count() * STRIDE
    }

    #[inline]
    fn holds(self, byte: u8) -> bool {
        is_unreserved(byte) | (byte == self.also)
    }
}

const STRIDE: usize = 16;

/// How many bytes are encoded at a time: what has just been written is slow to copy, so that is done rarely.
const ENCODED: usize = 64;

/// Room for what they become; in it lies whatever a byte can count to, so that no place has to be checked.
const PLACE: usize = u8::MAX as usize + 4;
const _: () = assert!(3 * ENCODED <= u8::MAX as usize);

/// How many bytes a raw text has in a query.
pub(crate) fn encoded_length(text: &str) -> usize {
    text.bytes().map(|byte| usize::from(FORMS[0][usize::from(byte)][3])).sum()
}

/// The order of two byte strings as if both were encoded, without encoding them.
///
/// An encoded byte starts with `%`, which sorts before every unreserved byte, and its two hexadecimal digits sort
/// as the byte itself does.
fn compare(a: impl Iterator<Item = u8>, b: impl Iterator<Item = u8>) -> Ordering {
    let rank = |byte: u8| (is_unreserved(byte), byte);
    a.map(rank).cmp(b.map(rank))
}

/// Whether wire text may stand for anything but itself.
#[inline]
pub(crate) fn has_encoded(text: &str) -> bool {
    !all(text.as_bytes(), |byte| (byte != b'%') & (byte != b'+'))
}

/// Whether this holds for all bytes. It must not branch: then compilers look at many bytes together.
#[inline]
pub(crate) fn all(bytes: &[u8], holds: impl Fn(u8) -> bool + Copy) -> bool {
    let each = |bytes: &[u8]| bytes.iter().fold(true, |all, byte| all & holds(*byte));
    // What is left over is looked at together with what lies before it, so that no byte is looked at alone.
    if let Some(last) = bytes.last_chunk::<STRIDE>() {
        return each(&bytes[..bytes.len() / STRIDE * STRIDE]) & each(last);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        return each(first) & each(last);
    }
    match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some(first), Some(last)) => each(first) & each(last),
        _ => each(bytes),
    }
}

/// Whether this holds for every byte and the one behind it. It must not branch either.
#[inline]
pub(crate) fn all_pairs(bytes: &[u8], holds: impl Fn(u8, u8) -> bool + Copy) -> bool {
    let each = |bytes: &[u8], behind: &[u8]| bytes.iter().zip(behind).fold(true, |all, (a, b)| all & holds(*a, *b));
    let (Some((_, behind)), Some((_, bytes))) = (bytes.split_first(), bytes.split_last()) else { return true };
    // What is left over is looked at together with what lies before it.
    let (whole, last) = (bytes.len() / STRIDE * STRIDE, bytes.len().saturating_sub(STRIDE));
    each(&bytes[..whole], &behind[..whole]) & each(&bytes[last..], &behind[last..])
}

/// Where this byte stands first. Eight bytes are looked at together.
#[inline]
pub(crate) fn position(bytes: &[u8], byte: u8) -> Option<usize> {
    let first = |word: &[u8; 8]| position_in(u64::from_le_bytes(*word), byte);
    let mut rest = bytes;
    while let Some((word, behind)) = rest.split_first_chunk() {
        if let Some(at) = first(word) {
            return Some(bytes.len() - rest.len() + at);
        }
        rest = behind;
    }
    // What is left over, together with what lies before it and does not hold the byte.
    match bytes.last_chunk() {
        Some(word) => first(word).map(|at| bytes.len() - 8 + at),
        None => bytes.iter().position(|other| *other == byte),
    }
}

/// The same among eight bytes, the first of them the lowest.
#[inline]
fn position_in(word: u64, byte: u8) -> Option<usize> {
    let places = places_in(word, byte);
    (places != 0).then(|| places.trailing_zeros() as usize / 8)
}

/// The highest bit of each of these eight bytes that is this one. By a carry it may be set in the byte behind one as well, so
/// only the lowest is certain.
#[inline]
pub(crate) fn places_in(word: u64, byte: u8) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let differs = word ^ (ONES * u64::from(byte));
    differs.wrapping_sub(ONES) & !differs & (ONES << 7)
}

/// Bytes that are ASCII, as text.
#[inline]
pub(crate) fn ascii(bytes: &[u8]) -> Result<&str, fmt::Error> {
    core::str::from_utf8(bytes).map_err(|_| fmt::Error)
}

/// What comes before the first of these ASCII characters, and what comes behind it.
#[inline]
pub(crate) fn split_once(text: &str, character: u8) -> Option<(&str, &str)> {
    position(text.as_bytes(), character).map(|at| (&text[..at], &text[at + 1..]))
}

/// Whether wire text is in its canonical form already.
#[inline]
pub(crate) fn is_canonical(text: &str, plain: Plain) -> bool {
    let mut rest = text.as_bytes();
    if !all(rest, |byte| plain.holds(byte) | (byte == b'%')) {
        return false;
    }
    while let Some(at) = position(rest, b'%') {
        rest = match rest[at + 1..] {
            [high, low, ref behind @ ..] if FORMS[0][usize::from(escaped(high, low))] == [b'%', high, low, 3] => behind,
            _ => return false,
        };
    }
    true
}

/// Whether wire text stands for this text, in a time that tells how long they are and what is encoded, and nothing else.
pub(crate) fn stands_for(wire: &str, text: &str) -> bool {
    let (mut wire, mut text, mut differences) = (wire.as_bytes(), text.as_bytes(), 0);
    loop {
        // What is not encoded is compared eight bytes at a time.
        if let (Some(word), Some(other)) = (wire.first_chunk(), text.first_chunk()) {
            let (word, other) = (u64::from_le_bytes(*word), u64::from_le_bytes(*other));
            let plain = position_in(word, b'%');
            let (mask, length) = plain.map_or((u64::MAX, 8), |at| ((1 << (8 * at)) - 1, at));
            differences |= (word ^ other) & mask;
            (wire, text) = (&wire[length..], &text[length..]);
            if length == 8 {
                continue;
            }
        }
        match (first_byte(wire), text.split_first()) {
            (Some((byte, behind)), Some((other, rest))) => {
                differences |= u64::from(byte ^ other);
                (wire, text) = (behind, rest);
            }
            (None, None) => return core::hint::black_box(differences) == 0,
            _ => return false,
        }
    }
}

/// The first byte that wire text stands for, if a plus stands for itself, and what comes behind it.
#[inline]
pub(crate) fn first_byte(wire: &[u8]) -> Option<(u8, &[u8])> {
    match wire {
        [b'%', high, low, behind @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
            Some((escaped(*high, *low), behind))
        }
        [byte, behind @ ..] => Some((*byte, behind)),
        [] => None,
    }
}

#[inline]
pub(crate) const fn is_unreserved(byte: u8) -> bool {
    // Without branches and in few steps, for many bytes together: hyphen and dot stand before the digits, but for the slash.
    let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    let hyphen_to_nine = byte.wrapping_sub(b'-') <= b'9' - b'-';
    letter | hyphen_to_nine & (byte != b'/') | (byte == b'_') | (byte == b'~')
}

/// The byte of an escape's two hexadecimal digits; of other characters some byte.
#[inline]
fn escaped(high: u8, low: u8) -> u8 {
    let digit = |character: u8| (character & 15) + 9 * (character >> 6);
    digit(high) << 4 | digit(low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, vec, vec::Vec};

    fn encoded(text: Text<'_>, plain: Plain) -> String {
        let mut out = String::new();
        text.write_to(plain, &mut out).expect("a String takes everything");
        out
    }

    #[test]
    fn raw_text_keeps_exactly_the_unreserved_characters() {
        for byte in 0..=0x7f_u8 {
            let text = String::from(char::from(byte));
            let expected = match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => text.clone(),
                _ => format!("%{byte:02X}"),
            };
            assert_eq!(encoded(Text::Raw(&text), QUERY), expected);
            assert_eq!(encoded(Text::Raw(&text), PATH), if byte == b'/' { "/" } else { &expected });
        }
        assert_eq!(encoded(Text::Raw("é ሴ 😀"), QUERY), "%C3%A9%20%E1%88%B4%20%F0%9F%98%80");
        for length in 0..80 {
            let plain = "abc/".repeat(20);
            let text = format!("{}é{}", &plain[..length], &plain[length..]);
            let expected = text.replace('é', "%C3%A9");
            assert_eq!(encoded(Text::Raw(&text), PATH), expected);
            assert_eq!(encoded(Text::Raw(&text), QUERY), expected.replace('/', "%2F"));
        }
    }

    #[test]
    fn wire_text_is_brought_to_the_canonical_form() {
        for (wire_text, path, query) in [
            ("a%7eb", "a~b", "a~b"),
            ("%41%2D%2e%5F", "A-._", "A-._"),
            ("a%2fb/c", "a%2Fb/c", "a%2Fb%2Fc"),
            ("100%", "100%25", "100%25"),
            ("%", "%25", "%25"),
            ("%%41", "%25A", "%25A"),
            ("%4", "%254", "%254"),
            ("%4g", "%254g", "%254g"),
            ("%zz%20", "%25zz%20", "%25zz%20"),
            ("a b", "a%20b", "a%20b"),
            ("é%c3%a9", "%C3%A9%C3%A9", "%C3%A9%C3%A9"),
            ("%é", "%25%C3%A9", "%25%C3%A9"),
            ("", "", ""),
        ] {
            assert_eq!(encoded(Text::Wire(wire_text), PATH), path, "{wire_text}");
            assert_eq!(encoded(Text::Wire(path), PATH), path, "{wire_text} twice");
            assert_eq!(encoded(Text::Wire(wire_text), QUERY), query, "{wire_text}");
        }
    }

    #[test]
    fn a_plus_received_in_a_query_is_a_space() {
        for (text, query, bytes) in [
            ("a+b", "a%20b", "a b"),
            ("+%2b+", "%20%2B%20", " + "),
            ("%+", "%25%20", "% "),
            ("%2+", "%252%20", "%2 "),
            ("a%7eb", "a~b", "a~b"),
        ] {
            assert_eq!(encoded(Text::Received(text), QUERY), query, "{text}");
            assert_eq!(encoded(Text::Received(query), QUERY), query, "{text} twice");
            assert_eq!(Text::Received(text).decoded().unwrap(), bytes, "{text}");
            assert_eq!(Text::Wire(query).decoded().unwrap(), bytes, "{text}");
        }
        assert_eq!(Text::Wire("a+b").decoded().unwrap(), "a+b");
        assert_eq!(Text::Received("%ff").decoded(), None);
    }

    #[test]
    fn the_order_is_that_of_the_encoded_text_for_all_pairs_of_bytes() {
        let byte = |byte: &u8| match *byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => String::from(char::from(*byte)),
            _ => format!("%{byte:02X}"),
        };
        let encode = |bytes: &[u8]| bytes.iter().map(byte).collect::<String>();
        for a in 0..=255_u8 {
            for b in 0..=255_u8 {
                for (a, b) in [(&[a][..], &[b][..]), (&[a, b], &[b]), (&[b'm', a], &b"m"[..])] {
                    let ours = compare(a.iter().copied(), b.iter().copied());
                    assert_eq!(ours, encode(a).cmp(&encode(b)), "{a:?} against {b:?}");
                }
            }
        }
    }

    #[test]
    fn texts_are_compared_as_if_they_were_encoded() {
        let mut texts = alloc::vec![String::new()];
        for length in 0..3 {
            for text in texts.clone().iter().filter(|text| text.len() == length) {
                texts.extend(["a", "%", "7", "E", "~", "+", "/"].map(|piece| format!("{text}{piece}")));
            }
        }
        for a in &texts {
            for b in &texts {
                let (a, b) = (Text::Received(a), Text::Received(b));
                assert_eq!(a.compare(b), encoded(a, QUERY).cmp(&encoded(b, QUERY)));
            }
        }
    }

    #[test]
    fn a_byte_is_found_where_it_stands_first() {
        for length in 0..40 {
            let bytes: Vec<u8> = (0..length).map(|at| [0, b'&', 0x25, 0xa6, 0xff, b'\'', 1][at * 5 % 7]).collect();
            for byte in [b'&', b'%', 0, 1, 0xff, 0xa6, b'x'] {
                for start in 0..=length {
                    let rest = &bytes[start..];
                    assert_eq!(
                        position(rest, byte),
                        rest.iter().position(|other| *other == byte),
                        "{byte} in {rest:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn decoding_undoes_encoding() {
        let text = "a/b c%+é\u{0}~";
        let bytes: Vec<u8> = Text::Wire(&encoded(Text::Raw(text), QUERY)).bytes().collect();
        assert_eq!(bytes, text.as_bytes());
    }

    #[test]
    fn one_byte_that_is_another_is_found_wherever_it_stands() {
        for length in 0..100 {
            let mut bytes = vec![b'a'; length];
            assert!(all(&bytes, |byte| byte == b'a'), "{length}");
            for at in 0..length {
                bytes[at] = b'b';
                assert!(!all(&bytes, |byte| byte == b'a'), "{at} of {length}");
                bytes[at] = b'a';
            }
        }
    }

    /// Every pair of characters behind a percent sign, and everything up to the end of a text.
    #[test]
    fn what_is_canonical_encodes_to_itself() {
        let characters = (1..128).map(char::from);
        let two = || characters.clone().flat_map(|a| characters.clone().map(move |b| format!("%{a}{b}")));
        let ends = ["", "a", "%", "%2", "%2F", "%2f", "a%", "~", "/", "é"];
        for text in
            two().chain(ends.map(String::from)).flat_map(|text| [text.clone(), format!("0123456789abcdef{text}")])
        {
            for plain in [QUERY, PATH] {
                let itself = encoded(Text::Wire(&text), plain) == text;
                assert_eq!(is_canonical(&text, plain), itself, "{text:?}");
            }
        }
    }

    #[test]
    fn a_text_is_what_its_encoding_stands_for() {
        for length in [0, 1, 7, 8, 9, 20, 21, 22, 63, 64, 65, 127, 128, 129, 400] {
            let text: String = "a/B+c=é0123456789abcdef%".chars().cycle().take(length).collect();
            let wire = encoded(Text::Raw(&text), QUERY);
            assert!(stands_for(&wire, &text), "{text}");
            assert!(stands_for(&wire.replace("%2F", "%2f").replace("%2B", "+").replace("a", "%61"), &text), "{text}");
            assert!(!stands_for(&format!("{wire}a"), &text), "{text}");
            for at in 0..wire.len() {
                let (before, behind) = (&wire[..at], &wire[at + 1..]);
                assert!(!stands_for(&format!("{before}{behind}"), &text), "{text} without byte {at}");
                assert!(!stands_for(&format!("{before}-{behind}"), &text), "{text} with another byte {at}");
            }
        }
    }

    #[test]
    fn no_pair_is_missed() {
        for length in 0..40 {
            let mut bytes = vec![b'a'; length];
            assert!(all_pairs(&bytes, |a, b| (a != b'/') | (b != b'.')));
            for at in 1..length {
                (bytes[at - 1], bytes[at]) = (b'/', b'.');
                assert!(!all_pairs(&bytes, |a, b| (a != b'/') | (b != b'.')), "{at} of {length}");
                (bytes[at - 1], bytes[at]) = (b'a', b'a');
            }
        }
    }
}
