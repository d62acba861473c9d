//! `http::Request` signed in place.
#![cfg(feature = "http")]

mod util;

use http::header::{HOST, HeaderValue};
use s3_sigv4::{ChunkedBody, Claim, Error, Part, PayloadHash, Service, Signer, StringToSign, Verifier, VerifyError};
use util::{at, credentials, now, session, signer};

fn signed(mut request: http::Request<()>) -> http::Request<()> {
    signer().sign_http(&mut request, PayloadHash::EMPTY, now()).expect("a signature");
    request
}

fn authorization(request: &http::Request<()>) -> &str {
    request.headers()["authorization"].to_str().expect("ASCII")
}

#[test]
fn the_uri_is_signed_as_it_stands() {
    for (uri, raw, query) in [
        ("https://example.com", "/", &[][..]),
        ("https://example.com/a%20b//c/../d%2Be?x=%2F&y", "/a b//c/../d+e", &[("x", "/"), ("y", "")]),
        ("https://example.com:443/%7Ecat", "/~cat", &[]),
        ("https://example.com/%C3%A9?", "/é", &[]),
    ] {
        let request = signed(http::Request::get(uri).body(()).expect("a request"));
        let expected = s3_sigv4::Request::new("GET", "https://example.com", raw).expect("a request").with_query(query);
        let signer = signer();
        let expected = signer.sign(&expected, PayloadHash::EMPTY, now()).expect("a signature");
        assert_eq!(authorization(&request), expected.authorization(), "{uri}");
        assert_eq!(request.uri(), uri, "the URI is left alone");
    }
}

#[test]
fn the_host_header_goes_before_the_uri() {
    let by_uri = signed(http::Request::get("https://example.com/a").body(()).expect("a request"));
    let by_header = signed(http::Request::get("/a").header(HOST, "example.com").body(()).expect("a request"));
    let both =
        signed(http::Request::get("http://127.0.0.1:80/a").header(HOST, "example.com").body(()).expect("a request"));
    assert_eq!(authorization(&by_uri), authorization(&by_header));
    assert_eq!(authorization(&by_uri), authorization(&both));
    assert!(by_uri.headers().get(HOST).is_none(), "clients set it by themselves");
    let other = signed(http::Request::get("https://example.com:8443/a").body(()).expect("a request"));
    assert_ne!(authorization(&by_uri), authorization(&other));
}

#[test]
fn signing_again_replaces_what_signing_added() {
    let fresh = || http::Request::put("https://example.com/a").header("x-amz-meta-a", "b").header("x-amz-meta-a", "c");
    let mut request = fresh().body(()).expect("a request");
    // A session's signature first, long ago, then one with long-lived keys: the token must go as well.
    let session = Signer::new(session(), "us-east-1", now()).expect("a signer");
    session.sign_http(&mut request, PayloadHash::UNSIGNED, at("20130101T000000Z")).expect("a signature");
    assert!(request.headers().contains_key("x-amz-security-token"));
    let request = signed(request);
    let expected = signed(fresh().body(()).expect("a request"));
    assert_eq!(request.headers(), expected.headers());
    assert_eq!(request.headers().get_all("x-amz-meta-a").iter().count(), 2);
}

#[test]
fn the_token_of_an_s3_express_session_stays_where_only_the_request_has_it() {
    let express = |credentials| Signer::for_service(credentials, Service::S3_EXPRESS, "us-west-2", now());
    let (with, without) = (express(session()).expect("a signer"), express(credentials()).expect("a signer"));
    let mut request = http::Request::get("https://example.com/a").body(()).expect("a request");
    with.sign_http(&mut request, PayloadHash::EMPTY, now()).expect("a signature");
    assert!(request.headers()["x-amz-s3session-token"].is_sensitive());
    assert!(!request.headers().contains_key("x-amz-security-token"));
    let token = request.headers()["x-amz-s3session-token"].clone();
    without.sign_http(&mut request, PayloadHash::EMPTY, now()).expect("a signature");
    assert_eq!(request.headers()["x-amz-s3session-token"], token);
    assert!(authorization(&request).contains(";x-amz-s3session-token, "));
    // One that signs otherwise takes it off.
    let request = signed(request);
    assert!(!request.headers().contains_key("x-amz-s3session-token"));
}

#[test]
fn by_the_general_rules_a_content_sha256_is_the_callers_own() {
    let hash = PayloadHash::of(b"body");
    let request = || http::Request::put("https://example.com/a").header("x-amz-content-sha256", hash.as_str());
    let mut request = request().body(()).expect("a request");
    let aoss = signer().with_service(Service::new("aoss").expect("a service")).expect("a signer");
    aoss.sign_http(&mut request, hash, now()).expect("a signature");
    assert_eq!(request.headers()["x-amz-content-sha256"], hash.as_str());
    assert!(authorization(&request).contains("SignedHeaders=host;x-amz-content-sha256;x-amz-date,"));
    let error = aoss.sign_http(&mut request, PayloadHash::EMPTY, now()).expect_err("another hash");
    assert_eq!(error, Error::PayloadHashConflict);
}

#[test]
fn the_port_of_plain_http_is_dropped() {
    let with = signed(http::Request::get("http://example.com:80/a").body(()).expect("a request"));
    let without = signed(http::Request::get("http://example.com/a").body(()).expect("a request"));
    assert_eq!(authorization(&with), authorization(&without));
}

#[test]
fn secrets_are_marked_and_other_bytes_are_signed_as_they_are() {
    let session = Signer::new(session(), "us-east-1", now()).expect("a signer");
    let latin1 = HeaderValue::from_bytes(b"caf\xe9").expect("a value");
    let mut request =
        http::Request::get("https://example.com/").header("x-amz-meta-name", latin1).body(()).expect("a request");
    session.sign_http(&mut request, PayloadHash::EMPTY, now()).expect("a signature");
    assert!(request.headers()["authorization"].is_sensitive());
    assert!(request.headers()["x-amz-security-token"].is_sensitive());
    assert!(!request.headers()["x-amz-date"].is_sensitive());
    let headers: [(&str, &[u8]); 1] = [("x-amz-meta-name", b"caf\xe9")];
    let view = s3_sigv4::Request::new("GET", "https://example.com", "/").expect("a request");
    let expected = session.sign(&view.with_header_bytes(&headers), PayloadHash::EMPTY, now()).expect("a signature");
    assert_eq!(authorization(&request), expected.authorization());
}

#[test]
fn a_request_with_a_chunked_body_is_signed_as_by_sign_chunked() {
    let (data, trailers) = ([b'a'; 70_000], [("x-amz-checksum-crc32", 8)]);
    let body = ChunkedBody::signed(70_000).with_trailers(&trailers).expect("a body");
    let signer = Signer::new(session(), "us-east-1", now()).expect("a signer");
    let latin1 = HeaderValue::from_bytes(b"caf\xe9").expect("a value");
    for (encodings, coded) in [(&[][..], "aws-chunked"), (&["gzip", "br"][..], "aws-chunked,gzip,br")] {
        let mut request = http::Request::put("http://127.0.0.1:9000/bucket/a%20b?x")
            .header("x-amz-meta-name", &latin1)
            .header("content-length", "1")
            .header("x-amz-decoded-content-length", "1");
        let mut headers: Vec<(&str, &[u8])> = vec![("x-amz-meta-name", b"caf\xe9"), ("content-length", b"1")];
        for encoding in encodings {
            request = request.header("content-encoding", *encoding);
            headers.push(("content-encoding", encoding.as_bytes()));
        }
        let mut request = request.body(()).expect("a request");
        // What an earlier attempt left is replaced.
        signer.sign_http(&mut request, PayloadHash::UNSIGNED, at("20130101T000000Z")).expect("a signature");
        let mut chunks = signer.sign_http_chunked(&mut request, &body, now()).expect("a signature");

        let view = s3_sigv4::Request::from_url("PUT", "http://127.0.0.1:9000/bucket/a%20b?x").expect("a request");
        let expected = signer.sign_chunked(&view.with_header_bytes(&headers), &body, now()).expect("a signature");
        for (name, value) in expected.headers() {
            let found: Vec<_> = request.headers().get_all(name).iter().collect();
            assert_eq!(found, [value], "{name}");
        }
        assert_eq!(request.headers()["content-encoding"], coded);
        assert_eq!(request.headers()["content-length"], body.framed_length().to_string());
        assert!(request.headers()["x-amz-security-token"].is_sensitive());
        assert_eq!(chunks.signature(), expected.signature());

        let credentials = session();
        let claim = Claim::parse_http(&request).expect("a claim");
        let verified = Verifier::new("us-east-1").verify(claim, &credentials, now()).expect("it verifies");
        let (mut decoder, mut decoded) = (verified.chunks().expect("a decoder"), Vec::new());
        let mut framed = Vec::new();
        for piece in data.chunks(65_536) {
            framed.extend_from_slice(chunks.chunk(piece).expect("a head").as_bytes());
            framed.extend_from_slice(piece);
            framed.extend_from_slice(b"\r\n");
        }
        framed.extend_from_slice(chunks.finish(&[("x-amz-checksum-crc32", "AAAAAA==")]).expect("an end").as_bytes());
        let mut input = &framed[..];
        while let Some(piece) = decoder.feed(&mut input).expect("a chunk") {
            decoded.extend_from_slice(piece);
        }
        assert_eq!(decoded, data);
        assert_eq!(decoder.finish().expect("all of it")[0].1, "AAAAAA==");
    }
}

#[test]
fn a_request_that_cannot_be_signed_for_chunks_is_left_alone() {
    let (signer, body) = (signer(), ChunkedBody::signed(1));
    let mut request = http::Request::put("/a").header("x-amz-date", "20130101T000000Z").body(()).expect("a request");
    let before = request.headers().clone();
    let error = signer.sign_http_chunked(&mut request, &body, now()).expect_err("no host");
    assert_eq!(error, Error::HostMissing);
    let mut odd = http::Request::get("/a").header("host", &b"caf\xe9.example"[..]).body(()).expect("a request");
    let error = signer.sign_http(&mut odd, PayloadHash::EMPTY, now()).expect_err("no host");
    assert_eq!(error.to_string(), "the host has a byte outside ASCII (0xe9) at byte offset 3");
    assert_eq!(*request.headers(), before);
}

#[test]
fn what_is_signed_is_verified() {
    let verifier = Verifier::new("us-east-1");
    for (uri, host) in [
        ("https://example.com/a%20b//c/../d%2Be?x=%2F&y", None),
        ("/a%7Eb?acl", Some("example.com:8080")),
        ("https://example.com:8443/", Some("example.com:8443")),
    ] {
        let mut request = http::Request::put(uri).header("x-amz-meta-a", "b").header("X-Amz-Meta-A", "c");
        if let Some(host) = host {
            request = request.header(HOST, host);
        }
        let mut request = request.body(()).expect("a request");
        let signer = Signer::new(session(), "us-east-1", now()).expect("a signer");
        signer.sign_http(&mut request, PayloadHash::of(b"body"), now()).expect("a signature");
        let verify = |request: &http::Request<()>| {
            let claim = Claim::parse_http(request)?;
            verifier.verify(claim, &session(), now())?.check_body(b"body")
        };
        assert_eq!(verify(&request), Ok(()), "{uri}");
        let claim = Claim::parse_http(&request).expect("a claim");
        let canonical = verifier.canonical_request(&claim).expect("a canonical request");
        let signature = signer.key().sign(&StringToSign::new(&canonical)).expect("its scope").to_string();
        assert!(authorization(&request).ends_with(&format!("Signature={signature}")), "{uri}");

        let mut tampered = request.clone();
        tampered.headers_mut().insert("x-amz-acl", HeaderValue::from_static("public-read"));
        assert!(matches!(verify(&tampered), Err(VerifyError::HeaderNotSigned { .. })), "{uri}");
        let mut tampered = request.clone();
        tampered.headers_mut().append("x-amz-meta-a", HeaderValue::from_static("d"));
        assert_eq!(verify(&tampered), Err(VerifyError::SignatureMismatch), "{uri}");
        let mut tampered = request.clone();
        *tampered.method_mut() = http::Method::DELETE;
        assert_eq!(verify(&tampered), Err(VerifyError::SignatureMismatch), "{uri}");
        let mut tampered = request.clone();
        tampered.headers_mut().insert(HOST, HeaderValue::from_static("example.org"));
        let refused =
            if host == Some("example.com:8080") { VerifyError::SignatureMismatch } else { VerifyError::HostConflict };
        assert_eq!(verify(&tampered), Err(refused), "{uri}");

        let (parts, ()) = request.into_parts();
        let claim = Claim::parse_http_parts(&parts).expect("a claim");
        assert_eq!(claim.access_key_id(), "ASIAIOSFODNN7EXAMPLE");
        assert!(verifier.verify(claim, &session(), now()).is_ok(), "{uri}");
    }
    let nowhere = http::Request::get("/a").body(()).expect("a request");
    let refused = Claim::parse_http(&nowhere).map(drop);
    assert_eq!(refused, Err(VerifyError::Missing { part: Part::Host }));
    let bytes = HeaderValue::from_bytes(b"\xff").expect("a value");
    let odd = http::Request::get("/a").header(HOST, bytes).body(()).expect("a request");
    let refused = Claim::parse_http(&odd).map(drop);
    assert_eq!(refused, Err(VerifyError::Malformed { part: Part::Host }));
}
