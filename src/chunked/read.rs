use super::ChunkSigner;
use crate::error::Error;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use std::io::{self, Read};

/// Frames and signs what it reads from another reader (feature `std`).
///
/// It holds one chunk at a time. The inner reader must give exactly the announced body: too little or too much is an
/// [`io::Error`] of the kind `InvalidData` that holds an [`Error`](crate::Error), and the upload ends before it is
/// complete.
///
/// ```
/// use s3_sigv4::{Bucket, ChunkedBody, ChunkedReader, Credentials, Signer, Timestamp};
/// use std::io::Read;
///
/// let now = Timestamp::parse("20130524T000000Z")?;
/// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
/// let signer = Signer::new(credentials, "us-east-1", now)?;
/// let bucket = Bucket::path_style("https://s3.amazonaws.com", "examplebucket")?;
/// let request = bucket.put("chunkObject.txt")?.with_headers(&[("x-amz-storage-class", "REDUCED_REDUNDANCY")]);
///
/// let body = ChunkedBody::signed(66_560).with_trailers(&[("x-amz-checksum-crc32c", 8)])?;
/// let signed = signer.sign_chunked(&request, &body, now)?;
/// // … set signed.headers() on the request, and send this as its body:
/// let file = std::io::repeat(b'a').take(66_560);
/// let mut reader = ChunkedReader::with_trailers(signed.into_chunks(), file, |_file, trailers| {
///     // Called once the whole body has been read: a reader that hashes what it gives can be asked for the checksum.
///     trailers.push(("x-amz-checksum-crc32c".into(), "sOO8/Q==".into()));
/// });
/// let mut sent = String::new();
/// reader.read_to_string(&mut sent)?;
/// assert_eq!(sent.len(), 66_946);
/// assert!(sent.ends_with(
///     "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n"
/// ));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ChunkedReader<'a, R> {
    signer: ChunkSigner<'a>,
    inner: R,
    trailers: Trailers<'a, R>,
    /// The chunk that is being read, behind room for its head; then all of its frame, or the end of all.
    frame: Vec<u8>,
    state: State,
}

/// Adds the trailing headers to a list.
type Trailers<'a, R> = Box<dyn FnMut(&mut R, &mut Vec<(String, String)>) + Send + 'a>;

#[derive(Clone, Copy)]
enum State {
    /// So many bytes of the chunk have been read.
    Reading(usize),
    /// The frame has been handed out up to here.
    HandingOut(usize),
    /// Nothing more comes, or nothing but this error.
    Ended(Option<Error>),
}

impl<'a, R: Read> ChunkedReader<'a, R> {
    /// Reads the body from `inner`.
    pub fn new(signer: ChunkSigner<'a>, inner: R) -> Self {
        Self::with_trailers(signer, inner, |_, _| {})
    }

    /// The same, with the trailing headers asked for once the whole body has been read. The reader itself comes along,
    /// for one that hashed what it gave.
    pub fn with_trailers(
        signer: ChunkSigner<'a>,
        inner: R,
        trailers: impl FnMut(&mut R, &mut Vec<(String, String)>) + Send + 'a,
    ) -> Self {
        Self { signer, inner, trailers: Box::new(trailers), frame: Vec::new(), state: State::Reading(0) }
    }

    /// Reads on, up to a whole frame. What was read before an error of the inner reader is kept for the next call.
    fn read_frame(&mut self, mut filled: usize) -> io::Result<State> {
        let length = self.signer.next_length();
        if length == 0 {
            return self.read_end();
        }
        let length = usize::try_from(length).map_err(io::Error::other)?;
        self.frame.resize(HEAD + length, 0);
        while filled < length {
            let read = self.read_some(HEAD + filled)?;
            if read == 0 {
                let (sent, length) = (self.signer.sent + filled as u64, self.signer.body.length());
                return Ok(State::Ended(Some(Error::BodyEndsEarly { sent, length })));
            }
            filled += read;
            self.state = State::Reading(filled);
        }
        match self.signer.chunk(&self.frame[HEAD..]) {
            Ok(head) => {
                let start = HEAD - head.as_bytes().len();
                self.frame[start..HEAD].copy_from_slice(head.as_bytes());
                self.frame.extend_from_slice(b"\r\n");
                Ok(State::HandingOut(start))
            }
            Err(error) => Ok(State::Ended(Some(error))),
        }
    }

    fn read_end(&mut self) -> io::Result<State> {
        if self.signer.finished {
            return Ok(State::Ended(None));
        }
        self.frame.resize(1, 0);
        if self.read_some(0)? > 0 {
            return Ok(State::Ended(Some(Error::BodyGoesOn { length: self.signer.body.length() })));
        }
        let mut trailers = Vec::new();
        (self.trailers)(&mut self.inner, &mut trailers);
        let trailers: Vec<_> = trailers.iter().map(|(name, value)| (&**name, &**value)).collect();
        match self.signer.finish(&trailers) {
            Ok(end) => {
                self.frame = end.into_bytes();
                Ok(State::HandingOut(0))
            }
            Err(error) => Ok(State::Ended(Some(error))),
        }
    }

    fn read_some(&mut self, at: usize) -> io::Result<usize> {
        loop {
            match self.inner.read(&mut self.frame[at..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }
}

impl<R: Read> Read for ChunkedReader<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            self.state = match self.state {
                State::Reading(filled) => self.read_frame(filled)?,
                State::HandingOut(at) if at == self.frame.len() => State::Reading(0),
                State::HandingOut(at) => {
                    let length = out.len().min(self.frame.len() - at);
                    out[..length].copy_from_slice(&self.frame[at..at + length]);
                    self.state = State::HandingOut(at + length);
                    return Ok(length);
                }
                State::Ended(None) => return Ok(0),
                State::Ended(Some(error)) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
            };
        }
    }
}

impl<R> fmt::Debug for ChunkedReader<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkedReader").field("signer", &self.signer).finish_non_exhaustive()
    }
}

/// Room for the longest head: see `ChunkHead`.
const HEAD: usize = 104;
