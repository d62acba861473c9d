//! Any bytes as an aws-chunked body, cut anywhere: the same is read, no more than was announced, little is held.
#![no_main]

#[path = "../shared.rs"]
mod shared;

use libfuzzer_sys::fuzz_target;
use s3_sigv4::{ChunkDecoder, ChunkFraming, PayloadHash, Signature, VerifyError};
use shared::util::now;
use shared::{bounded, signer};

fuzz_target!(|input: (u8, u16, u16, &[u8])| {
    let (kind, length, cut, framed) = input;
    let kinds = [PayloadHash::STREAMING, PayloadHash::STREAMING_TRAILER, PayloadHash::STREAMING_UNSIGNED_TRAILER];
    let trailer = if kind & 4 == 0 { "" } else { "x-amz-checksum-crc32" };
    let Ok(framing) = ChunkFraming::new(kinds[usize::from(kind) % 3], length.into(), trailer) else { return };
    let seed = Signature::parse(&"0".repeat(64)).unwrap();
    let read = |size: usize| {
        let decoder = ChunkDecoder::new(framing.clone(), seed, signer(true).key().clone(), now()).unwrap();
        let (mut decoder, mut body) = (decoder.with_min_chunk(1), Vec::new());
        for mut slice in framed.chunks(size) {
            while let Some(data) = decoder.feed(&mut slice)? {
                body.extend_from_slice(data);
                assert!(body.len() <= length.into());
            }
        }
        Ok::<_, VerifyError>((body, decoder.finish()?))
    };
    let [whole, cut] =
        [framed.len() + 1, usize::from(cut) + 1].map(|size| bounded(framed.len(), (8, 4096), || read(size)));
    assert_eq!(whole, cut);
});
