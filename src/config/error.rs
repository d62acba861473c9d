use crate::error::Error;
use alloc::string::String;
use core::fmt;
use thiserror::Error as ThisError;

/// What is wrong with stored keys and settings, and where.
///
/// No message shows a value that may be a secret: of a line that cannot be read nothing is shown but its number.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum ConfigError {
    /// A line that is neither a section nor a setting.
    #[error("line {line} of the {file} file: {reason}")]
    Syntax {
        /// Which of the two files.
        file: SharedFile,
        /// The number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A file that is too large to be one of AWS's.
    #[error("the {file} file is larger than 1 MiB")]
    TooLarge {
        /// Which of the two files.
        file: SharedFile,
    },
    /// A profile that was asked for is in neither file.
    #[error("there is no profile {profile} in the config file or the credentials file{}", Hint(.similar))]
    NoSuchProfile {
        /// Its name.
        profile: String,
        /// A section that would be the profile if its head were well formed.
        similar: Option<Place>,
    },
    /// Neither the environment nor the profile has keys.
    #[error("no keys were found: AWS_ACCESS_KEY_ID is not set, and the profile {profile} has no aws_access_key_id")]
    NoCredentials {
        /// The profile.
        profile: String,
    },
    /// Half of the keys.
    #[error("{place} has an access key id, and {missing} is missing")]
    Incomplete {
        /// Where the other half is.
        place: Place,
        /// The name of what is not there.
        missing: &'static str,
    },
    /// Keys that no server takes: see [`Error`].
    #[error("{place}: {error}")]
    Credentials {
        /// Where they are.
        place: Place,
        /// What is wrong with them.
        error: Error,
    },
    /// A setting that has another value than it may have.
    #[error("{place}{} must be {expected}", Named(.place, .setting))]
    Value {
        /// Where it is.
        place: Place,
        /// Its name.
        setting: &'static str,
        /// What it may be.
        expected: &'static str,
    },
    /// The profile gets its keys by assuming a role.
    #[error(
        "the profile {profile} assumes the role {role_arn} ({place}) with the keys of {source_name}: ask STS for a \
         session by AssumeRole, and sign with its keys"
    )]
    AssumesRole {
        /// The profile.
        profile: String,
        /// The role.
        role_arn: String,
        /// Whose keys it assumes the role with: a profile, or where the machine gives out keys.
        source_name: String,
        /// Where it says so.
        place: Place,
    },
    /// The keys come by a token of a web identity: the environment or the profile says so.
    #[error(
        "the keys are those of {}, for a token of a web identity ({place}): ask STS for a session by \
         AssumeRoleWithWebIdentity, and sign with its keys", Role(.role_arn)
    )]
    WebIdentity {
        /// The role, if it is named.
        role_arn: Option<String>,
        /// Where the token is named.
        place: Place,
    },
    /// The profile gets its keys from IAM Identity Center, or by signing in to the console.
    #[error(
        "the profile {profile} signs in through a browser ({setting}, {place}): have its keys printed by aws configure \
         export-credentials --profile {profile}"
    )]
    SignsIn {
        /// The profile.
        profile: String,
        /// The setting that says so: `sso_account_id`, `sso_role_name`, `sso_session`, `sso_start_url` or `login_session`.
        setting: &'static str,
        /// Where it says so.
        place: Place,
    },
    /// The profile gets its keys from a program.
    #[error(
        "the profile {profile} gets its keys from a program (credential_process, {place}): run it, and read what it \
         prints"
    )]
    CredentialProcess {
        /// The profile.
        profile: String,
        /// Where it says so.
        place: Place,
    },
    /// What a `credential_process` printed cannot be used.
    #[error("the output of the credential process {reason}")]
    ProcessOutput {
        /// Why not.
        reason: &'static str,
    },
    /// The profile names a `[services …]` section that is not there.
    #[error("{place}: there is no section [services {name}]")]
    NoSuchServices {
        /// Its name.
        name: String,
        /// Where it is named.
        place: Place,
    },
    /// Neither the environment nor the profile names a region.
    #[error("no region is set: AWS_REGION is not set, and the profile {profile} has no region")]
    NoRegion {
        /// The profile.
        profile: String,
    },
    /// The ARN of an access point in another region, which `use_arn_region = false` forbids.
    #[error("the ARN names the region {named}, and no other than that of the settings is allowed ({place})")]
    OtherRegion {
        /// The region that the ARN names.
        named: String,
        /// Where it is forbidden.
        place: Place,
    },
    /// A bucket or an endpoint that is none: see [`Error`].
    #[error(transparent)]
    Address(#[from] Error),
    /// A file that cannot be read.
    #[cfg(feature = "std")]
    #[error("the {file} file {path} cannot be read: {reason}")]
    Unreadable {
        /// Which of the two files.
        file: SharedFile,
        /// Where it is.
        path: String,
        /// Why not.
        reason: String,
    },
}

/// Which of AWS's two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "there are two, and their names are part of AWS's tools")]
pub enum SharedFile {
    /// `~/.aws/config`, or what `AWS_CONFIG_FILE` names.
    Config,
    /// `~/.aws/credentials`, or what `AWS_SHARED_CREDENTIALS_FILE` names.
    Credentials,
}

impl fmt::Display for SharedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Config => "config",
            Self::Credentials => "credentials",
        })
    }
}

/// Where a setting was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// An environment variable.
    Variable(&'static str),
    /// A line of a file, from 1.
    Line(SharedFile, usize),
    /// What a `credential_process` printed.
    ProcessOutput,
}

impl Place {
    pub(super) fn file(self) -> Option<SharedFile> {
        match self {
            Self::Line(file, _) => Some(file),
            Self::Variable(_) | Self::ProcessOutput => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "the environment variable {name}"),
            Self::Line(file, line) => write!(f, "line {line} of the {file} file"),
            Self::ProcessOutput => f.write_str("the output of the credential process"),
        }
    }
}

/// A variable is named by its place.
struct Named<'a>(&'a Place, &'a str);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Place::Variable(_) | Place::ProcessOutput => Ok(()),
            Place::Line(..) => write!(f, ": {}", self.1),
        }
    }
}

struct Role<'a>(&'a Option<String>);

impl fmt::Display for Role<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(role_arn) => write!(f, "the role {role_arn}"),
            None => f.write_str("a role that is not named (role_arn)"),
        }
    }
}

struct Hint<'a>(&'a Option<Place>);

impl fmt::Display for Hint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(place) => {
                let head = if matches!(place, Place::Line(SharedFile::Config, _)) { "profile NAME" } else { "NAME" };
                write!(f, ", but {place} names it: there the head of a profile is [{head}], the name without blanks")
            }
            None => Ok(()),
        }
    }
}

/// A name out of a file or a variable, as far as it may be shown: nothing in it moves a cursor.
pub(super) fn shown(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars().take(MOST_SHOWN) {
        match c {
            '\\' | '\'' | '"' => text.push(c),
            c => text.extend(c.escape_debug()),
        }
    }
    text
}

/// An ARN has up to 2048 characters, and a role's is seldom longer than a hundred.
const MOST_SHOWN: usize = 256;
