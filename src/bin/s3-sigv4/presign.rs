use crate::args::{Expires, Method, Presign};
use crate::context::{Context, extended, read_once};
use crate::failure::Failure;
use crate::operation::{Borrowed, Details, Target, check_length, is_secret, response};
use crate::{form, keys};
use s3_sigv4::{Bucket, Lifetime, Limit, Presigned, Request, ResponseHeaders, Signer};
use serde_json::{Value, json};
use std::io::{self, BufWriter, Write};
use std::time::Duration;

pub(crate) fn run(args: &Presign, context: &Context) -> Result<(), Failure> {
    read_once(&[&args.keys_from, &args.operation.headers_from, context.credentials_from()])?;
    let target = Target::parse(&args.operation.target)?;
    let method = args.operation.method()?;
    let settings = context.settings()?;
    // Who has neither keys nor a region looks for the keys.
    settings.credentials()?;
    let bucket = context.bucket(&settings, target.bucket)?;
    let signer = context.signer(&settings, &bucket)?;
    if args.response.any() && !matches!(method, Method::Get | Method::Head) {
        return Err(Failure::Usage("the answer's headers can be set for GET and HEAD alone".into()));
    }
    if args.form.post {
        return form::run(args, context, (&signer, &bucket, target.key));
    }
    let details = Details::new(&args.operation)?;
    let job = Job {
        args,
        context,
        signer: &signer,
        bucket: &bucket,
        key: target.key,
        details: &details.borrowed(),
        response: &response(&args.response)?,
    };
    job.check_headers()?;
    if args.keys_from.is_some() { keys::run(&job) } else { job.run() }
}

/// All that links are made of.
pub(crate) struct Job<'a> {
    pub(crate) args: &'a Presign,
    pub(crate) context: &'a Context,
    pub(crate) signer: &'a Signer,
    pub(crate) bucket: &'a Bucket,
    pub(crate) key: &'a str,
    details: &'a Borrowed<'a>,
    response: &'a ResponseHeaders<'a>,
}

impl<'a> Job<'a> {
    fn run(&self) -> Result<(), Failure> {
        let mut out = BufWriter::new(io::stdout().lock());
        let mut links = Vec::new();
        match self.args.operation.part {
            Some(range) => {
                check_length(self.bucket, self.key)?;
                for request in self.args.operation.parts(range, self.bucket, self.key, self.details) {
                    links.push(self.presign(request?)?);
                }
            }
            None => links.push(self.presign(self.request(self.key)?)?),
        }
        let secret = |link: &Presigned| link.headers().any(|(name, _)| is_secret(name));
        if self.args.curl.is_some() && links.iter().any(secret) {
            let text = "a command line is no place for a customer's key: print the link, and give curl the header \
                        from a file";
            return Err(Failure::Usage(text.into()));
        }
        let Some(first) = links.first() else { return Ok(()) };
        let common = self.announced(first);
        for (i, link) in links.iter().enumerate() {
            match &self.args.curl {
                Some(file) => writeln!(out, "{}", link.curl(file))?,
                None if self.context.json() => {
                    let mut line = common.clone();
                    line["url"] = link.url().into();
                    if let Some((first, _)) = self.args.operation.part {
                        line["part"] = (first + i as u32).into();
                    }
                    writeln!(out, "{line}")?;
                }
                None => writeln!(out, "{link}")?,
            }
        }
        Ok(out.flush()?)
    }

    /// What a link has in its query is no header of it.
    fn check_headers(&self) -> Result<(), Failure> {
        for (name, _) in &self.details.headers {
            let text = match &*name.to_ascii_lowercase() {
                "x-amz-date" => "a link is dated in its query, and not by the header x-amz-date: --at says as of when",
                "authorization" => "a link is signed in its query, and goes without the header authorization",
                "x-amz-security-token" | "x-amz-s3session-token" => {
                    "a link has the session token of its keys in its query, and goes without a header for it"
                }
                _ => continue,
            };
            return Err(Failure::Refused(text.into()));
        }
        Ok(())
    }

    /// The headers that were given and are not signed. A host that is the URL's own is, and need not be told.
    fn unsigned(&self, link: &Presigned) -> impl Iterator<Item = &str> {
        let names = self.details.headers.iter().map(|(name, _)| *name);
        let told = |name: &str| link.headers().any(|(signed, _)| signed.eq_ignore_ascii_case(name));
        names.filter(move |name| !name.eq_ignore_ascii_case("host") && !told(name))
    }

    /// Says what there is to say of links that differ in their key or part alone, and returns it as JSON.
    pub(crate) fn announced(&self, link: &Presigned) -> Value {
        let warning = self.context.ends_early(link.limited_by(), link.valid_until());
        self.context.note(format_args!("good until {}", extended(link.valid_until())));
        let shown = |(name, value)| (name, if is_secret(name) { "…" } else { value });
        let unsigned: Vec<_> = self.unsigned(link).collect();
        for name in &unsigned {
            self.context.warn(format_args!(
                "{name} is not signed, because proxies and clients change it: the link is good with it and without"
            ));
        }
        for (name, value) in link.headers().map(shown) {
            self.context.note(format_args!("send with it: {name}: {value}"));
        }
        let mut value = json!({
            "method": link.method(),
            "url": link.url(),
            "headers": link.headers().map(shown).map(|(name, value)| (String::from(name), Value::from(value))).collect::<Value>(),
            "valid_from": extended(link.valid_from()),
            "valid_until": extended(link.valid_until()),
            "limited_by": name_of(link.limited_by()),
        });
        if let Some(warning) = warning {
            value["warning"] = warning.into();
        }
        if !unsigned.is_empty() {
            value["unsigned_headers"] = unsigned.into();
        }
        value
    }

    /// The request for a key.
    pub(crate) fn request<'r>(&'r self, key: &'r str) -> Result<Request<'r>, Failure> {
        let request = self.args.operation.request(self.bucket, key, self.details)?.with_response(self.response);
        Ok(if self.args.allow_dot_segments { request.allow_dot_segments() } else { request })
    }

    pub(crate) fn presign(&self, request: Request<'_>) -> Result<Presigned, Failure> {
        Ok(self.signer.presign(&request, lifetime(self.args), self.context.now)?)
    }
}

pub(crate) fn lifetime(args: &Presign) -> Lifetime {
    let lifetime = match args.expires {
        Expires::Max if args.full => Lifetime::full(Duration::from_secs(7 * 86_400)),
        Expires::Max => Lifetime::LONGEST,
        Expires::In(duration) if args.full => Lifetime::full(duration),
        Expires::In(duration) => Lifetime::from(duration),
    };
    args.stable_for.map_or(lifetime, |window| lifetime.stable_for(window))
}

pub(crate) fn name_of(limit: Limit) -> &'static str {
    match limit {
        Limit::Credentials => "credentials",
        Limit::SevenDays => "seven days",
        Limit::Session => "session",
        _ => "lifetime",
    }
}
