//! Step 1 of 4: what a canonical request is made of.

mod header_names;
mod order;
mod received;
mod signed_names;
mod walk;

use crate::chunked_body::ChunkedHeaders;
use crate::credentials::{Identity, NOBODY};
use crate::digest::Decimal;
use crate::encode::Text;
use crate::error::Error;
use crate::limits::{MAX_HEADERS, OWN_PARAMETERS};
use crate::payload::PayloadHash;
use crate::request::{Query, Request, first_parameter};
use crate::scope::CredentialScope;
use crate::service::{Rules, SessionToken};
use crate::timestamp::Timestamp;
use alloc::borrow::Cow;
use core::fmt;
pub(crate) use order::Order;
pub(crate) use received::{Gap, MOST_HEADERS, Recognition, Refused, Unsigned};
pub(crate) use signed_names::SignedNames;
#[cfg(feature = "explain")]
pub(crate) use walk::normalized;
pub(crate) use walk::{Sink, Walk};

/// Step 1 of 4: the request in AWS's canonical form, with the headers or parameters that signing adds.
///
/// Its `Display` prints exactly what AWS's documents show and what S3 sends back with `SignatureDoesNotMatch`, byte
/// for byte (a header value that is not UTF-8 is the one thing that text cannot show; its place is marked with
/// U+FFFD). Made by [`Signer::canonical_request`](crate::Signer::canonical_request) and
/// [`Signer::canonical_link`](crate::Signer::canonical_link), and of a request that is signed already by
/// [`Verifier::canonical_request`](crate::Verifier::canonical_request), it is what to compare when a server disagrees.
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
    identity: &'a Identity,
    payload: PayloadHash,
    now: Timestamp,
    order: Order,
}

/// What a canonical request is made of. Signing borrows it all; [`CanonicalRequest`] keeps it.
#[derive(Clone, Copy)]
pub(crate) struct Parts<'r> {
    pub(crate) request: &'r Request<'r>,
    pub(crate) rules: &'r Rules,
    pub(crate) identity: &'r Identity,
    pub(crate) authentication: &'r Authentication<'r>,
    pub(crate) payload: &'r PayloadHash,
    pub(crate) now: &'r Timestamp,
}

/// How the signature travels.
pub(crate) enum Authentication<'a> {
    Header,
    /// The same for a request whose body is aws-chunked.
    Chunked(&'a ChunkedHeaders),
    /// It has travelled already, with the names of the signed headers, and nothing is added.
    Received(SignedNames<'a>),
    /// With texts that are encoded already, because many links have them in common: algorithm and credential up to the
    /// value of `X-Amz-Date`, a session token, and for [many links](crate::Links) all up to the names of the headers.
    Query {
        credential: Cow<'a, str>,
        session_token: Option<(&'static str, &'a str)>,
        expires: u32,
        shared: Option<&'a str>,
    },
}

impl Authentication<'_> {
    /// Writes the parameters of query authentication up to the names of the signed headers.
    #[inline(always)]
    pub(crate) fn write_shared(&self, now: &Timestamp, sink: &mut impl Sink) -> fmt::Result {
        let Self::Query { credential, session_token, expires, .. } = self else { return Ok(()) };
        sink.canonical(credential.as_bytes())?;
        sink.canonical(now.as_bytes())?;
        sink.canonical(b"&X-Amz-Expires=")?;
        sink.canonical(Decimal::new((*expires).into()).as_bytes())?;
        if let Some((name, token)) = session_token {
            for piece in ["&", name, "=", token] {
                sink.canonical(piece.as_bytes())?;
            }
        }
        sink.canonical(b"&X-Amz-SignedHeaders=")
    }
}

impl<'a> CanonicalRequest<'a> {
    /// Checks everything, and keeps it.
    pub(crate) fn new(
        request: &Request<'a>,
        (rules, identity): (Rules, &'a Identity),
        authentication: Authentication<'a>,
        payload: PayloadHash,
        (scope, now): (CredentialScope<'a>, Timestamp),
    ) -> Result<Self, Error> {
        let mut order = Order::new();
        let parts =
            Parts { request, rules: &rules, identity, authentication: &authentication, payload: &payload, now: &now };
        parts.check(&mut order)?;
        Ok(Self { request: *request, rules, authentication, scope, identity, payload, now, order })
    }

    /// That of a request that was received, with all that it was signed with.
    pub(crate) fn received(
        request: &Request<'a>,
        rules: Rules,
        (signed, unsigned): (SignedNames<'a>, Unsigned),
        payload: PayloadHash,
        (scope, now): (CredentialScope<'a>, Timestamp),
    ) -> Result<Self, Refused> {
        let (mut order, identity, authentication) = (Order::new(), &NOBODY, Authentication::Received(signed));
        let parts =
            Parts { request, rules: &rules, identity, authentication: &authentication, payload: &payload, now: &now };
        parts.received(&mut order, unsigned)?;
        Ok(Self { request: *request, rules, authentication, scope, identity, payload, now, order })
    }

    fn parts(&self) -> Parts<'_> {
        let Self { request, rules, identity, authentication, payload, now, .. } = self;
        Parts { request, rules, identity, authentication, payload, now }
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
                let Self(canonical) = self;
                Walk { parts: &canonical.parts(), order: &canonical.order }.header_names(|piece| f.write_str(piece))
            }
        }
        Names(self)
    }

    /// The SHA-256 of the text: what the string to sign names.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        Walk { parts: &self.parts(), order: &self.order }.sha256()
    }

    pub(crate) fn scope(&self) -> &CredentialScope<'a> {
        &self.scope
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }
}

impl<'r> Parts<'r> {
    /// Whether the session token is there and part of what is signed.
    fn signs_session_token(&self) -> bool {
        self.identity.session_token.is_some() && self.rules.session_token != SessionToken::AddedAfterwards
    }

    fn chunked(&self) -> Option<&'r ChunkedHeaders> {
        match self.authentication {
            Authentication::Chunked(chunked) => Some(chunked),
            Authentication::Header | Authentication::Query { .. } | Authentication::Received(_) => None,
        }
    }

    fn parameter(&self, id: u16) -> (Text<'_>, Text<'_>) {
        if let Some(added) = if id == ALL_ADDED { Some(0) } else { added_parameter(id) } {
            // No other parameter has this name, so the value never decides the order.
            return (Text::Raw(ADDED_PARAMETERS[added]), Text::Raw(""));
        }
        if let Some(own) = own_parameter(id) {
            let found = self.request.own_parameters().find(|(i, _, _)| *i == own);
            return found
                .map_or((Text::Raw(""), Text::Raw("")), |(_, name, value)| (Text::Raw(name), Text::Raw(value)));
        }
        let at = usize::from(id);
        match self.request.query {
            Query::Pairs(pairs) => (Text::Raw(pairs[at].0), Text::Raw(pairs[at].1)),
            Query::Wire(text) => {
                let (name, value, _) = first_parameter(&text[at..]);
                (Text::Wire(name), Text::Wire(value))
            }
            Query::Received(text) => {
                let (name, value, _) = first_parameter(&text[at..]);
                (Text::Received(name), Text::Received(value))
            }
        }
    }

    /// The name of a header that is signed, of a request that was received, or was not.
    #[inline(always)]
    fn header_name<const RECEIVED: bool>(&self, id: u8) -> &'r str {
        match usize::from(id).checked_sub(MAX_HEADERS) {
            Some(added) if added == 0 || !RECEIVED => ADDED_HEADERS[added],
            _ => self.request.headers.get(received::index(id)).0,
        }
    }

    #[inline(always)]
    fn header<const RECEIVED: bool>(&self, id: u8) -> (&'r str, &'r [u8]) {
        let Some(added) = usize::from(id).checked_sub(MAX_HEADERS) else { return self.request.headers.get(id.into()) };
        if added > 0 && RECEIVED {
            return self.request.headers.get(received::index(id));
        }
        let value = match added {
            0 => self.request.host.as_bytes(),
            1 => self.payload.as_bytes(),
            2 => self.now.as_bytes(),
            3 | 4 => self.identity.session_token.as_deref().unwrap_or_default().as_bytes(),
            _ => self.chunked().map_or("", |chunked| chunked.value(ADDED_HEADERS[added])).as_bytes(),
        };
        (ADDED_HEADERS[added], value)
    }
}

impl fmt::Display for CanonicalRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Walk { parts: &self.parts(), order: &self.order }.walk(f)
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

/// The id of the first of them.
const HOST: u8 = MAX_HEADERS as u8;

/// What stands in a link before and behind its credential, if nothing comes in between.
pub(crate) const CREDENTIAL: (&str, &str) = ("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=", "&X-Amz-Date=");

/// The parameters that query authentication adds, of the two tokens one at most, in their sorted order: an id counted
/// down from `u16::MAX` stands for them.
const ADDED_PARAMETERS: [&str; 7] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-S3session-Token",
    "X-Amz-Security-Token",
    "X-Amz-SignedHeaders",
];

/// The id that stands for all of those that are added, in a row.
const ALL_ADDED: u16 = u16::MAX - ADDED_PARAMETERS.len() as u16;

/// Below it, an id stands for a parameter of the operation.
fn own_parameter(id: u16) -> Option<usize> {
    let below = usize::from(u16::MAX - id);
    below.checked_sub(ADDED_PARAMETERS.len() + 1).filter(|own| *own < OWN_PARAMETERS)
}

fn added_parameter(id: u16) -> Option<usize> {
    Some(usize::from(u16::MAX - id)).filter(|added| *added < ADDED_PARAMETERS.len())
}
