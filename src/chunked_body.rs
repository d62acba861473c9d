use crate::digest::Decimal;
use crate::error::{Error, Excerpt, Found, HeaderPart};
use crate::limits::{MAX_CHUNK, MAX_TRAILERS, MIN_CHUNK};
use crate::payload::PayloadHash;
use crate::request::{Request, is_token};
use alloc::string::String;
use core::fmt;

/// How a body is cut into chunks and framed by `aws-chunked`, known exactly before its first byte.
///
/// The body's length must be known; its bytes need not be. The chunks are signed one by one
/// ([`ChunkedBody::signed`]), or not signed, for bodies sent over TLS ([`ChunkedBody::unsigned`]); either way trailing
/// headers may follow, such as a checksum that is known only at the end.
///
/// ```
/// use s3_sigv4::{ChunkedBody, PayloadHash};
///
/// // The two examples of AWS's documents.
/// let body = ChunkedBody::signed(66_560);
/// assert_eq!(body.framed_length(), 66_824);
/// assert_eq!(body.payload_hash(), PayloadHash::STREAMING);
///
/// let body = ChunkedBody::signed(66_560).with_trailers(&[("x-amz-checksum-crc32c", 8)])?;
/// assert_eq!(body.framed_length(), 66_946);
/// assert_eq!(body.payload_hash(), PayloadHash::STREAMING_TRAILER);
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// Sources: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html> and
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkedBody<'a> {
    length: u64,
    chunk_size: u64,
    signed: bool,
    trailers: &'a [(&'a str, usize)],
}

impl<'a> ChunkedBody<'a> {
    /// A body of this many bytes whose chunks are signed.
    ///
    /// Chunks are of 64 KiB, unless [`ChunkedBody::with_chunk_size`] says otherwise.
    #[must_use]
    pub const fn signed(length: u64) -> Self {
        Self { length, chunk_size: 64 * 1024, signed: true, trailers: &[] }
    }

    /// A body of this many bytes whose chunks are not signed. Anybody on the way could change it, so it belongs over
    /// TLS. Servers expect trailing headers with it.
    #[must_use]
    pub const fn unsigned(length: u64) -> Self {
        Self { length, chunk_size: 64 * 1024, signed: false, trailers: &[] }
    }

    /// The same with chunks of this many bytes, all but the last.
    ///
    /// # Errors
    /// [`Error::ChunkSize`] for less than 8 KiB, which S3 refuses, or more than 5 GiB.
    pub fn with_chunk_size(mut self, chunk_size: usize) -> Result<Self, Error> {
        if chunk_size < MIN_CHUNK || chunk_size as u64 > MAX_CHUNK {
            return Err(Error::ChunkSize { found: chunk_size });
        }
        self.chunk_size = chunk_size as u64;
        Ok(self)
    }

    /// The same with these trailing headers behind the body, each by its name and the length of its value in bytes.
    ///
    /// The length must be known because the length of the whole depends on it: a CRC-32 or CRC-32C in base64 has 8
    /// bytes, a CRC-64/NVME 12, a SHA-1 28, a SHA-256 44.
    ///
    /// # Errors
    /// [`Error::TooManyTrailers`] for more than 16; [`Error::Header`], [`Error::HeaderNameEmpty`] or
    /// [`Error::TrailerRepeated`] for a name that cannot be sent or is there twice, as the signature's own would be.
    pub fn with_trailers(mut self, trailers: &'a [(&'a str, usize)]) -> Result<Self, Error> {
        if trailers.len() > MAX_TRAILERS {
            return Err(Error::TooManyTrailers { count: trailers.len() });
        }
        for (index, (name, _)) in trailers.iter().enumerate() {
            if name.is_empty() {
                return Err(Error::HeaderNameEmpty { index });
            }
            if let Some(position) = name.bytes().position(|byte| !is_token(byte)) {
                let (name, found) = (Excerpt::of(name), Found(name.as_bytes()[position]));
                return Err(Error::Header { index, name, part: HeaderPart::Name, found, position });
            }
            if name.eq_ignore_ascii_case(TRAILER_SIGNATURE.trim_end_matches(':')) {
                return Err(Error::TrailerRepeated { name: Excerpt::of(name) });
            }
            if trailers[..index].iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
                return Err(Error::TrailerRepeated { name: Excerpt::of(name) });
            }
        }
        self.trailers = trailers;
        Ok(self)
    }

    /// The length of the body itself, `x-amz-decoded-content-length`.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The length of each chunk but the last.
    #[must_use]
    pub fn chunk_size(&self) -> u64 {
        self.chunk_size
    }

    /// The length of all that is sent: the body with its framing, signatures and trailing headers, the request's
    /// `content-length`. A length that does not fit is given as `u64::MAX`.
    #[must_use]
    pub fn framed_length(&self) -> u64 {
        let line = |digits: u64| digits + if self.signed { CHUNK_SIGNATURE.len() as u64 + 64 } else { 0 } + 2;
        let whole = line(hex_digits(self.chunk_size)) + self.chunk_size + 2;
        let last = match self.length % self.chunk_size {
            0 => 0,
            rest => line(hex_digits(rest)) + rest + 2,
        };
        let mut trailers = 0_u64;
        for (name, length) in self.trailers {
            trailers = trailers.saturating_add(name.len() as u64 + 1 + 2).saturating_add(*length as u64);
        }
        if self.signed && !self.trailers.is_empty() {
            trailers = trailers.saturating_add(TRAILER_SIGNATURE.len() as u64 + 64 + 2);
        }
        (self.length / self.chunk_size)
            .saturating_mul(whole)
            .saturating_add(last + line(1) + 2)
            .saturating_add(trailers)
    }

    /// The literal that stands for the body's hash in the canonical request.
    #[must_use]
    pub fn payload_hash(&self) -> PayloadHash {
        match (self.signed, self.trailers) {
            (true, []) => PayloadHash::STREAMING,
            (true, _) => PayloadHash::STREAMING_TRAILER,
            (false, _) => PayloadHash::STREAMING_UNSIGNED_TRAILER,
        }
    }

    pub(crate) fn is_signed(&self) -> bool {
        self.signed
    }

    pub(crate) fn trailers(&self) -> &'a [(&'a str, usize)] {
        self.trailers
    }
}

/// The headers that an aws-chunked body brings with it, beside what the caller had.
pub(crate) struct ChunkedHeaders {
    content_encoding: String,
    content_length: Decimal,
    decoded_content_length: Decimal,
    trailer: String,
    encoding_is_signed: bool,
    length_is_signed: bool,
}

impl ChunkedHeaders {
    pub(crate) fn new(body: &ChunkedBody<'_>, request: &Request<'_>) -> Result<Self, Error> {
        let unsigned = |name: &str| request.unsigned.iter().any(|other| other.eq_ignore_ascii_case(name));
        let mut given = String::new();
        let mut length_is_given = false;
        for (index, (name, value)) in request.headers.iter().enumerate() {
            length_is_given |= name.eq_ignore_ascii_case("content-length");
            if name.eq_ignore_ascii_case("content-encoding") {
                let not_text = Error::HeaderNotText { index, name: Excerpt::of(name) };
                given.push_str(if given.is_empty() { "" } else { "," });
                given.push_str(trimmed(core::str::from_utf8(value).map_err(|_| not_text)?));
            }
        }
        let mut trailer = String::new();
        for (i, (name, _)) in body.trailers.iter().enumerate() {
            trailer.push_str(if i == 0 { "" } else { "," });
            trailer.extend(name.chars().map(|character| character.to_ascii_lowercase()));
        }
        Ok(Self {
            encoding_is_signed: !unsigned("content-encoding"),
            // Clients set it by themselves, so it is signed only where the caller gave it to be signed.
            length_is_signed: length_is_given && !unsigned("content-length"),
            content_encoding: with_aws_chunked(&given),
            content_length: Decimal::new(body.framed_length()),
            decoded_content_length: Decimal::new(body.length),
            trailer,
        })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let named = |name| (name, self.value(name));
        let names = ["content-encoding", "content-length", "x-amz-decoded-content-length", "x-amz-trailer"];
        names.map(named).into_iter().filter(|(_, value)| !value.is_empty())
    }

    pub(crate) fn is_signed(&self, name: &str) -> bool {
        match name {
            "content-encoding" => self.encoding_is_signed,
            "content-length" => self.length_is_signed,
            _ => !self.value(name).is_empty(),
        }
    }

    pub(crate) fn value(&self, name: &str) -> &str {
        match name {
            "content-encoding" => &self.content_encoding,
            "content-length" => self.content_length.as_str(),
            "x-amz-decoded-content-length" => self.decoded_content_length.as_str(),
            "x-amz-trailer" => &self.trailer,
            _ => "",
        }
    }
}

impl fmt::Debug for ChunkedHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// What the caller had, behind `aws-chunked`: as it was, if the caller put it there.
fn with_aws_chunked(given: &str) -> String {
    let is_aws_chunked = |coding: &&str| coding.eq_ignore_ascii_case("aws-chunked");
    let codings = || given.split(',').map(trimmed).filter(|coding| !coding.is_empty());
    if codings().next().is_some_and(|first| is_aws_chunked(&first)) {
        return String::from(given);
    }
    let mut value = String::from("aws-chunked");
    for coding in codings().filter(|coding| !is_aws_chunked(coding)) {
        value.push(',');
        value.push_str(coding);
    }
    value
}

pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// What stands between a chunk's length and its signature.
pub(crate) const CHUNK_SIGNATURE: &str = ";chunk-signature=";

/// What stands before the trailing headers' signature.
pub(crate) const TRAILER_SIGNATURE: &str = "x-amz-trailer-signature:";

fn hex_digits(number: u64) -> u64 {
    u64::from((64 - number.leading_zeros()).div_ceil(4).max(1))
}
