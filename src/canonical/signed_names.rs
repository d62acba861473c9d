//! The list of signed headers, as a request that was received has it.

use super::MOST_HEADERS;
use crate::encode::{QUERY, Text, all, is_canonical, position};
use crate::request::{is_token, is_usual};
use alloc::borrow::Cow;

/// The names of the signed headers, as a request lists them: sorted, in lower case, each once.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct SignedNames<'a> {
    list: Text<'a>,
    host: bool,
}

impl<'a> SignedNames<'a> {
    /// What nearly every link has signed.
    pub(crate) const ONLY_HOST: Self = Self { list: Text::Raw("host"), host: true };

    /// `None` if the list is not of that form.
    pub(crate) fn parse(list: Text<'a>) -> Option<Self> {
        // In which nothing is encoded, as in that of nearly every link.
        if let Text::Raw("host") | Text::Wire("host") | Text::Received("host") = list {
            return Some(Self::ONLY_HOST);
        }
        let host = match list {
            Text::Raw(list) => read_names(list.as_bytes())?,
            Text::Wire(_) | Text::Received(_) => read_encoded_names(list)?,
        };
        Some(Self { list, host })
    }

    /// Whether the list is encoded as AWS's document has it.
    pub(crate) fn are_canonical(self) -> bool {
        let (Text::Raw(text) | Text::Wire(text) | Text::Received(text)) = self.list;
        self == Self::ONLY_HOST || is_canonical(text, QUERY)
    }

    /// The list, if nothing in it is encoded: then it stands so in the canonical request.
    pub(super) fn as_signed(self) -> Option<&'a str> {
        self.list.as_raw()
    }

    pub(crate) fn contain_host(self) -> bool {
        self.host
    }

    pub(crate) fn contain(self, name: &str) -> bool {
        self.names().any(|signed| signed.eq_ignore_ascii_case(name))
    }

    pub(crate) fn names(self) -> impl Iterator<Item = Cow<'a, str>> {
        self.iter().filter_map(Text::decoded)
    }

    /// A name in which nothing is encoded is raw text.
    pub(super) fn iter(self) -> impl Iterator<Item = Text<'a>> + use<'a> {
        let mut rest = Some(self.list);
        core::iter::from_fn(move || {
            let name;
            (name, rest) = match rest? {
                Text::Raw(list) => {
                    let end = first_name(list.as_bytes()).0.len();
                    (Text::Raw(&list[..end]), list.get(end + 1..).map(Text::Raw))
                }
                Text::Wire(list) => first_encoded_name(list, Text::Wire),
                Text::Received(list) => first_encoded_name(list, Text::Received),
            };
            Some(name)
        })
    }
}

/// Whether `host` is among these names, if they are well formed.
fn read_names(list: &[u8]) -> Option<bool> {
    // Nearly every list is of these characters, which are looked at together.
    let usual = |byte: u8| byte.is_ascii_lowercase() | byte.is_ascii_digit() | (byte == b'-') | (byte == b';');
    let usual = all(list, usual);
    let (mut previous, mut count, mut host, mut rest) = (&b""[..], 0, false, Some(list));
    while let Some(list) = rest {
        let name;
        (name, rest) = first_name(list);
        // An empty name comes after no other. A longer list names headers that are not there.
        if previous >= name || !usual && !is_lower_token(name.iter().copied()) || count == MOST_HEADERS {
            return None;
        }
        host |= name == b"host";
        (previous, count) = (name, count + 1);
    }
    Some(host)
}

/// The same as they stand in a query.
#[inline(never)]
fn read_encoded_names(list: Text<'_>) -> Option<bool> {
    let (mut previous, mut host) = (Text::Raw(""), false);
    for (count, name) in (SignedNames { list, host }).iter().enumerate() {
        let in_order = match (previous, name) {
            (Text::Raw(previous), Text::Raw(name)) => previous < name,
            (previous, name) => previous.bytes().lt(name.bytes()),
        };
        let well_formed = match name {
            Text::Raw(name) => is_usual(name) || is_lower_token(name.bytes()),
            Text::Wire(_) | Text::Received(_) => is_lower_token(name.bytes()),
        };
        if !in_order || !well_formed || count == MOST_HEADERS {
            return None;
        }
        host |= name.is("host");
        previous = name;
    }
    Some(host)
}

/// The first name of a list, and those behind it.
#[inline]
pub(super) fn first_name(list: &[u8]) -> (&[u8], Option<&[u8]>) {
    let end = position(list, b';').unwrap_or(list.len());
    (&list[..end], list.get(end + 1..))
}

/// The same as it stands in a query.
#[inline(never)]
fn first_encoded_name<'a>(list: &'a str, wrap: fn(&'a str) -> Text<'a>) -> (Text<'a>, Option<Text<'a>>) {
    let mut plain = true;
    for (at, byte) in list.bytes().enumerate() {
        let next = match byte {
            b';' => at + 1,
            b'%' if list.get(at..at + 3).is_some_and(|escape| escape.eq_ignore_ascii_case("%3B")) => at + 3,
            byte => {
                plain &= !matches!(byte, b'%' | b'+');
                continue;
            }
        };
        let name = if plain { Text::Raw(&list[..at]) } else { wrap(&list[..at]) };
        return (name, Some(wrap(&list[next..])));
    }
    (if plain { Text::Raw(list) } else { wrap(list) }, None)
}

#[inline]
fn is_lower_token(mut name: impl Iterator<Item = u8>) -> bool {
    let fits = |byte: u8| is_token(byte) && !byte.is_ascii_uppercase();
    name.next().is_some_and(fits) && name.all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use alloc::vec;
    use alloc::vec::Vec;

    /// Lists with a few of everything: raw, they are read as a query's are, in which nothing is encoded.
    #[test]
    fn a_list_says_the_same_wherever_it_stands() {
        let pieces = ["a", "host", "x-amz-date", "x-amz-meta-a.b_c", "B", "-", "é", "0", ";", ";", ""];
        let (mut lists, mut last) = (vec![String::new()], vec![String::new()]);
        for _ in 0..5 {
            last = last.iter().flat_map(|list| pieces.map(|piece| list.clone() + piece)).collect();
            last.sort_unstable();
            last.dedup();
            lists.extend(last.iter().cloned());
        }
        let long = |count: usize| (0..count).map(|i| alloc::format!("a{i:03}")).collect::<Vec<_>>().join(";");
        lists.extend([long(MOST_HEADERS), long(MOST_HEADERS + 1)]);
        let (mut taken, mut refused) = (0, 0);
        for list in &lists {
            let [raw, received] = [Text::Raw(list), Text::Received(list)].map(SignedNames::parse);
            let names: Vec<_> = list.split(';').collect();
            let lower = |name: &&str| !name.is_empty() && name.bytes().all(|b| is_token(b) && !b.is_ascii_uppercase());
            let expected = names.is_sorted_by(|a, b| a < b) && names.iter().all(lower) && names.len() <= MOST_HEADERS;
            assert_eq!((raw.is_some(), received.is_some()), (expected, expected), "{list}");
            *if expected { &mut taken } else { &mut refused } += 1;
            let (Some(raw), Some(received)) = (raw, received) else { continue };
            assert_eq!(raw.names().collect::<Vec<_>>(), names, "{list}");
            assert_eq!(received.names().collect::<Vec<_>>(), names, "{list}");
            for signed in [raw, received] {
                assert_eq!(signed.contain_host(), names.contains(&"host"), "{list}");
                assert_eq!(signed.contain("HOST"), names.contains(&"host"), "{list}");
            }
        }
        assert!(taken > 100 && refused > 1000, "{taken} {refused}");
    }
}
