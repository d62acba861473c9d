//! A request that was received: it signed what its list of signed headers says, and nothing is added to it.

use super::header_names::compare_names;
use super::order::Order;
use super::signed_names::{SignedNames, first_name};
use super::{ADDED_HEADERS, ADDED_PARAMETERS, ALL_ADDED, Authentication, HOST, Parts, Walk};
use crate::encode::{QUERY, Text, is_canonical, places_in, position};
use crate::error::Excerpt;
use crate::limits::{MAX_HEADERS, MAX_PARAMETERS, MAX_QUERY};
use crate::request::{Headers, Query};
use alloc::string::String;

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
        let mut tags = Tags { tags: [[0; 8]; MOST_HEADERS.div_ceil(8)], len: count };
        tags.read(headers);
        let Some(list) = signed.as_signed() else {
            return signed.names().try_for_each(|name| self.take_header(order, &tags, name.as_bytes()));
        };
        let mut rest = Some(list.as_bytes());
        while let Some(list) = rest {
            let name;
            (name, rest) = first_name(list);
            self.take_header(order, &tags, name)?;
        }
        Ok(())
    }

    /// Takes all headers of a name that is signed.
    // The names are sorted and each is there once, so no header is taken twice.
    #[inline]
    fn take_header(&self, order: &mut Order, tags: &Tags, name: &[u8]) -> Result<(), Refused> {
        if name == b"host" {
            // Where there is a header of that name, it says the same.
            order.headers.push(HOST);
            return Ok(());
        }
        let before = order.headers.len;
        let headers = self.request.headers;
        tags.find(tag(name), |index| {
            if index >= headers.len() {
                return;
            }
            let given = headers.get(index).0.as_bytes();
            let as_listed = given == name;
            if as_listed || compare_names(name, given).is_eq() {
                order.headers.push(id(index));
                order.names_are_plain &= as_listed;
            }
        });
        if order.headers.len == before {
            return Err(Refused::HeaderMissing(Excerpt::of(&String::from_utf8_lossy(name))));
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

/// For each header a byte that is the same for names that are the same in any case: only where it is, the names are
/// compared. Eight are looked at together.
struct Tags {
    tags: [[u8; 8]; MOST_HEADERS.div_ceil(8)],
    len: usize,
}

impl Tags {
    fn read(&mut self, headers: Headers<'_>) {
        for (to, (name, _)) in self.tags.as_flattened_mut().iter_mut().zip(headers.iter()) {
            *to = tag(name.as_bytes());
        }
    }

    /// Every place of this tag, in their order, and perhaps others.
    #[inline]
    fn find(&self, tag: u8, mut found: impl FnMut(usize)) {
        let Some(words) = self.tags.get(..self.len.div_ceil(8)) else { return };
        for (i, word) in words.iter().enumerate() {
            let mut places = places_in(u64::from_le_bytes(*word), tag);
            while places != 0 {
                found(8 * i + places.trailing_zeros() as usize / 8);
                places &= places - 1;
            }
        }
    }
}

/// Of a name's length and its last character, which tell most names apart.
#[inline]
fn tag(name: &[u8]) -> u8 {
    (name.len() as u8) << 3 ^ (name.last().copied().unwrap_or_default() | 0x20)
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
    use alloc::string::ToString;
    use alloc::vec;
    use alloc::vec::Vec;

    fn parts<'r>(request: &'r Request<'r>, authentication: &'r Authentication<'r>, now: &'r Timestamp) -> Parts<'r> {
        let (rules, identity, payload) = (&Service::S3.rules, &NOBODY, &PayloadHash::UNSIGNED);
        Parts { request, rules, identity, authentication, payload, now }
    }

    /// The canonical query, from the text as it was received or by decoding, sorting and encoding.
    fn canonical(query: &str, unsigned: Unsigned) -> String {
        let query = Query::Received(query);
        let request = Request::from_checked("GET", Scheme::Https, "host", Path::Wire("/"), query);
        let mut order = Order::new();
        let (authentication, now) = (Authentication::Received(SignedNames::ONLY_HOST), Timestamp::FIRST);
        let parts = parts(&request, &authentication, &now);
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

    /// Whatever headers there are, those that are signed are found, and in their order.
    #[test]
    fn headers_are_found_as_by_comparing_each_with_each() {
        let given = [
            "host",
            "Range",
            "x-amz-date",
            "X-Amz-Date",
            "x-amz-datf",
            "range",
            "e-amz-date",
            "content-md5",
            "RANGE",
            "x-amz-meta-camera",
            "x-amz-meta-Camera",
            "x-amz-meta-camerb",
            "y",
            "Y",
            "z",
            "content-type",
            "Content-Type",
        ];
        let lists = [
            "content-md5;host;range;x-amz-date",
            "content-type;x-amz-meta-camera;y",
            "range",
            "content%2Dmd5%3Brange%3By",
            "host;q",
        ];
        // From one header to as many as there may be, so that each stands at many places.
        for count in 1..=MOST_HEADERS {
            let headers: Vec<_> = (0..count).map(|i| (given[(i * 7 + count) % given.len()], "value")).collect();
            for list in lists {
                let signed = SignedNames::parse(Text::Received(list)).expect("a list");
                let raw = signed.names().collect::<Vec<_>>().join(";");
                let places = |name: &str| {
                    let same = |(_, (given, _)): &(usize, &(&str, &str))| given.eq_ignore_ascii_case(name);
                    headers.iter().enumerate().filter(same).map(|(index, _)| id(index)).collect::<Vec<_>>()
                };
                let expected: Vec<_> =
                    signed.names().map(|name| if name == "host" { vec![HOST] } else { places(&name) }).collect();
                let missing = expected.iter().any(Vec::is_empty);
                for signed in [signed, SignedNames::parse(Text::Raw(&raw)).expect("a list")] {
                    let request =
                        Request::from_checked("GET", Scheme::Https, "host", Path::Wire("/"), Query::Received(""))
                            .with_headers(&headers);
                    let (authentication, now) = (Authentication::Received(signed), Timestamp::FIRST);
                    let parts = parts(&request, &authentication, &now);
                    let mut order = Order::new();
                    match parts.take_headers(&mut order, signed) {
                        Ok(()) => assert_eq!(order.headers(), expected.concat(), "{raw} of {count}"),
                        Err(Refused::HeaderMissing(_)) => assert!(missing, "{raw} of {count}"),
                        // The test's names count as the request's own.
                        Err(Refused::Headers(_)) => assert!(count > MAX_HEADERS),
                        Err(_) => panic!("{raw} of {count}"),
                    }
                }
            }
        }
    }
}
