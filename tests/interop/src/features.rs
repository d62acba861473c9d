//! What servers must accept beyond plain objects, one function each.

use crate::client::Answer;
use crate::report::{Outcome, Report};
use crate::site::{Call, IN_HOST, MINUTE, Site, ago, ahead, variable, wire};
use crate::xml;
use s3_sigv4::{Bucket, Lifetime, PayloadHash, Signer, SigningKey, Timestamp};
use std::time::Duration;

type Feature = fn(&Site) -> Outcome;

const FEATURES: &[(&str, Feature)] = &[
    ("a range, not signed, by link", range_by_link),
    ("a range, signed, by header", range_by_header),
    ("an empty body", empty_body),
    ("a body that is not signed", unsigned_body),
    ("metadata with runs of blanks, by header", blanks_by_header),
    ("metadata with runs of blanks, by link", blanks_by_link),
    ("metadata with tabs", tabs),
    ("metadata without a value", empty_value),
    ("metadata in UTF-8", utf8_value),
    ("metadata with a no-break space", no_break_space),
    ("metadata under names that sort by more than their text", sorted_names),
    ("a header given twice", repeated_header),
    ("a header that is not signed", unsigned_header),
    ("a host other than the URL's", other_host),
    ("a link's body hash in a signed header", hashed_link),
    ("a link by an imported key", imported_key),
    ("a link for seven days", longest_link),
    ("a link that has a minute left", old_link),
    ("a link dated ten minutes ahead", early_link),
    ("a header signature ten minutes old", old_signature),
    ("a copy of an odd key", copy),
    ("a listing with odd parameters", odd_listing),
    ("parameters without a value", empty_parameters),
    ("parameters in the order of their names", sorted_by_name),
    ("parameters in the order of their encoded names", sorted_by_encoded_name),
    ("parameters given more than once, by link", repeated_by_link),
    ("parameters given more than once, by header", repeated_by_header),
    ("a path encoded by somebody else", foreign_path),
    ("a query encoded by somebody else", foreign_query),
    (IN_HOST, virtual_host),
];

pub fn run(site: &Site, report: &mut Report) {
    for (name, feature) in FEATURES.iter().filter(|(name, _)| site.is_for(name)) {
        report.check("accepted", name, feature(site));
    }
}

fn range_by_link(site: &Site) -> Outcome {
    site.send_signed(&Call::put(KEY, b"0123456789"))?.has_status(&[200])?;
    let mut wire = Call::new("GET", KEY).link(&site.bucket, &site.signer, MINUTE, Timestamp::now())?;
    wire.headers_mut().insert("range", "bytes=2-5".parse()?);
    site.client.send(&wire)?.has_status(&[206])?.has_body(b"2345")?;
    Ok(())
}

fn range_by_header(site: &Site) -> Outcome {
    site.send_signed(&Call::put(KEY, b"0123456789"))?.has_status(&[200])?;
    let answer = site.send_signed(&Call::new("GET", KEY).with_headers(&[("Range", "bytes=-3")]))?;
    answer.has_status(&[206])?.has_body(b"789")?;
    Ok(())
}

fn empty_body(site: &Site) -> Outcome {
    site.send_signed(&Call::put(KEY, b""))?.has_status(&[200])?;
    read(site)?.has_body(b"")?;
    site.send_link(&Call::put(KEY, b""))?.has_status(&[200])?;
    read(site)?.has_body(b"")?;
    Ok(())
}

fn unsigned_body(site: &Site) -> Outcome {
    let call = Call::put(KEY, b"anything");
    let wire = call.signed_payload(&site.bucket, &site.signer, PayloadHash::UNSIGNED, Timestamp::now())?;
    site.client.send(&wire)?.has_status(&[200])?;
    read(site)?.has_body(b"anything")?;
    Ok(())
}

const BLANKS: &[(&str, &str)] = &[("x-amz-meta-blanks", "  one   two three  "), ("x-amz-meta-one", " ")];

fn blanks_by_header(site: &Site) -> Outcome {
    site.send_signed(&Call::put(KEY, b"blanks").with_headers(BLANKS))?.has_status(&[200])?;
    has_words(&read(site)?, "x-amz-meta-blanks", "one two three")
}

fn blanks_by_link(site: &Site) -> Outcome {
    site.send_link(&Call::put(KEY, b"blanks").with_headers(BLANKS))?.has_status(&[200])?;
    has_words(&read(site)?, "x-amz-meta-blanks", "one two three")
}

fn tabs(site: &Site) -> Outcome {
    let headers = [("x-amz-meta-tabs", "one\ttwo \t three")];
    site.send_signed(&Call::put(KEY, b"tabs").with_headers(&headers))?.has_status(&[200])?;
    has_words(&read(site)?, "x-amz-meta-tabs", "one two three")
}

fn empty_value(site: &Site) -> Outcome {
    let headers = [("x-amz-meta-none", ""), ("x-amz-meta-some", "some")];
    site.send_signed(&Call::put(KEY, b"none").with_headers(&headers))?.has_status(&[200])?;
    has_words(&read(site)?, "x-amz-meta-some", "some")
}

fn utf8_value(site: &Site) -> Outcome {
    let headers = [("x-amz-meta-name", "Zoë 😀")];
    site.send_signed(&Call::put(KEY, b"utf-8").with_headers(&headers))?.has_status(&[200])?;
    site.send_link(&Call::put(KEY, b"utf-8").with_headers(&headers))?.has_status(&[200])?;
    Ok(())
}

/// U+00A0 is no blank of HTTP.
fn no_break_space(site: &Site) -> Outcome {
    let headers = [("x-amz-meta-name", "one \u{a0} two")];
    site.send_signed(&Call::put(KEY, b"space").with_headers(&headers))?.has_status(&[200])?;
    Ok(())
}

/// `-` sorts before `:`, so whoever sorts whole lines gets another order; and names come in any case.
fn sorted_names(site: &Site) -> Outcome {
    let headers = [
        ("X-Amz-Meta-A", "1"),
        ("x-amz-meta-a-b", "2"),
        ("x-amz-meta-B", "3"),
        ("Content-Type", "text/plain"),
        ("cache-control", "no-cache"),
    ];
    let call = Call::put(KEY, b"names").with_headers(&headers);
    site.send_signed(&call)?.has_status(&[200])?;
    site.send_link(&call)?.has_status(&[200])?;
    let in_place = call.signed_in_place(&site.bucket, &site.signer, Timestamp::now())?;
    site.client.send(&in_place)?.has_status(&[200])?;
    read(site)?.has_header("x-amz-meta-a", b"1")?.has_header("x-amz-meta-a-b", b"2")?;
    Ok(())
}

fn repeated_header(site: &Site) -> Outcome {
    let headers = [("x-amz-meta-twice", "b"), ("x-amz-meta-once", "c"), ("X-Amz-Meta-Twice", "a")];
    site.send_signed(&Call::put(KEY, b"twice").with_headers(&headers))?.has_status(&[200])?;
    read(site)?.has_body(b"twice")?;
    Ok(())
}

fn unsigned_header(site: &Site) -> Outcome {
    let headers = [("accept-language", "en"), ("user-agent", "interop"), ("content-language", "de")];
    let call = Call::put(KEY, b"unsigned").with_headers(&headers);
    let request = call.request(&site.bucket)?.with_unsigned_headers(&["Accept-Language"]);
    let signed = site.signer.sign(&request, PayloadHash::of(call.body), Timestamp::now())?;
    if !signed.authorization().contains("SignedHeaders=content-language;host;") {
        return Err("accept-language or user-agent was signed".into());
    }
    let mut headers = headers.to_vec();
    for (name, value) in signed.headers() {
        headers.push((name, value));
    }
    site.client.send(&wire("PUT", &request.url().to_string(), &headers, call.body)?)?.has_status(&[200])?;
    Ok(())
}

/// As through a tunnel: the request goes to the endpoint and names another host.
fn other_host(site: &Site) -> Outcome {
    site.send_signed(&Call::put(KEY, b"host"))?.has_status(&[200])?;
    let call = Call::new("GET", KEY).with_headers(&[("Host", "storage.example:8443")]);
    site.send_link(&call)?.has_status(&[200])?.has_body(b"host")?;
    site.send_signed(&call)?.has_status(&[200])?.has_body(b"host")?;
    Ok(())
}

fn hashed_link(site: &Site) -> Outcome {
    let hash = PayloadHash::of(b"hashed");
    let headers = [("x-amz-content-sha256", hash.as_str())];
    site.send_link(&Call::put(KEY, b"hashed").with_headers(&headers))?.has_status(&[200])?;
    read(site)?.has_body(b"hashed")?;
    Ok(())
}

fn imported_key(site: &Site) -> Outcome {
    let now = Timestamp::now();
    site.send_signed(&Call::put(KEY, b"imported"))?.has_status(&[200])?;
    let mut signer = site.signer.clone();
    signer.renew(now)?;
    let text = signer.key().export();
    let signer = Signer::from_key(&site.access_key, None, SigningKey::import(&text)?)?;
    let wire = Call::new("GET", KEY).link(&site.bucket, &signer, MINUTE, now)?;
    site.client.send(&wire)?.has_status(&[200])?.has_body(b"imported")?;
    Ok(())
}

fn longest_link(site: &Site) -> Outcome {
    get_by_link(site, Lifetime::LONGEST, Timestamp::now())
}

fn old_link(site: &Site) -> Outcome {
    get_by_link(site, Duration::from_secs(3600), ago(3540)?)
}

fn early_link(site: &Site) -> Outcome {
    get_by_link(site, Duration::from_secs(900), ahead(600)?)
}

fn get_by_link(site: &Site, lifetime: impl Into<Lifetime>, now: Timestamp) -> Outcome {
    site.send_signed(&Call::put(KEY, b"linked"))?.has_status(&[200])?;
    let wire = Call::new("GET", KEY).link(&site.bucket, &site.signer, lifetime, now)?;
    site.client.send(&wire)?.has_status(&[200])?.has_body(b"linked")?;
    Ok(())
}

fn old_signature(site: &Site) -> Outcome {
    let wire = Call::put(KEY, b"old").signed(&site.bucket, &site.signer, ago(600)?)?;
    site.client.send(&wire)?.has_status(&[200])?;
    Ok(())
}

/// The source's key is encoded by the caller, as S3 wants it.
fn copy(site: &Site) -> Outcome {
    site.send_signed(&Call::put("source/é + %", b"copied"))?.has_status(&[200])?;
    let source = format!("/{}/source/%C3%A9%20%2B%20%25", site.bucket.name());
    let headers = [("x-amz-copy-source", &*source)];
    site.send_signed(&Call::new("PUT", KEY).with_headers(&headers))?.has_status(&[200])?;
    read(site)?.has_body(b"copied")?;
    Ok(())
}

fn odd_listing(site: &Site) -> Outcome {
    let queries: [&[(&str, &str)]; 4] = [
        &[("list-type", "2"), ("prefix", "é +%&=#?/~"), ("delimiter", "/"), ("max-keys", "7")],
        &[("list-type", "2"), ("delimiter", "+"), ("start-after", "a&b=c")],
        &[("prefix", "😀"), ("delimiter", "%2F"), ("marker", " \t"), ("encoding-type", "url")],
        &[("prefix", ""), ("delimiter", ""), ("max-keys", "1")],
    ];
    for query in queries {
        site.send_link(&Call::new("GET", "").with_query(query))?.has_status(&[200])?;
        site.send_signed(&Call::new("GET", "").with_query(query))?.has_status(&[200])?;
    }
    Ok(())
}

fn empty_parameters(site: &Site) -> Outcome {
    for name in ["location", "versioning", "uploads", "acl"] {
        let query = [(name, "")];
        site.send_link(&Call::new("GET", "").with_query(&query))?.has_status(&[200])?;
        site.send_signed(&Call::new("GET", "").with_query(&query))?.has_status(&[200])?;
    }
    Ok(())
}

/// `a-b=` comes before `a=`, but `a` before `a-b`. Servers ignore what they do not know.
fn sorted_by_name(site: &Site) -> Outcome {
    get_with_query(site, &[("a", "1"), ("a-b", "2"), ("%", "3"), ("aa", "4"), ("B", "5"), ("a0", "6"), ("~", "7")])
}

/// `/` comes after `-` and `é` after `a`, but `%2F` before `-` and `%C3%A9` before `a`.
fn sorted_by_encoded_name(site: &Site) -> Outcome {
    get_with_query(site, &[("a-b", "1"), ("a/", "2"), ("a", "3"), ("é", "4"), ("😀", "5")])
}

fn get_with_query(site: &Site, query: &[(&str, &str)]) -> Outcome {
    site.send_signed(&Call::put(KEY, b"parameters"))?.has_status(&[200])?;
    let call = Call::new("GET", KEY).with_query(query);
    site.send_link(&call)?.has_status(&[200])?.has_body(b"parameters")?;
    site.send_signed(&call)?.has_status(&[200])?.has_body(b"parameters")?;
    Ok(())
}

/// The same name sorts by the encoded value.
const REPEATED: &[(&str, &str)] =
    &[("a", "b"), ("a", "%"), ("a", ""), ("a", "a-"), ("a", "!"), ("a", "a"), ("a", "b"), ("b", "")];

/// A link holds them in their sorted order.
fn repeated_by_link(site: &Site) -> Outcome {
    site.send_signed(&Call::put(KEY, b"repeated"))?.has_status(&[200])?;
    site.send_link(&Call::new("GET", KEY).with_query(REPEATED))?.has_status(&[200])?.has_body(b"repeated")?;
    Ok(())
}

/// A URL to be signed by header holds them in the order given.
fn repeated_by_header(site: &Site) -> Outcome {
    site.send_signed(&Call::put(KEY, b"repeated"))?.has_status(&[200])?;
    site.send_signed(&Call::new("GET", KEY).with_query(REPEATED))?.has_status(&[200])?.has_body(b"repeated")?;
    Ok(())
}

/// Lower-case hexadecimal digits, characters left as they are, letters encoded without need.
fn foreign_path(site: &Site) -> Outcome {
    site.send_signed(&Call::put("Zoë!(1) '*'~a", b"foreign"))?.has_status(&[200])?;
    let mut wire =
        wire("GET", &format!("{}/{}/Zo%c3%ab!(1)%20'*'%7E%61", site.endpoint, site.bucket.name()), &[], b"")?;
    site.signer.sign_http(&mut wire, PayloadHash::EMPTY, Timestamp::now())?;
    site.client.send(&wire)?.has_status(&[200])?.has_body(b"foreign")?;
    Ok(())
}

fn foreign_query(site: &Site) -> Outcome {
    site.send_signed(&Call::put(KEY, b"foreign"))?.has_status(&[200])?;
    let query = "response-content-type=a%2f%62/c&response-expires&response-cache-control=max-age='1'";
    let mut wire = wire("GET", &format!("{}/{}/{KEY}?{query}", site.endpoint, site.bucket.name()), &[], b"")?;
    site.signer.sign_http(&mut wire, PayloadHash::EMPTY, Timestamp::now())?;
    site.client.send(&wire)?.has_status(&[200])?.has_header("content-type", b"a/b/c")?;
    Ok(())
}

fn virtual_host(site: &Site) -> Outcome {
    let bucket = Bucket::virtual_hosted(&variable("VIRTUAL_HOST")?, site.bucket.name())?;
    let now = Timestamp::now();
    let (key, body) = ("virtual/é + %.txt", b"virtual");
    site.client.send(&Call::put(key, body).signed(&bucket, &site.signer, now)?)?.has_status(&[200])?;
    let link = Call::new("GET", key).link(&bucket, &site.signer, MINUTE, now)?;
    site.client.send(&link)?.has_status(&[200])?.has_body(body)?;
    let list = Call::new("GET", "").with_query(&[("list-type", "2"), ("prefix", "virtual/")]);
    let answer = site.client.send(&list.link(&bucket, &site.signer, MINUTE, now)?)?;
    let keys = xml::keys(answer.has_status(&[200])?.text()?);
    if keys == [key] { Ok(()) } else { Err(answer.wrong(&format!("{key:?} alone, found {keys:?}"))) }
}

/// What lies under the key now.
fn read(site: &Site) -> Outcome<Answer> {
    let answer = site.send_signed(&Call::new("GET", KEY))?;
    answer.has_status(&[200])?;
    Ok(answer)
}

/// Servers differ in whether they keep runs of blanks in metadata.
fn has_words(answer: &Answer, name: &str, words: &str) -> Outcome {
    let value = answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if value.split_ascii_whitespace().eq(words.split(' ')) {
        return Ok(());
    }
    Err(answer.wrong(&format!("{name}: {words}, found {value:?}")))
}

const KEY: &str = "feature/object.txt";
