//! A request is signed as the naive twin signs it, in the header and in the query.
#![no_main]

#[path = "../shared.rs"]
mod shared;

use core::time::Duration;
use libfuzzer_sys::fuzz_target;
use s3_sigv4::{PayloadHash, Request, Signer, Timestamp};
use shared::naive::{Case, Signing};
use shared::util::{ACCESS_KEY, SECRET_KEY, credentials};
use shared::{HOST, Head, ORIGIN, owned, service};

fuzz_target!(|input: (bool, u32, u32, &[u8])| {
    let (s3, unix, expires, text) = input;
    let (now, expires, head) = (Timestamp::from_unix(unix.into()).unwrap(), expires % 604_800 + 1, Head::of(text));
    let ((path, query), headers) = (head.path_and_query(), head.plain_texts());
    let Ok(request) = Request::new(&head.method, ORIGIN, path) else { return };
    let request = request.with_query(&query).with_headers(&headers).allow_dot_segments();
    let signer = Signer::for_service(credentials(), service(s3), "us-east-1", now).unwrap();

    let scope = format!("{}/us-east-1/{}/aws4_request", now.day(), service(s3).name());
    let by = Signing { access_key: ACCESS_KEY, secret: SECRET_KEY, token: None, scope: &scope, instant: now.as_str() };
    let of = |payload: &str| {
        let (query, headers, payload) = (owned(&query), owned(&headers), payload.into());
        Case { method: &head.method, host: HOST, path, query, headers, payload, s3 }
    };
    let empty = PayloadHash::EMPTY.to_string();
    if let Ok(signed) = signer.sign(&request, PayloadHash::EMPTY, now) {
        assert_eq!(signed.signature().to_string(), of(&empty).signed(&by)[2]);
    }
    if let Ok(link) = signer.presign(&request, Duration::from_secs(expires.into()), now) {
        assert_eq!(link.url(), of(if s3 { "UNSIGNED-PAYLOAD" } else { &empty }).link(&by, expires.into())[1]);
    }
});
