mod given;

use crate::args::Sign;
use crate::context::{Context, extended, name_of, read, read_once};
use crate::curl::line;
use crate::failure::Failure;
use crate::message::Message;
use crate::operation::{Target, check_length, headers, is_secret};
use s3_sigv4::config::{ConfigError, Settings};
use s3_sigv4::{PayloadHash, Request, Service, Signer, region_of_host};
use serde_json::{Value, json};
use std::io::{self, BufWriter, IsTerminal, Write};
use zeroize::Zeroizing;

pub(crate) fn run(args: &Sign, context: &Context) -> Result<(), Failure> {
    read_once(&[&args.request, &args.body, &args.headers_from, context.credentials_from()])?;
    if let Some(url) = &args.url {
        if !["https://", "http://", "s3://"].iter().any(|start| url.starts_with(start)) {
            let text = "an object is named as s3://bucket/key, and a URL starts with https:// or http:// and a host";
            return Err(Failure::Usage(text.into()));
        }
    }
    let settings = context.settings()?;
    // Who has neither keys nor a region looks for the keys.
    settings.credentials()?;
    let (message, place) = match &args.request {
        Some(place) => (Message::parse(&read(place)?, name_of(place))?, name_of(place)),
        None => (
            Message {
                method: args.method.clone(),
                target: args.url.clone().unwrap_or_default(),
                headers: headers(&args.headers, &args.headers_from)?,
                body: args.body.as_deref().map(read).transpose()?.map(|bytes| bytes.to_vec()).unwrap_or_default(),
            },
            "the request",
        ),
    };
    let (given, replaced) = given::headers(&message);
    let payload = given::payload(&given, &message, args)?;
    if message.target.starts_with("s3://") {
        if args.service.is_some() {
            return Err(Failure::Usage("an s3:// address has its own service: --service is for https://".into()));
        }
        let target = Target::parse(&message.target)?;
        let bucket = context.bucket(&settings, target.bucket)?;
        check_length(&bucket, target.key)?;
        let request = match target.key {
            "" => bucket.on_bucket(&message.method)?,
            key => bucket.on_object(&message.method, key)?,
        };
        let signer = context.signer(&settings, &bucket)?;
        return Signed { args, context, message: &message, given: &given, replaced: &replaced, signer: &signer }
            .print(request, payload);
    }
    context.refuse_address("a URL")?;
    let url = message.url(place)?;
    let request = Request::from_url(&message.method, &url)?;
    let signer = signer(args, context, &settings, request.host())?;
    Signed { args, context, message: &message, given: &given, replaced: &replaced, signer: &signer }
        .print(request, payload)
}

/// Hosts of Amazon's, but for those that say S3: `s3`, `s3-fips`, `s3-us-west-2`. Some with such names are S3's
/// relatives, which sign for a service of their own.
fn is_of_another_service(host: &str) -> bool {
    let host = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let amazon = [".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".on.aws"].iter().any(|end| host.ends_with(end));
    let relative = |label: &str| ["s3-object-lambda", "s3-outposts"].contains(&label);
    amazon && !host.split('.').any(|label| label == "s3" || label.starts_with("s3-") && !relative(label))
}

fn signer(args: &Sign, context: &Context, settings: &Settings, host: &str) -> Result<Signer, Failure> {
    let service = match &args.service {
        Some(name) => Service::new(name.clone())?,
        None if is_of_another_service(host) => {
            return Err(Failure::Usage(format!(
                "{host} is Amazon's and not of S3: --service says which service it is"
            )));
        }
        None => Service::S3,
    };
    let region = context.region().or(region_of_host(host)).or(settings.region());
    let missing = || ConfigError::NoRegion { profile: settings.profile().to_owned() };
    let region = region.ok_or_else(missing)?;
    context.check_region(host, region);
    let signer = Signer::for_service(settings.credentials()?, service, region, context.now)?;
    context.signs(&signer, settings);
    Ok(signer)
}

struct Signed<'a> {
    args: &'a Sign,
    context: &'a Context,
    message: &'a Message,
    given: &'a [(&'a str, &'a str)],
    replaced: &'a [String],
    signer: &'a Signer,
}

impl Signed<'_> {
    fn print(&self, request: Request<'_>, payload: PayloadHash) -> Result<(), Failure> {
        // The URL's own host is what clients send by themselves.
        let of_url = |(name, value): &(&str, &str)| is(name, "host") && given::is_host(value, &request);
        let own: Vec<_> = self.given.iter().copied().filter(|header| !of_url(header)).collect();
        let request = request.with_headers(&own);
        let signed = self.signer.sign(&request, payload, self.context.now)?;
        let url = request.url().to_string();
        given::check_set(&own, &signed)?;
        let set = |name: &str| signed.headers().any(|(other, _)| is(other, name));
        let kept = own.iter().copied().filter(|(name, _)| !set(name));
        if let Some((name, _)) = kept.clone().find(|(name, _)| is_secret(name)) {
            self.check_place(name)?;
        }
        let headers: Vec<_> = kept.chain(signed.headers()).collect();
        let mut out = BufWriter::new(io::stdout().lock());
        if self.args.curl {
            self.curl(&mut out, &url, &headers)?;
        } else if self.args.curl_config {
            self.curl_config(&mut out, &url, &headers)?;
        } else if self.context.json() {
            let shown = |(name, value): &(&str, &str)| (String::from(*name), Value::from(*value));
            let headers: Value = headers.iter().map(shown).collect();
            writeln!(out, "{}", json!({ "method": request.method(), "url": url, "headers": headers }))?;
        } else {
            self.message(&mut out, &url, request.host(), &headers)?;
        }
        out.flush()?;
        if !self.replaced.is_empty() {
            self.context.note(format_args!("signed anew, in place of its {}", self.replaced.join(", ")));
        }
        if let Some((_, host)) = own.iter().find(|(name, _)| is(name, "host")) {
            self.context.note(format_args!("signed for the host {host}, as it was given: send it to {url}"));
        }
        self.context.note(format_args!("signed as of {}: servers take it for 15 minutes", extended(self.context.now)));
        Ok(())
    }

    /// A secret that was given, such as a customer's key, outlives what is signed: neither a command line nor a screen
    /// is to show it.
    fn check_place(&self, name: &str) -> Result<(), Failure> {
        let text = if self.args.curl {
            "a command line is no place for it: use --curl-config"
        } else if io::stdout().is_terminal() {
            "a terminal is no place for it: pipe the request on, or into a file"
        } else {
            self.context
                .warn_of_readers(&format!("{name} is a secret"), ": umask 077 in front makes one that they cannot");
            return Ok(());
        };
        Err(Failure::Usage(format!("{name} is a secret, and {text}")))
    }

    fn message(&self, out: &mut impl Write, url: &str, host: &str, headers: &[(&str, &str)]) -> io::Result<()> {
        let path = url.match_indices('/').nth(2).map_or("/", |(at, _)| &url[at..]);
        let given = |known: &str| headers.iter().any(|(name, _)| is(name, known));
        write!(out, "{} {path} HTTP/1.1\r\n", self.message.method)?;
        if !given("host") {
            write!(out, "host: {host}\r\n")?;
        }
        for (name, value) in headers {
            write!(out, "{name}: {value}\r\n")?;
        }
        if !self.message.body.is_empty() && !given("content-length") {
            write!(out, "content-length: {}\r\n", self.message.body.len())?;
        }
        out.write_all(b"\r\n")?;
        out.write_all(&self.message.body)
    }

    /// What curl is to send, if anything: a file, or nothing at all, which it must be told of a `PUT`.
    fn body(&self) -> Result<Option<String>, Failure> {
        match (&self.args.body, self.message.body.is_empty()) {
            (Some(place), _) if place != "-" => Ok(Some(format!("@{place}"))),
            (_, false) => Err(Failure::Usage("curl takes the body from a file: give it with --body".into())),
            _ => Ok(["PUT", "POST"].contains(&self.message.method.as_str()).then(String::new)),
        }
    }

    /// curl adds a type of its own to a body, which was not signed and which a server could keep with the object.
    fn adds_type(headers: &[(&str, &str)]) -> bool {
        !headers.iter().any(|(name, _)| is(name, "content-type"))
    }

    fn curl(&self, out: &mut impl Write, url: &str, headers: &[(&str, &str)]) -> Result<(), Failure> {
        // Before anything is printed.
        let body = self.body()?;
        write!(out, "curl --fail --path-as-is --globoff")?;
        match self.message.method.as_str() {
            "HEAD" => write!(out, " --head")?,
            method => write!(out, " --request {}", shell(method))?,
        }
        for (name, value) in headers {
            write!(out, " --header {}", shell(&header_line(name, value)))?;
        }
        if let Some(body) = body {
            if Self::adds_type(headers) {
                write!(out, " --header 'content-type:'")?;
            }
            write!(out, " --data-binary {}", shell(&body))?;
        }
        Ok(writeln!(out, " {}", shell(url))?)
    }

    fn curl_config(&self, out: &mut impl Write, url: &str, headers: &[(&str, &str)]) -> Result<(), Failure> {
        let mut text = Zeroizing::new(String::from("fail\npath-as-is\ngloboff\n"));
        match self.message.method.as_str() {
            "HEAD" => text.push_str("head\n"),
            method => line(&mut text, "request", &[method]),
        }
        for (name, value) in headers {
            line(&mut text, "header", &[&header_line(name, value)]);
        }
        if let Some(body) = self.body()? {
            if Self::adds_type(headers) {
                line(&mut text, "header", &["content-type:"]);
            }
            line(&mut text, "data-binary", &[&body]);
        }
        line(&mut text, "url", &[url]);
        Ok(out.write_all(text.as_bytes())?)
    }
}

fn is(name: &str, known: &str) -> bool {
    name.eq_ignore_ascii_case(known)
}

/// With nothing behind the colon curl would leave the header out.
fn header_line(name: &str, value: &str) -> Zeroizing<String> {
    Zeroizing::new(if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") })
}

/// A word for a POSIX shell.
fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
