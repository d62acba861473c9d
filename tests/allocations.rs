//! The hot path does not touch the heap: S3's rules, the day's key at hand, a caller's buffer of sufficient size.

mod util;

use core::time::Duration;
use s3_sigv4::{Claim, Credentials, PayloadHash, Request, Signer, SigningKey, Verifier, VerifyingKey};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use util::{Incoming, bucket, now, session, signer};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator; counting touches only a thread's own cell.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
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

fn allocations(run: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    run();
    ALLOCATIONS.get() - before
}

#[test]
fn presign_to_and_sign_to_allocate_nothing() {
    let (bucket, session) = (bucket(), Signer::new(session(), "us-east-1", now()).expect("a signer"));
    let headers = [("Content-Type", "image/jpeg"), ("x-amz-meta-a", " b   c "), ("x-amz-meta-a", "d")];
    let query = [("versionId", "a+b"), ("response-content-type", "image/jpeg")];
    let wire = "https://examplebucket.s3.amazonaws.com/a%20b/c?x=%2F&versionId=1";
    let requests: [Request<'_>; 4] = [
        bucket.get("test.txt").expect("a request"),
        bucket.put("2024/cat & dog é.jpg").expect("a request").with_headers(&headers),
        bucket.get("cat.jpg").expect("a request").with_query(&query),
        Request::from_url("GET", wire).expect("a request"),
    ];
    let mut out = String::with_capacity(4096);
    for signer in [signer(), session] {
        for request in &requests {
            out.clear();
            let count = allocations(|| {
                signer.presign_to(&mut out, request, Duration::from_secs(60), now()).expect("a link");
            });
            assert_eq!(count, 0, "presign_to: {request:?}");
            out.clear();
            let count = allocations(|| {
                signer.sign_to(&mut out, request, PayloadHash::of(b"body"), now()).expect("a signature");
            });
            assert_eq!(count, 0, "sign_to: {request:?}");
        }
    }
    counting_works();
}

#[test]
fn verifying_with_the_days_key_allocates_nothing() {
    let (verifier, key) = (Verifier::new("us-east-1"), signer().key().clone());
    let other = SigningKey::from_bytes([0; 32], key.scope().clone());
    let (bucket, signer) = (bucket(), signer());
    let headers = [("Content-Type", "image/jpeg"), ("x-amz-meta-a", " b   c "), ("x-amz-meta-a", "d")];
    let request = bucket.put("2024/cat & dog é.jpg").expect("a request").with_headers(&headers);
    let request = request.with_query(&[("versionId", "a+b"), ("b", "")]);
    let session = Signer::new(session(), "us-east-1", now()).expect("a signer");
    for incoming in [
        Incoming::link(&signer.presign(&request, Duration::from_secs(60), now()).expect("a link")),
        Incoming::signed(&request, &headers, &signer.sign(&request, PayloadHash::EMPTY, now()).expect("a signature")),
        Incoming::link(&session.presign(&request, Duration::from_secs(60), now()).expect("a link")),
    ] {
        let headers: Vec<_> = incoming.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let host = std::str::from_utf8(&incoming.headers[0].1).expect("the host");
        let verify = |key: Option<&SigningKey>| {
            let request = Request::received(&incoming.method, host, &incoming.target).expect("a request");
            let claim = Claim::parse(&request.with_header_bytes(&headers)).expect("a claim");
            let mut key = VerifyingKey::from(key);
            if incoming.target.contains("Security-Token") {
                key = key.with_session_token("IQoJb3JpZ2luX2VjEXAMPLE//token+=");
            }
            verifier.verify(claim, key, now()).map(|verified| verified.check_body(b""))
        };
        for (key, verified) in [(Some(&key), true), (Some(&other), false), (None, false)] {
            let count = allocations(|| assert_eq!(verify(key).is_ok(), verified, "{incoming:?}"));
            assert_eq!(count, 0, "{incoming:?}");
        }
        // By credentials a key is derived, and for an unknown access key id in the same way.
        let wrong = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEZ").ok();
        let by_credentials = |credentials: Option<&Credentials>| {
            let request = Request::received(&incoming.method, host, &incoming.target).expect("a request");
            let claim = Claim::parse(&request.with_header_bytes(&headers)).expect("a claim");
            allocations(|| assert!(verifier.verify(claim, credentials, now()).is_err()))
        };
        if incoming.target.contains("Security-Token") {
            continue;
        }
        assert_eq!(by_credentials(None), by_credentials(wrong.as_ref()), "{incoming:?}");
        assert!(by_credentials(None) > 0);
    }
    counting_works();
}

fn counting_works() {
    assert_eq!(allocations(|| drop(std::hint::black_box(Box::new(1)))), 1, "the allocator does count");
}
