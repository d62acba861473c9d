//! AWS's `UriEncode`: every byte but `A-Z a-z 0-9 - . _ ~` becomes `%XX` in upper case.
//!
//! Raw text (an object key, a parameter's value) is encoded as it stands. Wire text (a path or query that is already
//! encoded) is brought to the same form byte by byte, which changes nothing where that form was there already.
//!
//! Source: "Create a canonical request" in
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>.

use core::cmp::Ordering;
use core::fmt;
use percent_encoding::{percent_decode, percent_encode_byte};

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
#[derive(Clone, Copy)]
pub(crate) enum Text<'a> {
    /// As the caller thinks of it.
    Raw(&'a str),
    /// As it is sent, or was received.
    Wire(&'a str),
}

impl<'a> Text<'a> {
    /// Writes the canonical form in pieces.
    ///
    /// In wire text, `%XX` of an unreserved byte becomes that byte, any other valid `%XX` is kept in upper case, and
    /// every other byte is encoded, a lone `%` as `%25`.
    #[inline]
    pub(crate) fn write(self, plain: Plain, mut put: impl FnMut(&str) -> fmt::Result) -> fmt::Result {
        let text = match self {
            Self::Raw(text) => return encode(text, plain, put),
            Self::Wire(text) => text,
        };
        for (i, part) in text.split('%').enumerate() {
            let rest = match part.as_bytes() {
                _ if i == 0 => part,
                [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                    // The slash is no exception here, not even in a path: `%2F` is not a slash.
                    let byte = unhex(*high) << 4 | unhex(*low);
                    match core::str::from_utf8(&[byte]) {
                        Ok(character) if is_unreserved(byte) => put(character)?,
                        _ => put(percent_encode_byte(byte))?,
                    }
                    &part[2..]
                }
                _ => {
                    put("%25")?;
                    part
                }
            };
            encode(rest, plain, &mut put)?;
        }
        Ok(())
    }

    /// The bytes that the text stands for.
    pub(crate) fn bytes(self) -> impl Iterator<Item = u8> + 'a {
        let (raw, wire) = match self {
            Self::Raw(text) => (text, ""),
            Self::Wire(text) => ("", text),
        };
        raw.bytes().chain(percent_decode(wire.as_bytes()))
    }
}

#[inline]
fn encode(text: &str, plain: Plain, mut put: impl FnMut(&str) -> fmt::Result) -> fmt::Result {
    let mut rest = text;
    loop {
        // An unreserved byte is a character of its own, so both ends of a run lie between characters.
        let (run, odd) = rest.split_at(plain.run(rest.as_bytes()));
        if !run.is_empty() {
            put(run)?;
        }
        if odd.is_empty() {
            return Ok(());
        }
        let (odd, behind) = odd.split_at(odd.bytes().position(|byte| plain.holds(byte)).unwrap_or(odd.len()));
        odd.bytes().try_for_each(|byte| put(percent_encode_byte(byte)))?;
        rest = behind;
    }
}

impl Plain {
    /// How many bytes at the start stay as they are. Compilers look at a stride with a few vector instructions, which
    /// makes long keys several times as fast as byte after byte.
    #[inline]
    fn run(self, bytes: &[u8]) -> usize {
        let stride = |stride: &[u8]| stride.iter().fold(true, |all, byte| all & self.holds(*byte));
        let strides = bytes.chunks_exact(STRIDE).take_while(|bytes| stride(bytes)).count();
        let (_, rest) = bytes.split_at(strides * STRIDE);
        strides * STRIDE
            + rest.iter().position(|byte| !PLAIN[usize::from(*byte)] && *byte != self.also).unwrap_or(rest.len())
    }

    #[inline]
    fn holds(self, byte: u8) -> bool {
        is_unreserved(byte) | (byte == self.also)
    }
}

const STRIDE: usize = 16;

/// The unreserved bytes, for one look at a time.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        plain[byte as usize] = is_unreserved(byte);
        byte += 1;
    }
    plain
};

/// The order of two byte strings as if both were encoded, without encoding them.
///
/// An encoded byte starts with `%`, which sorts before every unreserved byte, and its two hexadecimal digits sort
/// as the byte itself does.
pub(crate) fn compare(a: impl Iterator<Item = u8>, b: impl Iterator<Item = u8>) -> Ordering {
    let rank = |byte: u8| (is_unreserved(byte), byte);
    a.map(rank).cmp(b.map(rank))
}

#[inline]
pub(crate) const fn is_unreserved(byte: u8) -> bool {
    // Without branches, so that many bytes can be looked at together.
    byte.is_ascii_alphanumeric() | (byte == b'-') | (byte == b'.') | (byte == b'_') | (byte == b'~')
}

fn unhex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::String, vec::Vec};

    fn encoded(text: Text<'_>, plain: Plain) -> String {
        let mut out = String::new();
        text.write(plain, |piece| {
            out.push_str(piece);
            Ok(())
        })
        .expect("a String takes everything");
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
    fn decoding_undoes_encoding() {
        let text = "a/b c%+é\u{0}~";
        let bytes: Vec<u8> = Text::Wire(&encoded(Text::Raw(text), QUERY)).bytes().collect();
        assert_eq!(bytes, text.as_bytes());
    }
}
