//! Any bytes as a server's error body: an explanation in printable text of bounded length, with little memory.
#![no_main]

#[path = "../shared.rs"]
mod shared;

use libfuzzer_sys::fuzz_target;
use s3_sigv4::{ErrorResponse, PayloadHash};
use shared::util::{now, request};
use shared::{bounded, signer};

fuzz_target!(|input: (u16, &[u8])| {
    let (status, body) = input;
    let request = request("/2024/cat & dog.jpg").with_query(&[("versionId", "1")]);
    let (signer, request) = (signer(true), request.with_headers(&[("x-amz-meta-name", "é b")]));
    let canonical = signer.canonical_request(&request, PayloadHash::EMPTY, now()).unwrap();
    let text = bounded(body.len(), (16, 65_536), || {
        let answer = ErrorResponse::new(body).with_status(status);
        format!("{:#}\n{:#}", answer.explain(&canonical), answer.explain_alone())
    });
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()) && text.len() < 16_384, "{text}");
});
