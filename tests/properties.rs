//! The crate against the naive twin on random input, and what must hold for any input at all.

mod naive;
mod util;

use core::time::Duration;
use naive::{Case, Signing};
use proptest::collection::vec;
use proptest::prelude::*;
use s3_sigv4::{
    Bucket, ChunkedBody, Claim, ContentDisposition, Credentials, Endpoint, PayloadHash, Request, Service, Signer,
    SigningKey, StringToSign, Timestamp, Verifier, VerifyError, VerifyingKey, region_of_host,
};
use util::{ACCESS_KEY, Incoming, SECRET_KEY, credentials};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn header_authentication_is_the_twins(
        (path, query, headers) in (path(), query(), headers()),
        token in proptest::option::of(token()),
        now in instant(),
        s3 in any::<bool>(),
    ) {
        let (host, scope) = ("examplebucket.s3.amazonaws.com:8443", format!("{}/us-east-1/{}/aws4_request", now.day(), service(s3)));
        let by = Signing { access_key: ACCESS_KEY, secret: SECRET_KEY, token: token.as_deref(), scope: &scope, instant: now.as_str() };
        let (origin, pairs, given) = (format!("https://{host}"), borrowed(&query), borrowed(&headers));
        let case = Case { method: "PUT", host, path: &path, query: query.clone(), headers: headers.clone(), payload: PayloadHash::EMPTY.to_string(), s3 };
        let [canonical, text, signature] = case.signed(&by);

        let signer = signer(s3, token.as_deref(), now);
        let request = Request::new("PUT", &origin, &path).unwrap().with_query(&pairs).with_headers(&given);
        let ours = signer.canonical_request(&request, PayloadHash::EMPTY, now).unwrap();
        prop_assert_eq!(ours.to_string(), canonical);
        prop_assert_eq!(StringToSign::new(&ours).to_string(), &*text);
        let signed = signer.sign(&request, PayloadHash::EMPTY, now).unwrap();
        prop_assert_eq!(signed.signature().to_string(), signature);
    }

    #[test]
    fn query_authentication_is_the_twins(
        (path, query, headers) in (path(), query(), headers()),
        token in proptest::option::of(token()),
        (now, expires) in (instant(), 1..=604_800_u64),
        s3 in any::<bool>(),
    ) {
        let (host, scope) = ("examplebucket.s3.amazonaws.com", format!("{}/us-east-1/{}/aws4_request", now.day(), service(s3)));
        let payload = if s3 { "UNSIGNED-PAYLOAD".into() } else { PayloadHash::EMPTY.to_string() };
        let by = Signing { access_key: ACCESS_KEY, secret: SECRET_KEY, token: token.as_deref(), scope: &scope, instant: now.as_str() };
        let case = Case { method: "GET", host, path: &path, query: query.clone(), headers: headers.clone(), payload: payload.clone(), s3 };
        let [canonical, url] = case.link(&by, expires);

        let signer = signer(s3, token.as_deref(), now);
        let (origin, query, headers) = (format!("https://{host}"), borrowed(&query), borrowed(&headers));
        let request = Request::new("GET", &origin, &path).unwrap().with_query(&query).with_headers(&headers);
        let request = request.allow_dot_segments();
        let lifetime = Duration::from_secs(expires);
        let link = signer.presign(&request, lifetime, now).unwrap();
        prop_assert_eq!(link.url(), &*url);
        let payload = PayloadHash::parse(&payload).unwrap();
        prop_assert_eq!(signer.canonical_link(&request, lifetime, now).unwrap().to_string(), canonical);

        // A signer of another day derives this day's key; one that was handed the key needs no secret.
        let mut written = String::new();
        self::signer(s3, token.as_deref(), util::now()).presign_to(&mut written, &request, lifetime, now).unwrap();
        prop_assert_eq!(&*written, &*url);
        let key = SigningKey::import(&signer.key().export()).unwrap();
        let edge = Signer::from_key(ACCESS_KEY, token.as_deref(), key).unwrap();
        prop_assert_eq!(edge.presign(&request, lifetime, now).unwrap().to_string(), &*url);

        // What was sent, read back as a stranger's encoded URL, has the same canonical form.
        if s3 {
            let (unsigned, _) = url.split_once("X-Amz-Algorithm").unwrap();
            let sent = Request::from_url("GET", unsigned.trim_end_matches(['?', '&'])).unwrap();
            let sent = signer.canonical_request(&sent, payload, now).unwrap().to_string();
            let raw = Request::new("GET", &origin, &path).unwrap();
            let raw = signer.canonical_request(&raw, payload, now).unwrap().to_string();
            prop_assert_eq!(sent.split('\n').nth(1), raw.split('\n').nth(1));
        }
    }

    /// Whatever is signed is verified as it is received; changed anywhere, it is refused, unless it still says the same.
    #[test]
    fn what_is_signed_is_verified_and_nothing_else(
        (path, query, headers) in (path(), query(), headers()),
        token in proptest::option::of(token()),
        (link, s3) in (any::<bool>(), any::<bool>()),
        now in instant(),
        changes in vec((any::<prop::sample::Index>(), prop::sample::select(CHANGES), 0..3_u8), 64),
    ) {
        let (query, given) = (borrowed(&query), borrowed(&headers));
        let request = Request::new("PUT", "https://examplebucket.s3.amazonaws.com", &path).unwrap();
        let request = request.with_query(&query).with_headers(&given).allow_dot_segments();
        let signer = signer(s3, token.as_deref(), now);
        let incoming = if link {
            Incoming::link(&signer.presign(&request, Duration::from_secs(60), now).unwrap())
        } else {
            Incoming::signed(&request, &given, &signer.sign(&request, PayloadHash::EMPTY, now).unwrap())
        };
        let verifier = Verifier::new("us-east-1").with_service(Service::new(service(s3)).unwrap());
        let mut key = VerifyingKey::from(signer.key());
        if let Some(token) = &token {
            key = key.with_session_token(token);
        }
        let verify = |incoming: &Incoming| {
            incoming.claim(|claim| {
                if claim.access_key_id() != ACCESS_KEY {
                    return Err(VerifyError::UnknownKey);
                }
                let verified = verifier.verify(claim.with_payload(PayloadHash::EMPTY), key, now)?;
                Ok(verified.signed_headers().map(String::from).collect::<Vec<_>>())
            })
        };
        let signed = verify(&incoming);
        prop_assert!(signed.is_ok(), "{:?}: {:?}", signed, incoming);
        let signed = signed.unwrap();
        let signed: Vec<_> = signed.iter().map(|name| &**name).collect();
        let meaning = |incoming: &Incoming| {
            naive::meaning(&incoming.method, &incoming.target, &incoming.headers, (&signed, s3))
        };
        let meant = meaning(&incoming);
        for (place, byte, how) in changes {
            let changed = incoming.changed(place.index(incoming.len()), byte, how);
            let result = verify(&changed);
            prop_assert_eq!(result.is_ok(), meaning(&changed) == meant, "{:?} {:?} {:?}", result, changed, incoming);
        }
    }

    #[test]
    fn a_request_and_its_url_as_text_sign_alike((path, query) in (path(), query()), now in instant()) {
        let origin = "https://examplebucket.s3.amazonaws.com";
        let pairs = borrowed(&query);
        let request = Request::new("GET", origin, &path).unwrap().with_query(&pairs);
        let url = request.url().to_string();
        let signer = signer(true, None, now);
        let from_text = Request::from_url("GET", &url).unwrap();
        prop_assert_eq!(from_text.url().to_string(), &*url);
        prop_assert_eq!(
            signer.canonical_request(&from_text, PayloadHash::EMPTY, now).unwrap().to_string(),
            signer.canonical_request(&request, PayloadHash::EMPTY, now).unwrap().to_string()
        );
    }

    /// Any text at all, everywhere: an answer or an error, and never half a link.
    #[test]
    fn nothing_panics(
        texts in vec(anything(), 8),
        headers in vec((anything(), vec(any::<u8>(), 0..12)), 0..4),
        query in vec((anything(), anything()), 0..4),
        (seconds, unix) in (any::<u64>(), any::<i64>()),
        s3 in any::<bool>(),
    ) {
        let t = |i: usize| &*texts[i];
        let _ = (Timestamp::parse(t(0)), PayloadHash::parse(t(0)), SigningKey::import(t(0)), Endpoint::parse(t(0)));
        let _ = Timestamp::from_unix(unix);
        let _ = Bucket::virtual_hosted(t(0), t(1)).map(|bucket| bucket.get(t(2)).map(|request| request.url().to_string()));
        let _ = Bucket::aws(t(1), t(0));
        let _ = Credentials::new(t(0), t(1)).and_then(|credentials| credentials.with_session_token(t(2)));
        let _ = (Bucket::from_arn(t(0)), Bucket::check_name(t(0)), region_of_host(t(0)));
        let _ = (ContentDisposition::attachment(t(0)), ContentDisposition::inline(t(1)));
        let _ = ChunkedBody::signed(seconds).with_chunk_size(unix as usize).map(|body| body.framed_length());
        let trailers = [(t(0), unix as usize), (t(1), seconds as usize)];
        let _ = ChunkedBody::unsigned(seconds).with_trailers(&trailers).map(|body| body.framed_length());
        let now = util::now();
        let _ = Credentials::new(t(0), t(1)).and_then(|credentials| Signer::new(credentials, t(2), now));
        let signer = signer(s3, None, now);
        let url = format!("https://{}", t(3));
        let headers: Vec<_> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let query = borrowed(&query);
        let unsigned = [t(4)];
        let bucket = Bucket::path_style("https://example.com/prefix", "bucket").unwrap();
        for request in [
            Request::new(t(5), "https://example.com", t(6)),
            Request::from_url("GET", &url),
            Request::from_url(t(5), t(7)),
            bucket.get(t(6)),
        ].into_iter().flatten().chain(Request::received(t(5), t(3), t(7))) {
            let _ = request.url().to_string();
            for request in [request, request.with_query(&query), request.with_header_bytes(&headers)] {
                let _ = Claim::parse(&request);
                let authorized = [("authorization", t(4).as_bytes()), ("x-amz-date", t(1).as_bytes())];
                let _ = Claim::parse(&request.with_header_bytes(&authorized));
            }
            for request in [request, request.with_query(&query), request.with_header_bytes(&headers).with_unsigned_headers(&unsigned)] {
                let _ = signer.sign(&request, PayloadHash::EMPTY, now);
                let mut link = String::new();
                let written = signer.presign_to(&mut link, &request.allow_dot_segments(), Duration::from_secs(seconds), now);
                prop_assert_eq!(written.is_ok(), !link.is_empty());
                let mut lines = String::new();
                let written = signer.sign_to(&mut lines, &request, PayloadHash::EMPTY, now);
                prop_assert_eq!(written.is_ok(), !lines.is_empty());
                prop_assert_eq!(lines.matches('\n').count(), if written.is_err() { 0 } else if s3 { 3 } else { 2 });
                prop_assert!(!link.contains(|c: char| c.is_ascii_control()), "{}", link);
            }
        }
    }
}

/// Bytes to change others into: those that have a part in some rule, and some that have none.
const CHANGES: &[u8] = b" \t\n\0%+&=/.;:,?#-_~0129abfABFXx@\x7f";

/// Every day of ten thousand years, against a calendar that counts them one by one.
#[test]
fn timestamps_of_every_day() {
    let (mut year, mut month, mut day) = (0, 1, 1);
    let mut unix = Timestamp::FIRST.unix();
    assert_eq!(Timestamp::from_unix(unix), Ok(Timestamp::FIRST));
    while year < 10_000 {
        let text = format!("{year:04}{month:02}{day:02}T133707Z");
        let timestamp = Timestamp::from_unix(unix + 13 * 3600 + 37 * 60 + 7).expect("inside the range");
        assert_eq!(timestamp.to_string(), text);
        assert_eq!(Timestamp::parse(&text), Ok(timestamp));
        unix += 86400;
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        day += 1;
        if day > days[month - 1] {
            (month, day) = (month + 1, 1);
        }
        if month > 12 {
            (year, month) = (year + 1, 1);
        }
    }
    assert_eq!(unix - 1, Timestamp::LAST.unix());
    assert_eq!(Timestamp::from_unix(unix - 1), Ok(Timestamp::LAST));
}

fn service(s3: bool) -> &'static str {
    if s3 { "s3" } else { "service" }
}

fn signer(s3: bool, token: Option<&str>, now: Timestamp) -> Signer {
    let credentials = match token {
        Some(token) => credentials().with_session_token(token).expect("a token"),
        None => credentials(),
    };
    Signer::for_service(credentials, Service::new(service(s3)).expect("a service"), "us-east-1", now).expect("a signer")
}

fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (&**name, &**value)).collect()
}

/// Text of the characters that have a part in the rules, and of any other.
fn anything() -> impl Strategy<Value = String> {
    let special = prop::sample::select(
        &[
            "/",
            "//",
            "/../",
            "/./",
            ".",
            "..",
            "%",
            "%2F",
            "%2e",
            "%zz",
            "+",
            " ",
            "  ",
            "\t",
            "&",
            "=",
            "?",
            "#",
            ":",
            ";",
            "@",
            "é",
            "\u{a0}",
            "😀",
            "\0",
            "\r\n",
            "\n",
            "[",
            "]",
            "\\",
            "X-Amz-Date",
            "host",
            "x-amz-",
            "A",
            "z",
            "~",
        ][..],
    );
    let piece = prop_oneof![3 => special.prop_map(String::from), 2 => "[a-zA-Z0-9._~-]{1,3}", 1 => any::<char>().prop_map(String::from)];
    vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn path() -> impl Strategy<Value = String> {
    anything().prop_map(|text| if text.is_empty() { text } else { format!("/{text}") })
}

fn query() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = prop_oneof![
        anything(),
        prop::sample::select(&["a", "a-b", "A", "aa", "é", "", "b"][..]).prop_map(String::from)
    ];
    let reserved = |name: &str| name.to_ascii_lowercase().starts_with("x-amz-");
    let name = name.prop_filter("query authentication's own", move |name| !reserved(name));
    vec((name, prop_oneof![anything(), Just("1".to_owned())]), 0..10)
}

fn headers() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = prop_oneof![
        prop::sample::select(
            &["x-amz-meta-a", "X-Amz-Meta-A", "x-amz-meta-a-b", "Content-Type", "range", "x-amz-meta"][..]
        )
        .prop_map(String::from),
        "[A-Za-z!#$%&'*+.^_`|~-]{1,4}",
    ];
    // The twin does not know the headers that are never signed.
    let name = name.prop_filter("never signed, or the host", |name| {
        !matches!(&*name.to_ascii_lowercase(), "te" | "host" | "sec-")
    });
    let value = anything().prop_filter("two lines", |value| !value.contains(['\r', '\n', '\0']));
    vec((name, value), 0..8)
}

fn token() -> impl Strategy<Value = String> {
    "[A-Za-z0-9+/=]{1,80}"
}

fn instant() -> impl Strategy<Value = Timestamp> {
    (0..4_102_444_800_i64).prop_map(|unix| Timestamp::from_unix(unix).expect("before 2100"))
}
