//! What several tests share.
#![allow(dead_code, unused_imports, reason = "each test uses a part")]

mod incoming;

pub(crate) use incoming::Incoming;

use s3_sigv4::{Bucket, ChunkedBody, Credentials, Request, Signer, Timestamp};

pub(crate) const ACCESS_KEY: &str = "AKIAIOSFODNN7EXAMPLE";
pub(crate) const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// The instant of AWS's S3 examples.
pub(crate) fn now() -> Timestamp {
    at("20130524T000000Z")
}

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a timestamp")
}

pub(crate) fn credentials() -> Credentials {
    Credentials::new(ACCESS_KEY, SECRET_KEY).expect("AWS's example keys")
}

pub(crate) fn session() -> Credentials {
    Credentials::new("ASIAIOSFODNN7EXAMPLE", SECRET_KEY)
        .and_then(|credentials| credentials.with_session_token("IQoJb3JpZ2luX2VjEXAMPLE//token+="))
        .expect("AWS's example keys")
}

pub(crate) fn signer() -> Signer {
    Signer::new(credentials(), "us-east-1", now()).expect("a signer")
}

pub(crate) fn bucket() -> Bucket {
    Bucket::virtual_hosted("https://s3.amazonaws.com", "examplebucket").expect("AWS's example bucket")
}

pub(crate) fn request<'a>(path: &'a str) -> Request<'a> {
    Request::new("GET", "https://examplebucket.s3.amazonaws.com", path).expect("a request")
}

/// Frames a whole body, chunk by chunk.
pub(crate) fn framed(
    signer: &Signer,
    request: &Request<'_>,
    body: &ChunkedBody<'_>,
    data: &[u8],
    trailers: &[(&str, &str)],
) -> Vec<u8> {
    let mut chunks = signer.sign_chunked(request, body, now()).expect("a signature").into_chunks();
    let mut sent = Vec::new();
    for chunk in data.chunks(body.chunk_size() as usize) {
        assert_eq!(chunks.next_length(), chunk.len() as u64);
        sent.extend_from_slice(chunks.chunk(chunk).expect("the announced length").as_bytes());
        sent.extend_from_slice(chunk);
        sent.extend_from_slice(b"\r\n");
    }
    assert_eq!(chunks.next_length(), 0);
    sent.extend_from_slice(chunks.finish(trailers).expect("a whole body").as_bytes());
    sent
}
