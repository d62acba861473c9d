//! Bodies on their way: taken from the client piece by piece, proven, and given to the request to the server.
//!
//! The server must not take for whole what is not proven. So the end is held back until all of it is: on an error the
//! request to the server breaks off short of its `content-length`, and a body no longer than that is never begun.

use crate::refusal::Refusal;
use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Frame, Incoming};
use s3_sigv4::{BodyHasher, ChunkDecoder, ChunkSigner};
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc::{Receiver, Sender};

/// A proven piece, or that there will be no more of them.
pub(crate) type Piece = Result<Bytes, io::Error>;

/// The client's body.
pub(crate) struct Received(Incoming);

impl Received {
    pub(crate) fn new(body: Incoming) -> Self {
        Self(body)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_end_stream()
    }

    /// The next piece, which is not empty.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        while let Some(frame) = self.0.frame().await {
            match frame?.into_data() {
                Ok(data) if !data.is_empty() => return Ok(Some(data)),
                // Trailing headers of HTTP itself, which S3 does not have.
                _ => {}
            }
        }
        Ok(None)
    }
}

/// The body of the request to the server.
pub(crate) struct Passed {
    first: Option<Piece>,
    rest: Receiver<Piece>,
}

impl Passed {
    /// Waits for the first piece, or for the end of an empty body. Nothing is to be sent if there is an error already.
    pub(crate) async fn begin(mut rest: Receiver<Piece>) -> Option<Self> {
        match rest.recv().await {
            Some(Err(_)) => None,
            first => Some(Self { first, rest }),
        }
    }
}

impl Body for Passed {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.first.take() {
            Some(piece) => Poll::Ready(Some(piece.map(Frame::data))),
            None => self.rest.poll_recv(context).map(|piece| piece.map(|piece| piece.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_none() && self.rest.is_closed() && self.rest.is_empty()
    }
}

/// Sends on what is proven, and holds back the end of it.
pub(crate) struct Held {
    held: VecDeque<Bytes>,
    length: usize,
    pieces: Sender<Piece>,
}

impl Held {
    pub(crate) fn new(pieces: Sender<Piece>) -> Self {
        Self { held: VecDeque::new(), length: 0, pieces }
    }

    pub(crate) async fn push(&mut self, piece: Bytes) {
        self.length += piece.len();
        self.held.push_back(piece);
        while self.length > HELD && self.held.len() > 1 {
            self.release().await;
        }
    }

    /// Lets go of the end if all is proven, and otherwise breaks the request off.
    pub(crate) async fn finish(mut self, proven: Result<(), Refusal>) -> Result<(), Refusal> {
        match &proven {
            Ok(()) => {
                while !self.held.is_empty() {
                    self.release().await;
                }
            }
            // If nobody listens any more, it is broken off already.
            Err(_) => drop(self.pieces.send(Err(io::Error::other("the body is refused"))).await),
        }
        proven
    }

    /// A server that has answered already does not listen any more. The body is still held against its signature, so
    /// that a refusal does not depend on how fast the server is.
    async fn release(&mut self) {
        if let Some(piece) = self.held.pop_front() {
            self.length -= piece.len();
            let _ = self.pieces.send(Ok(piece)).await;
        }
    }
}

/// A body as it is, its hash signed or not at all.
pub(crate) async fn plain(body: Received, hasher: BodyHasher, pieces: Sender<Piece>) -> Result<(), Refusal> {
    let mut held = Held::new(pieces);
    let proven = plain_pieces(body, hasher, &mut held).await;
    held.finish(proven).await
}

async fn plain_pieces(mut body: Received, mut hasher: BodyHasher, held: &mut Held) -> Result<(), Refusal> {
    while let Some(piece) = body.next().await? {
        hasher.update(&piece);
        held.push(piece).await;
    }
    Ok(hasher.finish()?)
}

/// An aws-chunked body. Each chunk is proven before it is handed out here, and signed again in chunks of our own size.
pub(crate) async fn chunks(
    body: Received,
    decoder: ChunkDecoder,
    signer: ChunkSigner<'_>,
    pieces: Sender<Piece>,
) -> Result<(), Refusal> {
    let mut held = Held::new(pieces);
    let proven = chunk_pieces(body, decoder, signer, &mut held).await;
    held.finish(proven).await
}

async fn chunk_pieces(
    mut body: Received,
    mut decoder: ChunkDecoder,
    mut signer: ChunkSigner<'_>,
    held: &mut Held,
) -> Result<(), Refusal> {
    let mut chunk = Vec::new();
    while let Some(piece) = body.next().await? {
        let mut input = &piece[..];
        while let Some(mut data) = decoder.feed(&mut input)? {
            while !data.is_empty() {
                let missing = signer.next_length().saturating_sub(chunk.len() as u64);
                let (now, later) = data.split_at(data.len().min(usize::try_from(missing).unwrap_or(usize::MAX)));
                chunk.extend_from_slice(now);
                data = later;
                if chunk.len() as u64 == signer.next_length() {
                    held.push(framed(&mut signer, &std::mem::take(&mut chunk))?).await;
                }
            }
        }
    }
    let trailers = decoder.finish()?;
    let trailers: Vec<_> = trailers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    held.push(signer.finish(&trailers)?.into()).await;
    Ok(())
}

fn framed(signer: &mut ChunkSigner<'_>, data: &[u8]) -> Result<Bytes, Refusal> {
    Ok([signer.chunk(data)?.as_bytes(), data, b"\r\n"].concat().into())
}

/// The trailing headers with the lengths of their values, which have to be known beforehand: checksums in base64.
pub(crate) fn announced(trailer: Option<&str>) -> Result<Vec<(&str, usize)>, Refusal> {
    let names = trailer.into_iter().flat_map(|names| names.split(',')).map(str::trim);
    names
        .map(|name| {
            let known = CHECKSUMS.iter().find(|(known, _)| name.eq_ignore_ascii_case(known));
            known.map(|(_, length)| (name, *length)).ok_or(Refusal::TRAILER)
        })
        .collect()
}

/// How much of a body is held back at least, if there is so much.
const HELD: usize = 256 * 1024;

const CHECKSUMS: [(&str, usize); 5] = [
    ("x-amz-checksum-crc32", 8),
    ("x-amz-checksum-crc32c", 8),
    ("x-amz-checksum-crc64nvme", 12),
    ("x-amz-checksum-sha1", 28),
    ("x-amz-checksum-sha256", 44),
];
