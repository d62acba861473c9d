//! Every error, by what produces it and with the full text of its message. Those of addresses are in `addresses.rs`.

mod util;

use core::fmt::Debug;
use core::time::Duration;
use s3_sigv4::{
    Bucket, CredentialScope, Credentials, Endpoint, Error, Lifetime, PayloadHash, Request, Service, SessionToken,
    Signature, Signer, SigningKey, StringToSign, Timestamp,
};
use util::{ACCESS_KEY, SECRET_KEY, at, bucket, credentials, now, request, session, signer};

const MINUTE: Duration = Duration::from_secs(60);

#[track_caller]
fn refused<T: Debug>(result: Result<T, Error>, message: &str) {
    let error = result.expect_err("should be refused");
    assert_eq!(error.to_string(), message);
    for secret in [SECRET_KEY, "IQoJb3JpZ2luX2VjEXAMPLE", "wJalrXUtnFEMI"] {
        assert!(!message.contains(secret) && !format!("{error:?}").contains(secret), "{error:?} tells a secret");
    }
}

/// Both ways of signing refuse the request, with the same message.
#[track_caller]
fn unsignable(request: Request<'_>, message: &str) {
    refused(signer().sign(&request, PayloadHash::EMPTY, now()), message);
    refused(signer().presign(&request, MINUTE, now()), message);
    let mut written = String::new();
    refused(signer().sign_to(&mut written, &request, PayloadHash::EMPTY, now()), message);
    refused(signer().presign_to(&mut written, &request, MINUTE, now()), message);
    assert_eq!(written, "", "nothing is written before everything is checked");
}

#[test]
fn keys_and_tokens_with_stray_characters() {
    let newline = format!("{SECRET_KEY}\n");
    refused(Credentials::new(ACCESS_KEY, newline), "the secret access key has a line feed at byte offset 40");
    refused(Credentials::new(ACCESS_KEY, "se\rcret"), "the secret access key has a carriage return at byte offset 2");
    refused(Credentials::new(ACCESS_KEY, " secret"), "the secret access key has a space at byte offset 0");
    refused(Credentials::new(ACCESS_KEY, "secret "), "the secret access key has a space at byte offset 6");
    refused(Credentials::new(ACCESS_KEY, ""), "the secret access key is empty");
    refused(Credentials::new("AKIA\n", SECRET_KEY), "the access key id has a line feed at byte offset 4");
    refused(Credentials::new("AK,IA", SECRET_KEY), "the access key id has the character , at byte offset 2");
    refused(Credentials::new("", SECRET_KEY), "the access key id is empty");
    refused(Credentials::new("AKIé", SECRET_KEY), "the access key id has a byte outside ASCII (0xc3) at byte offset 3");
    refused(Credentials::new("AK IA", SECRET_KEY), "the access key id has a space at byte offset 2");
    refused(Credentials::new(ACCESS_KEY, "sec\0ret"), "the secret access key has a NUL at byte offset 3");
    refused(Credentials::new(ACCESS_KEY, "sec\tret"), "the secret access key has a tab at byte offset 3");
    refused(credentials().with_session_token(""), "the session token is empty");
    refused(credentials().with_session_token("to ken"), "the session token has a space at byte offset 2");
    refused(credentials().with_session_token("to\tken"), "the session token has a tab at byte offset 2");
}

#[test]
fn an_id_in_the_secrets_place() {
    let aws = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let message = "access key id and secret access key are exchanged, or one of them was given for both";
    refused(Credentials::new(aws, aws), message);
    assert!(Credentials::new(aws, &aws[..39]).is_ok() && Credentials::new(&aws[..39], &aws[..39]).is_ok());
    let message = "access key id and secret access key are exchanged, or one of them was given for both";
    refused(Credentials::new(SECRET_KEY, ACCESS_KEY), message);
    refused(Credentials::new(SECRET_KEY, "ASIAIOSFODNN7EXAMPLE"), message);
    // What only resembles one may be what some other server gave out.
    for secret in ["AKIAIOSFODNN7EXAMPL", "AKIAIOSFODNN7EXAMPLEX", "AKIAIOSFODNN7eXAMPLE", "BKIAIOSFODNN7EXAMPLE"] {
        assert!(Credentials::new(SECRET_KEY, secret).is_ok(), "{secret}");
    }
}

#[test]
fn a_session_key_without_its_token() {
    let message = "the access key id starts with ASIA, so it belongs to a session, but there is no session token";
    let half = Credentials::new("ASIAIOSFODNN7EXAMPLE", SECRET_KEY).expect("credentials");
    refused(Signer::new(half, "us-east-1", now()), message);
    let key = signer().key().clone();
    refused(Signer::from_key("ASIAIOSFODNN7EXAMPLE", None, key), message);

    // For a session of S3 Express the request may bring the token along, but somebody must.
    let half = || Credentials::new("ASIAIOSFODNN7EXAMPLE", SECRET_KEY).expect("credentials");
    let signer = Signer::for_service(half(), Service::S3_EXPRESS, "us-west-2", now()).expect("a signer");
    let named_otherwise = [("x-amz-s3session", "a"), ("x-amz-security-token", "b")];
    for request in [request("/"), request("/").with_query(&[("token", "c")]).with_headers(&named_otherwise)] {
        refused(signer.sign(&request, PayloadHash::EMPTY, now()), message);
        refused(signer.presign(&request, MINUTE, now()), message);
    }
    let ordinary = Service::S3_EXPRESS.with_session_token(SessionToken::Signed);
    refused(Signer::for_service(half(), ordinary, "us-west-2", now()), message);
}

#[test]
fn regions_and_services() {
    refused(Signer::new(credentials(), "", now()), "the region is empty");
    refused(Signer::new(credentials(), "us east", now()), "the region has a space at byte offset 2");
    refused(Signer::new(credentials(), "us/east", now()), "the region has the character / at byte offset 2");
    refused(Signer::new(credentials(), "us,east", now()), "the region has the character , at byte offset 2");
    refused(Service::new("s,3"), "the service has the character , at byte offset 1");
    refused(Service::new(""), "the service is empty");
    refused(Service::new("s3\0"), "the service has a NUL at byte offset 2");
    for (text, part) in [
        ("", "day"),
        ("2013052/us-east-1/s3/aws4_request", "day"),
        ("20130532/us-east-1/s3/aws4_request", "day"),
        ("é0130524/us-east-1/s3/aws4_request", "day"),
        ("20130524//s3/aws4_request", "region"),
        ("20130524/us-east-1/s 3/aws4_request", "service"),
        ("20130524/us-east-1", "service"),
        ("20130524/us-east-1/s3", "end"),
        ("20130524/us-east-1/s3/aws4_request/", "end"),
        ("20130524/us-east-1/s3/aws4_request\n", "end"),
    ] {
        refused(
            CredentialScope::parse(text),
            &format!("the credential scope differs from the form 20130524/us-east-1/s3/aws4_request in its {part}"),
        );
    }
}

#[test]
fn instants() {
    let range = "the instant lies outside the years 0000 to 9999";
    refused(Timestamp::from_unix(253_402_300_800), range);
    refused(Timestamp::from_unix(-62_167_219_201), range);
    refused(Timestamp::from_unix(i64::MAX), range);
    refused(Timestamp::from_unix(i64::MIN), range);
    refused(Timestamp::LAST.plus(Duration::from_secs(1)), range);
    refused(Timestamp::LAST.plus(Duration::MAX), range);
    refused(signer().presign(&request("/"), MINUTE, Timestamp::LAST), range);
    let late = at("99991231T235859Z");
    let signer_then = Signer::new(credentials(), "us-east-1", late).expect("a signer");
    let link = signer_then.presign(&request("/"), MINUTE, late).expect("a link to the last second");
    assert_eq!(link.valid_until(), Timestamp::LAST);
    for (text, position) in [
        ("", 0),
        ("20130524T000000", 15),
        ("20130524T000000Z\n", 16),
        ("20130524t000000Z", 8),
        ("20130524T000000z", 15),
        ("2013-05-24T00:00:00Z", 4),
        ("2013052éT00000Z", 7),
        ("+0130524T000000Z", 0),
        ("2013x524T00x000Z", 4),
    ] {
        refused(
            Timestamp::parse(text),
            &format!("the timestamp differs from the form 20130524T000000Z at byte offset {position}"),
        );
    }
    for text in ["20130524T000060Z", "20130524T240000Z", "20130229T000000Z", "20131301T000000Z", "20130500T000000Z"] {
        refused(Timestamp::parse(text), "the timestamp has the right form, but there is no such day or time");
    }
    for text in [
        "",
        "20130524 000000Z",
        "2013-05-24",
        "2013-05-24T00:00:00",
        "2013-05-24t00:00:00Z",
        "2013-05-24T00:00:00z",
        "2013-05-24T00:00:00.Z",
        "2013-05-24T00:00:00,5Z",
        "2013-05-24T00:00:00Z ",
        "2013-05-24T00:00:00ZZ",
        "2013-05-24T00:00:00Z01:00",
        "2013-05-24T00:00:00+0100",
        "2013-05-24T00:00:00+24:00",
        "2013-05-24T00:00:00+01:60",
        "2013-05-24T00:00:00+1:000",
        "2013-05-24T00:00:00+01-00",
        "2013-05-24T00-00-00Z",
        "2013-05-24T00:00:0éZ",
        "2013-05-24T00:00:00éZ",
    ] {
        refused(Timestamp::parse_iso8601(text), "the instant is not of a form such as 2013-05-24T00:00:00Z");
    }
    for text in ["20130229T000000Z", "2013-02-29T00:00:00Z", "2013-05-24T24:00:00+01:00"] {
        refused(Timestamp::parse_iso8601(text), "the timestamp has the right form, but there is no such day or time");
    }
    for text in ["0000-01-01T00:59:59+01:00", "9999-12-31T23:00:00-01:00"] {
        refused(Timestamp::parse_iso8601(text), range);
    }
    for text in
        ["20130524T000000Z", "2013-05-24T00:00:00Z", "2013-05-24T00:00:00.999999999999Z", "2013-05-24T23:59:00+23:59"]
    {
        assert_eq!(Timestamp::parse_iso8601(text), Ok(now()), "{text}");
    }
    assert_eq!(Timestamp::parse_iso8601("2013-05-23T00:01:00-23:59"), Ok(now()));
}

#[test]
fn payload_hashes_keys_and_signatures_as_text() {
    let syntax =
        "a payload hash is 64 lower-case hexadecimal digits, UNSIGNED-PAYLOAD, or one of the STREAMING-… literals";
    for text in ["", "UNSIGNED", "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", "e3b0"] {
        refused(PayloadHash::parse(text), syntax);
    }
    let digits = "dbb893acc010964918f1fd433add87c70e8b0db6be30c1fbeafefa5ec6ba8378";
    let exported = format!("20130524/us-east-1/s3/aws4_request={digits}");
    for (text, part) in [
        ("", "no ="),
        (digits, "no ="),
        (&*format!("20130524/us-east-1/s3={digits}"), "another scope"),
        ("20130524/us-east-1/s3/aws4_request=dbb8", "other digits"),
        (&*exported.replace('d', "D"), "other digits"),
        (&*format!("{exported}\n"), "a line break behind it"),
        (&*format!("{exported}\r\n"), "a line break behind it"),
    ] {
        refused(
            SigningKey::import(text),
            &format!(
                "an exported signing key has the form 20130524/us-east-1/s3/aws4_request=, then 64 lower-case hexadecimal \
                 digits: this has {part}"
            ),
        );
    }
    refused(Signature::parse("f0e8"), "a signature is 64 lower-case hexadecimal digits");
    assert_eq!("f0e8".parse::<Signature>(), Signature::parse("f0e8"));
    assert_eq!("UNSIGNED-PAYLOAD".parse(), Ok(PayloadHash::UNSIGNED));
}

#[test]
fn expired_credentials_and_two_kinds_of_lifetimes() {
    let ending = |at: Timestamp| Signer::new(session().with_expiration(at), "us-east-1", now()).expect("a signer");
    let expired = "the credentials expired at 2013-05-24T00:00:00Z, and the signature is dated 2013-05-24T00:00:00Z";
    let full = Lifetime::full(MINUTE);
    for lifetime in [Lifetime::from(MINUTE), full, Lifetime::LONGEST, Lifetime::from(Duration::ZERO)] {
        refused(ending(now()).presign(&request("/"), lifetime, now()), expired);
        refused(ending(now()).canonical_link(&request("/"), lifetime, now()), expired);
    }
    refused(ending(now()).sign(&request("/"), PayloadHash::EMPTY, now()), expired);
    refused(ending(now()).sign_policy("e30=", now()), expired);
    refused(
        ending(at("20130524T000059Z")).presign(&request("/"), full, now()),
        "the credentials expire at 2013-05-24T00:00:59Z, before the full lifetime that was required ends at 2013-05-24T00:01:00Z",
    );
    assert!(ending(at("20130524T000100Z")).presign(&request("/"), full, now()).is_ok());
    let unknown = Signer::new(session(), "us-east-1", now()).expect("a signer");
    refused(
        unknown.presign(&request("/"), full, now()),
        "no full lifetime: when the session ends is not known (with_expiration says it)",
    );

    let outside = |seconds: u64| format!("a lifetime is 1 to 604800 seconds (7 days), not {seconds}");
    for (lifetime, seconds) in [
        (Duration::ZERO, 0),
        (Duration::from_millis(999), 0),
        (Duration::from_secs(604_801), 604_801),
        (Duration::from_millis(604_800_001), 604_801),
        (Duration::MAX, u64::MAX),
    ] {
        refused(signer().presign(&request("/"), lifetime, now()), &outside(seconds));
        refused(signer().presign(&request("/"), Lifetime::full(lifetime), now()), &outside(seconds));
    }
}

#[test]
fn keys_of_another_day_or_scope() {
    let tomorrow = at("20130525T000000Z");
    let mut edge = Signer::from_key(ACCESS_KEY, None, signer().key().clone()).expect("a signer");
    let message = "the signing key is for the day 2013-05-24, and the signature is dated 2013-05-25T00:00:00Z";
    refused(edge.sign(&request("/"), PayloadHash::EMPTY, tomorrow), message);
    refused(edge.sign_policy("e30=", tomorrow), message);
    let mut written = String::new();
    refused(edge.presign_to(&mut written, &request("/"), MINUTE, tomorrow), message);
    refused(edge.sign_to(&mut written, &request("/"), PayloadHash::EMPTY, tomorrow), message);
    assert_eq!(written, "");
    refused(edge.renew(tomorrow), message);

    let (signer, request) = (signer(), request("/"));
    let canonical = signer.canonical_request(&request, PayloadHash::EMPTY, tomorrow).expect("a canonical request");
    refused(signer.key().sign(&StringToSign::new(&canonical)), message);
    let canonical = signer.canonical_request(&request, PayloadHash::EMPTY, now()).expect("a canonical request");
    let scope = CredentialScope::new("eu-west-1", "s3", now()).expect("a scope");
    let elsewhere = SigningKey::derive(&credentials(), scope);
    refused(elsewhere.sign(&StringToSign::new(&canonical)), "the signing key is for another region than us-east-1");
    let scope = CredentialScope::new("us-east-1", "sts", now()).expect("a scope");
    let of_sts = SigningKey::derive(&credentials(), scope);
    refused(of_sts.sign(&StringToSign::new(&canonical)), "the signing key is for another service than s3");
    let edge = Signer::from_key(ACCESS_KEY, None, elsewhere).expect("a signer");
    let sts = Service::new("sts").expect("a service");
    assert!(util::signer().with_service(sts.clone()).is_ok(), "the secret is there");
    refused(edge.with_service(sts), "the signing key is for another service than sts");
}

#[test]
fn hosts_methods_and_urls() {
    fn new(origin: &str) -> Result<Request<'_>, Error> {
        Request::new("GET", origin, "/")
    }
    refused(new("https://exa\nmple.com"), "the host has a line feed at byte offset 3");
    refused(new("https://exam\u{1}ple.com"), "the host has a control character (0x01) at byte offset 4");
    refused(new("https://exam ple.com"), "the host has a space at byte offset 4");
    refused(new("https://user@example.com"), "the host has the character @ at byte offset 4");
    refused(new("https://"), "the host is empty");
    refused(new(""), "the URL is empty");
    refused(new("ftp://example.com"), "the URL does not start with https:// or http:// in lower case");
    refused(new("HTTPS://example.com"), "the URL does not start with https:// or http:// in lower case");
    refused(new("https://example.com/"), "the URL has the character / at byte offset 19");
    for port in ["", "0", "65536", "080", "+80", "80:80"] {
        refused(
            new(&format!("https://e.com:{port}")),
            "the port is not a number from 1 to 65535 without leading zeros",
        );
    }
    for host in ["[::1", "[::g]", "[127.0.0.1]", "[]", "[fe80::1%25eth0]", "[::1]x", "[::1]80"] {
        refused(new(&format!("https://{host}")), "the host starts with a bracket, but is no IPv6 address in brackets");
    }
    for host in ["2130706433", "127.1", "0x7f.1", "1.2.3.999", "0x7f000001", "01.2.3.4", "a.0X"] {
        refused(
            new(&format!("https://{host}:80")),
            "the host ends in a number, but is no IPv4 address in four decimal parts",
        );
    }
    for (host, position) in [(".a", 0), ("a..b", 2), ("a.b..", 4), (".", 0)] {
        refused(new(&format!("https://{host}")), &format!("the host has an empty label at byte offset {position}"));
    }
    assert!(new("https://example.com.").is_ok() && new("https://127.0.0.1").is_ok() && new("https://a1").is_ok());
    refused(Request::new("", "https://example.com", "/"), "the method is empty");
    refused(Request::new("GET /", "https://example.com", "/"), "the method has a space at byte offset 3");
    refused(Request::new("GET", "https://example.com", "cat.jpg"), "the path does not start with a slash");
    refused(Request::from_url("GET", "https://example.com/a\r\nb"), "the path has a carriage return at byte offset 2");
    refused(Request::from_url("GET", "https://example.com/a?b\0"), "the query has a NUL at byte offset 1");
    refused(Request::from_url("GET", "https://example.com/a#b"), "the path has the character # at byte offset 2");
    // What no encoded URL holds is sent in one way by one client and in another by the next.
    for (url, message) in [
        ("https://example.com/a b", "the path has a space at byte offset 2"),
        ("https://example.com/a\\b", "the path has the character \\ at byte offset 2"),
        ("https://example.com/é", "the path has a byte outside ASCII (0xc3) at byte offset 1"),
        ("https://example.com/a?b=\"c\"", "the query has the character \" at byte offset 2"),
        ("https://example.com/100%", "the path has the character % at byte offset 4"),
        ("https://example.com/%zz", "the path has the character % at byte offset 1"),
        ("https://example.com/?a%2", "the query has the character % at byte offset 1"),
    ] {
        refused(Request::from_url("GET", url), message);
    }
}

#[test]
fn headers_that_cannot_be_sent() {
    let with =
        |name: &'static str, value: &'static str| -> [(&str, &str); 2] { [("range", "bytes=0-9"), (name, value)] };
    for (value, found) in [("two\nlines", "a line feed"), ("two\rlines", "a carriage return"), ("two\0lines", "a NUL")]
    {
        unsignable(
            request("/").with_headers(&with("X-Amz-Meta-Note", value)),
            &format!("the value of header 1 (X-Amz-Meta-Note) has {found} at byte offset 3"),
        );
    }
    unsignable(
        request("/").with_headers(&[("x-amz-meta-note", "\n")]),
        "the value of header 0 (x-amz-meta-note) has a line feed at byte offset 0",
    );
    // Two of them, one behind the other, are what splits a header.
    unsignable(
        request("/").with_headers(&with("X-Amz-Meta-Note", "two\r\nX-Amz-Acl: public-read")),
        "the value of header 1 (X-Amz-Meta-Note) has a carriage return at byte offset 3",
    );
    let with_line_feed = with("a\n", "");
    let refusal = signer().presign(&request("/").with_headers(&with_line_feed), MINUTE, now());
    assert!(matches!(refusal, Err(Error::Header { found, .. }) if found.byte() == b'\n'));
    for (name, message) in [
        ("", "header 1 has an empty name".to_owned()),
        ("x note", "the name of header 1 (x note) has a space at byte offset 1".to_owned()),
        ("x:note", "the name of header 1 (x:note) has the character : at byte offset 1".to_owned()),
        ("x\nnote", "the name of header 1 (x\\nnote) has a line feed at byte offset 1".to_owned()),
        (
            "a-name-of-more-than-forty-characters-and-a-blank ",
            "the name of header 1 (a-name-of-more-than-forty-characters-and…) has a space at byte offset 48".to_owned(),
        ),
    ] {
        unsignable(request("/").with_headers(&with(name, "value")), &message);
    }
    let long = format!("{}\n", "a".repeat(200));
    unsignable(
        request("/").with_headers(&[("x-long", &long)]),
        "the value of header 0 (x-long) has a line feed at byte offset 200",
    );
    unsignable(
        request("/").with_headers(&with("host", "exam\u{7}ple.com")),
        "the host has a control character (0x07) at byte offset 4",
    );
    unsignable(
        request("/").with_headers(&[("host", "a.com"), ("Host", "a.com")]),
        "there is more than one host header",
    );
    unsignable(
        request("/").with_headers(&with("X-Amz-Acl", "private")).with_unsigned_headers(&["x-amz-acl"]),
        "the header X-Amz-Acl cannot be left unsigned: host and every x-amz-… header must be signed",
    );
    unsignable(
        request("/").with_headers(&with("Host", "example.com")).with_unsigned_headers(&["host"]),
        "the header Host cannot be left unsigned: host and every x-amz-… header must be signed",
    );
    let service = Service::S3.with_unsigned_headers(&["x-amz-acl"]);
    let careless = Signer::for_service(credentials(), service, "us-east-1", now()).expect("a signer");
    refused(
        careless.presign(&request("/").with_headers(&with("x-amz-acl", "private")), MINUTE, now()),
        "the header x-amz-acl cannot be left unsigned: host and every x-amz-… header must be signed",
    );
    let latin1: [(&str, &[u8]); 1] = [("x-amz-meta-name", b"caf\xe9")];
    let request = request("/").with_header_bytes(&latin1);
    assert!(signer().sign(&request, PayloadHash::EMPTY, now()).is_ok());
    refused(signer().presign(&request, MINUTE, now()), "the value of header 0 (x-amz-meta-name) is not UTF-8");
}

#[test]
fn too_many_headers_or_parameters() {
    let names: Vec<String> = (0..129).map(|i| format!("x-{i}")).collect();
    let pairs: Vec<(&str, &str)> = names.iter().map(|name| (&**name, "v")).collect();
    let signs = |request: Request<'_>| {
        signer().sign(&request, PayloadHash::EMPTY, now()).is_ok() && signer().presign(&request, MINUTE, now()).is_ok()
    };
    assert!(signs(request("/").with_headers(&pairs[..128])));
    unsignable(request("/").with_headers(&pairs), "129 headers are more than the 128 that can be signed");
    assert!(signs(request("/").with_query(&pairs[..128])));
    unsignable(request("/").with_query(&pairs), "129 query parameters are more than the 128 that can be signed");
    let url = |count: usize| format!("https://example.com/?{}", vec!["a=b"; count].join("&"));
    assert!(signs(Request::from_url("GET", &url(128)).expect("a request")));
    unsignable(
        Request::from_url("GET", &url(129)).expect("a request"),
        "129 query parameters are more than the 128 that can be signed",
    );
    let url = |length: usize| format!("https://h/?x={}", "a".repeat(length - 2));
    assert!(signs(Request::from_url("GET", &url(65_000)).expect("a request")));
    unsignable(
        Request::from_url("GET", &url(65_001)).expect("a request"),
        "the query has 65001 bytes, and the limit is 65000",
    );
    // The same of what is encoded here: a space becomes three bytes.
    for (value, length) in
        [("a".repeat(65_001 - 2), 65_001), (" ".repeat(21_667), 65_003), ("a".repeat(70_000), 70_002)]
    {
        let [fits, long] = [&value[..value.len() - (length - 65_000)], &value].map(|value| [("x", value)]);
        assert!(signs(request("/").with_query(&fits)));
        unsignable(request("/").with_query(&long), &format!("the query has {length} bytes, and the limit is 65000"));
    }
    let name = "a".repeat(70_000);
    unsignable(request("/").with_query(&[(&name, "")]), "the query has 70001 bytes, and the limit is 65000");
    // Both at their limit, with everything that signing adds.
    let session = Signer::new(session(), "us-east-1", now()).expect("a signer");
    let full = request("/").with_headers(&pairs[..128]).with_query(&pairs[..128]);
    assert!(session.sign(&full, PayloadHash::EMPTY, now()).is_ok() && session.presign(&full, MINUTE, now()).is_ok());
}

#[test]
fn queries_that_are_signed_already_or_ambiguous() {
    for name in [
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-S3session-Token",
        "X-Amz-Security-Token",
        "X-Amz-Signature",
        "X-Amz-SignedHeaders",
    ] {
        let message = format!("the query already has the authentication parameter {name}");
        unsignable(request("/").with_query(&[("a", "b"), (name, "c")]), &message);
        unsignable(request("/").with_query(&[(&name.to_lowercase(), "c")]), &message);
        let url = format!("https://example.com/?a=b&{}=c", name.replace('A', "%41").replace('z', "%7a"));
        unsignable(Request::from_url("GET", &url).expect("a request"), &message);
    }
    unsignable(
        Request::from_url("GET", "https://example.com/?a=b+c").expect("a request"),
        "the query has a + at byte offset 3, which some servers read as a space and some as a plus: write %20 or %2B",
    );
    // In a link it says what is signed of the body; beside a header it is a parameter like any other.
    let named = [("x-amz-content-sha256", PayloadHash::EMPTY.as_str())];
    let message = "the query already has the authentication parameter X-Amz-Content-Sha256";
    refused(signer().presign(&request("/").with_query(&named), MINUTE, now()), message);
    assert!(signer().sign(&request("/").with_query(&named), PayloadHash::EMPTY, now()).is_ok());
    // The token of an S3 Express session, where the signer has one already.
    let express = Signer::for_service(session(), Service::S3_EXPRESS, "us-west-2", now()).expect("a signer");
    let twice = request("/").with_query(&[("x-amz-s3session-token", "c")]);
    let message = "the query already has the authentication parameter X-Amz-S3session-Token";
    refused(express.sign(&twice, PayloadHash::EMPTY, now()), message);
    refused(express.presign(&twice, MINUTE, now()), message);
    unsignable(
        Request::from_url("GET", "https://example.com/?a=b&c=d+e").expect("a request"),
        "the query has a + at byte offset 7, which some servers read as a space and some as a plus: write %20 or %2B",
    );
    unsignable(
        Request::from_url("GET", "https://example.com/a/b+c").expect("a request"),
        "the path has a + at byte offset 4, which S3 reads as a space and some servers as a plus: write %20 or %2B",
    );
    let iam = signer().with_service(Service::new("iam").expect("a service")).expect("a signer");
    let plus = Request::from_url("GET", "https://example.com/a/b+c").expect("a request");
    assert!(iam.sign(&plus, PayloadHash::EMPTY, now()).is_ok(), "by the general rules it is encoded once more");
}

#[test]
fn the_hash_in_a_header_against_the_hash_that_is_signed() {
    let header = [("x-amz-content-sha256", PayloadHash::EMPTY.as_str())];
    let request = request("/").with_headers(&header);
    assert!(signer().presign(&request, MINUTE, now()).is_ok());
    refused(
        signer().presign_payload(&request, PayloadHash::UNSIGNED, MINUTE, now()),
        "the header x-amz-content-sha256 differs from the payload hash that is signed",
    );
    let twice = [header[0], header[0]];
    refused(
        signer().presign(&request.with_headers(&twice), MINUTE, now()),
        "the header x-amz-content-sha256 differs from the payload hash that is signed",
    );
    let request = request.with_headers(&[("x-amz-content-sha256", "abc")]);
    refused(
        signer().presign(&request, MINUTE, now()),
        "a payload hash is 64 lower-case hexadecimal digits, UNSIGNED-PAYLOAD, or one of the STREAMING-… literals",
    );
}

#[test]
fn empty_object_keys() {
    let message = "the object key is empty: the request would act on the bucket itself, which Bucket::on_bucket is for";
    let bucket = bucket();
    for result in [bucket.get(""), bucket.put(""), bucket.head(""), bucket.delete(""), bucket.on_object("PATCH", "")] {
        refused(result, message);
    }
    refused(bucket.on_object("P T", "key"), "the method has a space at byte offset 1");
    refused(bucket.on_bucket(""), "the method is empty");
}

#[test]
fn dot_segments_in_links() {
    let message = |segment: &str, position: usize| {
        format!(
            "the path has the segment {segment} at byte offset {position}, which browsers and many HTTP clients resolve \
             before sending, so the link would fail or reach another object; Request::allow_dot_segments permits it"
        )
    };
    let by_host = bucket();
    let by_path = Bucket::path_style("http://127.0.0.1:9000", "b").expect("a bucket");
    for (key, segment, position) in [
        ("..", "..", 0),
        (".", ".", 0),
        ("a/../b", "..", 2),
        ("a/./b", ".", 2),
        ("a/..", "..", 2),
        ("/../", "..", 1),
        ("a/../../b", "..", 2),
    ] {
        for (bucket, base) in [(&by_host, 1), (&by_path, 3)] {
            let request = bucket.get(key).expect("a request");
            refused(signer().presign(&request, MINUTE, now()), &message(segment, base + position));
            assert!(signer().presign(&request.allow_dot_segments(), MINUTE, now()).is_ok());
            assert!(signer().sign(&request, PayloadHash::EMPTY, now()).is_ok(), "sign takes {key}");
        }
    }
    for key in ["...", "a..b", "..a/b..", ".hidden", "a//b", "%2e%2e"] {
        assert!(signer().presign(&by_host.get(key).expect("a request"), MINUTE, now()).is_ok(), "{key}");
    }
    for (path, segment, position) in [("/a/%2e%2E/b", "..", 3), ("/%2e", ".", 1), ("/a/.%2e", "..", 3)] {
        let url = format!("https://example.com{path}");
        let request = Request::from_url("GET", &url).expect("a request");
        refused(signer().presign(&request, MINUTE, now()), &message(segment, position));
    }
    // By the general rules too: whoever checks the start of a path would hand out a link to somewhere else.
    let iam = Signer::for_service(credentials(), Service::new("iam").expect("a service"), "us-east-1", now());
    let iam = iam.expect("a signer");
    refused(iam.presign(&request("/public/../admin"), MINUTE, now()), &message("..", 8));
    assert!(iam.sign(&request("/public/../admin"), PayloadHash::EMPTY, now()).is_ok());
}

#[test]
fn endpoints() {
    let parse = Endpoint::parse;
    refused(parse(""), "the endpoint is empty");
    refused(parse("s3.amazonaws.com"), "the endpoint does not start with https:// or http:// in lower case");
    refused(parse("https://user:password@s3.amazonaws.com"), "the endpoint has the character @ at byte offset 21");
    // A secret with a slash in it ends the host early, and must not be shown.
    let with_keys = format!("https://{ACCESS_KEY}:{SECRET_KEY}@s3.amazonaws.com");
    refused(parse(&with_keys), "the endpoint has the character @ at byte offset 69");
    refused(Request::new("GET", &with_keys, "/"), "the URL has the character / at byte offset 42");
    refused(Request::from_url("GET", &with_keys), "the port is not a number from 1 to 65535 without leading zeros");
    refused(parse("https://s3.amazonaws.com?x"), "the endpoint has the character ? at byte offset 24");
    refused(parse("https://s3.amazonaws.com/a#b"), "the endpoint has the character # at byte offset 26");
    refused(parse("https://s3.amazonaws.com\\evil"), "the host has the character \\ at byte offset 16");
    refused(parse("https://s3.amazonaws.com\n"), "the host has a line feed at byte offset 16");
    refused(parse(" https://s3.amazonaws.com"), "the endpoint does not start with https:// or http:// in lower case");
    refused(parse("https://bücher.example"), "the host has a byte outside ASCII (0xc3) at byte offset 1");
    for (path, position) in [
        ("//", 25),
        ("/a//b", 27),
        ("/a/../b", 27),
        ("/.", 25),
        ("/a b", 25),
        ("/%61", 25),
        ("/a/\t", 27),
        ("/a///", 27),
    ] {
        refused(
            parse(&format!("https://s3.amazonaws.com{path}")),
            &format!(
                "the endpoint's path is no plain prefix: it may hold letters, digits, - . _ ~ and single slashes, but no \
                 dot segments, and the segment at byte offset {position} differs"
            ),
        );
    }
}

#[test]
fn bucket_names() {
    let by_host = |name: &str| Bucket::virtual_hosted("https://s3.amazonaws.com", name);
    let by_path = |name: &str| Bucket::path_style("https://s3.amazonaws.com", name);
    let long = "a".repeat(256);
    for (name, message) in [
        ("", "the bucket name is empty"),
        ("ab", "the bucket name is not 3 to 63 characters long"),
        (&long[..64], "the bucket name is not 3 to 63 characters long"),
        ("Photos", "the bucket name has the character P at byte offset 0"),
        ("a/b", "the bucket name has the character / at byte offset 1"),
        ("photos@evil", "the bucket name has the character @ at byte offset 6"),
        ("pho_tos", "the bucket name has the character _ at byte offset 3"),
        ("-photos", "the bucket name has a label that does not start and end with a letter or digit"),
        ("photos-", "the bucket name has a label that does not start and end with a letter or digit"),
        ("pho..tos", "the bucket name has a label that does not start and end with a letter or digit"),
        ("192.168.5.4", "the bucket name looks like an IP address"),
    ] {
        refused(by_host(name), message);
    }
    assert!(by_path(&long[..255]).is_ok());
    for (name, message) in [
        ("", "the bucket name is empty"),
        (".", "the bucket name is a dot segment"),
        ("..", "the bucket name is a dot segment"),
        (&*long, "the bucket name is longer than 255 characters"),
        ("a/b", "the bucket name has the character / at byte offset 1"),
        ("a b", "the bucket name has a space at byte offset 1"),
        ("a%2Fb", "the bucket name has the character % at byte offset 1"),
    ] {
        refused(by_path(name), message);
    }
    for endpoint in ["http://127.0.0.1:9000", "http://[::1]", "http://[::1]:9000"] {
        refused(
            Bucket::virtual_hosted(endpoint, "photos"),
            "a bucket name cannot go in front of an IP address: use Bucket::path_style",
        );
    }
}

#[test]
fn policies_that_are_not_base64() {
    let sign = |policy: &str| signer().sign_policy(policy, now());
    refused(sign(""), "the policy is empty");
    refused(sign("{\"expiration\":"), "the policy has the character { at byte offset 0");
    refused(sign("e30=\n"), "the policy has a line feed at byte offset 4");
    refused(sign("a-b_"), "the policy has the character - at byte offset 1");
}

#[test]
fn a_writer_that_refuses() {
    struct Full;
    impl core::fmt::Write for Full {
        fn write_str(&mut self, _: &str) -> core::fmt::Result {
            Err(core::fmt::Error)
        }
    }
    refused(signer().presign_to(&mut Full, &request("/"), MINUTE, now()), "the writer refused the text");
    refused(signer().sign_to(&mut Full, &request("/"), PayloadHash::EMPTY, now()), "the writer refused the text");
}

#[cfg(feature = "http")]
#[test]
fn http_requests_without_a_host_or_with_a_plus() {
    let mut request = http::Request::get("/cat.jpg").body(()).expect("a request");
    refused(
        signer().sign_http(&mut request, PayloadHash::EMPTY, now()),
        "the request names no host, neither in its URI nor in a host header",
    );
    let mut request = http::Request::get("https://example.com/?a=b+c").header("x-a", "b").body(()).expect("a request");
    refused(
        signer().sign_http(&mut request, PayloadHash::EMPTY, now()),
        "the query has a + at byte offset 3, which some servers read as a space and some as a plus: write %20 or %2B",
    );
    assert_eq!(request.headers().len(), 1, "on an error the request is unchanged");
}

#[cfg(feature = "url")]
#[test]
fn links_that_a_url_would_change() {
    let bucket = bucket();
    let request = bucket.get("a/../b").expect("a request").allow_dot_segments();
    let link = signer().presign(&request, MINUTE, now()).expect("a link");
    let message = "url::Url would change the link from byte offset 39 on, and a changed link fails";
    refused(link.to_url(), message);
    let request = Request::new("GET", "https://EXAMPLE.com", "/").expect("a request");
    let link = signer().presign(&request, MINUTE, now()).expect("a link");
    refused(link.to_url(), "url::Url would change the link from byte offset 8 on, and a changed link fails");
}

#[test]
fn errors_are_small_and_can_be_sent() {
    fn check<T: std::error::Error + Copy + Send + Sync + 'static>() {}
    check::<Error>();
    assert!(size_of::<Error>() <= 80, "{} bytes", size_of::<Error>());
}
