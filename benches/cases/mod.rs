//! What is measured: a user's actions on realistic inputs, each beside its floor, the hashing that no signer gets
//! around. Everything keeps what it did last, so that it is checked and a wrong answer is never measured.

#![allow(dead_code, reason = "each program uses a part")]

#[path = "../../tests/naive/mod.rs"]
mod naive;
#[path = "../../tests/util/mod.rs"]
mod util;

use core::hint::black_box;
use core::time::Duration;
use hmac::{Hmac, KeyInit, Mac};
use s3_sigv4::{
    ChunkedBody, Claim, CredentialScope, Credentials, PayloadHash, Request, Signer, SigningKey, Timestamp, Verified,
    Verifier, VerifyError, VerifyingKey,
};
use sha2::{Digest, Sha256};
use util::{ACCESS_KEY, SECRET_KEY, bucket, credentials, now, signer};

/// An action on one input: ours first, then the floor, then what else stands beside it.
pub(crate) struct Case {
    pub(crate) action: &'static str,
    pub(crate) input: &'static str,
    /// How many bytes have to be hashed: the texts and the body.
    pub(crate) bytes: usize,
    pub(crate) rivals: Vec<(&'static str, Box<dyn Work>)>,
}

/// Something to be measured.
pub(crate) trait Work {
    fn run(&mut self);
    /// Panics unless the last answer was right.
    fn check(&self);
}

/// What takes microseconds.
pub(crate) fn short() -> Vec<Case> {
    let spaced = "photos/2024/summer trip/IMG_20240713.jpg";
    assert_eq!(spaced.len(), 40);
    let long = leak("projects/Q3 results & plans/".repeat(36));
    let token = leak(format!("IQoJb3JpZ2luX2VjE{}", "M7sR+40/aTq2Zk9uWc8Lx=".repeat(36)));
    vec![
        link("documented GET", "test.txt", None, Some(DOCUMENTED_GET)),
        link("40-byte key with a space", spaced, None, None),
        link("session token of 800 bytes", spaced, Some(&token[..800]), None),
        link("1,000-byte key", &long[..1000], None, None),
        put("documented PUT", "test$file.text", &DOCUMENTED_HEADERS, None, Some(DOCUMENTED_PUT)),
        put("12 signed headers", spaced, &NINE_HEADERS, None, None),
        put("session token of 800 bytes", spaced, &NINE_HEADERS[..1], Some(&token[..800]), None),
        verify_link("documented GET", "test.txt", None, Some(DOCUMENTED_GET)),
        verify_link("40-byte key with a space", spaced, None, None),
        verify_link("session token of 800 bytes", spaced, Some(&token[..800]), None),
        verify_headers("documented PUT", "test$file.text", &DOCUMENTED_HEADERS, Some(DOCUMENTED_PUT)),
        verify_headers("12 signed headers", spaced, &NINE_HEADERS, None),
        key_of_the_day(),
        chunk("8 KiB", 8 << 10),
        #[cfg(feature = "post")]
        form(),
    ]
}

/// What is all hashing.
pub(crate) fn long() -> Vec<Case> {
    vec![chunk("64 KiB", 64 << 10), chunk("1 MiB", 1 << 20)]
}

/// A link under the key of the day: signed in the second of the one before it, in another, and as one of many of an
/// instant.
fn link(input: &'static str, key: &'static str, token: Option<&'static str>, documented: Option<&str>) -> Case {
    let ((signer, _), now) = (signer_of(token), now());
    // On the heap, for an alignment that does not hang on what else is in the program.
    let key = leak(key.to_owned());
    let request = leak(bucket()).get(key).expect("a key");
    let (floor, expected) = link_and_floor(key, token, documented);
    let (one, one_of_many) = (expected.clone(), expected);

    let lifetime = Duration::from_secs(86400);
    let presign_to = work(
        String::with_capacity(4096),
        move |out| {
            out.clear();
            signer.presign_to(out, black_box(&request), lifetime, now).expect("a link");
        },
        move |out| assert_eq!(*out, one),
    );
    let (signer_of_two, _) = signer_of(token);
    let later = now.plus(Duration::from_secs(1)).expect("an instant");
    let presign_later = work(
        (String::with_capacity(4096), [now, later]),
        move |(out, seconds)| {
            out.clear();
            seconds.reverse();
            signer_of_two.presign_to(out, black_box(&request), lifetime, seconds[0]).expect("a link");
        },
        move |(out, seconds)| {
            // One that remembers nothing.
            let expected = signer_of_two.clone().presign(&request, lifetime, seconds[0]).expect("a link");
            assert_eq!(*out, expected.url());
        },
    );
    let links = signer.links(lifetime, now).expect("links");
    let of_many = work(
        String::with_capacity(4096),
        move |out| {
            out.clear();
            links.presign_to(out, black_box(&request)).expect("a link");
        },
        move |out| assert_eq!(*out, one_of_many),
    );
    let bytes = floor.bytes();
    let rivals = vec![
        ("presign_to", presign_to),
        ("presign_to in another second", presign_later),
        ("one of many links", of_many),
        ("floor", floor.work()),
    ];
    Case { action: "presign/cached key", input, bytes, rivals }
}

/// A link as the naive signer makes it, and the floor of making it.
fn link_and_floor(key: &str, token: Option<&str>, documented: Option<&str>) -> (Floor, String) {
    let (_, access_key) = signer_of(token);
    let credential = format!("{access_key}/{SCOPE}");
    let mut query = vec![
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
        ("X-Amz-Credential", &*credential),
        ("X-Amz-Date", "20130524T000000Z"),
        ("X-Amz-Expires", "86400"),
        ("X-Amz-SignedHeaders", "host"),
    ];
    query.extend(token.map(|token| ("X-Amz-Security-Token", token)));
    let (path, payload) = (format!("/{key}"), "UNSIGNED-PAYLOAD".into());
    let (query, headers) = (owned(&query), owned(&[("host", HOST)]));
    let naive = naive::Case { method: "GET", host: HOST, path: &path, query, headers, payload, s3: true };
    let floor = Floor::of(&naive, &[], documented);
    let (uri, query) = (naive::canonical_uri(&path, true), naive::canonical_query(&naive.query));
    let link = format!("https://{HOST}{uri}?{query}&X-Amz-Signature={}", floor.signature);
    (floor, link)
}

/// A PUT of a small body, which is hashed as well, under the key of the day.
fn put(
    input: &'static str,
    key: &'static str,
    given: &'static [(&'static str, &'static str)],
    token: Option<&'static str>,
    documented: Option<&str>,
) -> Case {
    let ((signer, _), now) = (signer_of(token), now());
    let key = leak(key.to_owned());
    let request = leak(bucket()).put(key).expect("a key").with_headers(given);
    let (floor, added) = headers_and_floor(key, given, token, documented);
    let expected: String = added.iter().flat_map(|(name, value)| [name, ": ", value, "\r\n"]).collect();

    let sign_to = work(
        String::with_capacity(4096),
        move |out| {
            out.clear();
            let payload = PayloadHash::of(black_box(BODY));
            signer.sign_to(out, black_box(&request), payload, now).expect("a signature");
        },
        move |out| assert_eq!(*out, expected),
    );
    let (bytes, rivals) = (floor.bytes(), vec![("sign_to", sign_to), ("floor", floor.work())]);
    Case { action: "sign/cached key, small body", input, bytes, rivals }
}

/// The headers that signing adds to such a PUT, by the naive signer, and the floor of it.
fn headers_and_floor(
    key: &str,
    given: &[(&str, &str)],
    token: Option<&str>,
    documented: Option<&str>,
) -> (Floor, Vec<(String, String)>) {
    let (_, access_key) = signer_of(token);
    let payload = hex::encode(Sha256::digest(BODY));
    let added = [("x-amz-content-sha256", &*payload), ("x-amz-date", "20130524T000000Z")];
    let added: Vec<_> = added.into_iter().chain(token.map(|token| ("x-amz-security-token", token))).collect();
    let headers = owned(&[given, &[("host", HOST)], &*added].concat());
    let (path, payload) = (format!("/{key}"), payload.clone());
    let naive = naive::Case { method: "PUT", host: HOST, path: &path, query: Vec::new(), headers, payload, s3: true };
    let floor = Floor::of(&naive, BODY, documented);
    let (_, names) = naive::canonical_headers(&naive.headers);
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={access_key}/{SCOPE}, SignedHeaders={names}, Signature={}",
        floor.signature
    );
    (floor, owned(&[&[("authorization", &*authorization)], &*added].concat()))
}

/// A received link under the key of the day.
fn verify_link(input: &'static str, key: &'static str, token: Option<&'static str>, documented: Option<&str>) -> Case {
    let (floor, link) = link_and_floor(key, token, documented);
    let target = leak(link.strip_prefix("https://examplebucket.s3.amazonaws.com").expect("the host").to_owned());
    let headers = [("host", HOST), ("accept", "*/*"), ("user-agent", "curl/8.14.1")];
    let (bytes, rivals) = (floor.bytes(), verify("GET", target, leak(headers), (token, floor)));
    Case { action: "verify/link, cached key", input, bytes, rivals }
}

/// A received PUT under the key of the day. Its body is hashed as well, and held against what was signed.
fn verify_headers(
    input: &'static str,
    key: &'static str,
    given: &'static [(&'static str, &'static str)],
    documented: Option<&str>,
) -> Case {
    let (floor, added) = headers_and_floor(key, given, None, documented);
    let more = owned(&[("host", HOST), ("user-agent", "curl/8.14.1"), ("content-length", "21")]);
    let added: &[_] = leak([more, added].concat());
    let headers = given.iter().copied().chain(added.iter().map(|(name, value)| (&**name, &**value)));
    let target = leak(naive::canonical_uri(&format!("/{key}"), true));
    let (bytes, rivals) = (floor.bytes(), verify("PUT", target, leak(headers.collect::<Vec<_>>()), (None, floor)));
    Case { action: "verify/headers, cached key, small body", input, bytes, rivals }
}

fn verify(
    method: &'static str,
    target: &'static str,
    headers: &'static [(&'static str, &'static str)],
    (token, floor): (Option<&'static str>, Floor),
) -> Vec<(&'static str, Box<dyn Work>)> {
    let ((signer, access_key), now) = (signer_of(token), now());
    let (key, verifier) = (signer.key(), leak(Verifier::new("us-east-1")));
    let verify = move |target: &'static str, now: Timestamp| -> Result<Verified<'static>, VerifyError> {
        let incoming = Request::received(black_box(method), HOST, target)?.with_headers(headers);
        let claim = Claim::parse(&incoming)?;
        let key = VerifyingKey::from(key);
        let key = token.map_or(key, |token| key.with_session_token(token));
        let verified = verifier.verify(claim, key, now)?;
        if method == "PUT" {
            verified.check_body(black_box(BODY))?;
        }
        Ok(verified)
    };
    let other = leak(target.replacen("t", "T", 1));
    assert_eq!(verify(other, now).err(), Some(VerifyError::SignatureMismatch));
    let verify = work(
        None,
        move |last| *last = Some(verify(black_box(target), now).expect("verified")),
        move |last: &Option<Verified<'static>>| {
            let verified = last.as_ref().expect("verified");
            assert_eq!((verified.access_key_id(), verified.scope().as_str()), (access_key, SCOPE));
        },
    );
    vec![("verify", verify), ("floor", floor.work())]
}

/// What a signer does once a day. The floor is four HMACs; ours makes the key ready for use besides.
fn key_of_the_day() -> Case {
    let (credentials, scope) = (leak(credentials()), leak(CredentialScope::parse(SCOPE).expect("a scope")));
    let derive = work(
        None,
        |key| *key = Some(SigningKey::derive(black_box(credentials), scope.clone())),
        |key: &Option<SigningKey>| {
            assert_eq!(&*key.as_ref().expect("a key").export(), format!("{SCOPE}={DOCUMENTED_KEY}"));
        },
    );
    let floor = work(
        [0; 32],
        |key| *key = derive_by_four_hmacs(black_box(SECRET_KEY)),
        |key| assert_eq!(hex::encode(key), DOCUMENTED_KEY),
    );
    let bytes = SECRET_KEY.len() + SCOPE.len();
    Case {
        action: "derive the day's key",
        input: "documented",
        bytes,
        rivals: vec![("derive", derive), ("floor", floor)],
    }
}

/// The head of a chunk, in a body that does not end before the measurement does.
fn chunk(input: &'static str, size: usize) -> Case {
    let (signer, bucket, data) = (leak(signer()), leak(bucket()), leak(vec![b'a'; size]));
    let body = ChunkedBody::signed(1 << 62).with_chunk_size(size).expect("a size");
    let request = bucket.put("chunkObject.txt").expect("a key");
    let mut chunks = signer.sign_chunked(&request, &body, now()).expect("a signature").into_chunks();
    let text = move |previous: &str| {
        let empty = PayloadHash::EMPTY;
        let hash = hex::encode(Sha256::digest(data));
        format!("AWS4-HMAC-SHA256-PAYLOAD\n20130524T000000Z\n{SCOPE}\n{previous}\n{empty}\n{hash}")
    };

    let first = text(&chunks.signature().to_string());
    let signature = naive::signature(SECRET_KEY, SCOPE, &first);
    let floor = Floor { digests: vec![data.clone()], text: first, signature };
    let hash = Sha256::digest(data);
    let sha2 =
        work([0; 32], |hash| *hash = Sha256::digest(black_box(&**data)).into(), move |last| assert_eq!(*last, *hash));
    let chunk = work(
        None,
        move |last| {
            let previous = chunks.signature();
            *last = Some((previous, chunks.chunk(black_box(data)).expect("a chunk")));
        },
        move |last| {
            let (previous, head) = last.as_ref().expect("a chunk");
            let signature = naive::signature(SECRET_KEY, SCOPE, &text(&previous.to_string()));
            assert_eq!(head.as_str(), format!("{size:x};chunk-signature={signature}\r\n"));
        },
    );
    let rivals = vec![("chunk", chunk), ("floor", floor.work()), ("sha2 alone", sha2)];
    Case { action: "chunk", input, bytes: size, rivals }
}

/// A form for an upload by a browser.
#[cfg(feature = "post")]
fn form() -> Case {
    use s3_sigv4::PostPolicy;

    let (signer, bucket, now) = (leak(signer()), leak(bucket()), now());
    let policy = PostPolicy::for_keys_under("user/user1/")
        .and_then(|policy| policy.with_exact("acl", "public-read"))
        .and_then(|policy| policy.with_prefix("Content-Type", "image/"))
        .and_then(|policy| policy.with_exact("x-amz-meta-uuid", "14365123651274"))
        .and_then(|policy| policy.with_content_length(1..=10 << 20))
        .expect("a policy");
    let policy = leak(policy);
    let make = move || signer.post(black_box(policy), bucket, Duration::from_secs(900), now).expect("a form");
    // The texts in it are checked by tests/post.rs; that the text in the form is the one that was signed, here.
    let form = make();
    let field = |name| form.fields().find(|(other, _)| *other == name).expect("the field").1.to_owned();
    let signature = naive::signature(SECRET_KEY, SCOPE, &field("policy"));
    let floor = Floor { digests: Vec::new(), text: field("policy"), signature };

    let expected: Vec<_> = floor.signature.clone().into();
    let post = work(
        None,
        move |form| *form = Some(make()),
        move |form: &Option<s3_sigv4::PostForm>| {
            let mut fields = form.as_ref().expect("a form").fields();
            let signature = fields.find(|(name, _)| *name == "x-amz-signature").expect("the field").1;
            assert_eq!(signature.as_bytes(), expected);
        },
    );
    let (bytes, rivals) = (floor.bytes(), vec![("post", post), ("floor", floor.work())]);
    Case { action: "post form", input: "five conditions", bytes, rivals }
}

/// The same bytes through `sha2` and through `hmac` with its pads absorbed.
struct Floor {
    digests: Vec<Vec<u8>>,
    text: String,
    signature: String,
}

impl Floor {
    fn of(case: &naive::Case<'_>, body: &[u8], documented: Option<&str>) -> Self {
        let canonical = naive::canonical_request(case);
        let text = naive::string_to_sign(&canonical, "20130524T000000Z", SCOPE);
        let signature = naive::signature(SECRET_KEY, SCOPE, &text);
        assert!(documented.is_none_or(|documented| documented == signature), "the naive signer: {signature}");
        let mut digests = vec![canonical.into_bytes()];
        if !body.is_empty() {
            digests.push(body.to_vec());
        }
        Self { digests, text, signature }
    }

    fn bytes(&self) -> usize {
        self.digests.iter().map(Vec::len).sum::<usize>() + self.text.len()
    }

    fn work(self) -> Box<dyn Work> {
        let Self { digests, text, signature } = self;
        let key = Hmac::<Sha256>::new_from_slice(&derive_by_four_hmacs(SECRET_KEY)).expect("any key");
        work(
            [0; 32],
            move |out| {
                for bytes in &digests {
                    black_box(Sha256::digest(black_box(bytes)));
                }
                let mut mac = key.clone();
                mac.update(black_box(text.as_bytes()));
                *out = mac.finalize().into_bytes().into();
            },
            move |out| assert_eq!(hex::encode(out), signature),
        )
    }
}

fn derive_by_four_hmacs(secret: &str) -> [u8; 32] {
    let hmac = |key: &[u8], part: &str| -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any key");
        mac.update(part.as_bytes());
        mac.finalize().into_bytes().into()
    };
    let day = hmac(format!("AWS4{secret}").as_bytes(), "20130524");
    ["us-east-1", "s3", "aws4_request"].iter().fold(day, |key, part| hmac(&key, black_box(part)))
}

fn work<T: 'static>(last: T, run: impl FnMut(&mut T) + 'static, check: impl Fn(&T) + 'static) -> Box<dyn Work> {
    struct Kept<T, R, C> {
        last: T,
        run: R,
        check: C,
    }
    impl<T, R: FnMut(&mut T), C: Fn(&T)> Work for Kept<T, R, C> {
        fn run(&mut self) {
            (self.run)(&mut self.last);
        }

        fn check(&self) {
            (self.check)(&self.last);
        }
    }
    Box::new(Kept { last, run, check })
}

fn signer_of(token: Option<&str>) -> (&'static Signer, &'static str) {
    let Some(token) = token else { return (leak(signer()), ACCESS_KEY) };
    let access_key = "ASIAIOSFODNN7EXAMPLE";
    let credentials = Credentials::new(access_key, SECRET_KEY).and_then(|keys| keys.with_session_token(token));
    (leak(Signer::new(credentials.expect("keys"), "us-east-1", now()).expect("a signer")), access_key)
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

/// For inputs that live as long as the measurements do.
fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

const SCOPE: &str = "20130524/us-east-1/s3/aws4_request";
const HOST: &str = "examplebucket.s3.amazonaws.com";
const BODY: &[u8] = b"Welcome to Amazon S3.";
const DOCUMENTED_GET: &str = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
const DOCUMENTED_PUT: &str = "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd";
const DOCUMENTED_KEY: &str = "dbb893acc010964918f1fd433add87c70e8b0db6be30c1fbeafefa5ec6ba8378";
const DOCUMENTED_HEADERS: [(&str, &str); 2] =
    [("date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")];
/// With `host`, `x-amz-content-sha256` and `x-amz-date` twelve are signed. In the order of no alphabet.
const NINE_HEADERS: [(&str, &str); 9] = [
    ("Content-Type", "image/jpeg"),
    ("Cache-Control", "public, max-age=31536000, immutable"),
    ("Content-Disposition", "attachment; filename=\"summer trip.jpg\""),
    ("Content-MD5", "pJSMSFkyt0Q+Dl7a4S1M4g=="),
    ("x-amz-storage-class", "INTELLIGENT_TIERING"),
    ("x-amz-server-side-encryption", "aws:kms"),
    ("x-amz-server-side-encryption-aws-kms-key-id", "1234abcd-12ab-34cd-56ef-1234567890ab"),
    ("x-amz-meta-uploaded-by", "user 4711"),
    ("x-amz-meta-camera", "X100V"),
];
