//! The binary, run: documented results, every exit code with its message, what is warned of, and that no secret is
//! told.
#![cfg(feature = "cli")]

use s3_sigv4::{Bucket, Credentials, Signer, Timestamp};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

const ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const KEYS: [(&str, &str); 3] =
    [("AWS_ACCESS_KEY_ID", ID), ("AWS_SECRET_ACCESS_KEY", SECRET), ("AWS_REGION", "us-east-1")];
const SESSION: (&str, &str) = ("AWS_SESSION_TOKEN", "IQoJb3JpZ2luX2VjEXAMPLE");
const DAY: &str = "20130524T000000Z";

type Words<'a> = &'a [&'a str];
type Variables<'a> = &'a [(&'a str, &'a str)];

/// What came of it.
#[derive(Debug)]
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    #[track_caller]
    fn done(self) -> String {
        assert_eq!(self.code, 0, "{}", self.err);
        self.out
    }

    #[track_caller]
    fn json(self) -> Value {
        serde_json::from_str(&self.done()).expect("JSON")
    }
}

/// A folder of a test's own, without shared files.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn command(arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_s3-sigv4"));
    command.args(arguments).env_clear().env("HOME", "/nonexistent").envs(variables.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run_with(arguments: &[&str], variables: &[(&str, &str)], input: &[u8]) -> Run {
    let mut child = command(arguments, variables).spawn().expect("the binary");
    // It may not read all of it, or nothing.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    let output = child.wait_with_output().expect("its output");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Run { code: output.status.code().expect("a code"), out: text(output.stdout), err: text(output.stderr) }
}

/// With keys, on the day of AWS's examples.
fn run(arguments: &[&str]) -> Run {
    run_with(&[arguments, &["--at", DAY]].concat(), &KEYS, b"")
}

#[test]
fn the_examples_of_aws() {
    let folder = folder("documents");
    let config = folder.join("config");
    fs::write(&config, "[default]\ns3 =\n  addressing_style = virtual\n").expect("a file");
    let variables = [&KEYS[..], &[("AWS_CONFIG_FILE", config.to_str().expect("UTF-8"))]].concat();
    let arguments = ["--expires", "1d", "--endpoint-url", "https://s3.amazonaws.com", "--at", "2013-05-24T00:00:00Z"];
    let link = run_with(&[&["presign", "s3://examplebucket/test.txt"][..], &arguments].concat(), &variables, b"");
    assert_eq!(link.err, "good until 2013-05-25T00:00:00Z\n");
    assert_eq!(
        link.done(),
        "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE\
         %2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
         &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404\n"
    );

    // "Example: GET Object" of the S3 API reference, from flags and from a request as text.
    let signature = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
    let url = "https://examplebucket.s3.amazonaws.com/test.txt";
    let signed = run(&["sign", url, "-H", "Range: bytes=0-9", "--json"]).json();
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={ID}/20130524/us-east-1/s3/aws4_request, \
         SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature={signature}"
    );
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(
        signed,
        json!({ "method": "GET", "url": url, "headers": {
            "Range": "bytes=0-9", "authorization": authorization, "x-amz-content-sha256": empty, "x-amz-date": DAY,
        } })
    );
    let request = b"GET /test.txt HTTP/1.1\r\nHost: examplebucket.s3.amazonaws.com\r\nRange: bytes=0-9\r\n\r\n";
    let message = run_with(&["sign", "--request", "-", "--at", DAY], &KEYS, request);
    assert_eq!(message.err, "signed as of 2013-05-24T00:00:00Z: servers take it for 15 minutes\n");
    let message = message.done();
    assert_eq!(
        message,
        format!(
            "GET /test.txt HTTP/1.1\r\nhost: examplebucket.s3.amazonaws.com\r\nRange: bytes=0-9\r\n\
             authorization: {authorization}\r\nx-amz-content-sha256: {empty}\r\nx-amz-date: {DAY}\r\n\r\n"
        )
    );
    // And what was signed verifies, within its 15 minutes.
    let verified = |at: &str| run_with(&["verify", "--at", at], &KEYS, message.as_bytes());
    assert_eq!(verified("20130524T001000Z").done(), format!("verified: signed by {ID} at 2013-05-24T00:00:00Z\n"));
    let late = verified("20130524T001501Z");
    assert_eq!((late.code, late.out.as_str()), (1, ""));
    assert!(late.err.starts_with("error: the request is dated 2013-05-24T00:00:00Z"), "{}", late.err);
    // Of a whole request the method is known, and all its headers are.
    for (from, to, text) in [
        ("GET ", "PUT ", "the signature does not match"),
        ("Range: bytes=0-9\r\n", "", "the header range was signed, and is not there"),
    ] {
        let changed = run_with(&["verify", "--at", DAY], &KEYS, message.replace(from, to).as_bytes());
        assert_eq!((changed.code, changed.err), (1, format!("error: {text}\n")));
    }

    // ListUsers of the IAM user guide.
    let url = "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08";
    let content_type = "content-type: application/x-www-form-urlencoded; charset=utf-8";
    let secret = ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let variables = [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), secret, KEYS[2]];
    let line = ["sign", url, "--service", "iam", "-H", content_type, "--curl", "--at", "20150830T123600Z"];
    assert_eq!(
        run_with(&line, &variables, b"").done(),
        format!(
            "curl --fail --path-as-is --globoff --request 'GET' --header '{content_type}' \
             --header 'authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date, \
             Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7' \
             --header 'x-amz-date: 20150830T123600Z' '{url}'\n"
        )
    );
}

#[test]
fn every_operation() {
    let object = "s3://photos/2024/cat & dog.jpg";
    let of = |arguments: &[&str]| {
        let line = run(&[&["presign", "--json", "-q"], arguments].concat()).json();
        let (path, query) = line["url"].as_str().expect("a URL").split_once('?').expect("a query");
        let own: Vec<_> = query.split('&').filter(|parameter| !parameter.starts_with("X-Amz-")).collect();
        let path = path.strip_prefix("https://photos.s3.us-east-1.amazonaws.com/").expect("the host");
        format!("{} {path} {} {}", line["method"].as_str().expect("a method"), own.join("&"), line["headers"])
    };
    let key = "2024/cat%20%26%20dog.jpg";
    for (arguments, expected) in [
        (&[object][..], format!("GET {key}  {{}}")),
        (&[object, "-X", "head"], format!("HEAD {key}  {{}}")),
        (&[object, "--method", "DELETE", "--version-id", "a+b"], format!("DELETE {key} versionId=a%2Bb {{}}")),
        (
            &[object, "-X", "PUT", "-H", "Content-Type: image/jpeg", "-H", "x-amz-acl:private"],
            format!("PUT {key}  {{\"Content-Type\":\"image/jpeg\",\"x-amz-acl\":\"private\"}}"),
        ),
        (&[object, "-X", "POST", "--uploads"], format!("POST {key} uploads= {{}}")),
        (&[object, "--part", "7", "--upload-id", "u/1"], format!("PUT {key} partNumber=7&uploadId=u%2F1 {{}}")),
        (&[object, "--upload-id", "u"], format!("GET {key} uploadId=u {{}}")),
        (&[object, "--upload-id", "u", "-X", "POST"], format!("POST {key} uploadId=u {{}}")),
        (&[object, "--upload-id", "u", "-X", "DELETE"], format!("DELETE {key} uploadId=u {{}}")),
        (&[object, "-X", "POST", "--query", "restore"], format!("POST {key} restore= {{}}")),
        (&["s3://photos", "-X", "HEAD"], "HEAD   {}".into()),
        (&["s3://photos", "--query", "prefix=2024/"], "GET  list-type=2&prefix=2024%2F {}".into()),
        (&["s3://photos", "--query", "versions="], "GET  versions= {}".into()),
        (&["s3://photos", "--query", "marker=a"], "GET  marker=a {}".into()),
        (
            &[object, "--download", "Zoë.jpg", "--response-content-type", "image/jpeg"],
            format!(
                "GET {key} \
                 response-content-disposition=attachment%3B%20filename%3D%22Zo_.jpg%22%3B%20filename%2A%3DUTF-8%27%27\
                 Zo%25C3%25AB.jpg&response-content-type=image%2Fjpeg {{}}"
            ),
        ),
        (&["s3://photos/a/../b", "--allow-dot-segments"], "GET a/../b  {}".into()),
    ] {
        assert_eq!(of(arguments), expected);
    }
    let links = run(&["presign", object, "--part", "1-3", "--upload-id", "u", "--json"]).done();
    let parts: Vec<Value> = links.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(parts.iter().map(|part| part["part"].as_u64()).collect::<Vec<_>>(), [Some(1), Some(2), Some(3)]);
    let lines = run(&["presign", object, "-X", "PUT", "-H", "content-type: image/jpeg", "--curl", "it's.jpg"]);
    assert_eq!(lines.err, "good until 2013-05-24T00:15:00Z\nsend with it: content-type: image/jpeg\n");
    assert!(lines.out.contains(" --data-binary '@it'\\''s.jpg' 'https://photos.s3."), "{}", lines.out);

    // ARNs are written with slashes and with colons.
    let point = "https://my-ap-123456789012.s3-accesspoint.us-west-2.amazonaws.com";
    let outpost = "https://my-ap-123456789012.op-01ac5d28a6a232904.s3-outposts.us-west-2.amazonaws.com";
    for (resource, expected) in [
        ("s3:us-west-2:123456789012:accesspoint/my-ap/cat.jpg", format!("{point}/cat.jpg?")),
        ("s3:us-west-2:123456789012:accesspoint:my-ap/cat.jpg", format!("{point}/cat.jpg?")),
        ("s3:us-west-2:123456789012:accesspoint:my-ap/a:b/c", format!("{point}/a%3Ab/c?")),
        ("s3:us-west-2:123456789012:accesspoint:my-ap", format!("{point}/?")),
        (
            "s3-outposts:us-west-2:123456789012:outpost/op-01ac5d28a6a232904/accesspoint/my-ap/cat.jpg",
            format!("{outpost}/cat.jpg?"),
        ),
        (
            "s3-outposts:us-west-2:123456789012:outpost:op-01ac5d28a6a232904:accesspoint:my-ap/cat.jpg",
            format!("{outpost}/cat.jpg?"),
        ),
    ] {
        let link = run(&["presign", &format!("s3://arn:aws:{resource}")]).done();
        assert!(link.starts_with(&expected), "{resource}: {link}");
    }
    assert!(
        run(&["presign", "s3://photos/k", "--path-style"])
            .done()
            .starts_with("https://s3.us-east-1.amazonaws.com/photos/k?")
    );
    let here =
        run(&["presign", "s3://photos/k", "--endpoint-url", "http://127.0.0.1:9000", "--region", "eu-west-1", "-v"]);
    assert!(
        here.out.starts_with("http://127.0.0.1:9000/photos/k?") && here.out.contains("%2Feu-west-1%2F"),
        "{}",
        here.out
    );
    assert_eq!(
        here.err,
        format!(
            "profile: default\nsigned by {ID}, from the environment, for s3 in eu-west-1\ngood until 2013-05-24T00:15:00Z\n"
        )
    );
    let longest = ["presign", "s3://photos/k", "--expires", "max"];
    let json = run(&[&longest[..], &["--json"]].concat()).json();
    assert_eq!((&json["limited_by"], &json["valid_until"]), (&json!("seven days"), &json!("2013-05-31T00:00:00Z")));
    assert_eq!(run(&[&longest[..], &["--full"]].concat()).err, "good until 2013-05-31T00:00:00Z\n");
    // The same for everybody within the hour.
    let stable =
        |at: &str| run_with(&["presign", "s3://photos/k", "--stable-for", "1h", "--at", at], &KEYS, b"").done();
    assert_eq!(stable("20130524T080000Z"), stable("20130524T085959Z"));
}

#[test]
fn curl_sends_what_was_signed() {
    let file = folder("curl").join("it's a cat");
    fs::write(&file, "a picture").expect("a file");
    let file = file.to_str().expect("UTF-8");
    let put = ["sign", "s3://photos/k", "-X", "PUT", "-q"];
    let ends = |arguments: &[&str]| {
        let line = run(&[&put, arguments].concat()).done();
        let at = line.find(&format!("x-amz-date: {DAY}")).expect("a date");
        line[at..].replace(file, "FILE").replace(&file.replace('\'', "'\\''"), "FILE")
    };
    let url = "https://photos.s3.us-east-1.amazonaws.com/k";
    for (arguments, expected) in [
        (&["--curl"][..], format!("' --header 'content-type:' --data-binary '' '{url}'\n")),
        (&["--body", file, "--curl"], format!("' --header 'content-type:' --data-binary '@FILE' '{url}'\n")),
        (&["--body", file, "-H", "content-type: image/jpeg", "--curl"], format!("' --data-binary '@FILE' '{url}'\n")),
        (
            &["--body", file, "--curl-config"],
            format!("\"\nheader = \"content-type:\"\ndata-binary = \"@FILE\"\nurl = \"{url}\"\n"),
        ),
    ] {
        assert_eq!(ends(arguments), format!("x-amz-date: {DAY}{expected}"), "{arguments:?}");
    }
    // SHA-256 of the file.
    let hash = s3_sigv4::PayloadHash::of(b"a picture").to_string();
    assert!(run(&[&put[..], &["--body", file]].concat()).done().contains(&format!("x-amz-content-sha256: {hash}\r\n")));
    let unsigned = run(&[&put[..], &["--unsigned-payload"]].concat()).done();
    assert!(unsigned.contains("x-amz-content-sha256: UNSIGNED-PAYLOAD\r\n"), "{unsigned}");
    let piped = run_with(&[&put[..], &["--body", "-", "--curl", "--at", DAY]].concat(), &KEYS, b"a picture");
    assert_eq!((piped.code, piped.out.as_str()), (2, ""));
    assert_eq!((piped.code, piped.err.as_str()), (2, "error: curl takes the body from a file: give it with --body\n"));
}

#[test]
fn profiles() {
    let folder = folder("profiles");
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).expect("a file");
        path.to_str().expect("UTF-8").to_owned()
    };
    let config = file("config", "[profile backup]\nregion = eu-west-1\nendpoint_url = https://storage.example\n");
    let stored = file(
        "credentials",
        &format!(
            "[backup]\naws_access_key_id = AKIDBACKUP\naws_secret_access_key = {SECRET}\naws_expiration = \
             2013-05-24T00:05:00Z\n"
        ),
    );
    let files = [("AWS_CONFIG_FILE", &*config), ("AWS_SHARED_CREDENTIALS_FILE", &*stored)];
    #[cfg(unix)]
    fs::set_permissions(&stored, std::os::unix::fs::PermissionsExt::from_mode(0o640)).expect("permissions");
    let variables = [&KEYS[..2], &files].concat();
    let link = run_with(&["presign", "s3://photos/k", "--profile", "backup", "--at", DAY, "-q"], &variables, b"");
    let mut warnings =
        "warning: the keys end at 2013-05-24T00:05:00Z, and what they sign ends then, before its lifetime is over\n"
            .into();
    if cfg!(unix) {
        let open = format!("the credentials file {stored} is open to others than its owner (mode 640): chmod 600 it");
        warnings = format!("warning: {open}\n{warnings}");
    }
    assert_eq!(link.err, warnings);
    let start = "https://storage.example/photos/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDBACKUP%2F20130524%2Feu-west-1%2F";
    assert!(link.out.starts_with(start), "{}", link.out);
    // Named by a variable, it counts less than keys in the environment.
    let named = [&variables[..], &[("AWS_PROFILE", "backup")]].concat();
    assert!(run_with(&["presign", "s3://photos/k"], &named, b"").done().contains(&format!("X-Amz-Credential={ID}%2F")));
    let role = file("role", "[default]\nrole_arn = arn:aws:iam::123456789012:role/a\nsource_profile = b\n");
    let refused = run_with(&["presign", "s3://photos/k"], &[KEYS[2], ("AWS_CONFIG_FILE", &role)], b"");
    assert_eq!(refused.code, 3);
    assert!(
        refused.err.starts_with("error: the profile default assumes the role arn:aws:iam::123456789012:role/a (line 2")
    );
    assert!(refused.err.ends_with(" (sts assume-role, then --credentials-from)\n"), "{}", refused.err);
    let signs = |name: &str, text: &str| {
        let file = file(name, text);
        run_with(&["presign", "s3://photos/k"], &[KEYS[2], ("AWS_CONFIG_FILE", &file)], b"").err
    };
    for (name, text, option) in [
        ("process", "credential_process = a", "by --credentials-from -"),
        ("sso", "sso_session = a", "by --credentials-from -"),
        ("web", "role_arn = a\nweb_identity_token_file = b", "sts web-identity, then --credentials-from"),
    ] {
        let told = signs(name, &format!("[default]\n{text}\n[sso-session a]\n"));
        assert!(told.ends_with(&format!(" ({option})\n")), "{told}");
    }
    // Where the keys came from.
    let from = |arguments: &[&str], input: &[u8]| {
        run_with(&[&["presign", "s3://photos/k", "-v", "--at", DAY], arguments].concat(), &variables, input).err
    };
    let told = from(&["--profile", "backup"], b"");
    assert!(told.contains("signed by AKIDBACKUP, from the profile backup, for s3 in eu-west-1\n"), "{told}");
    let json = "{\"Version\": 1, \"AccessKeyId\": \"AKIDPIPED\", \"SecretAccessKey\": \"s\"}";
    let told = from(&["--credentials-from", "-", "--region", "eu-west-1"], json.as_bytes());
    assert!(told.contains("signed by AKIDPIPED, from standard input, for s3 in eu-west-1\n"), "{told}");
}

#[test]
fn a_form() {
    let form = ["presign", "s3://photos/incoming/", "--post", "--field-prefix", "Content-Type=image/"];
    let form = [&form[..], &["--field", "success_action_status=201", "--content-length", "1-1000"]].concat();
    let value = run(&[&form[..], &["--json"]].concat()).json();
    assert_eq!(value["url"], "https://photos.s3.us-east-1.amazonaws.com/");
    assert_eq!((&value["fields"]["key"], &value["limited_by"]), (&json!("incoming/${filename}"), &json!("lifetime")));
    assert_eq!(value["valid_until"], "2013-05-24T00:15:00Z");
    let plain = run(&form).done();
    assert!(plain.starts_with("https://photos.s3.us-east-1.amazonaws.com/\nkey=incoming/${filename}\n"), "{plain}");
    assert!(run(&[&form[..], &["--html"]].concat()).done().contains("<form "));
    assert!(run(&[&form[..], &["--curl", "cat.jpg"]].concat()).done().starts_with("curl "));
}

#[test]
fn warnings_say_the_true_end() {
    let end = ("AWS_CREDENTIAL_EXPIRATION", "2013-05-24T02:30:00+02:00");
    let session = [&KEYS[..], &[SESSION]].concat();
    let known = [&session[..], &[end]].concat();
    let at = |arguments: &[&str], variables: &[(&str, &str)]| {
        run_with(&[&["presign", "--at", DAY], arguments].concat(), variables, b"a\nb\n")
    };
    let early =
        "warning: the keys end at 2013-05-24T00:30:00Z, and what they sign ends then, before its lifetime is over\n";
    let unknown = "warning: the keys are a session's, and nothing says when it ends: what they sign ends with it, whatever its \
                   lifetime (AWS_CREDENTIAL_EXPIRATION or aws_expiration would say when)\n";
    let good = |until: &str| format!("good until {until}\n");
    let hour = ["s3://photos/k", "--expires", "1h"];
    for (arguments, variables, expected) in [
        (&hour[..], &known, format!("{early}{}", good("2013-05-24T00:30:00Z"))),
        (&["s3://photos/k", "--expires", "29m60s"], &known, good("2013-05-24T00:30:00Z")),
        (&["s3://photos/k", "--expires", "max", "-q"], &known, early.into()),
        (&["s3://photos/k/", "--post", "--expires", "1h", "--quiet"], &known, early.into()),
        (
            &["s3://photos/", "--keys-from", "-", "--expires", "1h"],
            &known,
            format!("{early}{}", good("2013-05-24T00:30:00Z")),
        ),
        (&hour, &session, format!("{unknown}{}", good("2013-05-24T01:00:00Z"))),
        (&hour, &KEYS.to_vec(), good("2013-05-24T01:00:00Z")),
    ] {
        let run = at(arguments, variables);
        assert_eq!((run.code, run.err), (0, expected), "{arguments:?}");
    }
    let json = at(&["s3://photos/k", "--expires", "1h", "--json"], &known);
    assert_eq!(json.err, early);
    let json = json.json();
    assert_eq!((&json["limited_by"], &json["valid_until"]), (&json!("credentials"), &json!("2013-05-24T00:30:00Z")));
    assert_eq!(format!("warning: {}\n", json["warning"].as_str().expect("a warning")), early);
    let refused = at(&["s3://photos/k", "--expires", "1h", "--full"], &known);
    assert_eq!((refused.code, refused.out.as_str()), (3, ""));
    assert_eq!(at(&["s3://photos/k", "--json"], &session).json()["limited_by"], "session");
    let refused = at(&["s3://photos/k", "--full"], &session);
    let text = "error: no full lifetime: when the session ends is not known (AWS_CREDENTIAL_EXPIRATION or aws_expiration \
                says it)\n";
    assert_eq!((refused.code, refused.err.as_str()), (3, text));
    let dotted = run_with(
        &["presign", "s3://my.photos/k", "--endpoint-url", "https://storage.example", "-q"],
        &[&KEYS[..], &[("AWS_CONFIG_FILE", virtual_hosted("dotted").to_str().expect("UTF-8"))]].concat(),
        b"",
    );
    assert_eq!(
        dotted.err,
        "warning: the bucket's name has a dot, and a certificate for *.HOST does not cover it: use --path-style\n"
    );
}

/// What signing sets, or a client, and was given all the same: it is used, or it is told why not.
#[test]
fn headers_that_signing_sets() {
    let (sign, presign) = (["sign", "s3://photos/k", "-X", "PUT"], ["presign", "s3://photos/k", "-X", "PUT"]);
    let empty = "x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let signed = "signed as of 2013-05-24T00:00:00Z: servers take it for 15 minutes\n";
    let good = "good until 2013-05-24T00:15:00Z\n";
    for (command, header, out, err) in [
        // Used: the part of the output that shows it, and what is said.
        (
            sign,
            "Host: a.example",
            "\r\nHost: a.example\r\n",
            "signed for the host a.example, as it was given: send it \
            to https://photos.s3.us-east-1.amazonaws.com/k\n",
        ),
        (sign, "Host: PHOTOS.s3.us-east-1.amazonaws.com:443", "\r\nhost: photos.s3.us-east-1.amazonaws.com\r\n", ""),
        (sign, "x-amz-date: 20130524T000000Z", "\r\nx-amz-date: 20130524T000000Z\r\n", ""),
        (sign, "x-amz-content-sha256: UNSIGNED-PAYLOAD", "\r\nx-amz-content-sha256: UNSIGNED-PAYLOAD\r\n", ""),
        (sign, empty, "\r\nx-amz-content-sha256: e3b0c442", ""),
        (sign, "content-length: 0", "SignedHeaders=content-length;host;", ""),
        (presign, "Host: a.example", "-SignedHeaders=host&", "send with it: Host: a.example\n"),
        (presign, "content-length: 5", "-SignedHeaders=content-length%3Bhost&", "send with it: content-length: 5\n"),
        (presign, empty, "-SignedHeaders=host%3Bx-amz-content-sha256&", &format!("send with it: {empty}\n")),
        (
            presign,
            "User-Agent: a",
            "-SignedHeaders=host&",
            "warning: User-Agent is not signed, because proxies and \
            clients change it: the link is good with it and without\n",
        ),
    ] {
        let run = run(&[&command[..], &["-H", header]].concat());
        let said = if command == sign { format!("{err}{signed}") } else { format!("{good}{err}") };
        assert_eq!((run.code, run.err), (0, said), "{header}");
        assert!(run.out.contains(out), "{header}: {}", run.out);
        assert_eq!(run.out.to_ascii_lowercase().matches("\nhost: ").count(), usize::from(command == sign), "{header}");
    }
    let date = "a link is dated in its query, and not by the header x-amz-date: --at says as of when";
    for (command, header, text) in [
        (
            sign,
            "X-Amz-Date: 20200101T000000Z",
            "signing sets x-amz-date itself, to another value than the one given: leave it out, and --at says as of when",
        ),
        (
            sign,
            "x-amz-content-sha256: 0",
            "x-amz-content-sha256 is not the hash of the body, \
             e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855: --body gives the body, and \
             --unsigned-payload leaves it unsigned",
        ),
        (sign, "content-length: 5", "content-length is given as 5, and the body has 0 bytes: --body gives a body"),
        (sign, "content-length: +0", "content-length is given as \"+0\", which is no number"),
        (sign, "content-length:", "content-length is given as \"\", which is no number"),
        (presign, "X-Amz-Date: 20200101T000000Z", date),
        (presign, "x-amz-date: 20130524T000000Z", date),
        (
            presign,
            "x-amz-content-sha256: 0",
            "a payload hash is 64 lower-case hexadecimal digits, UNSIGNED-PAYLOAD, or one of the STREAMING-… literals",
        ),
    ] {
        let run = run(&[&command[..], &["-H", header]].concat());
        assert_eq!((run.code, run.out.as_str(), run.err), (4, "", format!("error: {text}\n")), "{header}");
    }
    // What is not signed need not be at hand.
    let elsewhere = [&sign[..], &["--unsigned-payload", "-H", "content-length: 5"]].concat();
    assert!(run(&elsewhere).done().contains("\r\ncontent-length: 5\r\n"));
    let message =
        b"PUT /k HTTP/1.1\r\nHost: a.example\r\nx-amz-content-sha256: UNSIGNED-PAYLOAD\r\ncontent-length: 5\r\n\r\nabc";
    let at_hand = run_with(&["sign", "--request", "-", "--at", DAY], &KEYS, message);
    let text = "error: content-length is given as 5, and the body has 3 bytes\n";
    assert_eq!((at_hand.code, at_hand.err.as_str()), (4, text));
    let twice = run(&[&elsewhere[..], &["-H", "Content-Length: 7"]].concat());
    assert_eq!((twice.code, twice.err.as_str()), (4, "error: content-length is given more than once\n"));
    let both = run(&[&elsewhere[..], &["-H", empty]].concat());
    let text = "error: x-amz-content-sha256 is given, and --unsigned-payload asks for UNSIGNED-PAYLOAD in its place\n";
    assert_eq!((both.code, both.err.as_str()), (4, text));
    // A header that is a secret comes from a file.
    let from = |command: [&str; 4], line: &str, variables: &[(&str, &str)]| {
        run_with(&[&command[..], &["--headers-from", "-", "--at", DAY]].concat(), variables, line.as_bytes())
    };
    let text = "error: a link is signed in its query, and goes without the header authorization\n";
    let refused = from(presign, "Authorization: MARKED", &KEYS);
    assert_eq!((refused.code, refused.err.as_str()), (4, text));
    let session = [&KEYS[..], &[SESSION]].concat();
    for name in ["X-Amz-Security-Token", "x-amz-s3session-token"] {
        let refused = from(presign, &format!("{name}: MARKED"), &session);
        let text = "error: a link has the session token of its keys in its query, and goes without a header for it\n";
        assert_eq!((refused.code, refused.err.as_str()), (4, text));
    }
    let refused = from(sign, "x-amz-security-token: MARKED", &session);
    let text = "error: signing sets x-amz-security-token itself, to another value than the one given: leave it out\n";
    assert_eq!((refused.code, refused.err.as_str()), (4, text));
}

/// A request that is signed already is signed anew, and what that replaces is told.
#[test]
fn requests_are_signed_anew() {
    let session = [&KEYS[..], &[SESSION]].concat();
    let request = "PUT /k HTTP/1.1\r\nHost: h.example\r\nContent-Length: 9\r\n\r\na picture";
    let sign = |at: &str, variables: &[(&str, &str)], request: &str| {
        run_with(&["sign", "--request", "-", "--at", at], variables, request.as_bytes())
    };
    let once = sign(DAY, &session, request).done();
    let again = sign("20140101T000000Z", &KEYS, &once);
    assert_eq!(
        again.err,
        "signed anew, in place of its authorization, x-amz-content-sha256, x-amz-date, x-amz-security-token\n\
         signed as of 2014-01-01T00:00:00Z: servers take it for 15 minutes\n"
    );
    assert_eq!(again.out, sign("20140101T000000Z", &KEYS, request).done());
    // Its body is the one that its headers tell of.
    let short = sign(DAY, &KEYS, request.trim_end_matches('e'));
    let text = "error: content-length is given as 9, and the body has 8 bytes\n";
    assert_eq!((short.code, short.err.as_str()), (4, text));
    let hash = s3_sigv4::PayloadHash::of(b"a picture").to_string();
    let framed = sign(DAY, &KEYS, &once.replace(&hash, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"));
    let text = format!("error: x-amz-content-sha256 is not the hash of the body, {hash}: leave it out\n");
    assert_eq!((framed.code, framed.err), (4, text));
    let unsigned = sign(DAY, &KEYS, &once.replace(&hash, "UNSIGNED-PAYLOAD")).done();
    assert!(unsigned.contains("\r\nx-amz-content-sha256: UNSIGNED-PAYLOAD\r\n"), "{unsigned}");
}

/// What `verify` needs beside a link is named.
#[test]
fn verify_says_what_it_needs() {
    let put = ["presign", "s3://photos/k", "-X", "PUT", "-H", "content-type: image/jpeg", "-q"];
    let put = run(&put).done();
    let plain = run(&["presign", "s3://photos/k", "-q"]).done();
    let secret = ["presign", "s3://photos/k", "--headers-from", "-", "--at", DAY, "-q"];
    let secret = run_with(&secret, &KEYS, b"x-amz-server-side-encryption-customer-key: MARKED").done();
    let jpeg = ["-H", "content-type: image/jpeg"];
    let two = run(&["presign", "s3://photos/k", "-H", "a: b", "-H", "c: d", "-H", "e: f", "-q"]).done();
    let long = ["presign", "s3://photos/k", "-H", "x-oss-server-side-encryption-key-id: d", "-H", "b: c", "-q"];
    let long = run(&long).done();
    for (link, more, text) in [
        (
            &long,
            &[][..],
            "the headers b, x-oss-server-side-encryption-key-id were signed, and are not there: -H 'b: …' -H \
             'x-oss-server-side-encryption-key-id: …' gives them",
        ),
        (&put, &[][..], "the header content-type was signed, and is not there: -H 'content-type: …' gives it"),
        (&two, &["-H", "C: d"], "the headers a, e were signed, and are not there: -H 'a: …' -H 'e: …' gives them"),
        (&put, &jpeg, "it was signed for PUT, and not for GET: --method PUT verifies it"),
        (
            &put,
            &["-X", "PUT", "-H", "content-type: image/png"],
            "the signature does not match: the link was changed, or signed with another secret, or with other values of \
             its headers",
        ),
        (
            &plain.replace("photos", "fotos"),
            &[],
            "the signature does not match: the link was changed, or signed with another secret",
        ),
        (
            &secret,
            &[],
            "the header x-amz-server-side-encryption-customer-key was signed, and is not there: --headers-from gives it \
             from a file",
        ),
    ] {
        let verified = run(&[&["verify", link.trim()], more].concat());
        assert_eq!((verified.code, verified.err), (1, format!("error: {text}\n")));
    }
    assert_eq!(run(&[&["verify", put.trim(), "-X", "PUT"], &jpeg[..]].concat()).code, 0);
    // What is signed for another host is sent with that.
    let host = ["-H", "Host: a.example"];
    let link = run(&[&["presign", "s3://photos/k", "-q"], &host[..]].concat()).done();
    assert_eq!(run(&[&["verify", link.trim()], &host[..]].concat()).code, 0);
    let explained = run_with(
        &[&["explain", "--link", link.trim()], &host[..]].concat(),
        &KEYS,
        b"<Error><Code>SignatureDoesNotMatch</Code></Error>",
    );
    assert!(explained.done().starts_with("SignatureDoesNotMatch: "));
    // Without what was signed it is not held against anything.
    let explained =
        run_with(&["explain", "--link", put.trim()], &KEYS, b"<Error><Code>SignatureDoesNotMatch</Code></Error>");
    let text = "error: the header content-type was signed, and is not there: -H 'content-type: …' gives it\n";
    assert_eq!((explained.code, explained.out.as_str(), explained.err.as_str()), (4, "", text));
    // The token of a session at a directory bucket is added by signing, too.
    let variables = [KEYS[0], KEYS[1], SESSION, ("AWS_REGION", "us-west-2")];
    let express = ["presign", "s3://photos--usw2-az1--x-s3/k", "-q", "--at", DAY];
    let link = run_with(&express, &variables, b"").done();
    assert!(link.contains("&X-Amz-S3session-Token="), "{link}");
    let body = b"<Error><Code>SignatureDoesNotMatch</Code></Error>";
    let explained = run_with(&["explain", "--link", link.trim()], &variables, body).done();
    assert!(explained.starts_with("SignatureDoesNotMatch: "), "{explained}");
}

/// The heading that each option stands below.
#[test]
fn options_stand_below_their_headings() {
    let help = run_with(&["presign", "--help"], &[], b"").done();
    let (mut heading, mut found) = ("", Vec::new());
    for line in help.lines() {
        match line.strip_suffix(':').filter(|line| !line.starts_with(' ')) {
            Some(title) => heading = title,
            None => {
                found.extend(line.split_whitespace().find(|word| word.starts_with("--")).map(|name| (name, heading)))
            }
        }
    }
    let below = |name: &str| found.iter().find(|(option, _)| *option == name).map(|(_, heading)| *heading);
    for (name, heading) in [
        ("--expires", "Options"),
        ("--curl", "Options"),
        ("--keys-from", "Options"),
        ("--null", "Options"),
        ("--download", "Headers of the answer, in place of the object's own"),
        ("--response-expires", "Headers of the answer, in place of the object's own"),
        ("--post", "A form for an upload by a browser"),
        ("--html", "A form for an upload by a browser"),
        ("--region", "Keys and settings"),
    ] {
        assert_eq!(below(name), Some(heading), "{name} in\n{help}");
    }
}

/// What `inspect` finds in a link, or a server refuses, is told when it is signed.
#[test]
fn endpoints_that_cannot_be_right() {
    for (arguments, expected) in [
        (
            &["presign", "s3://photos/k", "--endpoint-url", "https://s3.eu-west-1.amazonaws.com"][..],
            "warning: the host s3.eu-west-1.amazonaws.com is in eu-west-1, and what is sent there is signed for \
             us-east-1\n",
        ),
        (
            &["presign", "s3://photos/k", "--endpoint-url", "https://photos.storage.example:9000/"],
            "warning: the endpoint's host photos.storage.example starts with the bucket's name: if it is the \
             bucket, leave it out there\n",
        ),
        (
            &["sign", "https://photos.s3.eu-west-1.amazonaws.com/k", "--region", "us-west-2"],
            "warning: the host photos.s3.eu-west-1.amazonaws.com is in eu-west-1, and what is sent there is signed \
             for us-west-2\n",
        ),
        (&["presign", "s3://photos/k", "--endpoint-url", "https://s3.us-east-1.amazonaws.com"], ""),
    ] {
        let run = run(&[arguments, &["-q"]].concat());
        assert_eq!((run.code, run.err.as_str()), (0, expected), "{arguments:?}");
    }
}

fn virtual_hosted(name: &str) -> PathBuf {
    let config = folder(&format!("virtual-{name}")).join("config");
    fs::write(&config, "[default]\ns3 =\n  addressing_style = virtual\n").expect("a file");
    config
}

const NO_KEYS: &str =
    "no keys were found: AWS_ACCESS_KEY_ID is not set, and the profile default has no aws_access_key_id";

#[test]
fn every_exit_code_with_its_message() {
    let nobody = [("AWS_REGION", "us-east-1")];
    let over = [&KEYS[..], &[SESSION, ("AWS_CREDENTIAL_EXPIRATION", "2013-05-23T00:00:00Z")]].concat();
    let no_region = KEYS[..2].to_vec();
    let (keys, nobody) = (KEYS.to_vec(), nobody.to_vec());
    let link = run(&["presign", "s3://photos/k"]).done();
    let link = link.trim();
    let http = link.replace("https:", "http:");
    let config = virtual_hosted("messages");
    let hosted = [&KEYS[..], &[("AWS_CONFIG_FILE", config.to_str().expect("UTF-8"))]].concat();
    let pasted = "MARKED/K7MDENG/bPxRfiCYEXAMPLEKEY+secret";
    let twice = [("AWS_ACCESS_KEY_ID", pasted), ("AWS_SECRET_ACCESS_KEY", pasted), KEYS[2]];
    // Test servers have one word for both.
    let both = [("AWS_ACCESS_KEY_ID", "minioadmin"), ("AWS_SECRET_ACCESS_KEY", "minioadmin"), KEYS[2]];
    assert!(run_with(&["presign", "s3://photos/k"], &both, b"").done().contains("=minioadmin%2F"));
    let (part, for_put) = (["--part", "1", "--upload-id", "u", "-X"], "a part is uploaded with --method PUT");
    let (part_of, policy_of) = (["presign", "s3://photos/k"], ["policy", "s3://photos/k"]);
    let part_with = |command: [&'static str; 2], method| [&command[..], &part, &[method]].concat();
    let (delete, get) = (part_with(part_of, "DELETE"), part_with(part_of, "GET"));
    let (post, policy) = (part_with(part_of, "post"), part_with(policy_of, "DELETE"));
    let cases: [(Words<'_>, Variables<'_>, &[u8], i32, &str); 96] = [
        (&[], &keys, b"", 2, "no command was given: --help lists them"),
        (&["sing"], &keys, b"", 2, "unrecognized subcommand 'sing', 'sign' is similar: --help lists the commands"),
        (&["sts", "ask"], &keys, b"", 2, "unrecognized subcommand 'ask': --help lists the commands"),
        (
            &["presign", "s3://a/k", "--expire=1h"],
            &keys,
            b"",
            2,
            "unexpected argument '--expire' found, '--expires' is similar: --help lists the options",
        ),
        (
            &["explain", "--status", "abc"],
            &keys,
            b"",
            2,
            "invalid value 'abc' for '--status <CODE>': a status is a number of three digits, as 403",
        ),
        (&delete, &keys, b"", 2, for_put),
        (&get, &keys, b"", 2, for_put),
        (&post, &keys, b"", 2, for_put),
        (&policy, &keys, b"", 2, for_put),
        (&["policy", "s3://photos/k", "--uploads"], &keys, b"", 2, "a multipart upload is started with --method POST"),
        (
            &["sign", "s3:/photos/k"],
            &keys,
            b"",
            2,
            "an object is named as s3://bucket/key, and a URL starts with https:// or http:// and a host",
        ),
        (
            &["sign", "./k"],
            &keys,
            b"",
            2,
            "an object is named as s3://bucket/key, and a URL starts with https:// or http:// and a host",
        ),
        (
            &["presign", "s3://photos/k"],
            &twice,
            b"",
            3,
            "the environment variable AWS_ACCESS_KEY_ID: access key id and secret access key are exchanged, or one of them was given for both",
        ),
        (
            &["inspect", link, "-H", "x-amz-server-side-encryption-customer-key: MARKED"],
            &keys,
            b"",
            2,
            "x-amz-server-side-encryption-customer-key is a secret, and the command line is no place for it: use \
             --headers-from",
        ),
        (&["presign"], &keys, b"", 2, "the following required arguments were not provided: <S3-URL>"),
        (&["presign", "photos/k"], &keys, b"", 2, "an object is named as s3://bucket/key"),
        (&["presign", "s3://"], &keys, b"", 2, "an object is named as s3://bucket/key"),
        (&["presign", "s3:///k"], &keys, b"", 2, "an object is named as s3://bucket/key"),
        (&["presign", "s3://a/k", "MARKED"], &keys, b"", 2, "there is a word too many: --help says what is expected"),
        (
            &["presign", "s3://a/k", "--secret-access-key=MARKED"],
            &keys,
            b"",
            2,
            "unexpected argument '--secret-access-key' found: --help lists the options",
        ),
        (
            &["presign", "s3://photos/k", "--expires", "1w"],
            &keys,
            b"",
            2,
            "invalid value '1w' for '--expires <TIME>': a time is a number of seconds, or numbers with s, m, h or d, \
             as 1h30m",
        ),
        (
            &["presign", "s3://photos/k", "--at", "today"],
            &keys,
            b"",
            2,
            "invalid value 'today' for '--at <TIME>': a time is 20130524T000000Z or 2013-05-24T00:00:00Z",
        ),
        (
            &["presign", "s3://photos/k", "--part", "3-1", "--upload-id", "u"],
            &keys,
            b"",
            2,
            "invalid value '3-1' for '--part <N[-M]>': a part is a number, or a range of them, as 1-20",
        ),
        (
            &["presign", "s3://photos/k", "-H", "x-amz-server-side-encryption-customer-key: MARKED"],
            &keys,
            b"",
            2,
            "x-amz-server-side-encryption-customer-key is a secret, and the command line is no place for it: use \
             --headers-from",
        ),
        (&["presign", "s3://photos/k", "-H", "MARKED"], &keys, b"", 2, "a header is given as 'name: value'"),
        (
            &["presign", "s3://photos/k", "--upload-id", "u", "-X", "PUT"],
            &keys,
            b"",
            2,
            "with --upload-id goes --part for PUT, or --method GET, POST or DELETE",
        ),
        (&["presign", "s3://photos/k", "--uploads"], &keys, b"", 2, "a multipart upload is started with --method POST"),
        (
            &["presign", "s3://photos", "--post"],
            &keys,
            b"",
            2,
            "a form needs a key, or the start of one that ends with /",
        ),
        (
            &["presign", "s3://photos", "--keys-from", "-", "--credentials-from", "-"],
            &keys,
            b"",
            2,
            "standard input can be read only once",
        ),
        (&["presign", "s3://photos/k"], &nobody, b"", 3, NO_KEYS),
        (
            &["presign", "s3://photos/k"],
            &no_region,
            b"",
            3,
            "no region is set: AWS_REGION is not set, and the profile default has no region",
        ),
        (
            &["presign", "s3://photos/k", "--profile", "nobody"],
            &keys,
            b"",
            3,
            "there is no profile nobody in the config file or the credentials file",
        ),
        (
            &["presign", "s3://photos/k", "--credentials-from", "-"],
            &keys,
            b" \n",
            3,
            "standard input is empty: keys were to be read from there",
        ),
        (
            &["presign", "s3://photos/k", "--credentials-from", "-"],
            &keys,
            b"[default]\naws_secret_access_key = MARKED\n",
            3,
            "standard input is one of AWS's shared files: name it by AWS_SHARED_CREDENTIALS_FILE, and its profile by \
             --profile",
        ),
        (
            &["presign", "s3://photos/k", "--credentials-from", "-"],
            &keys,
            b"MARKED",
            3,
            "standard input: the output of the credential process is not a JSON object",
        ),
        (
            &["presign", "s3://photos/k", "--credentials-from", "-"],
            &keys,
            b"<html>MARKED</html>",
            3,
            "standard input: the answer is an HTML page, where STS's XML was expected",
        ),
        // Whoever has neither looks for the keys.
        (&["presign", "s3://photos/k"], &[], b"", 3, NO_KEYS),
        (&["presign", "s3://photos/k/", "--post"], &[], b"", 3, NO_KEYS),
        (&["sign", "s3://photos/k"], &[], b"", 3, NO_KEYS),
        (&["sign", "https://storage.example/k"], &[], b"", 3, NO_KEYS),
        (&["sts", "caller-identity"], &[], b"", 3, NO_KEYS),
        (
            &["sts", "assume-role", "MARKED"],
            &keys,
            b"",
            2,
            "a role is named by its ARN, as arn:aws:iam::123456789012:role/name",
        ),
        (
            &["sts", "web-identity", "arn:aws:MARKED", "--token-from", "-"],
            &keys,
            b"TOKEN",
            2,
            "a role is named by its ARN, as arn:aws:iam::123456789012:role/name",
        ),
        (
            &["presign", "s3://photos/k", "--at", "20260230T000000Z"],
            &keys,
            b"",
            2,
            "invalid value '20260230T000000Z' for '--at <TIME>': there is no such day or time",
        ),
        (
            &["presign", "s3://photos/k", "--at", "2026-01-01T24:00:00Z"],
            &keys,
            b"",
            2,
            "invalid value '2026-01-01T24:00:00Z' for '--at <TIME>': there is no such day or time",
        ),
        (
            &["presign", "s3://photos/k", "--at", "9999-12-31T23:59:59-01:00"],
            &keys,
            b"",
            2,
            "invalid value '9999-12-31T23:59:59-01:00' for '--at <TIME>': the instant lies outside the years 0000 to 9999",
        ),
        (
            &["presign", "s3://photos/k", "--at", DAY],
            &over,
            b"",
            3,
            "the credentials expired at 2013-05-23T00:00:00Z, and the signature is dated 2013-05-24T00:00:00Z",
        ),
        (
            &["presign", "s3://photos/k", "--expires", "8d"],
            &keys,
            b"",
            4,
            "a lifetime is 1 to 604800 seconds (7 days), not 691200",
        ),
        (
            &["presign", "s3://photos", "-X", "PUT"],
            &keys,
            b"",
            4,
            "the URL names no key, and without one there are only GET and HEAD",
        ),
        (&["presign", "s3://ab/k"], &keys, b"", 4, "the bucket name is not 3 to 63 characters long"),
        (
            &["presign", "s3://arn:aws:s3:::photos/k"],
            &keys,
            b"",
            4,
            "the ARN is a bucket's and names no region: name the bucket, as s3://bucket/key",
        ),
        (
            &["presign", "s3://photos", "--upload-id", "u", "--part", "1"],
            &keys,
            b"",
            4,
            "the object key is empty: the request would act on the bucket itself",
        ),
        (
            &["presign", "s3://photos/k", "--endpoint-url", "http://127.0.0.1:9000"],
            &hosted,
            b"",
            3,
            "a bucket name cannot go in front of an IP address: use --path-style",
        ),
        (
            &["presign", "s3://photos/k", "--post", "--field", "content-length-range=1"],
            &keys,
            b"",
            4,
            "the form field content-length-range is no field with a value: --content-length limits the file",
        ),
        (
            &["presign", "s3://photos/k", "--post", "--field", "x-ignore-a=1"],
            &keys,
            b"",
            4,
            "the form field x-ignore-a needs no condition",
        ),
        (&["presign", "s3://Photos/k"], &keys, b"", 4, "the bucket name has the character P at byte offset 0"),
        (
            &["presign", "s3://photos", "--keys-from", "-", "-q"],
            &keys,
            b"a\n../b\n",
            4,
            "key 2 of standard input: the path has the segment .. at byte offset 1, which browsers and many HTTP \
             clients resolve before sending, so the link would fail or reach another object; --allow-dot-segments \
             permits it",
        ),
        (
            &["presign", "s3://photos", "--keys-from", "-", "-q"],
            &keys,
            b"a\n\nb\n",
            4,
            "key 2 of standard input: it is empty",
        ),
        (&["presign", "s3://photos", "--keys-from", "-"], &keys, b"\n", 4, "key 1 of standard input: it is empty"),
        (&["sign", "--request", "-"], &keys, b"", 4, "standard input is empty"),
        (
            &["sign", "--request", "-"],
            &keys,
            b"MARKED\n\n",
            4,
            "line 1 of standard input: a request starts with its method, a space and its target",
        ),
        (
            &["sign", "--request", "-"],
            &keys,
            b"GET /\nMARKED\n",
            4,
            "line 2 of standard input: a header is 'name: value'",
        ),
        (&["sign", "--request", "-"], &keys, b"GET /\n\xff\n", 4, "line 2 of standard input: it is not UTF-8"),
        (&["sign", "--request", "-"], &keys, b"GET /\n\n", 4, "standard input has no host header"),
        (&["sts", "read"], &keys, b"<html>MARKED</html>", 4, ""),
        // What would be ignored is refused.
        (
            &["sts", "read", "--output", "x"],
            &keys,
            b"",
            2,
            "unexpected argument '--output' found: --help lists the options",
        ),
        (
            &["sts", "read", "--save", "x"],
            &keys,
            b"<GetCallerIdentityResult/>",
            4,
            "the answer says whose keys they are, and holds no session to save",
        ),
        (
            &["sts", "caller-identity", "--json"],
            &keys,
            b"",
            2,
            "the request is printed for curl --config -, and not as JSON",
        ),
        (
            &["console-url", "request", "--json"],
            &keys,
            b"",
            2,
            "the request is printed for curl --config -, and not as JSON",
        ),
        (
            &["sign", "s3://photos/k", "--service", "iam"],
            &keys,
            b"",
            2,
            "an s3:// address has its own service: --service is for https://",
        ),
        (
            &["sign", "https://iam.amazonaws.com/?Action=ListUsers"],
            &keys,
            b"",
            2,
            "iam.amazonaws.com is Amazon's and not of S3: --service says which service it is",
        ),
        (
            &["sign", "https://a.s3-object-lambda.us-east-1.amazonaws.com/k"],
            &keys,
            b"",
            2,
            "a.s3-object-lambda.us-east-1.amazonaws.com is Amazon's and not of S3: --service says which service it is",
        ),
        (
            &["presign", "s3://photos/k", "--post", "-X", "PUT"],
            &keys,
            b"",
            2,
            "the argument '--post' cannot be used with '--method <METHOD>'",
        ),
        (
            &["presign", "s3://photos/k", "-X", "PUT", "--download", "f"],
            &keys,
            b"",
            2,
            "the answer's headers can be set for GET and HEAD alone",
        ),
        (
            &["sign", "https://storage.example/k", "--endpoint-url", "http://127.0.0.1:9000"],
            &keys,
            b"",
            2,
            "a URL says where it goes: --endpoint-url is for s3://",
        ),
        (
            &["sign", "https://storage.example/k", "--path-style"],
            &keys,
            b"",
            2,
            "a URL says where it goes: --path-style is for s3://",
        ),
        (
            &["verify", link, "--path-style"],
            &keys,
            b"",
            2,
            "what is read says where it goes: --path-style is for s3://",
        ),
        (
            &["inspect", link, "--path-style"],
            &nobody,
            b"",
            2,
            "what is read says where it goes: --path-style is for s3://",
        ),
        (&["inspect", link, "--region", "r"], &nobody, b"", 2, "inspect tells what was signed: --region is for verify"),
        (
            &["inspect"],
            &nobody,
            b"https://a.example/k?X-Amz-Date=1\nhttp://a.example/k\n",
            4,
            "standard input has 2 links, and one is read at a time",
        ),
        (
            &["verify", "-X", "PUT"],
            &keys,
            b"GET /k HTTP/1.1\n\n",
            2,
            "the request on standard input has its own method and headers",
        ),
        (
            &["verify", "-H", "a: b"],
            &keys,
            b"GET /k HTTP/1.1\n\n",
            2,
            "the request on standard input has its own method and headers",
        ),
        // Regions, endpoints and keys are settings.
        (
            &["sign", "https://storage.example/k"],
            &no_region,
            b"",
            3,
            "no region is set: AWS_REGION is not set, and the profile default has no region",
        ),
        (
            &["presign", "s3://photos/k", "--region", "Europe"],
            &keys,
            b"",
            3,
            "the region does not have the form of AWS's, such as eu-west-1 or us-gov-west-1",
        ),
        (
            &["presign", "s3://photos/k", "--endpoint-url", "storage.example"],
            &keys,
            b"",
            3,
            "the endpoint does not start with https:// or http:// in lower case",
        ),
        (
            &["presign", "s3://photos/k", "--endpoint-url", "https://h:0"],
            &keys,
            b"",
            3,
            "the port is not a number from 1 to 65535 without leading zeros",
        ),
        (
            &["console-url", "request"],
            &keys,
            b"",
            3,
            "the console's federation endpoint takes the keys of a session alone, and these have no session token",
        ),
        (
            &["presign", "s3://photos/k"],
            &[("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE"), KEYS[1], KEYS[2]],
            b"",
            3,
            "the access key id starts with ASIA, so it belongs to a session, but there is no session token",
        ),
        (
            &["presign", "s3://photos", "--keys-from", "/nonexistent"],
            &keys,
            b"",
            5,
            "/nonexistent: there is no such file",
        ),
        (
            &["presign", "s3://photos/k", "--headers-from", "/nonexistent"],
            &keys,
            b"",
            5,
            "/nonexistent: there is no such file",
        ),
        (&["inspect", link, "--at", "20130524T001501Z"], &nobody, b"", 1, "it is over"),
        (&["inspect", link, "--at", "20130523T000000Z"], &nobody, b"", 1, "it is not good yet"),
        (&["inspect", &link[..link.len() - 1], "--at", DAY], &nobody, b"", 1, "it is not good as it stands"),
        (&["inspect", &http, "--at", DAY], &nobody, b"", 1, "something looks wrong with it"),
        (
            &["verify", link, "--at", "20130524T001501Z"],
            &keys,
            b"",
            1,
            "the link was good until 2013-05-24T00:15:00Z, and it is 2013-05-24T00:15:01Z",
        ),
        (&["verify", &link[..link.len() - 1], "--at", DAY], &keys, b"", 1, ""),
    ];
    for (arguments, variables, input, code, expected) in cases {
        let run = run_with(arguments, variables, input);
        let one_sentence =
            run.err.starts_with("error: ") && run.err.ends_with('\n') && run.err.matches('\n').count() == 1;
        assert!(one_sentence && !run.err.contains("MARKED"), "{arguments:?}: {run:?}");
        assert_eq!(run.code, code, "{arguments:?}: {run:?}");
        let text = run.err["error: ".len()..].trim_end_matches('\n');
        // Options are named, and no methods of the library.
        let is_type = |word: &str| word.starts_with(|c: char| c.is_ascii_uppercase()) && word.contains("::");
        assert!(!text.split_whitespace().any(is_type), "{text}");
        match expected {
            // The library's own sentences are asserted where they are made.
            start if start.is_empty() || start.ends_with(": ") => {
                assert!(text.len() > start.len() && text.starts_with(start), "{text}")
            }
            all => assert_eq!(text, all, "{arguments:?}"),
        }
    }
    assert!(run_with(&["--help"], &[], b"").done().ends_with("standard input or standard output failed\n"));
    assert_eq!(run_with(&["--version"], &[], b"").done(), format!("s3-sigv4 {}\n", env!("CARGO_PKG_VERSION")));
    #[cfg(target_os = "linux")]
    {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("a device");
        let mut child = command(&["presign", "s3://photos/k", "-q"], &KEYS);
        let output = child.stdout(full).output().expect("its output");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), text.as_str()), (Some(5), "error: standard output: there is no room left\n"));
    }
}

#[test]
fn what_was_signed_is_read_back() {
    let session = [&KEYS[..], &[SESSION]].concat();
    let link = run_with(&["presign", "s3://photos/cat.jpg", "--at", DAY, "-q"], &session, b"").done();
    let at = |command: &str, more: &[&str], variables: &[(&str, &str)]| {
        run_with(&[&[command, "--at", "20130524T001000Z"], more].concat(), variables, link.as_bytes())
    };
    assert_eq!(
        at("inspect", &["--json"], &[]).json(),
        json!({
            "method": null, "target": "https://photos.s3.us-east-1.amazonaws.com/cat.jpg", "access_key_id": ID,
            "session": true,
            "region": "us-east-1", "service": "s3", "dated": "2013-05-24T00:00:00Z", "valid_from": "2013-05-24T00:00:00Z",
            "warning": "it ends with the session that signed it, if that is earlier",
            "valid_until": "2013-05-24T00:15:00Z", "state": "good", "signed_headers": ["host"], "parameters": [],
            "payload": null, "findings": [],
        })
    );
    let words = at("inspect", &[], &[]).done();
    let end = "  now    2013-05-24T00:10:00Z: good for 300 seconds more\n  \
               but    it ends with the session that signed it, if that is earlier\n  \
               not checked: the signature (verify does)\n";
    assert!(words.ends_with(end), "{words}");
    // What cannot be good is not called good, whatever its time.
    let cut = &link[..link.trim().len() - 1];
    let cut = |more: &[&str]| run_with(&[&["inspect", cut, "--at", DAY], more].concat(), &[], b"");
    let told = cut(&[]);
    let end = "  wrong  its signature has 63 of 64 hexadecimal digits, as from copying a part\n  \
               now    2013-05-24T00:00:00Z: not good as it stands, though its time lasts 900 seconds more\n  \
               but    it ends with the session that signed it, if that is earlier\n  \
               not checked: the signature (verify does)\n";
    assert!(told.code == 1 && told.out.ends_with(end), "{told:?}");
    let json: Value = serde_json::from_str(&cut(&["--json"]).out).expect("JSON");
    assert_eq!(json["state"], "wrong");
    // Of a request words and JSON tell the same span.
    let request = run(&["sign", "s3://photos/k"]).done();
    let told = |more: &[&str]| run_with(&[&["inspect", "--at", DAY], more].concat(), &[], request.as_bytes());
    let span = told(&["--json"]).json();
    assert_eq!((&span["method"], &span["target"]), (&json!("GET"), &json!("photos.s3.us-east-1.amazonaws.com/k")));
    assert_eq!((&span["dated"], &span["warning"]), (&json!("2013-05-24T00:00:00Z"), &Value::Null));
    assert_eq!(
        (&span["valid_from"], &span["valid_until"]),
        (&json!("2013-05-23T23:45:00Z"), &json!("2013-05-24T00:15:00Z"))
    );
    let words = told(&[]).done();
    let start = "signed request\n  for    GET photos.s3.us-east-1.amazonaws.com/k\n  by ";
    assert!(words.starts_with(start), "{words}");
    let put = at("inspect", &["-X", "put"], &[]).done();
    assert!(
        put.starts_with("presigned link\n  for    PUT https://photos.s3.us-east-1.amazonaws.com/cat.jpg\n"),
        "{put}"
    );
    // A link as a server gets it.
    let (host, target) = link["https://".len()..].split_once('/').expect("a path");
    let by_query = format!("HEAD /{} HTTP/1.1\r\nHost: {host}\r\n\r\n", target.trim());
    let by_query = run_with(&["inspect", "--at", DAY], &[], by_query.as_bytes()).done();
    let start = format!("presigned link\n  for    HEAD https://{host}/cat.jpg\n  by ");
    assert!(by_query.starts_with(&start), "{by_query}");
    let lines = "  dated  2013-05-24T00:00:00Z\n  from   2013-05-23T23:45:00Z\n  until  2013-05-24T00:15:00Z, 1800 seconds later\n";
    assert!(words.contains(lines), "{words}");
    assert_eq!(
        at("verify", &[], &session).done(),
        format!("verified: signed by {ID} at 2013-05-24T00:00:00Z, good until 2013-05-24T00:15:00Z\n")
    );
    assert_eq!(
        at("verify", &["--json"], &session).json(),
        json!({ "verified": true, "access_key_id": ID, "dated": "2013-05-24T00:00:00Z", "valid_until": "2013-05-24T00:15:00Z" })
    );
    let other = [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), KEYS[1], KEYS[2]];
    let refused = at("verify", &["--json"], &other);
    let reason: Value = serde_json::from_str(&refused.out).expect("JSON");
    assert_eq!((refused.code, &reason["verified"]), (1, &json!(false)));
    assert_eq!(refused.err, "error: it was signed by another key than AKIDEXAMPLE, which is at hand\n");
    // Another method than was signed, and the same in lower case.
    let put = at("verify", &["-X", "PUT"], &session);
    let text = "error: it was signed for GET, and not for PUT: --method GET verifies it\n";
    assert_eq!((put.code, put.err.as_str()), (1, text));
    assert_eq!(at("verify", &["-X", "get"], &session).code, 0);
    let signed = |method: &str| run(&["sign", "s3://photos/k", "-X", method]).done();
    assert_eq!(signed("put"), signed("PUT"));
    assert!(signed("Copy").starts_with("Copy /k HTTP/1.1\r\n"));
    assert_eq!(at("verify", &["--region", "eu-west-1"], &session).code, 1);
}

#[test]
fn requests_of_every_service_verify() {
    let variables = [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), KEYS[1], KEYS[2]];
    let form = "Action=GetCallerIdentity&Version=2011-06-15";
    let request = format!("POST / HTTP/1.1\r\nhost: sts.us-east-1.amazonaws.com\r\n\r\n{form}");
    let signed =
        run_with(&["sign", "--request", "-", "--service", "sts", "--at", DAY, "-q"], &variables, request.as_bytes());
    let signed = signed.done();
    let at =
        |more: &[&str], input: &str| run_with(&[&["verify", "--at", DAY], more].concat(), &variables, input.as_bytes());
    let yes = "verified: signed by AKIDEXAMPLE at 2013-05-24T00:00:00Z\n";
    assert_eq!(at(&[], &signed).done(), yes);
    assert_eq!(at(&["--service", "sts"], &signed).done(), yes);
    let other = at(&["--service", "iam"], &signed);
    let text = "error: it was signed for the service sts, and --service asks for iam\n";
    assert_eq!((other.code, other.err.as_str()), (1, text));
    let other = at(&["--region", "eu-west-1"], &signed);
    let text = "error: it was signed for the region us-east-1, and --region asks for eu-west-1\n";
    assert_eq!((other.code, other.err.as_str()), (1, text));
    assert_eq!(at(&[], &signed.replace("GetCaller", "SetCaller")).code, 1);

    // Of a body in chunks each has a signature of its own, and the message is not what was hashed.
    let (keys, now) = (Credentials::new("AKIDEXAMPLE", SECRET).expect("keys"), Timestamp::parse(DAY).expect("a day"));
    let signer = Signer::new(keys, "us-east-1", now).expect("a signer");
    let put = s3_sigv4::Request::new("PUT", "https://photos.s3.us-east-1.amazonaws.com", "/k").expect("a request");
    let chunked = signer.sign_chunked(&put, &s3_sigv4::ChunkedBody::signed(9), now).expect("a signature");
    let headers: String = chunked.headers().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let upload = format!("PUT /k HTTP/1.1\r\nhost: photos.s3.us-east-1.amazonaws.com\r\n{headers}\r\nchunks");
    assert_eq!(at(&[], &upload).done(), yes);

    // S3's hash is sent, and held against the body.
    let put = "PUT /k HTTP/1.1\r\nhost: photos.s3.us-east-1.amazonaws.com\r\n\r\na picture";
    let put = run_with(&["sign", "--request", "-", "--at", DAY, "-q"], &variables, put.as_bytes()).done();
    assert_eq!(at(&[], &put).done(), yes);
    assert_eq!(at(&[], &put.replace("a picture", "a pictura")).code, 1);

    // A customer's key comes from a file, for a link that comes as a word.
    let headers = folder("received").join("headers");
    fs::write(&headers, "x-amz-server-side-encryption-customer-key: MARKED\n").expect("a file");
    let from = ["--headers-from", headers.to_str().expect("UTF-8")];
    let link =
        run_with(&[&["presign", "s3://photos/k", "--at", DAY, "-q"], &from[..]].concat(), &variables, b"").done();
    assert_eq!(at(&[&[link.trim()], &from[..]].concat(), "").code, 0);
    assert_eq!(at(&[link.trim()], "").code, 1);
    assert_eq!(run_with(&[&["inspect", link.trim(), "--at", DAY], &from[..]].concat(), &[], b"").code, 0);
    assert_eq!(at(&["--headers-from", "-"], &link).err, "error: standard input can be read only once\n");
}

#[test]
fn a_refusal_is_explained() {
    let link = run(&["presign", "s3://photos/cat.jpg", "--query", "a=b"]).done();
    let link = link.trim();
    let request = link.split('?').next().expect("a path").to_owned() + "?a=b";
    let signer =
        Signer::new(Credentials::new(ID, SECRET).expect("keys"), "us-east-1", Timestamp::parse(DAY).expect("a day"));
    let (signer, request) =
        (signer.expect("a signer"), s3_sigv4::Request::from_url("GET", &request).expect("a request"));
    let canonical = signer.canonical_link(&request, Duration::from_secs(900), Timestamp::parse(DAY).expect("a day"));
    let canonical = canonical.expect("a canonical request").to_string().replace('&', "&amp;");
    let received = canonical.replace("photos.s3.us-east-1.amazonaws.com", "10.0.0.5:9000");
    let body =
        format!("<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>{received}</CanonicalRequest></Error>");
    let explained = run_with(&["explain", "--link", link], &KEYS, body.as_bytes()).done();
    assert_eq!(
        explained,
        "SignatureDoesNotMatch: the request was signed for the host photos.s3.us-east-1.amazonaws.com and received for \
         10.0.0.5:9000. Let the proxy pass the host on as it came (nginx: proxy_set_header Host $http_host), or sign \
         for the host that the server sees.\nline 4 of the canonical request\n  \
         signed:   host:photos.s3.us-east-1.amazonaws.com\n  \
         received: host:10.0.0.5:9000\n                 ^\n"
    );
    let json = run_with(&["explain", "--link", link, "--json"], &KEYS, body.as_bytes()).json();
    assert_eq!((&json["code"], &json["difference"]["line"]), (&json!("SignatureDoesNotMatch"), &json!(4)));
    // Without keys, from the answer alone.
    let moved =
        run_with(&["explain", "--status", "301", "--answer-header", "x-amz-bucket-region: eu-west-1"], &[], b"").done();
    assert!(moved.contains("eu-west-1"), "{moved}");
    let other = [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), KEYS[1], KEYS[2]];
    let unknown = "The keys of the link are not at hand, so it is taken as one for GET (-X says which).\n";
    for keys in [&other[..], &[]] {
        let without = run_with(&["explain", "--link", link], keys, body.as_bytes()).done();
        assert_eq!(without, format!("{unknown}{explained}"));
    }
    let no_link = run_with(&["explain", "--link", "https://a.example/k?a=b"], &KEYS, body.as_bytes());
    let text = "error: the link is not a presigned link, or part of it is missing: the request is not signed; inspect says \
                more\n";
    assert_eq!((no_link.code, no_link.err.as_str()), (4, text));

    let hidden = "<Error><Code>SignatureDoesNotMatch</Code></Error>";
    // A whole request, as it was sent; no key is needed.
    let file = folder("refused").join("request");
    let signed = run(&["sign", "s3://photos/cat.jpg", "-H", "range: bytes=0-9", "-q"]).done();
    fs::write(&file, &signed).expect("a file");
    let sent = ["explain", "--request", file.to_str().expect("UTF-8")];
    let headed = [("range", "bytes=0-9")];
    let get =
        s3_sigv4::Request::from_url("GET", "https://photos.s3.us-east-1.amazonaws.com/cat.jpg").expect("a request");
    let day = Timestamp::parse(DAY).expect("a day");
    let canonical = signer.canonical_request(&get.with_headers(&headed), s3_sigv4::PayloadHash::EMPTY, day);
    let canonical = canonical.expect("a canonical request").to_string();
    let answer = |canonical: &str| {
        format!("<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>{canonical}</CanonicalRequest></Error>")
    };
    for keys in [&KEYS[..], &other, &[]] {
        let of = |canonical: &str| run_with(&sent, keys, answer(canonical).as_bytes()).done();
        let text = "SignatureDoesNotMatch: the header range was signed as bytes=0-9 and received as bytes=0-1.";
        assert!(of(&canonical.replace("0-9", "0-1")).starts_with(text), "{}", of(&canonical.replace("0-9", "0-1")));
        assert!(of(&canonical).contains("So the secret is left"), "{}", of(&canonical));
    }
    fs::write(&file, signed.replace("bytes=0-9", "bytes=0-8")).expect("a file");
    let changed = run_with(&sent, &KEYS, answer(&canonical).as_bytes()).done();
    assert!(changed.starts_with("The request does not verify under the keys at hand: it was changed"), "{changed}");
    fs::write(&file, signed.replace("GET ", "PUT ")).expect("a file");
    let changed = run_with(&sent, &KEYS, answer(&canonical).as_bytes()).done();
    assert!(changed.starts_with("The request does not verify under the keys at hand: it was changed"), "{changed}");
    // Of another service, whose hash of the body is sent nowhere.
    let post =
        ["sign", "https://iam.amazonaws.com/", "-X", "POST", "--service", "iam", "--body", "-", "-q", "--at", DAY];
    fs::write(&file, run_with(&post, &KEYS, b"Action=ListUsers").done()).expect("a file");
    let of_iam = run_with(&sent, &KEYS, hidden.as_bytes()).done();
    assert!(of_iam.starts_with("SignatureDoesNotMatch: "), "{of_iam}");
    fs::write(&file, signed.replace("range: bytes=0-9\r\n", "")).expect("a file");
    let cut = run_with(&sent, &KEYS, answer(&canonical).as_bytes());
    assert_eq!((cut.code, cut.err.as_str()), (4, "error: the header range was signed, and is not there\n"));
    fs::write(&file, "GET / HTTP/1.1\r\nhost: a.example\r\n\r\n").expect("a file");
    let unsigned = run_with(&sent, &KEYS, answer(&canonical).as_bytes());
    let text = "error: the request is not a signed request, or part of it is missing: the request is not signed; inspect \
                says more\n";
    assert_eq!((unsigned.code, unsigned.err.as_str()), (4, text));
    // The link itself comes first.
    let first = |arguments: &[&str], input: &str| {
        let out = run_with(&[&["explain"], arguments].concat(), &KEYS, input.as_bytes()).done();
        out.lines().next().unwrap_or_default().to_owned()
    };
    let put = run(&["presign", "s3://photos/cat.jpg", "-X", "PUT"]).done();
    assert_eq!(first(&["--link", put.trim()], hidden), "The link was signed for PUT, and not for GET.");
    assert!(first(&["--link", put.trim(), "-X", "put"], hidden).starts_with("SignatureDoesNotMatch: "));
    // What the server received is what it shows, whatever is said of it.
    let received = body.replace("GET\n", "PUT\n").replace("10.0.0.5:9000", "photos.s3.us-east-1.amazonaws.com");
    for said in [&[][..], &["-X", "PUT"], &["-X", "put"], &["-X", "DELETE"], &["-X", "GET"]] {
        assert_eq!(
            first(&[&["--link", link], said].concat(), &received),
            "SignatureDoesNotMatch: the request was signed for GET and received as PUT. A signature is good for one \
             method: send that one, or sign for the other.",
            "{said:?}"
        );
    }
    // Options are named, and no methods of the library.
    for (answer, told) in [
        (&*received, " Compare that with what was signed. Here: explain --link LINK or --request FILE compares them."),
        (
            "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>",
            " the server expects eu-west-1. Sign for eu-west-1. Here: sign with --region eu-west-1.",
        ),
        (
            "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; incorrect \
             service \"iam\". This endpoint belongs to \"s3\".</Message></Error>",
            " the server expects s3. Sign for s3. Here: sign with --service s3.",
        ),
        (
            "<Error><Code>ExpiredToken</Code></Error>",
            " Get new credentials, and sign anew. Here: with AWS_CREDENTIAL_EXPIRATION this program tells before the \
             server does.",
        ),
        (
            "<Error><Code>XAmzContentSHA256Mismatch</Code></Error>",
            " or sign UNSIGNED-PAYLOAD in place of its hash. Here: sign --unsigned-payload leaves the body unsigned.",
        ),
        (
            "<Error><Code>MalformedSecurityHeader</Code><ParameterName>content-type</ParameterName><Details>Header was included \
             in signedheaders, but not in the request.</Details></Error>",
            " and no proxy may take it off; or leave it out when signing. Here: presign and sign say what to send.",
        ),
        (
            "<Error><Code>InvalidAccessKeyId</Code><AWSAccessKeyId>ASIAIOSFODNN7EXAMPLE</AWSAccessKeyId></Error>",
            " and send x-amz-security-token with the rest. Here: AWS_SESSION_TOKEN holds it.",
        ),
    ] {
        let told_here = first(&[], answer);
        assert!(told_here.ends_with(told), "{told_here}");
    }
    // It stands behind the sentence, and in front of the lines that differ.
    let region = "<Error><Code>SignatureDoesNotMatch</Code><StringToSign>AWS4-HMAC-SHA256\n20130524T000000Z\n\
                  20130524/eu-west-1/s3/aws4_request\n0</StringToSign></Error>";
    assert_eq!(
        run_with(&["explain", "--link", link], &KEYS, region.as_bytes()).done(),
        "SignatureDoesNotMatch: the signature is for the region us-east-1, and the server expects eu-west-1. Sign for \
         eu-west-1. Here: sign with --region eu-west-1.\nline 3 of the string to sign\n  \
         signed:   20130524/us-east-1/s3/aws4_request\n  received: 20130524/eu-west-1/s3/aws4_request\n                     ^\n"
    );
    // Instants are written as everywhere here.
    assert_eq!(
        first(
            &["--link", link, "--at", "20130524T010000Z"],
            "<Error><Code>AccessDenied</Code><Message>Request has expired\
            </Message><Expires>2013-05-24T00:15:00Z</Expires><ServerTime>2013-05-24T01:00:00Z</ServerTime></Error>"
        ),
        "AccessDenied: the signature's time is over: it ended at 2013-05-24T00:15:00Z, 45 minutes before the server's \
         time (2013-05-24T01:00:00Z). It was made for 15 minutes: make another one, for longer if need be, and check the \
         clock if it is new."
    );
    let changed = link.replace("cat.jpg", "dog.jpg");
    assert_eq!(
        first(&["--link", &changed], &body),
        "The link does not verify under the keys at hand: it was changed after it was signed, or signed with another \
         secret or other headers."
    );
    // With its head, as curl -i shows it; the last one counts.
    let explained = |input: &str| run_with(&["explain", "--link", link], &KEYS, input.as_bytes()).done();
    let heads = "HTTP/1.1 100 Continue\r\n\r\nHTTP/2 403\r\ndate: Fri, 24 May 2013 00:00:00 GMT\r\n\r\n";
    assert_eq!(explained(&format!("{heads}{body}")), explained(&body));
    let odd = format!("HTTP/1.1 403 Forbidden\nfolded:\n  é\n\n{body}");
    assert_eq!(explained(&odd), explained(&body));
    let gone = [("AWS_PROFILE", "gone")];
    assert!(run_with(&["explain", "--link", link], &gone, body.as_bytes()).done().contains("10.0.0.5:9000"));
    assert_eq!(run_with(&["explain", "--link", link, "--profile", "gone"], &[], body.as_bytes()).code, 3);
    let moved = "HTTP/1.1 301 Moved Permanently\nserver: a\nx-amz-bucket-region: eu-west-1\n\n";
    assert!(explained(moved).contains("eu-west-1"), "{}", explained(moved));
    for torn in ["HTTP/1.1 403", "HTTP/1.1 403 Forbidden\r\nserver", "HTTP/1.1 no\r\n\r\n", "HTTP/"] {
        assert!(first(&[], torn).starts_with("this does not look like an error"), "{torn}");
    }
    // What is no error may be what was asked for.
    let worked = "this does not look like an error of S3's: the request may have worked (--status tells). If not:";
    for answer in ["a picture", "{\"a\": 1}", "<ListBucketResult/>"] {
        assert_eq!(first(&[], answer), worked);
    }
    assert!(first(&["--status", "502"], "<html>").starts_with("the answer is an HTML page"));
    let nothing = run_with(&["explain"], &KEYS, b"");
    let text = "error: standard input is empty, so there is no answer to explain: did curl connect? An answer without \
                a body is told by --status\n";
    assert_eq!((nothing.code, nothing.err.as_str()), (4, text));
}

#[test]
fn the_least_policy() {
    let object = "s3://photos/2024/cat.jpg";
    let resource = "arn:aws:s3:::photos/2024/cat.jpg";
    let one = |action: &str| json!([{ "Effect": "Allow", "Action": action, "Resource": resource }]);
    let of_bucket = |action: &str| json!([{ "Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::photos" }]);
    let cases: [(Words<'_>, Value); 32] = [
        (&[object], one("s3:GetObject")),
        (&[object, "-X", "HEAD"], one("s3:GetObject")),
        (&[object, "--version-id", "1"], one("s3:GetObjectVersion")),
        (&[object, "-X", "PUT"], one("s3:PutObject")),
        (&[object, "-X", "DELETE"], one("s3:DeleteObject")),
        (&[object, "-X", "DELETE", "--version-id", "1"], one("s3:DeleteObjectVersion")),
        (&[object, "-X", "POST", "--uploads"], one("s3:PutObject")),
        (&[object, "--upload-id", "u", "--part", "1"], one("s3:PutObject")),
        (&[object, "--upload-id", "u", "-X", "POST"], one("s3:PutObject")),
        (&[object, "--upload-id", "u"], one("s3:ListMultipartUploadParts")),
        (&[object, "--upload-id", "u", "-X", "DELETE"], one("s3:AbortMultipartUpload")),
        (&[object, "--query", "tagging", "--version-id", "1"], one("s3:GetObjectVersionTagging")),
        (&[object, "--query", "acl", "-X", "PUT"], one("s3:PutObjectAcl")),
        (
            &[
                object,
                "-X",
                "PUT",
                "-H",
                "x-amz-grant-read: id=1",
                "-H",
                "x-amz-tagging: a=b",
                "-H",
                "x-amz-acl: private",
            ],
            json!([{
                "Effect": "Allow", "Action": ["s3:PutObject", "s3:PutObjectAcl", "s3:PutObjectTagging"],
                "Resource": resource,
            }]),
        ),
        (
            &[
                object,
                "-X",
                "PUT",
                "-H",
                "x-amz-object-lock-mode: GOVERNANCE",
                "-H",
                "x-amz-object-lock-legal-hold: ON",
            ],
            json!([{
                "Effect": "Allow", "Action": ["s3:PutObject", "s3:PutObjectRetention", "s3:PutObjectLegalHold"],
                "Resource": resource,
            }]),
        ),
        (
            &[object, "-X", "PUT", "-H", "x-amz-copy-source: other/a%20b?versionId=1"],
            json!([
                { "Effect": "Allow", "Action": "s3:PutObject", "Resource": resource },
                { "Effect": "Allow", "Action": "s3:GetObjectVersion", "Resource": "arn:aws:s3:::other/a b" },
            ]),
        ),
        (
            &["s3://photos", "--query", "prefix=$a/", "--region", "cn-north-1"],
            json!([{
                "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws-cn:s3:::photos",
                "Condition": { "StringEquals": { "s3:prefix": "${$}a/" } },
            }]),
        ),
        (
            &["s3://photos/a*?$/", "--post", "--region", "us-gov-west-1", "--field", "success_action_status=201"],
            json!([{
                "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws-us-gov:s3:::photos/a${*}${?}${$}/*",
            }]),
        ),
        (
            &["s3://photos/in/", "--post", "--field", "acl=public-read", "--field-prefix", "tagging=<Tagging>"],
            json!([{
                "Effect": "Allow", "Action": ["s3:PutObject", "s3:PutObjectAcl", "s3:PutObjectTagging"],
                "Resource": "arn:aws:s3:::photos/in/*",
            }]),
        ),
        (&[object, "--query", "restore", "-X", "POST"], one("s3:RestoreObject")),
        (&[object, "--query", "select", "--query", "select-type=2", "-X", "POST"], one("s3:GetObject")),
        (
            &[object, "--query", "attributes"],
            json!([{
                "Effect": "Allow", "Action": ["s3:GetObject", "s3:GetObjectAttributes"], "Resource": resource,
            }]),
        ),
        (
            &[object, "--query", "attributes", "--version-id", "1"],
            json!([{
                "Effect": "Allow", "Action": ["s3:GetObjectVersion", "s3:GetObjectVersionAttributes"],
                "Resource": resource,
            }]),
        ),
        (&[object, "--query", "versionId=1", "--query", "response-expires=0"], one("s3:GetObjectVersion")),
        (
            &["s3://photos", "--query", "versions", "--query", "prefix=a"],
            json!([{
                "Effect": "Allow", "Action": "s3:ListBucketVersions", "Resource": "arn:aws:s3:::photos",
                "Condition": { "StringEquals": { "s3:prefix": "a" } },
            }]),
        ),
        (
            &["s3://photos/2024/"],
            json!([{ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/2024/" }]),
        ),
        (&["s3://photos", "--query", "acl"], of_bucket("s3:GetBucketAcl")),
        (&["s3://photos", "--query", "uploads", "--query", "prefix=a"], of_bucket("s3:ListBucketMultipartUploads")),
        (&["s3://photos", "--query", "cors", "-X", "DELETE"], of_bucket("s3:PutBucketCORS")),
        (&["s3://photos", "--query", "lifecycle", "-X", "PUT"], of_bucket("s3:PutLifecycleConfiguration")),
        (
            &["s3://arn:aws:s3:us-west-2:123456789012:accesspoint/my-ap/k"],
            json!([{
                "Effect": "Allow", "Action": "s3:GetObject",
                "Resource": "arn:aws:s3:us-west-2:123456789012:accesspoint/my-ap/object/k",
            }]),
        ),
        (
            &["s3://arn:aws:s3:us-west-2:123456789012:accesspoint:my-ap/k"],
            json!([{
                "Effect": "Allow", "Action": "s3:GetObject",
                "Resource": "arn:aws:s3:us-west-2:123456789012:accesspoint/my-ap/object/k",
            }]),
        ),
    ];
    for (arguments, expected) in cases {
        let run = run_with(&[&["policy", "--json"], arguments].concat(), &[], b"").json();
        assert_eq!(run, json!({ "Version": "2012-10-17", "Statement": expected }), "{arguments:?}");
    }
    for arguments in [
        &["policy", "s3://photos--usw2-az1--x-s3/k"][..],
        &["policy", "s3://photos", "-X", "PUT"],
        &["policy", "s3://photos/k", "--query", "acl", "-X", "DELETE"],
        &["policy", "s3://photos", "--query", "acl", "-X", "DELETE"],
        &["policy", "s3://photos", "--query", "session"],
        &["policy", "s3://photos", "--query", "acl", "--query", "cors"],
        &["policy", "s3://photos/k", "--query", "torrent"],
        &["policy", "s3://photos/k", "-X", "POST"],
        &["policy", "s3://Photos/k"],
    ] {
        let run = run_with(arguments, &[("AWS_REGION", "us-west-2")], b"");
        assert_eq!((run.code, run.out.as_str()), (4, ""), "{arguments:?} {run:?}");
    }
    let under = |header: &str| run_with(&["policy", object, "-X", "PUT", "-H", header], &[], b"").err;
    let kms = under("x-amz-server-side-encryption: aws:kms");
    assert!(kms.starts_with("warning: an object under a KMS key needs kms:GenerateDataKey"), "{kms}");
    assert_eq!(under("x-amz-server-side-encryption: AES256"), "");
}

#[test]
fn many_keys() {
    let folder = folder("many");
    let (now, count) = (Timestamp::parse(DAY).expect("a day"), 20_000);
    let keys: Vec<String> = (0..count).map(|i| format!("{i:05}/cat & dög.jpg")).collect();
    let file = folder.join("keys");
    fs::write(&file, keys.join("\r\n")).expect("a file");
    let signer = Signer::new(Credentials::new(ID, SECRET).expect("keys"), "us-east-1", now).expect("a signer");
    let bucket = Bucket::aws("us-east-1", "photos").expect("a bucket");
    let link = |key: &str| {
        let key = format!("2024/{key}");
        signer.presign(&bucket.get(&key).expect("a key"), Duration::from_secs(900), now).expect("a link").to_string()
    };
    let made = run(&["presign", "s3://photos/2024/", "--keys-from", file.to_str().expect("UTF-8")]).done();
    let made: Vec<_> = made.lines().collect();
    assert_eq!(made.len(), count);
    for (key, made) in keys.iter().zip(made).step_by(97) {
        assert_eq!(made, link(key));
    }
    // Keys with line feeds in them, and JSON.
    let odd = run_with(
        &["presign", "s3://photos/2024/", "--keys-from", "-", "-0", "--json", "--at", DAY],
        &KEYS,
        b"a\nb\0c\0",
    );
    let odd: Vec<Value> = odd.done().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let line = |key: &str| {
        json!({
            "key": format!("2024/{key}"), "url": link(key), "method": "GET", "headers": {}, "limited_by": "lifetime",
            "valid_from": "2013-05-24T00:00:00Z", "valid_until": "2013-05-24T00:15:00Z",
        })
    };
    assert_eq!(odd, [line("a\nb"), line("c")]);

    // What must be sent with them is said once.
    let put = ["presign", "s3://photos/", "--keys-from", "-", "-X", "PUT", "-H", "content-type: image/jpeg"];
    let puts = run_with(&[&put[..], &["--at", DAY]].concat(), &KEYS, b"a\nb\n");
    assert_eq!(puts.err, "good until 2013-05-24T00:15:00Z\nsend with it: content-type: image/jpeg\n");
    assert_eq!(puts.done().lines().count(), 2);
    let puts = run_with(&[&put[..], &["--at", DAY, "--json"]].concat(), &KEYS, b"a\n").json();
    assert_eq!((&puts["method"], &puts["headers"]), (&json!("PUT"), &json!({ "content-type": "image/jpeg" })));

    // Amazon's limit, and nobody else's.
    let long = "k".repeat(1025);
    let address = format!("s3://photos/{long}");
    let text = "error: a key has at most 1024 bytes in Amazon S3, and this one has 1025\n";
    for arguments in [&["presign", &address][..], &["sign", &address], &["presign", &address, "--post"]] {
        let run = run(arguments);
        assert_eq!((run.code, run.err.as_str()), (4, text), "{arguments:?}");
    }
    let long = run_with(&["presign", "s3://photos", "--keys-from", "-", "-q"], &KEYS, long.as_bytes());
    assert_eq!((long.code, long.err), (4, text.replace("error: ", "error: key 1 of standard input: ")));
    run(&["presign", &address, "--endpoint-url", "http://127.0.0.1:9000"]).done();

    // Whoever reads a line and goes is no error.
    let mut child = command(&["presign", "s3://photos", "--keys-from", "-", "-q"], &KEYS).spawn().expect("the binary");
    let mut stdin = child.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || {
        for i in 0..200_000 {
            if writeln!(stdin, "{i}").is_err() {
                return true;
            }
        }
        false
    });
    let mut line = String::new();
    BufReader::with_capacity(64, child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    assert!(line.starts_with("https://photos."), "{line}");
    let mut err = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut err).expect("text");
    let status = child.wait().expect("a status");
    assert_eq!((status.code(), err.as_str()), (Some(0), ""));
    assert!(writer.join().expect("a thread"), "it stopped reading");
}

#[test]
fn sessions_and_the_console() {
    let folder = folder("sessions");
    let saved = folder.join("session");
    let saved = saved.to_str().expect("UTF-8");
    let at = |arguments: &[&str], input: &str| {
        run_with(&[arguments, &["--at", "20190715T222833Z"]].concat(), &KEYS, input.as_bytes())
    };
    let asked = at(
        &["sts", "assume-role", "arn:aws:iam::123456789012:role/demo", "--duration", "1h", "--session-name", "zoe"],
        "",
    );
    assert_eq!(asked.err, "signed as of 2019-07-15T22:28:33Z: send it within 15 minutes\n");
    let asked = asked.done();
    assert!(asked.starts_with("silent\nshow-error\nfail-with-body\ngloboff\nheader = "), "{asked}");
    assert!(asked.ends_with(
        "data-raw = \"Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fdemo\
         &RoleSessionName=zoe&DurationSeconds=3600\"\nurl = \"https://sts.us-east-1.amazonaws.com/\"\n"
    ));
    for (arguments, action) in [
        (&["sts", "session-token", "--duration", "15m"][..], "Action=GetSessionToken&"),
        (&["sts", "federation-token", "bob"], "Action=GetFederationToken&"),
        (&["sts", "caller-identity"], "Action=GetCallerIdentity&"),
        (
            &["sts", "web-identity", "arn:aws:iam::123456789012:role/demo", "--token-from", "-"],
            "Action=AssumeRoleWithWebIdentity&",
        ),
    ] {
        let request = at(arguments, "TOKEN\n");
        let note = match action {
            "Action=AssumeRoleWithWebIdentity&" => "not signed: the token speaks for itself, as long as it is good\n",
            _ => "signed as of 2019-07-15T22:28:33Z: send it within 15 minutes\n",
        };
        assert_eq!(request.err, note, "{arguments:?}");
        let request = request.done();
        assert!(request.contains(action) && request.contains("authorization") != action.contains("Web"), "{request}");
    }

    let file = folder.join("request");
    let request = ["sts", "caller-identity"];
    let written = at(&[&request[..], &["--output", file.to_str().expect("UTF-8")]].concat(), "");
    assert_eq!((written.code, written.out.as_str()), (0, ""));
    assert_eq!(fs::read_to_string(file).expect("a file"), at(&request, "").out);

    let read = at(&["sts", "read", "--save", saved], ANSWER);
    assert_eq!(
        read.done(),
        format!(
            "session ASIAIOSFODNN7EXAMPLE of arn:aws:sts::123456789012:assumed-role/demo/zoe until \
             2019-07-15T23:28:33Z, saved in {saved}\n"
        )
    );
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::MetadataExt::mode(&fs::metadata(saved).expect("a file")) & 0o777, 0o600);
    let again = at(&["sts", "read", "--save", saved], ANSWER);
    assert_eq!((again.code, again.err), (5, format!("error: {saved}: it is there already, and is not overwritten\n")));
    // An answer comes but once: whether it can be kept is known before it is read.
    let nowhere = folder.join("none/session");
    let nowhere = nowhere.to_str().expect("UTF-8");
    for (place, text) in
        [(saved, "it is there already, and is not overwritten"), (nowhere, "its folder does not exist")]
    {
        let early = at(&["sts", "read", "--save", place], "<html/>");
        assert_eq!((early.code, early.err), (5, format!("error: {place}: {text}\n")));
    }
    let unread = folder.join("unread");
    let wrong = at(&["sts", "read", "--save", unread.to_str().expect("UTF-8")], "<html/>");
    assert!(wrong.code == 4 && !unread.exists(), "{wrong:?}");
    let kept = at(&["sts", "read"], ANSWER);
    assert_eq!((kept.code, kept.err.as_str()), (0, "the keys were not kept: --save FILE keeps them\n"));
    assert_eq!(
        at(&["sts", "read", "--json"], ANSWER).json(),
        json!({
            "access_key_id": "ASIAIOSFODNN7EXAMPLE", "expiration": "2019-07-15T23:28:33Z",
            "arn": "arn:aws:sts::123456789012:assumed-role/demo/zoe",
        })
    );
    let identity = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/Alice</Arn>\
                    <UserId>AIDACKCEVSQ6C2EXAMPLE</UserId><Account>123456789012</Account></GetCallerIdentityResult>\
                    </GetCallerIdentityResponse>";
    assert_eq!(at(&["sts", "read"], identity).done(), "arn:aws:iam::123456789012:user/Alice\n");

    // Keys on standard input are read once.
    let form = at(&["presign", "s3://photos/k/", "--post", "--credentials-from", "-", "-q"], ANSWER);
    assert_eq!(form.err, "");
    assert!(form.done().contains("\nx-amz-security-token=AQoDYXdzEPT//"));
    for arguments in [&["verify"][..], &["explain"], &["console-url", "link"]] {
        let run = at(&[arguments, &["--credentials-from", "-"]].concat(), ANSWER);
        assert_eq!((run.code, run.err.as_str()), (2, "error: standard input can be read only once\n"), "{arguments:?}");
    }

    // The session signs, and its links end with it.
    let link = at(&["presign", "s3://photos/k", "--expires", "7d", "--credentials-from", saved, "-q"], "");
    assert_eq!(
        link.err,
        "warning: the keys end at 2019-07-15T23:28:33Z, and what they sign ends then, before its lifetime is over\n"
    );
    assert!(link.done().contains("&X-Amz-Security-Token=AQoDYXdzEPT%2F%2F"));
    let piped = at(&["presign", "s3://photos/k", "--expires", "7d", "--credentials-from", "-", "-q"], ANSWER);
    assert!(piped.done().contains("&X-Amz-Security-Token="));

    let request = at(&["console-url", "request", "--credentials-from", saved], "").done();
    let url =
        "url = \"https://signin.aws.amazon.com/federation?Action=getSigninToken&Session=%7B%22sessionId%22%3A%22ASIA";
    assert!(request.contains(url), "{request}");
    let refused = at(&["console-url", "request"], "");
    assert_eq!(refused.code, 3);
    let link =
        at(&["console-url", "link", "--destination", "https://console.aws.amazon.com/s3"], r#"{"SigninToken":"abc"}"#);
    assert_eq!(link.err, "good until 2019-07-15T22:43:33Z, counted from now: open it at once\n");
    assert_eq!(
        link.done(),
        "https://signin.aws.amazon.com/federation?Action=login&Issuer=s3-sigv4&Destination=https%3A%2F%2Fconsole.aws.amazon.com\
         %2Fs3&SigninToken=abc\n"
    );
}

/// After the example of <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>.
const ANSWER: &str = "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
    <AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/demo/zoe</Arn><AssumedRoleId>ARO123EXAMPLE123:zoe\
    </AssumedRoleId></AssumedRoleUser><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>\
    <SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY</SecretAccessKey>\
    <SessionToken>AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22</SessionToken>\
    <Expiration>2019-07-15T23:28:33.359Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";

#[test]
fn shells_complete_it() {
    for (shell, part) in [("bash", "complete -F"), ("zsh", "#compdef s3-sigv4"), ("fish", "complete -c s3-sigv4")] {
        let script = run_with(&["completions", shell], &[], b"").done();
        assert!(script.contains(part) && script.contains("console-url"), "{shell}");
    }
}

/// Every command, also with `--verbose`, and every mistake that holds a secret.
#[test]
fn no_secret_is_told() {
    const SECRET: &str = "MARKEDsecret/K7MDENG/bPxRfiCYEXAMPLEKEY";
    const TOKEN: &str = "MARKEDtoken//EXAMPLE";
    const CUSTOMER_KEY: &str = "MARKEDcustomerKEY";
    let folder = folder("secrets");
    let path = |name: &str, text: &str| {
        let file = folder.join(name);
        fs::write(&file, text).expect("a file");
        file.to_str().expect("UTF-8").to_owned()
    };
    let headers = path("headers", &format!("x-amz-server-side-encryption-customer-key: {CUSTOMER_KEY}\n"));
    let broken = path("broken", &format!("[default]\naws_secret_access_key {SECRET}\n"));
    let ill = path("ill", &format!("[default]\naws_access_key_id = {SECRET},\naws_secret_access_key = {SECRET}\n"));
    let json = path(
        "json",
        &format!("{{\"Version\": 1, \"AccessKeyId\": \"ID\", \"SecretAccessKey\": \"{SECRET}\", \"SessionToken\": 1}}"),
    );
    let xml = path("xml", &ANSWER.replace("wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY", SECRET));
    let keys = [("AWS_ACCESS_KEY_ID", ID), ("AWS_SECRET_ACCESS_KEY", SECRET), ("AWS_SESSION_TOKEN", TOKEN), KEYS[2]];
    let stray = [("AWS_ACCESS_KEY_ID", ID), ("AWS_SECRET_ACCESS_KEY", "MARKEDsecret/K7MDENG\n"), KEYS[2]];
    let unread = [KEYS[2], ("AWS_SHARED_CREDENTIALS_FILE", &*broken)];
    let wrong = [KEYS[2], ("AWS_SHARED_CREDENTIALS_FILE", &*ill)];
    let link = run_with(&["presign", "s3://photos/k", "--at", DAY], &keys, b"").done();
    let role = "arn:aws:iam::123456789012:role/demo";
    let cases: [(Words<'_>, Variables<'_>); 28] = [
        (&["presign", "s3://photos/k"], &keys),
        (&["presign", "s3://photos/k", "--json"], &keys),
        (&["presign", "s3://photos/k", "-X", "PUT", "--headers-from", &headers], &keys),
        (&["presign", "s3://photos/k", "-X", "PUT", "--headers-from", &headers, "--json"], &keys),
        (&["presign", "s3://photos/k", "-X", "PUT", "--headers-from", &headers, "--curl", "f"], &keys),
        (&["presign", "s3://photos/k/", "--post"], &keys),
        (&["presign", "s3://photos/k/", "--post", "--html"], &keys),
        (&["presign", "s3://photos/", "--keys-from", "-"], &keys),
        (&["presign", "s3://photos/k", "--expires", "8d"], &keys),
        (&["presign", "s3://photos/k"], &stray),
        (&["presign", "s3://photos/k"], &unread),
        (&["presign", "s3://photos/k"], &wrong),
        (&["presign", "s3://photos/k", "--credentials-from", &json], &keys),
        (&["presign", "s3://photos/k", "--credentials-from", &headers], &keys),
        (&["presign", "s3://photos/k", "--credentials-from", &xml], &keys),
        (&["sign", "s3://photos/k"], &keys),
        (&["sign", "s3://photos/k", "--json"], &keys),
        (&["sign", "s3://photos/k", "--curl"], &keys),
        (&["sign", "s3://photos/k", "--curl", "--headers-from", &headers], &keys),
        (&["inspect", &link], &keys),
        (&["verify", &link], &keys),
        (&["verify", &link], &wrong),
        (&["policy", "s3://photos/k"], &keys),
        (&["sts", "assume-role", role], &keys),
        (&["sts", "read"], &keys),
        (&["sts", "read"], &stray),
        (&["console-url", "link"], &keys),
        (&["explain", "--link", link.trim()], &keys),
    ];
    let input = format!("<Error>{SECRET} {TOKEN} {CUSTOMER_KEY}</Error>");
    for (arguments, variables) in cases {
        let run = run_with(&[arguments, &["-v", "--at", DAY]].concat(), variables, input.as_bytes());
        for secret in [SECRET, CUSTOMER_KEY, "MARKEDsecret"] {
            // What was given on standard input as keys is printed as keys.
            let of_keys = arguments.contains(&"--keys-from") && run.code == 0;
            let shown = if of_keys { &run.err } else { &format!("{}{}", run.out, run.err) };
            assert!(!shown.contains(secret), "{arguments:?} tells {secret}: {run:?}");
        }
        // The token is sent with what is signed, and stands nowhere else.
        let product = matches!(arguments[0], "presign" | "sign") || arguments[1] == "assume-role";
        let mut shown = run.err.clone();
        if !product {
            shown.push_str(&run.out);
        }
        assert!(!shown.contains("MARKEDtoken"), "{arguments:?}: {run:?}");
    }
    // The command line is no place for them.
    for name in ["Authorization", "cookie", "x-amz-security-token", "x-goog-encryption-key"] {
        let run = run(&["sign", "s3://photos/k", "-H", &format!("{name}: MARKED")]);
        let text = format!("error: {name} is a secret, and the command line is no place for it: use --headers-from\n");
        assert_eq!((run.code, run.err), (2, text));
    }
    // These two do hold secrets, which is what they are for: a pipe or a file gets them, a terminal never.
    let config =
        run_with(&["sign", "s3://photos/k", "--curl-config", "--headers-from", &headers, "--at", DAY], &keys, b"");
    assert!(
        config.done().contains(&format!("header = \"x-amz-server-side-encryption-customer-key: {CUSTOMER_KEY}\"\n"))
    );
    #[cfg(target_os = "linux")]
    {
        // Its own end of a new pseudo-terminal is a terminal as well.
        let on_terminal = |arguments: &[&str]| {
            let terminal = fs::File::options().read(true).write(true).open("/dev/ptmx").expect("a terminal");
            let output = command(&[arguments, &["--at", DAY, "-q"]].concat(), &keys).stdout(terminal).output();
            let output = output.expect("the binary");
            (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
        };
        let sign = ["sign", "s3://photos/k", "--headers-from", &headers];
        let text = "error: x-amz-server-side-encryption-customer-key is a secret, and a terminal is no place for it: pipe \
                    the request on, or into a file\n";
        for form in [&[][..], &["--json"], &["--curl-config"]] {
            assert_eq!(on_terminal(&[&sign[..], form].concat()), (Some(2), text.into()), "{form:?}");
        }
        let text = text
            .replace("a terminal", "a command line")
            .replace("pipe the request on, or into a file", "use --curl-config");
        assert_eq!(on_terminal(&[&sign[..], &["--curl"]].concat()), (Some(2), text));
        assert_eq!(on_terminal(&sign[..2]), (Some(0), String::new()));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A redirect makes a file with the shell's permissions.
        let file = folder.join("redirected");
        let into = |arguments: &[&str], mode: u32| {
            let redirected = fs::File::create(&file).expect("a file");
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("permissions");
            let output = command(&[arguments, &["--at", DAY, "-q"]].concat(), &keys).stdout(redirected).output();
            let output = output.expect("the binary");
            (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
        };
        let sts = "warning: the request holds secrets, and others may read the file on standard output: --output FILE makes \
                   one that only its owner can read\n";
        let sign = "warning: x-amz-server-side-encryption-customer-key is a secret, and others may read the file on \
                    standard output: umask 077 in front makes one that they cannot\n";
        let of_key = ["sign", "s3://photos/k", "--headers-from", &headers];
        for (arguments, text) in [(&["sts", "caller-identity"][..], sts), (&of_key, sign), (&of_key[..2], "")] {
            assert_eq!(into(arguments, 0o644), (Some(0), text.into()), "{arguments:?}");
            assert_eq!(into(arguments, 0o600), (Some(0), String::new()), "{arguments:?}");
        }
    }
    let at = ["--at", "20190715T222833Z"];
    let request = run_with(&[&["console-url", "request", "--credentials-from", &xml], &at[..]].concat(), &keys, b"");
    assert!(request.done().contains("MARKEDsecret%2F"));
}

#[test]
fn nothing_is_taken_for_something_else() {
    // A key that looks like the rest of an ARN stays a key.
    let arn = "arn:aws:s3:us-west-2:123456789012:accesspoint/ap";
    let link = run(&["presign", &format!("s3://{arn}/a:outpost/b/c"), "-q"]).done();
    assert!(
        link.starts_with("https://ap-123456789012.s3-accesspoint.us-west-2.amazonaws.com/a%3Aoutpost/b/c?"),
        "{link}"
    );

    // A list without line ends is not read for ever.
    let endless = vec![b'a'; 1 << 17];
    let list = run_with(&["presign", "s3://photos/", "--keys-from", "-", "--at", DAY], &KEYS, &endless);
    assert_eq!((list.code, &*list.out), (4, ""));
    assert!(list.err.ends_with("error: key 1 of standard input: it has more than 65536 bytes\n"), "{}", list.err);

    // Who wants FIPS does not get the ordinary endpoint of STS.
    let fips = [&KEYS[..], &[("AWS_USE_FIPS_ENDPOINT", "true")]].concat();
    let asked = run_with(&["sts", "caller-identity", "--at", DAY], &fips, b"");
    assert_eq!(
        (asked.code, &*asked.err),
        (
            3,
            "error: the settings ask for FIPS endpoints: name STS's own by AWS_ENDPOINT_URL_STS or --endpoint-url, such \
             as https://sts-fips.us-east-1.amazonaws.com\n"
        )
    );
    let url = "https://sts-fips.us-east-1.amazonaws.com";
    let named = [&fips[..], &[("AWS_ENDPOINT_URL_STS", url)]].concat();
    for (option, variables) in [(&[][..], &named), (&["--endpoint-url", url], &fips)] {
        let asked = [&["sts", "caller-identity", "--at", DAY], option].concat();
        let asked = run_with(&asked, variables, b"").done();
        assert!(asked.contains(&format!("url = \"{url}/\"")), "{asked}");
    }

    // The longest lifetime in full is seven days, which these keys do not have.
    let soon = [&KEYS[..], &[SESSION, ("AWS_CREDENTIAL_EXPIRATION", "2013-05-24T00:05:00Z")]].concat();
    let full = run_with(&["presign", "s3://photos/k", "--expires", "max", "--full", "--at", DAY], &soon, b"");
    assert_eq!(full.code, 3);
    assert!(full.err.contains("the credentials expire at 2013-05-24T00:05:00Z"), "{}", full.err);

    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt;
        // A file's name with a line end does not become a second option of curl's.
        let body = folder("curl").join("a\nurl = \"http:");
        fs::write(&body, "body").expect("a file");
        let arguments =
            ["sign", "s3://photos/k", "-X", "PUT", "--curl-config", "--body", body.to_str().expect("UTF-8")];
        let config = run(&arguments).done();
        assert_eq!(config.lines().filter(|line| line.starts_with("url = ")).count(), 1, "{config}");
        assert!(config.contains("a\\nurl = \\\"http:"), "{config}");

        // A variable that cannot be read is not one that is not there.
        let mut child = command(&["presign", "s3://photos/k"], &KEYS);
        let output = child.env("AWS_PROFILE", std::ffi::OsString::from_vec(vec![0xff])).output().expect("the binary");
        assert_eq!(output.status.code(), Some(3));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "error: the variable AWS_PROFILE is not UTF-8\n");
    }
}
