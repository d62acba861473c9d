use super::error::{Part, VerifyError};
use crate::chunked_body::{TRAILER_SIGNATURE, trimmed};
use crate::limits::MAX_TRAILERS;
use crate::payload::PayloadHash;
use crate::request::is_token;
use alloc::string::String;
use alloc::vec::Vec;

/// How a received body is framed, by the headers of its request.
///
/// ```
/// use s3_sigv4::{ChunkFraming, PayloadHash};
///
/// let framing = ChunkFraming::new(PayloadHash::STREAMING_TRAILER, 66_560, "x-amz-checksum-crc32c")?;
/// assert_eq!(framing.length(), 66_560);
///
/// let error = ChunkFraming::new(PayloadHash::STREAMING_TRAILER, 66_560, "").unwrap_err();
/// assert_eq!(error.to_string(), "the header x-amz-trailer is missing");
/// # Ok::<(), s3_sigv4::VerifyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChunkFraming {
    pub(super) signed: bool,
    pub(super) length: u64,
    // In lower case.
    pub(super) trailers: Vec<String>,
}

impl ChunkFraming {
    /// A body by the payload line of its request, by its length, `x-amz-decoded-content-length`, and by the names in
    /// `x-amz-trailer`, joined by commas: the empty text if there are none.
    ///
    /// # Errors
    /// [`VerifyError::BodyNotChunked`] for a payload that is not aws-chunked, or signed by SigV4A;
    /// [`VerifyError::Malformed`] if `x-amz-trailer` is not a list of up to 16 different names;
    /// [`VerifyError::Missing`] or [`VerifyError::TrailersUnexpected`] if it does not go with the payload.
    pub fn new(payload: PayloadHash, length: u64, trailer: &str) -> Result<Self, VerifyError> {
        let part = Part::Header("x-amz-trailer");
        let signed = match payload {
            PayloadHash::STREAMING | PayloadHash::STREAMING_TRAILER => true,
            PayloadHash::STREAMING_UNSIGNED_TRAILER => false,
            _ => return Err(VerifyError::BodyNotChunked),
        };
        let mut trailers = Vec::new();
        for name in trailer.split(',').map(trimmed).filter(|_| !trimmed(trailer).is_empty()) {
            let name = name.to_ascii_lowercase();
            let of_signing = name == TRAILER_SIGNATURE.trim_end_matches(':');
            let is_name = !name.is_empty() && name.bytes().all(is_token);
            if !is_name || of_signing || trailers.contains(&name) || trailers.len() == MAX_TRAILERS {
                return Err(VerifyError::Malformed { part });
            }
            trailers.push(name);
        }
        match (payload, trailers.is_empty()) {
            (PayloadHash::STREAMING_TRAILER, true) => Err(VerifyError::Missing { part }),
            (PayloadHash::STREAMING, false) => Err(VerifyError::TrailersUnexpected),
            _ => Ok(Self { signed, length, trailers }),
        }
    }

    /// The length of the body itself, `x-amz-decoded-content-length`.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    pub(super) fn trailers_are_signed(&self) -> bool {
        self.signed && !self.trailers.is_empty()
    }
}
