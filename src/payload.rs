use crate::digest::{Hex, sha256, unhex};
use crate::error::Error;
use core::fmt;

/// The last line of a canonical request: the SHA-256 of the body, or one of AWS's literals in its place.
///
/// ```
/// use s3_sigv4::PayloadHash;
///
/// let hash = PayloadHash::of(b"Welcome to Amazon S3.");
/// assert_eq!(hash.to_string(), "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072");
/// assert_eq!(PayloadHash::of(b""), PayloadHash::EMPTY);
/// assert_eq!(PayloadHash::UNSIGNED.to_string(), "UNSIGNED-PAYLOAD");
/// ```
///
/// Source: "Signature calculations for the Authorization header" in
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PayloadHash(Line);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    Sha256(Hex),
    Literal(&'static str),
}

impl PayloadHash {
    /// The hash of the empty body.
    pub const EMPTY: Self = Self(Line::Literal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));

    /// `UNSIGNED-PAYLOAD`: the body is not part of what is signed. Presigned S3 links use it, and header
    /// authentication may, over TLS.
    pub const UNSIGNED: Self = Self(Line::Literal("UNSIGNED-PAYLOAD"));

    /// `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`: an aws-chunked body whose chunks are signed one by one.
    pub const STREAMING: Self = Self(Line::Literal(LITERALS[0]));

    /// `STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER`: the same with signed trailing headers.
    pub const STREAMING_TRAILER: Self = Self(Line::Literal(LITERALS[1]));

    /// `STREAMING-UNSIGNED-PAYLOAD-TRAILER`: an aws-chunked body that is not signed, with trailing headers.
    pub const STREAMING_UNSIGNED_TRAILER: Self = Self(Line::Literal(LITERALS[2]));

    /// The SHA-256 of this body.
    #[must_use]
    pub fn of(body: &[u8]) -> Self {
        if body.is_empty() { Self::EMPTY } else { Self::from_sha256(sha256(body)) }
    }

    /// A SHA-256 that is known already.
    #[must_use]
    pub fn from_sha256(hash: [u8; 32]) -> Self {
        let hex = Hex::of(&hash);
        // One value, one form: comparing must not depend on how it was made.
        if hex.as_bytes() == Self::EMPTY.as_bytes() { Self::EMPTY } else { Self(Line::Sha256(hex)) }
    }

    /// Reads the value of an `x-amz-content-sha256` header.
    ///
    /// # Errors
    /// [`Error::PayloadHashSyntax`] if it is neither 64 lower-case hexadecimal digits nor one of AWS's literals.
    ///
    /// ```
    /// # use s3_sigv4::PayloadHash;
    /// assert_eq!(PayloadHash::parse("UNSIGNED-PAYLOAD")?, PayloadHash::UNSIGNED);
    /// assert!(PayloadHash::parse("unsigned-payload").is_err());
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, Error> {
        if let Some(literal) = LITERALS.into_iter().find(|literal| *literal == text) {
            return Ok(Self(Line::Literal(literal)));
        }
        unhex(text).map(Self::from_sha256).ok_or(Error::PayloadHashSyntax)
    }

    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Line::Sha256(hex) => hex.as_bytes(),
            Line::Literal(literal) => literal.as_bytes(),
        }
    }

    /// The digits of the SHA-256 that it is, if it is one.
    pub(crate) fn digits(&self) -> Option<&[u8; 64]> {
        // No literal is as long.
        self.as_bytes().try_into().ok()
    }

    /// Whether it is one of the `STREAMING-…` literals.
    pub(crate) fn is_streaming(&self) -> bool {
        matches!(self.0, Line::Literal(literal) if literal.starts_with("STREAMING-"))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Line::Sha256(hex) => hex.as_str(),
            Line::Literal(literal) => literal,
        }
    }
}

impl core::str::FromStr for PayloadHash {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl fmt::Display for PayloadHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for PayloadHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PayloadHash({self})")
    }
}

const LITERALS: [&str; 6] = [
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "UNSIGNED-PAYLOAD",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
];
