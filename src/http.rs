//! `http::Request`, signed in place and read back (feature `http`).

use crate::endpoint::Scheme;
use crate::error::Error;
use crate::payload::PayloadHash;
use crate::request::Request;
use crate::service::ContentSha256;
use crate::service::SessionToken;
use crate::signer::Signer;
use crate::timestamp::Timestamp;
use crate::verify::{Claim, Part, VerifyError};
use alloc::vec::Vec;
use http::header::{AUTHORIZATION, HOST, HeaderName, HeaderValue};

impl Signer {
    /// Signs an [`http::Request`] in place, by the `Authorization` header (feature `http`).
    ///
    /// What an earlier signing left is replaced, so that a request can be signed again for each attempt. The URI is
    /// signed as it stands, byte for byte; the host is that of the `host` header if there is one, and otherwise the
    /// URI's, which HTTP clients send. On an error the request is unchanged.
    ///
    /// ```
    /// use s3_sigv4::{Credentials, PayloadHash, Signer, Timestamp};
    ///
    /// let now = Timestamp::parse("20130524T000000Z")?;
    /// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// let signer = Signer::new(credentials, "us-east-1", now)?;
    ///
    /// let mut request = http::Request::get("https://examplebucket.s3.amazonaws.com/test.txt")
    ///     .header("range", "bytes=0-9")
    ///     .body(())?;
    /// signer.sign_http(&mut request, PayloadHash::EMPTY, now)?;
    /// assert!(request.headers()["authorization"].to_str()?.ends_with(
    ///     "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    /// ));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Signer::sign`], and [`Error::HostMissing`] if neither the URI nor a header names the host.
    pub fn sign_http<B>(
        &self,
        request: &mut http::Request<B>,
        payload: PayloadHash,
        now: Timestamp,
    ) -> Result<(), Error> {
        let uri = request.uri();
        let scheme = if uri.scheme() == Some(&http::uri::Scheme::HTTP) { Scheme::Http } else { Scheme::Https };
        let host = match (uri.authority(), request.headers().get(HOST)) {
            (Some(authority), _) => authority.as_str(),
            (None, Some(host)) => host.to_str().map_err(|_| Error::HostMissing)?,
            (None, None) => return Err(Error::HostMissing),
        };
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        let headers: Vec<_> = request
            .headers()
            .iter()
            .filter(|(name, _)| !self.sets(name))
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect();
        let view = Request::from_wire(request.method().as_str(), scheme, host, target)?.with_header_bytes(&headers);
        let signed = self.sign(&view, payload, now)?;

        for name in SET_BY_SIGNING.iter().filter(|name| self.sets(name)) {
            request.headers_mut().remove(name);
        }
        for (name, value) in signed.set_headers() {
            let mut value = HeaderValue::from_str(value).expect("all that signing adds is visible ASCII");
            value.set_sensitive(matches!(name, "authorization" | "x-amz-security-token" | "x-amz-s3session-token"));
            request.headers_mut().insert(HeaderName::from_static(name), value);
        }
        Ok(())
    }

    /// Whether signing sets this header, or must remove what signing with other credentials left.
    fn sets(&self, name: &HeaderName) -> bool {
        match name.as_str() {
            // Where the rules leave this one alone, a caller's own is signed like any other.
            "x-amz-content-sha256" => self.rules.content_sha256 == ContentSha256::Signed,
            // The request brings the token of an S3 Express session along.
            "x-amz-s3session-token" => {
                self.rules.session_token != SessionToken::S3Session || self.identity.session_token.is_some()
            }
            _ => SET_BY_SIGNING.contains(name),
        }
    }
}

impl<'a> Claim<'a> {
    /// As [`Claim::parse`], from an [`http::Request`] as a server received it (feature `http`).
    ///
    /// The host is that of the URI if it has one, as over HTTP/2, and otherwise that of the `host` header.
    ///
    /// ```
    /// use s3_sigv4::{Claim, Credentials, Timestamp, Verifier};
    ///
    /// let request = http::Request::get("/test.txt")
    ///     .header("host", "examplebucket.s3.amazonaws.com")
    ///     .header("range", "bytes=0-9")
    ///     .header("x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    ///     .header("x-amz-date", "20130524T000000Z")
    ///     .header("authorization", "AWS4-HMAC-SHA256 \
    ///         Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
    ///         SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, \
    ///         Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
    ///     .body(())?;
    ///
    /// let claim = Claim::parse_http(&request)?;
    /// assert_eq!(claim.access_key_id(), "AKIAIOSFODNN7EXAMPLE");
    /// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// let now = Timestamp::parse("20130524T000500Z")?;
    /// let verified = Verifier::new("us-east-1").verify(claim, &credentials, now)?;
    /// verified.check_body(b"")?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Claim::parse`] and [`Request::received`], and [`VerifyError::Missing`] if there is no host.
    pub fn parse_http<B>(request: &'a http::Request<B>) -> Result<Self, VerifyError> {
        Self::from_head(request.method(), request.uri(), request.headers())
    }

    /// The same from the request's [`http::request::Parts`].
    ///
    /// # Errors
    /// As [`Claim::parse_http`].
    pub fn parse_http_parts(parts: &'a http::request::Parts) -> Result<Self, VerifyError> {
        Self::from_head(&parts.method, &parts.uri, &parts.headers)
    }

    fn from_head(
        method: &'a http::Method,
        uri: &'a http::Uri,
        headers: &'a http::HeaderMap,
    ) -> Result<Self, VerifyError> {
        let host = match (uri.authority(), headers.get(HOST)) {
            (Some(authority), _) => authority.as_str(),
            (None, Some(host)) => host.to_str().map_err(|_| VerifyError::Malformed { part: Part::Host })?,
            (None, None) => return Err(VerifyError::Missing { part: Part::Host }),
        };
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        let request = Request::received(method.as_str(), host, target)?;
        let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        Self::parse_collected(request, headers)
    }
}

const SET_BY_SIGNING: [HeaderName; 5] = [
    AUTHORIZATION,
    HeaderName::from_static("x-amz-content-sha256"),
    HeaderName::from_static("x-amz-date"),
    HeaderName::from_static("x-amz-security-token"),
    HeaderName::from_static("x-amz-s3session-token"),
];
