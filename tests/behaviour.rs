//! What the verbs do beyond the signature itself.

mod naive;
mod util;

use core::time::Duration;
use s3_sigv4::{
    AwsEndpoint, Bucket, CanonicalRequest, ContentSha256, CredentialScope, Credentials, Endpoint, Error, ExportedKey,
    Lifetime, Limit, PayloadHash, Presigned, Profile, Request, Service, SessionToken, Signature, SignedPolicy,
    SignedRequest, Signer, SigningKey, StringToSign, Timestamp, Unsupported, Validity, Verifier, Warning,
};
use util::{ACCESS_KEY, Incoming, SECRET_KEY, at, credentials, now, request, session, signer};

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn the_host_is_signed_as_it_is_sent() {
    let host_of = |request: Request<'_>| {
        let signer = signer();
        let canonical =
            signer.canonical_request(&request, PayloadHash::EMPTY, now()).expect("a canonical request").to_string();
        canonical.lines().find_map(|line| line.strip_prefix("host:")).expect("a host").to_owned()
    };
    for (origin, host) in [
        ("https://Example.COM", "Example.COM"),
        ("https://example.com:443", "example.com"),
        ("http://example.com:80", "example.com"),
        ("https://example.com:80", "example.com:80"),
        ("http://[::1]:8080", "[::1]:8080"),
        ("http://[::1]:80", "[::1]"),
    ] {
        assert_eq!(host_of(Request::new("GET", origin, "/").expect("a request")), host);
    }
    // A host header speaks for itself: a tunnel, a proxy.
    let tunnel = Request::new("GET", "http://127.0.0.1:8080", "/").expect("a request");
    let tunnel = tunnel.with_headers(&[("Host", "examplebucket.s3.amazonaws.com:443")]);
    assert_eq!(host_of(tunnel), "examplebucket.s3.amazonaws.com:443");
    let link = signer().presign(&tunnel, MINUTE, now()).expect("a link");
    assert!(link.url().starts_with("http://127.0.0.1:8080/?"));
    assert_eq!(link.headers().collect::<Vec<_>>(), [("Host", "examplebucket.s3.amazonaws.com:443")]);
    let same = request("/").with_headers(&[("host", "examplebucket.s3.amazonaws.com")]);
    assert_eq!(signer().presign(&same, MINUTE, now()).expect("a link").headers().count(), 0);
}

#[test]
fn headers_that_are_never_signed() {
    let names = [
        "Authorization",
        "Baggage",
        "Connection",
        "Expect",
        "Keep-Alive",
        "TE",
        "Traceparent",
        "Tracestate",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
        "User-Agent",
        "X-Amzn-Trace-Id",
        "Proxy-Connection",
        "Sec-Fetch-Mode",
    ];
    let headers = names.map(|name| (name, "value"));
    let request = request("/").with_headers(&headers);
    let signer = signer();
    let canonical = signer.canonical_request(&request, PayloadHash::EMPTY, now()).expect("a canonical request");
    assert_eq!(canonical.signed_headers().to_string(), "host;x-amz-content-sha256;x-amz-date");
    assert_eq!(signer.presign(&request, MINUTE, now()).expect("a link").headers().count(), 0);

    // Sorted as if all were in lower case, the last letter of the alphabet too.
    let any = [("Zz-Name-1", "1"), ("aa-name-2", "2"), ("ZZ-NAME-0", "3"), ("yz-name-3", "4"), ("YZ-NAME-1", "5")];
    let request = util::request("/").with_headers(&any);
    let canonical = signer.canonical_request(&request, PayloadHash::EMPTY, now()).expect("a canonical request");
    assert_eq!(
        canonical.signed_headers().to_string(),
        "aa-name-2;host;x-amz-content-sha256;x-amz-date;yz-name-1;yz-name-3;zz-name-0;zz-name-1"
    );

    let others = [("x-amzn-other", "a"), ("x-amz", "b"), ("x-amz-", "c"), ("proxy", "d"), ("date", "e"), ("sec", "f")];
    let request = util::request("/").with_headers(&others).with_unsigned_headers(&["Date", "Missing"]);
    let canonical = signer.canonical_request(&request, PayloadHash::EMPTY, now()).expect("a canonical request");
    assert_eq!(
        canonical.signed_headers().to_string(),
        "host;proxy;sec;x-amz;x-amz-;x-amz-content-sha256;x-amz-date;x-amzn-other"
    );

    // What a service never has signed, and what one request names besides.
    let service = Service::S3.with_unsigned_headers(&["Accept-Encoding", "via"]);
    let signer = Signer::for_service(util::credentials(), service, "us-east-1", now()).expect("a signer");
    let headers = [("accept-encoding", "gzip"), ("Via", "a"), ("date", "b"), ("range", "bytes=0-9")];
    let request = util::request("/").with_headers(&headers).with_unsigned_headers(&["date"]);
    let canonical = signer.canonical_request(&request, PayloadHash::EMPTY, now()).expect("a canonical request");
    assert_eq!(canonical.signed_headers().to_string(), "host;range;x-amz-content-sha256;x-amz-date");
    let link = signer.presign(&request, MINUTE, now()).expect("a link");
    assert_eq!(link.headers().collect::<Vec<_>>(), [("range", "bytes=0-9")]);
}

#[test]
fn header_values_are_trimmed_folded_and_joined() {
    for (values, line) in [
        (&["  a   b\t\tc  "][..], "x:a b c"),
        (&["\t"], "x:"),
        (&[""], "x:"),
        (&["b", "a", "b"], "x:b,a,b"),
        (&[" a ", "", " b  c"], "x:a,,b c"),
        (&["\"a   b\""], "x:\"a b\""),
        (&["\u{a0}a\u{a0}\u{a0}b\u{2003}"], "x:\u{a0}a\u{a0}\u{a0}b\u{2003}"),
        (&["a\u{b}\u{c} b"], "x:a\u{b}\u{c} b"),
        (&["caf\u{e9} テスト"], "x:caf\u{e9} テスト"),
    ] {
        // Names differ in case and stand apart, and are one header all the same.
        let mut headers: Vec<(&str, &str)> = values.iter().map(|value| ("X", *value)).collect();
        headers.insert(1, ("zz", "last"));
        if let Some((name, _)) = headers.last_mut().filter(|(name, _)| *name == "X") {
            *name = "x";
        }
        let request = request("/").with_headers(&headers);
        let signer = signer();
        let canonical = signer.canonical_request(&request, PayloadHash::EMPTY, now()).expect("a canonical request");
        assert!(canonical.to_string().contains(&format!("\n{line}\n")), "{values:?}: {canonical}");
        assert_eq!(canonical.signed_headers().to_string(), "host;x;x-amz-content-sha256;x-amz-date;zz");
    }
}

/// Each blank at each place of values of each length, alone and in pairs.
#[test]
fn header_values_are_folded_wherever_their_blanks_are() {
    let signer = signer();
    for length in 1..40 {
        for at in 0..length {
            for blanks in [" ", "\t", "  ", " \t", "\t "] {
                let mut value = "a".repeat(length);
                value.replace_range(at..(at + blanks.len()).min(length), blanks);
                let folded: Vec<_> = value.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
                let headers = [("x", &*value)];
                let request = request("/").with_headers(&headers);
                let canonical = signer.canonical_request(&request, PayloadHash::EMPTY, now()).expect("a request");
                assert_eq!(
                    canonical.to_string().lines().nth(4),
                    Some(&*format!("x:{}", folded.join(" "))),
                    "{value:?}"
                );
            }
        }
    }
}

/// By name, not by `name:value`: the customer's keys of SSE-C come apart otherwise.
#[test]
fn headers_sort_by_name() {
    let headers = [
        ("x-amz-server-side-encryption-customer-key-md5", "c"),
        ("x-amz-server-side-encryption-customer-key", "b"),
        ("x-amz-server-side-encryption-customer-algorithm", "AES256"),
    ];
    let (signer, request) = (signer(), request("/").with_headers(&headers));
    let canonical = signer.canonical_request(&request, PayloadHash::EMPTY, now()).expect("a canonical request");
    let names: Vec<_> = headers.iter().rev().map(|(name, _)| *name).collect();
    assert!(canonical.signed_headers().to_string().ends_with(&names.join(";")));
}

/// Names around those that signing adds, in every order.
#[test]
fn headers_given_and_added_sort_together() {
    let names = [
        "a",
        "hos",
        "Host",
        "host-",
        "hosts",
        "HOSU",
        "x-amz-content-sha25",
        "x-amz-content-sha2567",
        "X-Amz-Copy-Source",
        "x-amz-dat",
        "x-amz-dates",
        "x-amz-meta-a",
        "X-AMZ-META-B",
        "x-amz-meta-long-a",
        "X-Amz-Meta-Long-B",
        "zz",
    ];
    let (signer, value) = (signer(), util::request("/").host().to_owned());
    let mut orders: Vec<_> = names.iter().flat_map(|a| names.iter().map(|b| vec![*a, *b])).collect();
    orders.extend(orders.clone().iter().flat_map(|two| names.iter().map(|c| [&**two, &[*c]].concat())));
    for given in orders {
        let mut expected: Vec<_> = given.iter().map(|name| name.to_ascii_lowercase()).collect();
        expected.extend(["host", "x-amz-content-sha256", "x-amz-date"].map(String::from));
        expected.sort();
        expected.dedup();
        let headers: Vec<_> = given.iter().map(|name| (*name, &*value)).collect();
        let request = request("/").with_headers(&headers);
        match signer.canonical_request(&request, PayloadHash::EMPTY, now()) {
            Ok(canonical) => assert_eq!(canonical.signed_headers().to_string(), expected.join(";"), "{given:?}"),
            Err(error) => assert_eq!(error, Error::HostRepeated, "{given:?}"),
        }
    }
}

#[test]
fn queries_are_encoded_and_then_sorted() {
    for (pairs, wire, canonical) in [
        (&[("acl", "")][..], "acl", "acl="),
        (&[("a-b", "1"), ("a", "2")], "a-b=1&a=2", "a=2&a-b=1"),
        (&[("b", ""), ("B", "")], "b&B", "B=&b="),
        (&[("a", "b"), ("a", "B"), ("a", "b")], "a=b&a=B&a=b", "a=B&a=b&a=b"),
        (&[("é", ""), ("z", ""), ("a", "")], "%C3%A9&z&a", "%C3%A9=&a=&z="),
        (&[("a", ""), ("", "x"), ("", "")], "a&=x&", "=&=x&a="),
        (&[("prefix", "a/b c+d")], "prefix=a/b%20c%2bd", "prefix=a%2Fb%20c%2Bd"),
        (&[("a", "b=c")], "a=b=c", "a=b%3Dc"),
        (&[("a", "~é%")], "a=%7E%c3%A9%25", "a=~%C3%A9%25"),
        (&[("x-amz-x", "1"), ("X-Amz-X", "2")], "x-amz-x=1&X-Amz-X=2", "X-Amz-X=2&x-amz-x=1"),
    ] {
        let (signer, url) = (signer(), format!("https://examplebucket.s3.amazonaws.com/?{wire}"));
        for request in [request("/").with_query(pairs), Request::from_url("GET", &url).expect("a request")] {
            let text =
                signer.canonical_request(&request, PayloadHash::EMPTY, now()).expect("a canonical request").to_string();
            assert_eq!(text.split('\n').nth(2), Some(canonical), "{wire}");
            let link = signer.presign(&request, MINUTE, now()).expect("a link");
            let text = signer.canonical_link(&request, MINUTE, now()).expect("a canonical request");
            let query = text.to_string().split('\n').nth(2).expect("a query").to_owned();
            assert!(link.url().contains(&format!("/?{query}&X-Amz-Signature=")), "{link}");
        }
    }
}

#[test]
fn session_tokens_in_headers_and_links() {
    let token = "IQoJb3JpZ2luX2VjEXAMPLE//token+=";
    let signer = Signer::new(session(), "us-east-1", now()).expect("a signer");
    let signed = signer.sign(&request("/"), PayloadHash::EMPTY, now()).expect("a signature");
    assert!(
        signed.authorization().contains("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,")
    );
    assert_eq!(signed.headers().last(), Some(("x-amz-security-token", token)));
    let link = signer.presign(&request("/"), MINUTE, now()).expect("a link");
    let encoded =
        "X-Amz-Expires=60&X-Amz-Security-Token=IQoJb3JpZ2luX2VjEXAMPLE%2F%2Ftoken%2B%3D&X-Amz-SignedHeaders=host&";
    assert!(link.url().contains(encoded), "{link}");

    // A parameter of the request's own may come in between.
    let between = [("X-Amz-Meta", "1"), ("X-Amz-Security", "2"), ("X-Amz-Sha", "3")];
    let link = signer.presign(&request("/").with_query(&between), MINUTE, now()).expect("a link");
    let encoded = "X-Amz-Expires=60&X-Amz-Meta=1&X-Amz-Security=2&\
        X-Amz-Security-Token=IQoJb3JpZ2luX2VjEXAMPLE%2F%2Ftoken%2B%3D&X-Amz-Sha=3&X-Amz-SignedHeaders=host&";
    assert!(link.url().contains(encoded), "{link}");
    assert_eq!(Incoming::link(&link).verify(&Verifier::new("us-east-1"), &session(), now()), Ok(()));

    // AWS IoT: the token is sent and is no part of what is signed.
    let iot = Service::new("iotdevicegateway").expect("a service").with_session_token(SessionToken::AddedAfterwards);
    let with = Signer::for_service(session(), iot.clone(), "us-east-1", now()).expect("a signer");
    let without = Credentials::new("AKIAIOSFODNN7EXAMPLE", SECRET_KEY).expect("credentials");
    let without = Signer::for_service(without, iot, "us-east-1", now()).expect("a signer");
    let link = with.presign(&request("/mqtt"), MINUTE, now()).expect("a link").to_string();
    let bare = without.presign(&request("/mqtt"), MINUTE, now()).expect("a link").to_string();
    assert!(link.contains(
        "&X-Amz-SignedHeaders=host&X-Amz-Security-Token=IQoJb3JpZ2luX2VjEXAMPLE%2F%2Ftoken%2B%3D&X-Amz-Signature="
    ));
    assert!(!bare.contains("Token"));
    let (with, without) = (
        with.sign(&request("/"), PayloadHash::EMPTY, now()).expect("a signature"),
        without.sign(&request("/"), PayloadHash::EMPTY, now()).expect("a signature"),
    );
    assert_eq!(with.headers().last(), Some(("x-amz-security-token", token)));
    let signed_headers = |signed: &SignedRequest<'_>| signed.authorization().split(", ").nth(1).map(str::to_owned);
    assert_eq!(signed_headers(&with), signed_headers(&without));
}

/// S3 Express: the same signature whether the signer has the token or the request brings it along.
#[test]
fn the_token_of_an_s3_express_session() {
    let token = "IQoJb3JpZ2luX2VjEXAMPLE//token+=";
    let express = |credentials: Credentials, session_token: SessionToken| {
        let service = Service::new("s3express").expect("a service").with_session_token(session_token);
        Signer::for_service(credentials, service, "us-west-2", now()).expect("a signer")
    };
    let without = Credentials::new("ASIAIOSFODNN7EXAMPLE", SECRET_KEY).expect("credentials");
    let (with, without) = (express(session(), SessionToken::S3Session), express(without, SessionToken::S3Session));

    let header = [("X-Amz-S3session-Token", token)];
    let signed = with.sign(&request("/"), PayloadHash::EMPTY, now()).expect("a signature");
    let names: Vec<_> = signed.headers().map(|(name, _)| name).collect();
    assert_eq!(names, ["authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-s3session-token"]);
    assert_eq!(signed.headers().last(), Some(("x-amz-s3session-token", token)));
    assert!(signed.authorization().contains(
        "/us-west-2/s3express/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-s3session-token, "
    ));
    let brought = without.sign(&request("/").with_headers(&header), PayloadHash::EMPTY, now()).expect("a signature");
    assert_eq!(brought.authorization(), signed.authorization());
    assert_eq!(brought.headers().count(), 3);
    let stale = with.sign(&request("/").with_headers(&[("x-amz-s3session-token", "old")]), PayloadHash::EMPTY, now());
    assert_eq!(stale.expect("a signature").authorization(), signed.authorization());
    let mut lines = String::new();
    with.sign_to(&mut lines, &request("/"), PayloadHash::EMPTY, now()).expect("a signature");
    assert!(lines.ends_with(&format!("\r\nx-amz-s3session-token: {token}\r\n")));

    let link = with.presign(&request("/"), MINUTE, now()).expect("a link");
    assert!(link.url().contains(
        "&X-Amz-Expires=60&X-Amz-S3session-Token=IQoJb3JpZ2luX2VjEXAMPLE%2F%2Ftoken%2B%3D&X-Amz-SignedHeaders=host&"
    ));
    let pairs = [("X-Amz-S3session-Token", token)];
    let wire = "https://examplebucket.s3.amazonaws.com/?X-Amz-S3session-Token=IQoJb3JpZ2luX2VjEXAMPLE//token%2b=";
    for request in [request("/").with_query(&pairs), Request::from_url("GET", wire).expect("a request")] {
        assert_eq!(without.presign(&request, MINUTE, now()).expect("a link").url(), link.url());
    }
    let between = [("X-Amz-S3", "1"), ("X-Amz-S4", "2")];
    let own = with.presign(&request("/").with_query(&between), MINUTE, now()).expect("a link");
    let encoded = "&X-Amz-Expires=60&X-Amz-S3=1&X-Amz-S3session-Token=IQoJb3JpZ2luX2VjEXAMPLE%2F%2Ftoken%2B%3D&\
        X-Amz-S4=2&X-Amz-SignedHeaders=host&";
    assert!(own.url().contains(encoded), "{own}");
    // A signer with the key alone knows the name by the service, and its token may come with the request too.
    let key = with.key().clone();
    let edge = Signer::from_key("ASIAIOSFODNN7EXAMPLE", Some(token), key.clone()).expect("a signer");
    assert_eq!(edge.presign(&request("/"), MINUTE, now()).expect("a link").url(), link.url());
    let edge = Signer::from_key("ASIAIOSFODNN7EXAMPLE", None, key).expect("a signer");
    assert!(edge.sign(&request("/").with_headers(&header), PayloadHash::EMPTY, now()).is_ok());

    // CreateSession, CopyObject, UploadPartCopy, HeadBucket: the same service, the ordinary token.
    let ordinary = express(session(), SessionToken::Signed);
    let signed = ordinary.sign(&request("/"), PayloadHash::EMPTY, now()).expect("a signature");
    assert_eq!(signed.headers().last(), Some(("x-amz-security-token", token)));
    assert!(signed.authorization().contains("/us-west-2/s3express/aws4_request, "));
    let link = ordinary.presign(&request("/"), MINUTE, now()).expect("a link").to_string();
    assert!(link.contains("&X-Amz-Security-Token=") && !link.contains("S3session"));
}

#[test]
fn a_policy_is_signed_under_its_own_day() {
    let signer = Signer::new(session(), "us-east-1", at("20130523T235959Z")).expect("a signer");
    let mut renewed = signer.clone();
    renewed.renew(now()).expect("the secret is there");
    let [signed, again] = [signer, renewed].map(|signer| signer.sign_policy("e30=", now()).expect("a signature"));
    let fields: Vec<_> = signed.fields().collect();
    assert_eq!(fields, again.fields().collect::<Vec<_>>());
    assert_eq!(
        fields[..3],
        [
            ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
            ("x-amz-credential", "ASIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"),
            ("x-amz-date", "20130524T000000Z"),
        ]
    );
    assert_eq!(fields[3..5], [("x-amz-security-token", "IQoJb3JpZ2luX2VjEXAMPLE//token+="), ("policy", "e30=")]);
    assert_eq!(fields[5..], [("x-amz-signature", &*signed.signature().to_string())]);
}

#[test]
fn signing_again_replaces_what_signing_added() {
    let (signer, fresh) = (Signer::new(session(), "us-east-1", now()).expect("a signer"), request("/"));
    let first = signer.sign(&fresh, PayloadHash::of(b"old"), at("20130523T000000Z")).expect("a signature");
    let stale: Vec<_> = first.headers().collect();
    let again = fresh.with_headers(&stale);
    let expected = signer.sign(&fresh, PayloadHash::EMPTY, now()).expect("a signature");
    let signed = signer.sign(&again, PayloadHash::EMPTY, now()).expect("a signature");
    assert_eq!(signed.headers().collect::<Vec<_>>(), expected.headers().collect::<Vec<_>>());
}

#[test]
fn what_a_link_signs_for_the_body() {
    let last_line = |service: Service, headers: &[(&str, &str)]| {
        let signer = Signer::for_service(util::credentials(), service, "us-east-1", now()).expect("a signer");
        let request = request("/").with_headers(headers);
        let link = signer.presign(&request, MINUTE, now()).expect("a link");
        // The link itself tells only by its signature which line was signed.
        for payload in [PayloadHash::EMPTY, PayloadHash::UNSIGNED, PayloadHash::of(b"body")] {
            let same = signer.presign_payload(&request, payload, MINUTE, now());
            if same.is_ok_and(|same| same.url() == link.url()) {
                return payload;
            }
        }
        panic!("no payload fits {link}");
    };
    let general = || Service::new("service").expect("a service");
    let hash = PayloadHash::of(b"body");
    assert_eq!(last_line(Service::S3, &[]), PayloadHash::UNSIGNED);
    assert_eq!(last_line(general(), &[]), PayloadHash::EMPTY);
    assert_eq!(last_line(general().with_content_sha256(ContentSha256::Signed), &[]), PayloadHash::UNSIGNED);
    assert_eq!(last_line(Service::S3, &[("X-Amz-Content-Sha256", hash.as_str())]), hash);
    let headers = [("x-amz-content-sha256", hash.as_str())];
    let request = request("/").with_headers(&headers);
    let link = signer().presign(&request, MINUTE, now()).expect("a link");
    assert_eq!(link.headers().collect::<Vec<_>>(), [("x-amz-content-sha256", hash.as_str())]);
}

/// One signature for each method, and what it takes from the credential.
#[test]
fn links_against_fixed_signatures() {
    let odd = Credentials::new("AK+IA:odd", SECRET_KEY).expect("credentials");
    let odd = Signer::new(odd, "us+east", now()).expect("a signer");
    let link = odd.presign(&request("/"), MINUTE, now()).expect("a link");
    assert!(
        link.url().contains("X-Amz-Credential=AK%2BIA%3Aodd%2F20130524%2Fus%2Beast%2Fs3%2Faws4_request&"),
        "{link}"
    );
    for (method, payload) in
        [("GET", None), ("HEAD", None), ("PUT", None), ("DELETE", None), ("PUT", Some(PayloadHash::of(b"body")))]
    {
        let (bucket, signer) = (util::bucket(), signer());
        let request = bucket.on_object(method, "test.txt").expect("a request");
        let link = match payload {
            None => signer.presign(&request, MINUTE, now()),
            Some(payload) => signer.presign_payload(&request, payload, MINUTE, now()),
        };
        // AWS's example by hand, so that nothing of the crate stands on both sides but the key's derivation.
        let last = payload.map_or("UNSIGNED-PAYLOAD".to_owned(), |payload| payload.to_string());
        let query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3\
             %2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host";
        let canonical = format!("{method}\n/test.txt\n{query}\nhost:examplebucket.s3.amazonaws.com\n\nhost\n{last}");
        let scope = "20130524/us-east-1/s3/aws4_request";
        let text = naive::string_to_sign(&canonical, "20130524T000000Z", scope);
        let signature = naive::signature(SECRET_KEY, scope, &text);
        assert!(link.expect("a link").url().ends_with(&format!("?{query}&X-Amz-Signature={signature}")), "{method}");
    }
}

#[test]
fn payload_hashes_have_awss_texts() {
    for (hash, text) in [
        (PayloadHash::EMPTY, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (PayloadHash::UNSIGNED, "UNSIGNED-PAYLOAD"),
        (PayloadHash::STREAMING, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
        (PayloadHash::STREAMING_TRAILER, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"),
        (PayloadHash::STREAMING_UNSIGNED_TRAILER, "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
    ] {
        assert_eq!(hash.as_str(), text);
        assert_eq!(PayloadHash::parse(text), Ok(hash));
    }
    let empty = hex::decode(PayloadHash::EMPTY.as_str()).expect("digits").try_into().expect("32 bytes");
    assert_eq!(PayloadHash::from_sha256(empty), PayloadHash::EMPTY);
}

#[test]
fn paths_at_their_ends() {
    use s3_sigv4::{PathEncoding, PathNormalization};
    let canonical = |service: &Service, request: Request<'_>| {
        let signer = signer().with_service(service.clone()).expect("a signer");
        let text = signer.canonical_request(&request, PayloadHash::EMPTY, now()).expect("a request").to_string();
        text.split('\n').nth(1).expect("a path").to_owned()
    };
    let url = |url| Request::from_url("GET", url).expect("a request");
    assert_eq!(canonical(&Service::S3, url("https://h")), "/");
    assert_eq!(canonical(&Service::S3, url("https://h?a")), "/");
    let general = Service::new("service").expect("a service");
    for (path, normalized) in [
        ("/a/b/..", "/a"),
        ("/a/.", "/a"),
        ("/a/./", "/a/"),
        ("/a/b/../", "/a/"),
        ("/..", "/"),
        ("/../a", "/a"),
        ("//a//", "/a/"),
        ("/a/..", "/"),
        ("/", "/"),
        ("", "/"),
    ] {
        assert_eq!(canonical(&general, request(path)), normalized, "{path}");
    }
    let once = general.with_path_encoding(PathEncoding::Once).with_path_normalization(PathNormalization::Normalized);
    assert_eq!(canonical(&once, url("https://h/a/%2e%2E/b%2fc")), "/b%2Fc");
}

#[test]
fn long_names_and_bytes_that_are_no_text() {
    let name = "X-Amz-Meta-".to_owned() + &"Abc".repeat(40);
    let headers: [(&str, &[u8]); 2] = [(&name, b"1"), ("x-amz-meta-b", b"caf\xe9 \xe9!")];
    let (signer, request) = (signer(), request("/").with_header_bytes(&headers));
    let canonical = signer.canonical_request(&request, PayloadHash::EMPTY, now()).expect("a request").to_string();
    assert!(canonical.contains(&format!("\n{}:1\n", name.to_lowercase())), "{canonical}");
    assert!(canonical.contains("\nx-amz-meta-b:caf\u{fffd} \u{fffd}!\n"), "{canonical}");
    let unsigned = request.with_unsigned_headers(&["date"]).with_header_bytes(&[("date", b"x")]);
    let canonical = signer.canonical_request(&unsigned, PayloadHash::EMPTY, now()).expect("a request");
    assert!(!canonical.signed_headers().to_string().contains("date;"), "the names stay");
}

#[test]
fn the_headers_of_a_link_are_in_the_order_given() {
    let headers = [("x-amz-meta-z", "1"), ("content-type", "a"), ("X-Amz-Meta-A", "2"), ("x-amz-meta-z", "3")];
    let mut given = headers.to_vec();
    given.insert(1, ("x-amz-date", "20130101T000000Z"));
    given.insert(2, ("user-agent", "x"));
    let link = signer().presign(&request("/").with_headers(&given), MINUTE, now()).expect("a link");
    assert_eq!(link.headers().collect::<Vec<_>>(), headers);
    assert!(link.url().contains("X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-meta-a%3Bx-amz-meta-z&"), "{link}");
    let odd = [("X-Amz-Meta-It's*", "1")];
    for query in [&[][..], &[("X-Amz-Meta", "1")]] {
        let request = request("/").with_headers(&odd).with_query(query);
        let link = signer().presign(&request, MINUTE, now()).expect("a link");
        assert!(link.url().contains("X-Amz-SignedHeaders=host%3Bx-amz-meta-it%27s%2A&"), "{link}");
        assert_eq!(Incoming::link(&link).verify(&Verifier::new("us-east-1"), &credentials(), now()), Ok(()));
    }
}

/// One of many links of an instant is the link that is made alone, by each verb.
#[test]
fn links_of_an_instant_are_those_made_alone() {
    let headers = [("x-amz-meta-a", "1")];
    for signer in [signer(), Signer::new(session(), "us-east-1", now()).expect("a signer")] {
        let links = signer.links(MINUTE, now()).expect("links");
        for request in [request("/"), request("/é").with_headers(&headers), request("/a").with_query(&[("Z", "")])] {
            let alone = signer.presign(&request, MINUTE, now()).expect("a link");
            assert_eq!(links.presign(&request).expect("a link").url(), alone.url());
            let mut written = String::new();
            links.presign_to(&mut written, &request).expect("a link");
            assert_eq!(written, alone.url());
            let hash = PayloadHash::of(b"body");
            let alone = signer.presign_payload(&request, hash, MINUTE, now()).expect("a link");
            assert_eq!(links.presign_payload(&request, hash).expect("a link").url(), alone.url());
        }
    }
}

#[test]
fn how_long_a_link_is_good() {
    let ending = |at: &str| {
        let credentials = session().with_expiration(util::at(at));
        Signer::new(credentials, "us-east-1", now()).expect("a signer")
    };
    let unknown = || Signer::new(session(), "us-east-1", now()).expect("a signer");
    let day = Duration::from_secs(86400);
    for (signer, lifetime, until, limit, expires) in [
        (signer(), day.into(), "20130525T000000Z", Limit::Lifetime, 86400),
        (signer(), Duration::from_millis(1999).into(), "20130524T000001Z", Limit::Lifetime, 1),
        (signer(), Lifetime::full(day), "20130525T000000Z", Limit::Lifetime, 86400),
        (signer(), (day * 7).into(), "20130531T000000Z", Limit::Lifetime, 604_800),
        (signer(), Lifetime::LONGEST, "20130531T000000Z", Limit::SevenDays, 604_800),
        (ending("20130524T010000Z"), day.into(), "20130524T010000Z", Limit::Credentials, 86400),
        (ending("20130524T010000Z"), Lifetime::LONGEST, "20130524T010000Z", Limit::Credentials, 604_800),
        (ending("20140101T000000Z"), Lifetime::LONGEST, "20130531T000000Z", Limit::SevenDays, 604_800),
        (ending("20130525T000000Z"), day.into(), "20130525T000000Z", Limit::Lifetime, 86400),
        (ending("20140101T000000Z"), Lifetime::full(day), "20130525T000000Z", Limit::Lifetime, 86400),
        (unknown(), day.into(), "20130525T000000Z", Limit::Session, 86400),
        (unknown(), Lifetime::LONGEST, "20130531T000000Z", Limit::Session, 604_800),
    ] {
        let link = signer.presign(&request("/"), lifetime, now()).expect("a link");
        assert_eq!((link.valid_from(), link.valid_until(), link.limited_by()), (now(), at(until), limit));
        assert!(link.url().contains(&format!("&X-Amz-Expires={expires}&")));
        let mut url = String::new();
        let validity = signer.presign_to(&mut url, &request("/"), lifetime, now()).expect("a link");
        assert_eq!(link.validity(), validity);
        assert_eq!((validity.valid_from(), validity.valid_until(), validity.limited_by()), (now(), at(until), limit));
    }
    // A signer that was handed a key may know as much.
    let key = signer().key().clone();
    let edge = Signer::from_key(ACCESS_KEY, None, key).expect("a signer").with_expiration(at("20130524T000030Z"));
    assert_eq!(edge.presign(&request("/"), MINUTE, now()).expect("a link").limited_by(), Limit::Credentials);
    assert!(edge.sign(&request("/"), PayloadHash::EMPTY, at("20130524T000030Z")).is_err());
}

#[test]
fn the_day_that_is_at_hand_makes_no_difference() {
    let before = Signer::new(session(), "us-east-1", at("20130523T235959Z")).expect("a signer");
    let mut renewed = before.clone();
    renewed.renew(now()).expect("the secret is there");
    assert_eq!((before.key().scope().day(), renewed.key().scope().day()), ("20130523", "20130524"));
    let link = |signer: &Signer| signer.presign(&request("/"), MINUTE, now()).expect("a link").to_string();
    assert_eq!(link(&before), link(&renewed));
}

#[test]
fn requests_of_s3s_relatives_follow_s3s_rules() {
    for name in ["s3", "s3express", "s3-object-lambda", "s3-outposts"] {
        let service = Service::new(name).expect("a service");
        let signer = Signer::for_service(util::credentials(), service, "us-east-1", now()).expect("a signer");
        let canonical =
            signer.canonical_request(&request("/a//b c"), PayloadHash::EMPTY, now()).expect("a request").to_string();
        assert!(
            canonical.starts_with("GET\n/a//b%20c\n") && canonical.contains("x-amz-content-sha256:"),
            "{canonical}"
        );
        // The rules go with the name where only the key is at hand.
        let edge = Signer::from_key(ACCESS_KEY, None, signer.key().clone()).expect("a signer");
        let again =
            edge.canonical_request(&request("/a//b c"), PayloadHash::EMPTY, now()).expect("a request").to_string();
        assert_eq!(again, canonical);
    }
}

#[test]
fn debug_output_tells_no_secret() {
    let token = "IQoJb3JpZ2luX2VjEXAMPLE";
    let key = "dbb893acc010964918f1fd433add87c70e8b0db6be30c1fbeafefa5ec6ba8378";
    let signer = Signer::new(session(), "us-east-1", now()).expect("a signer");
    let headers = [("x-amz-server-side-encryption-customer-key", "CUSTOMERKEY")];
    let request = request("/").with_headers(&headers).with_query(&[("token", "QUERYSECRET")]);
    let link = signer.presign(&request, MINUTE, now()).expect("a link");
    let signed = signer.sign(&request, PayloadHash::EMPTY, now()).expect("a signature");
    let canonical = signer.canonical_request(&request, PayloadHash::EMPTY, now()).expect("a canonical request");
    let text = StringToSign::new(&canonical);
    let policy = signer.sign_policy("e30=", now()).expect("a signature");
    let exported = signer.key().export();
    assert_eq!(exported.split('=').nth(1), Some(key));
    let shown = format!(
        "{:?} {signer:?} {:?} {exported:?} {request:?} {link:?} {signed:?} {canonical:?} {text:?} {policy:?} {:?}",
        session(),
        signer.key(),
        signed.signature(),
    );
    let signature = signed.signature().to_string();
    let (_, link_signature) = link.url().rsplit_once('=').expect("a signature");
    let policy_signature = policy.signature().to_string();
    for secret in
        [SECRET_KEY, token, key, "CUSTOMERKEY", "QUERYSECRET", &signature, link_signature, &policy_signature, "e30="]
    {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    for told in ["ASIAIOSFODNN7EXAMPLE", "us-east-1", "examplebucket.s3.amazonaws.com"] {
        assert!(shown.contains(told), "{told} not in {shown}");
    }
}

#[test]
fn signatures_compare_in_full() {
    let signature = signer().sign(&request("/"), PayloadHash::EMPTY, now()).expect("a signature").signature();
    let digits = signature.to_string();
    assert_eq!(Signature::parse(&digits), Ok(signature));
    for i in 0..64 {
        let mut other = digits.clone().into_bytes();
        other[i] = if other[i] == b'0' { b'1' } else { b'0' };
        let other = String::from_utf8(other).expect("ASCII");
        assert_ne!(Signature::parse(&other), Ok(signature), "digit {i}");
    }
}

#[test]
fn all_types_can_be_shared_between_threads() {
    fn check<T: Send + Sync + Unpin>() {}
    check::<AwsEndpoint<'_>>();
    check::<Bucket>();
    check::<CanonicalRequest<'_>>();
    check::<CredentialScope<'_>>();
    check::<Credentials>();
    check::<Endpoint>();
    check::<Error>();
    check::<ExportedKey>();
    check::<Lifetime>();
    check::<PayloadHash>();
    check::<Presigned>();
    check::<Profile>();
    check::<Request<'_>>();
    check::<Service>();
    check::<Signature>();
    check::<SignedPolicy>();
    check::<SignedRequest<'_>>();
    check::<Signer>();
    check::<SigningKey>();
    check::<StringToSign<'_>>();
    check::<Timestamp>();
    check::<Unsupported>();
    check::<Validity>();
    check::<Warning>();
}

#[cfg(feature = "std")]
#[test]
fn timestamps_come_from_other_types() {
    use std::time::{SystemTime, UNIX_EPOCH};
    use time::OffsetDateTime;
    let instant = UNIX_EPOCH + Duration::from_millis(1_369_353_600_999);
    assert_eq!(Timestamp::try_from(instant), Ok(now()));
    assert_eq!(Timestamp::try_from(UNIX_EPOCH - Duration::from_millis(1)), Ok(at("19691231T235959Z")));
    assert_eq!(Timestamp::try_from(UNIX_EPOCH - Duration::from_secs(1)), Ok(at("19691231T235959Z")));
    let instant = OffsetDateTime::from_unix_timestamp_nanos(1_369_353_600_999_999_999).expect("an instant");
    assert_eq!(Timestamp::try_from(instant), Ok(now()));
    let elsewhere = instant.to_offset(time::UtcOffset::from_hms(5, 30, 0).expect("an offset"));
    assert_eq!(Timestamp::try_from(elsewhere), Ok(now()));
    let before = OffsetDateTime::from_unix_timestamp_nanos(-1).expect("an instant");
    assert_eq!(Timestamp::try_from(before), Ok(at("19691231T235959Z")));
    assert_eq!(OffsetDateTime::from(now()).unix_timestamp(), now().unix());
    for edge in [Timestamp::FIRST, Timestamp::LAST] {
        assert_eq!(Timestamp::try_from(OffsetDateTime::from(edge)), Ok(edge));
        assert_eq!(edge.to_string().parse(), Ok(edge));
    }
    assert!(Timestamp::try_from(SystemTime::now()).is_ok_and(|now| now <= Timestamp::now()));
}
