//! The cookbook's pages, their commands run from top to bottom in a POSIX shell.
//!
//! What goes over the network meets stand-ins by the name of `curl` and `aws`, which keep what they were asked and give
//! the answers that AWS documents; afterwards each request that they got is verified. A `text` block behind commands is
//! what these print, all of it.
#![cfg(all(feature = "cli", unix))]

use s3_sigv4::sts::Session;
use s3_sigv4::{Claim, Credentials, Inspection, PayloadHash, PostClaim, Request, Service, Timestamp, Verifier};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const USER: (&str, &str) = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
const SHELL: (&str, &str, &str) =
    ("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY", "IQoJb3JpZ2luX2VjEXAMPLE");
const ROLE: (&str, &str, &str) =
    ("ASIAI44QH8DHBEXAMPLE", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY", "AQoDYXdzEPT//wEXAMPLE");

/// `curl`: each call leaves its arguments, and what it read, in files of its own.
const CURL: &str = r#"#!/bin/sh
set -eu
n=$(ls "$CALLS" | wc -l)
call=$CALLS/$(printf '%03d' "$n")
for argument in "$@"; do printf '%s\n' "$argument"; done > "$call"
[ "$1" = --config ] || { for argument; do :; done; printf '%s' contents > "${SAVED:-/dev/null}"; exit 0; }
cat > "$call.config"
case $(cat "$call.config") in
  *Action=GetCallerIdentity*) cat "$ANSWERS/identity" ;;
  *Action=AssumeRole*) cat "$ANSWERS/session" ;;
  *Action=getSigninToken*) cat "$ANSWERS/token" ;;
  *) exit 22 ;;
esac
"#;

/// `aws`: it leaves what IAM was asked, and hands out keys.
const AWS: &str = r#"#!/bin/sh
set -eu
case "$*" in
  'configure export-credentials') exec cat "$ANSWERS/process" ;;
  'iam '*) echo "$*" >> "$PRINTED/../iam" ;;
  *) exit 22 ;;
esac
case "$*" in 'iam create-access-key '*) cat "$ANSWERS/key" ;; esac
"#;

/// A folder with a home, the stand-ins and their answers.
struct Machine {
    folder: PathBuf,
    now: Timestamp,
}

impl Machine {
    fn new(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("cookbook-{name}"));
        let _ = fs::remove_dir_all(&folder);
        for inner in ["home", "bin", "calls", "answers", "work"] {
            fs::create_dir_all(folder.join(inner)).expect("a folder");
        }
        let machine = Self { folder, now: Timestamp::now() };
        for (name, script) in [("curl", CURL), ("aws", AWS)] {
            let path = machine.file(&format!("bin/{name}"), script);
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("permissions");
        }
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_s3-sigv4"), machine.folder.join("bin/s3-sigv4"))
            .expect("a link");
        let end = machine.now.plus(Duration::from_secs(3600)).expect("an hour later");
        let end = format!(
            "{}-{}-{}T{}:{}:{}Z",
            &end.as_str()[..4],
            &end.as_str()[4..6],
            &end.as_str()[6..8],
            &end.as_str()[9..11],
            &end.as_str()[11..13],
            &end.as_str()[13..15]
        );
        machine.file(
            "answers/process",
            &format!(
                "{{\"Version\": 1, \"AccessKeyId\": \"{}\", \"SecretAccessKey\": \"{}\", \"SessionToken\": \"{}\", \
             \"Expiration\": \"{end}\"}}",
                SHELL.0, SHELL.1, SHELL.2
            ),
        );
        machine.file(
            "answers/identity",
            "<GetCallerIdentityResponse><GetCallerIdentityResult>\
            <Arn>arn:aws:sts::123456789012:assumed-role/Admin/zoe</Arn><UserId>AROA123EXAMPLE123:zoe</UserId>\
            <Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
        );
        machine.file("answers/session", &format!("<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser>\
            <Arn>arn:aws:sts::123456789012:assumed-role/shared-folder/zoe</Arn><AssumedRoleId>ARO123EXAMPLE123:zoe</AssumedRoleId>\
            </AssumedRoleUser><Credentials><AccessKeyId>{}</AccessKeyId><SecretAccessKey>{}</SecretAccessKey>\
            <SessionToken>{}</SessionToken><Expiration>{end}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>",
            ROLE.0, ROLE.1, ROLE.2));
        machine.file("answers/key", &format!("{}\t{}\n", USER.0, USER.1));
        machine.file("answers/token", "{\"SigninToken\":\"VCQgs5qZZt3Q6fn8Tr5EXAMPLEmLnwB7JjUc\"}");
        machine
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.join(name);
        fs::write(&path, text).expect("a file");
        path
    }

    fn work(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join("work").join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Runs the commands of a page one after another, each block in the shell that the one before it left.
    fn run(&self, page: &str) {
        let blocks = blocks(page);
        assert!(blocks.len() > 5, "{} blocks", blocks.len());
        let mut script = String::from("set -eu\n");
        for (i, (commands, _)) in blocks.iter().enumerate() {
            // What a block prints goes into a file of its own.
            script.push_str(&format!("exec > \"$PRINTED/{i}\" 2>&1\n{commands}\n"));
        }
        let printed = self.folder.join("printed");
        fs::create_dir_all(&printed).expect("a folder");
        let path = format!("{}:/usr/bin:/bin", self.folder.join("bin").display());
        let status = Command::new("/bin/sh")
            .args(["-c", &script])
            .current_dir(self.folder.join("work"))
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.folder.join("home"))
            .env("CALLS", self.folder.join("calls"))
            .env("ANSWERS", self.folder.join("answers"))
            .env("PRINTED", &printed)
            .status()
            .expect("a shell");
        let of = |i: usize| fs::read_to_string(printed.join(i.to_string())).unwrap_or_default();
        for (i, (commands, expected)) in blocks.iter().enumerate() {
            let found = of(i);
            assert!(status.success() || printed.join((i + 1).to_string()).exists(), "{commands}\n{found}");
            if let Some(expected) = expected {
                assert_eq!(&found, expected, "{commands}");
            }
        }
        assert!(status.success(), "{}\n{}", blocks[blocks.len() - 1].0, of(blocks.len() - 1));
    }

    /// What IAM was asked for, each policy that it was given read.
    fn iam(&self) -> Vec<String> {
        let asked = fs::read_to_string(self.folder.join("iam")).expect("a file");
        for name in asked.split_whitespace().filter_map(|word| word.strip_prefix("file://")) {
            let policy: serde_json::Value = serde_json::from_str(&self.work(name)).expect("JSON");
            assert_eq!(policy["Version"], "2012-10-17", "{name}");
        }
        asked.lines().map(|line| line.split(' ').nth(1).unwrap_or_default().to_owned()).collect()
    }

    /// The arguments of each call of `curl`, or the configuration that it read.
    fn calls(&self) -> Vec<Vec<String>> {
        let lines = |path: &Path| fs::read_to_string(path).expect("a call").lines().map(String::from).collect();
        let folder = self.folder.join("calls");
        let mut names: Vec<_> =
            fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("a file").path()).collect();
        names.sort();
        let calls = names.iter().filter(|path| !path.with_extension("config").exists() || path.extension().is_some());
        calls.map(|path| lines(path)).collect()
    }
}

/// The `sh` blocks, each with the `text` block that follows it.
fn blocks(page: &str) -> Vec<(String, Option<String>)> {
    let mut blocks: Vec<(String, Option<String>)> = Vec::new();
    let mut pieces = page.split("```");
    pieces.next();
    while let Some(block) = pieces.next() {
        pieces.next();
        match block.split_once('\n') {
            Some(("sh", commands)) => blocks.push((commands.into(), None)),
            Some(("text", expected)) => blocks.last_mut().expect("commands in front of it").1 = Some(expected.into()),
            _ => {}
        }
    }
    blocks
}

/// A link as the server sees it, verified.
#[track_caller]
fn verified(link: &str, method: &str, headers: &[(&str, &str)], keys: &Credentials, now: Timestamp) {
    let (host, target) = link.strip_prefix("https://").and_then(|rest| rest.split_once('/')).expect("a link");
    let (target, headers) = (format!("/{target}"), [headers, &[("host", host)]].concat());
    let request = Request::received(method, host, &target).expect("a request").with_headers(&headers);
    let claim = Claim::parse(&request).expect("a link");
    let verified =
        Verifier::new("eu-west-1").verify(claim, keys, now).unwrap_or_else(|error| panic!("{error}: {link}"));
    assert_eq!(verified.payload(), PayloadHash::UNSIGNED);
}

/// A request of curl's configuration, verified, with its body.
#[track_caller]
fn verified_config(lines: &[String], keys: &Credentials, now: Timestamp) -> String {
    let of = |name: &str| -> Vec<String> {
        let start = format!("{name} = \"");
        let values = lines.iter().filter_map(|line| line.strip_prefix(&start)?.strip_suffix('"'));
        values.map(|value| value.replace("\\\"", "\"")).collect()
    };
    let (headers, body) = (of("header"), of("data-raw").remove(0));
    let mut headers: Vec<_> = headers.iter().filter_map(|header| header.split_once(": ")).collect();
    headers.push(("host", "sts.eu-west-1.amazonaws.com"));
    assert_eq!(of("url"), ["https://sts.eu-west-1.amazonaws.com/"]);
    let request =
        Request::received("POST", "sts.eu-west-1.amazonaws.com", "/").expect("a request").with_headers(&headers);
    let claim = Claim::parse(&request).expect("a request").with_payload(PayloadHash::of(body.as_bytes()));
    let verifier = Verifier::new("eu-west-1").with_service(Service::new("sts").expect("a service"));
    verifier.verify(claim, keys, now).and_then(|verified| verified.check_body(body.as_bytes())).expect("it verifies");
    body
}

fn session((id, secret, token): (&str, &str, &str)) -> Credentials {
    Credentials::new(id, secret).and_then(|keys| keys.with_session_token(token)).expect("keys")
}

#[test]
fn links_from_a_function() {
    let machine = Machine::new("function");
    machine.run(include_str!("../src/cookbook/links_from_a_function.md"));
    let keys = Credentials::new(USER.0, USER.1).expect("keys");
    let now = Timestamp::now();
    let calls = machine.calls();
    assert_eq!(calls.len(), 3);
    let [download, put, form] = &calls[..] else { panic!("{calls:?}") };

    let link = download.last().expect("a link");
    verified(link, "GET", &[], &keys, now);
    let until = Inspection::of_link(link).valid_until().expect("an end");
    assert!(until.unix() - now.unix() > 7 * 86400 - 600, "{until}");
    assert!(link.contains("response-content-disposition=attachment"), "{link}");

    assert!(put.windows(2).any(|pair| pair == ["--data-binary", "@cat.jpg"]), "{put:?}");
    verified(put.last().expect("a link"), "PUT", &[("content-type", "image/jpeg")], &keys, now);

    // curl gets a form's fields as arguments, the file last.
    let fields = form.windows(2).filter(|pair| pair[0].starts_with("--form")).map(|pair| pair[1].as_str());
    let fields: Vec<_> = fields.filter_map(|field| field.split_once('=')).filter(|(name, _)| *name != "file").collect();
    let claim = PostClaim::parse("documents", &fields, "cat.jpg").expect("a form");
    let verified = Verifier::new("eu-west-1").verify_post(claim, &keys, now).expect("it verifies");
    assert_eq!((verified.key(), verified.content_length()), ("incoming/cat.jpg", 1..=10_000_000));
    assert_eq!(machine.iam(), ["create-user", "put-user-policy", "create-access-key"]);
    let stored = machine.folder.join("home/.aws/credentials");
    assert_eq!(fs::metadata(stored).expect("a file").permissions().mode() & 0o777, 0o600);
    assert!(machine.work("upload.html").contains("name=\"Content-Type\" value=\"image/\""));
    assert!(machine.work("upload.html").contains("action=\"https://documents.s3.eu-west-1.amazonaws.com/\""));
}

#[test]
fn a_shared_folder() {
    let machine = Machine::new("folder");
    // What was left the last time is in nobody's way.
    machine.file("work/session.xml", "old");
    machine.run(include_str!("../src/cookbook/a_shared_folder.md"));
    let now = Timestamp::now();
    let (shell, role) = (session(SHELL), session(ROLE));
    let calls = machine.calls();
    let [identity, assume, first, second, list, signin] = &calls[..] else { panic!("{calls:?}") };
    assert!(verified_config(identity, &shell, now).starts_with("Action=GetCallerIdentity&"));
    let body = verified_config(assume, &shell, now);
    for part in ["Action=AssumeRole&", "role%2Fshared-folder", "DurationSeconds=3600", "Policy=%7B+%22Version%22"] {
        assert!(body.contains(part), "{part} in {body}");
    }
    for call in [first, second, list] {
        verified(call.last().expect("a link"), "GET", &[], &role, now);
    }
    assert!(second.last().expect("a link").contains("/team/dog%20%26%20bone.jpg?"));
    // Each picture has a file of its own.
    for (call, name) in [(first, "cat.jpg"), (second, "dog & bone.jpg")] {
        assert!(call.windows(2).any(|pair| pair == ["--output", name]), "{call:?}");
    }
    assert_eq!(machine.iam(), ["create-role", "put-role-policy"]);
    let of_role = |text: &str| text.replace('/', "%2F").replace('+', "%2B");
    let session = format!(
        "Action=getSigninToken&Session=%7B%22sessionId%22%3A%22{}%22%2C%22sessionKey%22%3A%22{}%22%2C%22sessionToken%22\
         %3A%22{}%22%7D",
        ROLE.0,
        of_role(ROLE.1),
        of_role(ROLE.2)
    );
    let asked = format!("url = \"https://signin.aws.amazon.com/federation?{session}\"");
    assert!(signin.contains(&asked), "{asked} in {signin:?}");
    let end = Session::parse(&machine.work("../answers/session")).expect("a session").expiration();
    assert!(machine.work("until").contains("warning: the keys end at "), "{}", machine.work("until"));
    assert_eq!(machine.now.plus(Duration::from_secs(3600)), Ok(end));
    assert_eq!(
        machine.work("console-link"),
        "https://signin.aws.amazon.com/federation?Action=login&Issuer=https%3A%2F%2Fexample.com\
         &Destination=https%3A%2F%2Fs3.console.aws.amazon.com%2Fs3%2Fbuckets%2Fshared%3Fprefix%3Dteam%2F\
         &SigninToken=VCQgs5qZZt3Q6fn8Tr5EXAMPLEmLnwB7JjUc\n"
    );
    assert!(!machine.folder.join("work/session.xml").exists());
}
