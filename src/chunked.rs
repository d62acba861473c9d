//! Uploads by `aws-chunked`: a body that is signed while it is sent, without I/O.

#[cfg(feature = "std")]
mod read;

use crate::canonical::Authentication;
use crate::chunked_body::{CHUNK_SIGNATURE, ChunkedBody, ChunkedHeaders, TRAILER_SIGNATURE};
use crate::digest::{Assembled, sha256};
use crate::error::{Error, Excerpt, Found, HeaderPart};
use crate::header::SignedRequest;
use crate::key::Signature;
use crate::limits::MAX_TRAILERS;
use crate::request::Request;
use crate::scope::CredentialScope;
use crate::signer::{DayOf, Signer};
use crate::string_to_sign::StringToSign;
use crate::timestamp::Timestamp;
use alloc::string::String;
use core::fmt::{self, Write};

#[cfg(feature = "std")]
pub use read::ChunkedReader;

impl Signer {
    /// Signs a request whose body is sent in chunks.
    ///
    /// The answer holds the headers to set, `content-encoding`, `content-length`, `x-amz-decoded-content-length` and
    /// `x-amz-trailer` among them, and [makes the signer](ChunkedRequest::into_chunks) of the chunks. In
    /// `content-encoding`, what the request had there stays behind `aws-chunked`.
    ///
    /// ```
    /// use s3_sigv4::{Bucket, ChunkedBody, Credentials, Signer, Timestamp};
    ///
    /// let now = Timestamp::parse("20130524T000000Z")?;
    /// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// let signer = Signer::new(credentials, "us-east-1", now)?;
    /// let bucket = Bucket::path_style("https://s3.amazonaws.com", "examplebucket")?;
    /// let request = bucket.put("chunkObject.txt")?.with_headers(&[
    ///     ("content-length", "66824"), // signed because it is named here
    ///     ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
    /// ]);
    ///
    /// let data = [b'a'; 66_560];
    /// let signed = signer.sign_chunked(&request, &ChunkedBody::signed(66_560), now)?;
    /// assert!(signed.headers().any(|header| header == ("content-encoding", "aws-chunked")));
    /// let mut chunks = signed.into_chunks();
    /// let mut sent = Vec::new();
    /// for chunk in data.chunks(65_536) {
    ///     sent.extend_from_slice(chunks.chunk(chunk)?.as_bytes());
    ///     sent.extend_from_slice(chunk);
    ///     sent.extend_from_slice(b"\r\n");
    /// }
    /// sent.extend_from_slice(chunks.finish(&[])?.as_bytes());
    /// assert_eq!(sent.len(), 66_824);
    /// assert!(sent.ends_with(
    ///     b"\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n"
    /// ));
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Signer::sign`], and [`Error::HeaderNotText`] for a `content-encoding` that is not text;
    /// [`Error::BodyTooLong`].
    ///
    /// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>.
    pub fn sign_chunked<'a>(
        &'a self,
        request: &Request<'_>,
        body: &ChunkedBody<'a>,
        now: Timestamp,
    ) -> Result<ChunkedRequest<'a>, Error> {
        if body.framed_length() == u64::MAX {
            return Err(Error::BodyTooLong);
        }
        let headers = ChunkedHeaders::new(body, request)?;
        let signed = self.sign_as(request, Authentication::Chunked(&headers), body.payload_hash(), now)?;
        let chunks = ChunkSigner {
            body: *body,
            sent: 0,
            previous: signed.signature(),
            day: self.day_of(now)?,
            scope: self.scope_at(now),
            now,
            finished: false,
        };
        Ok(ChunkedRequest { signed, headers, chunks })
    }
}

/// A signed request whose body follows in chunks.
#[derive(Debug)]
pub struct ChunkedRequest<'a> {
    signed: SignedRequest<'a>,
    headers: ChunkedHeaders,
    chunks: ChunkSigner<'a>,
}

impl<'a> ChunkedRequest<'a> {
    /// The headers to set on the request, in place of those of the same name that it may have.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let header: for<'h> fn((&'static str, &'h str)) -> (&'h str, &'h str) = |header| header;
        self.signed.headers().chain(self.headers.iter().map(header))
    }

    /// The same with names that live as long as the program.
    #[cfg(feature = "http")]
    pub(crate) fn set_headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.signed.set_headers().chain(self.headers.iter())
    }

    /// The signature of the request, to which the chunks are chained.
    #[must_use]
    pub fn signature(&self) -> Signature {
        self.signed.signature()
    }

    /// The value of the `Authorization` header.
    #[must_use]
    pub fn authorization(&self) -> &str {
        self.signed.authorization()
    }

    /// The signer of the chunks, once the headers have been taken.
    #[must_use]
    pub fn into_chunks(self) -> ChunkSigner<'a> {
        self.chunks
    }
}

/// Frames and signs the chunks of a body, one after another, without copying them.
///
/// For each chunk send its [head](ChunkSigner::chunk), the chunk itself and CR LF, and at the end what
/// [`ChunkSigner::finish`] gives. What does not fit the announced body is an error here, rather than a broken upload.
pub struct ChunkSigner<'a> {
    body: ChunkedBody<'a>,
    sent: u64,
    previous: Signature,
    day: DayOf<'a>,
    scope: CredentialScope<'a>,
    now: Timestamp,
    finished: bool,
}

impl<'a> ChunkSigner<'a> {
    /// The line that goes before this chunk.
    ///
    /// # Errors
    /// [`Error::ChunkLength`] if the chunk is not of the announced size, or, as the last one, not what is left of the
    /// announced body; [`Error::BodyGoesOn`] behind its end. The signer is unchanged then.
    pub fn chunk(&mut self, data: &[u8]) -> Result<ChunkHead, Error> {
        let (found, expected) = (data.len() as u64, self.next_length());
        if expected == 0 {
            return Err(Error::BodyGoesOn { length: self.body.length() });
        }
        if found != expected {
            return Err(Error::ChunkLength { expected, found });
        }
        let head = self.head(data)?;
        self.sent += found;
        Ok(head)
    }

    /// How long the next chunk must be: 0 when the body is complete.
    #[must_use]
    pub fn next_length(&self) -> u64 {
        (self.body.length() - self.sent).min(self.body.chunk_size())
    }

    /// What goes behind the last chunk: the empty chunk, the trailing headers, and the end.
    ///
    /// # Errors
    /// [`Error::BodyEndsEarly`]; [`Error::TrailerNotAnnounced`], [`Error::TrailerMissing`] or
    /// [`Error::TrailerLength`] if the trailing headers are not those that the body was announced with;
    /// [`Error::Header`] for a value that cannot be sent.
    pub fn finish(&mut self, trailers: &[(&str, &str)]) -> Result<String, Error> {
        let mut out = String::new();
        self.finish_to(&mut out, trailers)?;
        Ok(out)
    }

    /// As [`ChunkSigner::finish`], written to `out`.
    ///
    /// # Errors
    /// As [`ChunkSigner::finish`], and [`Error::Write`] if `out` refuses the text.
    pub fn finish_to(&mut self, out: &mut impl Write, trailers: &[(&str, &str)]) -> Result<(), Error> {
        let (sent, length) = (self.sent, self.body.length());
        if self.finished {
            return Err(Error::BodyGoesOn { length });
        }
        if sent < length {
            return Err(Error::BodyEndsEarly { sent, length });
        }
        let order = self.check_trailers(trailers)?;
        let head = self.head(&[])?;
        self.finished = true;
        out.write_str(head.as_str())?;
        let mut lines = Assembled::<4>::new();
        for index in &order[..trailers.len()] {
            let (name, value) = trailers[usize::from(*index)];
            // Announced names are the same text but for the case, so this is how they are written too.
            for byte in name.bytes() {
                let byte = byte.to_ascii_lowercase();
                lines.push(&[byte]);
                out.write_char(byte.into())?;
            }
            for piece in [":", value] {
                lines.push(piece.as_bytes());
                out.write_str(piece)?;
            }
            lines.push(b"\n");
            out.write_str("\r\n")?;
        }
        if self.body.is_signed() && !trailers.is_empty() {
            let text = StringToSign::trailer(self.scope.clone(), self.previous.hex(), &lines.finish(), self.now);
            self.previous = self.day.key.sign(&text)?;
            for piece in [TRAILER_SIGNATURE, self.previous.hex().as_str(), "\r\n"] {
                out.write_str(piece)?;
            }
        }
        out.write_str("\r\n")?;
        Ok(())
    }

    /// The last signature in the chain so far.
    #[must_use]
    pub fn signature(&self) -> Signature {
        self.previous
    }

    fn head(&mut self, data: &[u8]) -> Result<ChunkHead, Error> {
        let mut head = ChunkHead { text: [0; 104], len: 0 };
        write!(head, "{:x}", data.len())?;
        if self.body.is_signed() {
            let text = StringToSign::chunk(self.scope.clone(), self.previous.hex(), &sha256(data), self.now);
            self.previous = self.day.key.sign(&text)?;
            head.write_str(CHUNK_SIGNATURE)?;
            head.write_str(self.previous.hex().as_str())?;
        }
        head.write_str("\r\n")?;
        Ok(head)
    }

    /// Holds the trailing headers against those announced; the answer is their order by name.
    fn check_trailers(&self, trailers: &[(&str, &str)]) -> Result<[u8; MAX_TRAILERS], Error> {
        let announced = self.body.trailers();
        for (index, (name, value)) in trailers.iter().enumerate() {
            let Some((_, length)) = announced.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)) else {
                return Err(Error::TrailerNotAnnounced { name: Excerpt::of(name) });
            };
            if let Some(position) = value.bytes().position(|byte| byte.is_ascii_control()) {
                let (name, found) = (Excerpt::of(name), Found(value.as_bytes()[position]));
                return Err(Error::Header { index, name, part: HeaderPart::Value, found, position });
            }
            if value.len() != *length {
                let (name, announced, found) = (Excerpt::of(name), *length, value.len());
                return Err(Error::TrailerLength { name, announced, found });
            }
            if trailers[..index].iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
                return Err(Error::TrailerRepeated { name: Excerpt::of(name) });
            }
        }
        let given = |name: &str| trailers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
        if let Some((name, _)) = announced.iter().find(|(name, _)| !given(name)) {
            return Err(Error::TrailerMissing { name: Excerpt::of(name) });
        }
        let mut order = [0; MAX_TRAILERS];
        for (index, place) in order.iter_mut().enumerate() {
            *place = index as u8;
        }
        let name = |index: u8| trailers[usize::from(index)].0.bytes().map(|byte| byte.to_ascii_lowercase());
        order[..trailers.len()].sort_unstable_by(|a, b| name(*a).cmp(name(*b)));
        Ok(order)
    }
}

impl fmt::Debug for ChunkSigner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkSigner").field("body", &self.body).field("sent", &self.sent).finish_non_exhaustive()
    }
}

/// The line before a chunk: its length and, if chunks are signed, its signature.
#[derive(Clone, Copy)]
pub struct ChunkHead {
    // 16 hexadecimal digits, the signature's name and value, CR LF: 99 bytes at most.
    text: [u8; 104],
    len: usize,
}

impl ChunkHead {
    /// The line with its CR LF.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).expect("only ASCII is ever written")
    }

    /// The line with its CR LF.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.text[..self.len]
    }
}

impl Write for ChunkHead {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.text.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

impl fmt::Debug for ChunkHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.as_str().split([';', '\r']).next().unwrap_or_default();
        write!(f, "ChunkHead({length}…)")
    }
}
