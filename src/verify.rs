//! Reading back: is a received request signed by whom it says?

mod chunks;
mod claim;
mod error;
mod framing;
#[cfg(feature = "post")]
pub(crate) mod policy;
#[cfg(feature = "post")]
mod post;
mod verified;

use crate::canonical::{Authentication, CanonicalRequest, Order, Parts, Unsigned, Walk};
use crate::credentials::{Credentials, NOBODY};
use crate::digest::equal;
use crate::encode::{Text, position, stands_for};
use crate::error::Excerpt;
use crate::key::{SigningKey, Started};
use crate::limits::{CLOCK_SKEW, LONGEST_LIFETIME};
use crate::payload::PayloadHash;
use crate::request::{Path, Request};
use crate::scope::CredentialScope;
use crate::service::{ContentSha256, PathEncoding, Service, SessionToken};
use crate::timestamp::Timestamp;
use alloc::borrow::Cow;
use alloc::boxed::Box;
use core::fmt;
use core::time::Duration;

pub use chunks::ChunkDecoder;
pub use claim::Claim;
pub(crate) use claim::PARAMETERS;
use claim::{Payload, Place};
pub use error::{ClientMessage, Part, VerifyError};
pub use framing::ChunkFraming;
#[cfg(feature = "post")]
pub use policy::PostMismatch;
#[cfg(feature = "post")]
pub use post::{PostClaim, VerifiedPost};
use verified::Chunked;
pub use verified::{BodyHasher, Verified};

/// Verifies received requests for one region and service. Everything that is not asked for is refused.
///
/// ```
/// use s3_sigv4::{Claim, Credentials, Request, Timestamp, Verifier};
///
/// let now = Timestamp::parse("20130524T120000Z")?;
/// let target = "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
///      &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
///      &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
///      &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
/// let headers = [("host", "examplebucket.s3.amazonaws.com"), ("user-agent", "curl/8.14.1")];
/// let incoming = Request::received("GET", "examplebucket.s3.amazonaws.com", target)?.with_headers(&headers);
///
/// let claim = Claim::parse(&incoming)?; // nothing proven yet
/// # let find = |_: &str| Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY").ok();
/// let credentials = find(claim.access_key_id()); // your look-up
/// let verified = Verifier::new("us-east-1").verify(claim, credentials.as_ref(), now)?;
/// assert_eq!(verified.access_key_id(), "AKIAIOSFODNN7EXAMPLE");
/// assert_eq!(verified.valid_until(), Some(Timestamp::parse("20130525T000000Z")?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Verifier<'a> {
    region: Cow<'a, str>,
    service: Service,
    clock_skew: Duration,
    link_clock_skew: Duration,
    longest_lifetime: u32,
    unsigned_headers: &'a [&'a str],
    /// What an unknown signing key is replaced by, so that it costs what a known one costs.
    decoy: SigningKey,
}

impl<'a> Verifier<'a> {
    /// A verifier for S3 in this region.
    pub fn new(region: impl Into<Cow<'a, str>>) -> Self {
        let scope = CredentialScope::parse("20130524/us-east-1/s3/aws4_request");
        Self {
            region: region.into(),
            service: Service::S3,
            clock_skew: CLOCK_SKEW,
            link_clock_skew: Duration::ZERO,
            longest_lifetime: LONGEST_LIFETIME.as_secs() as u32,
            unsigned_headers: &[],
            decoy: SigningKey::from_bytes([0; 32], scope.expect("a scope")),
        }
    }

    /// The same for another service, or by other rules.
    ///
    /// ```
    /// use s3_sigv4::{Service, Verifier};
    ///
    /// let verifier = Verifier::new("us-west-2").with_service(Service::S3_EXPRESS);
    /// ```
    #[must_use]
    pub fn with_service(mut self, service: Service) -> Self {
        self.service = service;
        self
    }

    /// The same with clocks that may differ by so much, in place of 15 minutes: a request signed in its header may be
    /// dated so much earlier or later than `now`.
    #[must_use]
    pub fn with_clock_skew(mut self, skew: Duration) -> Self {
        self.clock_skew = skew;
        self
    }

    /// The same with links that may be dated so much later than `now`, by a signer whose clock is ahead. Without it, a
    /// link is good from its date on and not before.
    #[must_use]
    pub fn with_link_clock_skew(mut self, skew: Duration) -> Self {
        self.link_clock_skew = skew;
        self
    }

    /// The same with links of no longer lifetime than this, in place of 7 days. More than 7 days counts as 7 days, and
    /// a part of a second is dropped.
    #[must_use]
    pub fn with_longest_lifetime(mut self, lifetime: Duration) -> Self {
        self.longest_lifetime = lifetime.min(LONGEST_LIFETIME).as_secs() as u32;
        self
    }

    /// The same with these headers taken although they are not signed, named in any case: `x-amz-…` headers that a proxy
    /// of your own adds, or `content-type` and `content-md5` in header authentication. Whoever can send you requests can
    /// then say there what he likes.
    ///
    /// ```
    /// use s3_sigv4::Verifier;
    ///
    /// let behind_cloudfront = Verifier::new("us-east-1").with_unsigned_headers(&["x-amz-cf-id"]);
    /// ```
    #[must_use]
    pub fn with_unsigned_headers(mut self, names: &'a [&'a str]) -> Self {
        self.unsigned_headers = names;
        self
    }

    /// Verifies a claim by the credentials that were looked up for its access key id.
    ///
    /// `key` is [`&Credentials`](Credentials), a [`&SigningKey`](SigningKey), which saves deriving it, or an `Option` of
    /// either: `None`, for an access key id that nobody has, costs what a wrong signature costs and is refused.
    /// Look a signing key up by [`Claim::scope`] as well: one of another day is [`VerifyError::OtherKey`], a mistake of the
    /// server's own, which tells that the access key id exists.
    ///
    /// ```
    /// use s3_sigv4::{Claim, Credentials, PayloadHash, Request, Timestamp, Verifier, VerifyError};
    ///
    /// let headers = [
    ///     ("host", "examplebucket.s3.amazonaws.com"),
    ///     ("date", "Fri, 24 May 2013 00:00:00 GMT"),
    ///     ("x-amz-content-sha256", "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"),
    ///     ("x-amz-date", "20130524T000000Z"),
    ///     ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
    ///     ("authorization", "AWS4-HMAC-SHA256 \
    ///         Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
    ///         SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class, \
    ///         Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
    /// ];
    /// let incoming = Request::received("PUT", "examplebucket.s3.amazonaws.com", "/test$file.text")?;
    /// let claim = Claim::parse(&incoming.with_headers(&headers))?;
    ///
    /// let verifier = Verifier::new("us-east-1");
    /// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// let late = verifier.verify(claim.clone(), &credentials, Timestamp::parse("20130524T001501Z")?).unwrap_err();
    /// assert_eq!(late.client_message().code(), "RequestTimeTooSkewed");
    /// let unknown = verifier.verify(claim.clone(), None::<&Credentials>, Timestamp::parse("20130524T000000Z")?);
    /// assert_eq!(unknown.unwrap_err(), VerifyError::UnknownKey);
    ///
    /// let verified = verifier.verify(claim, &credentials, Timestamp::parse("20130524T001500Z")?)?;
    /// assert_eq!(verified.payload(), PayloadHash::of(b"Welcome to Amazon S3."));
    /// assert_eq!(verified.check_body(b"Welcome to Amazon S4."), Err(VerifyError::BodyMismatch));
    /// verified.check_body(b"Welcome to Amazon S3.")?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// In this order: [`VerifyError::OtherCredentials`]; [`VerifyError::ScopeRegion`] and [`VerifyError::ScopeService`];
    /// [`VerifyError::Skewed`], or for a link [`VerifyError::Lifetime`], [`VerifyError::NotYetGood`] and
    /// [`VerifyError::Expired`]; [`VerifyError::PlusInPath`]; [`VerifyError::Missing`] for `x-amz-content-sha256`,
    /// [`VerifyError::PayloadUnknown`], [`VerifyError::StreamingLink`] and [`VerifyError::PayloadAlgorithm`];
    /// [`VerifyError::TooManyHeaders`], [`VerifyError::SignedHeaderMissing`], [`VerifyError::QueryTooLong`] and
    /// [`VerifyError::TooManyParameters`]; [`VerifyError::HeaderNotSigned`]; [`VerifyError::OtherKey`]; then, when all that
    /// costs time is done, [`VerifyError::UnknownKey`] and [`VerifyError::SignatureMismatch`]; and what only the
    /// holder of the secret gets to see: [`VerifyError::TokenMissing`], [`VerifyError::TokenUnexpected`],
    /// [`VerifyError::TokenMismatch`], [`VerifyError::CredentialsExpired`]; and for a streaming body
    /// [`VerifyError::Missing`], [`VerifyError::Repeated`] or [`VerifyError::Malformed`] for
    /// `x-amz-decoded-content-length`, the last two also for `x-amz-trailer`.
    pub fn verify<'c, 'k>(
        &self,
        claim: Claim<'c>,
        key: impl Into<VerifyingKey<'k>>,
        now: Timestamp,
    ) -> Result<Verified<'c>, VerifyError> {
        let key = key.into();
        let collected;
        let request = if claim.collected.is_some() {
            collected = claim.whole_request();
            &collected
        } else {
            &claim.request
        };
        key.check(claim.access_key_id())?;
        self.check_scope((&claim.region, &claim.service), claim.place.credential())?;
        let ends = self.check_time(&claim, now)?;
        self.check_plus(request)?;
        let payload = self.payload(&claim)?;
        let hash = self.hash(request, &claim, payload)?;
        let derived;
        let signing_key = match key.secret {
            Secret::Credentials(credentials) => {
                derived = SigningKey::derive(credentials, claim.scope());
                &derived
            }
            Secret::UnknownCredentials => {
                derived = SigningKey::decoy(claim.scope());
                &derived
            }
            Secret::Key(key) if is_for(key, &claim) => key,
            Secret::Key(_) => return Err(VerifyError::OtherKey),
            // Of another day and scope, for a text of as many blocks as any.
            Secret::UnknownKey => &self.decoy,
        };
        let signature = Started::<3>::new(signing_key).start(signing_key, claim.dated).sign(signing_key, &hash);

        // All that costs time is done, whether the key is known or not, and the rest tells only who holds the secret.
        let matches = signature == claim.signature;
        match key.secret {
            Secret::UnknownCredentials | Secret::UnknownKey => return Err(VerifyError::UnknownKey),
            _ if !matches => return Err(VerifyError::SignatureMismatch),
            _ => {}
        }
        self.check_token(claim.token, &key)?;
        let expiration = key.expiration(now)?;
        let ends = ends.map(|ends| expiration.map_or(ends, |expiration| ends.min(expiration.unix())));
        let chunked =
            if payload.is_streaming() { Some(Box::new(chunked(&claim, payload, signing_key)?)) } else { None };
        let payload = *payload;
        Ok(Verified::new(claim, (payload, chunked), ends))
    }

    /// The canonical request that this claim stands for by the service's rules: what a server shows with
    /// `SignatureDoesNotMatch`, and what to hold against such an answer where a request was signed elsewhere. No key is
    /// needed, and nothing is proven.
    ///
    /// Its text holds the session token, if that is signed.
    ///
    /// ```
    /// use s3_sigv4::{Claim, Request, StringToSign, Verifier};
    ///
    /// let target = "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
    ///      &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
    ///      &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
    ///      &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
    /// let claim = Claim::parse(&Request::received("GET", "examplebucket.s3.amazonaws.com", target)?)?;
    /// let canonical = Verifier::new("us-east-1").canonical_request(&claim)?;
    /// assert_eq!(canonical.to_string(), "\
    /// GET
    /// /test.txt
    /// X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
    /// &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host
    /// host:examplebucket.s3.amazonaws.com
    ///
    /// host
    /// UNSIGNED-PAYLOAD");
    /// assert_eq!(StringToSign::new(&canonical).to_string(), "\
    /// AWS4-HMAC-SHA256
    /// 20130524T000000Z
    /// 20130524/us-east-1/s3/aws4_request
    /// 3bfa292879f6447bbcda7001decf97f4a54dc650c8942174ae0a9121cf58ad04");
    /// # Ok::<(), s3_sigv4::VerifyError>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Verifier::verify`] that say that the claim has no canonical request: [`VerifyError::Missing`] for
    /// `x-amz-content-sha256`, [`VerifyError::PayloadUnknown`], [`VerifyError::StreamingLink`],
    /// [`VerifyError::PayloadAlgorithm`], [`VerifyError::TooManyHeaders`], [`VerifyError::SignedHeaderMissing`],
    /// [`VerifyError::QueryTooLong`] and [`VerifyError::TooManyParameters`].
    ///
    /// Source: AWS's documented link in
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>.
    pub fn canonical_request<'c>(&self, claim: &'c Claim<'_>) -> Result<CanonicalRequest<'c>, VerifyError> {
        let signed = (claim.signed, self.unsigned(claim));
        let payload = *self.payload(claim)?;
        let at = (claim.scope(), claim.dated);
        Ok(CanonicalRequest::received(&claim.whole_request(), self.service.rules, signed, payload, at)?)
    }

    fn check_scope(&self, (region, service): (&str, &str), part: Part) -> Result<(), VerifyError> {
        if region != self.region {
            return Err(VerifyError::ScopeRegion { part });
        }
        if service != self.service.name() {
            return Err(VerifyError::ScopeService { part });
        }
        Ok(())
    }

    /// For a link, the answer is when it ends, in seconds since 1970.
    fn check_time(&self, claim: &Claim<'_>, now: Timestamp) -> Result<Option<i64>, VerifyError> {
        let dated = claim.dated;
        let seconds = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        let ahead = dated.unix() - now.unix();
        let Place::Query { expires } = claim.place else {
            let near = ahead.abs() <= seconds(self.clock_skew);
            return if near { Ok(None) } else { Err(VerifyError::Skewed { dated, now }) };
        };
        if expires > self.longest_lifetime {
            return Err(VerifyError::Lifetime { longest: self.longest_lifetime });
        }
        if ahead > seconds(self.link_clock_skew) {
            return Err(VerifyError::NotYetGood { from: dated, now });
        }
        let until = dated.unix() + i64::from(expires);
        if now.unix() > until {
            return Err(VerifyError::Expired { until: Timestamp::from_unix(until).unwrap_or(now), now });
        }
        Ok(Some(until))
    }

    fn check_plus(&self, request: &Request<'_>) -> Result<(), VerifyError> {
        match (request.path, self.service.rules.path_encoding) {
            (Path::Wire(path), PathEncoding::Once) => match position(path.as_bytes(), b'+') {
                Some(position) => Err(VerifyError::PlusInPath { position }),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// Refuses what anybody could have added or changed on the way.
    fn check_headers(&self, request: &Request<'_>, place: Place, walk: Walk<'_>) -> Result<(), VerifyError> {
        let rules = &self.service.rules;
        let afterwards = rules.session_token == SessionToken::AddedAfterwards;
        for (index, (name, _)) in request.headers.iter().enumerate() {
            let token = || afterwards && name.eq_ignore_ascii_case(rules.session_token.header());
            if self.must_be_signed(name, place) && !walk.signs(index) && !token() {
                return Err(VerifyError::HeaderNotSigned { name: Excerpt::of(name) });
            }
        }
        Ok(())
    }

    fn must_be_signed(&self, name: &str, place: Place) -> bool {
        let amz = name.as_bytes().get(..6).is_some_and(|start| start.eq_ignore_ascii_case(b"x-amz-"));
        // Whoever uses a link sends the type of what he uploads, and the link was made before that was known.
        let content = || ["content-type", "content-md5"].into_iter().any(|content| name.eq_ignore_ascii_case(content));
        (amz || place == Place::Header && content())
            && !self.unsigned_headers.iter().any(|unsigned| name.eq_ignore_ascii_case(unsigned))
    }

    /// The last line of the canonical request.
    fn payload<'c>(&self, claim: &'c Claim<'_>) -> Result<&'c PayloadHash, VerifyError> {
        let part = Part::Header("x-amz-content-sha256");
        let payload = match (&claim.payload, self.service.rules.content_sha256, claim.place) {
            (Payload::Request(payload), _, _) => payload,
            (_, ContentSha256::Signed, Place::Header) => return Err(VerifyError::Missing { part }),
            (_, ContentSha256::Signed, Place::Query { .. }) => &PayloadHash::UNSIGNED,
            (Payload::Caller(payload), ContentSha256::Omitted, _) => payload,
            (Payload::Unsaid, ContentSha256::Omitted, Place::Header) => return Err(VerifyError::PayloadUnknown),
            (Payload::Unsaid, ContentSha256::Omitted, Place::Query { .. }) => &PayloadHash::EMPTY,
        };
        if payload.is_streaming() {
            if claim.is_link() {
                return Err(VerifyError::StreamingLink);
            }
            if payload.as_str().contains("ECDSA") {
                return Err(VerifyError::PayloadAlgorithm);
            }
        }
        Ok(payload)
    }

    /// The hash of the canonical request.
    #[inline]
    fn hash(&self, request: &Request<'_>, claim: &Claim<'_>, payload: &PayloadHash) -> Result<[u8; 32], VerifyError> {
        let unsigned = self.unsigned(claim);
        let mut order = Order::new();
        let parts = Parts {
            request,
            rules: &self.service.rules,
            identity: &NOBODY,
            authentication: &Authentication::Received(claim.signed),
            payload,
            now: &claim.dated,
        };
        let walk = parts.received(&mut order, unsigned)?;
        self.check_headers(request, claim.place, walk)?;
        Ok(walk.sha256())
    }

    /// What stands in the query and is not signed: the token only where it was added afterwards.
    #[inline]
    fn unsigned(&self, claim: &Claim<'_>) -> Unsigned {
        let afterwards = self.service.rules.session_token == SessionToken::AddedAfterwards;
        Unsigned { token: claim.unsigned.token.filter(|_| afterwards), ..claim.unsigned }
    }

    fn check_token(&self, token: Option<(SessionToken, Text<'_>)>, key: &VerifyingKey<'_>) -> Result<(), VerifyError> {
        // Some operations of S3 Express take the ordinary token; no other service takes that of a session of it.
        let express = self.service.rules.session_token == SessionToken::S3Session;
        match (token, key.session_token) {
            (None, None) => Ok(()),
            (None, Some(_)) => Err(VerifyError::TokenMissing),
            (Some(_), None) => Err(VerifyError::TokenUnexpected),
            (Some((SessionToken::S3Session, _)), Some(_)) if !express => Err(VerifyError::TokenUnexpected),
            (Some((_, given)), Some(expected)) if is_token(given, expected) => Ok(()),
            (Some(_), Some(_)) => Err(VerifyError::TokenMismatch),
        }
    }
}

/// Whether this is the token, in a time that tells nothing else of it than its length.
fn is_token(given: Text<'_>, expected: &str) -> bool {
    match given {
        Text::Wire(text) | Text::Received(text) if position(text.as_bytes(), b'+').is_none() => {
            stands_for(text, expected)
        }
        _ => equal(given.bytes(), expected.bytes()),
    }
}

/// Whether the key signs in the scope that the claim names.
fn is_for(key: &SigningKey, claim: &Claim<'_>) -> bool {
    let scope = key.scope();
    scope.region() == claim.region && scope.service() == claim.service && scope.covers(claim.dated)
}

/// What the verifier of an aws-chunked body needs to know.
fn chunked<'a>(claim: &Claim<'a>, payload: &PayloadHash, key: &SigningKey) -> Result<Chunked<'a>, VerifyError> {
    let name = "x-amz-decoded-content-length";
    let part = Part::Header(name);
    let length = core::str::from_utf8(claim.signed_header(name)?.ok_or(VerifyError::Missing { part })?);
    let digits = length.ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let decoded_length = digits.and_then(|text| text.parse().ok()).ok_or(VerifyError::Malformed { part })?;
    let part = Part::Header("x-amz-trailer");
    let trailer = claim.signed_header("x-amz-trailer")?.map(core::str::from_utf8);
    let trailer = trailer.transpose().map_err(|_| VerifyError::Malformed { part })?;
    let key = (*payload != PayloadHash::STREAMING_UNSIGNED_TRAILER).then(|| key.clone());
    Ok(Chunked { signature: claim.signature, key, decoded_length, trailer })
}

impl fmt::Debug for Verifier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("region", &self.region)
            .field("service", &self.service.name())
            .field("unsigned_headers", &self.unsigned_headers)
            .finish_non_exhaustive()
    }
}

/// What a claim is held against: credentials or a signing key, or that there are none for its access key id.
///
/// It is made from a reference to either, or from an `Option` of that.
#[derive(Clone, Copy)]
pub struct VerifyingKey<'a> {
    secret: Secret<'a>,
    session_token: Option<&'a str>,
}

#[derive(Clone, Copy)]
enum Secret<'a> {
    Credentials(&'a Credentials),
    UnknownCredentials,
    Key(&'a SigningKey),
    UnknownKey,
}

impl<'a> VerifyingKey<'a> {
    /// The same for the credentials of a session with this token. [`Credentials`] bring their own.
    ///
    /// ```
    /// use s3_sigv4::{SigningKey, VerifyingKey};
    ///
    /// let text = "20130524/us-east-1/s3/aws4_request=dbb893acc010964918f1fd433add87c70e8b0db6be30c1fbeafefa5ec6ba8378";
    /// let key = SigningKey::import(text)?;
    /// let key = VerifyingKey::from(&key).with_session_token("IQoJb3JpZ2luX2VjEXAMPLE");
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    #[must_use]
    pub fn with_session_token(mut self, session_token: &'a str) -> Self {
        self.session_token = Some(session_token);
        self
    }

    /// Whether it was looked up for this claim.
    fn check(&self, access_key_id: &str) -> Result<(), VerifyError> {
        match self.secret {
            Secret::Credentials(credentials) if credentials.access_key_id() != access_key_id => {
                Err(VerifyError::OtherCredentials)
            }
            _ => Ok(()),
        }
    }

    /// When such credentials expire, which must not have happened yet.
    fn expiration(&self, now: Timestamp) -> Result<Option<Timestamp>, VerifyError> {
        let Secret::Credentials(credentials) = self.secret else { return Ok(None) };
        match credentials.expiration() {
            Some(expired) if expired <= now => Err(VerifyError::CredentialsExpired { expired, now }),
            expiration => Ok(expiration),
        }
    }
}

impl<'a> From<&'a Credentials> for VerifyingKey<'a> {
    fn from(credentials: &'a Credentials) -> Self {
        let session_token = credentials.identity.session_token.as_deref();
        Self { secret: Secret::Credentials(credentials), session_token }
    }
}

impl<'a> From<&'a SigningKey> for VerifyingKey<'a> {
    fn from(key: &'a SigningKey) -> Self {
        Self { secret: Secret::Key(key), session_token: None }
    }
}

impl<'a> From<Option<&'a Credentials>> for VerifyingKey<'a> {
    fn from(credentials: Option<&'a Credentials>) -> Self {
        credentials.map_or(Self { secret: Secret::UnknownCredentials, session_token: None }, Self::from)
    }
}

impl<'a> From<Option<&'a SigningKey>> for VerifyingKey<'a> {
    fn from(key: Option<&'a SigningKey>) -> Self {
        key.map_or(Self { secret: Secret::UnknownKey, session_token: None }, Self::from)
    }
}

impl fmt::Debug for VerifyingKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey").finish_non_exhaustive()
    }
}
