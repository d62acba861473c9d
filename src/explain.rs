//! A server's refusal in plain words: what was signed, held against what the server says it received.

mod body;
mod cause;
mod compare;
mod difference;
mod reading;
mod sentences;

use crate::canonical::CanonicalRequest;
use crate::shown::show;
use crate::string_to_sign::StringToSign;
use alloc::string::{String, ToString};
use body::Body;
use core::fmt;
use reading::{Reading, Signed};

pub use cause::{Cause, Rewrite};
pub use difference::{Difference, SignedText};

/// What a server answered to a request that it refused: the body, and what is known of the answer's head.
///
/// [`explain`](Self::explain) names the cause, by S3's answers and those of its relatives, which say more or less:
///
/// | server | of a signature that does not match |
/// |---|---|
/// | Amazon S3, Cloudflare R2, OpenStack Swift | shows its canonical request and its string to sign |
/// | Google Cloud Storage | the same; of other errors it writes `Details` |
/// | API Gateway, Amazon's query APIs in XML | the same, inside the message |
/// | MinIO, Ceph, SeaweedFS | shows neither; what is left is the path and the clock |
///
/// ```
/// use s3_sigv4::{Bucket, Cause, Credentials, ErrorResponse, PayloadHash, Signer, Timestamp};
///
/// let now = Timestamp::parse("20130524T000000Z")?;
/// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
/// let signer = Signer::new(credentials, "us-east-1", now)?;
/// let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "examplebucket")?;
/// let request = bucket.get("test.txt")?;
///
/// // What came back from a server behind a proxy.
/// let body = "<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>GET\n/test.txt\n\nhost:10.0.0.5:9000\n\
///     x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n\
///     x-amz-date:20130524T000000Z\n\nhost;x-amz-content-sha256;x-amz-date\n\
///     e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855</CanonicalRequest></Error>";
///
/// let canonical = signer.canonical_request(&request, PayloadHash::EMPTY, now)?;
/// let explanation = ErrorResponse::new(body).with_status(403).explain(&canonical);
/// assert_eq!(
///     *explanation.cause(),
///     Cause::Host { signed: "examplebucket.s3.amazonaws.com".into(), received: "10.0.0.5:9000".into() }
/// );
/// assert_eq!(format!("{explanation:#}"), "\
/// SignatureDoesNotMatch: the request was signed for the host examplebucket.s3.amazonaws.com and received for \
/// 10.0.0.5:9000. Let the proxy pass the host on as it came (nginx: proxy_set_header Host $http_host), or sign for the \
/// host that the server sees.
/// line 4 of the canonical request
///   signed:   host:examplebucket.s3.amazonaws.com
///   received: host:10.0.0.5:9000
///                  ^");
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// The body is a stranger's: of it the first 256 KiB are read, no entity is expanded but XML's own, and nothing in it
/// is an error.
#[derive(Clone, Copy)]
pub struct ErrorResponse<'a> {
    body: &'a [u8],
    status: Option<u16>,
    date: Option<&'a str>,
    bucket_region: Option<&'a str>,
    location: Option<&'a str>,
}

impl<'a> ErrorResponse<'a> {
    /// The body as it came, in bytes or as text. It may be empty.
    pub fn new(body: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Self { body: body.as_ref(), status: None, date: None, bucket_region: None, location: None }
    }

    /// The same with the HTTP status. It tells what an answer without a body means.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// The same with a header of the answer. Of use are `date` (how far the clocks lie apart), `x-amz-bucket-region`
    /// and `location`; all others are passed over.
    ///
    /// ```
    /// use s3_sigv4::{Cause, ErrorResponse};
    ///
    /// let mut answer = ErrorResponse::new("").with_status(301);
    /// for (name, value) in [("server", "AmazonS3"), ("x-amz-bucket-region", "eu-west-1")] {
    ///     answer = answer.with_header(name, value);
    /// }
    /// let moved = Cause::Endpoint { endpoint: None, region: Some("eu-west-1".into()) };
    /// assert_eq!(*answer.explain_alone().cause(), moved);
    /// ```
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &'a str) -> Self {
        let known = [
            ("date", &mut self.date),
            ("x-amz-bucket-region", &mut self.bucket_region),
            ("location", &mut self.location),
        ];
        if let Some((_, slot)) = known.into_iter().find(|(known, _)| name.eq_ignore_ascii_case(known)) {
            *slot = Some(value);
        }
        self
    }

    /// Why the server refused the request of which this is the canonical form:
    /// [`Signer::canonical_request`](crate::Signer::canonical_request) or
    /// [`Signer::canonical_link`](crate::Signer::canonical_link), made with the arguments of the signing that was sent, or
    /// [`Verifier::canonical_request`](crate::Verifier::canonical_request), made of what was sent.
    ///
    /// A request [signed in chunks](crate::Signer::sign_chunked) has this form with the headers that it was given then,
    /// `content-length` named as unsigned, and [`ChunkedBody::payload_hash`](crate::ChunkedBody::payload_hash).
    #[must_use]
    pub fn explain(&self, canonical: &CanonicalRequest<'_>) -> Explanation {
        let string_to_sign = StringToSign::new(canonical);
        let scope = string_to_sign.scope();
        self.explain_for(Some(&Signed {
            canonical: &canonical.to_string(),
            string_to_sign: &string_to_sign.to_string(),
            region: scope.region(),
            service: scope.service(),
            now: string_to_sign.now(),
        }))
    }

    /// Why the server refused a request, as far as its answer alone tells.
    ///
    /// ```
    /// use s3_sigv4::ErrorResponse;
    ///
    /// let body = "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; \
    ///     the region 'us-east-1' is wrong; expecting 'eu-central-1'</Message><Region>eu-central-1</Region></Error>";
    /// assert_eq!(
    ///     ErrorResponse::new(body).explain_alone().to_string(),
    ///     "AuthorizationHeaderMalformed: the signature is for the region us-east-1, and the server expects \
    ///      eu-central-1. Sign for eu-central-1."
    /// );
    /// ```
    #[must_use]
    pub fn explain_alone(&self) -> Explanation {
        self.explain_for(None)
    }

    fn explain_for(&self, signed: Option<&Signed<'_>>) -> Explanation {
        let body = Body::read(self.body);
        let code = body.get("Code");
        let reading = Reading { answer: self, body: &body, signed, code: code.unwrap_or_default() };
        let (cause, found) = reading.cause();
        let (difference, others) = found.unzip();
        Explanation { code: code.map(show), cause, difference, others: others.unwrap_or_default() }
    }
}

impl fmt::Debug for ErrorResponse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The body may hold a session token and what was computed of it.
        f.debug_struct("ErrorResponse")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Why a request was refused, made by [`ErrorResponse::explain`].
///
/// `Display` is a sentence or a few: the server's code, what happened, what to do about it. `{:#}` adds the first line
/// that differs, ours and the server's, with a marker under the first character that does. Neither shows a
/// signature, a token or a customer's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    code: Option<String>,
    cause: Cause,
    difference: Option<Difference>,
    others: usize,
}

impl Explanation {
    /// The cause.
    #[must_use]
    pub fn cause(&self) -> &Cause {
        &self.cause
    }

    /// The server's error code, `SignatureDoesNotMatch` for instance.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// The first line that differs, if the server shows its texts and they do.
    #[must_use]
    pub fn difference(&self) -> Option<&Difference> {
        self.difference.as_ref()
    }

    /// How many lines of the same text differ besides.
    #[must_use]
    pub fn other_differences(&self) -> usize {
        self.others
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(code) = &self.code {
            write!(f, "{code}: ")?;
        }
        write!(f, "{}", self.cause)?;
        match self.others {
            0 => {}
            1 => f.write_str(" One more line differs.")?,
            others => write!(f, " {others} more lines differ.")?,
        }
        match &self.difference {
            Some(difference) if f.alternate() => write!(f, "\n{difference}"),
            _ => Ok(()),
        }
    }
}
