//! `http::Request`, signed in place and read back (feature `http`).

use crate::chunked::ChunkSigner;
use crate::chunked_body::ChunkedBody;
use crate::endpoint::Scheme;
use crate::error::{Error, Field, Found};
use crate::payload::PayloadHash;
use crate::request::Request;
use crate::service::ContentSha256;
use crate::service::SessionToken;
use crate::signer::Signer;
use crate::timestamp::Timestamp;
use crate::verify::{Claim, Part, VerifyError};
use alloc::vec::Vec;
use http::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, HeaderValue};

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
        let headers = self.sent(request);
        let signed = self.sign(&view(request)?.with_header_bytes(&headers), payload, now)?;
        self.set(request.headers_mut(), signed.set_headers());
        Ok(())
    }

    /// Signs an [`http::Request`] in place whose body is sent in chunks, and gives the signer of the chunks (feature
    /// `http`).
    ///
    /// It is [`Signer::sign_chunked`] for a request that is signed as by [`Signer::sign_http`]: `content-encoding`,
    /// `content-length`, `x-amz-decoded-content-length` and `x-amz-trailer` are set beside the signature. A
    /// `content-length` that the request has already is replaced and signed.
    ///
    /// ```
    /// use s3_sigv4::{ChunkedBody, Credentials, Signer, Timestamp};
    ///
    /// let now = Timestamp::parse("20130524T000000Z")?;
    /// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// let signer = Signer::new(credentials, "us-east-1", now)?;
    ///
    /// // The example of AWS's document.
    /// let mut request = http::Request::put("https://s3.amazonaws.com/examplebucket/chunkObject.txt")
    ///     .header("content-length", "66824")
    ///     .header("x-amz-storage-class", "REDUCED_REDUNDANCY")
    ///     .body(())?;
    /// let mut chunks = signer.sign_http_chunked(&mut request, &ChunkedBody::signed(66_560), now)?;
    /// assert!(request.headers()["authorization"].to_str()?.ends_with(
    ///     "Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
    /// ));
    /// assert_eq!(request.headers()["x-amz-decoded-content-length"], "66560");
    /// let first = chunks.chunk(&[b'a'; 65_536])?;
    /// assert!(first.as_str().ends_with("ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Signer::sign_chunked`], and [`Error::HostMissing`]. The request is unchanged then.
    pub fn sign_http_chunked<'a, B>(
        &'a self,
        request: &mut http::Request<B>,
        body: &ChunkedBody<'a>,
        now: Timestamp,
    ) -> Result<ChunkSigner<'a>, Error> {
        let headers = self.sent(request);
        let signed = self.sign_chunked(&view(request)?.with_header_bytes(&headers), body, now)?;
        self.set(request.headers_mut(), signed.set_headers());
        Ok(signed.into_chunks())
    }

    /// The headers that are signed as they are.
    fn sent<'r, B>(&self, request: &'r http::Request<B>) -> Vec<(&'r str, &'r [u8])> {
        let headers = request.headers().iter().filter(|(name, _)| !self.sets(name));
        headers.map(|(name, value)| (name.as_str(), value.as_bytes())).collect()
    }

    fn set<'s>(&self, headers: &mut HeaderMap, signed: impl Iterator<Item = (&'static str, &'s str)>) {
        for name in SET_BY_SIGNING.iter().filter(|name| self.sets(name)) {
            headers.remove(name);
        }
        for (name, value) in signed {
            let value = HeaderValue::from_bytes(value.as_bytes());
            let mut value = value.expect("it is visible ASCII, or made of the request's own values");
            value.set_sensitive(matches!(name, "authorization" | "x-amz-security-token" | "x-amz-s3session-token"));
            headers.insert(HeaderName::from_static(name), value);
        }
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

/// Where a host is not visible ASCII.
fn not_ascii(host: &[u8]) -> Error {
    let odd = |byte: &u8| !byte.is_ascii_graphic();
    let position = host.iter().position(odd).unwrap_or_default();
    Error::Character { field: Field::Host, found: Found(host[position]), position }
}

/// Method and URI as they stand, and the host that clients send.
fn view<B>(request: &http::Request<B>) -> Result<Request<'_>, Error> {
    let uri = request.uri();
    let scheme = if uri.scheme() == Some(&http::uri::Scheme::HTTP) { Scheme::Http } else { Scheme::Https };
    let host = match (uri.authority(), request.headers().get(HOST)) {
        (Some(authority), _) => authority.as_str(),
        (None, Some(host)) => host.to_str().map_err(|_| not_ascii(host.as_bytes()))?,
        (None, None) => return Err(Error::HostMissing),
    };
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    Request::from_wire(request.method().as_str(), scheme, host, target)
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
