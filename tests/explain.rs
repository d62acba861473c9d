//! A catalogue of mistakes: each is really made with a request that this crate signed, and answered by a server that
//! works its texts out by itself (`server`, over `naive`), in the words and elements of the servers that exist.
#![cfg(feature = "explain")]

mod naive;
mod server;
mod util;

use proptest::collection::vec;
use proptest::prelude::*;
use s3_sigv4::{
    Bucket, Cause, ChunkedBody, Credentials, ErrorResponse, Explanation, PayloadHash, Request, Rewrite, Service,
    SignedText, Signer, StringToSign,
};
use server::{Answer, Flavour, Server, Wire, percent_decode};
use sha2::{Digest, Sha256};
use std::time::{Duration, Instant};
use util::{SECRET_KEY, at, credentials, now, request, session, signer};

/// What is signed, and how.
#[derive(Clone, Copy)]
struct Order {
    link: bool,
    method: &'static str,
    key: &'static str,
    query: &'static [(&'static str, &'static str)],
    headers: &'static [(&'static str, &'static str)],
    body: &'static [u8],
    session: bool,
    region: &'static str,
    service: &'static str,
}

const GET: Order = Order {
    link: false,
    method: "GET",
    key: "cat.jpg",
    query: &[],
    headers: &[],
    body: b"",
    session: false,
    region: "us-east-1",
    service: "s3",
};
const LINK: Order = Order { link: true, ..GET };
const PUT: Order = Order { method: "PUT", body: b"Welcome to Amazon S3.", ..GET };

struct Mistake {
    name: &'static str,
    order: Order,
    flavour: Flavour,
    make: fn(&mut Wire, &mut Server),
}

/// What came of a mistake: explained with the canonical request at hand and without, and what nobody may be told.
struct Outcome {
    explanation: Explanation,
    alone: Explanation,
    secrets: Vec<String>,
}

/// Signs, makes the mistake, has the server answer, and explains its answer.
fn outcome(&Mistake { name, order, flavour, make }: &Mistake) -> Outcome {
    let identity = if order.session { session() } else { credentials() };
    let service = Service::new(order.service)
        .expect("a service")
        .with_path_encoding(s3_sigv4::PathEncoding::Once)
        .with_path_normalization(s3_sigv4::PathNormalization::AsSent)
        .with_content_sha256(s3_sigv4::ContentSha256::Signed);
    let signer = Signer::for_service(identity, service, order.region, now()).expect("a signer");
    let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "examplebucket").expect("a bucket");
    let request = bucket.on_object(order.method, order.key).expect("a request");
    let request = request.with_query(order.query).with_headers(order.headers).allow_dot_segments();
    let payload = PayloadHash::of(order.body);
    let lifetime = Duration::from_secs(900);

    let (url, added, canonical) = if order.link {
        let link = signer.presign(&request, lifetime, now()).expect("a link");
        let canonical = signer.canonical_link(&request, lifetime, now()).expect("a canonical request");
        (link.url().to_owned(), vec![], canonical)
    } else {
        let signed = signer.sign(&request, payload, now()).expect("a signature");
        let canonical = signer.canonical_request(&request, payload, now()).expect("a canonical request");
        let added = signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        (request.url().to_string(), added, canonical)
    };
    let (_, rest) = url.split_once("://").expect("a scheme");
    let (host, rest) = rest.split_once('/').expect("a path");
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut headers = vec![("host".to_owned(), host.to_owned())];
    headers.extend(order.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    headers.extend(added);
    let (method, path, query) = (order.method.to_owned(), format!("/{path}"), query.to_owned());
    let mut wire = Wire { method, path, query, headers, body: order.body.to_vec() };

    let mut server = Server {
        flavour,
        now: now(),
        access_key_id: signer.access_key_id().to_owned(),
        secret: SECRET_KEY.to_owned(),
        session_token: order.session.then(|| "IQoJb3JpZ2luX2VjEXAMPLE//token+=".to_owned()),
        token_expired: false,
        region: order.region.to_owned(),
        service: order.service.to_owned(),
        quirk: |_| {},
    };
    assert!(server.refuse(&wire).is_none(), "{name}: without the mistake, it is taken");
    let mut secrets = secrets(&wire);
    make(&mut wire, &mut server);
    secrets.extend(self::secrets(&wire));
    let Answer { status, body } =
        server.refuse(&wire).unwrap_or_else(|| panic!("{name}: with it, it is taken as well"));
    let response = ErrorResponse::new(&body).with_status(status);
    Outcome { explanation: response.explain(&canonical), alone: response.explain_alone(), secrets }
}

/// Signatures, tokens and keys of a request, encoded and not.
fn secrets(wire: &Wire) -> Vec<String> {
    let mut secrets = vec![SECRET_KEY.to_owned()];
    for name in ["X-Amz-Signature", "X-Amz-Security-Token"] {
        let value = wire.query.split(&format!("{name}=")).nth(1).and_then(|rest| rest.split('&').next());
        secrets.extend(value.into_iter().flat_map(|value| [value.to_owned(), percent_decode(value)]));
    }
    let signature = wire.header("authorization").and_then(|value| value.split("Signature=").nth(1));
    let headers = ["x-amz-security-token", "x-amz-server-side-encryption-customer-key"].map(|name| wire.header(name));
    secrets.extend(headers.into_iter().chain([signature]).flatten().map(str::to_owned));
    secrets
}

/// Every message as a whole, in a file to be read: a name, then what `{:#}` prints.
#[test]
fn the_catalogue() {
    let found: String = mistakes()
        .iter()
        .map(|mistake| format!("== {} ({:?})\n{:#}\n\n", mistake.name, mistake.flavour, outcome(mistake).explanation))
        .collect();
    let expected = include_str!("vectors/explain/catalogue.txt");
    print!("{found}"); // in whole, where it is not as expected
    for (found, expected) in found.split("\n\n").zip(expected.split("\n\n")) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.len(), expected.len());
}

/// Bodies as servers send them, and what they say by themselves: a block each with where it was found, the status and
/// headers if they matter, the body, and the message behind `=>`.
#[test]
fn bodies_alone() {
    let expected = include_str!("vectors/explain/bodies.txt");
    let mut found = Vec::new();
    for block in expected.trim_end().split("\n\n== ") {
        let (input, _) = block.split_once("\n=>").unwrap_or_else(|| panic!("{block} has no message"));
        let (mut lines, mut status, mut headers) = (input.split_once('\n').map_or("", |(_, rest)| rest), None, vec![]);
        while let Some((name, value)) = lines.lines().next().and_then(|line| line.split_once(": ")) {
            if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte.is_ascii_digit()) {
                break;
            }
            match name {
                "status" => status = Some(value.parse().expect("a status")),
                _ => headers.push((name, value)),
            }
            lines = lines.split_once('\n').map_or("", |(_, rest)| rest);
        }
        let mut response = ErrorResponse::new(lines);
        response = status.map_or(response, |status| response.with_status(status));
        for (name, value) in headers {
            response = response.with_header(name, value);
        }
        found.push(format!("{input}\n=> {:#}", response.explain_alone()));
    }
    let found = found.join("\n\n== ") + "\n";
    print!("{found}"); // in whole, where it is not as expected
    for (found, expected) in found.split("\n== ").zip(expected.split("\n== ")) {
        assert_eq!(found.trim_end(), expected.trim_end());
    }
}

#[test]
fn no_message_tells_a_secret() {
    for mistake in mistakes() {
        let Outcome { explanation, alone, secrets } = outcome(&mistake);
        for text in [&explanation, &alone].map(|explanation| format!("{explanation:#}\n{explanation:?}")) {
            for secret in secrets.iter().filter(|secret| secret.len() >= 16) {
                assert!(!text.contains(&**secret), "{}: {text} has {secret}", mistake.name);
            }
        }
    }
}

#[test]
fn what_an_explanation_holds() {
    let mistake = |name: &str| mistakes().into_iter().find(|mistake| mistake.name == name).expect(name);
    let Outcome { explanation, alone, .. } = outcome(&mistake("three things at once"));
    assert_eq!(explanation.code(), Some("SignatureDoesNotMatch"));
    let cause = Cause::Header {
        name: "content-type".to_owned(),
        signed: "text/plain".to_owned(),
        received: "text/html".to_owned(),
    };
    assert_eq!(*explanation.cause(), cause);
    assert_eq!(explanation.other_differences(), 2);
    let difference = explanation.difference().expect("a difference");
    assert_eq!((difference.text(), difference.line()), (SignedText::CanonicalRequest, 4));
    assert_eq!(difference.signed(), Some("content-type:text/plain"));
    assert_eq!(difference.received(), Some("content-type:text/html"));
    assert!(matches!(alone.cause(), Cause::NotCompared { .. }));
    assert_eq!((alone.difference(), alone.other_differences()), (None, 0));

    assert_eq!(format!("{explanation:#}").lines().count(), 5);
    assert_eq!(explanation.to_string().lines().count(), 1, "the texts are shown where they are asked for");

    let added = outcome(&mistake("a header is added to the signed ones")).explanation;
    assert_eq!(added.difference().map(|difference| difference.signed()), Some(None));
    let rewritten = outcome(&mistake("the path is encoded twice")).explanation;
    assert_eq!(*rewritten.cause(), Cause::PathRewritten { rewrite: Rewrite::EncodedTwice });
    let response = ErrorResponse::new("<Error><Code>a</Code></Error>").with_status(403);
    assert_eq!(format!("{response:?}"), "ErrorResponse { status: Some(403), bytes: 29, .. }");
}

/// A session's key id is known with its token alone, which a request has or has not.
#[test]
fn a_key_of_a_session_that_is_not_known() {
    let body = "<Error><Code>InvalidAccessKeyId</Code><AWSAccessKeyId>ASIAIOSFODNN7EXAMPLE</AWSAccessKeyId></Error>";
    let unknown = Cause::AccessKeyUnknown { access_key_id: Some("ASIAIOSFODNN7EXAMPLE".to_owned()) };
    let get = request("/cat.jpg");
    let session = |service| {
        let credentials = Credentials::new("ASIAIOSFODNN7EXAMPLE", "secret").expect("keys");
        let credentials = credentials.with_session_token("token").expect("a token");
        Signer::for_service(credentials, service, "us-east-1", now()).expect("a signer")
    };
    for (signer, expected) in [
        (signer(), Cause::TokenMissing),
        (session(Service::S3), unknown.clone()),
        (session(Service::S3_EXPRESS), unknown.clone()),
    ] {
        let header = signer.canonical_request(&get, PayloadHash::EMPTY, now()).expect("a canonical request");
        let link = signer.canonical_link(&get, Duration::from_secs(900), now()).expect("a canonical request");
        for canonical in [header, link] {
            assert_eq!(*ErrorResponse::new(body).explain(&canonical).cause(), expected, "{canonical}");
        }
    }
    assert_eq!(
        unknown.to_string(),
        "the server knows no access key id ASIAIOSFODNN7EXAMPLE. A session's is known together with its token alone. The token \
         was signed: see that it arrives, and that the session is of this server and partition."
    );
    assert_eq!(*ErrorResponse::new(body).explain_alone().cause(), Cause::TokenMissing);
}

/// What the server does not show can be seen all the same: by its clock, and by its bucket's region.
#[test]
fn what_is_seen_without_texts() {
    let signer = signer();
    let get = request("/cat.jpg");
    let canonical = signer.canonical_request(&get, PayloadHash::EMPTY, now()).expect("a canonical request");
    let link = signer.canonical_link(&get, Duration::from_secs(900), now()).expect("a canonical request");
    let body = "<Error><Code>SignatureDoesNotMatch</Code><Resource>/examplebucket/cat.jpg</Resource></Error>";
    let shown = ErrorResponse::new(body);
    let late = shown.with_header("Date", "Fri, 24 May 2013 00:15:01 GMT");
    let clock = Cause::Clock { signed: Some(now()), server: Some(at("20130524T001501Z")), allowed: None };
    assert_eq!(*late.explain(&canonical).cause(), clock);
    let in_time = shown.with_header("date", "Fri, 24 May 2013 00:15:00 GMT");
    for (response, canonical) in [(shown, &canonical), (in_time, &canonical), (late, &link)] {
        assert!(matches!(response.explain(canonical).cause(), Cause::NothingShown { .. }));
    }
    // Servers name the object as it is called, or as it was sent.
    let blank = request("/a b.jpg");
    let blank = signer.canonical_request(&blank, PayloadHash::EMPTY, now()).expect("a canonical request");
    for resource in ["/examplebucket/a b.jpg", "/examplebucket/a%20b.jpg"] {
        let body = body.replace("/examplebucket/cat.jpg", resource);
        assert!(matches!(ErrorResponse::new(&body).explain(&blank).cause(), Cause::NothingShown { .. }), "{resource}");
    }
    let region = Cause::Region { signed: Some("us-east-1".to_owned()), expected: Some("eu-west-1".to_owned()) };
    assert_eq!(*shown.with_header("X-Amz-Bucket-Region", "eu-west-1").explain(&canonical).cause(), region);

    // The string to sign alone, of the same canonical request and of another.
    let string = StringToSign::new(&canonical).to_string();
    let only = |string: &str| {
        let body = format!("<Error><Code>SignatureDoesNotMatch</Code><StringToSign>{string}</StringToSign></Error>");
        ErrorResponse::new(&body).explain(&canonical)
    };
    assert_eq!(*only(&string).cause(), Cause::Secret { access_key_id: None });
    let host = Some("examplebucket.s3.amazonaws.com".to_owned());
    let other = only(&string.replace("aws4_request\n", "aws4_request\n0"));
    assert_eq!(*other.cause(), Cause::CanonicalRequestNotShown { host });
    assert_eq!(
        other.to_string(),
        "SignatureDoesNotMatch: the server made another canonical request and does not show it. Something changed on the \
         way: most often the host (signed: examplebucket.s3.amazonaws.com) by a proxy, then the encoding of the path, \
         then a header by the client."
    );
    // One host with a blank is one host.
    let text = canonical.to_string().replace("amazonaws.com\n", "amazonaws.com \n");
    let body = format!("<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>{text}</CanonicalRequest></Error>");
    let explanation = ErrorResponse::new(&body).explain(&canonical);
    assert_eq!(*explanation.cause(), Cause::HeaderBlanks { name: "host".to_owned() });

    for (old, new, text) in [
        (
            "us-east-1",
            "us-west-2",
            "SignatureDoesNotMatch: the signature is for the region us-east-1, and the server expects us-west-2. Sign for \
             us-west-2.\n\
             line 3 of the string to sign\n  \
               signed:   20130524/us-east-1/s3/aws4_request\n  \
               received: 20130524/us-west-2/s3/aws4_request\n                        \
                                     ^",
        ),
        (
            "/s3/",
            "/storage/",
            "SignatureDoesNotMatch: the signature is for the service s3, and the server expects storage. Sign for \
             storage.\n\
             line 3 of the string to sign\n  \
               signed:   20130524/us-east-1/s3/aws4_request\n  \
               received: 20130524/us-east-1/storage/aws4_request\n                                \
                                             ^",
        ),
        (
            "\n20130524T000000Z\n",
            "\n20130524T000001Z\n",
            "SignatureDoesNotMatch: the request compared is dated 2013-05-24T00:00:00Z and the one received 2013-05-24T00:00:01Z. \
             It was signed again in between, or the date was replaced on the way: compare with the canonical request of \
             the signing that was sent, and send x-amz-date as it was signed.\n\
             line 2 of the string to sign\n  \
               signed:   20130524T000000Z\n  \
               received: 20130524T000001Z\n                          \
                                        ^",
        ),
        (
            "AWS4-HMAC-SHA256\n20130524T000000Z",
            "PUT\n\ntext/plain",
            "SignatureDoesNotMatch: the server verified by PUT, and the signature was made by AWS4-HMAC-SHA256. It does \
             not see this signature as one of Version 4: send authorization by header or by query and not by both, with \
             its names as they were made. 2 more lines differ.\n\
             line 1 of the string to sign\n  \
               signed:   AWS4-HMAC-SHA256\n  \
               received: PUT\n            \
                         ^",
        ),
    ] {
        assert_eq!(format!("{:#}", only(&string.replacen(old, new, 1))), text);
    }
}

/// A server goes over the chunks as over the request, and shows the string to sign of the one that is wrong.
#[test]
fn a_chunk_is_changed() {
    let (signer, data) = (signer(), [b'a'; 8192]);
    let body = ChunkedBody::signed(8192).with_chunk_size(8192).expect("a size");
    let put = Request::new("PUT", "https://examplebucket.s3.amazonaws.com", "/cat.jpg").expect("a request");
    let chunked = signer.sign_chunked(&put, &body, now()).expect("a signature");
    // What was signed, once more: with the headers that signing in chunks adds.
    let headers: Vec<_> = chunked.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let headers: Vec<_> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
    let put = put.with_headers(&headers).with_unsigned_headers(&["content-length"]);
    let canonical = signer.canonical_request(&put, body.payload_hash(), now()).expect("a canonical request");
    let signature = signer.key().sign(&StringToSign::new(&canonical)).expect("its own day");
    assert!(signature == chunked.signature());

    let scope = "20130524/us-east-1/s3/aws4_request";
    let previous = signature.to_string();
    let string = |data: &[u8]| {
        let [empty, hash] = [&b""[..], data].map(|data| hex::encode(Sha256::digest(data)));
        format!("AWS4-HMAC-SHA256-PAYLOAD\n20130524T000000Z\n{scope}\n{previous}\n{empty}\n{hash}")
    };
    let mut chunks = chunked.into_chunks();
    let head = chunks.chunk(&data).expect("the announced length");
    let sent = head.as_str().trim_end().split_once("chunk-signature=").expect("a signature").1;
    assert_eq!(naive::signature(SECRET_KEY, scope, &string(&data)), sent, "without the mistake, it is taken");
    let mut changed = data;
    changed[0] = b'b';
    assert_ne!(naive::signature(SECRET_KEY, scope, &string(&changed)), sent, "with it, it is refused");
    let texts = [("CanonicalRequest", canonical.to_string()), ("StringToSign", string(&changed))];
    let texts: String = texts.iter().map(|(name, text)| format!("<{name}>{text}</{name}>")).collect();
    let body = format!("<Error><Code>SignatureDoesNotMatch</Code>{texts}</Error>");
    let explanation = ErrorResponse::new(&body).explain(&canonical);
    assert_eq!((explanation.cause(), explanation.difference()), (&Cause::Chunk, None));
    for secret in [&*previous, sent] {
        assert!(!format!("{explanation:#}{explanation:?}").contains(secret));
    }
}

/// Bodies that would take long, or much, if anything in them was read more than once or believed.
#[test]
fn hostile_bodies() {
    const LENGTH: usize = 1 << 20;
    let signer = signer();
    let get = request("/cat.jpg").with_query(&[("prefix", "a")]);
    let canonical = signer.canonical_request(&get, PayloadHash::EMPTY, now()).expect("a canonical request");
    let long_name = "%".repeat(20_000);
    let query = [(&*long_name, "a")];
    let long = request("/cat.jpg").with_query(&query);
    let long = signer.canonical_request(&long, PayloadHash::EMPTY, now()).expect("a canonical request");
    let many = |piece: &str| piece.repeat(LENGTH / piece.len());
    let element = |name: &str, text: &str| {
        format!("<Error><Code>SignatureDoesNotMatch</Code><{name}>{text}</{name}><Region>r</Region></Error>")
    };
    let request = |text: &str| element("CanonicalRequest", text);
    let bodies = [
        many("&"),
        many("<"),
        many("<a>"),
        many("<Code>"),
        many("<!--"),
        many("<![CDATA["),
        many("</a>"),
        many("<a b='"),
        many("<?"),
        element("Message", &many("&amp;")),
        element("Message", &many("&")),
        element("Message", &many("0123456789abcdef")),
        element("StringToSignBytes", &many("41 ")),
        request(&many("\n")),
        request(&many("a:b\n")),
        request(&many("a\nb:\n")),
        request(&format!("GET\n{}\n\n\n\n\n", many("%25"))),
        request(&format!("GET\n{}\n\n\n\n\n", many("/.."))),
        request(&format!("GET\n{}\n\n\n\n\n", many("signature="))),
        request(&format!("GET\n{}\n\n\n\n\n", many("signature%3d"))),
        request(&format!("GET\n{}\n\n\n\n\n", many("secret%253da%2526"))),
        request(&format!("GET\n{}\n\n\n\n\n", many("secret-"))),
        request(&format!("GET\n/cat.jpg\n{}\n\n\n\n", many("a&"))),
        request(&format!("GET\n/cat.jpg\n{}\n\n\n\n", many("prefix=b&"))),
        // As long as it is still read.
        request(&format!("GET\n/cat.jpg\n{}\nhost:h\n\nhost\n0", "a&".repeat(120_000))),
        request(&format!("GET\n/cat.jpg\n{}\n\n\n\n", many("cookie=&"))),
        format!(
            "<!DOCTYPE Error [<!ENTITY a \"{}\"><!ENTITY b SYSTEM \"file:///etc/passwd\">]>\
             <Error><Code>&a;&b;</Code><Message>&a;&b;</Message></Error>",
            "b".repeat(100)
        ),
    ];
    for body in &bodies {
        let start = Instant::now();
        let response = ErrorResponse::new(body);
        for explanation in [response.explain(&canonical), response.explain(&long), response.explain_alone()] {
            let text = format!("{explanation:#}\n{explanation:?}");
            assert!(text.len() < 8 * 1024, "{} bytes for {:.80}", text.len(), body);
            assert!(!text.contains("passwd"), "{text}");
        }
        // In a debug build, with room for a busy machine; what is read twice for each byte takes minutes.
        assert!(start.elapsed() < Duration::from_secs(10), "{:?} for {:.80}", start.elapsed(), body);
    }
}

#[test]
fn a_strangers_text_moves_no_cursor() {
    let signer = signer();
    let get = request("/cat.jpg");
    let canonical = signer.canonical_request(&get, PayloadHash::EMPTY, now()).expect("a canonical request");
    let host = "evil\u{1b}[2J\r\u{202e}moc\u{7}\u{9b}";
    let text = canonical.to_string().replace("examplebucket.s3.amazonaws.com", host);
    let elements = format!(
        "<Message>{host}</Message><CanonicalRequest>{text}</CanonicalRequest><Region>{host}</Region>\
         <AWSAccessKeyId>{host}</AWSAccessKeyId><HeadersNotSigned>{host}</HeadersNotSigned><Endpoint>{host}</Endpoint>"
    );
    for code in CODES.iter().chain(&[host]) {
        let body = format!("<Error><Code>{code}</Code>{elements}</Error>");
        let without = body.replace("Region>", "R>").replace("HeadersNotSigned>", "H>");
        for body in [body, without] {
            let response = ErrorResponse::new(&body);
            for explanation in [response.explain(&canonical), response.explain_alone()] {
                let text = format!("{explanation:#}");
                let moves = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
                assert!(!text.contains(moves), "{code}: {text:?}");
            }
        }
    }
}

proptest! {
    /// Whatever the body, nothing panics, and what is said stays short.
    #[test]
    fn any_body_is_explained(bytes in any::<Vec<u8>>(), texts in vec("\\PC{0,40}", 4), code in 0..CODES.len(), cut in 0..400_usize) {
        let signer = signer();
        let get = request("/a b").with_query(&[("prefix", "a+b"), ("acl", "")]);
        let canonical = signer.canonical_request(&get, PayloadHash::EMPTY, now()).expect("a canonical request");
        let own = canonical.to_string();
        let cut = (0..=cut.min(own.len())).rev().find(|at| own.is_char_boundary(*at)).unwrap_or(0);
        let [a, b, c, d] = [0, 1, 2, 3].map(|i| server::escaped(&texts[i]));
        let body = format!(
            "<Error><Code>{}</Code><Message>{a}</Message><CanonicalRequest>{}{b}{}</CanonicalRequest>\
             <StringToSign>{c}</StringToSign><Resource>/{d}</Resource></Error>",
            CODES[code], &own[..cut], &own[cut..]
        );
        for body in [bytes, body.into_bytes()] {
            let response = ErrorResponse::new(&body);
            for explanation in [response.explain(&canonical), response.explain_alone()] {
                let text = format!("{explanation:#}{explanation:?}");
                prop_assert!(text.len() < 8 * 1024);
            }
        }
    }
}

const CODES: &[&str] = &[
    "SignatureDoesNotMatch",
    "AuthorizationHeaderMalformed",
    "RequestTimeTooSkewed",
    "AccessDenied",
    "ExpiredToken",
    "InvalidAccessKeyId",
    "XAmzContentSHA256Mismatch",
    "MissingSecurityHeader",
    "PermanentRedirect",
    "EntityTooLarge",
    "EntityTooSmall",
    "InvalidPolicyDocument",
    "InvalidRequest",
    "NoSuchKey",
];

fn mistakes() -> Vec<Mistake> {
    let mut all = Vec::new();
    let mut on = |name, order, flavour, make| all.push(Mistake { name, order, flavour, make });
    use Flavour::*;
    on("GET used as HEAD", LINK, Swift, |wire, _| wire.method = "HEAD".to_owned());
    on("a redirect followed by GET", PUT, S3, |wire, _| wire.method = "GET".to_owned());
    on("PUT used as DELETE", PUT, R2, |wire, _| wire.method = "DELETE".to_owned());
    on("a proxy names its upstream", GET, S3, |wire, _| wire.set("host", "10.0.0.5:9000"));
    on("a proxy adds its port", LINK, R2, |wire, _| wire.set("host", "examplebucket.s3.amazonaws.com:8443"));
    on("the host is sent twice", GET, Swift, |wire, _| wire.add("Host", "examplebucket.s3.amazonaws.com"));
    let blank = Order { key: "cat & dog.jpg", ..GET };
    on("the path is encoded twice", blank, S3, |wire, _| wire.path = wire.path.replace('%', "%25"));
    let percent = Order { key: "100%20.jpg", ..GET };
    on("a proxy decodes the path", percent, Swift, |wire, _| wire.path = wire.path.replace("%25", "%"));
    let plus = Order { key: "libstdc++.rpm", ..GET };
    on("a plus is taken for a space", plus, S3, |wire, _| wire.path = wire.path.replace("%2B", "%20"));
    on("a space is sent as plus", blank, S3, |wire, _| wire.path = wire.path.replace("%20", "+"));
    let slash = Order { key: "a/b", ..GET };
    on("the server takes %2F for a slash", slash, S3, |_, server| {
        server.quirk = |text| *text = text.replacen("/a/b", "/a%2Fb", 1)
    });
    let dots = Order { key: "a//b/../c", ..GET };
    on("a client resolves dots", dots, S3, |wire, _| wire.path = "/a/c".to_owned());
    let folder = Order { key: "a//b/", ..GET };
    on("a client folds slashes of a folder", folder, S3, |wire, _| wire.path = "/a/b/".to_owned());
    on("a proxy adds a slash", GET, S3, |wire, _| wire.path += "/");
    on("path style to a virtual host", GET, S3, |wire, _| wire.path.insert_str(0, "/examplebucket"));
    let folder = Order { key: "storage/cat.jpg", ..GET };
    on("a proxy takes its folder off", folder, S3, |wire, _| wire.path = "/cat.jpg".to_owned());
    on("another path", GET, Google, |wire, _| wire.path = "/dog.jpg".to_owned());
    let list = Order { query: &[("prefix", "a b"), ("list-type", "2"), ("acl", "")], ..GET };
    on("the server sorts otherwise", list, S3, |_, server| {
        server.quirk = |text| *text = text.replacen("acl=&list-type=2", "list-type=2&acl=", 1)
    });
    on("the server leaves the = out", list, S3, |_, server| {
        server.quirk = |text| *text = text.replacen("acl=&", "acl&", 1)
    });
    on("a client encodes a parameter again", list, S3, |wire, _| wire.requery("%20", "%2520"));
    on("a form encodes a space", list, S3, |wire, _| wire.requery("%20", "+"));
    on("a CDN adds a parameter", LINK, S3, |wire, _| wire.query += "&utm_source=mail");
    on("a shell ends the link at &", list, S3, |wire, _| wire.query = "list-type=2".to_owned());
    let twice = Order { query: &[("a", "1"), ("a", "2")], ..GET };
    on("one parameter of two is kept", twice, Swift, |wire, _| wire.requery("a=1&", ""));
    let same = Order { query: &[("a", "1"), ("a", "1")], ..GET };
    on("one parameter of two that are equal is kept", same, Swift, |wire, _| wire.requery("a=1&", ""));
    on("a parameter is changed", list, S3, |wire, _| wire.requery("list-type=2", "list-type=1"));
    on("a link is made longer", LINK, S3, |wire, _| wire.requery("X-Amz-Expires=900", "X-Amz-Expires=86400"));
    on("the server saw another link", LINK, S3, |_, server| {
        server.quirk = |text| *text = text.replacen("X-Amz-Date=20130524T000000Z", "X-Amz-Date=20130524T000100Z", 1)
    });
    let typed = Order { headers: &[("content-type", "text/plain"), ("x-amz-meta-color", "red")], ..PUT };
    on("a browser sets the type", typed, S3, |wire, _| wire.set("content-type", "text/plain;charset=UTF-8"));
    let typed_link = Order { link: true, ..typed };
    on("a signed header is not sent with a link", typed_link, S3, |wire, _| wire.remove("x-amz-meta-color"));
    on("a signed header is not shown, and another one is listed", typed, S3, |_, server| {
        server.quirk = |text| {
            let without = text.replacen("x-amz-meta-color:red\n", "", 1);
            *text = without.replacen("\n\ncontent-type;", "\n\naccept;content-type;", 1);
        };
    });
    let measured = Order { headers: &[("content-length", "21")], ..PUT };
    on("a body of another length", measured, S3, |wire, _| wire.set("content-length", "22"));
    let encoded = Order { headers: &[("accept-encoding", "identity")], ..PUT };
    on("Google's front end", encoded, Google, |wire, _| wire.set("accept-encoding", "identity,gzip(gfe)"));
    on("a header changed", typed, Swift, |wire, _| wire.set("x-amz-meta-color", "green"));
    let blanks = Order { headers: &[("x-amz-meta-a", "one\u{a0}two")], ..PUT };
    on("the server folds other blanks", blanks, Swift, |_, server| {
        server.quirk = |text| *text = text.replace('\u{a0}', " ")
    });
    let umlaut = Order { headers: &[("x-amz-meta-name", "Zoë")], ..PUT };
    on("a client sends Latin-1 read as UTF-8", umlaut, S3, |wire, _| wire.set("x-amz-meta-name", "ZoÃ«"));
    on("a client writes ASCII", umlaut, S3, |wire, _| wire.set("x-amz-meta-name", "Zoe"));
    on("a server cannot read the name", umlaut, S3, |wire, _| wire.set("x-amz-meta-name", "Zo\u{fffd}"));
    let spoiled = Order { headers: &[("x-amz-meta-name", "ZoÃ«")], ..PUT };
    on("a client sends UTF-8 read as Latin-1", spoiled, S3, |wire, _| wire.set("x-amz-meta-name", "Zoë"));
    on("the server sees no host", GET, S3, |_, server| {
        server.quirk = |text| *text = text.replacen("host:examplebucket.s3.amazonaws.com\n", "host:\n", 1)
    });
    on("the server sees no date", GET, S3, |_, server| {
        server.quirk = |text| *text = text.replacen("x-amz-date:20130524T000000Z\n", "x-amz-date:\n", 1)
    });
    on("the hash is not sent", PUT, Swift, |wire, _| wire.remove("x-amz-content-sha256"));
    on("an x-amz- header is added", LINK, S3, |wire, _| wire.add("x-amz-acl", "public-read"));
    on("a header is added to the signed ones", GET, S3, |wire, _| {
        let authorization =
            wire.header("authorization").unwrap().replace("SignedHeaders=host", "SignedHeaders=accept;host");
        wire.set("authorization", &authorization);
        wire.add("accept", "*/*");
    });
    on("a signed header is no longer listed", typed, S3, |wire, _| {
        let authorization = wire.header("authorization").unwrap().replace("content-type;", "");
        wire.set("authorization", &authorization);
    });
    on("no authentication arrives", GET, S3, |wire, _| wire.remove("authorization"));
    on("the body is changed", PUT, S3, |wire, _| wire.body.push(b'\n'));
    on("the body is lost", PUT, S3, |wire, _| wire.body.clear());
    on("the body's hash is replaced", PUT, Swift, |wire, _| {
        wire.body.push(b'\n');
        let hash = PayloadHash::of(&wire.body);
        wire.set("x-amz-content-sha256", hash.as_str());
    });
    on("a server hashes the body by itself", PUT, S3, |_, server| {
        server.quirk = |text| text.replace_range(text.len() - 64.., &PayloadHash::of(b"other").to_string())
    });
    on("an MD5 in place of the hash", PUT, Swift, |wire, _| {
        wire.set("x-amz-content-sha256", "d41d8cd98f00b204e9800998ecf8427e")
    });
    on("a client chunks the body", PUT, S3, |wire, _| {
        wire.set("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
    });
    on("a link with a hash", LINK, R2, |wire, _| wire.add("x-amz-content-sha256", PayloadHash::EMPTY.as_str()));
    on("the date is replaced", GET, S3, |wire, _| wire.set("x-amz-date", "20130524T000100Z"));
    on("another region, by header", GET, S3, |_, server| server.region = "eu-central-1".to_owned());
    on("another region, by link", LINK, S3, |_, server| server.region = "eu-central-1".to_owned());
    on("another region, the message alone", GET, Minio, |_, server| server.region = "eu-central-1".to_owned());
    on("another service", Order { service: "execute-api", ..GET }, S3, |_, server| server.service = "s3".to_owned());
    on("the clock is behind", GET, S3, |_, server| server.now = at("20130524T010203Z"));
    on("the clock is ahead", GET, S3, |_, server| server.now = at("20130523T234000Z"));
    on("a link has expired", LINK, S3, |_, server| server.now = at("20130526T001500Z"));
    on("a link has expired, Google", LINK, Google, |_, server| server.now = at("20130526T001500Z"));
    on("a link has expired, R2", LINK, R2, |_, server| server.now = at("20130526T001500Z"));
    on("a link is used too early", LINK, S3, |_, server| server.now = at("20130523T000000Z"));
    on("a lifetime too long", LINK, S3, |wire, _| wire.requery("X-Amz-Expires=900", "X-Amz-Expires=604801"));
    let role = Order { session: true, ..GET };
    on("the token is missing", role, S3, |wire, _| wire.remove("x-amz-security-token"));
    on("the token is missing, Swift", Order { session: true, ..PUT }, Swift, |_, server| {
        server.quirk = |text| {
            *text = text.replacen("-token:IQoJb3JpZ2luX2VjEXAMPLE//token+=\n", "-token:\n", 1);
        };
    });
    on("the token of another session", role, S3, |wire, _| wire.set("x-amz-security-token", "FwoGZXIvYXdzEXAMPLE"));
    on("the token of another session, Swift", role, Swift, |wire, _| {
        wire.set("x-amz-security-token", "FwoGZXIvYXdzEXAMPLE")
    });
    let role_link = Order { session: true, ..LINK };
    on("the token's plus is lost in a link", role_link, Swift, |wire, _| wire.requery("%2Ftoken%2B", "%2Ftoken%20"));
    on("the token has expired", role, S3, |_, server| server.token_expired = true);
    on("the access key was deleted", GET, S3, |_, server| server.access_key_id = "AKIAI44QH8DHBEXAMPLE".to_owned());
    on("another secret", GET, S3, |_, server| server.secret.push('x'));
    on("another secret, Google", LINK, Google, |_, server| server.secret.push('x'));
    on("another secret, a query API", GET, Query, |_, server| server.secret.push('x'));
    on("another host, a query API", GET, Query, |wire, _| wire.set("host", "sts.amazonaws.com"));
    on("another secret, MinIO", GET, Minio, |_, server| server.secret.push('x'));
    on("another secret, Ceph", GET, Ceph, |_, server| server.secret.push('x'));
    on("another path, SeaweedFS", folder, SeaweedFs, |wire, _| wire.path = "/cat.jpg".to_owned());
    on("HEAD is refused without a body", GET, S3, |wire, _| wire.method = "HEAD".to_owned());
    let customer = Order { headers: &[(CUSTOMER_KEY, "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")], ..PUT };
    on("another customer's key", customer, Swift, |wire, _| {
        wire.set(CUSTOMER_KEY, "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY=");
    });
    on("a customer's key is lost", customer, Swift, |wire, _| wire.set(CUSTOMER_KEY, ""));
    let digest = Order { headers: &[(CUSTOMER_DIGEST, "b4dSTlH3ns3SJ1UhFPKRrQ==")], ..PUT };
    on("another customer's key by its digest", digest, Swift, |wire, _| {
        wire.set(CUSTOMER_DIGEST, "j4dSTlH3ns3SJ1UhFPKRrQ==");
    });
    on("a whole link is taken for a key", role_link, Swift, |wire, _| {
        wire.path =
            format!("{}%3F{}", wire.path, wire.query.replace('%', "%25").replace('&', "%26").replace('=', "%3D"));
    });
    on("a client writes the query's escapes in lower case", LINK, Swift, |_, server| {
        server.quirk = |text| *text = text.replace("%2F", "%2f");
    });
    on("the server lists the headers otherwise", typed, S3, |_, server| {
        server.quirk = |text| {
            let swapped = text.replacen("content-type:text/plain\n", "", 1);
            *text = swapped.replacen("\n\ncontent-type;", "\ncontent-type:text/plain\n\ncontent-type;", 1);
        };
    });
    on("the list of signed headers is sorted otherwise", typed, S3, |_, server| {
        server.quirk = |text| *text = text.replacen("\ncontent-type;host;", "\nhost;content-type;", 1);
    });
    on("a server shows a header twice", GET, S3, |_, server| {
        server.quirk = |text| {
            let host = "host:examplebucket.s3.amazonaws.com\n";
            *text = text.replacen(host, &format!("{host}{host}"), 1);
        };
    });
    on("three things at once", typed, S3, |wire, _| {
        wire.set("host", "upstream");
        wire.set("x-amz-meta-color", "green");
        wire.set("content-type", "text/html");
    });
    all
}

const CUSTOMER_KEY: &str = "x-amz-server-side-encryption-customer-key";
const CUSTOMER_DIGEST: &str = "x-amz-server-side-encryption-customer-key-md5";
