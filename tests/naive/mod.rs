//! A second signer, written for clarity alone: strings, maps and sorted lists, straight from the words of AWS's
//! documents, for S3's rules and the general ones. The property tests hold the crate against it.

#![allow(dead_code, reason = "each test uses a part")]

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// By whom, where and when it is signed.
pub(crate) struct Signing<'a> {
    pub(crate) access_key: &'a str,
    pub(crate) secret: &'a str,
    pub(crate) token: Option<&'a str>,
    pub(crate) scope: &'a str,
    pub(crate) instant: &'a str,
}

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

impl Case<'_> {
    /// The canonical request, the string to sign and the signature of a request that is signed in its header.
    pub(crate) fn signed(mut self, by: &Signing<'_>) -> [String; 3] {
        self.headers.push(("host".into(), self.host.into()));
        self.headers.push(("x-amz-date".into(), by.instant.into()));
        if self.s3 {
            self.headers.push(("x-amz-content-sha256".into(), self.payload.clone()));
        }
        if let Some(token) = by.token {
            self.headers.push(("x-amz-security-token".into(), token.into()));
        }
        let canonical = canonical_request(&self);
        let text = string_to_sign(&canonical, by.instant, by.scope);
        let signature = signature(by.secret, by.scope, &text);
        [canonical, text, signature]
    }

    /// The canonical request of a link, and the link.
    pub(crate) fn link(mut self, by: &Signing<'_>, expires: u64) -> [String; 2] {
        self.headers.push(("host".into(), self.host.into()));
        self.query.push(("X-Amz-Algorithm".into(), "AWS4-HMAC-SHA256".into()));
        self.query.push(("X-Amz-Credential".into(), format!("{}/{}", by.access_key, by.scope)));
        self.query.push(("X-Amz-Date".into(), by.instant.into()));
        self.query.push(("X-Amz-Expires".into(), expires.to_string()));
        self.query.push(("X-Amz-SignedHeaders".into(), canonical_headers(&self.headers).1));
        if let Some(token) = by.token {
            self.query.push(("X-Amz-Security-Token".into(), token.into()));
        }
        let canonical = canonical_request(&self);
        let signature = signature(by.secret, by.scope, &string_to_sign(&canonical, by.instant, by.scope));
        // The path is sent encoded once, whatever the service.
        let sent = uri_encode(if self.path.is_empty() { "/" } else { self.path }, false);
        let query = canonical_query(&self.query);
        let url = format!("https://{}{sent}?{query}&X-Amz-Signature={signature}", self.host);
        [canonical, url]
    }
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
    if s3 { encoded } else { uri_encode(&normalized(&encoded), false) }
}

fn normalized(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        if segment == ".." {
            segments.pop();
        } else if !segment.is_empty() && segment != "." {
            segments.push(segment);
        }
    }
    let slash = if path.ends_with('/') && !segments.is_empty() { "/" } else { "" };
    format!("/{}{slash}", segments.join("/"))
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

/// An aws-chunked body as it is sent: each chunk, the empty last one and the trailing headers, signed one after the other
/// from the request's own signature on, or not at all.
pub(crate) fn framed(
    by: &Signing<'_>,
    mut previous: Option<String>,
    (data, chunk_size): (&[u8], usize),
    trailers: &[(&str, &str)],
) -> Vec<u8> {
    let mut sign = |algorithm: &str, empty: &str, hashed: &[u8]| {
        let (hash, seed) = (hex::encode(Sha256::digest(hashed)), previous.as_ref()?);
        let text = format!("{algorithm}\n{}\n{}\n{seed}\n{empty}{hash}", by.instant, by.scope);
        previous = Some(signature(by.secret, by.scope, &text));
        previous.clone()
    };
    let empty = format!("{}\n", hex::encode(Sha256::digest(b"")));
    let mut sent = Vec::new();
    for chunk in data.chunks(chunk_size).chain([&[][..]]) {
        sent.extend(format!("{:x}", chunk.len()).bytes());
        if let Some(signature) = sign("AWS4-HMAC-SHA256-PAYLOAD", &empty, chunk) {
            sent.extend(format!(";chunk-signature={signature}").bytes());
        }
        sent.extend(b"\r\n");
        sent.extend(chunk);
        if !chunk.is_empty() {
            sent.extend(b"\r\n");
        }
    }
    let mut sorted = trailers.to_vec();
    sorted.sort_unstable();
    let lines: String = sorted.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    sent.extend(lines.replace('\n', "\r\n").bytes());
    let signed = Some(&lines).filter(|_| !trailers.is_empty());
    if let Some(signature) = signed.and_then(|lines| sign("AWS4-HMAC-SHA256-TRAILER", "", lines.as_bytes())) {
        sent.extend(format!("x-amz-trailer-signature:{signature}\r\n").bytes());
    }
    sent.extend(b"\r\n");
    sent
}

fn hmac(key: &[u8], message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any key");
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// What a received request says: two requests that say the same are signed alike, and others are not.
#[derive(Debug, PartialEq)]
pub(crate) struct Meaning {
    method: String,
    /// By S3's rules its bytes, a slash as it stands being another thing than an encoded one; by the general rules the
    /// text, without dot segments and empty ones.
    path: Vec<(bool, u8)>,
    query: Vec<(Vec<u8>, Vec<u8>)>,
    /// The signed headers that are there, and whether others have to be refused.
    headers: BTreeMap<String, Vec<Vec<u8>>>,
    refused: bool,
    authorization: Vec<String>,
}

/// Reads `signed` headers alone, beside `Authorization`.
pub(crate) fn meaning(
    method: &str,
    target: &str,
    headers: &[(String, Vec<u8>)],
    (signed, s3): (&[&str], bool),
) -> Meaning {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut pairs: Vec<_> = query.split('&').filter(|_| !query.is_empty()).map(pair).collect();
    pairs.sort();
    let mut by_name: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    let (mut authorization, mut refused) = (
        Vec::new(),
        s3 && path.contains('+')
            || target.contains(|c: char| c == '#' || c.is_ascii_control())
            || !path.starts_with('/'),
    );
    for (name, value) in headers {
        let name = name.to_ascii_lowercase();
        let words: Vec<&[u8]> =
            value.split(|byte| [b' ', b'\t'].contains(byte)).filter(|word| !word.is_empty()).collect();
        if name == "authorization" {
            authorization.extend(components(&String::from_utf8_lossy(value)));
        } else if signed.contains(&&*name) {
            by_name.entry(name).or_default().push(words.join(&b' '));
        } else {
            refused |= name.starts_with("x-amz-") || name.starts_with("content-");
        }
    }
    let path =
        if s3 { decode(path, false).collect() } else { normalized(path).bytes().map(|byte| (false, byte)).collect() };
    Meaning { method: method.into(), path, query: pairs, headers: by_name, refused, authorization }
}

fn pair(text: &str) -> (Vec<u8>, Vec<u8>) {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    let bytes = |text| decode(text, true).map(|(_, byte)| byte).collect();
    (bytes(name), bytes(value))
}

/// Each byte, and whether it is a slash that was not encoded.
fn decode(text: &str, plus_is_space: bool) -> impl Iterator<Item = (bool, u8)> {
    let mut rest = text.as_bytes();
    std::iter::from_fn(move || {
        let (first, behind) = rest.split_first()?;
        let hex = behind.get(..2).filter(|two| two.iter().all(u8::is_ascii_hexdigit));
        if let (b'%', Some(two)) = (first, hex) {
            rest = &behind[2..];
            return Some((
                false,
                u8::from_str_radix(std::str::from_utf8(two).expect("ASCII"), 16).expect("two digits"),
            ));
        }
        rest = behind;
        Some((*first == b'/', if *first == b'+' && plus_is_space { b' ' } else { *first }))
    })
}

/// The algorithm and the components of an `Authorization` header, without the blanks around them.
fn components(value: &str) -> Vec<String> {
    let blanks = [' ', '\t'];
    let (algorithm, rest) = value.trim_matches(blanks).split_once(blanks).unwrap_or((value, ""));
    let mut components: Vec<_> = rest.split(',').map(|component| component.trim_matches(blanks).into()).collect();
    components.sort();
    components.push(algorithm.into());
    components
}
