mod credential;
mod headers;
mod parameters;
mod usual;

use super::error::{Part, VerifyError};
use crate::canonical::{MOST_HEADERS, SignedNames, Unsigned};
use crate::encode::{Text, all, position};
use crate::endpoint::Scheme;
use crate::key::Signature;
use crate::payload::PayloadHash;
use crate::request::{Path, Query, Request, check_method};
use crate::scope::CredentialScope;
use crate::service::SessionToken;
use crate::timestamp::Timestamp;
use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;
use credential::Credential;
#[cfg(feature = "post")]
pub(super) use credential::read_credential;
use headers::{HeadersFound, trim};
pub(crate) use parameters::PARAMETERS;
use parameters::ParametersFound;
use usual::UsualLink;

impl<'a> Request<'a> {
    /// A request as a server received it: the method, the host that it was sent to and the request's target, path and
    /// query as they stand in the request line, nothing decoded. [`Request::with_headers`] or
    /// [`Request::with_header_bytes`] add all its headers.
    ///
    /// The host is what stands in the `host` header (HTTP/1.1) or in `:authority` (HTTP/2), its port as it is there. A
    /// `host` header may be among the headers as well, and must then say the same.
    ///
    /// ```
    /// use s3_sigv4::Request;
    ///
    /// let headers = [("host", "photos.example.com:9000"), ("range", "bytes=0-9")];
    /// let incoming = Request::received("GET", "photos.example.com:9000", "/cat%20%26%20dog.jpg?versionId=1")?
    ///     .with_headers(&headers);
    /// assert_eq!(incoming.host(), "photos.example.com:9000");
    /// # Ok::<(), s3_sigv4::VerifyError>(())
    /// ```
    ///
    /// # Errors
    /// [`VerifyError::Malformed`] if the method is no token, if the host is not visible ASCII, or if the target does not
    /// start with `/` or has a control character or a `#`.
    pub fn received(method: &'a str, host: &'a str, target: &'a str) -> Result<Self, VerifyError> {
        let malformed = |part| Err(VerifyError::Malformed { part });
        if check_method(method).is_err() {
            return malformed(Part::Method);
        }
        if host.is_empty() || !all(host.as_bytes(), |byte| byte.is_ascii_graphic()) {
            return malformed(Part::Host);
        }
        // Nearly every target has only characters above the `#`; any other is looked at again.
        let usual = |byte: u8| (b'#' < byte) & (byte < 127);
        let odd = |byte: u8| byte.is_ascii_control() | (byte == b'#');
        let bytes = target.as_bytes();
        if !all(bytes, usual) && !all(bytes, |byte| !odd(byte)) || !target.starts_with('/') {
            return malformed(Part::Target);
        }
        let question_mark = position(target.as_bytes(), b'?');
        let (path, query) = question_mark.map_or((target, ""), |at| (&target[..at], &target[at + 1..]));
        Ok(Self::from_checked(method, Scheme::Https, host, Path::Wire(path), Query::Received(query)))
    }
}

/// What a received request says of itself: who signed it, when, for what. Nothing of it is proven.
///
/// It is there to look the secret up by the access key id. [`Verifier::verify`](crate::Verifier::verify) makes a
/// [`Verified`](crate::Verified) of it, or refuses it.
///
/// ```
/// use s3_sigv4::{Claim, Request};
///
/// let target = "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
///      &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
///      &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
///      &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
/// let claim = Claim::parse(&Request::received("GET", "examplebucket.s3.amazonaws.com", target)?)?;
/// assert_eq!(claim.access_key_id(), "AKIAIOSFODNN7EXAMPLE");
/// assert_eq!(claim.scope().to_string(), "20130524/us-east-1/s3/aws4_request");
/// assert_eq!(claim.dated().to_string(), "20130524T000000Z");
/// # Ok::<(), s3_sigv4::VerifyError>(())
/// ```
#[derive(Clone)]
pub struct Claim<'a> {
    pub(super) request: Request<'a>,
    /// In place of the request's own, where they had to be collected.
    pub(super) collected: Option<Vec<(&'a str, &'a [u8])>>,
    pub(super) place: Place,
    pub(super) access_key_id: Cow<'a, str>,
    pub(super) region: Cow<'a, str>,
    pub(super) service: Cow<'a, str>,
    pub(super) signed: SignedNames<'a>,
    pub(super) signature: Signature,
    pub(super) token: Option<(SessionToken, Text<'a>)>,
    pub(super) payload: Payload,
    pub(super) dated: Timestamp,
    pub(super) unsigned: Unsigned,
}

/// Who says what the body is.
#[derive(Clone)]
pub(super) enum Payload {
    Unsaid,
    Request(PayloadHash),
    Caller(PayloadHash),
}

/// Where the signature stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Header,
    Query { expires: u32 },
}

impl Place {
    /// What the credential is called there.
    pub(super) fn credential(self) -> Part {
        match self {
            Self::Header => Part::Authorization("Credential"),
            Self::Query { .. } => Part::Parameter("X-Amz-Credential"),
        }
    }
}

impl<'a> Claim<'a> {
    /// Reads who is said to have signed this request.
    ///
    /// # Errors
    /// [`VerifyError::NotSigned`] for an anonymous request; [`VerifyError::SignedTwice`] if header and query both
    /// authenticate; [`VerifyError::Algorithm`]; [`VerifyError::Missing`], [`VerifyError::Repeated`] or
    /// [`VerifyError::Malformed`] for any part of the authentication; [`VerifyError::MalformedHeader`];
    /// [`VerifyError::TooManyHeaders`]; [`VerifyError::HostConflict`]; [`VerifyError::HostNotSigned`];
    /// [`VerifyError::ScopeDay`]; [`VerifyError::Lifetime`]; [`VerifyError::TokenBesideLink`].
    pub fn parse(request: &Request<'a>) -> Result<Self, VerifyError> {
        Self::read(request, request.headers.iter())
    }

    /// As [`Claim::parse`], for headers that had to be collected.
    #[cfg(feature = "http")]
    pub(crate) fn parse_collected(
        request: Request<'a>,
        headers: Vec<(&'a str, &'a [u8])>,
    ) -> Result<Self, VerifyError> {
        let mut claim = Self::read(&request, headers.iter().copied())?;
        claim.collected = Some(headers);
        Ok(claim)
    }

    /// The same for a body of this hash, where the request does not name one: by the rules of services other than S3
    /// the hash is signed and not sent, so the body has to be there before the signature can be verified. Where the
    /// request names one, that counts.
    ///
    /// ```
    /// use s3_sigv4::{Claim, Credentials, PayloadHash, Request, Service, Timestamp, Verifier, VerifyError};
    ///
    /// let headers = [
    ///     ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
    ///     ("x-amz-date", "20150830T123600Z"),
    ///     ("authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
    ///         SignedHeaders=content-type;host;x-amz-date, \
    ///         Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"),
    /// ];
    /// let incoming = Request::received("GET", "iam.amazonaws.com", "/?Action=ListUsers&Version=2010-05-08")?;
    /// let claim = Claim::parse(&incoming.with_headers(&headers))?;
    ///
    /// let verifier = Verifier::new("us-east-1").with_service(Service::new("iam")?);
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
    /// let now = Timestamp::parse("20150830T123600Z")?;
    /// let without = verifier.verify(claim.clone(), &credentials, now);
    /// assert_eq!(without.unwrap_err(), VerifyError::PayloadUnknown);
    /// let verified = verifier.verify(claim.with_payload(PayloadHash::of(b"")), &credentials, now)?;
    /// # assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_payload(mut self, payload: PayloadHash) -> Self {
        if !matches!(self.payload, Payload::Request(_)) {
            self.payload = Payload::Caller(payload);
        }
        self
    }

    /// With all its headers.
    pub(super) fn whole_request(&self) -> Request<'_> {
        match &self.collected {
            Some(headers) => self.request.with_header_bytes(headers),
            None => self.request,
        }
    }

    /// All its headers, the collected ones or the request's own.
    pub(super) fn headers(&self) -> impl Iterator<Item = (&'a str, &'a [u8])> + '_ {
        self.collected.iter().flatten().copied().chain(self.request.headers.iter())
    }

    /// The value of a header that is signed, and there once.
    pub(super) fn signed_header(&self, name: &'static str) -> Result<Option<&'a [u8]>, VerifyError> {
        let mut values = self.headers().filter(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        match (values.next().filter(|_| self.signed.contain(name)), values.next()) {
            (Some(_), Some(_)) => Err(VerifyError::Repeated { part: Part::Header(name) }),
            (value, _) => Ok(value.map(trim)),
        }
    }

    /// The access key id.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Day, region and service of the signature: what a [`SigningKey`](crate::SigningKey) is derived for.
    #[must_use]
    pub fn scope(&self) -> CredentialScope<'static> {
        CredentialScope::new(&self.region, &self.service, self.dated).expect("both parts were checked")
    }

    /// The instant of signing.
    #[must_use]
    pub fn dated(&self) -> Timestamp {
        self.dated
    }

    /// The session token, for those that look sessions up by it.
    #[must_use]
    pub fn session_token(&self) -> Option<Cow<'a, str>> {
        self.token.and_then(|(_, token)| token.decoded())
    }

    /// The names of the headers that are said to be signed, in lower case and sorted.
    pub fn signed_headers(&self) -> impl Iterator<Item = Cow<'a, str>> {
        self.signed.names()
    }

    /// Whether the signature stands in the query.
    #[must_use]
    pub fn is_link(&self) -> bool {
        self.place != Place::Header
    }

    fn read(
        request: &Request<'a>,
        headers: impl ExactSizeIterator<Item = (&'a str, &'a [u8])>,
    ) -> Result<Self, VerifyError> {
        let count = headers.len();
        if count > MOST_HEADERS {
            return Err(VerifyError::TooManyHeaders { count });
        }
        let mut found = HeadersFound::default();
        for (name, value) in headers {
            found.take(name, value)?;
        }
        if found.host.is_some_and(|host| host != request.host.as_bytes()) {
            return Err(VerifyError::HostConflict);
        }
        if let (Query::Received(query), true) = (request.query, found.authenticate_nothing()) {
            if let Some(link) = UsualLink::read(query) {
                return Ok(link.claim(request));
            }
        }
        Self::read_any(request, &found)
    }

    /// The same for what is signed in a header, and for links in every form.
    fn read_any(request: &Request<'a>, found: &HeadersFound<'a>) -> Result<Self, VerifyError> {
        let mut request = *request;
        if let Query::Wire(text) = request.query {
            request.query = Query::Received(text);
        }
        let mut parameters = ParametersFound::new();
        parameters.read(request.query);
        match (found.authorization, parameters.any) {
            (Some(_), true) => Err(VerifyError::SignedTwice),
            (None, false) => Err(VerifyError::NotSigned),
            (Some(value), false) => Credential::claim(&Credential::from_header(value, found), request, &parameters),
            (None, true) => Credential::claim(&Credential::from_query(&parameters, found), request, &parameters),
        }
    }
}

impl fmt::Debug for Claim<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim")
            .field("access_key_id", &self.access_key_id)
            .field("scope", &self.scope())
            .field("dated", &self.dated)
            .finish_non_exhaustive()
    }
}
