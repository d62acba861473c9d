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
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

/// The set for names and values in a query: the slash is encoded.
pub(crate) const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The set for paths: the slash stays.
pub(crate) const PATH: &AsciiSet = &QUERY.remove(b'/');

/// A text on its way into a path or a query.
#[derive(Clone, Copy)]
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
    pub(crate) fn write(self, set: &'static AsciiSet, mut put: impl FnMut(&str) -> fmt::Result) -> fmt::Result {
        let (text, plus) = match self {
            Self::Raw(text) => return percent_encode(text.as_bytes(), set).try_for_each(put),
            Self::Wire(text) => (text, None),
            Self::Received(text) => (text, Some('+')),
        };
        if is_canonical(text, percent_encode(b"/", set).next() == Some("/")) {
            return put(text);
        }
        for (i, part) in text.split('%').enumerate() {
            let rest = match part.as_bytes() {
                _ if i == 0 => part,
                [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                    // The slash is no exception here, whatever the set: `%2F` is not a slash.
                    percent_encode(&[unhex(*high) << 4 | unhex(*low)], QUERY).try_for_each(&mut put)?;
                    &part[2..]
                }
                _ => {
                    put("%25")?;
                    part
                }
            };
            for (i, word) in rest.split(|c| Some(c) == plus).enumerate() {
                if i > 0 {
                    put("%20")?;
                }
                percent_encode(word.as_bytes(), set).try_for_each(&mut put)?;
            }
        }
        Ok(())
    }

    /// The order of two texts of one kind as if both were encoded.
    pub(crate) fn compare(self, other: Self) -> Ordering {
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
        let mut wire = wire.as_bytes().iter();
        let decoded = core::iter::from_fn(move || match (*wire.next()?, wire.as_slice()) {
            (b'%', [high, low, ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                wire.nth(1);
                Some(unhex(*high) << 4 | unhex(*low))
            }
            (b'+', _) => Some(plus),
            (byte, _) => Some(byte),
        });
        raw.bytes().chain(decoded)
    }

    /// The text that it stands for, if that is UTF-8.
    pub(crate) fn decoded(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Raw(text) => Some(Cow::Borrowed(text)),
            Self::Wire(text) | Self::Received(text) if !text.bytes().any(|byte| matches!(byte, b'%' | b'+')) => {
                Some(Cow::Borrowed(text))
            }
            Self::Wire(_) | Self::Received(_) => String::from_utf8(self.bytes().collect()).ok().map(Cow::Owned),
        }
    }
}

/// The order of two byte strings as if both were encoded, without encoding them.
///
/// An encoded byte starts with `%`, which sorts before every unreserved byte, and its two hexadecimal digits sort
/// as the byte itself does.
fn compare(a: impl Iterator<Item = u8>, b: impl Iterator<Item = u8>) -> Ordering {
    let rank = |byte: u8| (is_unreserved(byte), byte);
    a.map(rank).cmp(b.map(rank))
}

/// Whether wire text is in its canonical form already, in which a slash may stand as it is or not.
fn is_canonical(text: &str, slash: bool) -> bool {
    let mut rest = text.as_bytes();
    while let [byte, behind @ ..] = rest {
        rest = match (byte, behind) {
            (byte, _) if is_unreserved(*byte) || slash && *byte == b'/' => behind,
            (b'%', [high @ (b'0'..=b'9' | b'A'..=b'F'), low @ (b'0'..=b'9' | b'A'..=b'F'), behind @ ..])
                if !is_unreserved(unhex(*high) << 4 | unhex(*low)) =>
            {
                behind
            }
            _ => return false,
        };
    }
    true
}

pub(crate) fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
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
    use alloc::{format, vec::Vec};

    fn encoded(text: Text<'_>, set: &'static AsciiSet) -> String {
        let mut out = String::new();
        text.write(set, |piece| {
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
        let encode = |bytes: &[u8]| percent_encode(bytes, QUERY).collect::<String>();
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
    fn decoding_undoes_encoding() {
        let text = "a/b c%+é\u{0}~";
        let bytes: Vec<u8> = Text::Wire(&encoded(Text::Raw(text), QUERY)).bytes().collect();
        assert_eq!(bytes, text.as_bytes());
    }
}
