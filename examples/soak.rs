//! Signs and verifies random requests for a long time in one process, over a century with its midnights and leap days,
//! while credentials change and signers are renewed or left to grow old. Every signature is checked against the naive
//! twin of the tests, and memory has to stay flat. One request in fifty uploads a body in chunks, which is framed as by the
//! twin, and read back.
//!
//! ```sh
//! cargo run --release --example soak -- 10000000 [seed]
//! ```

#[path = "../tests/naive/mod.rs"]
mod naive;
mod random;
#[path = "../tests/util/mod.rs"]
mod util;

use core::time::Duration;
use naive::{Case, Signing};
use random::Random;
use s3_sigv4::{ChunkedBody, Credentials, PayloadHash, Request, Service, Signer, Timestamp, Verifier, VerifyError};
use std::env;
use std::fs;
use std::time::Instant;
use util::{Incoming, at};

const HOST: &str = "examplebucket.s3.amazonaws.com";
const REPORTS: u64 = 20;
/// How much the resident memory may grow behind the first report: a page table or two, and nothing for each request.
const GROWTH_KB: u64 = 512;

fn main() {
    let mut arguments = env::args().skip(1).map(|text| text.parse::<u64>().expect("a number"));
    let count = arguments.next().unwrap_or(100_000).max(REPORTS);
    let mut random = Random(arguments.next().unwrap_or(1) | 1);
    let (first, last) = (at("19991130T235959Z"), at("21040301T000000Z"));
    let step = 2 * (last.unix() - first.unix()) as u64 / count;

    let (started, mut seen, mut memory) = (Instant::now(), Seen::default(), None);
    let (mut unix, mut peer) = (first.unix(), Peer::new(&mut random, first));
    for i in 1..=count {
        let before = Timestamp::from_unix(unix).expect("before 2104");
        unix = (unix + random.below(step + 1) as i64).min(last.unix());
        let now = Timestamp::from_unix(unix).expect("before 2104");
        if now.day() != before.day() {
            seen.midnights += 1;
            seen.leap_days += u64::from(now.day().ends_with("0229"));
            // Half of the signers grow old, and derive the key of each day anew.
            if random.below(2) == 0 {
                peer.signer.renew(now).expect("a secret to derive from");
            }
        }
        if random.below(500) == 0 {
            seen.credentials += 1;
            peer = Peer::new(&mut random, now);
        }
        if peer.s3 && random.below(25) == 0 {
            peer.upload(&mut random, now, &mut seen);
        } else {
            peer.exchange(&mut random, now, &mut seen);
        }

        if i % (count / REPORTS) == 0 {
            let rss = resident_kb();
            println!(
                "{i} requests in {:.0} s, now {now}; {seen:?}; resident {}",
                started.elapsed().as_secs_f64(),
                rss.map_or("unknown".into(), |kb| format!("{kb} kB"))
            );
            if let (Some(start), Some(rss)) = (memory, rss) {
                assert!(rss <= start + GROWTH_KB, "memory grew from {start} kB to {rss} kB");
            }
            memory = memory.or(rss);
        }
    }
    assert!(seen.leap_days > 0 && seen.credentials > 0 && seen.links > 0 && seen.headers > 0, "{seen:?}");
    assert!(seen.uploads > 0 && seen.chunks > seen.uploads, "{seen:?}");
}

#[derive(Debug, Default)]
struct Seen {
    links: u64,
    headers: u64,
    uploads: u64,
    chunks: u64,
    midnights: u64,
    leap_days: u64,
    credentials: u64,
}

/// Who signs, and what the server knows of him.
struct Peer {
    id: String,
    secret: String,
    token: Option<String>,
    s3: bool,
    credentials: Credentials,
    signer: Signer,
    verifier: Verifier<'static>,
}

impl Peer {
    fn new(random: &mut Random, now: Timestamp) -> Self {
        let id = format!("AKIA{}", random.text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16, 16));
        let secret = random.text(LETTERS, 1, 80);
        let token = (random.below(2) == 0).then(|| random.text(LETTERS, 1, 400));
        let s3 = random.below(2) == 0;
        let credentials = Credentials::new(&*id, &*secret).expect("visible ASCII");
        let credentials = match &token {
            Some(token) => credentials.with_session_token(&**token).expect("visible ASCII"),
            None => credentials,
        };
        let service = Service::new(service(s3)).expect("a service");
        let signer = Signer::for_service(credentials.clone(), service.clone(), "us-east-1", now).expect("a signer");
        let verifier = Verifier::new("us-east-1").with_service(service);
        Self { id, secret, token, s3, credentials, signer, verifier }
    }

    /// One request, signed by both and verified; and refused with another signature.
    fn exchange(&self, random: &mut Random, now: Timestamp, seen: &mut Seen) {
        let scope = format!("{}/us-east-1/{}/aws4_request", now.day(), service(self.s3));
        let path = format!("/{}", random.text(TEXT, 0, 60));
        let query: Vec<_> = (0..random.below(4)).map(|_| (random.text(TEXT, 0, 8), random.text(TEXT, 0, 20))).collect();
        let names = ["Content-Type", "x-amz-meta-a", "X-Amz-Meta-A", "range", "x-amz-acl"];
        let headers: Vec<_> = (0..random.below(4))
            .map(|_| (names[random.below(5) as usize].to_owned(), random.text(VALUES, 0, 30)))
            .collect();
        let (given_query, given) = (borrowed(&query), borrowed(&headers));
        let origin = format!("https://{HOST}");
        let request = Request::new("PUT", &origin, &path).expect("a path");
        let request = request.with_query(&given_query).with_headers(&given).allow_dot_segments();

        let link = random.below(2) == 0;
        let unsigned = if self.s3 && link { PayloadHash::UNSIGNED } else { PayloadHash::EMPTY };
        let mut case = Case {
            method: "PUT",
            host: HOST,
            path: &path,
            query: query.clone(),
            headers: headers.clone(),
            payload: unsigned.to_string(),
            s3: self.s3,
        };
        let add = |to: &mut Vec<(String, String)>, name: &str, value: &str| to.push((name.into(), value.into()));
        add(&mut case.headers, "host", HOST);
        let signature = |case: &Case<'_>| {
            let text = naive::string_to_sign(&naive::canonical_request(case), now.as_str(), &scope);
            naive::signature(&self.secret, &scope, &text)
        };
        let (incoming, expected) = if link {
            seen.links += 1;
            let expires = 1 + random.below(604_800);
            add(&mut case.query, "X-Amz-Algorithm", "AWS4-HMAC-SHA256");
            add(&mut case.query, "X-Amz-Credential", &format!("{}/{scope}", self.id));
            add(&mut case.query, "X-Amz-Date", now.as_str());
            add(&mut case.query, "X-Amz-Expires", &expires.to_string());
            add(&mut case.query, "X-Amz-SignedHeaders", &naive::canonical_headers(&case.headers).1);
            if let Some(token) = &self.token {
                add(&mut case.query, "X-Amz-Security-Token", token);
            }
            let signature = signature(&case);
            let link = self.signer.presign(&request, Duration::from_secs(expires), now).expect("a link");
            let (sent, query) = (naive::uri_encode(&path, false), naive::canonical_query(&case.query));
            assert_eq!(link.url(), format!("{origin}{sent}?{query}&X-Amz-Signature={signature}"));
            (Incoming::link(&link), signature)
        } else {
            seen.headers += 1;
            add(&mut case.headers, "x-amz-date", now.as_str());
            if self.s3 {
                add(&mut case.headers, "x-amz-content-sha256", &case.payload.clone());
            }
            if let Some(token) = &self.token {
                add(&mut case.headers, "x-amz-security-token", token);
            }
            let signature = signature(&case);
            let signed = self.signer.sign(&request, PayloadHash::EMPTY, now).expect("a signature");
            assert_eq!(signed.signature().to_string(), signature, "{request:?} at {now}");
            (Incoming::signed(&request, &given, &signed), signature)
        };

        assert_eq!(self.verify(&incoming, now), Ok(()), "{incoming:?}");
        let digit = random.below(64) as usize;
        let other = if expected.as_bytes()[digit] == b'0' { "1" } else { "0" };
        let wrong = format!("{}{other}{}", &expected[..digit], &expected[digit + 1..]);
        let mut changed = incoming;
        changed.target = changed.target.replace(&expected, &wrong);
        if let Some((_, value)) = changed.headers.iter_mut().find(|(name, _)| name == "authorization") {
            *value = String::from_utf8(core::mem::take(value)).expect("text").replace(&expected, &wrong).into_bytes();
        }
        assert_eq!(self.verify(&changed, now), Err(VerifyError::SignatureMismatch), "{changed:?}");
    }

    /// A body in chunks, signed by both, verified and read back; and refused with another byte.
    fn upload(&self, random: &mut Random, now: Timestamp, seen: &mut Seen) {
        let scope = format!("{}/us-east-1/s3/aws4_request", now.day());
        let data: Vec<u8> = (0..random.below(40_000)).map(|_| random.below(256) as u8).collect();
        let size = 8192 + random.below(12_000) as usize;
        let value = random.text(LETTERS, 8, 8);
        let (announced, trailers) = ([("x-amz-checksum-crc32c", 8)], [("x-amz-checksum-crc32c", &*value)]);
        let (length, with) = (data.len() as u64, random.below(3) as usize);
        // Without a signature for each chunk there must be a trailing header.
        let body = if with == 2 { ChunkedBody::unsigned(length) } else { ChunkedBody::signed(length) };
        let (announced, trailers) = (&announced[..with.min(1)], &trailers[..with.min(1)]);
        let body = body.with_chunk_size(size).and_then(|body| body.with_trailers(announced)).expect("a body");
        let origin = format!("https://{HOST}");
        let request = Request::new("PUT", &origin, "/a b").expect("a path");
        let signed = self.signer.sign_chunked(&request, &body, now).expect("a signature");

        let incoming = Incoming::with_headers(&request, &[], signed.headers());
        let unsigned = ["authorization", "content-length"];
        let headers = signed.headers().filter(|(name, _)| !unsigned.contains(name));
        let mut headers: Vec<_> = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        headers.push(("host".into(), HOST.into()));
        let payload = body.payload_hash().to_string();
        let case = Case { method: "PUT", host: HOST, path: "/a b", query: vec![], headers, payload, s3: true };
        let text = naive::string_to_sign(&naive::canonical_request(&case), now.as_str(), &scope);
        let seed = naive::signature(&self.secret, &scope, &text);
        assert_eq!(signed.signature().to_string(), seed, "{incoming:?}");

        let mut chunks = signed.into_chunks();
        let mut sent = Vec::new();
        for chunk in data.chunks(size) {
            sent.extend_from_slice(chunks.chunk(chunk).expect("the announced length").as_bytes());
            sent.extend_from_slice(chunk);
            sent.extend_from_slice(b"\r\n");
            seen.chunks += 1;
        }
        sent.extend_from_slice(chunks.finish(trailers).expect("a whole body").as_bytes());
        let instant = now.as_str();
        let by = Signing { access_key: &self.id, secret: &self.secret, token: None, scope: &scope, instant };
        let seed = (with != 2).then_some(seed);
        assert_eq!(sent, naive::framed(&by, seed, (&data, size), trailers), "{size}");
        assert_eq!(sent.len() as u64, body.framed_length());

        let slice = 1 + random.below(20_000) as usize;
        assert_eq!(self.read_back(&incoming, sent.chunks(slice), now).as_deref(), Ok(&*data));
        if with != 2 {
            let at = random.below(sent.len() as u64) as usize;
            sent[at] ^= 1 << random.below(5);
            let read = self.read_back(&incoming, sent.chunks(slice), now);
            assert!(read.is_err() || read.as_deref() == Ok(&*data), "{incoming:?}");
        }
        seen.uploads += 1;
    }

    fn read_back<'a>(
        &self,
        incoming: &Incoming,
        slices: impl Iterator<Item = &'a [u8]>,
        now: Timestamp,
    ) -> Result<Vec<u8>, VerifyError> {
        incoming.claim(|claim| {
            let verified = self.verifier.verify(claim, &self.credentials, now)?;
            let (mut decoder, mut read) = (verified.chunks()?, Vec::new());
            for mut slice in slices {
                while let Some(piece) = decoder.feed(&mut slice)? {
                    read.extend_from_slice(piece);
                }
            }
            decoder.finish().map(|_| read)
        })
    }

    fn verify(&self, incoming: &Incoming, now: Timestamp) -> Result<(), VerifyError> {
        incoming.claim(|claim| {
            let claim = if self.s3 { claim } else { claim.with_payload(PayloadHash::EMPTY) };
            self.verifier.verify(claim, &self.credentials, now).map(|_| ())
        })
    }
}

fn service(s3: bool) -> &'static str {
    if s3 { "s3" } else { "service" }
}

fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (&**name, &**value)).collect()
}

/// What Linux says is in memory.
fn resident_kb() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

const LETTERS: &[u8] = b"ABCDEFabcdef0123456789+/=";
const TEXT: &[u8] = b"abcxyzABC0189-._~/ %+&=?#:;@!$'()*,[]\\\"<>|";
const VALUES: &[u8] = b"abcxyzABC0189  \t,;=/\"";

impl Random {
    fn text(&mut self, of: &[u8], least: u64, most: u64) -> String {
        let length = least + self.below(most - least + 1);
        (0..length).map(|_| char::from(of[self.below(of.len() as u64) as usize])).collect()
    }
}
