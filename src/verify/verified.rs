use super::claim::Claim;
use super::error::VerifyError;
use crate::canonical::SignedNames;
use crate::digest::{Hasher, Hex, equal_hashes};
use crate::key::{Signature, SigningKey};
use crate::payload::PayloadHash;
use crate::scope::CredentialScope;
use crate::timestamp::Timestamp;
use alloc::borrow::Cow;
use alloc::boxed::Box;
use core::fmt;

/// A request whose signature is proven: who signed it, when, which headers, and what was promised of the body.
///
/// The body is proven only when [`Verified::check_body`] or a [`BodyHasher`] has said so, an aws-chunked one when
/// [`ChunkDecoder::finish`](crate::ChunkDecoder::finish) has. Made by [`Verifier::verify`](crate::Verifier::verify).
///
/// ```
/// use s3_sigv4::{Claim, Credentials, PayloadHash, Request, Timestamp, Verifier};
///
/// let target = "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
///      &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
///      &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
///      &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
/// let claim = Claim::parse(&Request::received("GET", "examplebucket.s3.amazonaws.com", target)?)?;
/// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
/// let verified = Verifier::new("us-east-1").verify(claim, &credentials, Timestamp::parse("20130524T120000Z")?)?;
///
/// assert_eq!(verified.scope().to_string(), "20130524/us-east-1/s3/aws4_request");
/// assert_eq!(verified.valid_until(), Some(Timestamp::parse("20130525T000000Z")?));
/// assert_eq!(verified.signed_headers().collect::<Vec<_>>(), ["host"]);
/// assert!(!verified.is_signed("range"));
/// assert_eq!(verified.payload(), PayloadHash::UNSIGNED);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "the body is not checked yet"]
pub struct Verified<'a> {
    access_key_id: Cow<'a, str>,
    region: Cow<'a, str>,
    service: Cow<'a, str>,
    dated: Timestamp,
    /// In seconds since 1970, and perhaps beyond the years that there are.
    ends: Option<i64>,
    signed: SignedNames<'a>,
    session_token: bool,
    payload: PayloadHash,
    pub(super) chunked: Option<Box<Chunked<'a>>>,
}

/// What the chunks of an aws-chunked body are held against.
pub(super) struct Chunked<'a> {
    /// The signature of the request, to which the chunks are chained.
    pub(super) signature: Signature,
    /// The key that signs the chunks, if they are signed.
    pub(super) key: Option<SigningKey>,
    pub(super) decoded_length: u64,
    /// The names in the header `x-amz-trailer`.
    pub(super) trailer: Option<&'a str>,
}

impl<'a> Verified<'a> {
    #[inline(always)]
    pub(super) fn new(
        claim: Claim<'a>,
        (payload, chunked): (PayloadHash, Option<Box<Chunked<'a>>>),
        ends: Option<i64>,
    ) -> Self {
        let Claim { access_key_id, region, service, signed, token, dated, .. } = claim;
        let session_token = token.is_some();
        Self { access_key_id, region, service, dated, ends, signed, session_token, payload, chunked }
    }

    /// Who signed it.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// The day, region and service that it was signed for.
    #[must_use]
    pub fn scope(&self) -> CredentialScope<'static> {
        CredentialScope::new(&self.region, &self.service, self.dated).expect("a claim's scope was checked")
    }

    /// The instant of signing.
    #[must_use]
    pub fn dated(&self) -> Timestamp {
        self.dated
    }

    /// For a link, until when it is good: the end of its lifetime, or of the credentials, as far as that is known.
    #[must_use]
    pub fn valid_until(&self) -> Option<Timestamp> {
        self.ends.map(|ends| Timestamp::from_unix(ends).unwrap_or(Timestamp::LAST))
    }

    /// Whether it was signed with the credentials of a session, whose token was the right one.
    #[must_use]
    pub fn has_session_token(&self) -> bool {
        self.session_token
    }

    /// The names of the signed headers, in lower case and sorted. What any other header says was said by nobody.
    pub fn signed_headers(&self) -> impl Iterator<Item = Cow<'a, str>> {
        self.signed.names()
    }

    /// Whether the header of this name, in any case, is signed. In a link, `content-type` often is not.
    #[must_use]
    pub fn is_signed(&self, name: &str) -> bool {
        self.signed.contain(name)
    }

    /// What was signed in place of the body.
    #[must_use]
    pub fn payload(&self) -> PayloadHash {
        self.payload
    }

    /// The length of an aws-chunked body without its framing, as it was signed.
    #[must_use]
    pub fn decoded_length(&self) -> Option<u64> {
        self.chunked.as_ref().map(|chunked| chunked.decoded_length)
    }

    /// The names of the trailing headers of an aws-chunked body, as they were signed in `x-amz-trailer`.
    #[must_use]
    pub fn trailer(&self) -> Option<&'a str> {
        self.chunked.as_ref().and_then(|chunked| chunked.trailer)
    }

    /// Holds the whole body against what was signed. A body that was not signed (`UNSIGNED-PAYLOAD`) may be anything.
    ///
    /// # Errors
    /// [`VerifyError::BodyMismatch`]; [`VerifyError::BodyChunked`] for an aws-chunked body, see [`Verified::chunks`].
    pub fn check_body(&self, body: &[u8]) -> Result<(), VerifyError> {
        let mut hasher = self.body_hasher()?;
        hasher.update(body);
        hasher.finish()
    }

    /// The same for a body that comes piece by piece.
    ///
    /// ```
    /// # fn handle<'a>(
    /// #     verified: s3_sigv4::Verified<'_>,
    /// #     pieces: impl Iterator<Item = &'a [u8]>,
    /// # ) -> Result<(), s3_sigv4::VerifyError> {
    /// let mut hasher = verified.body_hasher()?;
    /// for piece in pieces {
    ///     hasher.update(piece);
    ///     // … keep it apart
    /// }
    /// hasher.finish()?;
    /// // … and use it
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`VerifyError::BodyChunked`] for an aws-chunked body.
    pub fn body_hasher(&self) -> Result<BodyHasher, VerifyError> {
        if self.payload.is_streaming() {
            return Err(VerifyError::BodyChunked);
        }
        Ok(BodyHasher { expected: self.payload.digits().copied(), hasher: Hasher::default() })
    }
}

impl fmt::Debug for Verified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("access_key_id", &self.access_key_id)
            .field("scope", &self.scope())
            .field("dated", &self.dated)
            .field("valid_until", &self.valid_until())
            .field("payload", &self.payload)
            .finish_non_exhaustive()
    }
}

/// Hashes a body as it comes and holds it against what was signed.
///
/// Made by [`Verified::body_hasher`]. Nothing of the body is proven before [`BodyHasher::finish`].
#[derive(Clone)]
pub struct BodyHasher {
    /// The digits of its hash; nothing, if the body was not signed.
    expected: Option<[u8; 64]>,
    hasher: Hasher,
}

impl BodyHasher {
    /// Takes the next piece of the body.
    pub fn update(&mut self, piece: &[u8]) {
        if self.expected.is_some() {
            self.hasher.update(piece);
        }
    }

    /// Whether all of it is the body that was signed.
    ///
    /// # Errors
    /// [`VerifyError::BodyMismatch`].
    pub fn finish(self) -> Result<(), VerifyError> {
        match self.expected {
            Some(expected) if !equal_hashes(Hex::of(&self.hasher.finish()).as_bytes(), &expected) => {
                Err(VerifyError::BodyMismatch)
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for BodyHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BodyHasher").finish_non_exhaustive()
    }
}
