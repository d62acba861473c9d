use crate::args::Global;
use crate::failure::Failure;
use s3_sigv4::config::{Settings, SharedFiles, process_output};
use s3_sigv4::sts::Session;
use s3_sigv4::{Bucket, Credentials, Limit, Signer, Timestamp, Warning, region_of_host};
use std::env;
use std::fmt::Display;
use std::fs::File;
use std::io::{self, Read, Write};
use zeroize::Zeroizing;

/// What all commands share: the options, the instant, and where to say things.
pub(crate) struct Context {
    global: Global,
    pub(crate) now: Timestamp,
}

impl Context {
    pub(crate) fn new(global: Global) -> Self {
        let now = global.at.unwrap_or_else(Timestamp::now);
        Self { global, now }
    }

    pub(crate) fn json(&self) -> bool {
        self.global.json
    }

    /// The environment, the profile, and above them the command line.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        check_variables()?;
        let files = SharedFiles::read(variable)?;
        files.warnings().iter().for_each(|warning| self.warn(warning));
        let mut settings = Settings::new(self.global.profile.as_deref(), &files, variable)?;
        if let Some(region) = &self.global.region {
            settings = settings.with_region(region);
        }
        if let Some(url) = &self.global.endpoint_url {
            settings = settings.with_endpoint_url(url);
        }
        if self.global.path_style {
            settings = settings.with_path_style();
        }
        if let Some(place) = &self.global.credentials_from {
            settings = settings.with_credentials(read_credentials(place)?);
        }
        self.explain(|| format!("profile: {}", settings.profile()));
        Ok(settings)
    }

    pub(crate) fn bucket(&self, settings: &Settings, name: &str) -> Result<Bucket, Failure> {
        let bucket = settings.bucket(name)?;
        let host = settings.endpoint_url().map(host_of).unwrap_or_default();
        if host.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')) {
            self.warn(format_args!(
                "the endpoint's host {host} starts with the bucket's name: if it is the bucket, leave it out there"
            ));
        }
        if bucket.warning() == Some(Warning::DotUnderWildcard) {
            self.warn("the bucket's name has a dot, and a certificate for *.HOST does not cover it: use --path-style");
        }
        Ok(bucket)
    }

    pub(crate) fn signer(&self, settings: &Settings, bucket: &Bucket) -> Result<Signer, Failure> {
        let signer = settings.signer(bucket, self.now)?;
        if let Some(url) = settings.endpoint_url() {
            self.check_region(host_of(url), signer.key().scope().region());
        }
        self.signs(&signer, settings);
        Ok(signer)
    }

    /// Says by which keys, and where these came from.
    pub(crate) fn signs(&self, signer: &Signer, settings: &Settings) {
        self.explain(|| {
            let (id, scope) = (signer.access_key_id(), signer.key().scope());
            let from = match &self.global.credentials_from {
                Some(place) => name_of(place).to_owned(),
                // As `Settings` has it: a profile that was asked for counts more.
                None if self.global.profile.is_none()
                    && variable("AWS_ACCESS_KEY_ID").is_some_and(|id| !id.is_empty()) =>
                {
                    "the environment".to_owned()
                }
                None => format!("the profile {}", settings.profile()),
            };
            format!("signed by {id}, from {from}, for {} in {}", scope.service(), scope.region())
        });
    }

    /// Amazon's hosts tell their region.
    pub(crate) fn check_region(&self, host: &str, signed: &str) {
        if let Some(region) = region_of_host(host).filter(|region| *region != signed) {
            self.warn(format_args!("the host {host} is in {region}, and what is sent there is signed for {signed}"));
        }
    }

    /// Says when a link will die before its lifetime is over, because its keys end, and when that may be.
    pub(crate) fn ends_early(&self, limited_by: Limit, end: Timestamp) -> Option<String> {
        let text = match limited_by {
            Limit::Credentials => {
                format!("the keys end at {}, and what they sign ends then, before its lifetime is over", extended(end))
            }
            Limit::Session => String::from(
                "the keys are a session's, and nothing says when it ends: what they sign ends with it, whatever its \
                 lifetime (AWS_CREDENTIAL_EXPIRATION or aws_expiration would say when)",
            ),
            _ => return None,
        };
        self.warn(&text);
        Some(text)
    }

    pub(crate) fn warn(&self, text: impl Display) {
        say(format_args!("warning: {text}"));
    }

    /// Whoever redirects standard output gets the shell's permissions.
    pub(crate) fn warn_of_readers(&self, what: &str, cure: &str) {
        if is_open_to_others() {
            self.warn(format_args!("{what}, and others may read the file on standard output{cure}"));
        }
    }

    /// What is worth knowing beside the output.
    pub(crate) fn note(&self, text: impl Display) {
        if !self.global.quiet && !self.global.json {
            say(text);
        }
    }

    pub(crate) fn explain(&self, text: impl FnOnce() -> String) {
        if self.global.verbose {
            say(text());
        }
    }
}

/// On standard error, which may be closed.
fn say(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Whether standard output is a file that others than its owner may read.
#[cfg(unix)]
fn is_open_to_others() -> bool {
    use std::os::fd::AsFd;
    use std::os::unix::fs::MetadataExt;
    let file = io::stdout().as_fd().try_clone_to_owned().map(File::from);
    file.and_then(|file| file.metadata()).is_ok_and(|metadata| metadata.is_file() && metadata.mode() & 0o044 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others() -> bool {
    false
}

/// What is there and cannot be read is not taken for missing.
fn check_variables() -> Result<(), Failure> {
    let unreadable = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        let name = name.into_string().ok().filter(|name| name.starts_with("AWS_"))?;
        value.to_str().is_none().then_some(name)
    };
    match env::vars_os().find_map(unreadable) {
        Some(name) => Err(Failure::Credentials(format!("the variable {name} is not UTF-8"))),
        None => Ok(()),
    }
}

/// The host of an endpoint, without its port.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', ':']).next().unwrap_or_default()
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}

/// `2013-05-24T00:00:00Z`.
pub(crate) fn extended(instant: Timestamp) -> String {
    format!("{instant:#}")
}

/// Reads all of a file, or of standard input for `-`.
pub(crate) fn read(place: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    // Room for what may be secret: a buffer that grows leaves copies of it behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(1 << 20));
    open(place)?.take(LONGEST + 1).read_to_end(&mut bytes).map_err(Failure::at(name_of(place)))?;
    match bytes.len() as u64 {
        0..=LONGEST => Ok(bytes),
        _ => Err(Failure::Refused(format!("{} is longer than 1 GiB", name_of(place)))),
    }
}

const LONGEST: u64 = 1 << 30;

/// The same, where it must be text.
pub(crate) fn read_text(place: &str) -> Result<Zeroizing<String>, Failure> {
    let bytes = read(place)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Failure::Refused(format!("{} is not UTF-8", name_of(place))))?;
    Ok(Zeroizing::new(text.to_owned()))
}

pub(crate) fn open(place: &str) -> Result<Box<dyn Read>, Failure> {
    match place {
        "-" => Ok(Box::new(io::stdin())),
        path => Ok(Box::new(File::open(path).map_err(Failure::at(path))?)),
    }
}

pub(crate) fn name_of(place: &str) -> &str {
    if place == "-" { "standard input" } else { place }
}

impl Context {
    /// Whether the keys leave standard input to what the command itself reads there.
    pub(crate) fn reads_standard_input(&self) -> Result<(), Failure> {
        read_once(&[&Some("-".into()), &self.global.credentials_from])
    }
}

impl Context {
    /// A request with secrets has one form, which keeps them from a list of processes.
    pub(crate) fn prints_for_curl(&self) -> Result<(), Failure> {
        if self.global.json {
            return Err(Failure::Usage("the request is printed for curl --config -, and not as JSON".into()));
        }
        Ok(())
    }
}

/// Only one of these can be standard input.
pub(crate) fn read_once(places: &[&Option<String>]) -> Result<(), Failure> {
    match places.iter().filter(|place| place.as_deref() == Some("-")).count() {
        0 | 1 => Ok(()),
        _ => Err(Failure::Usage("standard input can be read only once".into())),
    }
}

impl Context {
    pub(crate) fn credentials_from(&self) -> &Option<String> {
        &self.global.credentials_from
    }

    /// Whether the command line says which keys to take.
    pub(crate) fn names_keys(&self) -> bool {
        self.global.profile.is_some() || self.global.credentials_from.is_some()
    }

    pub(crate) fn endpoint_url(&self) -> Option<&str> {
        self.global.endpoint_url.as_deref()
    }

    /// Refuses what says where S3 is, where that is said already.
    pub(crate) fn refuse_address(&self, said_by: &str) -> Result<(), Failure> {
        let Global { endpoint_url, path_style, .. } = &self.global;
        let option = match (endpoint_url, path_style) {
            (Some(_), _) => "--endpoint-url",
            (None, true) => "--path-style",
            (None, false) => return Ok(()),
        };
        Err(Failure::Usage(format!("{said_by} says where it goes: {option} is for s3://")))
    }

    pub(crate) fn region(&self) -> Option<&str> {
        self.global.region.as_deref()
    }
}

/// JSON of a `credential_process`, or an answer of STS.
fn read_credentials(place: &str) -> Result<Credentials, Failure> {
    let text = read_text(place)?;
    let (start, name) = (text.trim_start(), name_of(place));
    if start.is_empty() {
        return Err(Failure::Credentials(format!("{name} is empty: keys were to be read from there")));
    }
    if start.starts_with(['[', '#', ';']) {
        let text = "is one of AWS's shared files: name it by AWS_SHARED_CREDENTIALS_FILE, and its profile by --profile";
        return Err(Failure::Credentials(format!("{name} {text}")));
    }
    if start.starts_with('<') {
        let session = Session::parse(text.as_str());
        return Ok(session.map_err(|error| Failure::Credentials(format!("{name}: {error}")))?.into_credentials());
    }
    process_output(&text).map_err(|error| Failure::Credentials(format!("{name}: {error}")))
}
