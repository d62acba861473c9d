//! What comes before the walk: everything is checked, and headers and parameters are sorted, in arrays of indices.

use super::{ADDED_HEADERS, ADDED_PARAMETERS, Authentication, CanonicalRequest};
use crate::credentials::Identity;
use crate::encode::Text;
use crate::endpoint::check_host;
use crate::error::{Error, Excerpt, Found, HeaderPart};
use crate::limits::{MAX_HEADERS, MAX_PARAMETERS, OWN_PARAMETERS};
use crate::request::{DotSegments, Path, Query, Request, is_token};
use crate::service::{ContentSha256, PathEncoding, SessionToken};
use alloc::string::String;
use core::cmp::Ordering;

impl CanonicalRequest<'_> {
    pub(super) fn check_dot_segments(&self) -> Result<(), Error> {
        if self.request.dot_segments == DotSegments::Allowed {
            return Ok(());
        }
        let (offset, text, wire) = match self.request.path {
            Path::Raw { base, key } => (base.len(), key, false),
            Path::Wire(path) => (0, path, true),
        };
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
    pub(super) fn check_session_token(&self, identity: &Identity) -> Result<(), Error> {
        if !identity.lacks_token() {
            return Ok(());
        }
        let Request { headers, query, .. } = self.request;
        let is_token = |name: Text<'_>| lower(name.bytes()).eq(SessionToken::S3Session.header().bytes());
        let mut names =
            headers.iter().map(|(name, _)| Text::Raw(name)).chain(query.parameters().map(|(_, name, _)| name));
        if names.any(is_token) { Ok(()) } else { Err(Error::SessionTokenMissing) }
    }

    /// By S3's rules a plus in a path that is sent as it is means a space, so its signature would be refused.
    pub(super) fn check_plus(&self) -> Result<(), Error> {
        match (self.request.path, self.rules.path_encoding) {
            (Path::Wire(path), PathEncoding::Once) => match path.find('+') {
                Some(position) => Err(Error::PlusInPath { position }),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    pub(super) fn order_headers(&mut self) -> Result<(), Error> {
        let Request { headers, unsigned, .. } = self.request;
        if headers.len() > MAX_HEADERS {
            return Err(Error::TooManyHeaders { count: headers.len() });
        }
        let mut host_given = false;
        for (index, (name, value)) in headers.iter().enumerate() {
            check_header(index, name, value)?;
            let is_host = name.eq_ignore_ascii_case("host");
            if is_host {
                if core::mem::replace(&mut host_given, true) {
                    return Err(Error::HostRepeated);
                }
                check_host(&String::from_utf8_lossy(value))?;
            }
            if never_signed(name) || self.replaces(name) {
                continue;
            }
            let mut unsigned = unsigned.iter().chain(self.rules.unsigned_headers);
            if unsigned.any(|unsigned| name.eq_ignore_ascii_case(unsigned)) {
                if is_host || has_prefix(name, "x-amz-") {
                    return Err(Error::HeaderMustBeSigned { name: Excerpt::of(name) });
                }
                continue;
            }
            if name.eq_ignore_ascii_case("x-amz-content-sha256") && value != self.payload.as_str().as_bytes() {
                return Err(Error::PayloadHashConflict);
            }
            self.headers.push(index as u8);
        }
        for (i, name) in ADDED_HEADERS.into_iter().enumerate() {
            let added = match name {
                "host" => !host_given,
                "x-amz-s3session-token" | "x-amz-security-token" => {
                    self.in_header() && self.signs_session_token() && name == self.rules.session_token.header()
                }
                _ if i > 4 => {
                    self.chunked().is_some_and(|chunked| chunked.is_signed(name)) && !self.service_leaves(name)
                }
                _ => self.in_header() && self.replaces(name),
            };
            if added {
                self.headers.push((MAX_HEADERS + i) as u8);
            }
        }
        let mut order = self.headers;
        let name = |id: u8| lower(self.header(id).0.bytes());
        // Values of a repeated name stay in the order given.
        order.as_mut_slice().sort_unstable_by(|a, b| name(*a).cmp(name(*b)).then(a.cmp(b)));
        self.headers = order;
        Ok(())
    }

    /// Whether the service never has this header signed; `x-amz-…` always is.
    fn service_leaves(&self, name: &str) -> bool {
        !has_prefix(name, "x-amz-") && self.rules.unsigned_headers.iter().any(|other| name.eq_ignore_ascii_case(other))
    }

    /// Whether signing sets this header, or a parameter in its place, and so replaces what an earlier signing may have
    /// left.
    fn replaces(&self, name: &str) -> bool {
        match ADDED_HEADERS.into_iter().position(|added| name.eq_ignore_ascii_case(added)) {
            Some(1) => self.in_header() && self.rules.content_sha256 == ContentSha256::Signed,
            Some(2) => true,
            Some(3 | 4) => self.session_token.is_some() && name.eq_ignore_ascii_case(self.rules.session_token.header()),
            Some(5..) => self.chunked().is_some(),
            _ => false,
        }
    }

    fn in_header(&self) -> bool {
        !matches!(self.authentication, Authentication::Query { .. })
    }

    pub(super) fn order_parameters(&mut self) -> Result<(), Error> {
        match self.request.query {
            Query::Pairs(pairs) => {
                for index in 0..pairs.len() {
                    self.add_parameter(index, pairs.len())?;
                }
            }
            Query::Wire("") | Query::Received("") => {}
            Query::Wire(text) | Query::Received(text) => {
                if let Some(position) = text.find('+') {
                    return Err(Error::PlusInQuery { position });
                }
                let count = text.split('&').count();
                let mut offset = 0;
                for parameter in text.split('&') {
                    self.add_parameter(offset, count)?;
                    offset += parameter.len() + 1;
                }
            }
        }
        for (i, _, _) in self.request.own_parameters() {
            self.parameters.push(u32::MAX - (ADDED_PARAMETERS.len() + i) as u32);
        }
        let given = self.parameters.len;
        if !self.in_header() {
            for (i, name) in ADDED_PARAMETERS.into_iter().enumerate() {
                let added = match name {
                    "X-Amz-S3session-Token" | "X-Amz-Security-Token" => {
                        self.signs_session_token() && name == self.rules.session_token.parameter()
                    }
                    _ => true,
                };
                if added {
                    self.parameters.push(u32::MAX - i as u32);
                }
            }
        }
        if given == 0 {
            // Those that signing adds are in order already.
            return Ok(());
        }
        let mut order = self.parameters;
        order.as_mut_slice().sort_unstable_by(|a, b| self.compare_parameters(*a, *b));
        self.parameters = order;
        Ok(())
    }

    fn add_parameter(&mut self, at: usize, count: usize) -> Result<(), Error> {
        if count > MAX_PARAMETERS {
            return Err(Error::TooManyParameters { count });
        }
        let id = u32::try_from(at).ok().filter(|id| u32::MAX - id > RESERVED_IDS).ok_or(Error::QueryTooLong)?;
        let (name, _) = self.parameter(id);
        // Servers differ in whether they take these names in any case; nobody has an honest use for another one.
        let mut reserved = ADDED_PARAMETERS.into_iter().chain(["X-Amz-Signature"]);
        if let Some(name) = reserved.find(|reserved| lower(name.bytes()).eq(lower(reserved.bytes()))) {
            let brought = self.session_token.is_none() && self.rules.session_token == SessionToken::S3Session;
            if !brought || name != SessionToken::S3Session.parameter() {
                return Err(Error::AuthenticationParameter { name });
            }
        }
        if let Some((_, name, _)) = self.request.own_parameters().find(|(_, own, _)| name.bytes().eq(own.bytes())) {
            return Err(Error::OwnParameter { name });
        }
        self.parameters.push(id);
        Ok(())
    }

    pub(super) fn compare_parameters(&self, a: u32, b: u32) -> Ordering {
        let ((name_a, value_a), (name_b, value_b)) = (self.parameter(a), self.parameter(b));
        name_a.compare(name_b).then_with(|| value_a.compare(value_b))
    }
}

/// How many ids stand for parameters that are not in the query given.
pub(super) const RESERVED_IDS: u32 = (ADDED_PARAMETERS.len() + OWN_PARAMETERS) as u32;

/// Up to `N` ids, on the stack.
#[derive(Clone, Copy)]
pub(super) struct Order<T, const N: usize> {
    ids: [T; N],
    pub(super) len: usize,
}

impl<T: Copy + Default, const N: usize> Order<T, N> {
    pub(super) fn new() -> Self {
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

fn check_header(index: usize, name: &str, value: &[u8]) -> Result<(), Error> {
    if name.is_empty() {
        return Err(Error::HeaderNameEmpty { index });
    }
    let error =
        |part, byte: u8, position| Error::Header { index, name: Excerpt::of(name), part, found: Found(byte), position };
    if let Some(position) = name.bytes().position(|byte| !is_token(byte)) {
        return Err(error(HeaderPart::Name, name.as_bytes()[position], position));
    }
    // RFC 9110, section 5.5: these three are what makes a header into two.
    match value.iter().position(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
        Some(position) => Err(error(HeaderPart::Value, value[position], position)),
        None => Ok(()),
    }
}

/// Headers that clients and proxies add, change or remove on the way.
fn never_signed(name: &str) -> bool {
    NEVER_SIGNED.iter().any(|never| name.eq_ignore_ascii_case(never))
        || has_prefix(name, "proxy-")
        || has_prefix(name, "sec-")
}

pub(super) fn has_prefix(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

pub(super) fn lower(bytes: impl Iterator<Item = u8>) -> impl Iterator<Item = u8> {
    bytes.map(|byte| byte.to_ascii_lowercase())
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
