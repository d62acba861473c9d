mod links;

use crate::canonical::{Authentication, CanonicalRequest};
use crate::error::Error;
use crate::key::Started;
use crate::lifetime::{Lifetime, Limit, Validity};
use crate::payload::PayloadHash;
use crate::request::Request;
use crate::service::ContentSha256;
use crate::signer::{DayOf, Signer};
use crate::timestamp::Timestamp;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};
use links::Link;

pub use links::Links;

impl Signer {
    /// Signs a link: a URL that anybody can use, without credentials, until it expires.
    ///
    /// ```
    /// use core::time::Duration;
    /// use s3_sigv4::{Bucket, Credentials, Limit, Signer, Timestamp};
    ///
    /// let now = Timestamp::parse("20130524T000000Z")?;
    /// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// let signer = Signer::new(credentials, "us-east-1", now)?;
    /// let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "examplebucket")?;
    ///
    /// let link = signer.presign(&bucket.get("test.txt")?, Duration::from_secs(86400), now)?;
    /// assert_eq!(
    ///     link.url(),
    ///     "https://examplebucket.s3.amazonaws.com/test.txt\
    ///      ?X-Amz-Algorithm=AWS4-HMAC-SHA256\
    ///      &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
    ///      &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
    ///      &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    /// );
    /// assert_eq!(link.valid_until().to_string(), "20130525T000000Z");
    /// assert_eq!(link.limited_by(), Limit::Lifetime);
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    ///
    /// The body is not signed for S3 (`UNSIGNED-PAYLOAD`) unless the request has a header `x-amz-content-sha256`, and
    /// is signed as empty for every other service; [`Signer::presign_payload`] says otherwise.
    ///
    /// # Errors
    /// As [`Signer::sign`]; besides, [`Error::PayloadHashSyntax`] for the header `x-amz-content-sha256`,
    /// [`Error::Lifetime`], [`Error::OutlivesCredentials`], [`Error::SessionEndUnknown`], [`Error::YearOutOfRange`] if the
    /// link would end after the year 9999, [`Error::DotSegment`], and [`Error::HeaderNotText`] for a header that could not
    /// be told to whoever is to send it.
    ///
    /// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>.
    pub fn presign(
        &self,
        request: &Request<'_>,
        lifetime: impl Into<Lifetime>,
        now: Timestamp,
    ) -> Result<Presigned, Error> {
        let payload = self.payload_of(request)?.into_owned();
        self.presign_payload(request, payload, lifetime, now)
    }

    /// As [`Signer::presign`], written to `out`, without allocating for S3. The answer says how long it is good.
    ///
    /// Headers that were signed must be sent with the link; [`Presigned::headers`] lists them, this does not.
    ///
    /// ```
    /// use core::time::Duration;
    /// # use s3_sigv4::{Bucket, Credentials, Signer, Timestamp};
    /// # let now = Timestamp::parse("20130524T000000Z")?;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// # let signer = Signer::new(credentials, "us-east-1", now)?;
    /// # let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "examplebucket")?;
    ///
    /// let mut url = String::with_capacity(1024);
    /// for key in ["test.txt", "photos/cat & dog.jpg"] {
    ///     url.clear();
    ///     signer.presign_to(&mut url, &bucket.get(key)?, Duration::from_secs(86400), now)?;
    ///     println!("{url}");
    /// }
    /// assert!(url.starts_with("https://examplebucket.s3.amazonaws.com/photos/cat%20%26%20dog.jpg?X-Amz-Algorithm="));
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Signer::presign`], and [`Error::Write`] if `out` refuses the text. Nothing is written before everything
    /// is checked.
    pub fn presign_to(
        &self,
        out: &mut impl Write,
        request: &Request<'_>,
        lifetime: impl Into<Lifetime>,
        now: Timestamp,
    ) -> Result<Validity, Error> {
        let validity = self.validity(lifetime.into(), now)?;
        let day = self.day_of(validity.valid_from())?;
        let mut started = Started::new(&day.key);
        let started = started.start_absorbed(&day.key, &day.last, validity.valid_from());
        let link = Link { signer: self, day: &day, started, shared: None, validity: &validity };
        link.write(out, request, &*self.payload_of(request)?)?;
        Ok(validity)
    }

    /// As [`Signer::presign`], for a request whose body is known when the link is made.
    ///
    /// S3 takes the hash from a signed header `x-amz-content-sha256` alone, which the request must then have; some
    /// servers take no hash at all in a link. The general rules have no header for it.
    ///
    /// # Errors
    /// As [`Signer::presign`], and [`Error::PayloadHashConflict`] if the header says something else.
    pub fn presign_payload(
        &self,
        request: &Request<'_>,
        payload: PayloadHash,
        lifetime: impl Into<Lifetime>,
        now: Timestamp,
    ) -> Result<Presigned, Error> {
        self.links(lifetime, now)?.presign_payload(request, payload)
    }

    /// The canonical request that [`Signer::presign`] hashes for the same arguments, to be compared with a server's.
    ///
    /// Its text holds the session token, if there is one.
    ///
    /// # Errors
    /// As [`Signer::presign`].
    pub fn canonical_link<'a>(
        &'a self,
        request: &Request<'a>,
        lifetime: impl Into<Lifetime>,
        now: Timestamp,
    ) -> Result<CanonicalRequest<'a>, Error> {
        self.canonical_link_payload(request, self.payload_of(request)?.into_owned(), lifetime, now)
    }

    /// The canonical request that [`Signer::presign_payload`] hashes for the same arguments.
    ///
    /// # Errors
    /// As [`Signer::presign_payload`].
    pub fn canonical_link_payload<'a>(
        &'a self,
        request: &Request<'a>,
        payload: PayloadHash,
        lifetime: impl Into<Lifetime>,
        now: Timestamp,
    ) -> Result<CanonicalRequest<'a>, Error> {
        let validity = self.validity(lifetime.into(), now)?;
        let now = validity.valid_from();
        let credential = match self.day_of(now)? {
            DayOf::AtHand(day) => Cow::Borrowed(&*day.credential),
            DayOf::Derived(day) => Cow::Owned(day.credential),
        };
        let (session_token, expires) = (self.signed_token_parameter(), validity.expires);
        let authentication = Authentication::Query { credential, session_token, expires, shared: None };
        self.canonical(request, authentication, payload, now)
    }

    #[inline(always)]
    fn validity(&self, lifetime: Lifetime, now: Timestamp) -> Result<Validity, Error> {
        self.identity.usable_at(now)?;
        lifetime.resolve(&self.identity, now)
    }

    /// What a link signs in place of the body's hash.
    #[inline(always)]
    fn payload_of(&self, request: &Request<'_>) -> Result<Cow<'static, PayloadHash>, Error> {
        if request.headers.len() > 0 {
            let is = |(name, _): &(&str, &[u8])| name.eq_ignore_ascii_case("x-amz-content-sha256");
            if let Some((_, value)) = request.headers.iter().find(is) {
                let text = core::str::from_utf8(value).map_err(|_| Error::PayloadHashSyntax)?;
                return PayloadHash::parse(text).map(Cow::Owned);
            }
        }
        Ok(Cow::Borrowed(match self.rules.content_sha256 {
            ContentSha256::Signed => &PayloadHash::UNSIGNED,
            ContentSha256::Omitted => &PayloadHash::EMPTY,
        }))
    }
}

/// A link, with the headers that must be sent with it and how long it is good.
///
/// It is a bearer secret: whoever has it can use it. `Display` prints it, because that is what it is for; `Debug`
/// leaves everything behind the path out.
#[derive(Clone)]
pub struct Presigned {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    validity: Validity,
}

impl Presigned {
    /// The URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The method, the only one that the link is good for.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The headers that must be sent with it, exactly so; `host` is among them only if it is not the URL's.
    ///
    /// ```
    /// # use core::time::Duration;
    /// # use s3_sigv4::{Bucket, Credentials, Signer, Timestamp};
    /// # let now = Timestamp::parse("20130524T000000Z")?;
    /// # let signer = Signer::new(Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret")?, "us-east-1", now)?;
    /// # let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "examplebucket")?;
    /// let request = bucket.put("cat.jpg")?.with_headers(&[("Content-Type", "image/jpeg")]);
    /// let link = signer.presign(&request, Duration::from_secs(900), now)?;
    /// assert_eq!(link.headers().collect::<Vec<_>>(), [("Content-Type", "image/jpeg")]);
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (&**name, &**value))
    }

    /// From when until when it is good, and what ends it.
    #[must_use]
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// See [`Validity::valid_from`].
    #[must_use]
    pub fn valid_from(&self) -> Timestamp {
        self.validity.valid_from()
    }

    /// See [`Validity::valid_until`].
    #[must_use]
    pub fn valid_until(&self) -> Timestamp {
        self.validity.valid_until()
    }

    /// See [`Validity::limited_by`].
    #[must_use]
    pub fn limited_by(&self) -> Limit {
        self.validity.limited_by()
    }
}

impl fmt::Display for Presigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.url)
    }
}

impl fmt::Debug for Presigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The query holds the signature and the token, header values may be customer keys.
        let path = self.url.split('?').next().unwrap_or_default();
        f.debug_struct("Presigned")
            .field("method", &self.method)
            .field("url", &format_args!("{path}?…"))
            .field("headers", &self.headers.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("validity", &self.validity)
            .finish()
    }
}
