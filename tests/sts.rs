//! Sessions and the console's sign-in.
#![cfg(feature = "sts")]

mod naive;
mod util;

use core::fmt::Debug;
use core::time::Duration;
use naive::{Case, Signing};
use s3_sigv4::sts::*;
use s3_sigv4::{Credentials, Error, Limit, PayloadHash, Signer, SigningKey, Timestamp};
use std::borrow::Cow;
use util::{ACCESS_KEY, SECRET_KEY, at, bucket, credentials, now, session, signer};

const ROLE: &str = "arn:aws:iam::123456789012:role/demo";
const ASSUME_ROLE: &str = include_str!("vectors/sts/assume-role.xml");
const WEB_IDENTITY: &str = include_str!("vectors/sts/assume-role-with-web-identity.xml");
const FEDERATION: &str = include_str!("vectors/sts/get-federation-token.xml");
const SESSION: &str = include_str!("vectors/sts/get-session-token.xml");
const IDENTITY: &str = include_str!("vectors/sts/get-caller-identity.xml");
const REFUSED: &str = include_str!("vectors/sts/refused.xml");

#[track_caller]
fn refused<T: Debug, E: ToString + Debug>(result: Result<T, E>, message: &str) {
    assert_eq!(result.expect_err("should be refused").to_string(), message);
}

fn endpoint() -> StsEndpoint {
    StsEndpoint::regional("us-east-1").expect("an endpoint")
}

fn role() -> AssumeRole<'static> {
    AssumeRole::new(ROLE, "TestAR").expect("a role")
}

/// The form's pairs, decoded as any server decodes them.
fn pairs(form: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_encoding::percent_decode_str(&text).decode_utf8().map(Cow::into_owned).expect("UTF-8")
    };
    let pair = |pair: &str| pair.split_once('=').map(|(name, value)| (decode(name), decode(value)));
    form.split('&').map(|text| pair(text).expect("a pair")).collect()
}

// ---------------------------------------------------------------- Requests

const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid": "é+&=%","Effect":"Allow"}]}"#;
const ARNS: [&str; 2] = ["arn:aws:iam::123456789012:policy/a", "arn:aws:iam::123456789012:policy/b c"];
const TAGS: [(&str, &str); 2] = [("Project", "a b+c"), ("日本", "")];

/// Every operation with all that it takes, and what its form says.
fn signed_operations() -> Vec<(HttpRequest, Vec<(&'static str, &'static str)>)> {
    let (signer, at) = (signer(), endpoint());
    let hour = Duration::from_secs(3600);
    let role = role()
        .with_policy(POLICY)
        .and_then(|role| role.with_policy_arns(&ARNS))
        .and_then(|role| role.with_duration(hour))
        .and_then(|role| role.with_tags(&TAGS))
        .and_then(|role| role.with_transitive_tag_keys(&["Project", "日本"]))
        .and_then(|role| role.with_external_id("123ABC:/"))
        .and_then(|role| role.with_mfa("GAHT12345678", "123456"))
        .and_then(|role| role.with_source_identity("Alice"))
        .expect("a role");
    let user = GetSessionToken::new().with_duration(hour).and_then(|user| user.with_mfa("GAHT12345678", "000000"));
    let federated = GetFederationToken::new("Jean")
        .and_then(|user| user.with_policy(POLICY))
        .and_then(|user| user.with_policy_arns(&ARNS))
        .and_then(|user| user.with_duration(hour))
        .and_then(|user| user.with_tags(&TAGS))
        .expect("a federated user");
    let signed = [
        signer.sign_sts(&role, &at, now()),
        signer.sign_sts(&user.expect("a session"), &at, now()),
        signer.sign_sts(&federated, &at, now()),
        signer.sign_sts(&GetCallerIdentity, &at, now()),
    ];
    let version = ("Version", "2011-06-15");
    let expected = [
        vec![
            ("Action", "AssumeRole"),
            version,
            ("RoleArn", ROLE),
            ("RoleSessionName", "TestAR"),
            ("PolicyArns.member.1.arn", ARNS[0]),
            ("PolicyArns.member.2.arn", ARNS[1]),
            ("Policy", POLICY),
            ("DurationSeconds", "3600"),
            ("Tags.member.1.Key", "Project"),
            ("Tags.member.1.Value", "a b+c"),
            ("Tags.member.2.Key", "日本"),
            ("Tags.member.2.Value", ""),
            ("TransitiveTagKeys.member.1", "Project"),
            ("TransitiveTagKeys.member.2", "日本"),
            ("ExternalId", "123ABC:/"),
            ("SerialNumber", "GAHT12345678"),
            ("TokenCode", "123456"),
            ("SourceIdentity", "Alice"),
        ],
        vec![
            ("Action", "GetSessionToken"),
            version,
            ("DurationSeconds", "3600"),
            ("SerialNumber", "GAHT12345678"),
            ("TokenCode", "000000"),
        ],
        vec![
            ("Action", "GetFederationToken"),
            version,
            ("Name", "Jean"),
            ("Policy", POLICY),
            ("PolicyArns.member.1.arn", ARNS[0]),
            ("PolicyArns.member.2.arn", ARNS[1]),
            ("DurationSeconds", "3600"),
            ("Tags.member.1.Key", "Project"),
            ("Tags.member.1.Value", "a b+c"),
            ("Tags.member.2.Key", "日本"),
            ("Tags.member.2.Value", ""),
        ],
        vec![("Action", "GetCallerIdentity"), version],
    ];
    signed.into_iter().map(|request| request.expect("a request")).zip(expected).collect()
}

#[test]
fn what_the_forms_say_and_the_twins_signature() {
    for (request, expected) in signed_operations() {
        let said = pairs(request.body());
        let said: Vec<_> = said.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(said, expected);
        assert_eq!((request.method(), request.url()), ("POST", "https://sts.us-east-1.amazonaws.com/"));

        let headers: Vec<_> = request.headers().collect();
        let names: Vec<_> = headers.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["content-type", "authorization", "x-amz-date"]);
        let content_type = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        assert_eq!(headers[0], content_type);
        let case = Case {
            method: "POST",
            host: "sts.us-east-1.amazonaws.com",
            path: "/",
            query: Vec::new(),
            headers: vec![(content_type.0.into(), content_type.1.into())],
            payload: PayloadHash::of(request.body().as_bytes()).to_string(),
            s3: false,
        };
        let scope = "20130524/us-east-1/sts/aws4_request";
        let [_, _, signature] = case.signed(&Signing {
            access_key: ACCESS_KEY,
            secret: SECRET_KEY,
            token: None,
            scope,
            instant: now().as_str(),
        });
        assert_eq!(
            headers[1].1,
            format!(
                "AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/{scope}, SignedHeaders=content-type;host;x-amz-date, \
                 Signature={signature}"
            )
        );
    }
}

#[test]
fn a_sessions_own_request_has_its_token() {
    let signer = Signer::new(session(), "us-east-1", now()).expect("a signer");
    let request = signer.sign_sts(&GetCallerIdentity, &endpoint(), now()).expect("a request");
    let headers: Vec<_> = request.headers().collect();
    assert_eq!(headers[3], ("x-amz-security-token", "IQoJb3JpZ2luX2VjEXAMPLE//token+="));
    assert!(headers[1].1.contains("SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,"));
    let line = request.curl().to_string();
    assert!(line.contains(" --header 'x-amz-security-token: IQoJb3JpZ2luX2VjEXAMPLE//token+=' "), "{line}");
}

#[test]
fn an_identity_providers_token_is_not_signed() {
    let request = AssumeRoleWithWebIdentity::new(ROLE, "app1", "Atza|IQEBLjAs")
        .and_then(|role| role.with_provider_id("www.amazon.com"))
        .and_then(|role| role.with_policy_arns(&ARNS))
        .and_then(|role| role.with_policy(POLICY))
        .and_then(|role| role.with_duration(Duration::from_secs(900)))
        .expect("a role")
        .request(&endpoint());
    assert_eq!(request.headers().collect::<Vec<_>>().len(), 1);
    let said = pairs(request.body());
    let said: Vec<_> = said.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(
        said,
        [
            ("Action", "AssumeRoleWithWebIdentity"),
            ("Version", "2011-06-15"),
            ("RoleArn", ROLE),
            ("RoleSessionName", "app1"),
            ("WebIdentityToken", "Atza|IQEBLjAs"),
            ("ProviderId", "www.amazon.com"),
            ("PolicyArns.member.1.arn", ARNS[0]),
            ("PolicyArns.member.2.arn", ARNS[1]),
            ("Policy", POLICY),
            ("DurationSeconds", "900"),
        ]
    );
}

#[test]
fn endpoints_by_partition() {
    let rows = [
        ("us-east-1", "https://sts.us-east-1.amazonaws.com/"),
        ("cn-north-1", "https://sts.cn-north-1.amazonaws.com.cn/"),
        ("us-gov-west-1", "https://sts.us-gov-west-1.amazonaws.com/"),
        ("eusc-de-east-1", "https://sts.eusc-de-east-1.amazonaws.eu/"),
        ("us-iso-east-1", "https://sts.us-iso-east-1.c2s.ic.gov/"),
        ("us-isob-east-1", "https://sts.us-isob-east-1.sc2s.sgov.gov/"),
        ("eu-isoe-west-1", "https://sts.eu-isoe-west-1.cloud.adc-e.uk/"),
        ("us-isof-south-1", "https://sts.us-isof-south-1.csp.hci.ic.gov/"),
    ];
    for (region, url) in rows {
        let signer = Signer::new(credentials(), region, now()).expect("a signer");
        let at = StsEndpoint::regional(region).expect("an endpoint");
        assert_eq!(signer.sign_sts(&GetCallerIdentity, &at, now()).expect("a request").url(), url);
    }
    refused(
        StsEndpoint::regional("auto"),
        "the region does not have the form of AWS's, such as eu-west-1 or us-gov-west-1",
    );
    refused(
        StsEndpoint::custom("localhost:4566"),
        "the endpoint does not start with https:// or http:// in lower case",
    );

    // Another server's prefix stands in the path that is signed.
    let at = StsEndpoint::custom("http://localhost:9000/sts").expect("an endpoint");
    let request = signer().sign_sts(&GetCallerIdentity, &at, now()).expect("a request");
    assert_eq!(request.url(), "http://localhost:9000/sts/");
    let other = StsEndpoint::custom("http://localhost:9000").expect("an endpoint");
    let other = signer().sign_sts(&GetCallerIdentity, &other, now()).expect("a request");
    assert_ne!(request.headers().nth(1), other.headers().nth(1));
}

#[test]
fn signers_that_do_not_fit() {
    let scope = "the signing key is for another region than us-east-1";
    let ireland = Signer::new(credentials(), "eu-west-1", now()).expect("a signer");
    refused(ireland.sign_sts(&GetCallerIdentity, &endpoint(), now()), scope);
    refused(ireland.sign_sts(&GetCallerIdentity, &StsEndpoint::global(), now()), scope);
    let of_s3 = Signer::from_key(ACCESS_KEY, None, signer().key().clone()).expect("a signer");
    refused(of_s3.sign_sts(&GetCallerIdentity, &endpoint(), now()), "the signing key is for another service than sts");
    let key = s3_sigv4::CredentialScope::new("us-east-1", "sts", now()).expect("a scope");
    let of_sts = Signer::from_key(ACCESS_KEY, None, SigningKey::derive(&credentials(), key)).expect("a signer");
    assert!(of_sts.sign_sts(&GetCallerIdentity, &endpoint(), now()).is_ok());
    let expired = Signer::new(session().with_expiration(now()), "us-east-1", now()).expect("a signer");
    refused(
        expired.sign_sts(&GetCallerIdentity, &endpoint(), now()),
        "the credentials expired at 2013-05-24T00:00:00Z, and the signature is dated 2013-05-24T00:00:00Z",
    );
}

// ---------------------------------------------------------------- Limits

/// A text that STS is given: how it is given, the least and the most characters, a character that may stand there.
struct Text {
    name: &'static str,
    give: fn(&str) -> Result<(), Error>,
    min: usize,
    max: usize,
    of: char,
    /// The characters of ASCII that may stand there, besides letters, digits and `_`.
    signs: &'static str,
    /// One that may not, and the words for it.
    not: (char, &'static str),
}

const WORDS: &str = "+=,.@-";
const IDS: &str = "+=,.@:/-";

fn texts() -> Vec<Text> {
    let text = |name, give, (min, max), signs, not| Text { name, give, min, max, of: 'a', signs, not };
    let ascii = ('é', "a byte outside ASCII (0xc3)");
    let printable = " !\"#$%&'()*+,-./:;<=>?@[\\]^`{|}~";
    let graphic = &printable[1..];
    vec![
        text("the role session name", |it| AssumeRole::new(ROLE, it).map(drop), (2, 64), WORDS, ascii),
        text("the source identity", |it| role().with_source_identity(it).map(drop), (2, 64), WORDS, ascii),
        text("the federated user's name", |it| GetFederationToken::new(it).map(drop), (2, 32), WORDS, ascii),
        text("the external id", |it| role().with_external_id(it).map(drop), (2, 1224), IDS, ascii),
        text("the MFA device's serial number", |it| role().with_mfa(it, "123456").map(drop), (9, 256), IDS, ascii),
        text("the web identity token", |it| web(ROLE, "app1", it).map(drop), (4, 20_000), graphic, ascii),
        text("the identity provider's host", provider, (4, 2048), graphic, ascii),
        Text {
            of: 'é',
            ..text("the role's ARN", |it| AssumeRole::new(it, "a-b").map(drop), (20, 2048), printable, NUL)
        },
        Text { of: '日', ..text("the policy's ARN", policy_arn, (20, 2048), printable, NUL) },
        Text {
            of: 'ÿ',
            ..text("the session policy", |it| role().with_policy(it).map(drop), (1, 2048), printable, LARGE)
        },
        Text { of: '日', ..text("the tag key", |it| tag(it, ""), (1, 128), " .:/=+-@", STAR) },
        Text { of: '日', ..text("the tag value", |it| tag("a", it), (0, 256), " .:/=+-@", STAR) },
    ]
}

const NUL: (char, &str) = ('\0', "a NUL");
const STAR: (char, &str) = ('*', "the character *");
const LARGE: (char, &str) = ('Ā', "a byte outside ASCII (0xc4)");

fn web<'a>(role: &'a str, name: &'a str, token: &'a str) -> Result<AssumeRoleWithWebIdentity<'a>, Error> {
    AssumeRoleWithWebIdentity::new(role, name, token)
}

fn provider(host: &str) -> Result<(), Error> {
    web(ROLE, "app1", "token").and_then(|role| role.with_provider_id(host).map(drop))
}

fn policy_arn(arn: &str) -> Result<(), Error> {
    role().with_policy_arns(&[arn]).map(drop)
}

fn tag(key: &str, value: &str) -> Result<(), Error> {
    role().with_tags(&[(key, value)]).map(drop)
}

#[test]
fn texts_at_their_limits_and_past() {
    for Text { name, give, min, max, of, not, .. } in texts() {
        let of = |count: usize| of.to_string().repeat(count);
        for length in [min, min + 1, max - 1, max] {
            assert_eq!(give(&of(length)), Ok(()), "{name} of {length}");
        }
        let message = |found: usize| format!("{name} has {found} characters, and STS takes {min} to {max}");
        refused(give(&of(max + 1)), &message(max + 1));
        if min > 1 {
            refused(give(&of(min - 1)), &message(min - 1));
        }
        if min > 0 {
            refused(give(""), &format!("{name} is empty"));
        }
        let text = format!("{}{}", of(min.max(1)), not.0);
        let offset = text.len() - not.0.len_utf8();
        refused(give(&text), &format!("{name} has {} at byte offset {offset}", not.1));
    }
    refused(role().with_mfa("GAHT12345678", "12345"), "the MFA device's code has 5 characters, and STS takes 6 to 6");
    refused(role().with_mfa("GAHT12345678", "1234567"), "the MFA device's code has 7 characters, and STS takes 6 to 6");
    refused(role().with_mfa("GAHT12345678", "12345a"), "the MFA device's code has the character a at byte offset 5");
    assert!(GetSessionToken::new().with_mfa("GAHT12345678", "123456").is_ok());
    refused(GetSessionToken::new().with_mfa("GAHT12345678", ""), "the MFA device's code is empty");
    refused(
        GetSessionToken::new().with_mfa("GAHT1234", "123456"),
        "the MFA device's serial number has 8 characters, and STS takes 9 to 256",
    );
}

#[test]
fn every_character_of_ascii_where_it_may_stand() {
    for Text { name, give, min, signs, .. } in texts() {
        for c in (0..128_u8).map(char::from) {
            let more = match name {
                "the session policy" => "\t\n\r\x7f",
                "the role's ARN" | "the policy's ARN" => "\t\n\r",
                _ => "",
            };
            let allowed = c.is_ascii_alphanumeric() || c == '_' || signs.contains(c) || more.contains(c);
            let text = format!("{}{c}", "a".repeat(min.max(1)));
            assert_eq!(give(&text).is_ok(), allowed, "{name} with {c:?}");
        }
    }
}

/// The classes of the pattern for tags, by a character of each: letters, separators, numbers, and none of these.
#[test]
fn characters_of_tags_outside_ascii() {
    for c in ['é', 'ß', 'ǅ', 'ʰ', 'ש', '日', '٣', 'Ⅷ', '½', '\u{a0}', '\u{1680}', '\u{2028}', '\u{3000}'] {
        assert_eq!(tag(&c.to_string(), &c.to_string()), Ok(()), "{c:?}");
    }
    for c in ['€', '\u{200b}', '\u{85}', '😀', '\u{ad}', '«', '\u{e000}'] {
        assert!(tag(&c.to_string(), "").is_err() && tag("a", &c.to_string()).is_err(), "{c:?}");
    }
    // Those of the pattern for ARNs.
    for (c, allowed) in
        [('\u{85}', true), ('\u{80}', false), ('\u{9f}', false), ('\u{fffd}', true), ('\u{fffe}', false)]
    {
        let arn = format!("{ROLE}{c}");
        assert_eq!(AssumeRole::new(&arn, "TestAR").is_ok(), allowed, "{c:?}");
    }
}

#[test]
fn durations_at_their_limits_and_past() {
    type Give = fn(Duration) -> Result<(), Error>;
    let rows: [(Give, u64); 5] = [
        (|it| role().with_duration(it).map(drop), 43_200),
        (|it| web(ROLE, "app1", "token").and_then(|role| role.with_duration(it)).map(drop), 43_200),
        (|it| GetSessionToken::new().with_duration(it).map(drop), 129_600),
        (|it| GetFederationToken::new("Jean").and_then(|user| user.with_duration(it)).map(drop), 129_600),
        (|it| GetSigninToken::new(&session()).and_then(|token| token.with_session_duration(it)).map(drop), 43_200),
    ];
    for (give, max) in rows {
        let message = |seconds: u64| format!("such a session lasts 900 to {max} whole seconds, not {seconds}");
        for seconds in [900, 901, max - 1, max] {
            assert_eq!(give(Duration::from_secs(seconds)), Ok(()), "{seconds}");
        }
        for seconds in [0, 899, max + 1, u64::MAX] {
            refused(give(Duration::from_secs(seconds)), &message(seconds));
        }
        refused(give(Duration::from_millis(900_001)), &message(901));
        refused(give(Duration::new(u64::MAX, 1)), &message(u64::MAX));
    }
}

#[test]
fn lists_at_their_limits_and_past() {
    let (keys, tags) = (["a"; 51], [("a", "b"); 51]);
    let arns = [ROLE; 11];
    assert!(role().with_tags(&tags[..50]).is_ok() && role().with_transitive_tag_keys(&keys[..50]).is_ok());
    refused(role().with_tags(&tags), "51 session tags are more than the 50 that STS takes");
    refused(role().with_transitive_tag_keys(&keys), "51 transitive tag keys are more than the 50 that STS takes");
    refused(role().with_transitive_tag_keys(&["*"]), "the tag key has the character * at byte offset 0");
    assert!(role().with_policy_arns(&arns[..10]).is_ok());
    let message = "11 policy ARNs are more than the 10 that STS takes";
    refused(role().with_policy_arns(&arns), message);
    let jean = GetFederationToken::new("Jean").expect("a name");
    refused(jean.with_policy_arns(&arns), message);
    refused(jean.with_tags(&tags), "51 session tags are more than the 50 that STS takes");
    refused(web(ROLE, "app1", "token").expect("a role").with_policy_arns(&arns), message);
}

// ---------------------------------------------------------------- Answers

#[test]
fn documented_answers() {
    let session = Session::parse(ASSUME_ROLE).expect("a session");
    assert_eq!(session.credentials().access_key_id(), "ASIAIOSFODNN7EXAMPLE");
    assert_eq!(session.expiration(), at("20191109T133441Z"));
    assert_eq!(session.arn(), Some("arn:aws:sts::123456789012:assumed-role/demo/TestAR"));
    assert_eq!(session.user_id(), Some("ARO123EXAMPLE123:TestAR"));
    assert_eq!(session.packed_policy_size(), Some(6));
    assert_eq!(session.source_identity(), Some("Alice"));
    assert_eq!((session.subject(), session.provider(), session.audience()), (None, None, None));
    assert_eq!(session.request_id(), Some("c6104cbe-af31-11e0-8154-cbc7ccf896c7"));

    let web = Session::parse(WEB_IDENTITY).expect("a session");
    assert_eq!(web.credentials().access_key_id(), "ASgeIAIOSFODNN7EXAMPLE");
    assert_eq!(web.expiration(), at("20141024T230023Z"));
    assert_eq!(web.subject(), Some("amzn1.account.AF6RHO7KZU5XRVQJGXK6HB56KR2A"));
    assert_eq!(web.provider(), Some("www.amazon.com"));
    assert_eq!(web.audience(), Some("client.5498841531868486423.1548@apps.example.com"));
    assert_eq!(web.source_identity(), Some("SourceIdentityValue"));
    assert_eq!(web.user_id(), Some("AROACLKWSDQRAOEXAMPLE:app1"));
    assert_eq!(web.packed_policy_size(), None);

    // The semicolon is AWS's own slip.
    let federated = Session::parse(FEDERATION).expect("a session");
    assert_eq!(federated.credentials().access_key_id(), "AKIAIOSFODNN7EXAMPLE;");
    assert_eq!(federated.expiration(), at("20190415T232833Z"));
    assert_eq!(federated.arn(), Some("arn:aws:sts::123456789012:federated-user/Jean"));
    assert_eq!(federated.user_id(), Some("123456789012:Jean"));

    let user = Session::parse(SESSION.as_bytes()).expect("a session");
    assert_eq!(user.expiration(), at("20110711T195529Z"));
    assert_eq!((user.arn(), user.user_id()), (None, None));

    let identity = CallerIdentity::parse(IDENTITY).expect("an identity");
    assert_eq!(identity.arn(), "arn:aws:iam::123456789012:user/Alice");
    assert_eq!((identity.user_id(), identity.account()), ("AIDACKCEVSQ6C2EXAMPLE", "123456789012"));
    assert_eq!(identity.request_id(), Some("01234567-89ab-cdef-0123-456789abcdef"));
}

/// The secret and the token are those of the answer, the token without its line breaks: what they sign is the same.
#[test]
fn what_a_session_signs_ends_with_it() {
    let now = at("20191109T123441Z");
    let token = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeo\
        IYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU\
        9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4\
        rvx3iSIlTJabIQwj2ICCR/oLxBA==";
    let by_hand = Credentials::new("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY")
        .and_then(|credentials| credentials.with_session_token(token))
        .expect("credentials");
    let read = Session::parse(ASSUME_ROLE).expect("a session").into_credentials();
    let link = |credentials: Credentials, now: Timestamp| {
        let signer = Signer::new(credentials, "us-east-1", now).expect("a signer");
        signer.presign(&bucket().get("test.txt").expect("a request"), Duration::from_secs(7200), now)
    };
    let ours = link(read.clone(), now).expect("a link");
    assert_eq!(ours.url(), link(by_hand, now).expect("a link").url());
    assert_eq!((ours.valid_until(), ours.limited_by()), (at("20191109T133441Z"), Limit::Credentials));
    refused(
        link(read, at("20191109T133441Z")),
        "the credentials expired at 2019-11-09T13:34:41Z, and the signature is dated 2019-11-09T13:34:41Z",
    );
}

#[test]
fn refusals_in_stss_own_words() {
    let message = "STS refused the request: InvalidClientTokenId: The security token included in the request is \
        invalid (request ad4156e9-bce1-11e2-82e6-6b6efEXAMPLE)";
    refused(Session::parse(REFUSED), message);
    refused(CallerIdentity::parse(REFUSED), message);
    let Err(StsError::Refused(refusal)) = Session::parse(REFUSED) else { panic!("a refusal") };
    assert_eq!(refusal.code(), "InvalidClientTokenId");
    assert_eq!(refusal.message(), "The security token included in the request is invalid");
    assert_eq!(refusal.request_id(), Some("ad4156e9-bce1-11e2-82e6-6b6efEXAMPLE"));

    // Without a message, without an id, cut off behind the code: what there is counts.
    for (body, message) in [
        ("<E><Code>AccessDenied</Code></E>", "STS refused the request: AccessDenied"),
        ("<E><Code>AccessDenied</Code><Message>n", "STS refused the request: AccessDenied: n"),
        ("<E><Code>\u{1b}[2J</Code></E>", "STS refused the request: \\u{1b}[2J"),
    ] {
        refused(Session::parse(body), message);
    }

    // What may be a token, a signature or a hash is hidden.
    let long = "IQoJb3JpZ2luX2Vj".repeat(5);
    let (hash, body) = ("0123456789abcdef".repeat(4), |text: &str| {
        format!("<E><Code>SignatureDoesNotMatch</Code><Message>{text}</Message></E>")
    });
    for secret in [long.as_str(), &hash] {
        let error = Session::parse(&body(&format!("no {secret}, then"))).expect_err("a refusal");
        assert_eq!(error.to_string(), "STS refused the request: SignatureDoesNotMatch: no [hidden], then");
        assert!(!format!("{error:?}").contains(secret));
    }
    let shown = Session::parse(&body("x-amz-security-token:abc def")).expect_err("a refusal").to_string();
    assert_eq!(shown, "STS refused the request: SignatureDoesNotMatch: x-amz-security-token:[hidden]");
}

#[test]
fn answers_that_are_none() {
    let incomplete =
        "the answer does not end: it was cut off, has more than 262144 bytes, or elements more than 16 deep";
    for (body, message) in [
        ("", "the answer is empty, where STS's XML was expected"),
        ("{\"Error\":{}}", "the answer is JSON, where STS's XML was expected"),
        ("<!DOCTYPE html><html>", "the answer is an HTML page, where STS's XML was expected"),
        ("upstream timed out", "the answer is plain text, where STS's XML was expected"),
        ("<a/>", "the answer has no AccessKeyId"),
        ("<a><b></a>", incomplete),
        ("<a", incomplete),
        (IDENTITY, "the answer has no AccessKeyId"),
    ] {
        refused(Session::parse(body), message);
    }
    refused(CallerIdentity::parse(ASSUME_ROLE), "the answer has no UserId");
    refused(CallerIdentity::parse(&format!("{IDENTITY}{}", " ".repeat(262_144))), incomplete);

    let without = |element: &str| {
        let (front, rest) = ASSUME_ROLE.split_once(&format!("<{element}>")).expect("the element");
        format!("{front}{}", rest.split_once(&format!("</{element}>")).expect("its end").1)
    };
    for element in ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"] {
        refused(Session::parse(&without(element)), &format!("the answer has no {element}"));
    }
    for (from, to, message) in [
        ("2019-11-09T13:34:41Z", "tomorrow", "the answer's Expiration cannot be read"),
        ("2019-11-09T13:34:41Z", "2019-02-30T13:34:41Z", "the answer's Expiration cannot be read"),
        (">6<", ">6%<", "the answer's PackedPolicySize cannot be read"),
        (
            "ASIAIOSFODNN7EXAMPLE",
            "ASIA,",
            "the answer's credentials cannot be used: the access key id has the character , at byte offset 4",
        ),
        (
            "wJalrXUtnFEMI",
            "a\nb",
            "the answer's credentials cannot be used: the secret access key has a line feed at byte offset 1",
        ),
        (
            "oLxBA==",
            "é",
            "the answer's credentials cannot be used: the session token has a byte outside ASCII (0xc3) at byte \
             offset 329",
        ),
    ] {
        assert!(ASSUME_ROLE.contains(from));
        refused(Session::parse(&ASSUME_ROLE.replace(from, to)), message);
    }
}

#[test]
fn instants_at_which_a_session_ends() {
    let ends =
        |text: &str| Session::parse(&ASSUME_ROLE.replace("2019-11-09T13:34:41Z", text)).map(|it| it.expiration());
    for (text, instant) in [
        ("2019-11-09T13:34:41.999Z", "20191109T133441Z"),
        ("20191109T133441Z", "20191109T133441Z"),
        ("2019-11-09T13:34:41+01:00", "20191109T123441Z"),
        ("2019-11-09T23:34:41.5-05:30", "20191110T050441Z"),
    ] {
        assert_eq!(ends(text), Ok(at(instant)), "{text}");
    }
    for text in [
        "2019-11-09T13:34:41",
        "2019-11-09T13:34:41+0100",
        "2019-11-09T13:34:41+24:00",
        "2019-11-09T13:34:41+01:60",
        "2019-11-09T13:34:41*01:00",
        "2019-11-09T13:34:41++1:00",
        "2019-11-09T13:34:41é1:00",
        "0000-01-01T00:00:00+01:00",
        "+01:00",
        "é",
    ] {
        assert_eq!(ends(text), Err(StsError::Unreadable { element: "Expiration" }), "{text}");
    }
}

/// Half of a token is not taken for a whole one, wherever the answer is cut.
#[test]
fn an_answer_that_is_cut_off_gives_nothing() {
    let whole = ASSUME_ROLE.trim_end();
    for end in 0..whole.len() {
        assert!(Session::parse(&whole[..end]).is_err(), "cut after {end}: {}", &whole[..end]);
    }
    assert!(Session::parse(whole).is_ok());
}

#[test]
fn answers_with_more_in_them() {
    let read = |body: &str| Session::parse(body).map(|session| session.user_id().map(String::from));
    let body = |inner: &str| ASSUME_ROLE.replace("ARO123EXAMPLE123:TestAR", inner);
    for (inner, id) in [
        ("a&amp;b&#x43;", "a&bC"),
        ("<![CDATA[a<b]]>", "a<b"),
        ("a<!-- c -->b", "ab"),
        ("a&unknown;", "a\u{fffd}"),
        // The first of a name, and of it what stands before another element.
        ("a<b>c</b>d", "a"),
        ("a</AssumedRoleId><AssumedRoleId>b", "a"),
    ] {
        assert_eq!(read(&body(inner)), Ok(Some(id.into())), "{inner}");
    }
    let declared = format!("<!DOCTYPE a [<!ENTITY b \"{}\">]>{}", "c".repeat(1000), body("&b;"));
    assert_eq!(read(&declared), Ok(Some("\u{fffd}".into())));
    let prefixed = ASSUME_ROLE.replace("</", "\0").replace('<', "<s:").replace('\0', "</s:");
    assert!(Session::parse(&prefixed).is_ok());
}

// ---------------------------------------------------------------- The console

const REFUSED_KEYS: &str = "the console's federation endpoint takes the keys of a session alone, and ";

fn console() -> ConsoleEndpoint {
    ConsoleEndpoint::aws("us-east-1").expect("an endpoint")
}

#[test]
fn consoles_by_partition() {
    let home = |region: &str, host: &str| Some(format!("https://{region}.{host}/console/home?region={region}"));
    let rows = [
        ("eu-west-1", "signin.aws.amazon.com", "console.aws.amazon.com"),
        ("cn-north-1", "signin.amazonaws.cn", "console.amazonaws.cn"),
        ("us-gov-west-1", "signin.amazonaws-us-gov.com", "console.amazonaws-us-gov.com"),
        ("eusc-de-east-1", "eusc-de-east-1.signin.amazonaws-eusc.eu", "console.amazonaws-eusc.eu"),
    ];
    for (region, host, console) in rows {
        let at = ConsoleEndpoint::aws(region).expect("an endpoint");
        assert_eq!(at.to_string(), format!("https://{host}/federation"));
        assert_eq!(at.home(), home(region, console).as_deref());
        let front = host.strip_prefix(&format!("{region}.")).unwrap_or(host);
        let regional = ConsoleEndpoint::regional(region).expect("an endpoint");
        assert_eq!(regional.to_string(), format!("https://{region}.{front}/federation"));
        assert_eq!(regional.home(), at.home());
    }
    for region in ["us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1"] {
        let message = "there is no published sign-in endpoint of the console in the partition of this region";
        refused(ConsoleEndpoint::aws(region), message);
        refused(ConsoleEndpoint::regional(region), message);
    }
    refused(
        ConsoleEndpoint::aws("auto"),
        "the region does not have the form of AWS's, such as eu-west-1 or us-gov-west-1",
    );
    let other = ConsoleEndpoint::custom("http://127.0.0.1:8080").expect("an endpoint");
    assert_eq!((other.to_string(), other.home()), ("http://127.0.0.1:8080/federation".into(), None));
}

/// Awkward, but what some server may give out: every byte comes through JSON and the form.
#[test]
fn the_session_in_json() {
    let (id, secret, token) = ("ASIA\"\\IA", "a\"b\\c +&=%/é", "tok\"en\\+/=&%");
    let keys = Credentials::new(id, secret).and_then(|keys| keys.with_session_token(token)).expect("credentials");
    let keys = GetSigninToken::new(&keys).expect("a session");
    let with_duration = keys.with_session_duration(Duration::from_secs(1800)).expect("a duration");
    let get = with_duration.request(&console(), now()).expect("a request");
    let post = with_duration.form_request(&console(), now()).expect("a request");
    let (url, query) = get.url().split_once('?').expect("a query");
    assert_eq!((get.method(), url, get.body()), ("GET", "https://signin.aws.amazon.com/federation", ""));
    assert_eq!(get.headers().count(), 0);
    assert_eq!((post.method(), post.url(), post.body()), ("POST", url, query));
    let headers: Vec<_> = post.headers().collect();
    assert_eq!(headers, [("content-type", "application/x-www-form-urlencoded")]);

    let said = pairs(query);
    assert_eq!(said[..2], [("Action".into(), "getSigninToken".into()), ("SessionDuration".into(), "1800".into())]);
    assert_eq!((said.len(), &*said[2].0), (3, "Session"));
    let json: serde_json::Value = serde_json::from_str(&said[2].1).expect("JSON");
    assert_eq!(json, serde_json::json!({ "sessionId": id, "sessionKey": secret, "sessionToken": token }));

    let without = keys.request(&console(), now()).expect("a request");
    let names: Vec<_> =
        pairs(without.url().split_once('?').expect("a query").1).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["Action", "Session"]);
    assert_eq!(get.curl().to_string(), format!("curl --fail-with-body --globoff '{}'", get.url()));
}

#[test]
fn keys_that_the_console_does_not_take() {
    refused(GetSigninToken::new(&credentials()), &format!("{REFUSED_KEYS}these have no session token"));
    let akia = credentials().with_session_token("token").expect("a token");
    let message = format!("{REFUSED_KEYS}the id of these starts with AKIA, as long-lived ones do");
    refused(GetSigninToken::new(&akia), &message);
    let expired = session().with_expiration(now());
    refused(
        GetSigninToken::new(&expired).expect("a session").request(&console(), now()),
        "the credentials expired at 2013-05-24T00:00:00Z, and the signature is dated 2013-05-24T00:00:00Z",
    );
}

#[test]
fn sign_in_tokens() {
    let read = |body: &str| SigninToken::parse(body, now());
    let token = read("{\"SigninToken\":\"a-b_c+/=\"}").expect("a token");
    assert_eq!(token.valid_until(), at("20130524T001500Z"));
    let link =
        console().link(&token, "https://console.aws.amazon.com/s3?a=b&c=%20#d", "Example & Sons").expect("a link");
    assert_eq!(
        link.url(),
        "https://signin.aws.amazon.com/federation?Action=login&Issuer=Example+%26+Sons\
         &Destination=https%3A%2F%2Fconsole.aws.amazon.com%2Fs3%3Fa%3Db%26c%3D%2520%23d&SigninToken=a-b_c%2B%2F%3D"
    );
    assert_eq!((link.to_string().as_str(), link.valid_until()), (link.url(), at("20130524T001500Z")));

    for (body, message) in [
        ("", "the answer is empty, where {\"SigninToken\":\"…\"} was expected"),
        ("<html><h1>HTTP Status 400", "the answer is an HTML page, where {\"SigninToken\":\"…\"} was expected"),
        ("{\"SigninToken\":\"a", "the answer is JSON, where {\"SigninToken\":\"…\"} was expected"),
        ("[]", "the answer is JSON, where {\"SigninToken\":\"…\"} was expected"),
        ("{}", "the answer has no SigninToken"),
        ("{\"SigninToken\":1}", "the answer has no SigninToken"),
        ("{\"SigninToken\":\"\"}", "the answer's credentials cannot be used: the sign-in token is empty"),
        (
            "{\"SigninToken\":\"a b\"}",
            "the answer's credentials cannot be used: the sign-in token has a space at byte offset 1",
        ),
    ] {
        refused(read(body), message);
    }
    refused(read(&"a".repeat(65_537)), "the answer has 65537 bytes, and 65536 are read");
    refused(
        read(&format!("{{\"SigninToken\":{}", "[".repeat(60_000))),
        "the answer is JSON, where {\"SigninToken\":\"…\"} was expected",
    );
    refused(
        SigninToken::parse("{\"SigninToken\":\"a\"}", Timestamp::LAST),
        "the answer's credentials cannot be used: the instant lies outside the years 0000 to 9999",
    );
}

#[test]
fn links_that_lead_nowhere() {
    let token = SigninToken::parse("{\"SigninToken\":\"a\"}", now()).expect("a token");
    for (destination, issuer, message) in [
        ("", "a", "the destination is empty"),
        ("console.aws.amazon.com", "a", "the destination does not start with https:// or http:// in lower case"),
        ("https://console aws", "a", "the destination has a space at byte offset 15"),
        ("https:///s3", "a", "the host is empty"),
        ("https://user@example.com/", "a", "the host has the character @ at byte offset 4"),
        ("https://example.com/", "", "the issuer is empty"),
        ("https://example.com/", "a\nb", "the issuer has a line feed at byte offset 1"),
    ] {
        refused(console().link(&token, destination, issuer), message);
    }
}
