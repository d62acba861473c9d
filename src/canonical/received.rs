//! A request that was received: it signed what its list of signed headers says, and nothing is added to it.

use super::order::{Order, is, lower};
use super::{ADDED_HEADERS, ADDED_PARAMETERS, ALL_ADDED, Authentication, HOST, Parts, Walk};
use crate::encode::{QUERY, Text, is_canonical, position};
use crate::error::Excerpt;
use crate::limits::{MAX_HEADERS, MAX_PARAMETERS, MAX_QUERY};
use crate::request::{Query, is_token, is_usual};
use alloc::borrow::Cow;

impl<'r> Parts<'r> {
    /// Takes every header that the list names, every parameter but the unsigned ones, and the rest as it came.
    #[inline]
    pub(crate) fn received(&'r self, order: &'r mut Order, unsigned: Unsigned) -> Result<Walk<'r>, Refused> {
        if let Authentication::Received(signed) = self.authentication {
            self.take_headers(order, *signed)?;
        }
        self.take_parameters(order, unsigned)?;
        Ok(Walk { parts: self, order })
    }

    fn take_headers(&self, order: &mut Order, signed: SignedNames<'_>) -> Result<(), Refused> {
        let headers = self.request.headers;
        let own = |(name, _): &(&str, _)| {
            !name.eq_ignore_ascii_case("authorization")
                && !ADDED_HEADERS.into_iter().any(|added| name.eq_ignore_ascii_case(added))
        };
        let count = headers.len();
        if count > MOST_HEADERS || count > MAX_HEADERS && headers.iter().filter(own).count() > MAX_HEADERS {
            return Err(Refused::Headers(count));
        }
        if signed == SignedNames::ONLY_HOST {
            order.headers.push(HOST);
            return Ok(());
        }
        // The names are sorted and each is there once, so no header is taken twice.
        for name in signed.iter() {
            if is_header(name, "host") {
                // Where there is a header of that name, it says the same.
                order.headers.push(HOST);
                continue;
            }
            let before = order.headers.len;
            order.names_are_plain = false;
            for (index, (given, _)) in headers.iter().enumerate() {
                if is_header(name, given) {
                    order.headers.push(id(index));
                }
            }
            if order.headers.len == before {
                return Err(Refused::HeaderMissing(Excerpt::of(&name.decoded().unwrap_or_default())));
            }
        }
        Ok(())
    }

    fn take_parameters(&self, order: &mut Order, unsigned: Unsigned) -> Result<(), Refused> {
        if let Query::Received(text) = self.request.query {
            if text.len() > MAX_QUERY {
                return Err(Refused::QueryTooLong(text.len()));
            }
            if unsigned.token.is_none() && !self.request.has_own_parameters() {
                order.as_received = unsigned.gap;
            }
            if order.as_received.is_some() {
                return Ok(());
            }
        }
        self.sort_received_parameters(order, [unsigned.signature, unsigned.token])
    }

    #[cold]
    fn sort_received_parameters(&self, order: &mut Order, unsigned: [Option<usize>; 2]) -> Result<(), Refused> {
        for (at, _, _) in self.request.query.parameters() {
            if unsigned.contains(&Some(at)) {
                continue;
            }
            if order.parameters.len == MAX_PARAMETERS + ADDED_PARAMETERS.len() {
                return Err(Refused::Parameters(self.request.query.parameters().count()));
            }
            order.parameters.push(at as u16);
        }
        let own = |(_, name, _): &(_, Text<'_>, _)| {
            !ADDED_PARAMETERS.into_iter().chain(["X-Amz-Signature"]).any(|added| name.bytes().eq(added.bytes()))
        };
        if order.parameters.len > MAX_PARAMETERS {
            let parameters = self.request.query.parameters();
            if parameters.clone().filter(own).count() > MAX_PARAMETERS {
                return Err(Refused::Parameters(parameters.count()));
            }
        }
        for (i, _, _) in self.request.own_parameters() {
            order.parameters.push(ALL_ADDED - 1 - i as u16);
        }
        let parameters = order.parameters.as_mut_slice();
        if !parameters.is_sorted_by(|a, b| self.compare_parameters(*a, *b).is_le()) {
            parameters.sort_unstable_by(|a, b| self.compare_parameters(*a, *b));
        }
        Ok(())
    }
}

/// Where the parameters stand that are not signed.
#[derive(Clone, Copy, Default)]
pub(crate) struct Unsigned {
    pub(crate) signature: Option<usize>,
    pub(crate) token: Option<usize>,
    /// In a query that is in canonical form but for the signature: what is left out of it.
    pub(crate) gap: Option<Gap>,
}

/// The bytes of a query without which the rest of it is well formed.
#[derive(Clone, Copy)]
pub(crate) struct Gap {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Gap {
    /// That of the parameter which stands at this place, with one of the separators around it.
    pub(crate) fn of(query: &str, at: Option<usize>) -> Self {
        let Some(at) = at else { return Self { start: 0, end: 0 } };
        match position(&query.as_bytes()[at..], b'&') {
            Some(length) => Self { start: at, end: at + length + 1 },
            None => Self { start: at.saturating_sub(1), end: query.len() },
        }
    }
}

/// Finds out whether a query is in canonical form as it was received: each parameter with its equals sign, encoded as
/// AWS's document has it, all of them sorted. Then nothing has to be decoded, sorted and encoded again.
pub(crate) struct Recognition<'a> {
    canonical: bool,
    count: usize,
    length: usize,
    previous: ((&'a str, Option<usize>), &'a str),
}

impl<'a> Recognition<'a> {
    pub(crate) fn new() -> Self {
        Self { canonical: true, count: 0, length: 0, previous: (("", None), "") }
    }

    /// Takes the next parameter. A name that needs no encoding may have its place among such names; a value may be known
    /// to need none.
    #[inline]
    pub(crate) fn take(&mut self, (name, place): (&'a str, Option<usize>), value: &'a str, known: bool) {
        let ((previous_name, previous_place), previous_value) = self.previous;
        let sorted = match (previous_place, place) {
            _ if self.count == 0 => true,
            (Some(previous), Some(place)) if previous != place => previous < place,
            _ => (previous_name, previous_value) <= (name, value),
        };
        self.canonical = self.canonical
            && sorted
            && (place.is_some() || is_canonical(name, QUERY))
            && (known || is_canonical(value, QUERY));
        self.previous = ((name, place), value);
        self.skip(name, value);
    }

    /// Passes over a parameter that is not signed.
    #[inline]
    pub(crate) fn skip(&mut self, name: &str, value: &str) {
        self.count += 1;
        self.length += name.len() + value.len() + 2;
    }

    /// For the query that all of them stood in.
    pub(crate) fn is_canonical(&self, query: &str) -> bool {
        // The lengths tell whether every parameter had its equals sign.
        let each_in_full = self.length == query.len() + 1;
        query.is_empty() || self.canonical && self.count <= MAX_PARAMETERS && each_in_full
    }
}

/// The id of the header at this place: `HOST`, which stands for the host, is left out.
pub(super) fn id(index: usize) -> u8 {
    (index + usize::from(index >= HOST.into())) as u8
}

pub(super) fn index(id: u8) -> usize {
    usize::from(id) - usize::from(id > HOST)
}

/// The headers of the request itself, those that signing adds, and `authorization`.
pub(crate) const MOST_HEADERS: usize = MAX_HEADERS + ADDED_HEADERS.len() + 1;

/// Why a received request has no canonical form.
#[derive(Clone, Copy)]
pub(crate) enum Refused {
    Headers(usize),
    Parameters(usize),
    QueryTooLong(usize),
    HeaderMissing(Excerpt),
}

/// The names of the signed headers, as a request lists them: sorted, in lower case, each once.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct SignedNames<'a>(Text<'a>);

impl<'a> SignedNames<'a> {
    /// What nearly every link has signed.
    pub(crate) const ONLY_HOST: Self = Self(Text::Raw("host"));

    /// `None` if the list is not of that form.
    pub(crate) fn parse(list: Text<'a>) -> Option<Self> {
        // In which nothing is encoded, as in that of nearly every link.
        if let Text::Raw("host") | Text::Wire("host") | Text::Received("host") = list {
            return Some(Self::ONLY_HOST);
        }
        let this = Self(list);
        let mut previous = None;
        for (index, name) in this.iter().enumerate() {
            let in_order = match (previous, name) {
                (None, _) => true,
                (Some(Text::Raw(previous)), Text::Raw(name)) => previous < name,
                (Some(previous), name) => previous.bytes().lt(name.bytes()),
            };
            let well_formed = match name {
                Text::Raw(name) => is_usual(name) || is_lower_token(name.bytes()),
                Text::Wire(_) | Text::Received(_) => is_lower_token(name.bytes()),
            };
            // A longer list names headers that are not there.
            if !in_order || !well_formed || index == MOST_HEADERS {
                return None;
            }
            previous = Some(name);
        }
        Some(this)
    }

    /// Whether the list is encoded as AWS's document has it.
    pub(crate) fn are_canonical(self) -> bool {
        let (Text::Raw(text) | Text::Wire(text) | Text::Received(text)) = self.0;
        self == Self::ONLY_HOST || is_canonical(text, QUERY)
    }

    /// The list, if nothing in it is encoded: then it stands so in the canonical request.
    pub(super) fn as_signed(self) -> Option<&'a str> {
        match self.0 {
            Text::Raw(list) => Some(list),
            Text::Wire(_) | Text::Received(_) => None,
        }
    }

    #[inline]
    pub(crate) fn contain(self, name: &str) -> bool {
        if self == Self::ONLY_HOST {
            return is(name, "host");
        }
        self.iter().any(|signed| is_header(signed, name))
    }

    pub(crate) fn names(self) -> impl Iterator<Item = Cow<'a, str>> {
        self.iter().filter_map(Text::decoded)
    }

    /// A name in which nothing is encoded is raw text.
    pub(super) fn iter(self) -> impl Iterator<Item = Text<'a>> + use<'a> {
        let (Text::Raw(text) | Text::Wire(text) | Text::Received(text)) = self.0;
        let encoded = !matches!(self.0, Text::Raw(_));
        let mut rest = Some(text);
        core::iter::from_fn(move || {
            let text = rest?;
            let (mut plain, mut end) = (true, position(text.as_bytes(), b';').map(|at| (at, at + 1)));
            if encoded {
                let before = &text[..end.map_or(text.len(), |(at, _)| at)];
                for (at, byte) in before.bytes().enumerate().filter(|(_, byte)| matches!(byte, b'%' | b'+')) {
                    if byte == b'%' && text.get(at..at + 3).is_some_and(|escape| escape.eq_ignore_ascii_case("%3B")) {
                        end = Some((at, at + 3));
                        break;
                    }
                    plain = false;
                }
            }
            let (name, after) = end.map_or((text, None), |(end, next)| (&text[..end], Some(&text[next..])));
            rest = after;
            Some(match self.0 {
                Text::Wire(_) if !plain => Text::Wire(name),
                Text::Received(_) if !plain => Text::Received(name),
                _ => Text::Raw(name),
            })
        })
    }
}

#[inline]
fn is_lower_token(mut name: impl Iterator<Item = u8>) -> bool {
    let fits = |byte: u8| is_token(byte) && !byte.is_ascii_uppercase();
    name.next().is_some_and(fits) && name.all(fits)
}

/// Whether a name from the list of signed headers, in lower case, is that of this header.
#[inline]
fn is_header(signed: Text<'_>, header: &str) -> bool {
    match signed {
        Text::Raw(signed) => is(signed, header),
        Text::Wire(_) | Text::Received(_) => signed.bytes().eq(lower(header.bytes())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::Order;
    use crate::credentials::NOBODY;
    use crate::endpoint::Scheme;
    use crate::payload::PayloadHash;
    use crate::request::{Path, Request};
    use crate::service::Service;
    use crate::timestamp::Timestamp;
    use alloc::string::{String, ToString};
    use alloc::vec;

    /// The canonical query, from the text as it was received or by decoding, sorting and encoding.
    fn canonical(query: &str, unsigned: Unsigned) -> String {
        let query = Query::Received(query);
        let request = Request::from_checked("GET", Scheme::Https, "host", Path::Wire("/"), query);
        let mut order = Order::new();
        let parts = Parts {
            request: &request,
            rules: &Service::S3.rules,
            identity: &NOBODY,
            authentication: &Authentication::Received(SignedNames(Text::Raw("host"))),
            payload: &PayloadHash::UNSIGNED,
            now: &Timestamp::FIRST,
        };
        let walk = parts.received(&mut order, unsigned).map_err(|_| "refused").expect("a walk");
        struct Shown<'a>(Walk<'a>);
        impl core::fmt::Display for Shown<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.0.walk(f)
            }
        }
        Shown(walk).to_string().lines().nth(2).expect("a third line").into()
    }

    /// All queries of up to four of these pieces, and those of five that begin with a parameter: what is recognised is what comes out the long way.
    #[test]
    fn what_is_taken_as_it_was_received_is_canonical() {
        let pieces = ["a", "b", "=", "&", "%2F", "%2f", "%41", "+", "/", "X-Amz-Signature=1"];
        let (mut queries, mut last) = (vec![String::new()], vec![String::new()]);
        for length in 1..6 {
            let next = last.iter().flat_map(|query| pieces.map(|piece| query.clone() + piece)).collect();
            last = next;
            // The longest in part: what begins with a parameter in canonical form.
            let kept = last.iter().filter(|query| length < 5 || query.starts_with("a=")).cloned();
            queries.extend(kept);
        }
        let (mut recognised, mut canonical_already) = (0, 0);
        for query in &queries {
            let (mut recognition, mut unsigned) = (Recognition::new(), Unsigned::default());
            for (at, name, value) in Query::Received(query).parameters() {
                let (Text::Received(name), Text::Received(value)) = (name, value) else { panic!("not received") };
                if name == "X-Amz-Signature" && unsigned.signature.is_none() {
                    unsigned.signature = Some(at);
                    recognition.skip(name, value);
                } else {
                    recognition.take((name, None), value, false);
                }
            }
            let long = canonical(query, unsigned);
            let is_canonical = recognition.is_canonical(query);
            if is_canonical {
                recognised += 1;
                let gap = Some(Gap::of(query, unsigned.signature));
                assert_eq!(canonical(query, Unsigned { gap, ..unsigned }), long, "{query}");
            }
            // And nothing that is canonical already is missed.
            if unsigned.signature.is_none() && long == *query {
                canonical_already += 1;
                assert!(is_canonical, "{query}");
            }
        }
        assert!(recognised > 300 && canonical_already > 100, "{recognised}, {canonical_already}");
    }
}
