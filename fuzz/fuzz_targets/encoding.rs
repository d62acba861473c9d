//! What is encoded and read back is what it was: a path, and the names and values of a query.
#![no_main]

#[path = "../shared.rs"]
mod shared;

use libfuzzer_sys::fuzz_target;
use s3_sigv4::Request;
use shared::{Head, ORIGIN, decoded};

fuzz_target!(|text: &str| {
    let head = Head::of(text.as_bytes());
    let (path, query) = head.path_and_query();
    let Ok(request) = Request::new("GET", ORIGIN, path) else { return };
    let url = request.with_query(&query).url().to_string();
    let again = Request::from_url("GET", &url).expect("what was encoded is a URL");
    assert_eq!(again.url().to_string(), url);
    let (sent_path, sent_query) = url[ORIGIN.len()..].split_once('?').unwrap_or((&url[ORIGIN.len()..], ""));
    assert_eq!(decoded(sent_path), if path.is_empty() { b"/" } else { path.as_bytes() });
    let mut sent: Vec<_> = shared::pairs(sent_query, '&').iter().map(|(n, v)| (decoded(n), decoded(v))).collect();
    let mut given: Vec<_> = query.iter().map(|(n, v)| (n.as_bytes().to_vec(), v.as_bytes().to_vec())).collect();
    sent.sort();
    given.sort();
    assert_eq!(sent, given);
});
