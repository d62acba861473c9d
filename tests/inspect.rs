//! What links, headers and forms say in plain words, and what looks wrong with them.

mod util;

use core::time::Duration;
use proptest::prelude::*;
use s3_sigv4::{Bucket, Claim, Inspection, PayloadHash, Request, Signer, State, Verifier, VerifyingKey};
use util::{at, bucket, now, session, signer};

const LINK: &str = "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
                    &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
                    &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
                    &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";

fn findings(inspection: &Inspection) -> Vec<String> {
    inspection.findings().iter().map(ToString::to_string).collect()
}

#[track_caller]
fn replaced(from: &str, to: &str) -> String {
    assert_eq!(LINK.matches(from).count(), 1, "{from}");
    LINK.replace(from, to)
}

#[test]
fn a_link_in_plain_words() {
    let signer = Signer::new(session(), "eu-west-1", now()).expect("a signer");
    let bucket = Bucket::aws("eu-west-1", "photos").expect("a bucket");
    let put = bucket.put("2024/cat & dog.jpg").expect("a request");
    let query = [("versionId", "1"), ("response-content-type", "image/jpeg")];
    let put = put.with_headers(&[("content-type", "image/jpeg")]).with_query(&query);
    let link = signer.presign(&put, Duration::from_secs(900), now()).expect("a link");
    let inspection = Inspection::of_link(link.url());
    assert_eq!(
        inspection.to_string(),
        "presigned link
  for    https://photos.s3.eu-west-1.amazonaws.com/2024/cat%20%26%20dog.jpg
  by     ASIAIOSFODNN7EXAMPLE, for a session
  in     eu-west-1, s3
  from   2013-05-24T00:00:00Z
  until  2013-05-24T00:15:00Z, 900 seconds later
  send   content-type, host
  also   response-content-type, versionId
"
    );
    assert_eq!(findings(&inspection), [""; 0]);
    assert_eq!(inspection.target(), Some("https://photos.s3.eu-west-1.amazonaws.com/2024/cat%20%26%20dog.jpg"));
    assert_eq!(inspection.access_key_id(), Some("ASIAIOSFODNN7EXAMPLE"));
    assert!(inspection.has_session_token());
    assert_eq!(inspection.scope().expect("a scope").to_string(), "20130524/eu-west-1/s3/aws4_request");
    assert_eq!((inspection.dated(), inspection.valid_from()), (Some(now()), Some(now())));
    assert_eq!(inspection.valid_until(), Some(link.valid_until()));
    assert_eq!(inspection.signed_headers().collect::<Vec<_>>(), ["content-type", "host"]);
    assert_eq!(inspection.parameters().collect::<Vec<_>>(), ["response-content-type", "versionId"]);
    assert_eq!((inspection.payload(), inspection.conditions().count()), (None, 0));
    for (instant, state, text) in [
        ("20130523T235959Z", State::NotYet, "  now    2013-05-23T23:59:59Z: good in 1 seconds\n"),
        ("20130524T000000Z", State::Good, "  now    2013-05-24T00:00:00Z: good for 900 seconds more\n"),
        ("20130524T001500Z", State::Good, "  now    2013-05-24T00:15:00Z: good for 0 seconds more\n"),
        ("20130524T001501Z", State::Over, "  now    2013-05-24T00:15:01Z: over for 1 seconds\n"),
    ] {
        assert_eq!(inspection.state_at(at(instant)), Some(state));
        assert_eq!(inspection.report_at(at(instant)).to_string(), format!("{inspection}{text}"));
    }
    assert!(!Inspection::of_link(LINK).has_session_token());
    let nothing = Inspection::of_link("https://example.com/");
    assert_eq!(nothing.state_at(now()), Some(State::Wrong));
    assert_eq!(
        nothing.report_at(now()).to_string(),
        "presigned link\n  for    https://example.com/\n  wrong  the request is not signed\n  now    \
         2013-05-24T00:00:00Z: not good as it stands\n"
    );
}

#[test]
fn what_looks_wrong_with_a_link() {
    assert_eq!(findings(&Inspection::of_link(LINK)), [""; 0]);
    let encoded_twice = LINK.replace("%2F", "%252F");
    for (link, expected) in [
        (format!("{LINK}\n"), &["it has blanks, line ends or quotes in or around it, as from copying"][..]),
        (format!("\"{LINK}\""), &["it has blanks, line ends or quotes in or around it, as from copying"]),
        (LINK.replace('&', "&amp;"), &["it is escaped for HTML: &amp; stands where & belongs"]),
        (encoded_twice, &["it is encoded twice: %25 stands where % belongs"]),
        (format!("{LINK}#top"), &["it has a # in it, behind which nothing is sent"]),
        (replaced("https:", "http:"), &["it goes over http, so that everybody on the way can read it and use it"]),
        (
            replaced("/test.txt", "/a/%2E%2e/b"),
            &["its path has a . or .. segment, which browsers and many clients resolve before they send it"],
        ),
        (
            replaced("/test.txt", "/a+b"),
            &["the path has a + at byte offset 2, which S3 reads as a space and some servers as a plus"],
        ),
        (
            replaced("examplebucket.s3.", "photos.s3.eu-west-1."),
            &["the host is in eu-west-1, and it is signed for us-east-1"],
        ),
        (LINK[..LINK.len() - 4].to_owned(), &["its signature has 60 of 64 hexadecimal digits, as from copying a part"]),
        (replaced("=aeee", "=AEEE"), &["the parameter X-Amz-Signature is not well formed"]),
        (
            replaced("=AKIA", "=ASIA"),
            &["the access key id starts with ASIA, so it belongs to a session, but there is no session token"],
        ),
        (
            replaced("-HMAC-SHA256", "-ECDSA-P256-SHA256"),
            &["the parameter X-Amz-Algorithm names another algorithm than AWS4-HMAC-SHA256"],
        ),
        (
            replaced("Date=20130524", "Date=20130525"),
            &["the day in the parameter X-Amz-Credential is not the day on which the request is dated"],
        ),
        (replaced("Date=20130524T", "Date=2013-05-24T"), &["the parameter X-Amz-Date is not well formed"]),
        (replaced("=86400", "=604801"), &["the link's lifetime is not 1 to 604800 seconds"]),
        (replaced("=86400", "=0"), &["the link's lifetime is not 1 to 604800 seconds"]),
        (replaced("=86400", "=1h"), &["the parameter X-Amz-Expires is not well formed"]),
        (replaced("&X-Amz-Expires=86400", ""), &["the parameter X-Amz-Expires is missing"]),
        (format!("{LINK}&X-Amz-Expires=5"), &["the parameter X-Amz-Expires is there more than once"]),
        (replaced("X-Amz-Date", "x-amz-date"), &["the parameter X-Amz-Date is not well formed"]),
        (replaced("Headers=host", "Headers=range"), &["the host is not signed"]),
        (replaced("Headers=host", "Headers="), &["the parameter X-Amz-SignedHeaders is not well formed"]),
        (replaced("%2Faws4_request", ""), &["the parameter X-Amz-Credential is not well formed"]),
        (
            "https://b.s3.amazonaws.com/k?AWSAccessKeyId=A&Expires=1&Signature=b".to_owned(),
            &["it is signed by Signature Version 2, which most regions do not take"],
        ),
        ("https://b.s3.amazonaws.com/k".to_owned(), &["the request is not signed"]),
        ("test.txt".to_owned(), &["it is not a URL"]),
        (String::new(), &["it is not a URL"]),
        ("/a?b=c://d".to_owned(), &["it is not a URL"]),
        (format!("{LINK}{}", "a".repeat(70_000)), &["it is longer than 64 KiB, and not looked at"]),
    ] {
        assert_eq!(findings(&Inspection::of_link(&link)), expected, "{link}");
    }
    // A link that is spoiled is not read strictly as well.
    for (from, to, expected) in [
        ("&X-Amz-Expires=86400", "", "the parameter X-Amz-Expires is missing"),
        ("=86400", "=604801", "the link's lifetime is not 1 to 604800 seconds"),
        ("X-Amz-Date", "x-amz-date", "the parameter X-Amz-Date is not well formed"),
        ("-SHA256", "-SHA1", "the parameter X-Amz-Algorithm names another algorithm than AWS4-HMAC-SHA256"),
    ] {
        let blanks = "it has blanks, line ends or quotes in or around it, as from copying";
        assert_eq!(findings(&Inspection::of_link(&format!("{}\n", replaced(from, to)))), [blanks, expected]);
    }
    for (count, finding) in [
        (128, None),
        (129, Some("129 query parameters are more than the 128 that are taken besides those of authentication")),
    ] {
        let others: String = (0..count).map(|i| format!("a{i}=&")).collect();
        let found = findings(&Inspection::of_link(&replaced("?X-Amz", &format!("?{others}X-Amz"))));
        assert_eq!(found.first().map(|found| &**found), finding);
    }
    // With slash and question mark lost, all of the link is its host, and shown up to the first parameter.
    let spoiled = Inspection::of_link(&LINK.replace("/test.txt?", ",test.txt,"));
    assert_eq!(spoiled.target(), Some("https://examplebucket.s3.amazonaws.com,test.txt,"));
    // What is spoiled is read all the same.
    for link in [LINK.replace('&', "&amp;"), LINK.replace("%2F", "%252F"), format!("<{LINK}> ")] {
        let inspection = Inspection::of_link(&link);
        assert_eq!(inspection.access_key_id(), Some("AKIAIOSFODNN7EXAMPLE"), "{link}");
        assert_eq!(inspection.valid_until(), Some(at("20130525T000000Z")), "{link}");
    }
    let body = Inspection::of_link(&replaced("&X-Amz-Date", "&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD&X-Amz-Date"));
    let lower = Inspection::of_link(&format!("{LINK}&x-amz-content-sha256=UNSIGNED-PAYLOAD"));
    assert_eq!((lower.payload(), findings(&lower)), (Some("UNSIGNED-PAYLOAD"), vec![]));
    assert_eq!(body.payload(), Some("UNSIGNED-PAYLOAD"));
    assert!(body.to_string().contains("\n  body   UNSIGNED-PAYLOAD\n"));
}

#[test]
fn a_signed_request_in_plain_words() {
    let bucket = bucket();
    let request = bucket.put("cat.jpg").expect("a request");
    let signer = Signer::new(session(), "us-east-1", now()).expect("a signer");
    let signed = signer.sign(&request, PayloadHash::UNSIGNED, now()).expect("a signature");
    let headers: Vec<_> = signed.headers().collect();
    let inspection = Inspection::of_headers(&headers);
    assert_eq!(
        inspection.to_string(),
        "signed request
  by     ASIAIOSFODNN7EXAMPLE, for a session
  in     us-east-1, s3
  dated  2013-05-24T00:00:00Z
  from   2013-05-23T23:45:00Z
  until  2013-05-24T00:15:00Z, 1800 seconds later
  send   host, x-amz-content-sha256, x-amz-date, x-amz-security-token
  body   UNSIGNED-PAYLOAD
"
    );
    assert_eq!(inspection.state_at(at("20130523T234459Z")), Some(State::NotYet));
    assert_eq!(inspection.state_at(at("20130523T234500Z")), Some(State::Good));
    assert_eq!(inspection.state_at(at("20130524T001501Z")), Some(State::Over));

    let value = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization")).expect("the header").1;
    let alone = |value: &str| findings(&Inspection::of_headers(&[("Authorization", value)]));
    let token = "the access key id starts with ASIA, so it belongs to a session, but there is no session token";
    assert_eq!(alone(value), [token, "the header x-amz-date is missing"]);
    for (value, first) in [
        ("AWS AKIA:c2lnbmF0dXJl".to_owned(), "it is signed by Signature Version 2, which most regions do not take"),
        ("Bearer abc".to_owned(), "the request is not signed"),
        (String::new(), "the request is not signed"),
        (
            "AWS4-ECDSA-P256-SHA256 a".to_owned(),
            "the header authorization names another algorithm than AWS4-HMAC-SHA256",
        ),
        ("AWS4-HMAC-SHA256".to_owned(), "Credential in the Authorization header is missing"),
        (value.replace("Credential=ASIA", "Credential=/ASIA"), "the header x-amz-date is missing"),
        (value.replace("/us-east-1", ""), "Credential in the Authorization header is not well formed"),
        (value.replace("SignedHeaders=host;", "SignedHeaders="), token),
    ] {
        assert_eq!(alone(&value)[0], first, "{value}");
    }
    let with = |name, value| findings(&Inspection::of_headers(&[&headers[..], &[(name, value)]].concat()));
    assert_eq!(with("X-Amz-Acl", "public-read"), ["the header X-Amz-Acl is not signed"]);
    assert_eq!(
        with("host", "s3.eu-west-1.amazonaws.com"),
        ["the host is in eu-west-1, and it is signed for us-east-1"]
    );
    assert_eq!(with("x-amz-date", "20130524T000000Z"), ["the header x-amz-date is there more than once"]);
    assert_eq!(with("host", "a b"), ["the host is not well formed"]);
    let cut = &value[..value.len() - 1];
    let cut = headers.iter().map(|(name, own)| (*name, if *own == value { cut } else { own })).chain([("host", "a b")]);
    let cut = findings(&Inspection::of_headers(&cut.collect::<Vec<_>>()));
    assert_eq!(
        cut,
        ["its signature has 63 of 64 hexadecimal digits, as from copying a part", "the host is not well formed"]
    );
    // No more findings than a reader wants to see.
    let names: Vec<_> = (0..200).map(|i| format!("x-amz-meta-{i}")).collect();
    let many = |count: usize| {
        let others = names[..count].iter().map(|name| (&**name, ""));
        findings(&Inspection::of_headers(&headers.iter().copied().chain(others).collect::<Vec<_>>()))
    };
    assert_eq!((many(31).len(), many(33).len()), (31, 32));
    let plain = |count: usize| {
        let others = names[..count].iter().map(|name| (&name[6..], ""));
        findings(&Inspection::of_headers(&headers.iter().copied().chain(others).collect::<Vec<_>>()))
    };
    assert_eq!(plain(128 + 5 - headers.len()), [""; 0]);
    assert_eq!(
        plain(129 + 5 - headers.len())[0],
        "134 headers are more than the 128 that are taken besides those of authentication"
    );
    let (short, long) = ("a".repeat(300), "a".repeat(70_000));
    assert_eq!(with(&short, &short), [""; 0]);
    assert_eq!(with("a", &long), ["it is longer than 64 KiB, and not looked at"]);
}

/// A link whose token came in a header has one, if at the wrong place.
#[test]
fn a_token_beside_a_link() {
    let link = format!(
        "/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=ASIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3\
         %2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host%3Bx-amz-security-token\
         &X-Amz-Signature={}",
        "0".repeat(64)
    );
    let host = ("host", "examplebucket.s3.amazonaws.com");
    let with = Inspection::of_request("GET", &link, &[host, ("x-amz-security-token", "MARKED")]);
    assert_eq!(
        findings(&with),
        ["a link has its session token in its query, and not in the header x-amz-security-token"]
    );
    let without = Inspection::of_request("GET", &link.replace("%3Bx-amz-security-token", ""), &[host]);
    let expected = "the access key id starts with ASIA, so it belongs to a session, but there is no session token";
    assert_eq!(findings(&without), [expected]);
}

/// The head of a request: its method and where it goes, and its query's signature where it has one.
#[test]
fn a_request_in_plain_words() {
    let (bucket, signer) = (bucket(), signer());
    let put = bucket.put("cat.jpg").expect("a request").with_query(&[("versionId", "1"), ("uploads", "")]);
    let signed = signer.sign(&put, PayloadHash::UNSIGNED, now()).expect("a signature");
    let headers: Vec<_> = signed.headers().chain([("host", "examplebucket.s3.amazonaws.com")]).collect();
    let target = "/cat.jpg?uploads=&versionId=1";
    let inspection = Inspection::of_request("PUT", target, &headers);
    let expected = "signed request
  for    PUT examplebucket.s3.amazonaws.com/cat.jpg
  by     AKIAIOSFODNN7EXAMPLE
  in     us-east-1, s3
  dated  2013-05-24T00:00:00Z
  from   2013-05-23T23:45:00Z
  until  2013-05-24T00:15:00Z, 1800 seconds later
  send   host, x-amz-content-sha256, x-amz-date
  also   uploads, versionId
  body   UNSIGNED-PAYLOAD
";
    assert_eq!(inspection.to_string(), expected);
    assert_eq!(findings(&inspection), [""; 0]);
    assert_eq!(
        (inspection.method(), inspection.target()),
        (Some("PUT"), Some("examplebucket.s3.amazonaws.com/cat.jpg"))
    );
    let absolute = format!("https://examplebucket.s3.amazonaws.com{target}");
    assert_eq!(Inspection::of_request("PUT", &absolute, &headers).to_string(), expected);

    // What is signed by its query is a link.
    let target = &LINK["https://examplebucket.s3.amazonaws.com".len()..];
    let host = [("Host", "examplebucket.s3.amazonaws.com")];
    let link = Inspection::of_link(LINK).to_string().replace("for    ", "for    HEAD ");
    assert_eq!(Inspection::of_request("HEAD", target, &host).to_string(), link);
    assert_eq!(Inspection::of_request("HEAD", LINK, &[]).to_string(), link);
    assert_eq!(Inspection::of_link(LINK).method(), None);
    // Both at once are refused, and a signature of none is missed.
    let twice = findings(&Inspection::of_request("PUT", target, &headers));
    assert_eq!(twice, ["the request is signed both in the Authorization header and in the query"]);
    assert_eq!(findings(&Inspection::of_request("GET", "/", &host)), ["the request is not signed"]);
    let long = "/".repeat(70_000);
    assert_eq!(
        findings(&Inspection::of_request("GET", &long, &headers)),
        ["it is longer than 64 KiB, and not looked at"]
    );
}

/// A link as somebody uses it: with a method and with headers, which a verifier looks at as well.
#[test]
fn a_link_that_is_used() {
    let (bucket, signer) = (bucket(), signer());
    let get = bucket.get("k").expect("a request");
    let typed = get.with_headers(&[("content-type", "text/plain")]);
    let [plain, typed] = [get, typed]
        .map(|request| signer.presign(&request, Duration::from_secs(900), now()).expect("a link").url().to_owned());
    let origin = "https://examplebucket.s3.amazonaws.com";
    let host = ("Host", "examplebucket.s3.amazonaws.com");
    let conflict = "the host header differs from the host in the request's target";
    for (target, headers, expected) in [
        (&plain[origin.len()..], &[host][..], &[][..]),
        (&plain, &[], &[]),
        (&plain, &[host], &[]),
        (&plain[origin.len()..], &[host, ("range", "bytes=0-9"), ("content-type", "text/plain")], &[]),
        (&typed[origin.len()..], &[host, ("Content-Type", "text/plain")], &[]),
        (&plain[origin.len()..], &[host, ("x-amz-acl", "public-read")], &["the header x-amz-acl is not signed"]),
        (
            &plain[origin.len()..],
            &[host, ("x-amz-security-token", "T")],
            &[
                "the header x-amz-security-token is not signed",
                "a link has its session token in its query, and not in the header x-amz-security-token",
            ],
        ),
        (&plain[origin.len()..], &[host, ("host", "b.example")], &["the header host is there more than once"]),
        (&plain, &[("host", "b.example")], &[conflict]),
        (&typed[origin.len()..], &[host], &["the header content-type was signed, and is not there"]),
        (&typed, &[], &["the header content-type was signed, and is not there"]),
    ] {
        let inspection = Inspection::of_request("GET", target, headers);
        assert_eq!(findings(&inspection), expected, "{target} {headers:?}");
        let state = if expected.is_empty() { State::Good } else { State::Wrong };
        assert_eq!(inspection.state_at(now()), Some(state), "{target} {headers:?}");
        let path = target.strip_prefix(origin).unwrap_or(target);
        let request = Request::received("GET", host.1, path).expect("a request").with_headers(headers);
        let key = VerifyingKey::from(signer.key());
        let verified = Claim::parse(&request).and_then(|claim| Verifier::new("us-east-1").verify(claim, key, now()));
        assert_eq!(verified.is_ok(), expected.is_empty(), "{target} {headers:?}");
    }
    // Of the link alone nobody knows what will be sent with it.
    assert_eq!(findings(&Inspection::of_link(&typed)), [""; 0]);
    let target = &plain[origin.len()..];
    assert_eq!(findings(&Inspection::of_request("G T", target, &[host])), ["the method is not well formed"]);
    let fragment = findings(&Inspection::of_request("GET", &format!("{target}#top"), &[host]));
    assert_eq!(fragment, ["it has a # in it, behind which nothing is sent", "the request's target is not well formed"]);
    let long = "a".repeat(70_000);
    assert_eq!(
        findings(&Inspection::of_request("GET", target, &[host, ("a", &long)])),
        ["it is longer than 64 KiB, and not looked at"]
    );
}

/// What was signed in headers and is not there is missed where all of the request is.
#[test]
fn a_request_without_a_signed_header() {
    let (bucket, signer) = (bucket(), signer());
    let name = format!("x-amz-meta-{}", "a".repeat(60));
    let given = [("content-type", "text/plain"), (&*name, "1")];
    let put = bucket.put("k").expect("a request").with_headers(&given);
    let signed = signer.sign(&put, PayloadHash::UNSIGNED, now()).expect("a signature");
    let host = [("host", "examplebucket.s3.amazonaws.com")];
    let headers: Vec<_> = signed.headers().chain(host).chain(given).collect();
    assert_eq!(findings(&Inspection::of_request("PUT", "/k", &headers)), [""; 0]);
    let less: Vec<_> = headers.iter().copied().filter(|(name, _)| *name != "content-type").collect();
    let missed = ["the header content-type was signed, and is not there"];
    assert_eq!(findings(&Inspection::of_request("PUT", "/k", &less)), missed);
    assert_eq!(findings(&Inspection::of_headers(&less)), [""; 0]);
    let elsewhere = findings(&Inspection::of_request("PUT", "https://b.example/k", &headers));
    assert_eq!(elsewhere, ["the host header differs from the host in the request's target"]);
}

/// "Handling dates in Signature Version 4": where there is no x-amz-date, AWS looks at date.
#[test]
fn a_request_dated_by_its_date() {
    let authorization = |signed: &str| {
        format!(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
             SignedHeaders={signed}, Signature={}",
            "0".repeat(64)
        )
    };
    let by_date = "it is dated by the header date alone, which AWS takes and some servers do not";
    let missing = "the header x-amz-date is missing";
    let day = "the day in Credential in the Authorization header is not the day on which the request is dated";
    for (signed, date, expected, state) in [
        ("date;host", Some("20130524T000000Z"), &[by_date][..], Some(State::Good)),
        ("date;host", Some("Fri, 24 May 2013 00:00:00 GMT"), &[by_date], None),
        ("date;host", Some("20130525T000000Z"), &[by_date, day], Some(State::Wrong)),
        ("host", Some("20130524T000000Z"), &[missing], Some(State::Wrong)),
        ("date;host", None, &[missing], Some(State::Wrong)),
    ] {
        let authorization = authorization(signed);
        let headers = [("authorization", &*authorization), ("host", "examplebucket.s3.amazonaws.com")];
        let headers: Vec<_> = headers.into_iter().chain(date.map(|date| ("Date", date))).collect();
        let inspection = Inspection::of_headers(&headers);
        assert_eq!(findings(&inspection), expected, "{signed} {date:?}");
        assert_eq!(inspection.state_at(now()), state, "{signed} {date:?}");
    }
}

/// Time alone does not make it good.
#[test]
fn what_cannot_be_good_is_not_called_good() {
    let cut = &LINK[..LINK.len() - 1];
    for (link, instant, end) in [
        (LINK, "20130524T000001Z", "good for 86399 seconds more"),
        (cut, "20130524T000001Z", "not good as it stands, though its time lasts 86399 seconds more"),
        (cut, "20130523T235959Z", "not good as it stands, and its time begins in 1 seconds"),
        (cut, "20130525T000001Z", "over for 1 seconds"),
        (&replaced("&X-Amz-Expires=86400", ""), "20130524T000001Z", "not good as it stands"),
        // What is only unwise may be good.
        (&replaced("https:", "http:"), "20130524T000001Z", "good for 86399 seconds more"),
        (&format!("{LINK}#page=2"), "20130524T000001Z", "good for 86399 seconds more"),
        // In these servers differ.
        (&replaced("/test.txt", "/a+b"), "20130524T000001Z", "good for 86399 seconds more"),
        (&format!("{LINK}{}", "&a=b".repeat(129)), "20130524T000001Z", "good for 86399 seconds more"),
        (&format!("{LINK}&a={}", "a".repeat(64_900)), "20130524T000001Z", "good for 86399 seconds more"),
    ] {
        let report = Inspection::of_link(link).report_at(at(instant)).to_string();
        assert_eq!(report.trim_end().rsplit("Z: ").next(), Some(end), "{link}");
    }
}

#[test]
fn texts_are_safe_to_show() {
    let link =
        "https://user:secret@h/\u{1b}[31m\u{7}é?X-Amz-Credential=\u{1b}]0%1b%0a/20130524/r/s3/aws4_request&%1b[2J=1";
    assert!(!Inspection::of_request("GET", link, &[("authorization", "")]).to_string().contains("secret"));
    let (by_header, host) = (("authorization", "AWS4-HMAC-SHA256 a"), "https://user:secret@h/\u{7}");
    let of_request = Inspection::of_request("\u{7}", host, &[by_header]).to_string();
    assert!(of_request.contains(r"  for    \u{7} h/\u{7}") && !of_request.contains("secret"), "{of_request}");
    let by_header = Inspection::of_request("GET", "/", &[by_header, ("host", "user:secret@h.example")]).to_string();
    assert!(by_header.contains("  for    GET h.example/\n"), "{by_header}");
    // A name that is glued to its value.
    let digits = "aeeed9bbccd4d02ee5c0109b86d86835f995330d";
    for (query, also) in [
        (format!("a&X-Amz-Signature{digits}"), "a, X-Amz-Signature"),
        (format!("X-Amz-Signature%3d{digits}"), "X-Amz-Signature"),
        (format!("amp;x-amz-signature{digits}"), "X-Amz-Signature"),
        (format!("X-Amz-Sig;nature{digits}"), "…"),
        ("X-Amz-Security-TokenIQoJb3JpZ2luX2VjEXAMPLE=1".to_owned(), "X-Amz-Security-Token"),
    ] {
        let report = Inspection::of_request("GET", &format!("/?{query}"), &[("host", "h")]).to_string();
        assert!(report.contains(&format!("  also   {also}\n")), "{report}");
    }
    let shown = Inspection::of_link(link).to_string();
    assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{shown:?}");
    assert!(shown.contains(r"https://h/\u{1b}[31m\u{7}é") && !shown.contains("secret"), "{shown}");
    let long = Inspection::of_link(&format!("https://h/{}?X-Amz-Date=", "a".repeat(60_000))).to_string();
    assert!(long.len() < 3000 && long.contains('…'), "{}", long.len());
    let many = format!("{LINK}{}", "&a=b".repeat(10_000));
    let inspection = Inspection::of_link(&many);
    assert_eq!(
        findings(&inspection),
        ["10000 query parameters are more than the 128 that are taken besides those of authentication"]
    );
    assert!(inspection.to_string().len() < 3000);
    let many: Vec<_> = (0..300).map(|i| (i.to_string(), "a")).collect();
    let many = many.iter().map(|(name, value)| (&**name, *value)).chain([("authorization", "AWS4-HMAC-SHA256 a")]);
    let inspection = Inspection::of_headers(&many.collect::<Vec<_>>());
    assert_eq!(
        findings(&inspection)[4],
        "301 headers are more than the 128 that are taken besides those of authentication"
    );
}

#[cfg(feature = "post")]
mod forms {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use s3_sigv4::PostPolicy;

    #[test]
    fn a_form_in_plain_words() {
        let policy = PostPolicy::for_keys_under("user/user1/")
            .and_then(|policy| policy.with_exact("acl", "private"))
            .and_then(|policy| policy.with_prefix("x-amz-meta-tag", ""))
            .and_then(|policy| policy.with_exact("x-amz-server-side-encryption-customer-key", "c2VjcmV0"))
            .and_then(|policy| policy.with_content_length(1..=1000))
            .expect("a policy");
        let signer = Signer::new(session(), "us-east-1", now()).expect("a signer");
        let form = signer.post(&policy, &bucket(), Duration::from_secs(900), now()).expect("a form");
        let fields: Vec<_> = form.fields().collect();
        let expected = "browser's form
  by     ASIAIOSFODNN7EXAMPLE, for a session
  in     us-east-1, s3
  from   2013-05-24T00:00:00Z
  until  2013-05-24T00:15:00Z, 900 seconds later
  if     bucket is examplebucket
  if     key starts with user/user1/
  if     acl is private
  if     x-amz-meta-tag is anything
  if     x-amz-server-side-encryption-customer-key is the secret value
  if     the file has 1 to 1000 bytes
";
        let inspection = Inspection::of_form(&fields);
        assert_eq!(inspection.to_string(), expected);
        let conditions: Vec<_> = inspection.conditions().collect();
        assert_eq!((conditions.len(), conditions[1]), (6, "key starts with user/user1/"));
        let policy = fields.iter().find(|(name, _)| *name == "policy").expect("the policy");
        assert_eq!(Inspection::of_form(&[*policy]).to_string(), expected);
        assert!(!format!("{:?}", Inspection::of_form(&fields)).contains("token+="));

        let mut changed = fields.clone();
        changed.last_mut().expect("the signature").1 = "aa";
        assert_eq!(findings(&Inspection::of_form(&changed)), ["the form field x-amz-signature is not well formed"]);
        assert_eq!(findings(&Inspection::of_form(&[("key", "a")])), ["the form field policy is missing"]);
    }

    #[test]
    fn what_looks_wrong_with_a_policy() {
        let of = |json: &str| findings(&Inspection::of_form(&[("Policy", &STANDARD.encode(json))]));
        let open = |name: &str| format!("the policy has no condition that fixes the form field {name}");
        assert_eq!(
            of(r#"{"expiration":"2013-05-24T01:00:00Z","conditions":[["starts-with","$key",""]]}"#),
            [
                open("x-amz-algorithm"),
                open("x-amz-credential"),
                open("x-amz-date"),
                "the policy allows every key in the bucket".to_owned(),
                "the policy allows a file of any length".to_owned(),
            ]
        );
        let signed = r#"{"x-amz-algorithm":"AWS4-HMAC-SHA256"},{"x-amz-credential":"ASIA/20130524/r/s3/aws4_request"}"#;
        let with = |date: &str| {
            of(&format!(
                r#"{{"expiration":"2013-05-24T01:00:00Z","conditions":[{signed},{{"x-amz-date":"{date}"}},
                {{"key":"k"}},["content-length-range",1,2]]}}"#
            ))
        };
        let token = "the access key id starts with ASIA, so it belongs to a session, but there is no session token";
        assert_eq!(with("20130524T000000Z"), [token]);
        let day = "the day in the form field x-amz-credential is not the day on which the request is dated";
        assert_eq!(with("20130525T000000Z"), [token, day]);
        assert_eq!(with("x"), [token, "the form field x-amz-date is not well formed"]);
        assert_eq!(of("{"), ["the policy is not JSON"]);
        let (short, long) = ("a".repeat(300), "a".repeat(70_000));
        assert_eq!(findings(&Inspection::of_form(&[(&short, &short)])), ["the form field policy is missing"]);
        let inspection = Inspection::of_form(&[("policy", &long)]);
        assert_eq!(findings(&inspection), ["it is longer than 64 KiB, and not looked at"]);
        // However long the policy says, the signature is good for 7 days.
        let json = format!(
            r#"{{"expiration":"9999-12-31T23:59:59Z","conditions":[{signed},{{"x-amz-date":"20130524T000000Z"}}]}}"#
        );
        let inspection = Inspection::of_form(&[("policy", &STANDARD.encode(json))]);
        assert_eq!(inspection.valid_until(), Some(at("20130531T000000Z")));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// However a link or a header is spoiled, it is read without a panic, and neither signature nor token is shown.
    #[test]
    fn nothing_secret_is_shown(
        at in any::<proptest::sample::Index>(),
        more in any::<proptest::sample::Index>(),
        change in "[&=?/#%;, \"a-zA-Z0-9]{0,2}",
        (dropped, glued, cut) in (0..2_usize, any::<bool>(), prop_oneof![Just(0), 1..200_usize]),
    ) {
        let token = format!("{}==", "Zm9v//MTIz+w".repeat(11));
        let credentials = session().with_session_token(&token).unwrap();
        let signer = Signer::new(credentials, "us-east-1", now()).unwrap();
        let bucket = bucket();
        let request = bucket.get("test.txt").unwrap();
        let link = signer.presign(&request, Duration::from_secs(60), now()).unwrap();
        let signed = signer.sign(&request, PayloadHash::EMPTY, now()).unwrap();
        let spoil = |text: &str| {
            // A name may have lost its equals sign, and the text its end.
            let mut text = if glued { text.replace("ature=", "ature").replace("Token=", "Token") } else { text.to_owned() };
            text.truncate(text.len() - cut);
            for at in [at, more] {
                let at = at.index(text.len());
                text.replace_range(at..(at + dropped).min(text.len()), &change);
            }
            text
        };
        let origin = "https://examplebucket.s3.amazonaws.com";
        let in_link = link.url().rsplit('=').next().unwrap();
        let in_header = signed.authorization().rsplit('=').next().unwrap();
        for (inspection, signature) in [
            (Inspection::of_link(&spoil(link.url())), in_link),
            (Inspection::of_request("GET", &spoil(&link.url()["https://".len()..]), &[]), in_link),
            (Inspection::of_request("GET", &spoil(link.url()), &[]), in_link),
            (Inspection::of_request("GET", &spoil(&link.url()[origin.len()..]), &[("host", &origin[8..])]), in_link),
            (Inspection::of_headers(&[("authorization", &spoil(signed.authorization()))]), in_header),
        ] {
            let shown = format!("{inspection}{inspection:?}{}", inspection.report_at(now()));
            let encoded = token.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
            // Half of a signature is nothing that anybody can use.
            for secret in [signature, &token, &encoded] {
                for piece in secret.as_bytes().windows(33) {
                    let piece = core::str::from_utf8(piece).unwrap();
                    prop_assert!(!shown.contains(piece), "{}", shown);
                }
            }
        }
    }

    #[test]
    fn any_text_is_survived(text in "\\PC{0,60}", query in "([&?=%#/]|X-Amz-(Date|Credential|Signature)|\\PC){0,20}") {
        for text in [text.clone(), format!("https://{text}?{query}"), format!("AWS4-HMAC-SHA256 {text},{query}")] {
            let _ = Inspection::of_link(&text).to_string();
            let _ = Inspection::of_headers(&[("authorization", &text), (&query, &text)]).to_string();
        }
    }
}

#[test]
fn the_signer_without_a_session() {
    let link = signer().presign(&bucket().get("k").expect("a request"), Duration::from_secs(1), now()).expect("a link");
    assert_eq!(findings(&Inspection::of_link(link.url())), [""; 0]);
}
