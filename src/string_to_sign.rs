use crate::canonical::CanonicalRequest;
use crate::digest::Hex;
use crate::encode::ascii;
use crate::payload::PayloadHash;
use crate::scope::CredentialScope;
use crate::timestamp::Timestamp;
use core::fmt;

/// Step 2 of 4: algorithm, instant, scope and the hash of the canonical request, a line each.
///
/// ```
/// # use s3_sigv4::{Credentials, PayloadHash, Request, Signer, Timestamp};
/// use s3_sigv4::StringToSign;
/// # let now = Timestamp::parse("20130524T000000Z")?;
/// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
/// # let signer = Signer::new(credentials, "us-east-1", now)?;
/// # let request = Request::new("GET", "https://examplebucket.s3.amazonaws.com", "/")?.with_query(&[("lifecycle", "")]);
///
/// let canonical = signer.canonical_request(&request, PayloadHash::EMPTY, now)?;
/// assert_eq!(StringToSign::new(&canonical).to_string(), "\
/// AWS4-HMAC-SHA256
/// 20130524T000000Z
/// 20130524/us-east-1/s3/aws4_request
/// 9766c798316ff2757b517bc739a67f6213b4ab36dd5da2f94eaebf79c77395ca");
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// The chunks and the trailer of an aws-chunked body have strings to sign of their own, which
/// [`ChunkSigner`](crate::ChunkSigner) makes.
///
/// Source: "Create a string to sign" in
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>.
#[derive(Clone)]
pub struct StringToSign<'a> {
    of: Of,
    now: Timestamp,
    scope: CredentialScope<'a>,
    hash: Hex,
}

/// What is signed. Chunks and trailers are chained to the signature before them.
#[derive(Clone)]
enum Of {
    Request,
    Chunk { previous: Hex },
    Trailer { previous: Hex },
}

impl<'a> StringToSign<'a> {
    /// The text for this canonical request.
    #[must_use]
    pub fn new(canonical: &CanonicalRequest<'a>) -> Self {
        Self::with_hash(canonical.scope().clone(), &canonical.sha256(), canonical.now())
    }

    pub(crate) fn with_hash(scope: CredentialScope<'a>, hash: &[u8; 32], now: Timestamp) -> Self {
        Self { of: Of::Request, now, scope, hash: Hex::of(hash) }
    }

    /// The text for the next chunk of an aws-chunked body, by the hash of its data.
    pub(crate) fn chunk(scope: CredentialScope<'a>, previous: Hex, hash: &[u8; 32], now: Timestamp) -> Self {
        Self { of: Of::Chunk { previous }, now, scope, hash: Hex::of(hash) }
    }

    /// The text for the trailing headers of an aws-chunked body, by the hash of their lines.
    pub(crate) fn trailer(scope: CredentialScope<'a>, previous: Hex, hash: &[u8; 32], now: Timestamp) -> Self {
        Self { of: Of::Trailer { previous }, now, scope, hash: Hex::of(hash) }
    }

    /// The scope in which it is to be signed.
    #[must_use]
    pub fn scope(&self) -> &CredentialScope<'a> {
        &self.scope
    }

    /// The instant of signing.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Hands out the text in pieces.
    #[inline]
    pub(crate) fn write(&self, mut put: impl FnMut(&[u8])) {
        let algorithm = match self.of {
            Of::Request => ALGORITHM,
            Of::Chunk { .. } => b"AWS4-HMAC-SHA256-PAYLOAD\n",
            Of::Trailer { .. } => b"AWS4-HMAC-SHA256-TRAILER\n",
        };
        write_head(algorithm, self.now, &self.scope, &mut put);
        if let Of::Chunk { previous } | Of::Trailer { previous } = &self.of {
            put(previous.as_bytes());
            put(b"\n");
        }
        if let Of::Chunk { .. } = self.of {
            // The hash of the headers that a chunk could have, and never has.
            put(PayloadHash::EMPTY.as_str().as_bytes());
            put(b"\n");
        }
        put(self.hash.as_bytes());
    }
}

/// The lines that all texts of an instant have in common.
#[inline]
pub(crate) fn write_head(algorithm: &[u8], now: Timestamp, scope: &CredentialScope<'_>, mut put: impl FnMut(&[u8])) {
    put(algorithm);
    put(now.as_bytes());
    put(b"\n");
    put(scope.as_str().as_bytes());
    put(b"\n");
}

/// The length of what stands before the scope in a request's.
pub(crate) const HEAD_BEFORE_SCOPE: usize = ALGORITHM.len() + "20130524T000000Z\n".len();

/// The first line of a request's string to sign.
pub(crate) const ALGORITHM: &[u8] = b"AWS4-HMAC-SHA256\n";

impl fmt::Display for StringToSign<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut result = Ok(());
        // All of it is ASCII, so no piece ends inside a character.
        self.write(|piece| {
            result = result.and_then(|()| f.write_str(ascii(piece)?));
        });
        result
    }
}

impl fmt::Debug for StringToSign<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StringToSign").field("now", &self.now).field("scope", &self.scope).finish_non_exhaustive()
    }
}
