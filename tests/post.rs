//! Browser uploads: the form, the JSON in it, and what a form must be like to fit its policy.
#![cfg(feature = "post")]

mod util;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use core::time::Duration;
use proptest::prelude::*;
use s3_sigv4::{Bucket, Error, Lifetime, Limit, PostForm, PostMismatch, PostPolicy, Signer};
use serde_json::{Value, json};
use util::{ACCESS_KEY, SECRET_KEY, at, bucket, now, session, signer};

const MINUTE: Duration = Duration::from_secs(60);

fn form(policy: &PostPolicy) -> PostForm {
    signer().post(policy, &bucket(), MINUTE, now()).expect("a form")
}

fn field<'a>(form: &'a PostForm, name: &str) -> &'a str {
    form.fields().find(|(found, _)| *found == name).expect("the field").1
}

fn json(form: &PostForm) -> Value {
    let json = STANDARD.decode(field(form, "policy")).expect("base64");
    assert!(json.is_ascii());
    serde_json::from_slice(&json).expect("JSON")
}

#[track_caller]
fn refused<T>(result: Result<T, Error>, message: &str) {
    assert_eq!(result.err().expect("should be refused").to_string(), message);
}

/// AWS's example: its conditions come out of the typed policy.
#[test]
fn the_documented_conditions() {
    let examples: Value = serde_json::from_str(include_str!("vectors/documents/post.json")).expect("a list");
    let text = examples[0]["policy_text"].as_str().expect("a policy");
    let documented: Value = serde_json::from_str(text).expect("JSON");

    let policy = PostPolicy::for_keys_under("user/user1/")
        .and_then(|policy| policy.with_exact("acl", "public-read"))
        .and_then(|policy| {
            let page = "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html";
            policy.with_exact("success_action_redirect", page)
        })
        .and_then(|policy| policy.with_prefix("Content-Type", "image/"))
        .and_then(|policy| policy.with_value("Content-Type", "image/jpeg"))
        .and_then(|policy| policy.with_exact("x-amz-meta-uuid", "14365123651274"))
        .and_then(|policy| policy.with_exact("x-amz-server-side-encryption", "AES256"))
        .and_then(|policy| policy.with_prefix("x-amz-meta-tag", ""))
        .expect("a policy");
    let now = at("20151229T000000Z");
    let signer = Signer::new(util::credentials(), "us-east-1", now).expect("a signer");
    let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "sigv4examplebucket").expect("a bucket");
    let form = signer.post(&policy, &bucket, Duration::from_secs(36 * 3600), now).expect("a form");

    let ours = json(&form);
    assert_eq!(ours["expiration"], documented["expiration"]);
    let sorted = |policy: &Value| {
        let conditions = policy["conditions"].as_array().expect("conditions").iter();
        let mut conditions: Vec<_> = conditions.map(Value::to_string).collect();
        conditions.sort();
        conditions
    };
    assert_eq!(sorted(&ours), sorted(&documented));

    assert_eq!(form.url(), "https://sigv4examplebucket.s3.amazonaws.com/");
    let fields: Vec<_> = form.fields().collect();
    assert_eq!(
        fields[..10],
        [
            ("key", "user/user1/${filename}"),
            ("acl", "public-read"),
            ("success_action_redirect", "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"),
            ("Content-Type", "image/jpeg"),
            ("x-amz-meta-uuid", "14365123651274"),
            ("x-amz-server-side-encryption", "AES256"),
            ("x-amz-meta-tag", ""),
            ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
            ("x-amz-credential", "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"),
            ("x-amz-date", "20151229T000000Z"),
        ]
    );
    assert_eq!([fields[10].0, fields[11].0], ["policy", "x-amz-signature"]);
    assert_eq!(fields.len(), 12);
    let signed = signer.sign_policy(fields[10].1, now).expect("a signature");
    assert_eq!(signed.signature().to_string(), fields[11].1);
    assert_eq!(form.matches(&fields, "cat.jpg", 1), Ok(()));
}

#[test]
fn the_policys_text() {
    let policy = PostPolicy::for_key("é😀\u{7f}.jpg")
        .and_then(|policy| policy.with_content_length(1..=u64::MAX))
        .and_then(|policy| policy.with_prefix("Content-Type", "image/"))
        .and_then(|policy| policy.with_value("X-Ignore-Button", "$go"))
        .expect("a policy");
    let signer = Signer::new(session(), "eu-west-1", now()).expect("a signer");
    let form = signer.post(&policy, &Bucket::path_style("http://[::1]:9000", "b").expect("a bucket"), MINUTE, now());
    let form = form.expect("a form");
    assert_eq!(form.url(), "http://[::1]:9000/b");
    assert_eq!(
        String::from_utf8(STANDARD.decode(field(&form, "policy")).expect("base64")).expect("UTF-8"),
        concat!(
            r#"{"expiration":"2013-05-24T00:01:00.000Z","conditions":[{"bucket":"b"},"#,
            r#"{"key":"\u00e9\ud83d\ude00"#,
            "\u{7f}",
            r#".jpg"},["starts-with","$Content-Type","image/"],{"x-amz-algorithm":"AWS4-HMAC-SHA256"},"#,
            r#"{"x-amz-credential":"ASIAIOSFODNN7EXAMPLE/20130524/eu-west-1/s3/aws4_request"},"#,
            r#"{"x-amz-date":"20130524T000000Z"},{"x-amz-security-token":"IQoJb3JpZ2luX2VjEXAMPLE//token+="},"#,
            r#"["content-length-range",1,18446744073709551615]]}"#
        )
    );
    let names: Vec<_> = form.fields().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "key",
            "Content-Type",
            "X-Ignore-Button",
            "x-amz-algorithm",
            "x-amz-credential",
            "x-amz-date",
            "x-amz-security-token",
            "policy",
            "x-amz-signature",
        ]
    );
}

/// Whatever a key, a value or a prefix holds, the policy has the conditions that were asked for and no other.
#[test]
fn nothing_injects_a_condition() {
    for text in [
        r#"a"},{"acl":"public-read"},{"x":"b"#,
        r#"a\"},["starts-with","$key",""],{"x":"\"#,
        r#"\"#,
        r#"\\"]]}"#,
        "'",
        "\u{1}\u{8}\t\u{b}\u{c}\u{1f}\u{7f}\u{85}",
        "</script><script>alert(1)</script>",
        "<!--",
        "\u{2028}\u{2029}\u{feff}\u{ffff}",
        r"\u0022\n",
        "a$key${bucket}",
        " ",
    ] {
        injects_nothing(text);
    }
}

proptest! {
    #[test]
    fn no_text_injects_a_condition(text in "[^\0\r\n$][^\0\r\n]{0,60}") {
        prop_assume!(!text.contains("${filename}"));
        injects_nothing(&text);
    }
}

fn injects_nothing(text: &str) {
    let policy = PostPolicy::for_key(text)
        .and_then(|policy| policy.with_exact("x-amz-meta-exact", text))
        .and_then(|policy| policy.with_prefix("x-amz-meta-prefix", text))
        .and_then(|policy| policy.with_value("x-ignore-free", text))
        .expect("a policy");
    let form = form(&policy);
    assert_eq!(
        json(&form),
        json!({
            "expiration": "2013-05-24T00:01:00.000Z",
            "conditions": [
                { "bucket": "examplebucket" },
                { "key": text },
                { "x-amz-meta-exact": text },
                ["starts-with", "$x-amz-meta-prefix", text],
                { "x-amz-algorithm": "AWS4-HMAC-SHA256" },
                { "x-amz-credential": format!("{ACCESS_KEY}/20130524/us-east-1/s3/aws4_request") },
                { "x-amz-date": "20130524T000000Z" },
            ],
        })
    );
    let fields: Vec<_> = form.fields().collect();
    assert_eq!(form.matches(&fields, "cat.jpg", 0), Ok(()));
    let inputs = inputs(&form.html().to_string());
    assert_eq!(inputs.iter().map(|(name, value)| (&**name, &**value)).collect::<Vec<_>>(), fields);
    #[cfg(unix)]
    assert_eq!(arguments(&form.curl(text)), expected_arguments(&fields, text, form.url()));
}

/// The inputs of a form, read as an HTML parser does.
fn inputs(html: &str) -> Vec<(String, String)> {
    let lines: Vec<_> = html.split_terminator('\n').collect();
    assert_eq!(
        lines[lines.len() - 3..],
        ["<input type=\"file\" name=\"file\" required>", "<button>Upload</button>", "</form>"]
    );
    let input = |line: &&str| {
        let quoted: Vec<_> = line.split('"').collect();
        assert_eq!(quoted.len(), 7, "three attributes: {line}");
        assert!(
            ["<input type=", " name=", " value="].iter().zip(quoted.iter().step_by(2)).all(|(a, b)| b.ends_with(a))
        );
        assert_eq!(line.matches(['<', '>']).count(), if line.starts_with("<label>") { 6 } else { 2 }, "{line}");
        let plain = |text: &str| {
            let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
            assert!(!text.replace("&amp;", "").contains('&'));
            text.replace("&amp;", "&")
        };
        (plain(quoted[3]), plain(quoted[5]))
    };
    lines[1..lines.len() - 3].iter().map(input).collect()
}

/// The arguments that a shell hands to `curl`.
#[cfg(unix)]
fn arguments(line: &impl core::fmt::Display) -> Vec<String> {
    let script = format!("curl() {{ printf '%s\\0' \"$@\"; }}\n{line}");
    let output = std::process::Command::new("sh").arg("-c").arg(script).output().expect("a shell");
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.split_terminator('\0').map(str::to_owned).collect()
}

#[cfg(unix)]
fn expected_arguments(fields: &[(&str, &str)], file: &str, url: &str) -> Vec<String> {
    let strings = fields.iter().flat_map(|(name, value)| ["--form-string".to_owned(), format!("{name}={value}")]);
    let file = file.replace('\\', "\\\\").replace('"', "\\\"");
    let options = ["--fail", "--globoff"].map(str::to_owned).into_iter();
    options.chain(strings).chain(["--form".to_owned(), format!("file=@\"{file}\""), url.to_owned()]).collect()
}

#[test]
fn the_form_in_html_and_for_curl() {
    let policy = PostPolicy::for_keys_under("user/it's <\"me\"> & you/")
        .and_then(|policy| policy.with_prefix("Content-Type", "image/"))
        .and_then(|policy| policy.with_exact("x-amz-meta-at", "@/etc/passwd;type=a"))
        .expect("a policy");
    let form = form(&policy);
    let (policy, signature) = (field(&form, "policy"), field(&form, "x-amz-signature"));
    assert_eq!(
        form.html().to_string(),
        format!(
            "<form action=\"https://examplebucket.s3.amazonaws.com/\" method=\"post\" \
             enctype=\"multipart/form-data\" accept-charset=\"utf-8\">\n\
             <input type=\"hidden\" name=\"key\" value=\"user/it&#39;s &lt;&quot;me&quot;&gt; &amp; you/${{filename}}\">\n\
             <label>Content-Type <input type=\"text\" name=\"Content-Type\" value=\"image/\"></label>\n\
             <input type=\"hidden\" name=\"x-amz-meta-at\" value=\"@/etc/passwd;type=a\">\n\
             <input type=\"hidden\" name=\"x-amz-algorithm\" value=\"AWS4-HMAC-SHA256\">\n\
             <input type=\"hidden\" name=\"x-amz-credential\" \
             value=\"AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request\">\n\
             <input type=\"hidden\" name=\"x-amz-date\" value=\"20130524T000000Z\">\n\
             <input type=\"hidden\" name=\"policy\" value=\"{policy}\">\n\
             <input type=\"hidden\" name=\"x-amz-signature\" value=\"{signature}\">\n\
             <input type=\"file\" name=\"file\" required>\n\
             <button>Upload</button>\n\
             </form>\n"
        )
    );
    assert_eq!(
        form.curl("my \"cat's\", dog; \\.jpg").to_string(),
        format!(
            "curl --fail --globoff --form-string 'key=user/it'\\''s <\"me\"> & you/${{filename}}' \
             --form-string 'Content-Type=image/' \
             --form-string 'x-amz-meta-at=@/etc/passwd;type=a' \
             --form-string 'x-amz-algorithm=AWS4-HMAC-SHA256' \
             --form-string 'x-amz-credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request' \
             --form-string 'x-amz-date=20130524T000000Z' \
             --form-string 'policy={policy}' \
             --form-string 'x-amz-signature={signature}' \
             --form 'file=@\"my \\\"cat'\\''s\\\", dog; \\\\.jpg\"' \
             'https://examplebucket.s3.amazonaws.com/'"
        )
    );
}

#[test]
fn how_long_a_form_is_good() {
    let policy = PostPolicy::for_key("cat.jpg").expect("a policy");
    let ending = |at: &str| Signer::new(session().with_expiration(util::at(at)), "us-east-1", now()).expect("a signer");
    let day = Duration::from_secs(86400);
    let unknown = Signer::new(session(), "us-east-1", now()).expect("a signer");
    refused(
        unknown.post(&policy, &bucket(), Lifetime::full(day), now()),
        "no full lifetime: when the session ends is not known (with_expiration says it)",
    );
    for (signer, lifetime, until, limit, expiration) in [
        (signer(), day.into(), "20130525T000000Z", Limit::Lifetime, "2013-05-25T00:00:00.000Z"),
        (unknown, day.into(), "20130525T000000Z", Limit::Session, "2013-05-25T00:00:00.000Z"),
        (signer(), Lifetime::LONGEST, "20130531T000000Z", Limit::SevenDays, "2013-05-31T00:00:00.000Z"),
        (signer(), Duration::from_millis(1999).into(), "20130524T000001Z", Limit::Lifetime, "2013-05-24T00:00:01.000Z"),
        // As in a link, the policy shows what was asked for.
        (ending("20130524T010203Z"), day.into(), "20130524T010203Z", Limit::Credentials, "2013-05-25T00:00:00.000Z"),
        (
            ending("20130526T000000Z"),
            Lifetime::full(day),
            "20130525T000000Z",
            Limit::Lifetime,
            "2013-05-25T00:00:00.000Z",
        ),
    ] {
        let form = signer.post(&policy, &bucket(), lifetime, now()).expect("a form");
        assert_eq!((form.valid_from(), form.valid_until(), form.limited_by()), (now(), at(until), limit));
        let validity = form.validity();
        assert_eq!((validity.valid_until(), validity.limited_by()), (form.valid_until(), form.limited_by()));
        assert_eq!(json(&form)["expiration"], expiration);
    }
    let post = |signer: Signer, lifetime: Lifetime| signer.post(&policy, &bucket(), lifetime, now());
    refused(post(signer(), (7 * day + MINUTE).into()), "a lifetime is 1 to 604800 seconds (7 days), not 604860");
    let expired = "the credentials expired at 2013-05-24T00:00:00Z, and the signature is dated 2013-05-24T00:00:00Z";
    for lifetime in [day.into(), Lifetime::full(day), Duration::ZERO.into()] {
        refused(post(ending("20130524T000000Z"), lifetime), expired);
    }
    refused(
        post(ending("20130524T120000Z"), Lifetime::full(day)),
        "the credentials expire at 2013-05-24T12:00:00Z, before the full lifetime that was required ends at 2013-05-25T00:00:00Z",
    );
}

#[test]
fn a_form_that_stays_the_same_for_a_while() {
    let policy = PostPolicy::for_keys_under("a/").expect("a policy");
    let (quarter, hour) = (Duration::from_secs(900), Duration::from_secs(3600));
    let session = Signer::new(session().with_expiration(at("20130524T093000Z")), "us-east-1", now()).expect("a signer");
    let form = |now: &str| {
        session.post(&policy, &bucket(), Lifetime::from(quarter).stable_for(hour), at(now)).expect("a form")
    };
    let (first, last) = (form("20130524T080000Z"), form("20130524T085959Z"));
    assert_eq!(first.fields().collect::<Vec<_>>(), last.fields().collect::<Vec<_>>());
    assert_eq!((last.valid_from(), last.valid_until()), (at("20130524T080000Z"), at("20130524T091500Z")));
    assert_eq!(json(&last)["expiration"], "2013-05-24T09:15:00.000Z");
    assert_eq!(field(&last, "x-amz-date"), "20130524T080000Z");
}

#[test]
fn nothing_behind_the_file_counts_and_nothing_is_anonymous() {
    let policy = PostPolicy::for_key("a").and_then(|policy| policy.with_exact("acl", "private")).expect("a policy");
    let fields = [("key", "a"), ("file", ""), ("acl", "private")];
    assert!(
        matches!(policy.matches(&fields, "f", 1), Err(PostMismatch::Missing { field }) if field.to_string() == "acl")
    );
    let form = form(&policy);
    let signed: Vec<_> = form.fields().collect();
    assert!(form.matches(&signed, "f", 1).is_ok());
    for name in ["policy", "x-amz-signature"] {
        let without: Vec<_> = signed.iter().copied().filter(|(other, _)| *other != name).collect();
        assert!(
            matches!(form.matches(&without, "f", 1), Err(PostMismatch::Missing { field }) if field.to_string() == name)
        );
    }
}

#[test]
fn a_form_of_another_day() {
    let policy = PostPolicy::for_key("cat.jpg").expect("a policy");
    let tomorrow = at("20130525T000000Z");
    let key = signer().key().clone();
    let form = signer().post(&policy, &bucket(), MINUTE, tomorrow).expect("a form");
    let fresh = Signer::new(util::credentials(), "us-east-1", tomorrow).expect("a signer");
    let again = fresh.post(&policy, &bucket(), MINUTE, tomorrow).expect("a form");
    assert_eq!(form.fields().collect::<Vec<_>>(), again.fields().collect::<Vec<_>>());
    assert_eq!(field(&form, "x-amz-credential"), "AKIAIOSFODNN7EXAMPLE/20130525/us-east-1/s3/aws4_request");

    let edge = Signer::from_key(ACCESS_KEY, None, key).expect("a signer");
    assert!(edge.post(&policy, &bucket(), MINUTE, now()).is_ok());
    refused(
        edge.post(&policy, &bucket(), MINUTE, tomorrow),
        "the signing key is for the day 2013-05-24, and the signature is dated 2013-05-25T00:00:00Z",
    );
}

#[test]
fn what_fits_a_policy() {
    let policy = PostPolicy::for_keys_under("user/1/")
        .and_then(|policy| policy.with_exact("acl", "public-read"))
        .and_then(|policy| policy.with_prefix("Content-Type", "image/"))
        .and_then(|policy| policy.with_prefix("x-amz-meta-tag", ""))
        .and_then(|policy| policy.with_exact("x-amz-server-side-encryption-customer-key", "CUSTOMERKEY"))
        .and_then(|policy| policy.with_value("x-ignore-button", "Upload"))
        .and_then(|policy| policy.with_content_length(1..=10))
        .expect("a policy");
    let good = [
        ("key", "user/1/${filename}"),
        ("acl", "public-read"),
        ("Content-Type", "image/png"),
        ("x-amz-meta-tag", "a"),
        ("x-amz-server-side-encryption-customer-key", "CUSTOMERKEY"),
    ];
    let with = |name: &'static str, value: &'static str| {
        let others = good.into_iter().filter(|(other, _)| !other.eq_ignore_ascii_case(name));
        others.chain([(name, value)]).collect::<Vec<_>>()
    };
    let without = |name: &str| good.into_iter().filter(|(other, _)| *other != name).collect::<Vec<_>>();
    let unchanged = || good.to_vec();
    let no_condition = |name: &str| {
        Some(format!(
            "the field {name} has no condition, which only x-amz-signature, policy, file and x-ignore-… may go without"
        ))
    };
    let some = |text: &str| Some(text.to_owned());
    let prefix = some("the field key does not start with user/1/, which its condition requires");
    for (fields, file, length, message) in [
        (unchanged(), "cat.jpg", 1, None),
        (unchanged(), "", 10, None),
        (unchanged(), "cat.jpg", 0, some("the file has 0 bytes, and the content-length-range is 1 to 10")),
        (unchanged(), "cat.jpg", 11, some("the file has 11 bytes, and the content-length-range is 1 to 10")),
        // Names in any case.
        (with("KEY", "user/1/cat.jpg"), "cat.jpg", 1, None),
        (with("content-TYPE", "image/"), "cat.jpg", 1, None),
        // Prefixes, after ${filename} is replaced.
        (with("key", "user/1/"), "cat.jpg", 1, None),
        (with("key", "user/1"), "cat.jpg", 1, prefix.clone()),
        (with("key", "user/2/${filename}"), "cat.jpg", 1, prefix.clone()),
        (with("key", "User/1/${filename}"), "cat.jpg", 1, prefix.clone()),
        (with("key", "user/${filename}/"), "1", 1, None),
        (with("key", "user/${filename}/"), "a/b/1", 1, None),
        (with("key", "user/${filename}/"), "C:\\1", 1, None),
        (with("key", "user/${filename}/"), "2", 1, prefix.clone()),
        (with("key", "${filename}"), "user/1/cat.jpg", 1, prefix.clone()),
        (with("key", "${filename}user/1/"), "", 1, None),
        (with("key", "user/${FILENAME}"), "1/", 1, prefix.clone()),
        (
            with("Content-Type", "text/html"),
            "cat.jpg",
            1,
            some("the field Content-Type does not start with image/, which its condition requires"),
        ),
        // A list of types must fit in each of its parts.
        (with("Content-Type", "image/png,image/gif"), "cat.jpg", 1, None),
        (
            with("Content-Type", "image/png,text/html"),
            "cat.jpg",
            1,
            some("the field Content-Type does not start with image/, which its condition requires"),
        ),
        (with("x-amz-meta-tag", ""), "cat.jpg", 1, None),
        (with("x-amz-meta-tag", "a,b"), "cat.jpg", 1, None),
        // Exact values.
        (
            with("acl", "public-read-write"),
            "cat.jpg",
            1,
            some("the field acl is not public-read, which its condition requires exactly"),
        ),
        (
            with("acl", "Public-Read"),
            "cat.jpg",
            1,
            some("the field acl is not public-read, which its condition requires exactly"),
        ),
        (with("acl", "public-${filename}"), "read", 1, None),
        (with("acl", ""), "cat.jpg", 1, some("the field acl is not public-read, which its condition requires exactly")),
        (
            with("x-amz-server-side-encryption-customer-key", "OTHER"),
            "cat.jpg",
            1,
            some(
                "the field x-amz-server-side-encryption-customer-ke… is not the secret value, which its condition requires exactly",
            ),
        ),
        // Fields that are missing, and fields that nobody asked for.
        (without("key"), "cat.jpg", 1, some("the field key is missing, and the policy has a condition for it")),
        (without("acl"), "cat.jpg", 1, some("the field acl is missing, and the policy has a condition for it")),
        (
            without("x-amz-meta-tag"),
            "cat.jpg",
            1,
            some("the field x-amz-meta-tag is missing, and the policy has a condition for it"),
        ),
        (with("x-amz-meta-other", "a"), "cat.jpg", 1, no_condition("x-amz-meta-other")),
        (with("submit", "Upload"), "cat.jpg", 1, no_condition("submit")),
        (with("content-length-range", "5"), "cat.jpg", 1, no_condition("content-length-range")),
        (with("x-ignore", ""), "cat.jpg", 1, no_condition("x-ignore")),
        (with("x-ignoré-é", ""), "cat.jpg", 1, no_condition("x-ignor\\xc3\\xa9-\\xc3\\xa9")),
        (with("", ""), "cat.jpg", 1, no_condition("")),
        // Those that need no condition.
        (with("x-ignore-", "a"), "cat.jpg", 1, None),
        (with("X-Ignore-Button", "changed"), "cat.jpg", 1, None),
        (with("X-Amz-Signature", "a"), "cat.jpg", 1, None),
        (with("Policy", "a"), "cat.jpg", 1, None),
        (with("file", "a"), "cat.jpg", 1, None),
        (with("bucket", "a"), "cat.jpg", 1, None),
        // Those that have their condition by signing.
        (with("X-Amz-Credential", "a"), "cat.jpg", 1, None),
        (with("x-amz-security-token", "a"), "cat.jpg", 1, None),
    ] {
        let result = policy.matches(&fields, file, length);
        assert_eq!(result.err().map(|mismatch| mismatch.to_string()), message, "{fields:?} {file} {length}");
    }
    let twice = [&good[..], &[("ACL", "public-read")]].concat();
    let mismatch = policy.matches(&twice, "cat.jpg", 1).expect_err("twice");
    assert_eq!(mismatch.to_string(), "the field ACL is there more than once");
}

#[test]
fn a_signed_form_knows_who_signed() {
    let policy = PostPolicy::for_key("cat.jpg").expect("a policy");
    let by_session = Signer::new(session(), "us-east-1", now()).expect("a signer");
    let [form, by_session] =
        [signer(), by_session].map(|signer| signer.post(&policy, &bucket(), MINUTE, now()).expect("a form"));
    let fields: Vec<_> = form.fields().collect();
    assert_eq!(form.matches(&fields, "", 0), Ok(()));
    let token = ("x-amz-security-token", "IQoJb3JpZ2luX2VjEXAMPLE//token+=");
    for (fields, form, message) in [
        (&fields[..1], &form, "the field x-amz-algorithm is missing, and the policy has a condition for it"),
        (
            &[&fields[..], &[token]].concat(),
            &form,
            "the field x-amz-security-token has no condition, which only x-amz-signature, policy, file and x-ignore-… may \
             go without",
        ),
        (
            &fields,
            &by_session,
            "the field x-amz-credential is not ASIAIOSFODNN7EXAMPLE/20130524/us-east-1/…, which its condition requires exactly",
        ),
        (
            &[&fields[..1], &[("x-amz-security-token", "a")]].concat(),
            &by_session,
            "the field x-amz-security-token is not the secret value, which its condition requires exactly",
        ),
    ] {
        let mismatch = form.matches(fields, "", 0).expect_err(message);
        assert_eq!(mismatch.to_string(), message);
        assert!(!format!("{mismatch:?}").contains("IQoJ"));
    }
}

#[test]
fn fields_that_cannot_be() {
    let policy = || PostPolicy::for_keys_under("user/").expect("a policy");
    let name = "has a name of something other than letters, digits, - . and _";
    let length = "is no field with a value: PostPolicy::with_content_length limits the file";
    for (field, shown, reason) in [
        ("", "", name),
        ("x amz", "x amz", name),
        ("x-amz-meta-\"", "x-amz-meta-\\\"", name),
        ("$key", "$key", name),
        ("x-amz-meta-\u{e9}", "x-amz-meta-\\xc3\\xa9", name),
        ("a\n", "a\\n", name),
        ("file", "file", length),
        ("Content-Length-Range", "Content-Length-Range", length),
        ("Key", "Key", "has a condition already"),
        ("x-ignore-a", "x-ignore-a", "needs no condition: PostPolicy::with_value adds it"),
        ("X-IGNORE-", "X-IGNORE-", "needs no condition: PostPolicy::with_value adds it"),
    ] {
        let message = format!("the form field {shown} {reason}");
        refused(policy().with_exact(field, "a"), &message);
        refused(policy().with_prefix(field, "a"), &message);
    }
    for field in [
        "bucket",
        "policy",
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Security-Token",
        "X-Amz-Signature",
    ] {
        let message = format!("the form field {field} is set by signing");
        refused(policy().with_exact(field, "a"), &message);
        refused(policy().with_prefix(field, "a"), &message);
        refused(policy().with_value(field, "a"), &message);
    }
    refused(
        policy().with_value("acl", "private"),
        "the form field acl has no condition: PostPolicy::with_exact and with_prefix make one",
    );
    refused(
        policy().with_exact("acl", "private").and_then(|policy| policy.with_value("ACL", "private")),
        "the form field ACL has an exact value already",
    );
    let outside = "the form field key has a value that does not start with its prefix";
    for value in ["", "user", "other/${filename}", "${filename}", "use${filename}r/"] {
        refused(policy().with_value("key", value), outside);
    }
    for value in ["user/", "user/a/${filename}.jpg", "user/${filename}/${filename}"] {
        let form = form(&policy().with_value("key", value).expect("a policy"));
        assert_eq!(field(&form, "key"), value);
    }
    // Only what stands in front of the variable is certain.
    let half = PostPolicy::for_keys_under("user/${file").expect("a policy");
    refused(half.with_value("key", "user/${filename}"), outside);
    let types = policy().with_prefix("Content-Type", "image/").expect("a policy");
    refused(
        types.with_value("content-type", "image/png,text/html"),
        "the form field content-type has a value that does not start with its prefix",
    );

    refused(PostPolicy::for_key(""), "the form field key is empty");
    let variable = "the form field key has ${filename} in its condition, which S3 replaces before it compares: only a \
                    prefix in front of it can hold";
    refused(PostPolicy::for_key("user/${filename}"), variable);
    refused(PostPolicy::for_keys_under("user/${filename}"), variable);
    let dollar =
        "the form field key has a $ in front of its condition, which servers read as the name of another field";
    refused(PostPolicy::for_key("$key"), dollar);
    refused(PostPolicy::for_keys_under("$"), dollar);
    assert!(PostPolicy::for_key("a$b$").and_then(|policy| policy.with_prefix("x-amz-meta-a", "a$")).is_ok());

    for (value, found) in [("a\nb", "a line feed"), ("a\rb", "a carriage return"), ("a\0b", "a NUL")] {
        let message =
            |name| format!("the value of the form field {name} has {found} at byte offset 1, which browsers change");
        refused(PostPolicy::for_key(value), &message("key"));
        refused(PostPolicy::for_keys_under(value), &message("key"));
        refused(policy().with_exact("acl", value), &message("acl"));
        refused(policy().with_value("x-ignore-a", value), &message("x-ignore-a"));
    }
    #[expect(clippy::reversed_empty_ranges, reason = "that is the mistake")]
    let backwards = 2..=1;
    refused(policy().with_content_length(backwards), "the content-length-range starts at 2, behind its end 1");
    assert!(policy().with_content_length(0..=0).is_ok());
}

#[test]
fn a_form_that_is_too_large() {
    let sized = |length: usize| {
        let policy = PostPolicy::for_key("cat.jpg").expect("a policy");
        let policy = policy.with_prefix("x-amz-meta-note", "").expect("a policy");
        let policy = policy.with_value("x-amz-meta-note", &"a".repeat(length)).expect("a policy");
        signer().post(&policy, &bucket(), MINUTE, now())
    };
    let rest: usize = sized(0).expect("a form").fields().map(|(name, value)| name.len() + value.len()).sum();
    assert!(sized(20_480 - rest).is_ok());
    refused(
        sized(20_480 - rest + 1),
        "the form's names and values have 20481 bytes, and S3 takes 20480 at most before the file",
    );
}

#[test]
fn debug_output_tells_no_secret() {
    let policy = PostPolicy::for_key("cat.jpg")
        .and_then(|policy| policy.with_exact("x-amz-server-side-encryption-customer-key", "CUSTOMERKEY"))
        .expect("a policy");
    let signer = Signer::new(session(), "us-east-1", now()).expect("a signer");
    let form = signer.post(&policy, &bucket(), MINUTE, now()).expect("a form");
    let shown = format!("{policy:?} {form:?}");
    let (text, signature) = (field(&form, "policy"), field(&form, "x-amz-signature"));
    for secret in ["CUSTOMERKEY", "IQoJb3JpZ2luX2VjEXAMPLE", SECRET_KEY, text, signature] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    for told in ["https://examplebucket.s3.amazonaws.com/", "x-amz-signature", "customer-key", "20130524T000100Z"] {
        assert!(shown.contains(told), "{told} not in {shown}");
    }
}

#[test]
fn the_types_are_like_the_others() {
    fn shared<T: Send + Sync + Unpin>() {}
    shared::<PostForm>();
    shared::<PostPolicy>();
    fn error<T: std::error::Error + Copy + Send + Sync + 'static>() {}
    error::<PostMismatch>();
    assert!(size_of::<PostMismatch>() <= 96, "{} bytes", size_of::<PostMismatch>());
}
