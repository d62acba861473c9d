//! The oracle: a request signed with a wrong secret is answered with the canonical request and the string to sign that
//! the server made of it, which are compared with the library's own, byte for byte.

use crate::client::Answer;
use crate::keys;
use crate::refusals::wrong_secret;
use crate::report::{Outcome, Report};
use crate::site::{Call, MINUTE, Site, wire};
use crate::xml;
use s3_sigv4::{CanonicalRequest, PayloadHash, Request, Signer, StringToSign, Timestamp};

/// Parameters, and the canonical query that Swift makes of them if it makes another one.
type Query<'a> = (&'a [(&'a str, &'a str)], Option<&'a str>);

const QUERIES: &[Query<'_>] = &[
    (&[("prefix", "a")], None),
    (&[("acl", "")], None),
    (&[("", "")], None),
    (&[("", "value")], None),
    (&[("b", "2"), ("a", "1"), ("B", "3"), ("A", "4")], None),
    (&[("a", "1"), ("a-b", "2"), ("a.b", "3"), ("aa", "4"), ("a_", "5"), ("a~", "6")], None),
    (&[("X-Amz-Ab", "1"), ("x-amz-z", "2"), ("X-Amz-Z", "3"), ("Z", "4")], None),
    (&[("prefix", " +%&=#?/~!*'()$,:;@\"<>[]{}|\\^`")], None),
    (&[(" +%&=#?/~!*'()$,:;@\"<>[]{}|\\^`", "name")], None),
    (&[("prefix", "a%2Fb"), ("delimiter", "%")], None),
    (&[("prefix", "\t\r\n\u{1}\u{7f}")], None),
    (&[("prefix", "é"), ("marker", "e\u{301}"), ("delimiter", "日本 😀 \u{10fffd}")], None),
    (&[("prefix", "\u{a0}\u{2028}\u{feff}")], None),
    // Sorted as they are encoded: `%` comes before every letter.
    (&[("a", "1"), ("é", "2"), ("%", "3"), ("~", "4"), ("!", "5")], Some("%21=5&%25=3&a=1&~=4&%C3%A9=2")),
    (&[("aa", "1"), ("a:", "2"), ("a/", "3"), ("a0", "4")], Some("a%2F=3&a0=4&a%3A=2&aa=1")),
    // Names given more than once, of which Swift keeps the last that is sent.
    (&[("a", "2"), ("a", "1"), ("a", "1"), ("b", "")], Some("a=1&b=")),
    (&[("a", "%"), ("a", "a"), ("a", "é"), ("a", "")], Some("a=")),
];

/// Headers of a request; the last of a name comes after the others.
const HEADERS: &[&[(&str, &str)]] = &[
    &[("Content-Type", "text/plain; charset=utf-8")],
    &[("x-amz-meta-b", "2"), ("X-Amz-Meta-A", "1"), ("cache-control", "no-cache"), ("Range", "bytes=0-1")],
    &[("x-amz-meta-a", "1"), ("x-amz-meta-a-b", "2"), ("x-amz-meta-aa", "3"), ("x-amz-meta-a_", "4")],
    &[("x-amz-meta-blanks", "  one   two \t three  ")],
    &[("x-amz-meta-none", ""), ("x-amz-meta-blank", "   ")],
    &[("x-amz-meta-twice", " b  b "), ("x-amz-meta-once", "c"), ("X-Amz-Meta-Twice", "a"), ("x-amz-meta-twice", "")],
    &[("x-amz-meta-signs", "!*'();:@&=+$,/?#[]%20\"\\<>|^`{}~")],
    &[("x-amz-meta-utf8", "Zoë 😀")],
    &[("Host", "Storage.Example:8443")],
    &[
        ("Content-Disposition", "attachment; filename=\"a  b.txt\""),
        ("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="),
        ("Content-Language", "de, en"),
    ],
];

/// Paths that somebody else encoded.
const PATHS: &[&str] = &["a%2fb", "%61%7E~", "!*'()$&,:;=@%2B", "caf%c3%a9", "a%20b%2B", "%2E%2E/a"];

/// Nothing to do for a server that does not say what it made of a request.
pub fn run(site: &Site, report: &mut Report) {
    // Swift tells it of every request, MiniStack of those that have no query.
    let tells_all = match &*site.server {
        "swift" => true,
        "ministack" => false,
        _ => return,
    };
    let signer = match wrong_secret(site) {
        Ok(signer) => signer,
        Err(failure) => {
            report.check("oracle", "signer", Err(failure));
            return;
        }
    };
    for key in keys::all() {
        report.check("oracle, key by header", &key, by_header(site, &signer, &Call::new("GET", &key), None));
        if tells_all {
            report.check("oracle, key by link", &key, by_link(site, &signer, &Call::new("GET", &key)));
        }
    }
    for (query, otherwise) in QUERIES.iter().filter(|_| tells_all) {
        let call = Call::new("GET", "key").with_query(query);
        let case = format!("{query:?}");
        report.check("oracle, query by header", &case, by_header(site, &signer, &call, *otherwise));
        // In a link, the parameters that signing adds stand between them.
        if otherwise.is_none() {
            report.check("oracle, query by link", &case, by_link(site, &signer, &call));
        }
    }
    for headers in HEADERS {
        let call = Call::put("key", b"body").with_headers(headers);
        let case = format!("{headers:?}");
        report.check("oracle, headers by header", &case, by_header(site, &signer, &call, None));
        if tells_all {
            report.check("oracle, headers by link", &case, by_link(site, &signer, &call));
        }
    }
    for path in PATHS {
        report.check("oracle, path by header", path, foreign_path(site, &signer, path));
    }
}

fn by_header(site: &Site, signer: &Signer, call: &Call<'_>, query: Option<&str>) -> Outcome {
    let now = Timestamp::now();
    let request = call.request(&site.bucket)?;
    let canonical = signer.canonical_request(&request, PayloadHash::of(call.body), now)?;
    agree(&site.client.send(&call.signed(&site.bucket, signer, now)?)?, &canonical, query)
}

fn by_link(site: &Site, signer: &Signer, call: &Call<'_>) -> Outcome {
    let now = Timestamp::now();
    let request = call.request(&site.bucket)?;
    let canonical = signer.canonical_link(&request, MINUTE, now)?;
    agree(&site.client.send(&call.link(&site.bucket, signer, MINUTE, now)?)?, &canonical, None)
}

fn foreign_path(site: &Site, signer: &Signer, path: &str) -> Outcome {
    let now = Timestamp::now();
    let url = format!("{}/{}/{path}", site.endpoint, site.bucket.name());
    let request = Request::from_url("GET", &url)?;
    let canonical = signer.canonical_request(&request, PayloadHash::EMPTY, now)?;
    let signed = signer.sign(&request, PayloadHash::EMPTY, now)?;
    let headers: Vec<_> = signed.headers().collect();
    agree(&site.client.send(&wire("GET", &url, &headers, b"")?)?, &canonical, None)
}

/// Whether the server made the same of the request as the library, but for this canonical query.
fn agree(answer: &Answer, canonical: &CanonicalRequest<'_>, query: Option<&str>) -> Outcome {
    let theirs = bytes(answer, "CanonicalRequestBytes")?;
    let ours = canonical.to_string();
    if let Some(query) = query {
        let mut lines: Vec<_> = ours.split('\n').collect();
        lines[2] = query;
        return same(answer, lines.join("\n").as_bytes(), &theirs);
    }
    same(answer, ours.as_bytes(), &theirs)?;
    same(answer, StringToSign::new(canonical).to_string().as_bytes(), &bytes(answer, "StringToSignBytes")?)
}

fn same(answer: &Answer, ours: &[u8], theirs: &[u8]) -> Outcome {
    if ours == theirs {
        return Ok(());
    }
    let [ours, theirs] = [ours, theirs].map(String::from_utf8_lossy);
    Err(answer.wrong(&format!("{ours:?}, found {theirs:?}")))
}

/// Bytes as hexadecimal digits with blanks between.
fn bytes(answer: &Answer, element: &str) -> Outcome<Vec<u8>> {
    let hex = xml::text(answer.has_status(&[403])?.text()?, element).ok_or_else(|| answer.wrong(element))?;
    Ok(hex.split(' ').map(|byte| u8::from_str_radix(byte, 16)).collect::<Result<_, _>>()?)
}
