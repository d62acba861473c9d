//! A second signer, written for clarity alone: strings, maps and sorted lists, straight from the words of AWS's
//! documents, for S3's rules and the general ones. The property tests hold the crate against it.

#![allow(dead_code, reason = "each test uses a part")]

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What is signed: all of it as the caller thinks of it, nothing encoded, names of headers in any case.
pub(crate) struct Case<'a> {
    pub(crate) method: &'a str,
    pub(crate) host: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) payload: String,
    pub(crate) s3: bool,
}

pub(crate) fn uri_encode(text: &str, encode_slash: bool) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte.into()),
            b'/' if !encode_slash => out.push('/'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

pub(crate) fn canonical_uri(path: &str, s3: bool) -> String {
    let path = if path.is_empty() { "/" } else { path };
    let encoded = uri_encode(path, false);
    if s3 {
        return encoded;
    }
    let mut segments: Vec<&str> = Vec::new();
    for segment in encoded.split('/') {
        if segment == ".." {
            segments.pop();
        } else if !segment.is_empty() && segment != "." {
            segments.push(segment);
        }
    }
    let slash = if encoded.ends_with('/') && !segments.is_empty() { "/" } else { "" };
    uri_encode(&format!("/{}{slash}", segments.join("/")), false)
}

pub(crate) fn canonical_query(query: &[(String, String)]) -> String {
    let mut encoded: Vec<(String, String)> =
        query.iter().map(|(name, value)| (uri_encode(name, true), uri_encode(value, true))).collect();
    encoded.sort();
    let pairs: Vec<String> = encoded.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// The header lines, and the names joined by semicolons.
pub(crate) fn canonical_headers(headers: &[(String, String)]) -> (String, String) {
    let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in headers {
        let words: Vec<&str> = value.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
        by_name.entry(name.to_ascii_lowercase()).or_default().push(words.join(" "));
    }
    let lines: String = by_name.iter().map(|(name, values)| format!("{name}:{}\n", values.join(","))).collect();
    let names: Vec<&str> = by_name.keys().map(String::as_str).collect();
    (lines, names.join(";"))
}

pub(crate) fn canonical_request(case: &Case<'_>) -> String {
    let (lines, names) = canonical_headers(&case.headers);
    let (uri, query) = (canonical_uri(case.path, case.s3), canonical_query(&case.query));
    format!("{}\n{uri}\n{query}\n{lines}\n{names}\n{}", case.method, case.payload)
}

pub(crate) fn string_to_sign(canonical_request: &str, instant: &str, scope: &str) -> String {
    format!("AWS4-HMAC-SHA256\n{instant}\n{scope}\n{}", hex::encode(Sha256::digest(canonical_request)))
}

pub(crate) fn signature(secret: &str, scope: &str, string_to_sign: &str) -> String {
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in scope.split('/') {
        key = hmac(&key, part);
    }
    hex::encode(hmac(&key, string_to_sign))
}

fn hmac(key: &[u8], message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any key");
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}
