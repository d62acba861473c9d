//! A body signed in chunks is read back as it was; with a byte changed anywhere nothing else is read.
#![no_main]

#[path = "../shared.rs"]
mod shared;

use libfuzzer_sys::fuzz_target;
use s3_sigv4::{ChunkDecoder, ChunkFraming, ChunkedBody, VerifyError};
use shared::util::{framed, now, request};

fuzz_target!(|input: (u16, u16, u8, u16, &[u8])| {
    let (repeats, size, byte, at, text) = input;
    let (data, announced) = (text.repeat(usize::from(repeats % 64) + 1), [("x-amz-checksum-crc32", 8)]);
    let body = ChunkedBody::signed(data.len() as u64).with_chunk_size(8192 + usize::from(size)).unwrap();
    let body = body.with_trailers(&announced).unwrap();
    let (signer, request, trailers) = (shared::signer(true), request("/key"), [("x-amz-checksum-crc32", "AAAAAA==")]);
    let mut sent = framed(&signer, &request, &body, &data, &trailers);
    let signed = signer.sign_chunked(&request, &body, now()).unwrap();
    let framing = ChunkFraming::new(body.payload_hash(), body.length(), "x-amz-checksum-crc32").unwrap();
    let read = |mut framed: &[u8]| {
        let key = signer.key().clone();
        let (mut decoder, mut read) =
            (ChunkDecoder::new(framing.clone(), signed.signature(), key, now()).unwrap(), Vec::new());
        while let Some(piece) = decoder.feed(&mut framed)? {
            read.extend_from_slice(piece);
            assert!(data.starts_with(&read));
        }
        Ok::<_, VerifyError>((read == data, decoder.finish()?))
    };
    let whole = (true, shared::owned(&trailers));
    assert_eq!(read(&sent), Ok(whole.clone()));
    let at = usize::from(at) % sent.len();
    sent[at] = byte;
    assert!(read(&sent).is_ok_and(|it| it == whole) || read(&sent).is_err());
});
