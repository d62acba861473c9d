//! Every limit of what strangers send, at the limit and one past it: a row for each row of the table in the front page
//! of the documentation.
#![cfg(all(feature = "explain", feature = "post", feature = "sts"))]

mod util;

use core::time::Duration;
use s3_sigv4::sts::{CallerIdentity, SigninToken};
use s3_sigv4::{
    ChunkDecoder, ChunkFraming, Claim, ErrorResponse, Finding, Inspection, PayloadHash, PostClaim, Request, Signature,
    Timestamp, Verifier, VerifyError,
};
use util::{Incoming, bucket, credentials, now, request, signer};

struct Row {
    /// The first two cells of the table's row.
    of: &'static str,
    shown: &'static str,
    limit: usize,
    /// What is taken with so much, and what is said of one more.
    run: fn(usize) -> Result<(), String>,
    refused: &'static str,
}

const HOST: &str = "examplebucket.s3.amazonaws.com";

const ROWS: [Row; 19] = [
    Row {
        of: "headers",
        shown: "128, those of authentication and `host` not counted",
        limit: 128,
        run: |count| {
            let names: Vec<_> = (0..count).map(|i| format!("x{i}")).collect();
            let headers: Vec<_> = names[..count.min(128)].iter().map(|name| (&**name, "")).collect();
            let link = signer().presign(&request("/").with_headers(&headers), MINUTE, now()).expect("a link");
            let mut incoming = Incoming::link(&link);
            names[count.min(128)..].iter().for_each(|name| incoming.push(name, ""));
            verify(&incoming)
        },
        refused: "130 headers are more than the 128 that are taken besides those of authentication",
    },
    Row {
        of: "query parameters",
        shown: "128, those of authentication not counted",
        limit: 128,
        run: |count| {
            let query: Vec<_> = (0..count).map(|_| ("a", "")).collect();
            let link = signer().presign(&request("/").with_query(&query[..count.min(128)]), MINUTE, now());
            let mut incoming = Incoming::link(&link.expect("a link"));
            incoming.target.push_str(&"&a".repeat(count - count.min(128)));
            verify(&incoming)
        },
        refused: "135 query parameters are more than the 128 that are taken besides those of authentication",
    },
    Row {
        of: "bytes of an encoded query",
        shown: "65000",
        limit: 65_000,
        run: |length| {
            let sized = |length: usize| {
                let value = "a".repeat(length);
                let query = [("a", &*value)];
                let link = signer().presign(&request("/").with_query(&query), MINUTE, now()).expect("a link");
                Incoming::link(&link)
            };
            let rest = sized(0).target.len() - "/?".len();
            let mut incoming = sized(length.min(65_000) - rest);
            let more = format!("&a={}", "a".repeat(length - length.min(65_000)));
            incoming.target = incoming.target.replacen("&a=", &more, 1);
            assert_eq!(incoming.target.len(), length + "/?".len());
            verify(&incoming)
        },
        refused: "a query of 65001 bytes is longer than the 65000 that are taken",
    },
    Row {
        of: "seconds of a link's lifetime",
        shown: "604800, or what [`Verifier::with_longest_lifetime`] says",
        limit: 604_800,
        run: |seconds| {
            let target = LINK.replace("X-Amz-Expires=60", &format!("X-Amz-Expires={seconds}"));
            let request = Request::received("GET", HOST, &target).expect("a request");
            Claim::parse(&request.with_headers(&[("host", HOST)])).map(drop).map_err(|error| error.to_string())
        },
        refused: "the link's lifetime is not 1 to 604800 seconds",
    },
    Row {
        of: "seconds between two clocks, header authentication",
        shown: "900, or what [`Verifier::with_clock_skew`] says",
        limit: 900,
        run: |seconds| {
            let put = request("/");
            let incoming =
                Incoming::signed(&put, &[], &signer().sign(&put, PayloadHash::EMPTY, now()).expect("signed"));
            for later in [true, false] {
                let seconds = if later { seconds as i64 } else { -(seconds as i64) };
                let here = Timestamp::from_unix(now().unix() + seconds).expect("an instant");
                let verified = incoming.verify(&Verifier::new("us-east-1"), &credentials(), here);
                if seconds == -901 {
                    return verified.map_err(|error| error.to_string());
                }
                assert_eq!(verified.is_ok(), seconds <= 900);
            }
            Ok(())
        },
        refused: "the request is dated 2013-05-24T00:00:00Z, too far from the present, 2013-05-23T23:44:59Z",
    },
    Row {
        of: "seconds before a link's date",
        shown: "0, or what [`Verifier::with_link_clock_skew`] says",
        limit: 0,
        run: |seconds| {
            let link = signer().presign(&request("/"), MINUTE, now()).expect("a link");
            let here = Timestamp::from_unix(now().unix() - seconds as i64).expect("an instant");
            let verified = Incoming::link(&link).verify(&Verifier::new("us-east-1"), &credentials(), here);
            verified.map_err(|error| error.to_string())
        },
        refused: "the link is good from 2013-05-24T00:00:00Z on, and it is 2013-05-23T23:59:59Z",
    },
    Row {
        of: "bytes of a signed chunk",
        shown: "1048576, or what [`ChunkDecoder::with_max_chunk`] says",
        limit: 1_048_576,
        run: |length| fed(PayloadHash::STREAMING, 1 << 30, "", &signed_head(length)),
        refused: "the signed chunk at byte offset 0 has 1048577 bytes, and 1048576 are taken at most",
    },
    Row {
        of: "bytes that a chunk lacks to 8192, but the last",
        shown: "0, or what [`ChunkDecoder::with_min_chunk`] says",
        limit: 0,
        run: |lacking| fed(PayloadHash::STREAMING, 1 << 30, "", &signed_head(8192 - lacking)),
        refused: "the chunk at byte offset 0 has 8191 bytes, and only the last may have fewer than 8192",
    },
    Row {
        of: "digits of a chunk's length",
        shown: "16",
        limit: 16,
        run: |digits| fed(PayloadHash::STREAMING_UNSIGNED_TRAILER, 9000, "", &format!("{:0digits$x}\r\n", 9000)),
        refused: "the chunk at byte offset 0 does not start with its length in 1 to 16 hexadecimal digits and at most a \
                  chunk-signature",
    },
    Row {
        of: "bytes of trailing headers",
        shown: "8192, their line ends counted",
        limit: 8192,
        run: |length| {
            let value = "a".repeat(length - "x-a:".len() - "\r\n\r\n".len());
            fed(PayloadHash::STREAMING_UNSIGNED_TRAILER, 0, "x-a", &format!("0\r\nx-a:{value}\r\n\r\n"))
        },
        refused: "the trailing headers have more than 8192 bytes",
    },
    Row {
        of: "names in `x-amz-trailer`",
        shown: "16",
        limit: 16,
        run: |count| {
            let names: Vec<_> = (0..count).map(|i| format!("x-{i}")).collect();
            let framing = ChunkFraming::new(PayloadHash::STREAMING_TRAILER, 0, &names.join(","));
            framing.map(drop).map_err(|error| error.to_string())
        },
        refused: "the header x-amz-trailer is not well formed",
    },
    Row {
        of: "fields of a form (feature `post`)",
        shown: "128",
        limit: 128,
        run: |count| posted(&vec![("x-ignore-a", ""); count]),
        refused: "129 form fields are more than the 128 that are taken",
    },
    Row {
        of: "bytes of a form without its file (feature `post`)",
        shown: "20480, names and values",
        limit: 20_480,
        run: |length| posted(&[("x-ignore-a", &"a".repeat(length - "x-ignore-a".len()))]),
        refused: "the form's names and values have 20481 bytes, and 20480 are taken at most",
    },
    Row {
        of: "bytes that are inspected",
        shown: "65536",
        limit: 65_536,
        run: |length| {
            let start = "https://example.com/";
            let link = format!("{start}{}", "a".repeat(length - start.len()));
            let (as_link, as_headers) = (Inspection::of_link(&link), Inspection::of_headers(&[("", &link)]));
            let as_request = Inspection::of_request("GET", &link[3..], &[]);
            let all = [as_link, as_headers, as_request, Inspection::of_form(&[("", &link)])];
            let too_long = all.map(|inspection| inspection.findings().contains(&Finding::TooLong));
            assert!(too_long.iter().all(|one| *one == too_long[0]), "{too_long:?}");
            if too_long[0] { Err(Finding::TooLong.to_string()) } else { Ok(()) }
        },
        refused: "it is longer than 64 KiB, and not looked at",
    },
    Row {
        of: "bytes of a server's error body (feature `explain`)",
        shown: "262144, the rest is left unread",
        limit: 262_144,
        run: |length| {
            let (start, end) = ("<Error><Message>", "</Message><Code>AccessDenied");
            let text = "a".repeat(length - start.len() - end.len());
            coded(&format!("{start}{text}{end}"))
        },
        refused: "the code AccessDenie was read",
    },
    Row {
        of: "elements of it in each other (feature `explain`)",
        shown: "16, what lies behind is left unread",
        limit: 16,
        run: |depth| {
            let (open, close) = ("<a>".repeat(depth - 1), "</a>".repeat(depth - 1));
            coded(&format!("{open}<Code>AccessDenied</Code>{close}"))
        },
        refused: "no code was read",
    },
    Row {
        of: "bytes of STS's answer (feature `sts`)",
        shown: "262144",
        limit: 262_144,
        run: |length| identity(|inner| format!("<a>{inner}{}</a>", " ".repeat(length - 7 - inner.len()))),
        refused: INCOMPLETE,
    },
    Row {
        of: "elements of it in each other (feature `sts`)",
        shown: "16",
        limit: 16,
        run: |depth| {
            let (open, close) = ("<a>".repeat(depth - 1), "</a>".repeat(depth - 1));
            identity(|inner| format!("{open}{inner}{close}"))
        },
        refused: INCOMPLETE,
    },
    Row {
        of: "bytes of the federation endpoint's answer (feature `sts`)",
        shown: "65536",
        limit: 65_536,
        run: |length| {
            let body = format!("{{\"SigninToken\":\"a\"{}}}", " ".repeat(length - 19));
            SigninToken::parse(&body, now()).map(drop).map_err(|error| error.to_string())
        },
        refused: "the answer has 65537 bytes, and 65536 are read",
    },
];

const INCOMPLETE: &str =
    "the answer does not end: it was cut off, has more than 262144 bytes, or elements more than 16 deep";

const MINUTE: Duration = Duration::from_secs(60);

const LINK: &str = "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
    &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z\
    &X-Amz-Expires=60&X-Amz-SignedHeaders=host\
    &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";

fn verify(incoming: &Incoming) -> Result<(), String> {
    incoming.verify(&Verifier::new("us-east-1"), &credentials(), now()).map_err(|error| error.to_string())
}

fn signed_head(length: usize) -> String {
    format!("{length:x};chunk-signature={}\r\n", "0".repeat(64))
}

/// What a decoder says of the start of a framed body.
fn fed(payload: PayloadHash, length: u64, trailer: &str, framed: &str) -> Result<(), String> {
    let framing = ChunkFraming::new(payload, length, trailer).expect("a framing");
    let seed = Signature::parse(&"0".repeat(64)).expect("a signature");
    let mut decoder = ChunkDecoder::new(framing, seed, signer().key().clone(), now()).expect("a decoder");
    let mut input = framed.as_bytes();
    while !input.is_empty() {
        decoder.feed(&mut input).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Beyond the limits it is only an anonymous form.
fn posted(fields: &[(&str, &str)]) -> Result<(), String> {
    match PostClaim::parse("examplebucket", fields, "cat.jpg") {
        Err(VerifyError::NotSigned) => Ok(()),
        Err(error) => Err(error.to_string()),
        Ok(claim) => panic!("{claim:?}"),
    }
}

/// An identity in something.
fn identity(within: impl Fn(&str) -> String) -> Result<(), String> {
    let body = within("<Arn>a</Arn><UserId>b</UserId><Account>c</Account>");
    CallerIdentity::parse(&body).map(drop).map_err(|error| error.to_string())
}

fn coded(body: &str) -> Result<(), String> {
    let put = bucket();
    let put = put.get("cat.jpg").expect("a request");
    let signer = signer();
    let canonical = signer.canonical_request(&put, PayloadHash::EMPTY, now()).expect("a canonical request");
    let explanation = ErrorResponse::new(&body).with_status(403).explain(&canonical);
    match explanation.code() {
        Some("AccessDenied") => Ok(()),
        Some(code) => Err(format!("the code {code} was read")),
        None => Err("no code was read".into()),
    }
}

#[test]
fn each_limit_is_kept_and_is_no_lower() {
    for row in ROWS {
        assert_eq!((row.run)(row.limit), Ok(()), "{} at the limit", row.of);
        assert_eq!((row.run)(row.limit + 1), Err(row.refused.into()), "{} one past the limit", row.of);
    }
}

#[test]
fn the_documentation_has_a_row_for_each() {
    let front = include_str!("../src/lib.rs");
    let (_, table) = front.split_once("//! Of what strangers send:\n//!\n").expect("the table");
    let rows = table.lines().skip(2).map_while(|line| line.strip_prefix("//! | "));
    let cells: Vec<_> = rows.map(|row| row.split(" | ").take(2).collect::<Vec<_>>()).collect();
    let expected: Vec<_> = ROWS.iter().map(|row| vec![row.of, row.shown]).collect();
    assert_eq!(cells, expected);
}
