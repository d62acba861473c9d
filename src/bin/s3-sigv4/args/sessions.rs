//! The options of `sts` and `console-url`.

use super::values::duration;
use clap::{Args, Subcommand};
use std::time::Duration;

#[derive(Args)]
pub(crate) struct Sts {
    #[command(subcommand)]
    pub(crate) operation: StsOperation,
}

/// Where a request goes.
#[derive(Args)]
pub(crate) struct Output {
    /// Write the request to a new file that only its owner can read
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum StsOperation {
    /// Print a request for a role's session, for curl --config -
    AssumeRole {
        /// arn:aws:iam::123456789012:role/name
        role_arn: String,
        /// How the session is called in logs
        #[arg(long, value_name = "NAME", default_value = "s3-sigv4")]
        session_name: String,
        #[command(flatten)]
        session: SessionOptions,
        /// What the role's owner asks of others
        #[arg(long, value_name = "ID")]
        external_id: Option<String>,
        #[command(flatten)]
        mfa: Mfa,
        #[command(flatten)]
        output: Output,
    },
    /// Print a request for a role's session by an identity provider's token, which needs no keys
    WebIdentity {
        /// arn:aws:iam::123456789012:role/name
        role_arn: String,
        /// The file with the token, or - for standard input
        #[arg(long, value_name = "FILE")]
        token_from: String,
        /// How the session is called in logs
        #[arg(long, value_name = "NAME", default_value = "s3-sigv4")]
        session_name: String,
        #[command(flatten)]
        session: SessionOptions,
        #[command(flatten)]
        output: Output,
    },
    /// Print a request for a session of one's own, for curl --config -
    SessionToken {
        /// How long it lasts: 15m to 36h
        #[arg(long, value_name = "TIME", value_parser = duration)]
        duration: Option<Duration>,
        #[command(flatten)]
        mfa: Mfa,
        #[command(flatten)]
        output: Output,
    },
    /// Print a request for a session of a user that somebody else knows, for curl --config -
    FederationToken {
        /// The user's name
        name: String,
        #[command(flatten)]
        session: SessionOptions,
        #[command(flatten)]
        output: Output,
    },
    /// Print a request that asks whose keys they are, for curl --config -
    CallerIdentity {
        #[command(flatten)]
        output: Output,
    },
    /// Read STS's answer from standard input, and say whose session it is and until when
    Read {
        /// Write it to a new file that only its owner can read, for --credentials-from
        #[arg(long, value_name = "FILE")]
        save: Option<String>,
    },
}

impl StsOperation {
    pub(crate) fn output(&self) -> Option<&str> {
        match self {
            Self::AssumeRole { output, .. }
            | Self::WebIdentity { output, .. }
            | Self::SessionToken { output, .. }
            | Self::FederationToken { output, .. }
            | Self::CallerIdentity { output } => output.output.as_deref(),
            Self::Read { .. } => None,
        }
    }
}

#[derive(Args)]
pub(crate) struct SessionOptions {
    /// How long it lasts: 15m to 12h, or to 36h for a federation token
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) duration: Option<Duration>,
    /// A file with an IAM policy that the session is limited to, or - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<String>,
}

#[derive(Args)]
pub(crate) struct Mfa {
    /// The MFA device
    #[arg(long, value_name = "ARN", requires = "mfa_code_from")]
    pub(crate) mfa_serial: Option<String>,
    /// The file with its code, or - for standard input
    #[arg(long, value_name = "FILE", requires = "mfa_serial")]
    pub(crate) mfa_code_from: Option<String>,
}

#[derive(Args)]
pub(crate) struct Console {
    #[command(subcommand)]
    pub(crate) step: ConsoleStep,
}

#[derive(Subcommand)]
pub(crate) enum ConsoleStep {
    /// Print the request for a sign-in token, for curl --config -; it holds the session's keys
    Request {
        /// How long the console's session lasts: 15m to 12h, for the session of a role
        #[arg(long, value_name = "TIME", value_parser = duration)]
        duration: Option<Duration>,
        #[command(flatten)]
        output: Output,
    },
    /// Read the answer from standard input, and print the link that signs in, which is good for 15 minutes
    Link {
        /// The page of the console
        #[arg(long, value_name = "URL")]
        destination: Option<String>,
        /// Where the console leads back to when its session is over
        #[arg(long, value_name = "URL", default_value = "s3-sigv4")]
        issuer: String,
    },
}
