//! Step 1 of 4, and the one walk that hashing, printing and presigning share.

mod order;
mod received;

use crate::chunked_body::ChunkedHeaders;
use crate::credentials::Identity;
use crate::digest::{Decimal, Hasher};
use crate::encode::{PATH, QUERY, Text};
use crate::error::Error;
use crate::limits::{MAX_HEADERS, MAX_PARAMETERS, OWN_PARAMETERS};
use crate::payload::PayloadHash;
use crate::request::{Query, Request};
use crate::scope::CredentialScope;
use crate::service::{PathEncoding, PathNormalization, Rules, SessionToken};
use crate::timestamp::Timestamp;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};
use order::Order;
pub(crate) use received::{MOST_HEADERS, Refused, SignedNames};

/// Step 1 of 4: the request in AWS's canonical form, with the headers or parameters that signing adds.
///
/// Its `Display` prints exactly what AWS's documents show and what S3 sends back with `SignatureDoesNotMatch`, byte
/// for byte (a header value that is not UTF-8 is the one thing that text cannot show; its place is marked with
/// U+FFFD). Made by [`Signer::canonical_request`](crate::Signer::canonical_request) and
/// [`Signer::canonical_link`](crate::Signer::canonical_link), it is what to compare when a server disagrees.
///
/// ```
/// use s3_sigv4::{Credentials, PayloadHash, Request, Signer, Timestamp};
///
/// let now = Timestamp::parse("20130524T000000Z")?;
/// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
/// let signer = Signer::new(credentials, "us-east-1", now)?;
/// let request = Request::new("GET", "https://examplebucket.s3.amazonaws.com", "/")?.with_query(&[("lifecycle", "")]);
///
/// let canonical = signer.canonical_request(&request, PayloadHash::EMPTY, now)?;
/// assert_eq!(canonical.to_string(), "\
/// GET
/// /
/// lifecycle=
/// host:examplebucket.s3.amazonaws.com
/// x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
/// x-amz-date:20130524T000000Z
///
/// host;x-amz-content-sha256;x-amz-date
/// e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// Source: "Create a canonical request" in
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>.
pub struct CanonicalRequest<'a> {
    request: Request<'a>,
    rules: Rules,
    authentication: Authentication<'a>,
    scope: CredentialScope<'a>,
    session_token: Option<&'a str>,
    payload: PayloadHash,
    now: Timestamp,
    headers: Order<u8, { MAX_HEADERS + ADDED_HEADERS.len() }>,
    parameters: Order<u32, { MAX_PARAMETERS + OWN_PARAMETERS + ADDED_PARAMETERS.len() }>,
}

/// How the signature travels.
#[derive(Clone, Copy)]
pub(crate) enum Authentication<'a> {
    Header,
    /// The same for a request whose body is aws-chunked.
    Chunked(&'a ChunkedHeaders),
    /// It has travelled already, and nothing is added.
    Received,
    Query {
        access_key_id: &'a str,
        expires: u32,
    },
}

impl<'a> CanonicalRequest<'a> {
    /// Checks everything and sorts headers and parameters; nothing can be wrong afterwards.
    pub(crate) fn new(
        request: &Request<'a>,
        rules: Rules,
        (identity, scope): (&'a Identity, CredentialScope<'a>),
        authentication: Authentication<'a>,
        payload: PayloadHash,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let session_token = identity.session_token.as_deref();
        let (headers, parameters) = (Order::new(), Order::new());
        let request = *request;
        let mut this = Self { request, rules, authentication, scope, session_token, payload, now, headers, parameters };
        if matches!(authentication, Authentication::Query { .. }) {
            this.check_dot_segments()?;
        }
        this.check_session_token(identity)?;
        this.check_plus()?;
        this.order_headers()?;
        this.order_parameters()?;
        Ok(this)
    }

    /// The names of the signed headers, in lower case, sorted and joined by `;`.
    ///
    /// ```
    /// # use s3_sigv4::{Credentials, PayloadHash, Request, Signer, Timestamp};
    /// # let now = Timestamp::parse("20130524T000000Z")?;
    /// # let signer = Signer::new(Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret")?, "us-east-1", now)?;
    /// let request = Request::new("GET", "https://examplebucket.s3.amazonaws.com", "/test.txt")?
    ///     .with_headers(&[("Range", "bytes=0-9")]);
    /// let canonical = signer.canonical_request(&request, PayloadHash::EMPTY, now)?;
    /// assert_eq!(canonical.signed_headers().to_string(), "host;range;x-amz-content-sha256;x-amz-date");
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn signed_headers(&self) -> impl fmt::Display + '_ {
        struct Names<'a>(&'a CanonicalRequest<'a>);
        impl fmt::Display for Names<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.header_names(|piece| f.write_str(piece))
            }
        }
        Names(self)
    }

    /// The SHA-256 of the text: what the string to sign names.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        let mut hasher = Hasher::default();
        self.walk(&mut hasher).expect("hashing takes everything");
        hasher.finish()
    }

    /// Whether the session token is there and part of what is signed.
    fn signs_session_token(&self) -> bool {
        self.session_token.is_some() && self.rules.session_token != SessionToken::AddedAfterwards
    }

    fn chunked(&self) -> Option<&'a ChunkedHeaders> {
        match self.authentication {
            Authentication::Chunked(chunked) => Some(chunked),
            Authentication::Header | Authentication::Query { .. } | Authentication::Received => None,
        }
    }

    pub(crate) fn scope(&self) -> &CredentialScope<'a> {
        &self.scope
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// The request's own headers that are signed, as they were given and in that order.
    pub(crate) fn signed_given_headers(&self) -> impl Iterator<Item = (usize, &'a str, &'a [u8])> + '_ {
        let mut signed: Vec<_> = self.headers.as_slice().iter().filter(|id| usize::from(**id) < MAX_HEADERS).collect();
        signed.sort_unstable();
        signed.into_iter().map(|id| {
            let (name, value) = self.request.headers.get((*id).into());
            ((*id).into(), name, value)
        })
    }

    /// THE walk: the canonical request into a sink, which may take what is also sent in the URL along the way.
    pub(crate) fn walk(&self, sink: &mut impl Sink) -> fmt::Result {
        sink.canonical(self.request.method.as_bytes())?;
        sink.canonical(b"\n")?;
        self.walk_path(sink)?;
        sink.canonical(b"\n")?;
        if self.parameters.len > 0 {
            sink.sent("?")?;
        }
        for (i, id) in self.parameters.as_slice().iter().enumerate() {
            if i > 0 {
                sink.both("&")?;
            }
            self.walk_parameter(*id, sink)?;
        }
        sink.canonical(b"\n")?;
        self.walk_headers(sink)?;
        sink.canonical(b"\n")?;
        self.header_names(|piece| sink.canonical(piece.as_bytes()))?;
        sink.canonical(b"\n")?;
        sink.canonical(self.payload.as_str().as_bytes())
    }

    fn walk_path(&self, sink: &mut impl Sink) -> fmt::Result {
        let Rules { path_encoding, path_normalization, .. } = self.rules;
        if (path_encoding, path_normalization) == (PathEncoding::Once, PathNormalization::AsSent) {
            let (base, text) = self.request.path.parts();
            sink.both(base)?;
            return text.write(PATH, |piece| sink.both(piece));
        }
        // By the general rules the path that is sent and the canonical one differ.
        let mut sent = String::new();
        self.request.path.write(|piece| sent.write_str(piece))?;
        sink.sent(&sent)?;
        let mut canonical = String::new();
        match path_encoding {
            PathEncoding::Once => Text::Wire(&sent).write(PATH, |piece| canonical.write_str(piece))?,
            PathEncoding::Twice => canonical = sent,
        }
        if path_normalization == PathNormalization::Normalized {
            canonical = normalized(&canonical);
        }
        match path_encoding {
            PathEncoding::Once => sink.canonical(canonical.as_bytes()),
            PathEncoding::Twice => Text::Raw(&canonical).write(PATH, |piece| sink.canonical(piece.as_bytes())),
        }
    }

    fn walk_parameter(&self, id: u32, sink: &mut impl Sink) -> fmt::Result {
        let Some(added) = added_parameter(id) else {
            let (name, value) = self.parameter(id);
            name.write(QUERY, |piece| sink.both(piece))?;
            sink.both("=")?;
            return value.write(QUERY, |piece| sink.both(piece));
        };
        sink.both(ADDED_PARAMETERS[added])?;
        sink.both("=")?;
        let Authentication::Query { access_key_id, expires } = self.authentication else { return Ok(()) };
        match added {
            0 => sink.both("AWS4-HMAC-SHA256"),
            1 => {
                Text::Raw(access_key_id).write(QUERY, |piece| sink.both(piece))?;
                self.scope.parts().into_iter().try_for_each(|part| {
                    sink.both("%2F")?;
                    Text::Raw(part).write(QUERY, |piece| sink.both(piece))
                })
            }
            2 => sink.both(self.now.as_str()),
            3 => sink.both(Decimal::new(expires.into()).as_str()),
            4 | 5 => Text::Raw(self.session_token.unwrap_or_default()).write(QUERY, |piece| sink.both(piece)),
            _ => self.header_names(|piece| Text::Raw(piece).write(QUERY, |piece| sink.both(piece))),
        }
    }

    fn walk_headers(&self, sink: &mut impl Sink) -> fmt::Result {
        let mut previous = "";
        for (i, id) in self.headers.as_slice().iter().enumerate() {
            let (name, value) = self.header(*id);
            if i > 0 && name.eq_ignore_ascii_case(previous) {
                sink.canonical(b",")?;
            } else {
                if i > 0 {
                    sink.canonical(b"\n")?;
                }
                lower_case(name, |piece| sink.canonical(piece.as_bytes()))?;
                sink.canonical(b":")?;
            }
            previous = name;
            // Blanks are trimmed and runs of them folded, and only U+0020 and tab are blanks.
            let words = value.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty());
            for (i, word) in words.enumerate() {
                if i > 0 {
                    sink.canonical(b" ")?;
                }
                sink.canonical(word)?;
            }
        }
        sink.canonical(b"\n")
    }

    /// The names of the signed headers, once each, joined by `;`.
    fn header_names(&self, mut put: impl FnMut(&str) -> fmt::Result) -> fmt::Result {
        let mut previous = "";
        for (i, id) in self.headers.as_slice().iter().enumerate() {
            let (name, _) = self.header(*id);
            if i > 0 && name.eq_ignore_ascii_case(previous) {
                continue;
            }
            if i > 0 {
                put(";")?;
            }
            lower_case(name, &mut put)?;
            previous = name;
        }
        Ok(())
    }

    fn parameter(&self, id: u32) -> (Text<'_>, Text<'_>) {
        if let Some(added) = added_parameter(id) {
            // No other parameter has this name, so the value never decides the order.
            return (Text::Raw(ADDED_PARAMETERS[added]), Text::Raw(""));
        }
        if let Some(own) = own_parameter(id) {
            let found = self.request.own_parameters().find(|(i, _, _)| *i == own);
            return found
                .map_or((Text::Raw(""), Text::Raw("")), |(_, name, value)| (Text::Raw(name), Text::Raw(value)));
        }
        let at = id as usize;
        match self.request.query {
            Query::Pairs(pairs) => (Text::Raw(pairs[at].0), Text::Raw(pairs[at].1)),
            Query::Wire(text) => {
                let (name, value) = parameter_at(text, at);
                (Text::Wire(name), Text::Wire(value))
            }
            Query::Received(text) => {
                let (name, value) = parameter_at(text, at);
                (Text::Received(name), Text::Received(value))
            }
        }
    }

    fn header(&self, id: u8) -> (&str, &[u8]) {
        let index = usize::from(id);
        if let Authentication::Received = self.authentication {
            let sent_to = ("host", self.request.host.as_bytes());
            return if id == received::HOST { sent_to } else { self.request.headers.get(index) };
        }
        let Some(added) = index.checked_sub(MAX_HEADERS) else { return self.request.headers.get(index) };
        let value = match added {
            0 => self.request.host,
            1 => self.payload.as_str(),
            2 => self.now.as_str(),
            3 | 4 => self.session_token.unwrap_or_default(),
            _ => self.chunked().map_or("", |chunked| chunked.value(ADDED_HEADERS[added])),
        };
        (ADDED_HEADERS[added], value.as_bytes())
    }
}

impl fmt::Display for CanonicalRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.walk(f)
    }
}

impl fmt::Debug for CanonicalRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The text holds the session token.
        f.debug_struct("CanonicalRequest")
            .field("request", &self.request)
            .field("scope", &self.scope)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

/// Where the walk writes.
pub(crate) trait Sink {
    /// Takes a piece of the canonical request.
    fn canonical(&mut self, bytes: &[u8]) -> fmt::Result;

    /// Takes a piece that is sent in the URL, and is no piece of the canonical request.
    fn sent(&mut self, _text: &str) -> fmt::Result {
        Ok(())
    }

    /// Takes a piece of the canonical request that is sent in the URL as well.
    fn both(&mut self, text: &str) -> fmt::Result {
        self.canonical(text.as_bytes())
    }
}

impl Sink for Hasher {
    fn canonical(&mut self, bytes: &[u8]) -> fmt::Result {
        self.update(bytes);
        Ok(())
    }
}

impl Sink for fmt::Formatter<'_> {
    fn canonical(&mut self, bytes: &[u8]) -> fmt::Result {
        bytes.utf8_chunks().try_for_each(|chunk| {
            self.write_str(chunk.valid())?;
            if chunk.invalid().is_empty() { Ok(()) } else { self.write_char(char::REPLACEMENT_CHARACTER) }
        })
    }
}

/// The name and the value that start at this offset of a query.
fn parameter_at(query: &str, at: usize) -> (&str, &str) {
    let parameter = query[at..].split('&').next().unwrap_or_default();
    parameter.split_once('=').unwrap_or((parameter, ""))
}

/// Removes dot segments and empty ones: RFC 3986, section 5.2.4, as AWS's own library and botocore do it.
fn normalized(path: &str) -> String {
    let mut kept = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            _ => kept.push(segment),
        }
    }
    let mut out = String::with_capacity(path.len());
    for segment in &kept {
        out.push('/');
        out.push_str(segment);
    }
    if kept.is_empty() || path.ends_with('/') {
        out.push('/');
    }
    out
}

/// Writes ASCII text in lower case.
fn lower_case(text: &str, mut put: impl FnMut(&str) -> fmt::Result) -> fmt::Result {
    if !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return put(text);
    }
    text.as_bytes().chunks(64).try_for_each(|chunk| {
        let mut lower = [0; 64];
        let lower = &mut lower[..chunk.len()];
        lower.copy_from_slice(chunk);
        lower.make_ascii_lowercase();
        put(core::str::from_utf8(lower).map_err(|_| fmt::Error)?)
    })
}

/// The headers that signing adds, of the two tokens one at most: an id from `MAX_HEADERS` on stands for them.
const ADDED_HEADERS: [&str; 9] = [
    "host",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-s3session-token",
    "x-amz-security-token",
    "content-encoding",
    "content-length",
    "x-amz-decoded-content-length",
    "x-amz-trailer",
];

/// The parameters that query authentication adds, of the two tokens one at most, in their sorted order: an id counted
/// down from `u32::MAX` stands for them.
const ADDED_PARAMETERS: [&str; 7] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-S3session-Token",
    "X-Amz-Security-Token",
    "X-Amz-SignedHeaders",
];

/// Below them, an id stands for a parameter of the operation.
fn own_parameter(id: u32) -> Option<usize> {
    let below = (u32::MAX - id) as usize;
    below.checked_sub(ADDED_PARAMETERS.len()).filter(|own| *own < OWN_PARAMETERS)
}

fn added_parameter(id: u32) -> Option<usize> {
    Some((u32::MAX - id) as usize).filter(|added| *added < ADDED_PARAMETERS.len())
}
