//! What comes before the walk: everything is checked, and headers and parameters are sorted, in arrays of indices.

use super::header_names::{check_header, comes_behind, compare_names, has_prefix, is, may_be_special, never_signed};
use super::received::Gap;
use super::{ADDED_HEADERS, ADDED_PARAMETERS, ALL_ADDED, Authentication, HOST, MOST_HEADERS, Parts, Walk};
use crate::chunked_body::ChunkedHeaders;
use crate::encode::{Text, all, all_pairs, encoded_length};
use crate::endpoint::check_host;
use crate::error::{Error, Excerpt};
use crate::limits::{MAX_HEADERS, MAX_PARAMETERS, MAX_QUERY, OWN_PARAMETERS};
use crate::request::{DotSegments, Path, Query, Request};
use crate::service::{ContentSha256, PathEncoding, SessionToken};
use alloc::string::String;
use core::cmp::Ordering;

impl<'r> Parts<'r> {
    /// Checks everything and sorts headers and parameters; nothing can be wrong afterwards.
    #[inline(always)]
    pub(crate) fn check(&'r self, order: &'r mut Order) -> Result<Walk<'r>, Error> {
        if !self.in_header() {
            self.check_dot_segments()?;
        }
        self.check_session_token()?;
        self.check_plus()?;
        self.order_headers(order)?;
        self.order_parameters(order)?;
        Ok(Walk { parts: self, order })
    }

    #[inline]
    fn check_dot_segments(&self) -> Result<(), Error> {
        let (offset, text, wire) = match self.request.path {
            Path::Raw { base, key } => (base.len(), key, false),
            Path::Wire(path) => (0, path, true),
        };
        // Nearly every path is done here: a dot segment starts with a dot, and an encoded dot with a percent sign.
        let dot = |byte: u8| (byte == b'.') | (byte == b'%');
        let bytes = text.as_bytes();
        // Most short keys have no slash, and few bytes are looked at one by one in pairs.
        let short_without_slash = bytes.len() <= 16 && all(bytes, |byte| byte != b'/');
        let none_inside = short_without_slash || all_pairs(bytes, |a, b| (a != b'/') | !dot(b));
        if none_inside && !bytes.first().is_some_and(|byte| dot(*byte)) {
            return Ok(());
        }
        self.find_dot_segment(text, wire, offset)
    }

    fn find_dot_segment(&self, text: &str, wire: bool, offset: usize) -> Result<(), Error> {
        if self.request.dot_segments == DotSegments::Allowed {
            return Ok(());
        }
        let mut position = offset;
        for segment in text.split('/') {
            // An encoded dot is a dot to whoever resolves dot segments.
            let is = |dots: &str| {
                segment == dots || (wire && segment.len() <= 6 && Text::Wire(segment).bytes().eq(dots.bytes()))
            };
            if let Some(segment) = [".", ".."].into_iter().find(|dots| is(dots)) {
                return Err(Error::DotSegment { segment, position });
            }
            position += segment.len() + 1;
        }
        Ok(())
    }

    /// A session's key id needs its token, from the signer or, where that is permitted, from the request.
    #[inline(always)]
    fn check_session_token(&self) -> Result<(), Error> {
        if self.identity.lacks_token() { self.find_session_token() } else { Ok(()) }
    }

    fn find_session_token(&self) -> Result<(), Error> {
        let Request { headers, query, .. } = self.request;
        let is_token = |name: Text<'_>| lower(name.bytes()).eq(SessionToken::S3Session.header().bytes());
        let mut names =
            headers.iter().map(|(name, _)| Text::Raw(name)).chain(query.parameters().map(|(_, name, _)| name));
        if names.any(is_token) { Ok(()) } else { Err(Error::SessionTokenMissing) }
    }

    /// By S3's rules a plus in a path that is sent as it is means a space, so its signature would be refused.
    fn check_plus(&self) -> Result<(), Error> {
        match (self.request.path, self.rules.path_encoding) {
            (Path::Wire(path), PathEncoding::Once) => match path.find('+') {
                Some(position) => Err(Error::PlusInPath { position }),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    #[inline(always)]
    fn order_headers(&self, order: &mut Order) -> Result<(), Error> {
        let host_given = if self.request.headers.len() > 0 { self.check_headers(order)? } else { false };
        if !self.in_header() && order.headers.len == 0 && !host_given {
            order.headers.push(HOST);
            return Ok(());
        }
        self.sort_headers(order.headers.as_mut_slice(), order.names_are_plain);
        // In the order of their names.
        let mut added = Ids::<u8, { ADDED_HEADERS.len() }>::new();
        let mut add = |when: bool, of: usize| {
            if when {
                added.push(HOST + of as u8);
            }
        };
        let of_chunks =
            |of: usize| self.chunked().is_some_and(|chunked| self.signs_chunked(chunked, ADDED_HEADERS[of]));
        let token = self.in_header() && self.signs_session_token();
        let s3_session = self.rules.session_token == SessionToken::S3Session;
        add(of_chunks(5), 5);
        add(of_chunks(6), 6);
        add(!host_given, 0);
        add(self.in_header() && self.rules.content_sha256 == ContentSha256::Signed, 1);
        add(self.in_header(), 2);
        add(of_chunks(7), 7);
        add(token, if s3_session { 3 } else { 4 });
        add(of_chunks(8), 8);
        self.merge_headers(added.as_slice(), &mut order.headers);
        Ok(())
    }

    fn signs_chunked(&self, chunked: &ChunkedHeaders, name: &str) -> bool {
        chunked.is_signed(name) && !self.service_leaves(name)
    }

    /// Sorts those that were given; plain names are in lower case already.
    #[inline]
    fn sort_headers(&self, ids: &mut [u8], plain: bool) {
        // Values of a repeated name stay in the order given.
        let compare = |a: &u8, b: &u8| {
            let [name, other] = [*a, *b].map(|id| self.request.headers.get(id.into()).0.as_bytes());
            let order = if plain { name.cmp(other) } else { compare_names(name, other) };
            order.then_with(|| a.cmp(b))
        };
        if !ids.is_sorted_by(|a, b| compare(a, b).is_le()) {
            ids.sort_unstable_by(compare);
        }
    }

    /// Takes those that are added among those that were given, from the last one on: both are in order already.
    fn merge_headers(&self, added: &[u8], headers: &mut Headers) {
        let name = |id: u8| self.request.headers.get(id.into()).0.as_bytes();
        let (mut given, mut place) = (headers.len, headers.len + added.len());
        headers.len = place;
        let ids = headers.as_mut_slice();
        for added in added.iter().rev() {
            while given > 0 && comes_behind(name(ids[given - 1]), usize::from(added - HOST)) {
                (given, place) = (given - 1, place - 1);
                ids[place] = ids[given];
            }
            place -= 1;
            ids[place] = *added;
        }
    }

    /// Checks the request's own headers and takes those that are signed; the answer is whether `host` is among them.
    fn check_headers(&self, order: &mut Order) -> Result<bool, Error> {
        let Request { headers, unsigned, .. } = self.request;
        if headers.len() > MAX_HEADERS {
            return Err(Error::TooManyHeaders { count: headers.len() });
        }
        let (mut host_given, mut hash_given) = (false, false);
        for (index, (name, value)) in headers.iter().enumerate() {
            order.names_are_plain &= check_header(index, name, value)?;
            let special = may_be_special(name);
            let added = if special { ADDED_HEADERS.iter().position(|added| is(name, added)) } else { None };
            if added == Some(0) {
                if core::mem::replace(&mut host_given, true) {
                    return Err(Error::HostRepeated);
                }
                check_host(&String::from_utf8_lossy(value))?;
            }
            if special && never_signed(name) || added.is_some_and(|added| self.replaces(added)) {
                continue;
            }
            if [unsigned, self.rules.unsigned_headers]
                .into_iter()
                .any(|names| names.iter().any(|other| is(name, other)))
            {
                if added == Some(0) || has_prefix(name, "x-amz-") {
                    return Err(Error::HeaderMustBeSigned { name: Excerpt::of(name) });
                }
                continue;
            }
            // Given twice it would be the hash, a comma and the hash.
            if added == Some(1) && (value != self.payload.as_bytes() || core::mem::replace(&mut hash_given, true)) {
                return Err(Error::PayloadHashConflict);
            }
            order.headers.push(index as u8);
        }
        Ok(host_given)
    }

    /// Whether the service never has this header signed; `x-amz-…` always is.
    fn service_leaves(&self, name: &str) -> bool {
        !has_prefix(name, "x-amz-") && self.rules.unsigned_headers.iter().any(|other| name.eq_ignore_ascii_case(other))
    }

    /// Whether signing sets this header, or a parameter in its place, and so replaces what an earlier signing may have
    /// left.
    fn replaces(&self, added: usize) -> bool {
        match added {
            0 => false,
            1 => self.in_header() && self.rules.content_sha256 == ContentSha256::Signed,
            2 => true,
            3 | 4 => {
                let token = self.rules.session_token.header();
                self.identity.session_token.is_some() && ADDED_HEADERS[added] == token
            }
            _ => self.chunked().is_some(),
        }
    }

    fn in_header(&self) -> bool {
        !matches!(self.authentication, Authentication::Query { .. })
    }

    #[inline(always)]
    fn order_parameters(&self, order: &mut Order) -> Result<(), Error> {
        let given = !matches!(self.request.query, Query::Pairs([]) | Query::Wire("") | Query::Received(""));
        if given || self.request.has_own_parameters() {
            return self.sort_parameters(order);
        }
        if !self.in_header() {
            order.parameters.push(ALL_ADDED);
        }
        Ok(())
    }

    fn sort_parameters(&self, order: &mut Order) -> Result<(), Error> {
        match self.request.query {
            Query::Pairs(pairs) => {
                for index in 0..pairs.len() {
                    self.add_parameter(order, index, pairs.len())?;
                }
                // Encoded, a byte becomes three at most.
                let shortest: usize = pairs.iter().map(|(name, value)| name.len() + value.len()).sum();
                if shortest > MAX_QUERY / 4 {
                    check_length(pairs)?;
                }
            }
            Query::Wire("") | Query::Received("") => {}
            Query::Wire(text) | Query::Received(text) => {
                if let Some(position) = text.find('+') {
                    return Err(Error::PlusInQuery { position });
                }
                if text.len() > MAX_QUERY {
                    return Err(Error::QueryTooLong { length: text.len() });
                }
                let count = text.split('&').count();
                let mut offset = 0;
                for parameter in text.split('&') {
                    self.add_parameter(order, offset, count)?;
                    offset += parameter.len() + 1;
                }
            }
        }
        for (i, _, _) in self.request.own_parameters() {
            order.parameters.push(ALL_ADDED - 1 - i as u16);
        }
        if !self.in_header() {
            let token = if self.rules.session_token == SessionToken::S3Session { 4 } else { 5 };
            let token = Some(token).filter(|_| self.signs_session_token());
            let prefix = |name: Text<'_>| name.bytes().take(6).eq(*b"X-Amz-");
            if order.parameters.as_slice().iter().any(|id| prefix(self.parameter(*id).0)) {
                // One of the request's own may belong between them.
                for added in (0..4).chain(token).chain([6]) {
                    order.parameters.push(u16::MAX - added as u16);
                }
            } else {
                order.parameters.push(ALL_ADDED);
            }
        }
        if order.parameters.len > 1 {
            order.parameters.as_mut_slice().sort_unstable_by(|a, b| self.compare_parameters(*a, *b));
        }
        Ok(())
    }

    fn add_parameter(&self, order: &mut Order, at: usize, count: usize) -> Result<(), Error> {
        if count > MAX_PARAMETERS {
            return Err(Error::TooManyParameters { count });
        }
        let id = at as u16;
        let (name, _) = self.parameter(id);
        // Servers differ in whether they take these names in any case; nobody has an honest use for another one.
        // A link's payload is said by its header, and a parameter that said something else would be believed.
        let of_links = (!self.in_header()).then_some("X-Amz-Content-Sha256");
        let mut reserved = ADDED_PARAMETERS.into_iter().chain(["X-Amz-Signature"]).chain(of_links);
        // All of them start with an X, and most parameters do not.
        let may_be = name.bytes().next().is_some_and(|byte| byte.eq_ignore_ascii_case(&b'x'));
        if let Some(name) = reserved.find(|reserved| may_be && lower(name.bytes()).eq(lower(reserved.bytes()))) {
            let brought = self.identity.session_token.is_none() && self.rules.session_token == SessionToken::S3Session;
            if !brought || name != SessionToken::S3Session.parameter() {
                return Err(Error::AuthenticationParameter { name });
            }
        }
        if let Some((_, name, _)) = self.request.own_parameters().find(|(_, own, _)| name.bytes().eq(own.bytes())) {
            return Err(Error::OwnParameter { name });
        }
        order.parameters.push(id);
        Ok(())
    }

    pub(super) fn compare_parameters(&self, a: u16, b: u16) -> Ordering {
        let ((name_a, value_a), (name_b, value_b)) = (self.parameter(a), self.parameter(b));
        name_a.compare(name_b).then_with(|| value_a.compare(value_b))
    }
}

// Every other id is an index or a place in the query.
const _: () = assert!(MAX_QUERY + ADDED_PARAMETERS.len() + OWN_PARAMETERS + 1 < u16::MAX as usize);

/// What is signed, in canonical order.
pub(crate) struct Order {
    // A received request may have all of its headers signed, and `host` besides where no header says it.
    pub(super) headers: Headers,
    pub(super) parameters: Ids<u16, { MAX_PARAMETERS + OWN_PARAMETERS + ADDED_PARAMETERS.len() }>,
    /// Whether all names of signed headers are in lower case, without a character that a query would encode.
    pub(super) names_are_plain: bool,
    /// What is left out of a received query that is in canonical form otherwise, and so is taken as it is.
    pub(super) as_received: Option<Gap>,
}

type Headers = Ids<u8, { MOST_HEADERS + 1 }>;

impl Order {
    #[inline(always)]
    pub(crate) fn new() -> Self {
        Self { headers: Ids::new(), parameters: Ids::new(), names_are_plain: true, as_received: None }
    }

    #[inline]
    pub(super) fn headers(&self) -> &[u8] {
        self.headers.as_slice()
    }

    #[inline]
    pub(super) fn parameters(&self) -> &[u16] {
        self.parameters.as_slice()
    }
}

/// Up to `N` ids, on the stack.
pub(super) struct Ids<T, const N: usize> {
    ids: [T; N],
    pub(super) len: usize,
}

impl<T: Copy + Default, const N: usize> Ids<T, N> {
    #[inline(always)]
    fn new() -> Self {
        Self { ids: [T::default(); N], len: 0 }
    }

    pub(super) fn push(&mut self, id: T) {
        self.ids[self.len] = id;
        self.len += 1;
    }

    pub(super) fn as_slice(&self) -> &[T] {
        &self.ids[..self.len]
    }

    pub(super) fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.ids[..self.len]
    }
}

#[cold]
fn check_length(pairs: &[(&str, &str)]) -> Result<(), Error> {
    let both = |(name, value): &(&str, &str)| encoded_length(name) + encoded_length(value) + "=&".len();
    let length = pairs.iter().map(both).sum::<usize>() - 1;
    if length > MAX_QUERY { Err(Error::QueryTooLong { length }) } else { Ok(()) }
}

fn lower(bytes: impl Iterator<Item = u8>) -> impl Iterator<Item = u8> {
    bytes.map(|byte| byte.to_ascii_lowercase())
}
