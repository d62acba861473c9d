use crate::canonical::{Authentication, CanonicalRequest, Order, Walk};
use crate::error::Error;
use crate::key::Signature;
use crate::payload::PayloadHash;
use crate::request::Request;
use crate::service::ContentSha256;
use crate::signer::{Day, Signer};
use crate::timestamp::Timestamp;
use alloc::string::String;
use core::fmt::{self, Write};

impl Signer {
    /// Signs a request by the `Authorization` header, the way of AWS's SDKs.
    ///
    /// The answer holds the headers to set on the request, in place of those of the same name that it may have (but a
    /// request that still has a session's `x-amz-security-token`, signed again with keys that have none, keeps it:
    /// remove it first). Everything else must be sent as it is in `request`, `host` included, which HTTP clients set by
    /// themselves.
    ///
    /// ```
    /// use s3_sigv4::{Bucket, Credentials, PayloadHash, Signer, Timestamp};
    ///
    /// let now = Timestamp::parse("20130524T000000Z")?;
    /// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// let signer = Signer::new(credentials, "us-east-1", now)?;
    /// let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "examplebucket")?;
    ///
    /// let request = bucket.put("test$file.text")?.with_headers(&[
    ///     ("date", "Fri, 24 May 2013 00:00:00 GMT"),
    ///     ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
    /// ]);
    /// let signed = signer.sign(&request, PayloadHash::of(b"Welcome to Amazon S3."), now)?;
    /// assert_eq!(
    ///     signed.authorization(),
    ///     "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
    ///      SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class, \
    ///      Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
    /// );
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::CredentialsExpired`]; [`Error::KeyOfAnotherDay`] for a signer without a secret;
    /// [`Error::SessionTokenMissing`] where neither the signer nor the request has the token of an S3 Express session;
    /// and whatever is wrong with the request: a header that cannot be sent ([`Error::Header`],
    /// [`Error::HeaderNameEmpty`], [`Error::HostRepeated`], for a given `host` what [`Request::new`] says of hosts,
    /// [`Error::HeaderMustBeSigned`], [`Error::PayloadHashConflict`]), a query that is signed already or ambiguous
    /// ([`Error::AuthenticationParameter`], [`Error::OwnParameter`], [`Error::PlusInQuery`]), a path that is ambiguous
    /// ([`Error::PlusInPath`]), too many headers or too much of a query ([`Error::TooManyHeaders`],
    /// [`Error::TooManyParameters`], [`Error::QueryTooLong`]).
    ///
    /// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>.
    pub fn sign(
        &self,
        request: &Request<'_>,
        payload: PayloadHash,
        now: Timestamp,
    ) -> Result<SignedRequest<'_>, Error> {
        self.sign_as(request, Authentication::Header, payload, now)
    }

    /// As [`Signer::sign`], for each way that a signature travels in a header.
    pub(crate) fn sign_as(
        &self,
        request: &Request<'_>,
        authentication: Authentication<'_>,
        payload: PayloadHash,
        now: Timestamp,
    ) -> Result<SignedRequest<'_>, Error> {
        self.identity.usable_at(now)?;
        let day = self.day_of(now)?;
        let mut order = Order::new();
        let parts = self.parts(request, &authentication, &payload, &now);
        let walk = parts.check(&mut order)?;
        let signature = day.sign(&walk.sha256(), now);
        let mut authorization = String::with_capacity(256);
        write_authorization(&mut authorization, &day, walk, &signature)?;
        Ok(SignedRequest {
            authorization,
            content_sha256: (self.rules.content_sha256 == ContentSha256::Signed).then_some(payload),
            now,
            session_token: self.token_header(),
            signature,
        })
    }

    /// As [`Signer::sign`], with the headers written to `out` as lines of HTTP/1.1, each ended by CR LF.
    ///
    /// ```
    /// # use s3_sigv4::{Bucket, Credentials, PayloadHash, Signer, Timestamp};
    /// # let now = Timestamp::parse("20130524T000000Z")?;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// # let signer = Signer::new(credentials, "us-east-1", now)?;
    /// # let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "examplebucket")?;
    /// let request = bucket.get("test.txt")?.with_headers(&[("range", "bytes=0-9")]);
    /// let mut lines = String::new();
    /// signer.sign_to(&mut lines, &request, PayloadHash::EMPTY, now)?;
    /// assert!(lines.starts_with("authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/"));
    /// assert!(lines.contains("Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41\r\n"));
    /// assert!(lines.ends_with("x-amz-date: 20130524T000000Z\r\n"));
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Signer::sign`], and [`Error::Write`] if `out` refuses the text. Nothing is written before everything is
    /// checked.
    pub fn sign_to(
        &self,
        out: &mut impl Write,
        request: &Request<'_>,
        payload: PayloadHash,
        now: Timestamp,
    ) -> Result<Signature, Error> {
        self.identity.usable_at(now)?;
        let day = self.day_of(now)?;
        let mut order = Order::new();
        let parts = self.parts(request, &Authentication::Header, &payload, &now);
        let walk = parts.check(&mut order)?;
        let signature = day.sign(&walk.sha256(), now);
        out.write_str("authorization: ")?;
        write_authorization(out, &day, walk, &signature)?;
        if self.rules.content_sha256 == ContentSha256::Signed {
            out.write_str("\r\nx-amz-content-sha256: ")?;
            out.write_str(payload.as_str())?;
        }
        out.write_str("\r\nx-amz-date: ")?;
        out.write_str(now.as_str())?;
        if let Some((name, token)) = self.token_header() {
            for piece in ["\r\n", name, ": ", token] {
                out.write_str(piece)?;
            }
        }
        out.write_str("\r\n")?;
        Ok(signature)
    }

    /// The canonical request that [`Signer::sign`] hashes for the same arguments, to be compared with a server's.
    ///
    /// Its text holds the session token, if there is one.
    ///
    /// # Errors
    /// As [`Signer::sign`].
    pub fn canonical_request<'a>(
        &'a self,
        request: &Request<'a>,
        payload: PayloadHash,
        now: Timestamp,
    ) -> Result<CanonicalRequest<'a>, Error> {
        self.identity.usable_at(now)?;
        self.canonical(request, Authentication::Header, payload, now)
    }

    fn token_header(&self) -> Option<(&'static str, &str)> {
        let token = self.identity.session_token.as_deref()?;
        Some((self.rules.session_token.header(), token))
    }
}

/// A signature in an `Authorization` header, and the headers that belong with it.
pub struct SignedRequest<'a> {
    authorization: String,
    content_sha256: Option<PayloadHash>,
    now: Timestamp,
    session_token: Option<(&'static str, &'a str)>,
    signature: Signature,
}

impl SignedRequest<'_> {
    /// The headers to set on the request: `authorization`, `x-amz-content-sha256` (for S3), `x-amz-date` and
    /// `x-amz-security-token` (for a session; `x-amz-s3session-token` for one of S3 Express).
    ///
    /// ```
    /// # use s3_sigv4::{Bucket, Credentials, PayloadHash, Signer, Timestamp};
    /// # let now = Timestamp::parse("20130524T000000Z")?;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// # let signer = Signer::new(credentials, "us-east-1", now)?;
    /// # let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "examplebucket")?;
    /// let signed = signer.sign(&bucket.get("test.txt")?, PayloadHash::EMPTY, now)?;
    /// let names: Vec<_> = signed.headers().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["authorization", "x-amz-content-sha256", "x-amz-date"]);
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let header: for<'a> fn((&'static str, &'a str)) -> (&'a str, &'a str) = |header| header;
        self.set_headers().map(header)
    }

    /// The same with names that live as long as the program.
    pub(crate) fn set_headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let content_sha256 = self.content_sha256.as_ref().map(|hash| ("x-amz-content-sha256", hash.as_str()));
        let date = ("x-amz-date", self.now.as_str());
        let headers = [Some(("authorization", &*self.authorization)), content_sha256, Some(date), self.session_token];
        headers.into_iter().flatten()
    }

    /// The value of the `Authorization` header.
    #[must_use]
    pub fn authorization(&self) -> &str {
        &self.authorization
    }

    /// The signature alone.
    #[must_use]
    pub fn signature(&self) -> Signature {
        self.signature
    }
}

impl fmt::Debug for SignedRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedRequest").field("now", &self.now).finish_non_exhaustive()
    }
}

#[inline]
fn write_authorization(out: &mut impl Write, day: &Day, walk: Walk<'_>, signature: &Signature) -> fmt::Result {
    out.write_str(&day.authorization)?;
    walk.header_names(|piece| out.write_str(piece))?;
    out.write_str(", Signature=")?;
    out.write_str(signature.hex().as_str())
}
