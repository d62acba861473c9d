//! Reading aws-chunked bodies: AWS's documented examples, all that the crate makes, cut in every way, and every door
//! that must be closed.

mod util;

use proptest::prelude::*;
use s3_sigv4::{
    ChunkDecoder, ChunkFraming, ChunkedBody, Claim, CredentialScope, Error, PayloadHash, Request, Signature,
    SigningKey, Verifier, VerifyError,
};
use serde_json::Value;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use util::{at, credentials, framed, now, request, signer};

type Trailers = Vec<(String, String)>;

fn key() -> SigningKey {
    SigningKey::derive(&credentials(), CredentialScope::new("us-east-1", "s3", now()).expect("a scope"))
}

fn decoder(framing: &ChunkFraming, seed: Signature) -> ChunkDecoder {
    ChunkDecoder::new(framing.clone(), seed, key(), now()).expect("the key's day")
}

/// All that is handed out, and the trailing headers.
fn decode_by<'a>(
    mut decoder: ChunkDecoder,
    slices: impl Iterator<Item = &'a [u8]>,
) -> Result<(Vec<u8>, Trailers), VerifyError> {
    let mut body = Vec::new();
    for mut slice in slices {
        while let Some(data) = decoder.feed(&mut slice)? {
            body.extend_from_slice(data);
        }
        assert!(slice.is_empty());
    }
    Ok((body, decoder.finish()?))
}

/// A framed body with what its receiver knows of it.
struct Received {
    framing: ChunkFraming,
    seed: Signature,
    sent: Vec<u8>,
}

impl Received {
    /// What `ChunkSigner` makes.
    fn of(body: &ChunkedBody<'_>, data: &[u8], trailers: &[(&str, &str)]) -> Self {
        let (signer, request) = (signer(), request("/key"));
        let signed = signer.sign_chunked(&request, body, now()).expect("a signature");
        let header = |name| signed.headers().find(|header| header.0 == name).map_or("", |header| header.1);
        let payload = PayloadHash::parse(header("x-amz-content-sha256")).expect("a literal");
        let framing = ChunkFraming::new(payload, body.length(), header("x-amz-trailer"));
        let sent = framed(&signer, &request, body, data, trailers);
        Self { framing: framing.expect("announced headers"), seed: signed.signature(), sent }
    }

    /// A short body of each kind.
    fn short() -> [Self; 4] {
        let (announced, trailers) = ([("x-b", 1), ("x-a", 2)], [("x-b", "1"), ("x-a", "23")]);
        let with = |body: ChunkedBody<'static>| Self::of(&body, b"hello", &[]);
        let with_trailers =
            |body: ChunkedBody<'_>| Self::of(&body.with_trailers(&announced).expect("trailers"), b"hello", &trailers);
        [
            with(ChunkedBody::signed(5)),
            with_trailers(ChunkedBody::signed(5)),
            with(ChunkedBody::unsigned(5)),
            with_trailers(ChunkedBody::unsigned(5)),
        ]
    }

    fn documented() -> [(Self, &'static [(&'static str, &'static str)]); 2] {
        let examples: Value = serde_json::from_str(include_str!("vectors/documents/chunked.json")).expect("examples");
        let of = |index: usize, trailers: &'static [(&'static str, &'static str)]| {
            let example: &Value = &examples[index];
            let text = |value: &Value| value.as_str().expect("a text").to_owned();
            let mut sent = Vec::new();
            for chunk in example["chunks"].as_array().expect("chunks") {
                let length = chunk["len"].as_u64().expect("a length") as usize;
                sent.extend(format!("{length:x};chunk-signature={}\r\n", text(&chunk["signature"])).bytes());
                sent.extend(vec![b'a'; length]);
                sent.extend(if length > 0 { "\r\n" } else { "" }.bytes());
            }
            for (name, value) in trailers {
                sent.extend(format!("{name}:{value}\r\n").bytes());
            }
            if !trailers.is_empty() {
                sent.extend(format!("x-amz-trailer-signature:{}\r\n", text(&example["trailer_signature"])).bytes());
            }
            sent.extend(b"\r\n");
            assert_eq!(sent.len() as u64, example["encoded_length"]);
            let payload = PayloadHash::parse(&text(&example["payload_hash"])).expect("a literal");
            let names: Vec<_> = trailers.iter().map(|(name, _)| *name).collect();
            let framing = ChunkFraming::new(payload, 66_560, &names.join(",")).expect("a framing");
            let seed = Signature::parse(&text(&example["signature"])).expect("a signature");
            (Self { framing, seed, sent }, trailers)
        };
        [of(0, &[]), of(1, &[("x-amz-checksum-crc32c", "sOO8/Q==")])]
    }

    fn decode(&self, sent: &[u8]) -> Result<(Vec<u8>, Trailers), VerifyError> {
        decode_by(decoder(&self.framing, self.seed), [sent].into_iter())
    }

    /// The body with one text in place of another, which stands there once.
    fn with(&self, from: &str, to: &str) -> Vec<u8> {
        let sent = String::from_utf8(self.sent.clone()).expect("ASCII");
        assert_eq!(sent.matches(from).count(), 1, "{from}");
        sent.replace(from, to).into_bytes()
    }
}

#[track_caller]
fn refused<T>(result: Result<T, VerifyError>, message: &str) {
    assert_eq!(result.err().expect("should be refused").to_string(), message);
}

#[test]
fn documented_examples() {
    for (received, trailers) in Received::documented() {
        let trailers: Trailers =
            trailers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let expected = Ok((vec![b'a'; 66_560], trailers));
        assert_eq!(received.decode(&received.sent), expected);
        for length in [1, 2, 3, 1000, 65_536] {
            let decoder = decoder(&received.framing, received.seed);
            assert_eq!(decode_by(decoder, received.sent.chunks(length)), expected, "slices of {length}");
        }
    }
}

/// Every byte of the documented bodies, with a bit changed, and those of the framing with each of their bits. (The
/// first chunk is the same in both, and changed in the first alone.)
#[test]
fn every_changed_byte_is_refused() {
    let documented = Received::documented();
    let last = documented[1].0.framing.clone();
    for (received, _) in documented {
        let mut sent = received.sent.clone();
        for i in 0..sent.len() {
            let data = (88..88 + 65_536).contains(&i) || (65_712..65_712 + 1024).contains(&i);
            assert!(!data || sent[i] == b'a');
            if data && i < 65_712 && received.framing == last {
                continue;
            }
            for bit in if data { i % 8..i % 8 + 1 } else { 0..8 } {
                sent[i] ^= 1 << bit;
                assert!(received.decode(&sent).is_err(), "bit {bit} of byte {i}");
                sent[i] ^= 1 << bit;
            }
        }
    }
}

/// Of a short signed body every byte, in every way.
#[test]
fn every_change_of_a_byte_is_refused() {
    let [signed, with_trailers, ..] = Received::short();
    for received in [signed, with_trailers] {
        let mut sent = received.sent.clone();
        for i in 0..sent.len() {
            for change in 1..=255 {
                sent[i] ^= change;
                assert!(received.decode(&sent).is_err(), "byte {i} changed by {change:#x}");
                sent[i] ^= change;
            }
        }
    }
}

#[test]
fn a_body_cut_anywhere_is_refused() {
    for received in Received::short() {
        for end in 0..received.sent.len() {
            refused(
                received.decode(&received.sent[..end]),
                &format!(
                    "the body ends at byte offset {end}, before its last chunk and its trailing headers are complete"
                ),
            );
        }
        assert!(received.decode(&received.sent).is_ok());
    }
    for (received, _) in Received::documented() {
        let mut decoder = decoder(&received.framing, received.seed);
        // One by one: a decoder that says it is whole too early would be refused by what follows.
        for byte in &received.sent {
            let mut slice = core::slice::from_ref(byte);
            while decoder.feed(&mut slice).expect("the documented body").is_some() {}
        }
        let mut behind = &b"\r"[..];
        let message = format!("the body goes on at byte offset {}, behind its end", received.sent.len());
        refused(decoder.feed(&mut behind).map(drop), &message);
        refused(decoder.feed(&mut behind).map(drop), &message);
        refused(decoder.finish(), &message);
    }
}

/// A byte more is as wrong as another byte or none, in every place.
#[test]
fn every_inserted_or_dropped_byte_is_refused() {
    let [signed, with_trailers, ..] = Received::short();
    for received in [signed, with_trailers] {
        for i in 0..received.sent.len() {
            let mut sent = received.sent.clone();
            let dropped = sent.remove(i);
            assert!(received.decode(&sent).is_err(), "without byte {i}");
            sent.insert(i, dropped);
            for byte in [0, b'\n', b'\r', b' ', b';', b':', b'a', 0xff] {
                // AWS's document and minio-go have LF before the CR LF of a trailing header.
                let allowed = byte == b'\n' && [&b"x-a:23"[..], b"x-b:1"].iter().any(|line| sent[..i].ends_with(line));
                sent.insert(i, byte);
                assert_eq!(received.decode(&sent).is_ok(), allowed, "byte {byte:#x} before byte {i}");
                sent.remove(i);
            }
        }
    }
}

#[test]
fn what_is_not_a_chunk() {
    let [signed, _, unsigned, _] = Received::short();
    let no_head = "the chunk at byte offset 0 does not start with its length in 1 to 16 hexadecimal digits and at most \
                   a chunk-signature";
    for (from, to) in [
        ("5;chunk", ";chunk"),
        ("5;chunk", "+5;chunk"),
        ("5;chunk", "-5;chunk"),
        ("5;chunk", " 5;chunk"),
        ("5;chunk", "5 ;chunk"),
        ("5;chunk", "0x5;chunk"),
        ("5;chunk", "00000000000000005;chunk"),
        ("5;chunk", "5; chunk"),
        ("5;chunk", "5;Chunk"),
        ("5;chunk", "5;a=b;chunk"),
        ("5;chunk", "\r\n5;chunk"),
        ("5;chunk", "é;chunk"),
    ] {
        refused(signed.decode(&signed.with(from, to)), no_head);
    }
    assert!(signed.decode(&signed.with("5;chunk", "0000000000000005;chunk")).is_ok());
    for line in ["00000000000000005\r\n", "", "\r\n", "5;\r\n", "5;a=b\r\n", "g\r\n", "-1\r\n"] {
        refused(unsigned.decode(&[line.as_bytes(), &[b'0'; 200]].concat()), no_head);
    }
    // No more is waited for than the longest head has, whether chunks are signed or not.
    refused(unsigned.decode(&[b'0'; 99]), no_head);
    // Upper-case digits are what .NET sends.
    for (length, text) in [(10, "a"), (10, "A"), (31, "1f"), (31, "1F")] {
        let framing = ChunkFraming::new(PayloadHash::STREAMING_UNSIGNED_TRAILER, length as u64, "");
        let decoder = decoder(&framing.expect("a framing"), unsigned.seed);
        let sent = format!("{text}\r\n{}\r\n0\r\n\r\n", "x".repeat(length));
        assert_eq!(decode_by(decoder, [sent.as_bytes()].into_iter()), Ok((vec![b'x'; length], Vec::new())));
    }

    let line_end =
        |position: u64| format!("the body does not have CR LF at byte offset {position}, where a line or a chunk ends");
    refused(unsigned.decode(&unsigned.with("5\r\n", "5\n")), &line_end(1));
    refused(unsigned.decode(&unsigned.with("hello\r\n", "hello!\r\n")), &line_end(8));
    refused(unsigned.decode(&unsigned.with("hello\r\n", "hello\n")), &line_end(8));
    refused(unsigned.decode(&unsigned.with("hello\r\n", "hello\r\r\n")), &line_end(9));

    refused(
        signed.decode(&unsigned.sent),
        "the chunk at byte offset 0 has no chunk-signature, and the request says that chunks are signed",
    );
    refused(
        unsigned.decode(&signed.sent),
        "the chunk at byte offset 0 has a chunk-signature, and the request says that chunks are unsigned",
    );
    let text = String::from_utf8(signed.sent.clone()).expect("ASCII");
    for digits in [String::new(), "0".repeat(63), "0".repeat(65), "A".repeat(64), "é".repeat(32)] {
        refused(
            signed.decode(format!("5;chunk-signature={digits}{}", &text[82..]).as_bytes()),
            "the chunk-signature of the chunk at byte offset 0 is not 64 lower-case hexadecimal digits",
        );
    }
}

#[test]
fn the_chain_of_signatures() {
    let data: Vec<u8> = (0..20_000_u32).map(|i| (i * 7) as u8).collect();
    let body = ChunkedBody::signed(20_000).with_chunk_size(8192).expect("a chunk size");
    let received = Received::of(&body, &data, &[]);
    let wrong = |position: u64| format!("the chunk-signature of the chunk at byte offset {position} does not match");
    let (head, chunk) = (4 + 17 + 64 + 2, 8192 + 2);
    let (first, second) = (0..head + chunk, head + chunk..2 * (head + chunk));

    // What comes out before the error is what was proven, and never the changed chunk.
    let mut changed = received.sent.clone();
    changed[second.end - 3] ^= 1;
    for length in [1, 100, 8192, changed.len()] {
        let (mut decoder, mut proven) = (decoder(&received.framing, received.seed), Vec::new());
        let error = changed.chunks(length).find_map(|mut slice| {
            loop {
                match decoder.feed(&mut slice) {
                    Ok(Some(data)) => proven.extend_from_slice(data),
                    Ok(None) => return None,
                    Err(error) => return Some(error),
                }
            }
        });
        assert_eq!(error.map(|error| error.to_string()), Some(wrong(8281)));
        assert_eq!(proven, data[..8192], "slices of {length}");
        refused(decoder.finish(), &wrong(8281));
    }

    // Chunks exchanged, one twice, one dropped, and the last one dropped.
    let [one, two] = [&received.sent[first.clone()], &received.sent[second.clone()]];
    let rest = &received.sent[second.end..];
    refused(received.decode(&[two, one, rest].concat()), &wrong(0));
    refused(received.decode(&[one, one, rest].concat()), &wrong(8281));
    refused(
        received.decode(&[one, rest].concat()),
        "the chunk at byte offset 8281 has 3616 bytes, and only the last may have fewer than 8192",
    );
    let last = received.sent.len() - (1 + 17 + 64 + 2 + 2);
    refused(
        received.decode(&[&received.sent[..last], b"\r\n"].concat()),
        &format!(
            "the chunk at byte offset {last} does not start with its length in 1 to 16 hexadecimal digits and at most \
             a chunk-signature"
        ),
    );

    // The chain hangs on the request's signature, the key, and the instant.
    let other = Signature::parse(&"0".repeat(64)).expect("digits");
    let all = || [&received.sent[..]].into_iter();
    refused(decode_by(decoder(&received.framing, other), all()), &wrong(0));
    let elsewhere = CredentialScope::new("us-east-2", "s3", now()).expect("a scope");
    let other_key = SigningKey::derive(&credentials(), elsewhere);
    let other = ChunkDecoder::new(received.framing.clone(), received.seed, other_key, now()).expect("a decoder");
    refused(decode_by(other, all()), &wrong(0));
    let later = at("20130524T000001Z");
    let other = ChunkDecoder::new(received.framing.clone(), received.seed, key(), later).expect("a decoder");
    refused(decode_by(other, all()), &wrong(0));
    let tomorrow = ChunkDecoder::new(received.framing.clone(), received.seed, key(), at("20130525T000000Z"));
    assert_eq!(tomorrow.err(), Some(Error::KeyOfAnotherDay { day: *b"20130524", now: at("20130525T000000Z") }));
}

#[test]
fn the_length_is_the_announced_one() {
    let [signed, _, unsigned, _] = Received::short();
    for (received, head) in [(&signed, 5 + 17 + 64), (&unsigned, 5)] {
        let announced = |length: u64| {
            let payload = if head > 5 { PayloadHash::STREAMING } else { PayloadHash::STREAMING_UNSIGNED_TRAILER };
            let framing = ChunkFraming::new(payload, length, "").expect("a framing");
            assert_eq!(framing.length(), length);
            decode_by(decoder(&framing, received.seed), [&received.sent[..]].into_iter())
        };
        assert!(announced(5).is_ok());
        refused(announced(4), "the chunks have more than the 4 bytes of x-amz-decoded-content-length");
        refused(announced(0), "the chunks have more than the 0 bytes of x-amz-decoded-content-length");
        let message = "the chunk at byte offset 0 has 5 bytes, and only the last may have fewer than 8192";
        refused(announced(6), message);
    }
    let data = [1; 8192];
    for body in [ChunkedBody::signed(8192), ChunkedBody::unsigned(8192)] {
        let received = Received::of(&body, &data, &[]);
        let payload = body.payload_hash();
        let framing = ChunkFraming::new(payload, 8193, "").expect("a framing");
        let result = decode_by(decoder(&framing, received.seed), [&received.sent[..]].into_iter());
        refused(result, "the chunks have 8192 of the 8193 bytes of x-amz-decoded-content-length");
    }
}

#[test]
fn the_lengths_of_chunks() {
    let unsigned = |length: u64| {
        let framing = ChunkFraming::new(PayloadHash::STREAMING_UNSIGNED_TRAILER, length, "").expect("a framing");
        decoder(&framing, Signature::parse(&"0".repeat(64)).expect("digits"))
    };
    let small = b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n";
    let feed = |decoder: ChunkDecoder| decode_by(decoder, [&small[..]].into_iter());
    let too_small = "the chunk at byte offset 0 has 2 bytes, and only the last may have fewer than 8192";
    refused(feed(unsigned(5)), too_small);
    refused(feed(unsigned(5).with_min_chunk(3)), &too_small.replace("8192", "3"));
    assert_eq!(feed(unsigned(5).with_min_chunk(2)), Ok((b"hello".to_vec(), Vec::new())));

    let data = vec![7; 2 * 1024 * 1024];
    let length = data.len() as u64;
    let with_chunks = |size: usize| {
        Received::of(&ChunkedBody::signed(length).with_chunk_size(size).expect("a chunk size"), &data, &[])
    };
    let (mega, more) = (with_chunks(1024 * 1024), with_chunks(1024 * 1024 + 1));
    assert!(mega.decode(&mega.sent).is_ok());
    let too_large = "the signed chunk at byte offset 0 has 1048577 bytes, and 1048576 are taken at most";
    refused(more.decode(&more.sent), too_large);
    let larger = decoder(&more.framing, more.seed).with_max_chunk(1024 * 1024 + 1);
    assert!(decode_by(larger, more.sent.chunks(4096)).is_ok());
    // Unsigned chunks are not held, so they may be of any length.
    let whole = Received::of(
        &ChunkedBody::unsigned(length).with_chunk_size(2 * 1024 * 1024).expect("a chunk size"),
        &data,
        &[],
    );
    assert_eq!(whole.decode(&whole.sent), Ok((data.clone(), Vec::new())));
}

#[test]
fn trailing_headers() {
    let [signed, with_trailers, unsigned, unsigned_trailers] = Received::short();
    let pairs: Trailers = vec![("x-a".into(), "23".into()), ("x-b".into(), "1".into())];
    assert_eq!(with_trailers.decode(&with_trailers.sent).expect("the whole").1, pairs);
    assert_eq!(unsigned_trailers.decode(&unsigned_trailers.sent).expect("the whole").1, pairs);
    // They are signed in the order of their names, in whatever order they come.
    let swapped = with_trailers.with("x-a:23\r\nx-b:1\r\n", "x-b:1\r\nx-a:23\r\n");
    assert_eq!(with_trailers.decode(&swapped).expect("the whole").1, pairs);
    // Blanks around a value are not part of it.
    let blanks = unsigned_trailers.decode(&unsigned_trailers.with("x-a:23", "x-a:  2 3 ")).expect("the whole").1;
    assert_eq!(blanks[0].1, "2 3");
    // Names have no case; those that are signed are so in lower case.
    let capitals = unsigned_trailers.with("x-b", "X-B");
    assert_eq!(unsigned_trailers.decode(&capitals).expect("the whole").1, pairs);
    // As AWS's document and minio-go write it.
    let doc = with_trailers.with("x-a:23\r\n", "x-a:23\n\r\n");
    assert_eq!(with_trailers.decode(&doc).expect("the whole").1, pairs);
    let doc = unsigned_trailers.with("x-a:23\r\n", "x-a:23\n\r\n");
    assert_eq!(unsigned_trailers.decode(&doc).expect("the whole").1, pairs);

    let missing = "the trailing header x-b is announced in x-amz-trailer and missing";
    let repeated = "the trailing header x-a is there more than once";
    for (received, capitals) in [(&with_trailers, "X-b:1"), (&unsigned_trailers, "é:1")] {
        refused(received.decode(&received.with("x-b:1\r\n", "")), missing);
        refused(received.decode(&received.with("x-b:1\r\n", "x-a:1\r\n")), repeated);
        for (to, name) in [("x-c", "x-c"), ("x-b-", "x-b-"), ("x-amz-acl", "x-amz-acl")] {
            let message = format!("the trailing header {name} is not announced in x-amz-trailer");
            refused(received.decode(&received.with("x-b", to)), &message);
        }
        for to in [capitals, "x-b", ":1", "x b:1", "x-b :1", " x-b:1", "x-b:\u{1}", "x-b:\r1", "\n"] {
            let position = received.sent.windows(3).position(|window| window == b"x-b").expect("its place");
            let message = format!(
                "the trailing header at byte offset {position} is not a name (in lower case where it is signed), a \
                 colon and a value without control characters"
            );
            refused(received.decode(&received.with("x-b:1", to)), &message);
        }
        let result = received.decode(&received.with("x-b:1", "x-b:1\n\n"));
        assert!(result.expect_err("should be refused").to_string().starts_with("the body does not have CR LF at byte"));
    }
    let not_text = unsigned_trailers.with("x-b:1", "x-b:\u{1}");
    let not_text: Vec<_> = not_text.into_iter().map(|byte| if byte == 1 { 0xff } else { byte }).collect();
    let error = unsigned_trailers.decode(&not_text).expect_err("should be refused");
    assert!(matches!(error, VerifyError::TrailerSyntax { .. }));

    // A header that comes although none was announced, and a signature that comes although none was promised.
    let with_more = |received: &Received, line: &str| {
        let mut sent = received.sent.clone();
        sent.splice(sent.len() - 2.., format!("{line}\r\n\r\n").into_bytes());
        received.decode(&sent)
    };
    let signature = format!("x-amz-trailer-signature:{}", "0".repeat(64));
    for received in [&signed, &unsigned] {
        refused(with_more(received, "x-a:1"), "the trailing header x-a is not announced in x-amz-trailer");
    }
    for received in [&signed, &unsigned, &unsigned_trailers] {
        let message = "the trailing header x-amz-trailer-signature is not announced in x-amz-trailer";
        refused(with_more(received, &signature), message);
    }
    // A missing signature is not taken for none.
    let text = String::from_utf8(with_trailers.sent.clone()).expect("ASCII");
    let at = text.find("x-amz-trailer-signature").expect("the signature");
    let dropped = format!("{}\r\n", &text[..at]);
    refused(
        with_trailers.decode(dropped.as_bytes()),
        "the trailing headers have no x-amz-trailer-signature, and the request says that they are signed",
    );
    let wrong = |line: &str| with_trailers.decode(format!("{}{line}\r\n\r\n", &text[..at]).as_bytes()).map(drop);
    refused(wrong(&signature), "the x-amz-trailer-signature does not match");
    let syntax = format!("the x-amz-trailer-signature at byte offset {at} is not 64 lower-case hexadecimal digits");
    for digits in ["", &"0".repeat(63), &"0".repeat(65), &"A".repeat(64), &format!(" {}", "0".repeat(64))] {
        refused(wrong(&format!("x-amz-trailer-signature:{digits}")), &syntax);
    }
    let behind = text.len() - 2;
    let message = format!("the trailing headers go on at byte offset {behind}, behind their signature");
    for line in ["x-a:23", &signature, "x-c:1"] {
        refused(with_more(&with_trailers, line), &message);
    }
    let late = text[at..].replace("\r\n\r\n", "\r\n") + "x-a:23\r\n\r\n";
    let early = text[..at].replace("x-a:23\r\n", "") + &late;
    refused(
        with_trailers.decode(early.as_bytes()),
        "the trailing header x-a is announced in x-amz-trailer and missing",
    );

    // Bounded: with and without line ends.
    let too_long = "the trailing headers have more than 8192 bytes";
    for line in [format!("x-a:{}", "1".repeat(9000)), "1".repeat(9000)] {
        refused(unsigned_trailers.decode(&unsigned_trailers.with("x-a:23", &line)), too_long);
    }
    let fits = format!("x-a:{}", "1".repeat(8192 - "x-a:\r\nx-b:1\r\n\r\n".len()));
    assert!(unsigned_trailers.decode(&unsigned_trailers.with("x-a:23", &fits)).is_ok());
    refused(unsigned_trailers.decode(&unsigned_trailers.with("x-a:23", &format!("{fits}1"))), too_long);
}

/// The whole way: the request is verified, and then its body.
#[test]
fn from_a_verified_request() {
    let trailers = [("x-amz-checksum-crc32", "AAAAAA==")];
    let (signer, data) = (signer(), vec![7; 20_000]);
    let put = Request::new("PUT", "https://examplebucket.s3.amazonaws.com", "/key").expect("a request");
    for (body, trailers) in [
        (ChunkedBody::signed(20_000), &trailers[..0]),
        (ChunkedBody::signed(20_000).with_trailers(&[("x-amz-checksum-crc32", 8)]).expect("trailers"), &trailers),
        (ChunkedBody::unsigned(20_000), &trailers[..0]),
        (ChunkedBody::unsigned(20_000).with_trailers(&[("x-amz-checksum-crc32", 8)]).expect("trailers"), &trailers),
    ] {
        let signed = signer.sign_chunked(&put, &body, now()).expect("a signature");
        let headers: Vec<_> = signed.headers().collect();
        let verify = |headers: &[(&str, &str)]| {
            let host = "examplebucket.s3.amazonaws.com";
            let incoming = Request::received("PUT", host, "/key").expect("a request").with_headers(headers);
            let claim = Claim::parse(&incoming).expect("a claim");
            let verified = Verifier::new("us-east-1").verify(claim, &credentials(), now());
            verified.map(|verified| verified.chunks().expect("a framing"))
        };
        let decoder = verify(&headers).expect("a signature");
        let sent = framed(&signer, &put, &body, &data, trailers);
        let expected: Trailers = trailers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        assert_eq!(decode_by(decoder, sent.chunks(1000)), Ok((data.clone(), expected)));
        // The headers that say how it is framed are signed.
        let other = headers.iter().map(|(name, value)| match *name {
            "x-amz-decoded-content-length" => (*name, "20001"),
            name => (name, *value),
        });
        let other = other.collect::<Vec<_>>();
        assert_eq!(verify(&other).map(drop), Err(VerifyError::SignatureMismatch));
    }
    let signed = signer.sign(&put, PayloadHash::of(b"hello"), now()).expect("a signature");
    let headers: Vec<_> = signed.headers().collect();
    let incoming = Request::received("PUT", put.host(), "/key").expect("a request").with_headers(&headers);
    let claim = Claim::parse(&incoming).expect("a claim");
    let verified = Verifier::new("us-east-1").verify(claim, &credentials(), now()).expect("a signature");
    assert_eq!(verified.chunks().map(drop), Err(VerifyError::BodyNotChunked));
}

/// What the sender is told, by S3's codes.
#[test]
fn what_the_client_is_told() {
    let [signed, with_trailers, unsigned, _] = Received::short();
    let told = |result: Result<(Vec<u8>, Trailers), VerifyError>| {
        let message = result.expect_err("should be refused").client_message();
        (message.code(), message.status())
    };
    let cut = &signed.sent[..100];
    assert_eq!(told(signed.decode(cut)), ("IncompleteBody", 400));
    assert_eq!(told(signed.decode(&signed.with("hello", "hallo"))), ("SignatureDoesNotMatch", 403));
    assert_eq!(told(with_trailers.decode(&with_trailers.with("x-b:1", "x-b:2"))), ("SignatureDoesNotMatch", 403));
    assert_eq!(told(with_trailers.decode(&with_trailers.with("x-b:1", "x-c:1"))), ("MalformedTrailerError", 400));
    assert_eq!(told(unsigned.decode(b"3\r\nhel\r\n")), ("InvalidChunkSizeError", 403));
}

/// As boto3 sends it (botocore 1.43.11, `AwsChunkedWrapper`), and as minio-go does.
#[test]
fn as_other_clients_frame() {
    let data = b"hello".repeat(2000);
    let framing = ChunkFraming::new(PayloadHash::STREAMING_UNSIGNED_TRAILER, 10_000, "x-amz-checksum-crc32");
    let framing = framing.expect("a framing");
    for end in ["\r\n0\r\nx-amz-checksum-crc32:ugL+Yw==\r\n\r\n", "\r\n0\r\nx-amz-checksum-crc32:ugL+Yw==\n\r\n\r\n"] {
        let sent = [b"2000\r\n", &data[..8192], b"\r\n710\r\n", &data[8192..], end.as_bytes()].concat();
        let decoder = decoder(&framing, Signature::parse(&"0".repeat(64)).expect("digits"));
        let trailers = vec![("x-amz-checksum-crc32".to_owned(), "ugL+Yw==".to_owned())];
        assert_eq!(decode_by(decoder, sent.chunks(7)), Ok((data.clone(), trailers)));
    }
}

#[test]
fn how_a_body_is_announced() {
    let literals = [
        (PayloadHash::STREAMING, true, false),
        (PayloadHash::STREAMING_TRAILER, false, true),
        (PayloadHash::STREAMING_UNSIGNED_TRAILER, true, true),
    ];
    for (payload, without, with) in literals {
        assert_eq!(ChunkFraming::new(payload, 0, "").is_ok(), without, "{payload}");
        assert_eq!(ChunkFraming::new(payload, 0, " \t").is_ok(), without, "{payload}");
        assert_eq!(ChunkFraming::new(payload, 0, "x-amz-checksum-crc32").is_ok(), with, "{payload}");
    }
    refused(
        ChunkFraming::new(PayloadHash::STREAMING, 0, "x-a"),
        "the header x-amz-trailer names trailing headers, and x-amz-content-sha256 says that none follow",
    );
    refused(ChunkFraming::new(PayloadHash::STREAMING_TRAILER, 0, ""), "the header x-amz-trailer is missing");
    let sigv4a = PayloadHash::parse("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD").expect("a literal");
    for payload in [PayloadHash::EMPTY, PayloadHash::UNSIGNED, PayloadHash::of(b"x"), sigv4a] {
        refused(
            ChunkFraming::new(payload, 0, ""),
            "the body is not aws-chunked, or signed by another algorithm than AWS4-HMAC-SHA256",
        );
    }
    let names = |count: usize| (0..count).map(|i| format!("x-{i}")).collect::<Vec<_>>().join(", ");
    let unsigned = |trailer: &str| ChunkFraming::new(PayloadHash::STREAMING_UNSIGNED_TRAILER, 0, trailer);
    assert!(unsigned(&names(16)).is_ok());
    for trailer in [
        &names(17),
        "x-a,",
        ",",
        "x-a,,x-b",
        "x-a,X-A",
        "x a",
        "x-a:",
        "é",
        "x-amz-trailer-signature",
        "x-a,X-Amz-Trailer-Signature",
    ] {
        refused(unsigned(trailer), "the header x-amz-trailer is not well formed");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever `ChunkSigner` makes, and however it is cut, comes back.
    #[test]
    fn what_is_framed_is_read(
        data in proptest::collection::vec(any::<u8>(), 0..40_000),
        chunk_size in 8192..20_000_usize,
        signed in any::<bool>(),
        trailers in proptest::sample::subsequence(vec![("x-amz-checksum-crc32", "AAAAAA=="), ("X-b", ""), ("x-a-b", "c é")], 0..=3),
        cuts in proptest::collection::vec(1..10_000_usize, 1..20),
    ) {
        let announced: Vec<_> = trailers.iter().map(|(name, value)| (*name, value.len())).collect();
        let length = data.len() as u64;
        let body = if signed { ChunkedBody::signed(length) } else { ChunkedBody::unsigned(length) };
        let body = body.with_chunk_size(chunk_size).unwrap().with_trailers(&announced).unwrap();
        let received = Received::of(&body, &data, &trailers);
        let mut expected: Trailers =
            trailers.iter().map(|(name, value)| (name.to_ascii_lowercase(), (*value).to_owned())).collect();
        expected.sort();
        let (mut slices, mut rest) = (Vec::new(), &received.sent[..]);
        for cut in cuts.iter().cycle() {
            let (slice, later) = rest.split_at((*cut).min(rest.len()));
            slices.push(slice);
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
        let decoder = decoder(&received.framing, received.seed);
        prop_assert_eq!(decode_by(decoder, slices.into_iter()), Ok((data, expected)));
    }

    /// Text of any kind is refused or read, and never a panic.
    #[test]
    fn any_text_is_survived(
        text in "([0-9a-f]{1,17}(;chunk-signature=[0-9a-f]{64})?(\r\n|\n)?|[x-z]-[ab]:[ -~]{0,9}|\r\n|hello){0,12}",
        length in 0..20_u64,
        cut in 1..50_usize,
    ) {
        for (payload, names) in [
            (PayloadHash::STREAMING, ""),
            (PayloadHash::STREAMING_TRAILER, "x-a"),
            (PayloadHash::STREAMING_UNSIGNED_TRAILER, "x-a,x-b"),
        ] {
            let framing = ChunkFraming::new(payload, length, names).unwrap();
            let seed = Signature::parse(&"0".repeat(64)).unwrap();
            let at_once = decode_by(decoder(&framing, seed).with_min_chunk(0), [text.as_bytes()].into_iter());
            let cut = decode_by(decoder(&framing, seed).with_min_chunk(0), text.as_bytes().chunks(cut));
            prop_assert_eq!(at_once, cut);
        }
    }
}

struct Counting;

thread_local! {
    static ALLOCATED: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator; counting touches only a thread's own cell.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.set(ALLOCATED.get() + layout.size());
        // SAFETY: the caller's promises are handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are handed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocated(run: impl FnOnce()) -> usize {
    let before = ALLOCATED.get();
    run();
    ALLOCATED.get() - before
}

/// What is announced costs nothing; what is received costs what is held of it.
#[test]
fn memory_is_bounded_by_what_has_come() {
    let framing = |length: u64| ChunkFraming::new(PayloadHash::STREAMING, length, "").expect("a framing");
    let seed = Signature::parse(&"0".repeat(64)).expect("digits");
    let head = |length: u64| format!("{length:x};chunk-signature={}\r\n", "0".repeat(64));
    for (announced, length) in
        [(u64::MAX, 1 << 60), (1 << 60, 1 << 60), (u64::MAX, u64::MAX), (1 << 60, 1024 * 1024), (1 << 60, 8192)]
    {
        let mut decoder = decoder(&framing(announced), seed);
        let text = head(length);
        let bytes = allocated(|| {
            let result = decoder.feed(&mut text.as_bytes()).map(drop);
            assert_eq!(result.is_err(), length > 1024 * 1024);
        });
        assert!(bytes < 512, "{bytes} bytes for a length of {length}");
        // A few bytes of the chunk cost a few.
        if length <= 1024 * 1024 {
            let bytes = allocated(|| assert_eq!(decoder.feed(&mut &[0; 1000][..]).map(drop), Ok(())));
            assert!(bytes <= 2000, "{bytes} bytes");
        }
    }

    // One chunk after another: the memory of the first does for all.
    let data = vec![7; 512 * 1024];
    let received = Received::of(&ChunkedBody::signed(data.len() as u64), &data, &[]);
    for (length, most) in [(1000, 4 * 65_536), (70_000, 4 * 65_536), (received.sent.len(), 1024)] {
        let mut decoder = decoder(&received.framing, received.seed);
        let bytes = allocated(|| {
            for mut slice in received.sent.chunks(length) {
                while decoder.feed(&mut slice).expect("a right body").is_some() {}
            }
        });
        assert!(bytes <= most, "{bytes} bytes with slices of {length}");
        decoder.finish().expect("the whole");
    }

    // An unsigned body is not held at all.
    let received = Received::of(&ChunkedBody::unsigned(data.len() as u64), &data, &[]);
    let mut decoder = decoder(&received.framing, received.seed);
    let bytes = allocated(|| {
        for mut slice in received.sent.chunks(1000) {
            while decoder.feed(&mut slice).expect("a right body").is_some() {}
        }
    });
    assert!(bytes < 1024, "{bytes} bytes");
}
