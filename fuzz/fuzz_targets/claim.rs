//! Any bytes as a received request are refused, for nobody signed them: never a panic, little memory.
#![no_main]

#[path = "../shared.rs"]
mod shared;

use libfuzzer_sys::fuzz_target;
use s3_sigv4::{Claim, PayloadHash, Request, SigningKey, Verifier};
use shared::{HOST, Head, bounded, service, signer};

fuzz_target!(|input: (bool, &[u8])| {
    let (s3, text) = input;
    let (head, verifier) = (Head::of(text), Verifier::new("us-east-1").with_service(service(s3)));
    // A key that signed nothing, for the day and the place of the examples.
    let (key, headers) = (SigningKey::from_bytes([1; 32], signer(s3).key().scope().clone()), head.bytes());
    bounded(text.len(), (4, 4096), || {
        let request = Request::received(&head.method, HOST, &head.target);
        let claim = request.and_then(|request| Claim::parse(&request.with_header_bytes(&headers)));
        let Ok(claim) = claim else { return };
        let _ = (format!("{claim:?}"), claim.session_token());
        let _ = verifier.canonical_request(&claim).map(|canonical| canonical.sha256());
        let refused = verifier.verify(claim.clone().with_payload(PayloadHash::EMPTY), &key, claim.dated());
        assert!(refused.is_err(), "{refused:?}");
    });
    let http = http::Request::builder().method(&*head.method).uri(&*head.target);
    let http = headers.iter().fold(http, |http, (name, value)| http.header(*name, *value)).body(());
    let _ = http.map(|http| Claim::parse_http(&http).map(|claim| claim.is_link()));
});
