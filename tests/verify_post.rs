//! Browsers' forms verified: all that `PostPolicy` makes, AWS's and botocore's forms, and every door that must be
//! closed.
#![cfg(feature = "post")]

mod util;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use core::time::Duration;
use proptest::prelude::*;
use s3_sigv4::{
    Bucket, CredentialScope, Credentials, PostClaim, PostPolicy, Signer, SigningKey, Timestamp, VerifiedPost, Verifier,
    VerifyError, VerifyingKey,
};
use serde_json::{Value, json};
use util::{ACCESS_KEY, SECRET_KEY, at, bucket, credentials, now, session, signer};

const HOUR: Duration = Duration::from_secs(3600);

type Fields = Vec<(String, String)>;

fn verify<'a>(fields: &'a [(&'a str, &'a str)], now: Timestamp) -> Result<VerifiedPost<'a>, VerifyError> {
    let claim = PostClaim::parse("examplebucket", fields, "C:\\cat.jpg")?;
    Verifier::new("us-east-1").verify_post(claim, &credentials(), now)
}

fn borrowed(fields: &Fields) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (&**name, &**value)).collect()
}

#[track_caller]
fn refused<T>(result: Result<T, VerifyError>, message: &str) {
    assert_eq!(result.err().expect("should be refused").to_string(), message);
}

/// The conditions of signing, for a policy that is written by hand.
fn signing(signer: &Signer) -> Vec<Value> {
    signer.policy_fields(now()).map(|(name, value)| json!({ name: value })).collect()
}

/// A policy of any text, signed, with these fields in front of those of signing.
fn form_of(signer: &Signer, policy: &str, fields: &[(&str, &str)]) -> Fields {
    let signed = signer.sign_policy(&STANDARD.encode(policy), now()).expect("a signature");
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    fields.iter().copied().map(owned).chain(signed.fields().map(owned)).collect()
}

/// The same for a policy of these conditions and those of signing and of the bucket.
fn form(conditions: &[Value], fields: &[(&str, &str)]) -> Fields {
    let signer = signer();
    let all: Vec<_> =
        signing(&signer).into_iter().chain([json!({"bucket": "examplebucket"})]).chain(conditions.to_vec()).collect();
    form_of(&signer, &json!({"expiration": "2013-05-24T01:00:00Z", "conditions": all}).to_string(), fields)
}

/// A form with one condition and one field more than it needs.
fn plain() -> Fields {
    form(&[json!({"key": "cat.jpg"}), json!({"acl": "private"})], &[("key", "cat.jpg"), ("acl", "private")])
}

fn set(fields: &mut Fields, name: &str, value: &str) {
    fields.iter_mut().find(|(other, _)| other == name).expect("the field").1 = value.into();
}

#[test]
fn what_post_policy_makes_verifies() {
    let policies = [
        PostPolicy::for_key("cat.jpg"),
        PostPolicy::for_keys_under(""),
        PostPolicy::for_keys_under("user/user1/").and_then(|policy| policy.with_content_length(1..=1000)),
        PostPolicy::for_key("é\"}\\😀 ${name}.jpg")
            .and_then(|policy| policy.with_prefix("Content-Type", "image/"))
            .and_then(|policy| policy.with_value("content-type", "image/jpeg,image/png"))
            .and_then(|policy| policy.with_exact("X-Amz-Meta-Tag", ""))
            .and_then(|policy| policy.with_value("x-ignore-button", "Upload")),
    ];
    for policy in policies {
        let policy = policy.expect("a policy");
        for credentials in [credentials(), session()] {
            let signer = Signer::new(credentials.clone(), "us-east-1", now()).expect("a signer");
            let form = signer.post(&policy, &bucket(), HOUR, now()).expect("a form");
            let fields: Vec<_> = form.fields().collect();
            let claim = || PostClaim::parse("examplebucket", &fields, "cat.jpg").expect("a claim");
            let verifier = Verifier::new("us-east-1");
            let verified = verifier.verify_post(claim(), &credentials, now()).expect("a form that fits");
            assert_eq!(verified.access_key_id(), credentials.access_key_id());
            assert_eq!(verified.valid_until(), form.valid_until());
            assert_eq!(
                (verified.dated(), verified.scope().to_string()),
                (now(), "20130524/us-east-1/s3/aws4_request".into())
            );
            assert_eq!(verified.key(), fields[0].1.replace("${filename}", "cat.jpg"));
            assert_eq!(verified.fields().count(), fields.len());
            assert!(verified.content_length().contains(&1000));
            assert_eq!(verified.check_file(1000), Ok(()));

            // By the key of the day, and when another was looked up.
            let scope = |region| CredentialScope::new(region, "s3", now()).expect("a scope");
            let key = SigningKey::derive(&credentials, scope("us-east-1"));
            let token = credentials.has_session_token().then_some("IQoJb3JpZ2luX2VjEXAMPLE//token+=");
            let with_token =
                |key| token.map_or(VerifyingKey::from(key), |token| VerifyingKey::from(key).with_session_token(token));
            assert!(verifier.verify_post(claim(), with_token(&key), now()).is_ok());
            let other = SigningKey::derive(&credentials, scope("us-east-2"));
            refused(
                verifier.verify_post(claim(), with_token(&other), now()),
                "the signing key that was looked up is for another day, region or service than the request",
            );
            let other = Credentials::new("AKIDEXAMPLE", SECRET_KEY).expect("credentials");
            refused(
                verifier.verify_post(claim(), &other, now()),
                "the credentials that were looked up have another access key id than the request",
            );
            for unknown in [VerifyingKey::from(None::<&Credentials>), VerifyingKey::from(None::<&SigningKey>)] {
                refused(verifier.verify_post(claim(), unknown, now()), "the access key id is not known");
            }
        }
    }
}

/// botocore 1.43.11, `generate_presigned_post("examplebucket", "user/user1/${filename}", …)` for a session, with its
/// clock at this instant.
#[test]
fn the_form_of_botocore() {
    let policy = "eyJleHBpcmF0aW9uIjogIjIwMTMtMDUtMjRUMDE6MDA6MDBaIiwgImNvbmRpdGlvbnMiOiBbeyJhY2wiOiAicHVibGljLXJl\
                  YWQifSwgWyJzdGFydHMtd2l0aCIsICIkQ29udGVudC1UeXBlIiwgImltYWdlLyJdLCBbImVxIiwgIiRzdWNjZXNzX2FjdGlvbl9z\
                  dGF0dXMiLCAiMjAxIl0sIFsiY29udGVudC1sZW5ndGgtcmFuZ2UiLCAxLCAxMDQ4NTc2MF0sIHsiYnVja2V0IjogImV4YW1wbGVi\
                  dWNrZXQifSwgWyJzdGFydHMtd2l0aCIsICIka2V5IiwgInVzZXIvdXNlcjEvIl0sIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQt\
                  SE1BQy1TSEEyNTYifSwgeyJ4LWFtei1jcmVkZW50aWFsIjogIkFTSUFJT1NGT0ROTjdFWEFNUExFLzIwMTMwNTI0L3VzLWVhc3Qt\
                  MS9zMy9hd3M0X3JlcXVlc3QifSwgeyJ4LWFtei1kYXRlIjogIjIwMTMwNTI0VDAwMDAwMFoifSwgeyJ4LWFtei1zZWN1cml0eS10\
                  b2tlbiI6ICJJUW9KYjNKcFoybHVYMlZqRVhBTVBMRS8vdG9rZW4rPSJ9XX0=";
    let fields = [
        ("acl", "public-read"),
        ("Content-Type", "image/jpeg"),
        ("success_action_status", "201"),
        ("key", "user/user1/${filename}"),
        ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
        ("x-amz-credential", "ASIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"),
        ("x-amz-date", "20130524T000000Z"),
        ("x-amz-security-token", "IQoJb3JpZ2luX2VjEXAMPLE//token+="),
        ("policy", policy),
        ("x-amz-signature", "71ca682d3ae44075a19ed002ce2df246ccb6768d1f36ab7174011ffdb0b97245"),
    ];
    let claim = PostClaim::parse("examplebucket", &fields, "cat.jpg").expect("a claim");
    assert_eq!(claim.session_token(), Some("IQoJb3JpZ2luX2VjEXAMPLE//token+="));
    assert_eq!((claim.access_key_id(), claim.dated()), ("ASIAIOSFODNN7EXAMPLE", now()));
    let verified = Verifier::new("us-east-1").verify_post(claim.clone(), &session(), now()).expect("a form that fits");
    assert_eq!((verified.key(), verified.content_length()), ("user/user1/cat.jpg", 1..=10_485_760));
    assert_eq!(verified.valid_until(), at("20130524T010000Z"));
    refused(verified.check_file(0), "the file has 0 bytes, and the content-length-range is 1 to 10485760");
    refused(
        verified.check_file(10_485_761),
        "the file has 10485761 bytes, and the content-length-range is 1 to 10485760",
    );

    let shown = format!("{claim:?} {verified:?}");
    for hidden in ["token+=", "71ca682d", "eyJleHBp"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
    // The token is held against the credentials, not only against the policy.
    let verify = |fields: &[(&str, &str)], credentials: &Credentials| {
        let claim = PostClaim::parse("examplebucket", fields, "cat.jpg")?;
        Verifier::new("us-east-1").verify_post(claim, credentials, now()).map(drop)
    };
    let without: Vec<_> = fields.iter().copied().filter(|(name, _)| *name != "x-amz-security-token").collect();
    refused(verify(&without, &session()), "the session token is missing");
    let mut other = fields;
    other[7].1 = "another";
    refused(verify(&other, &session()), "the session token is not that of the credentials");
    let no_token = Credentials::new("ASIAIOSFODNN7EXAMPLE", SECRET_KEY).expect("credentials");
    refused(verify(&fields, &no_token), "there is a session token, and the credentials have none of that name");
    let expired = session().with_expiration(now());
    refused(
        verify(&fields, &expired),
        "the credentials expired at 2013-05-24T00:00:00Z, and it is 2013-05-24T00:00:00Z",
    );
    let ends = session().with_expiration(at("20130524T003000Z"));
    let verified = Verifier::new("us-east-1").verify_post(claim, &ends, now()).expect("a form that fits");
    assert_eq!(verified.valid_until(), at("20130524T003000Z"));
}

#[test]
fn every_changed_byte_of_what_is_signed_is_refused() {
    let fields = plain();
    assert!(verify(&borrowed(&fields), now()).is_ok());
    for (i, (name, value)) in fields.iter().enumerate() {
        for at in 0..value.len() {
            for change in 1..=0x7f {
                let mut bytes = value.clone().into_bytes();
                bytes[at] ^= change;
                let Ok(changed) = String::from_utf8(bytes) else { continue };
                let mut fields = fields.clone();
                fields[i].1 = changed;
                assert!(verify(&borrowed(&fields), now()).is_err(), "{name}: byte {at} changed by {change:#x}");
            }
        }
        let mut without = fields.clone();
        without.remove(i);
        assert!(verify(&borrowed(&without), now()).is_err(), "without {name}");
        let mut twice = fields.clone();
        twice.push(fields[i].clone());
        assert!(verify(&borrowed(&twice), now()).is_err(), "{name} twice");
    }
}

#[test]
fn who_signs_is_said_once_and_well() {
    let fields = plain();
    let of_signing = ["x-amz-algorithm", "x-amz-credential", "x-amz-date", "policy", "x-amz-signature"];
    for name in of_signing {
        let without: Fields = fields.iter().filter(|(other, _)| other != name).cloned().collect();
        refused(verify(&borrowed(&without), now()), &format!("the form field {name} is missing"));
        for case in [name.to_owned(), name.to_ascii_uppercase()] {
            let mut twice = fields.clone();
            twice.push((case, "x".into()));
            refused(verify(&borrowed(&twice), now()), &format!("the form field {name} is there more than once"));
        }
    }
    refused(verify(&[("key", "cat.jpg")], now()), "the request is not signed");
    // Fields behind the file are not there.
    let mut behind = borrowed(&fields);
    behind.insert(2, ("file", ""));
    refused(verify(&behind, now()), "the request is not signed");

    let with = |name: &str, value: &str| {
        let mut fields = fields.clone();
        set(&mut fields, name, value);
        fields
    };
    let credential = |text: &str| format!("{ACCESS_KEY}/{text}");
    let digits = "0".repeat(63);
    for (name, value, message) in [
        (
            "x-amz-algorithm",
            "AWS4-ECDSA-P256-SHA256",
            "the form field x-amz-algorithm names another algorithm than AWS4-HMAC-SHA256",
        ),
        ("x-amz-date", "2013-05-24T00:00:00Z", "the form field x-amz-date is not well formed"),
        (
            "x-amz-date",
            "20130525T000000Z",
            "the day in the form field x-amz-credential is not the day on which the request is dated",
        ),
        ("x-amz-credential", ACCESS_KEY, "the form field x-amz-credential is not well formed"),
        (
            "x-amz-credential",
            &credential("20130523/us-east-1/s3/aws4_request"),
            "the day in the form field x-amz-credential is not the day on which the request is dated",
        ),
        (
            "x-amz-credential",
            &credential("20130524/us-east-2/s3/aws4_request"),
            "the region in the form field x-amz-credential is not the verifier's",
        ),
        (
            "x-amz-credential",
            &credential("20130524/us-east-1/sts/aws4_request"),
            "the service in the form field x-amz-credential is not the verifier's",
        ),
        (
            "x-amz-credential",
            &credential("20130524/us-east-1/s3/aws5_request"),
            "the form field x-amz-credential is not well formed",
        ),
        ("x-amz-signature", &digits, "the form field x-amz-signature is not well formed"),
        ("x-amz-signature", &"A".repeat(64), "the form field x-amz-signature is not well formed"),
        ("x-amz-signature", &"0".repeat(64), "the signature does not match"),
        ("policy", "e30=", "the signature does not match"),
    ] {
        refused(verify(&borrowed(&with(name, value)), now()), message);
    }
}

#[test]
fn the_policy_fixes_who_signs_and_when() {
    let signer = signer();
    let fields = [("key", "cat.jpg")];
    let base = [json!({"key": "cat.jpg"}), json!({"bucket": "examplebucket"})];
    for (i, name) in ["x-amz-algorithm", "x-amz-credential", "x-amz-date"].into_iter().enumerate() {
        for instead in [None, Some(json!(["starts-with", format!("${name}"), ""]))] {
            let mut conditions = [&base[..], &signing(&signer)].concat();
            conditions.remove(2 + i);
            conditions.extend(instead);
            let policy = json!({"expiration": "2013-05-24T01:00:00Z", "conditions": conditions}).to_string();
            let form = form_of(&signer, &policy, &fields);
            refused(
                verify(&borrowed(&form), now()),
                &format!("the policy has no condition that fixes the form field {name}"),
            );
        }
        // A condition beside the exact one, and one in the other form.
        let eq = json!(["eq", format!("${}", name.to_uppercase()), signing(&signer)[i][name]]);
        let mut conditions = [&base[..], &signing(&signer)].concat();
        conditions[2 + i] = eq;
        conditions.push(json!(["starts-with", format!("${name}"), ""]));
        let policy = json!({"expiration": "2013-05-24T01:00:00Z", "conditions": conditions}).to_string();
        assert!(verify(&borrowed(&form_of(&signer, &policy, &fields)), now()).is_ok(), "{name}");
    }
    // The same policy, dated otherwise: the key is the same all day, but the policy says when.
    let mut later = plain();
    set(&mut later, "x-amz-date", "20130524T000100Z");
    refused(
        verify(&borrowed(&later), at("20130524T000100Z")),
        "the form field x-amz-date is not what its condition in the policy requires",
    );
    // A token that the policy does not know.
    let mut token = plain();
    token.push(("x-amz-security-token".into(), "a".into()));
    refused(verify(&borrowed(&token), now()), "there is a session token, and the credentials have none of that name");
}

#[test]
#[expect(clippy::type_complexity, clippy::cloned_ref_to_slice_refs, reason = "tables")]
fn conditions_and_fields() {
    let key = json!({"key": "cat.jpg"});
    let ok: &[(&[Value], &[(&str, &str)])] = &[
        (&[json!(["eq", "$KEY", "cat.jpg"])], &[("Key", "cat.jpg")]),
        (&[json!(["starts-with", "$key", "c"]), json!(["starts-with", "$key", "cat"])], &[("key", "cat.jpg")]),
        (&[key.clone(), json!(["starts-with", "$acl", ""])], &[("key", "cat.jpg"), ("acl", "any")]),
        (&[json!({"key": "cat.jpg", "acl": "private"})], &[("key", "cat.jpg"), ("acl", "private")]),
        (&[key.clone()], &[("key", "cat.jpg"), ("x-ignore-me", "any")]),
        (
            &[key.clone(), json!(["starts-with", "$Content-Type", "image/"])],
            &[("key", "cat.jpg"), ("content-type", "image/a,image/b")],
        ),
        (&[json!(["starts-with", "$key", "a/"])], &[("key", "a/${filename}")]),
        (&[json!({"key": "a:\":\\"})], &[("key", "a:\":\\")]),
    ];
    for (conditions, fields) in ok {
        let form = form(conditions, fields);
        assert!(verify(&borrowed(&form), now()).is_ok(), "{conditions:?}");
    }
    let unconditioned = |name: &str| format!("the form field {name} has no condition in the policy");
    let refusals: &[(&[Value], &[(&str, &str)], &str)] = &[
        (&[key.clone()], &[("key", "cat.jpg"), ("acl", "public-read")], &unconditioned("acl")),
        (&[key.clone()], &[("key", "cat.jpg"), ("AWSAccessKeyId", "a")], &unconditioned("AWSAccessKeyId")),
        (&[key.clone()], &[("key", "cat.jpg"), ("x-amz-meta-a", "")], &unconditioned("x-amz-meta-a")),
        (&[key.clone()], &[("key", "cat.jpg"), ("", "")], &unconditioned("")),
        (&[key.clone()], &[("key", "cat.jpg"), ("x-ignore", "")], &unconditioned("x-ignore")),
        (
            &[key.clone()],
            &[("key", "cat.jpg"), ("bucket", "examplebucket")],
            "the form field bucket is there more than once",
        ),
        (
            &[key.clone(), json!({"acl": "private"})],
            &[("key", "cat.jpg")],
            "the form field acl is missing, and the policy has a condition for it",
        ),
        (&[key.clone()], &[("key", "cat.jpG")], "the form field key is not what its condition in the policy requires"),
        (&[key.clone()], &[("key", " cat.jpg")], "the form field key is not what its condition in the policy requires"),
        (
            &[json!(["starts-with", "$key", "a/"])],
            &[("key", "A/b")],
            "the form field key is not what its condition in the policy requires",
        ),
        (
            &[key.clone(), json!({"key": "dog.jpg"})],
            &[("key", "cat.jpg")],
            "the form field key is not what its condition in the policy requires",
        ),
        (
            &[key.clone(), json!(["starts-with", "$Content-Type", "image/"])],
            &[("key", "cat.jpg"), ("content-type", "image/a,text/html")],
            "the form field content-type is not what its condition in the policy requires",
        ),
        (
            &[key.clone(), json!({"bucket": "other"})],
            &[("key", "cat.jpg")],
            "the form field bucket is not what its condition in the policy requires",
        ),
        (&[], &[], "the form field key is missing"),
        (&[json!(["starts-with", "$key", ""])], &[("key", "")], "the form field key is not well formed"),
        (
            &[json!(["starts-with", "$key", "$acl"])],
            &[("key", "cat.jpg")],
            "the form field key is not what its condition in the policy requires",
        ),
    ];
    for (conditions, fields, message) in refusals {
        refused(verify(&borrowed(&form(conditions, fields)), now()), message);
    }
    // The bucket that it is posted to, not the one that it names.
    let fields = plain();
    let fields = borrowed(&fields);
    let claim = PostClaim::parse("another", &fields, "cat.jpg").expect("a claim");
    refused(
        Verifier::new("us-east-1").verify_post(claim, &credentials(), now()),
        "the form field bucket is not what its condition in the policy requires",
    );
    let without = [signing(&signer()), vec![key]].concat();
    let policy = json!({"expiration": "2013-05-24T01:00:00Z", "conditions": without});
    let form = form_of(&signer(), &policy.to_string(), &[("key", "cat.jpg")]);
    refused(verify(&borrowed(&form), now()), &unconditioned("bucket"));
    // Of several ranges, all hold.
    let ranges = [json!({"key": "k"}), json!(["content-length-range", 1, 10]), json!(["content-length-range", 5, 20])];
    let form = self::form(&ranges, &[("key", "k")]);
    let form = borrowed(&form);
    assert_eq!(verify(&form, now()).expect("a form that fits").content_length(), 5..=10);
}

#[test]
fn policies_that_are_none() {
    let signing = Value::from(signing(&signer())).to_string();
    let with = |condition: &str| {
        format!(r#"{{"expiration":"2013-05-24T01:00:00Z","conditions":[{condition},{}"#, &signing[1..]) + "}"
    };
    let instant = |text: &str| format!(r#"{{"expiration":{text},"conditions":{signing}}}"#);
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let no_form = "the policy has a condition that is none of AWS's forms";
    let no_expiration = "the policy has no expiration in ISO 8601 with a Z";
    for (policy, message) in [
        ("{".to_owned(), "the policy is not JSON"),
        ("\u{feff}{}".to_owned(), "the policy is not JSON"),
        (deep, "the policy is not JSON"),
        ("{} {}".to_owned(), "the policy is not JSON"),
        ("[]".to_owned(), "the policy is not a JSON object"),
        ("null".to_owned(), "the policy is not a JSON object"),
        ("{}".to_owned(), no_expiration),
        (r#"{"expiration":"2013-05-24T01:00:00Z"}"#.to_owned(), "the policy has no list of conditions"),
        (r#"{"expiration":"2013-05-24T01:00:00Z","conditions":{}}"#.to_owned(), "the policy has no list of conditions"),
        (
            r#"{"Expiration":"2013-05-24T01:00:00Z"}"#.to_owned(),
            "the policy has something other than an expiration and conditions",
        ),
        (with("{}"), no_form),
        (with("[]"), no_form),
        (with("null"), no_form),
        (with(r#"{"key":1}"#), no_form),
        (with(r#"{"":"a"}"#), no_form),
        (with(r#"["eq","key","a"]"#), no_form),
        (with(r#"["eq","$","a"]"#), no_form),
        (with(r#"["eq","$key"]"#), no_form),
        (with(r#"["eq","$key","a","b"]"#), no_form),
        (with(r#"["EQ","$key","a"]"#), no_form),
        (with(r#"["ends-with","$key","a"]"#), no_form),
        (with(r#"["eq","$key",["a"]]"#), no_form),
        (with(r#"["content-length-range","1","2"]"#), no_form),
        (with(r#"["content-length-range",-1,2]"#), no_form),
        (with(r#"["content-length-range",1,2.5]"#), no_form),
        (with(r#"["content-length-range",1,18446744073709551616]"#), no_form),
        (with(r#"{"key":"a","key":"b"}"#), "the policy has a member twice"),
        (with(r#"{"key":"\"\\","key" :"a:b"}"#), "the policy has a member twice"),
        (with("null").replace("null,", "").replace("[{", r#"[],"conditions":[{"#), "the policy has a member twice"),
        (instant(r#""2013-05-24T01:00:00Z","expiration":"2014-05-24T01:00:00Z""#), "the policy has a member twice"),
        (instant("1"), no_expiration),
        (instant(r#""2013-05-24T01:00:00""#), no_expiration),
        (instant(r#""2013-05-24T01:00:00+00:00""#), no_expiration),
        (instant(r#""2013-05-24 01:00:00Z""#), no_expiration),
        (instant(r#""20130524T010000Z""#), no_expiration),
        (instant(r#""2013:05-24T01:00:00Z""#), no_expiration),
        (instant(r#""2013/05/24T01:00:00Z""#), no_expiration),
        (instant(r#""2013-05-24T01-00:00Z""#), no_expiration),
        (instant(r#""2013-05-24T01:00:00.Z""#), no_expiration),
        (instant(r#""2013-05-24T01:00:00,5Z""#), no_expiration),
        (instant(r#""2013-02-30T01:00:00Z""#), no_expiration),
        (instant(r#""2013-05-24T01:00:0éZ""#), no_expiration),
        (instant(r#""""#), no_expiration),
    ] {
        let form = form_of(&signer(), &policy, &[("key", "cat.jpg")]);
        refused(verify(&borrowed(&form), now()), message);
    }
    for text in ["2013-05-24T01:00:00Z", "2013-05-24T01:00:00.000Z", "2013-05-24T01:00:00.9999999999Z"] {
        let conditions = format!(r#"{},{{"bucket":"examplebucket"}},{{"key":"k"}}]"#, &signing[..signing.len() - 1]);
        let policy = format!(r#"{{"expiration":"{text}","conditions":{conditions}}}"#);
        let form = form_of(&signer(), &policy, &[("key", "k")]);
        assert_eq!(verify(&borrowed(&form), now()).expect(text).valid_until(), at("20130524T010000Z"));
    }
    // Not base64, and yet signed: no signer of this crate makes it, a key holder could.
    let signed = signer().sign_policy("====", now()).expect("a signature");
    let fields: Vec<_> = signed.fields().collect();
    refused(verify(&fields, now()), "the policy is not base64");
}

#[test]
fn when_a_form_is_good() {
    let form = plain();
    let form = borrowed(&form);
    for (now, good) in [
        (
            "20130523T234459Z",
            Err("the request is dated 2013-05-24T00:00:00Z, too far from the present, 2013-05-23T23:44:59Z"),
        ),
        ("20130523T234500Z", Ok(())),
        ("20130524T010000Z", Ok(())),
        ("20130524T010001Z", Err("the form was good until 2013-05-24T01:00:00Z, and it is 2013-05-24T01:00:01Z")),
        ("99991231T235959Z", Err("the form was good until 2013-05-24T01:00:00Z, and it is 9999-12-31T23:59:59Z")),
    ] {
        let result = verify(&form, at(now)).map(drop);
        assert_eq!(result.map_err(|error| error.to_string()), good.map_err(str::to_owned), "{now}");
    }
    // However long the policy says, the signature is good for as long as a link's.
    let all = [signing(&signer()), vec![json!({"bucket": "examplebucket"}), json!({"key": "k"})]].concat();
    let policy = json!({"expiration": "9999-12-31T23:59:59Z", "conditions": all}).to_string();
    let long = form_of(&signer(), &policy, &[("key", "k")]);
    let long = borrowed(&long);
    assert_eq!(verify(&long, now()).expect("a form that fits").valid_until(), at("20130531T000000Z"));
    assert!(verify(&long, at("20130531T000000Z")).is_ok());
    let over = "the form was good until 2013-05-31T00:00:00Z, and it is 2013-05-31T00:00:01Z";
    refused(verify(&long, at("20130531T000001Z")), over);
    let claim = PostClaim::parse("examplebucket", &long, "").expect("a claim");
    let short = Verifier::new("us-east-1").with_longest_lifetime(HOUR);
    refused(
        short.verify_post(claim, &credentials(), at("20130524T010001Z")),
        "the form was good until 2013-05-24T01:00:00Z, and it is 2013-05-24T01:00:01Z",
    );
}

#[test]
fn what_is_too_much() {
    let many: Vec<_> = (0..129).map(|_| ("x-ignore-a", "")).collect();
    refused(verify(&many, now()), "129 form fields are more than the 128 that are taken");
    let long = "a".repeat(20_480);
    refused(
        verify(&[("k", &long)], now()),
        "the form's names and values have 20481 bytes, and 20480 are taken at most",
    );
    refused(verify(&[("", &long)], now()), "the request is not signed");
}

#[test]
fn what_the_client_is_told() {
    let told = |form: Fields| {
        let message = verify(&borrowed(&form), now()).map(drop).expect_err("should be refused").client_message();
        (message.code(), message.status())
    };
    let with = |name: &str, value: &str| {
        let mut form = plain();
        set(&mut form, name, value);
        form
    };
    assert_eq!(told(with("acl", "public-read")), ("AccessDenied", 403));
    assert_eq!(told(with("x-amz-signature", &"0".repeat(64))), ("SignatureDoesNotMatch", 403));
    assert_eq!(told(with("x-amz-date", "x")), ("InvalidArgument", 400));
    assert_eq!(told(form_of(&signer(), "{}", &[])), ("InvalidPolicyDocument", 400));
    let many: Fields = (0..129).map(|i| (i.to_string(), String::new())).collect();
    assert_eq!(told(many), ("MaxPostPreDataLengthExceeded", 400));
    let late = verify(&borrowed(&plain()), at("20130525T000000Z")).map(drop).expect_err("late").client_message();
    assert_eq!((late.code(), late.status(), late.message()), ("AccessDenied", 403, "the form has expired"));
    let form = form(&[json!({"key": "k"}), json!(["content-length-range", 2, 3])], &[("key", "k")]);
    let form = borrowed(&form);
    let verified = verify(&form, now()).expect("a form that fits");
    let code = |length| verified.check_file(length).expect_err("should be refused").client_message().code();
    assert_eq!((code(1), code(4)), ("EntityTooSmall", "EntityTooLarge"));
    assert!(size_of::<VerifyError>() <= 64, "{} bytes", size_of::<VerifyError>());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_post_policy_makes_verifies(
        prefix in "[^\r\n\0$]{0,12}",
        value in "[^\r\n\0$]{0,12}",
        file in "\\PC{0,12}",
        exact in any::<bool>(),
    ) {
        let policy = PostPolicy::for_keys_under(&format!("u/{prefix}")).unwrap();
        let policy = match exact {
            true => policy.with_exact("x-amz-meta-a", &value),
            false => policy.with_prefix("x-amz-meta-a", &value),
        };
        let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "examplebucket").unwrap();
        let form = signer().post(&policy.unwrap(), &bucket, HOUR, now()).unwrap();
        let fields: Vec<_> = form.fields().collect();
        let claim = PostClaim::parse("examplebucket", &fields, &file).unwrap();
        let verified = Verifier::new("us-east-1").verify_post(claim, &credentials(), now());
        prop_assert!(verified.is_ok(), "{:?}", verified);
        let all: Vec<_> = verified.unwrap().fields().map(|(name, _)| name).collect();
        prop_assert_eq!(all.len(), fields.len());
    }

    /// A policy of any text is refused, and never a panic.
    #[test]
    fn any_policy_is_survived(text in r#"([\[\]{}:,"$]|"eq"|"starts-with"|"\$key"|"expiration"|"conditions"|1|null){1,20}"#) {
        let form = form_of(&signer(), &text, &[("key", "k")]);
        prop_assert!(verify(&borrowed(&form), now()).is_err());
    }
}
