//! Uploads by aws-chunked: AWS's documented examples byte for byte, and everything that can be wrong with a body.

mod naive;
mod util;

use proptest::prelude::*;
use s3_sigv4::{Bucket, ChunkedBody, Error, PayloadHash, Service, Signer};
use serde_json::Value;
use sha2::{Digest, Sha256};
use util::{ACCESS_KEY, SECRET_KEY, framed, now, request, session, signer};

#[test]
fn documented_examples() {
    let examples: Vec<Value> =
        serde_json::from_str(include_str!("vectors/documents/chunked.json")).expect("a list of examples");
    assert_eq!(examples.len(), 2);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    for example in &examples {
        let name = text(&example["name"]);
        let signed_by_us = ["host", "x-amz-date", "x-amz-content-sha256"];
        let pairs = |value: &Value| -> Vec<(String, String)> {
            let pairs = value.as_array().into_iter().flatten();
            pairs.map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
        };
        let (headers, trailers) = (pairs(&example["headers"]), pairs(&example["trailers"]));
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .filter(|(name, _)| !signed_by_us.contains(name))
            .collect();
        let trailers: Vec<_> = trailers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let announced: Vec<_> = trailers.iter().map(|(name, value)| (*name, value.len())).collect();
        let bucket = Bucket::path_style("https://s3.amazonaws.com", "examplebucket").expect("a bucket");
        let request = bucket.put("chunkObject.txt").expect("a request").with_headers(&headers);
        let data = [b'a'; 66_560];
        let body = ChunkedBody::signed(66_560).with_trailers(&announced).expect("trailers");
        assert_eq!(body.payload_hash().as_str(), example["payload_hash"], "{name}");
        assert_eq!(body.framed_length(), example["encoded_length"], "{name}");

        let signer = signer();
        let signed = signer.sign_chunked(&request, &body, now()).expect("a signature");
        assert_eq!(signed.signature().to_string(), example["signature"], "{name}");
        let authorization = text(&example["authorization"]).replace(',', ", ");
        assert_eq!(signed.authorization().replace(", ", ","), authorization.replace(", ", ","), "{name}");
        let sent = framed(&signer, &request, &body, &data, &trailers);
        assert_eq!(sent.len() as u64, example["encoded_length"], "{name}");
        assert_eq!(hex::encode(Sha256::digest(&sent)), example["encoded_sha256"], "{name}");
        let sent = String::from_utf8(sent).expect("ASCII");
        let signatures: Vec<_> = sent.split(";chunk-signature=").skip(1).map(|rest| &rest[..64]).collect();
        let expected: Vec<_> =
            example["chunks"].as_array().expect("chunks").iter().map(|c| text(&c["signature"])).collect();
        assert_eq!(signatures, expected, "{name}");
        let trailer = sent.split("x-amz-trailer-signature:").nth(1).map(|rest| &rest[..64]);
        assert_eq!(trailer, example["trailer_signature"].as_str(), "{name}");
        // The headers that the example has are those that we set, whether the caller had them before or not.
        let bare = bucket.put("chunkObject.txt").expect("a request").with_headers(&headers[headers.len() - 2..]);
        let bare = signer.sign_chunked(&bare, &body, now()).expect("a signature");
        for (name, value) in
            pairs(&example["headers"]).iter().filter(|(name, _)| name != "host" && name != "x-amz-storage-class")
        {
            assert!(bare.headers().any(|header| header == (&**name, &**value)), "{name}: {value}");
        }
    }
}

#[test]
fn an_unsigned_body_with_a_trailer() {
    let trailers = [("x-amz-checksum-crc32", 8)];
    let body = ChunkedBody::unsigned(10_000).with_chunk_size(8192).and_then(|body| body.with_trailers(&trailers));
    let body = body.expect("a body");
    assert_eq!(body.payload_hash(), PayloadHash::STREAMING_UNSIGNED_TRAILER);
    let data: Vec<u8> = (0..10_000_u32).map(|i| i as u8).collect();
    let sent = framed(&signer(), &request("/key"), &body, &data, &[("X-Amz-Checksum-CRC32", "AAAAAA==")]);
    let expected =
        [b"2000\r\n", &data[..8192], b"\r\n710\r\n", &data[8192..], b"\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"]
            .concat();
    assert_eq!(sent, expected);
    assert_eq!(body.framed_length(), expected.len() as u64);
}

#[test]
fn an_empty_body() {
    let body = ChunkedBody::signed(0);
    let sent = framed(&signer(), &request("/key"), &body, b"", &[]);
    assert_eq!(sent.len() as u64, body.framed_length());
    assert!(sent.starts_with(b"0;chunk-signature=") && sent.ends_with(b"\r\n\r\n"));
}

#[test]
fn headers_are_set_beside_what_the_caller_had() {
    let trailers = [("X-Amz-Checksum-SHA256", 44), ("x-custom", 1)];
    let body = ChunkedBody::signed(5).with_trailers(&trailers).expect("trailers");
    for (given, encoding) in [
        (&[][..], "aws-chunked"),
        (&[("Content-Encoding", "gzip")], "aws-chunked,gzip"),
        (&[("content-encoding", " br , gzip ")], "aws-chunked,br,gzip"),
        (&[("content-encoding", "br"), ("content-encoding", "gzip")], "aws-chunked,br,gzip"),
        (&[("content-encoding", "aws-chunked")], "aws-chunked"),
        (&[("content-encoding", "AWS-chunked, gzip "), ("x-amz-trailer", "stale")], "AWS-chunked, gzip"),
        (&[("content-encoding", "gzip,aws-chunked")], "aws-chunked,gzip"),
        (&[("Content-Length", "1"), ("x-amz-decoded-content-length", "2")], "aws-chunked"),
    ] {
        let (signer, request) = (signer(), request("/key").with_headers(given));
        let signed = signer.sign_chunked(&request, &body, now()).expect("a signature");
        let headers: Vec<_> = signed.headers().skip(3).collect();
        let length = body.framed_length().to_string();
        let expected = [
            ("content-encoding", encoding),
            ("content-length", &*length),
            ("x-amz-decoded-content-length", "5"),
            ("x-amz-trailer", "x-amz-checksum-sha256,x-custom"),
        ];
        assert_eq!(headers, expected, "{given:?}");
        let shown = format!("{signed:?}");
        assert!(shown.contains(&format!("{{\"content-encoding\": {encoding:?}, ")), "{shown}");
        // What is signed is what is sent: the same request with all of its headers, signed in the ordinary way.
        let mut all: Vec<(&str, &str)> = signed.headers().collect();
        if !given.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-length")) {
            all.retain(|(name, _)| *name != "content-length");
        }
        let again = util::request("/key").with_headers(&all);
        let again = signer.sign(&again, PayloadHash::STREAMING_TRAILER, now()).expect("a signature");
        assert_eq!(again.authorization(), signed.authorization(), "{given:?}");
    }
    let request =
        request("/key").with_headers(&[("content-encoding", "gzip")]).with_unsigned_headers(&["content-encoding"]);
    let signer = signer();
    let signed = signer.sign_chunked(&request, &body, now()).expect("a signature");
    assert!(!signed.authorization().contains("content-encoding"));
    assert!(signed.headers().any(|header| header == ("content-encoding", "aws-chunked,gzip")));
    let service = Service::S3.with_unsigned_headers(&["content-encoding", "x-amz-trailer"]);
    let signer = signer.with_service(service).expect("a signer");
    let signed = signer.sign_chunked(&util::request("/key"), &body, now()).expect("a signature");
    assert!(!signed.authorization().contains("content-encoding") && signed.authorization().contains("x-amz-trailer"));
}

#[test]
fn another_days_key_and_a_session() {
    let tomorrow = util::at("20130525T000000Z");
    let late = Signer::new(session(), "us-east-1", tomorrow).expect("a signer");
    let today = Signer::new(session(), "us-east-1", now()).expect("a signer");
    let body = ChunkedBody::signed(3);
    let [late, today] = [late, today].map(|signer| framed(&signer, &request("/key"), &body, b"abc", &[]));
    assert_eq!(late, today);
}

#[track_caller]
fn refused<T: core::fmt::Debug>(result: Result<T, Error>, message: &str) {
    assert_eq!(result.expect_err("should be refused").to_string(), message);
}

#[test]
fn as_many_trailers_as_can_be() {
    let names: Vec<_> = (0..17).map(|i| format!("x-{i}")).collect();
    let trailers: Vec<_> = names.iter().map(|name| (&**name, 1)).collect();
    assert!(ChunkedBody::signed(0).with_trailers(&trailers[..16]).is_ok());
    refused(
        ChunkedBody::signed(0).with_trailers(&trailers),
        "17 trailing headers are more than the 16 that a body may have",
    );
}

#[test]
fn bodies_that_are_not_as_announced() {
    let (signer, request) = (signer(), request("/key"));
    let start =
        |body: &ChunkedBody<'static>| signer.sign_chunked(&request, body, now()).expect("a signature").into_chunks();
    let (whole, small) = ([0; 65_536], [0; 8191]);

    let mut chunks = start(&ChunkedBody::signed(65_537));
    refused(chunks.chunk(&small), "the chunk has 8191 bytes where the announced body wants 65536");
    refused(chunks.chunk(&[]), "the chunk has 0 bytes where the announced body wants 65536");
    refused(chunks.finish(&[]), "the body ends after 0 bytes, and 65537 were announced");
    chunks.chunk(&whole).expect("as announced");
    refused(chunks.finish(&[]), "the body ends after 65536 bytes, and 65537 were announced");
    refused(chunks.chunk(&[1, 2]), "the chunk has 2 bytes where the announced body wants 1");
    chunks.chunk(&[1]).expect("as announced");
    refused(chunks.chunk(&[2]), "the body goes on after the 65537 bytes that were announced");
    refused(chunks.chunk(&[]), "the body goes on after the 65537 bytes that were announced");
    refused(chunks.finish(&[("x-a", "b")]), "the trailing header x-a was not announced");
    chunks.finish(&[]).expect("as announced");
    refused(chunks.finish(&[]), "the body goes on after the 65537 bytes that were announced");
    refused(chunks.chunk(&[]), "the body goes on after the 65537 bytes that were announced");

    let announced = [("x-amz-checksum-crc32c", 8), ("x-b", 1)];
    let mut chunks =
        start(&ChunkedBody::signed(0).with_trailers(&[("x-amz-checksum-crc32c", 8), ("x-b", 1)]).expect("trailers"));
    let crc = ("x-amz-checksum-crc32c", "sOO8/Q==");
    refused(chunks.finish(&[]), "the trailing header x-amz-checksum-crc32c was announced and is missing");
    refused(chunks.finish(&[crc]), "the trailing header x-b was announced and is missing");
    refused(chunks.finish(&[crc, ("x-b", "1"), crc]), "the trailing header x-amz-checksum-crc32c is there twice");
    refused(
        chunks.finish(&[crc, ("x-b", "12")]),
        "the value of the trailing header x-b has 2 bytes, and 1 were announced",
    );
    refused(chunks.finish(&[crc, ("X-B", "\n")]), "the value of header 1 (X-B) has a line feed at byte offset 0");
    let end = chunks.finish(&[("X-B", "1"), crc]).expect("as announced");
    let lines: Vec<_> = end.lines().map(|line| line.split([':', ';']).next().unwrap_or_default()).collect();
    assert_eq!(lines, ["0", "x-amz-checksum-crc32c", "x-b", "x-amz-trailer-signature", ""]);

    refused(
        ChunkedBody::signed(1).with_chunk_size(8191),
        "chunks are of 8191 bytes, and S3 takes 8192 to 5368709120, but for the last one",
    );
    let body = ChunkedBody::unsigned(1);
    refused(body.with_trailers(&[("", 1)]), "header 0 has an empty name");
    refused(body.with_trailers(&[("a b", 1)]), "the name of header 0 (a b) has a space at byte offset 1");
    refused(body.with_trailers(&[("a", 1), ("A", 1)]), "the trailing header A is there twice");
    let own = [("X-Amz-Trailer-Signature", 1)];
    refused(body.with_trailers(&own), "the trailing header X-Amz-Trailer-Signature is there twice");
    refused(body.with_trailers(&[("a", 1); 17]), "17 trailing headers are more than the 16 that a body may have");
    assert!(body.with_trailers(&announced).is_ok());
    let latin1: [(&str, &[u8]); 1] = [("content-encoding", b"\xe9")];
    let request = util::request("/").with_header_bytes(&latin1);
    refused(signer.sign_chunked(&request, &body, now()), "the value of header 0 (content-encoding) is not UTF-8");
}

#[test]
fn lengths_that_do_not_fit_are_not_wrapped_around() {
    assert_eq!(ChunkedBody::signed(u64::MAX).framed_length(), u64::MAX);
    let body = ChunkedBody::signed(1).with_trailers(&[("a", usize::MAX), ("b", usize::MAX)]).expect("trailers");
    assert_eq!(body.framed_length(), u64::MAX);
    let (signer, request) = (signer(), request("/"));
    let message = "the body is longer than anything that can be sent";
    refused(signer.sign_chunked(&request, &body, now()), message);
    refused(signer.sign_chunked(&request, &ChunkedBody::signed(u64::MAX - 5), now()), message);
    let largest = ChunkedBody::signed(10).with_chunk_size(5 * 1024 * 1024 * 1024).expect("what a part may have");
    assert_eq!(largest.framed_length(), 1 + 17 + 64 + 2 + 10 + 2 + 1 + 17 + 64 + 2 + 2);
    refused(
        ChunkedBody::signed(10).with_chunk_size(usize::MAX),
        "chunks are of 18446744073709551615 bytes, and S3 takes 8192 to 5368709120, but for the last one",
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Against the naive twin: what is sent is what was announced, and each signature is chained to the one before.
    #[test]
    fn framing_is_the_twins(
        data in proptest::collection::vec(any::<u8>(), 0..30_000),
        chunk_size in 8192..20_000_usize,
        signed in any::<bool>(),
        trailers in proptest::sample::subsequence(vec![("x-amz-checksum-crc32", "AAAAAA=="), ("x-b", ""), ("x-a-b", "c d")], 0..3),
    ) {
        let announced: Vec<_> = trailers.iter().map(|(name, value)| (*name, value.len())).collect();
        let length = data.len() as u64;
        let body = if signed { ChunkedBody::signed(length) } else { ChunkedBody::unsigned(length) };
        let body = body.with_chunk_size(chunk_size).unwrap().with_trailers(&announced).unwrap();
        let (signer, request) = (signer(), request("/key"));
        let sent = framed(&signer, &request, &body, &data, &trailers);
        prop_assert_eq!(sent.len() as u64, body.framed_length());

        let scope = "20130524/us-east-1/s3/aws4_request";
        let instant = "20130524T000000Z";
        let by = naive::Signing { access_key: ACCESS_KEY, secret: SECRET_KEY, token: None, scope, instant };
        let seed = signer.sign_chunked(&request, &body, now()).unwrap().signature().to_string();
        let expected = naive::framed(&by, signed.then_some(seed), (&data, chunk_size), &trailers);
        prop_assert_eq!(sent, expected);
    }
}

#[cfg(feature = "std")]
mod reader {
    use super::*;
    use s3_sigv4::ChunkedReader;
    use std::io::{self, Read};

    /// Gives a few bytes at a time, with every kind of interruption.
    struct Halting<'a> {
        data: &'a [u8],
        step: usize,
    }

    impl Read for Halting<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            self.step += 1;
            match self.step % 5 {
                1 => Err(io::ErrorKind::Interrupted.into()),
                3 => Err(io::ErrorKind::WouldBlock.into()),
                _ => {
                    let length = self.data.len().min(out.len()).min(1 + self.step % 3000);
                    let (now, later) = self.data.split_at(length);
                    out[..length].copy_from_slice(now);
                    self.data = later;
                    Ok(length)
                }
            }
        }
    }

    fn read_all(mut reader: impl Read) -> Result<Vec<u8>, io::Error> {
        let (mut sent, mut buffer, mut tries) = (Vec::new(), [0; 1000], 0);
        loop {
            tries += 1;
            assert!(tries < 10_000, "the reader never ends");
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(sent),
                Ok(length) => sent.extend_from_slice(&buffer[..length]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }

    #[test]
    fn frames_any_reader() {
        let data: Vec<u8> = (0..30_000_u32).map(|i| (i * 7) as u8).collect();
        let announced = [("x-a", 1)];
        for length in [0, 1, 8191, 8192, 8193, 16_384, 30_000] {
            let body =
                ChunkedBody::signed(length).with_chunk_size(8192).and_then(|body| body.with_trailers(&announced));
            let (signer, request, body) = (signer(), request("/key"), body.expect("a body"));
            let data = &data[..length as usize];
            let expected = framed(&signer, &request, &body, data, &[("x-a", "b")]);
            let chunks = || signer.sign_chunked(&request, &body, now()).expect("a signature").into_chunks();
            let reader = ChunkedReader::with_trailers(chunks(), Halting { data, step: 0 }, |inner, trailers| {
                assert!(inner.data.is_empty(), "the whole body has been read");
                trailers.push(("x-a".into(), "b".into()));
            });
            assert_eq!(read_all(reader).expect("a whole body"), expected, "{length} bytes");
        }
    }

    /// What the reader underneath says is handed on, but for an interruption.
    #[test]
    fn hands_on_what_the_reader_says() {
        struct Failing(io::ErrorKind);
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                let kind = core::mem::replace(&mut self.0, io::ErrorKind::BrokenPipe);
                Err(kind.into())
            }
        }
        let (signer, request) = (signer(), request("/key"));
        for (first, handed_on) in [
            (io::ErrorKind::UnexpectedEof, io::ErrorKind::UnexpectedEof),
            (io::ErrorKind::Interrupted, io::ErrorKind::BrokenPipe),
        ] {
            let chunks = signer.sign_chunked(&request, &ChunkedBody::signed(5), now()).expect("a signature");
            let mut reader = ChunkedReader::new(chunks.into_chunks(), Failing(first));
            assert_eq!(reader.read(&mut [0; 100]).expect_err("an error").kind(), handed_on);
        }
    }

    #[test]
    fn ends_in_an_error_rather_than_in_a_broken_upload() {
        let (signer, request) = (signer(), request("/key"));
        let announced = [("x-a", 1)];
        let data = [7; 20_000];
        for (body, error) in [
            (ChunkedBody::signed(20_001), "the body ends after 20000 bytes, and 20001 were announced"),
            (ChunkedBody::signed(70_000), "the body ends after 20000 bytes, and 70000 were announced"),
            (ChunkedBody::signed(19_999), "the body goes on after the 19999 bytes that were announced"),
            (ChunkedBody::signed(0), "the body goes on after the 0 bytes that were announced"),
            (
                ChunkedBody::signed(20_000).with_trailers(&announced).expect("a body"),
                "the trailing header x-a was announced and is missing",
            ),
        ] {
            let chunks = signer.sign_chunked(&request, &body, now()).expect("a signature").into_chunks();
            let mut reader = ChunkedReader::new(chunks, &data[..]);
            for _ in 0..2 {
                let found = read_all(&mut reader).expect_err("not the announced body");
                assert_eq!((found.kind(), found.to_string()), (io::ErrorKind::InvalidData, error.to_owned()));
            }
        }
    }
}
