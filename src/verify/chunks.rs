use super::error::VerifyError;
use super::framing::ChunkFraming;
use super::verified::{Chunked, Verified};
use crate::chunked_body::{CHUNK_SIGNATURE, TRAILER_SIGNATURE, trimmed};
use crate::digest::{Hasher, sha256};
use crate::error::{Error, Excerpt};
use crate::key::{Signature, SigningKey};
use crate::limits::{MAX_HELD_CHUNK, MAX_TRAILER_BYTES, MIN_CHUNK};
use crate::request::is_token;
use crate::string_to_sign::StringToSign;
use crate::timestamp::Timestamp;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

/// Reads an aws-chunked body as it is received, and hands out what is proven.
///
/// It does no I/O: [`feed`](ChunkDecoder::feed) takes slices of any size, and [`finish`](ChunkDecoder::finish) tells
/// that the body is whole. A signed chunk is handed out when its signature has been compared, in constant time, and no
/// sooner. Until then it is held in memory, unless all of it lies in one slice; unsigned data passes through.
///
/// ```
/// use s3_sigv4::{ChunkDecoder, ChunkFraming, PayloadHash, Signature, SigningKey, Timestamp};
///
/// // The example of AWS's document: its day's key, and the signature of its request.
/// let key = SigningKey::import(
///     "20130524/us-east-1/s3/aws4_request=dbb893acc010964918f1fd433add87c70e8b0db6be30c1fbeafefa5ec6ba8378",
/// )?;
/// let seed = Signature::parse("4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9")?;
/// let now = Timestamp::parse("20130524T000000Z")?;
/// let mut received = b"10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n".to_vec();
/// received.extend([b'a'; 65_536]);
/// received.extend(b"\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n");
/// received.extend([b'a'; 1024]);
/// received.extend(b"\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n");
///
/// let framing = ChunkFraming::new(PayloadHash::STREAMING, 66_560, "")?;
/// let mut decoder = ChunkDecoder::new(framing, seed, key, now)?;
/// let mut body = Vec::new();
/// for mut slice in received.chunks(1000) {
///     while let Some(data) = decoder.feed(&mut slice)? {
///         body.extend_from_slice(data);
///     }
/// }
/// let trailers = decoder.finish()?;
/// assert_eq!(body, [b'a'; 66_560]);
/// assert!(trailers.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// What has been handed out is the body's beginning, proven piece by piece; that it is the whole is known when
/// `finish` says so. So what is stored on the way must be dropped if an error follows. The values of trailing headers,
/// checksums for the most part, are handed to the caller and not computed.
///
/// Sources: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html> and
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html>.
pub struct ChunkDecoder {
    framing: ChunkFraming,
    // The key, the instant and the last signature of the chain, if chunks are signed.
    chain: Option<Chain>,
    min_chunk: usize,
    max_chunk: usize,
    state: State,
    // How many bytes of the framed body have been taken, and of the body itself handed out.
    position: u64,
    decoded: u64,
    // The line that is being received.
    line: Vec<u8>,
    // The chunk that is being received, and its hash so far.
    chunk: Vec<u8>,
    hasher: Hasher,
    trailer_bytes: usize,
    trailers: Vec<(String, String)>,
}

impl Verified<'_> {
    /// The decoder of the request's aws-chunked body.
    ///
    /// # Errors
    /// [`VerifyError::BodyNotChunked`] if the body is not aws-chunked; [`VerifyError::Malformed`],
    /// [`VerifyError::Missing`] or [`VerifyError::TrailersUnexpected`] if `x-amz-trailer` does not go with it.
    pub fn chunks(&self) -> Result<ChunkDecoder, VerifyError> {
        let Chunked { signature, key, decoded_length, trailer } =
            self.chunked.as_deref().ok_or(VerifyError::BodyNotChunked)?;
        let framing = ChunkFraming::new(self.payload(), *decoded_length, trailer.unwrap_or_default())?;
        let chain = match key {
            Some(key) => Some(Chain { key: key.clone(), now: self.dated(), previous: *signature }),
            // There is no request without its key; if there were, its chunks would not be taken for unsigned ones.
            None if framing.signed => return Err(VerifyError::OtherKey),
            None => None,
        };
        Ok(ChunkDecoder::with_chain(framing, chain))
    }
}

impl ChunkDecoder {
    /// The decoder for a body that is framed so, whose request has this signature and was signed by this key at this
    /// instant (its `x-amz-date`).
    ///
    /// # Errors
    /// [`Error::KeyOfAnotherDay`] if the instant is not in the key's day.
    pub fn new(framing: ChunkFraming, seed: Signature, key: SigningKey, now: Timestamp) -> Result<Self, Error> {
        if !key.scope().covers(now) {
            return Err(Error::KeyOfAnotherDay { day: key.scope().day_digits(), now });
        }
        let chain = framing.signed.then_some(Chain { key, now, previous: seed });
        Ok(Self::with_chain(framing, chain))
    }

    fn with_chain(framing: ChunkFraming, chain: Option<Chain>) -> Self {
        Self {
            chain,
            framing,
            min_chunk: MIN_CHUNK,
            max_chunk: MAX_HELD_CHUNK,
            state: State::Head,
            position: 0,
            decoded: 0,
            line: Vec::new(),
            chunk: Vec::new(),
            hasher: Hasher::default(),
            trailer_bytes: 0,
            trailers: Vec::new(),
        }
    }

    /// The same for signed chunks of up to this many bytes, in place of 1 MiB: so much is held in memory at most.
    /// Unsigned chunks may have any length.
    #[must_use]
    pub fn with_max_chunk(mut self, bytes: usize) -> Self {
        self.max_chunk = bytes;
        self
    }

    /// The same for chunks of at least this many bytes, all but the last, in place of the 8 KiB that S3 asks for
    /// (`InvalidChunkSizeError`). Some clients send smaller ones to servers that take them.
    #[must_use]
    pub fn with_min_chunk(mut self, bytes: usize) -> Self {
        self.min_chunk = bytes;
        self
    }

    /// Takes from the front of `input`, and gives the next piece of the body that is proven.
    ///
    /// `None` says that `input` is used up. Nothing is lost in between: call it with the rest of the same slice until
    /// then, and with the next slice afterwards.
    ///
    /// # Errors
    /// What is wrong with the body, each as it is found; the same error from then on.
    pub fn feed<'s, 'i: 's>(&'s mut self, input: &mut &'i [u8]) -> Result<Option<&'s [u8]>, VerifyError> {
        while !input.is_empty() {
            match self.step(input) {
                Ok(Step::Taken) => {}
                Ok(Step::Passed(data)) => return Ok(Some(data)),
                Ok(Step::Held) => return Ok(Some(&self.chunk)),
                Err(error) => {
                    self.state = State::Failed(error);
                    self.chunk = Vec::new();
                    return Err(error);
                }
            }
        }
        Ok(None)
    }

    /// Ends the body, and gives its trailing headers: names in lower case and in order, values without the blanks
    /// around them.
    ///
    /// # Errors
    /// [`VerifyError::BodyTruncated`] if the body is not whole; what `feed` said if it was refused.
    pub fn finish(self) -> Result<Vec<(String, String)>, VerifyError> {
        match self.state {
            State::End => Ok(self.trailers),
            State::Failed(error) => Err(error),
            _ => Err(VerifyError::BodyTruncated { position: self.position }),
        }
    }

    fn step<'i>(&mut self, input: &mut &'i [u8]) -> Result<Step<'i>, VerifyError> {
        match self.state {
            State::Head => self.head(input)?,
            State::Data { left, signature } => return self.data(left, signature, input),
            State::LineEnd { left: [first, rest @ ..], then } => {
                if self.take(input, 1) != [*first] {
                    return Err(VerifyError::LineEndMissing { position: self.position - 1 });
                }
                self.state = match (rest, then) {
                    ([], Then::Head) => State::Head,
                    ([], Then::Trailers) => State::Trailers { signed: false },
                    _ => State::LineEnd { left: rest, then },
                };
            }
            State::Trailers { signed } => self.trailer(signed, input)?,
            State::End | State::LineEnd { left: [], .. } => {
                return Err(VerifyError::BodyGoesOn { position: self.position });
            }
            State::Failed(error) => return Err(error),
        }
        Ok(Step::Taken)
    }

    /// `10000;chunk-signature=…`.
    fn head(&mut self, input: &mut &[u8]) -> Result<(), VerifyError> {
        let position = self.position - self.line.len() as u64;
        if !self.take_line(MAX_HEAD, input) {
            return if self.line.len() < MAX_HEAD { Ok(()) } else { Err(VerifyError::ChunkSyntax { position }) };
        }
        let line =
            self.line.strip_suffix(b"\r\n").ok_or(VerifyError::LineEndMissing { position: self.position - 1 })?;
        let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let (digits, extension) = line.split_at(digits);
        let length = core::str::from_utf8(digits).ok().and_then(|digits| u64::from_str_radix(digits, 16).ok());
        let length = length.filter(|_| digits.len() <= 16).ok_or(VerifyError::ChunkSyntax { position })?;
        let signature = match (&self.chain, extension.strip_prefix(CHUNK_SIGNATURE.as_bytes())) {
            (None, None) if extension.is_empty() => None,
            (Some(_), None) if extension.is_empty() => return Err(VerifyError::ChunkSignatureMissing { position }),
            (None, Some(_)) => return Err(VerifyError::ChunkSignatureUnexpected { position }),
            (Some(_), Some(digits)) => Some(parse(digits).ok_or(VerifyError::ChunkSignatureSyntax { position })?),
            _ => return Err(VerifyError::ChunkSyntax { position }),
        };
        self.line.clear();

        let left = self.framing.length - self.decoded;
        if length == 0 {
            if let (Some(chain), Some(signature)) = (&mut self.chain, signature) {
                chain.check_chunk(&sha256(b""), signature).ok_or(VerifyError::ChunkSignatureMismatch { position })?;
            }
            if left != 0 {
                return Err(VerifyError::BodyTooShort { found: self.decoded, announced: self.framing.length });
            }
            self.state = State::Trailers { signed: false };
            return Ok(());
        }
        if length > left {
            return Err(VerifyError::BodyTooLong { announced: self.framing.length });
        }
        if length < self.min_chunk as u64 && length != left {
            return Err(VerifyError::ChunkTooSmall { length, min: self.min_chunk, position });
        }
        if self.chain.is_some() && length > self.max_chunk as u64 {
            return Err(VerifyError::ChunkTooLarge { length, max: self.max_chunk, position });
        }
        self.chunk.clear();
        self.state = State::Data { left: length, signature: signature.map(|signature| (signature, position)) };
        Ok(())
    }

    fn data<'i>(
        &mut self,
        left: u64,
        signature: Option<(Signature, u64)>,
        input: &mut &'i [u8],
    ) -> Result<Step<'i>, VerifyError> {
        let piece = self.take(input, usize::try_from(left).unwrap_or(usize::MAX));
        let left = left - piece.len() as u64;
        self.state = match left {
            0 => State::LineEnd { left: b"\r\n", then: Then::Head },
            _ => State::Data { left, signature },
        };
        let (Some(chain), Some((signature, position))) = (&mut self.chain, signature) else {
            self.decoded += piece.len() as u64;
            return Ok(Step::Passed(piece));
        };
        self.hasher.update(piece);
        if left > 0 {
            self.hold(piece, left);
            return Ok(Step::Taken);
        }
        let hash = core::mem::take(&mut self.hasher).finish();
        chain.check_chunk(&hash, signature).ok_or(VerifyError::ChunkSignatureMismatch { position })?;
        self.decoded += (self.chunk.len() + piece.len()) as u64;
        if self.chunk.is_empty() {
            return Ok(Step::Passed(piece));
        }
        self.hold(piece, 0);
        Ok(Step::Held)
    }

    /// Keeps a piece of a chunk, of which so much is still to come. Memory grows with what has come, not with what was
    /// announced, and never beyond the chunk's length.
    fn hold(&mut self, piece: &[u8], left: u64) {
        let (length, needed) = (self.chunk.len(), self.chunk.len() + piece.len());
        if self.chunk.capacity() < needed {
            let whole = usize::try_from(left).map_or(usize::MAX, |left| needed.saturating_add(left));
            self.chunk.reserve_exact(needed.saturating_mul(2).min(whole) - length);
        }
        self.chunk.extend_from_slice(piece);
    }

    /// `x-amz-checksum-crc32c:sOO8/Q==`, the signature of all such lines, or the end.
    fn trailer(&mut self, signed: bool, input: &mut &[u8]) -> Result<(), VerifyError> {
        let limit = MAX_TRAILER_BYTES - self.trailer_bytes;
        if !self.take_line(limit, input) {
            return if self.line.len() < limit { Ok(()) } else { Err(VerifyError::TrailersTooLong) };
        }
        let line = core::mem::take(&mut self.line);
        let position = self.position - line.len() as u64;
        self.trailer_bytes += line.len();
        let syntax = VerifyError::TrailerSyntax { position };
        let line = core::str::from_utf8(&line).ok().and_then(|line| line.strip_suffix('\n')).ok_or(syntax)?;
        match (line.strip_suffix('\r'), signed) {
            (Some(""), _) if self.framing.trailers_are_signed() && !signed => Err(VerifyError::TrailerSignatureMissing),
            (Some(""), _) => self.end(),
            (_, true) => Err(VerifyError::TrailersGoOn { position }),
            (Some(line), false) => match line.strip_prefix(TRAILER_SIGNATURE) {
                Some(digits) if self.framing.trailers_are_signed() => {
                    let digits = parse(digits.as_bytes());
                    self.check_trailers(digits.ok_or(VerifyError::TrailerSignatureSyntax { position })?)
                }
                _ => self.keep_trailer(line, syntax),
            },
            (None, false) => {
                // AWS's document ends such a line with LF before its CR LF, and so does minio-go.
                self.state = State::LineEnd { left: b"\r\n", then: Then::Trailers };
                self.keep_trailer(line, syntax)
            }
        }
    }

    fn keep_trailer(&mut self, line: &str, syntax: VerifyError) -> Result<(), VerifyError> {
        let (name, value) = line.split_once(':').ok_or(syntax)?;
        // A line that is signed is signed as it stands, with the name in lower case.
        let capitals = self.framing.trailers_are_signed() && name.bytes().any(|byte| byte.is_ascii_uppercase());
        let is_name = !name.is_empty() && name.bytes().all(is_token) && !capitals;
        if !is_name || value.bytes().any(|byte| byte.is_ascii_control()) {
            return Err(syntax);
        }
        let name = name.to_ascii_lowercase();
        if !self.framing.trailers.contains(&name) {
            return Err(VerifyError::TrailerNotAnnounced { name: Excerpt::of(&name) });
        }
        if self.trailers.iter().any(|(other, _)| *other == name) {
            return Err(VerifyError::TrailerRepeated { name: Excerpt::of(&name) });
        }
        self.trailers.push((name, value.to_string()));
        Ok(())
    }

    /// Holds the trailing headers, as they were sent, against their signature.
    fn check_trailers(&mut self, signature: Signature) -> Result<(), VerifyError> {
        self.all_trailers()?;
        let mut hasher = Hasher::default();
        for (name, value) in &self.trailers {
            for piece in [name, ":", value, "\n"] {
                hasher.update(piece.as_bytes());
            }
        }
        if let Some(chain) = &mut self.chain {
            chain.check_trailer(&hasher.finish(), signature).ok_or(VerifyError::TrailerSignatureMismatch)?;
        }
        self.state = State::Trailers { signed: true };
        Ok(())
    }

    fn end(&mut self) -> Result<(), VerifyError> {
        self.all_trailers()?;
        for (_, value) in &mut self.trailers {
            *value = trimmed(value).to_string();
        }
        self.state = State::End;
        Ok(())
    }

    /// That none is missing; in the order in which they are signed.
    fn all_trailers(&mut self) -> Result<(), VerifyError> {
        let given = |name: &String| self.trailers.iter().any(|(other, _)| other == name);
        if let Some(name) = self.framing.trailers.iter().find(|name| !given(name)) {
            return Err(VerifyError::TrailerMissing { name: Excerpt::of(name) });
        }
        self.trailers.sort_unstable();
        Ok(())
    }

    /// Takes up to the next line feed, and says whether it is there. The line is never longer than the limit.
    fn take_line(&mut self, limit: usize, input: &mut &[u8]) -> bool {
        let room = &input[..input.len().min(limit - self.line.len())];
        let end = room.iter().position(|byte| *byte == b'\n');
        let piece = self.take(input, end.map_or(room.len(), |end| end + 1));
        self.line.extend_from_slice(piece);
        end.is_some()
    }

    /// Takes so many bytes, or all if there are fewer.
    fn take<'i>(&mut self, input: &mut &'i [u8], bytes: usize) -> &'i [u8] {
        let (taken, rest) = input.split_at(bytes.min(input.len()));
        *input = rest;
        self.position += taken.len() as u64;
        taken
    }
}

impl fmt::Debug for ChunkDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkDecoder")
            .field("framing", &self.framing)
            .field("position", &self.position)
            .field("decoded", &self.decoded)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Copy)]
enum State {
    Head,
    /// Of a signed chunk also its signature and where it began.
    Data {
        left: u64,
        signature: Option<(Signature, u64)>,
    },
    /// What is left of CR LF, and what comes after it.
    LineEnd {
        left: &'static [u8],
        then: Then,
    },
    Trailers {
        signed: bool,
    },
    End,
    Failed(VerifyError),
}

#[derive(Clone, Copy)]
enum Then {
    Head,
    Trailers,
}

enum Step<'i> {
    /// Something was taken, and nothing is to be handed out.
    Taken,
    /// This piece of the input is to be handed out.
    Passed(&'i [u8]),
    /// The chunk that is held is to be handed out.
    Held,
}

/// The chain of signatures.
struct Chain {
    key: SigningKey,
    now: Timestamp,
    previous: Signature,
}

impl Chain {
    fn check_chunk(&mut self, hash: &[u8; 32], signature: Signature) -> Option<()> {
        let text = StringToSign::chunk(self.key.scope().on(self.now), self.previous.hex(), hash, self.now);
        self.previous = self.key.sign(&text).ok().filter(|right| *right == signature)?;
        Some(())
    }

    fn check_trailer(&mut self, hash: &[u8; 32], signature: Signature) -> Option<()> {
        let text = StringToSign::trailer(self.key.scope().on(self.now), self.previous.hex(), hash, self.now);
        self.previous = self.key.sign(&text).ok().filter(|right| *right == signature)?;
        Some(())
    }
}

fn parse(digits: &[u8]) -> Option<Signature> {
    Signature::parse(core::str::from_utf8(digits).ok()?).ok()
}

/// 16 hexadecimal digits, the signature's name and value, CR LF.
const MAX_HEAD: usize = 16 + CHUNK_SIGNATURE.len() + 64 + 2;
