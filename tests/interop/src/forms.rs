//! Uploads by browsers' forms, as multipart/form-data and by curl, and tampered twins of them.

use crate::client::{Answer, Wire};
use crate::refusals::{refusal, with_other_end, wrong_secret};
use crate::report::{Outcome, Report};
use crate::site::{Call, IN_HOST, MINUTE, Shell, Site, ago, variable, wire};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use s3_sigv4::{Bucket, PostForm, PostPolicy, Signer, Timestamp};
use std::fs;

/// A form as a browser sends it.
pub struct Filled {
    url: String,
    fields: Vec<(String, String)>,
    file_name: String,
    content: Vec<u8>,
}

impl Filled {
    pub fn new(form: &PostForm, file_name: &str, content: &[u8]) -> Self {
        let fields = form.fields().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { url: form.url().to_owned(), fields, file_name: file_name.to_owned(), content: content.to_vec() }
    }

    /// The same with this field, in place of one of the same name if there is one.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        match self.fields.iter_mut().find(|(other, _)| other == name) {
            Some(field) => field.1 = value.to_owned(),
            None => self.fields.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    pub fn without(mut self, name: &str) -> Outcome<Self> {
        let count = self.fields.len();
        self.fields.retain(|(other, _)| other != name);
        if self.fields.len() < count { Ok(self) } else { Err(format!("the form has no {name}").into()) }
    }

    pub fn value(&self, name: &str) -> Outcome<&str> {
        let field = self.fields.iter().find(|(other, _)| other == name);
        Ok(field.map(|(_, value)| &**value).ok_or_else(|| format!("the form has no {name}"))?)
    }

    /// As multipart/form-data, the file as the last part.
    pub fn wire(&self) -> Outcome<Wire> {
        let mut body = Vec::new();
        for (name, value) in &self.fields {
            let name = quoted(name);
            body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n").bytes());
            body.extend(value.bytes().chain(*b"\r\n"));
        }
        let name = quoted(&self.file_name);
        body.extend(
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"").bytes(),
        );
        body.extend(b"\r\nContent-Type: application/octet-stream\r\n\r\n");
        body.extend(self.content.iter().chain(format!("\r\n--{BOUNDARY}--\r\n").as_bytes()));
        let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
        wire("POST", &self.url, &[("content-type", &*content_type)], &body)
    }
}

/// As HTML's standard escapes a name.
fn quoted(name: &str) -> String {
    name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22")
}

type Check = fn(&Site) -> Outcome;
type Twin = fn(&Site) -> Outcome<Filled>;

const ACCEPTED: &[(&str, Check)] = &[
    ("a key", |site| {
        post(site, PostPolicy::for_key(KEY)?, "a.txt", NEW)?;
        has(site, KEY, NEW).map(drop)
    }),
    ("a name of the browser's under a prefix", |site| {
        post(site, PostPolicy::for_keys_under("forms/named/é +/")?, "cat & 1 + 100%.txt", NEW)?;
        has(site, "forms/named/é +/cat & 1 + 100%.txt", NEW).map(drop)
    }),
    ("a name beyond ASCII under a prefix", |site| {
        post(site, PostPolicy::for_keys_under("forms/named/")?, "Zoë 😀.txt", NEW)?;
        has(site, "forms/named/Zoë 😀.txt", NEW).map(drop)
    }),
    ("a key of the user's under a prefix", |site| {
        let form = sign(site, &PostPolicy::for_keys_under("forms/chosen/")?)?;
        send(site, &Filled::new(&form, "a.txt", NEW).with("key", "forms/chosen/2024/ü.txt"))?;
        has(site, "forms/chosen/2024/ü.txt", NEW).map(drop)
    }),
    ("a file of the least and of the greatest length", |site| {
        for content in [&b"fives"[..], b"or eight"] {
            post(site, PostPolicy::for_key(KEY)?.with_content_length(5..=8)?, "a.txt", content)?;
            has(site, KEY, content)?;
        }
        Ok(())
    }),
    ("an empty file", |site| {
        post(site, PostPolicy::for_key(KEY)?.with_content_length(0..=0)?, "a.txt", b"")?;
        has(site, KEY, b"").map(drop)
    }),
    ("a type under a prefix", |site| {
        let policy = PostPolicy::for_key(KEY)?.with_prefix("Content-Type", "image/")?;
        let form = sign(site, &policy.with_value("Content-Type", "image/jpeg")?)?;
        send(site, &Filled::new(&form, "a.jpg", NEW))?;
        has(site, KEY, NEW)?.has_header("content-type", b"image/jpeg")?;
        send(site, &Filled::new(&form, "a.png", NEW).with("Content-Type", "image/png"))?;
        has(site, KEY, NEW)?.has_header("content-type", b"image/png").map(drop)
    }),
    ("metadata, odd values and headers", |site| {
        let policy = PostPolicy::for_key(ODD_KEY)?
            .with_exact("x-amz-meta-say", "it's \"so\" <b>&amp; \\u00e9 $HOME")?
            .with_exact("Cache-Control", "private, max-age=60")?
            .with_prefix("x-amz-meta-title", "")?
            .with_value("x-amz-meta-title", "A title")?
            .with_value("x-ignore-button", "Upload")?;
        post(site, policy, "a.txt", NEW)?;
        let answer = has(site, ODD_KEY, NEW)?;
        answer.has_header("x-amz-meta-say", b"it's \"so\" <b>&amp; \\u00e9 $HOME")?;
        answer.has_header("cache-control", b"private, max-age=60")?;
        answer.has_header("x-amz-meta-title", b"A title").map(drop)
    }),
    ("the status asked for", |site| {
        for status in ["200", "201", "204"] {
            let policy = PostPolicy::for_key(KEY)?.with_exact("success_action_status", status)?;
            let answer = site.client.send(&Filled::new(&sign(site, &policy)?, "a.txt", NEW).wire()?)?;
            answer.has_status(&[status.parse()?])?;
        }
        Ok(())
    }),
    ("where to go afterwards", |site| {
        let policy = PostPolicy::for_key(KEY)?.with_exact("success_action_redirect", "http://127.0.0.1/done")?;
        let answer = site.client.send(&Filled::new(&sign(site, &policy)?, "a.txt", NEW).wire()?)?;
        let location = answer.has_status(&[303])?.headers.get("location").and_then(|value| value.to_str().ok());
        match location.is_some_and(|location| location.starts_with("http://127.0.0.1/done?")) {
            true => Ok(()),
            false => Err(answer.wrong(&format!("the place to go, found {location:?}"))),
        }
    }),
    (IN_HOST, |site| {
        let bucket = Bucket::virtual_hosted(&variable("VIRTUAL_HOST")?, site.bucket.name())?;
        let form = site.signer.post(&PostPolicy::for_key(KEY)?, &bucket, MINUTE, Timestamp::now())?;
        send(site, &Filled::new(&form, "a.txt", b"virtual"))?;
        has(site, KEY, b"virtual").map(drop)
    }),
    ("a curl line", |site| {
        let shell = Shell::new()?;
        let file = "it's \"a\" $HOME; type=b, c\\d.txt";
        fs::write(shell.file(file), NEW)?;
        let policy = PostPolicy::for_key(ODD_KEY)?
            .with_exact("Content-Type", "text/x-interop; q='1'")?
            .with_exact("x-amz-meta-at", "@file;type=text/html")?
            .with_content_length(1..=100)?;
        shell.run(&sign(site, &policy)?.curl(file).to_string())?;
        let answer = has(site, ODD_KEY, NEW)?;
        answer.has_header("content-type", b"text/x-interop; q='1'")?;
        answer.has_header("x-amz-meta-at", b"@file;type=text/html").map(drop)
    }),
    ("a curl line that names the file", |site| {
        let shell = Shell::new()?;
        fs::write(shell.file("cat & 1.txt"), NEW)?;
        shell.run(&sign(site, &PostPolicy::for_keys_under("forms/curl/")?)?.curl("cat & 1.txt").to_string())?;
        has(site, "forms/curl/cat & 1.txt", NEW).map(drop)
    }),
];

/// Each starts from a form that the server accepts.
const REFUSED: &[(&str, Twin)] = &[
    ("a field more", |site| Ok(filled(site)?.with("x-amz-meta-more", "1"))),
    ("a field of the policy less", |site| filled(site)?.without("x-amz-meta-color")),
    ("another value", |site| Ok(filled(site)?.with("x-amz-meta-color", "green"))),
    ("a key outside the prefix", |site| Ok(filled(site)?.with("key", OTHER_KEY))),
    ("another type", |site| Ok(filled(site)?.with("Content-Type", "text/html"))),
    ("types of which one is another", |site| Ok(filled(site)?.with("Content-Type", "image/png,text/html"))),
    ("a file that is too long", |site| Ok(Filled { content: b"nine byte".to_vec(), ..filled(site)? })),
    ("a file that is too short", |site| Ok(Filled { content: b"four".to_vec(), ..filled(site)? })),
    ("the policy changed", |site| {
        let form = filled(site)?;
        let policy = String::from_utf8(STANDARD.decode(form.value("policy")?)?)?;
        let wider = policy.replace("forms/target/", "forms/");
        if wider == policy {
            return Err(format!("nothing changed in {policy}").into());
        }
        Ok(form.with("policy", &STANDARD.encode(wider)).with("key", OTHER_KEY))
    }),
    ("the policy of another form", |site| {
        let other = Filled::new(&sign(site, &PostPolicy::for_key(OTHER_KEY)?)?, "a.txt", NEW);
        Ok(filled(site)?.with("policy", other.value("policy")?))
    }),
    ("no policy", |site| filled(site)?.without("policy")),
    ("the signature changed", |site| {
        let form = filled(site)?;
        let signature = with_other_end(form.value("x-amz-signature")?);
        Ok(form.with("x-amz-signature", &signature))
    }),
    ("no signature", |site| filled(site)?.without("x-amz-signature")),
    ("neither policy nor signature nor signer", |site| {
        let mut form = filled(site)?;
        for name in ["policy", "x-amz-signature", "x-amz-credential", "x-amz-algorithm", "x-amz-date"] {
            form = form.without(name)?;
        }
        Ok(form)
    }),
    ("another date", |site| Ok(filled(site)?.with("x-amz-date", ago(1)?.as_str()))),
    ("another scope", |site| {
        let form = filled(site)?;
        let credential = form.value("x-amz-credential")?.replace(&site.region, "ap-south-2");
        Ok(form.with("x-amz-credential", &credential))
    }),
    ("another bucket's form", |site| {
        let bucket = Bucket::path_style(&site.endpoint, "another-bucket")?;
        let form = site.signer.post(&policy()?, &bucket, MINUTE, Timestamp::now())?;
        Ok(Filled { url: filled(site)?.url, ..Filled::new(&form, FILE, NEW) })
    }),
    ("expired ten seconds ago", |site| {
        Ok(Filled::new(&site.signer.post(&policy()?, &site.bucket, MINUTE, ago(70)?)?, FILE, NEW))
    }),
    ("another secret", |site| fill(site, &wrong_secret(site)?)),
];

pub fn run(site: &Site, report: &mut Report) {
    let honest = filled(site).and_then(|form| send(site, &form));
    if !report.check("form", "an upload", honest) {
        println!("no upload by a form: no checks of forms");
        return;
    }
    for (case, accepted) in ACCEPTED.iter().filter(|(case, _)| site.is_for(case)) {
        report.check("form", case, accepted(site));
    }
    for (case, twin) in REFUSED {
        report.check("refused form", case, is_refused(site, *twin));
    }
}

fn is_refused(site: &Site, twin: Twin) -> Outcome {
    for key in [TARGET, OTHER_KEY] {
        site.send_signed(&Call::put(key, OLD))?.has_status(&[200])?;
    }
    let answer = site.send_twin(&twin(site)?.wire()?)?;
    if answer.status >= 300 {
        for key in [TARGET, OTHER_KEY] {
            has(site, key, OLD)?;
        }
    }
    refusal(&answer)
}

/// What the twins start from.
fn policy() -> Outcome<PostPolicy> {
    Ok(PostPolicy::for_keys_under("forms/target/")?
        .with_prefix("Content-Type", "image/")?
        .with_value("Content-Type", "image/jpeg")?
        .with_exact("x-amz-meta-color", "red")?
        .with_content_length(5..=8)?)
}

fn filled(site: &Site) -> Outcome<Filled> {
    fill(site, &site.signer)
}

pub fn fill(site: &Site, signer: &Signer) -> Outcome<Filled> {
    Ok(Filled::new(&signer.post(&policy()?, &site.bucket, MINUTE, Timestamp::now())?, FILE, NEW))
}

fn sign(site: &Site, policy: &PostPolicy) -> Outcome<PostForm> {
    Ok(site.signer.post(policy, &site.bucket, MINUTE, Timestamp::now())?)
}

fn post(site: &Site, policy: PostPolicy, file_name: &str, content: &[u8]) -> Outcome {
    send(site, &Filled::new(&sign(site, &policy)?, file_name, content))
}

/// Sends what must be accepted.
pub fn send(site: &Site, form: &Filled) -> Outcome {
    site.client.send(&form.wire()?)?.has_status(&[200, 204]).map(drop)
}

fn has(site: &Site, key: &str, content: &[u8]) -> Outcome<Answer> {
    let answer = site.send_signed(&Call::new("GET", key))?;
    answer.has_status(&[200])?.has_body(content)?;
    Ok(answer)
}

const BOUNDARY: &str = "----interop-boundary-1f0e";
const KEY: &str = "forms/a key.txt";
const ODD_KEY: &str = "forms/it's \"so\" <b> & é \\ 😀 +%.txt";
const OTHER_KEY: &str = "forms/outside.jpg";
const FILE: &str = "cat.jpg";
const TARGET: &str = "forms/target/cat.jpg";
const OLD: &[u8] = b"what was there before";
const NEW: &[u8] = b"new file";
