use s3_sigv4::config::ConfigError;
use s3_sigv4::{Error, Field};
use std::fmt;
use std::io;

/// Why nothing came of it, each kind with an exit code of its own.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The answer is no: a link that does not verify, or is over.
    No(String),
    /// The command line does not say what to do.
    Usage(String),
    /// Keys, region or settings are missing or wrong.
    Config(ConfigError),
    /// Keys that were read cannot be used, or not for so long.
    Credentials(String),
    /// What was given cannot be signed or read.
    Refused(String),
    /// Something could not be read or written.
    Io(String),
    /// Nobody reads the output any more.
    BrokenPipe,
}

pub(crate) const CODES: &str = "\
Exit codes:
  0  done; for inspect and verify: the link or request is good
  1  inspect, verify: it is not good
  2  the command line does not say what to do
  3  keys, region, endpoint or other settings are missing or wrong, or the keys are over too soon
  4  what was given cannot be signed or read
  5  a file, standard input or standard output failed";

impl Failure {
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::BrokenPipe => 0,
            Self::No(_) => 1,
            Self::Usage(_) => 2,
            Self::Config(_) | Self::Credentials(_) => 3,
            Self::Refused(_) => 4,
            Self::Io(_) => 5,
        }
    }

    pub(crate) fn refused(error: impl fmt::Display) -> Self {
        Self::Refused(as_here(&error))
    }

    /// Where something was read from or written to is said with what went wrong.
    pub(crate) fn at(place: &str) -> impl Fn(io::Error) -> Self + '_ {
        move |error| match error.kind() {
            io::ErrorKind::BrokenPipe => Self::BrokenPipe,
            io::ErrorKind::NotFound => Self::Io(format!("{place}: there is no such file")),
            io::ErrorKind::PermissionDenied => Self::Io(format!("{place}: it may not be opened (permissions)")),
            io::ErrorKind::AlreadyExists => Self::Io(format!("{place}: it is there already, and is not overwritten")),
            io::ErrorKind::IsADirectory => Self::Io(format!("{place}: it is a folder")),
            io::ErrorKind::StorageFull => Self::Io(format!("{place}: there is no room left")),
            kind => Self::Io(format!("{place}: {kind}")),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::No(text) | Self::Usage(text) | Self::Credentials(text) | Self::Refused(text) | Self::Io(text) => {
                f.write_str(text)
            }
            Self::Config(error) => {
                f.write_str(&as_here(error))?;
                f.write_str(option_for(error))
            }
            Self::BrokenPipe => f.write_str("standard output was closed"),
        }
    }
}

fn as_here(error: &impl fmt::Display) -> String {
    HERE.iter().fold(error.to_string(), |text, (library, here)| text.replace(library, here))
}

/// What the library's errors name by a method is an option here. tests/cli.rs asserts each in whole.
const HERE: [(&str, &str); 7] = [
    ("Request::allow_dot_segments", "--allow-dot-segments"),
    (", which Bucket::on_bucket is for", ""),
    ("Bucket::aws takes the name", "name the bucket, as s3://bucket/key"),
    ("Bucket::path_style", "--path-style"),
    ("PostPolicy::with_content_length", "--content-length"),
    (": PostPolicy::with_value adds it", ""),
    ("with_expiration says it", "AWS_CREDENTIAL_EXPIRATION or aws_expiration says it"),
];

/// Where something new is to be written, what is not there is its folder.
pub(crate) fn at_new(place: &str) -> impl Fn(io::Error) -> Failure + '_ {
    move |error| match error.kind() {
        io::ErrorKind::NotFound => Failure::Io(format!("{place}: its folder does not exist")),
        _ => Failure::at(place)(error),
    }
}

/// How this command line does what the library asks for.
fn option_for(error: &ConfigError) -> &'static str {
    match error {
        ConfigError::AssumesRole { .. } => " (sts assume-role, then --credentials-from)",
        ConfigError::WebIdentity { .. } => " (sts web-identity, then --credentials-from)",
        ConfigError::SignsIn { .. } | ConfigError::CredentialProcess { .. } => " (by --credentials-from -)",
        _ => "",
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        match error {
            ConfigError::Address(error) if is_of_bucket(&error) => error.into(),
            error => Self::Config(error),
        }
    }
}

/// Of an address the bucket is what the command line names; the rest is settings.
fn is_of_bucket(error: &Error) -> bool {
    let of_name = |field: &Field| matches!(field, Field::BucketName);
    match error {
        Error::Empty { field } | Error::Character { field, .. } => of_name(field),
        Error::BucketName { .. } | Error::Arn { .. } | Error::MultiRegionAccessPoint => true,
        _ => false,
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::CredentialsExpired { .. }
            | Error::OutlivesCredentials { .. }
            | Error::SessionEndUnknown
            | Error::SessionTokenMissing
            | Error::ConsoleCredentials { .. }
            | Error::RegionSyntax
            | Error::Empty { field: Field::Region | Field::Endpoint }
            | Error::Character { field: Field::Region | Field::Endpoint, .. }
            | Error::Scheme { field: Field::Endpoint }
            | Error::EndpointPath { .. } => Self::Credentials(as_here(&error)),
            error => Self::refused(error),
        }
    }
}

/// Standard output's: everything else is read and written with its name.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::at("standard output")(error)
    }
}
