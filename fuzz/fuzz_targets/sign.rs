//! Any request at all is signed or refused: it never panics, and of what is refused nothing is written.
#![no_main]

#[path = "../shared.rs"]
mod shared;

use core::time::Duration;
use libfuzzer_sys::fuzz_target;
use s3_sigv4::{PayloadHash, Request};
use shared::{Head, ORIGIN, bounded, signer, util::now};

fuzz_target!(|input: (bool, u32, &[u8])| {
    let (s3, seconds, text) = input;
    let (head, signer) = (Head::of(text), signer(s3));
    let ((path, query), headers) = (head.path_and_query(), head.bytes());
    for request in [Request::new(&head.method, ORIGIN, path), Request::from_url(&head.method, &head.target)] {
        let Ok(request) = request.map(|request| request.with_query(&query).with_header_bytes(&headers)) else {
            continue;
        };
        let (mut link, mut lines) = (String::new(), String::new());
        let lifetime = Duration::from_secs(seconds.into());
        // A byte may become nine of a path (U+FFFD), and fifteen where that is encoded again.
        bounded(text.len(), (96, 8192), || {
            assert_eq!(signer.presign_to(&mut link, &request, lifetime, now()).is_err(), link.is_empty());
            assert_eq!(signer.sign_to(&mut lines, &request, PayloadHash::EMPTY, now()).is_err(), lines.is_empty());
        });
        assert!(!link.contains(|c: char| c.is_ascii_control()) && link.is_ascii(), "{link:?}");
    }
});
