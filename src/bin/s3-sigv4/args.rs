mod sessions;
mod values;

use crate::failure::CODES;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use s3_sigv4::Timestamp;
use std::time::Duration;
use values::{duration, instant, lengths, lifetime, method, parts, status};

pub(crate) use sessions::{Console, ConsoleStep, Sts, StsOperation};
pub(crate) use values::Expires;

/// Signs links and requests for S3 by AWS Signature Version 4, and reads them back. It opens no connection.
///
/// Keys come from the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN), from AWS's shared
/// files (AWS_PROFILE, AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE) or from --credentials-from, and never from the
/// command line, which other users of the machine can see.
#[derive(Parser)]
#[command(name = "s3-sigv4", version, max_term_width = 100, after_help = CODES, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: Global,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Print a presigned link, many of them, or a form for an upload by a browser
    Presign(Box<Presign>),
    /// Sign a request with headers, and print it for any HTTP client
    Sign(Box<Sign>),
    /// Say in plain words what a link or a signed request allows, until when, and what looks wrong
    Inspect(Received),
    /// Verify a link or a signed request under the stored keys
    Verify(Verify),
    /// Say why a server refused a request: its answer comes on standard input, its body or what curl -i shows
    Explain(Explain),
    /// Print the least IAM policy that permits what a link does
    Policy(Box<Policy>),
    /// Ask STS for a session: print the request for curl, and read the answer
    Sts(Sts),
    /// Sign in to the console with a session's keys: print the request for curl, and the link from its answer
    ConsoleUrl(Console),
    /// Print a script that completes this command line in a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// What all commands understand.
#[derive(Args)]
#[command(next_help_heading = "Keys and settings")]
pub(crate) struct Global {
    /// The profile in AWS's shared files, in place of AWS_PROFILE; its keys count more than those of the environment
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// The region, in place of AWS_REGION and the profile's
    #[arg(long, global = true, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// The server, where it is not Amazon's: https://host:port
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
    /// The bucket's name in the path
    #[arg(long, global = true)]
    pub(crate) path_style: bool,
    /// Read the keys from a file, or - for standard input: what a credential_process printed or STS answered
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) credentials_from: Option<String>,
    /// Sign as of this instant, not now: 20130524T000000Z or 2013-05-24T00:00:00Z
    #[arg(long, global = true, value_name = "TIME", value_parser = instant)]
    pub(crate) at: Option<Timestamp>,
    /// Print JSON, an object a line
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Say on standard error what is signed, for whom and where; no secret
    #[arg(long, short, global = true)]
    pub(crate) verbose: bool,
    /// Say nothing on standard error but warnings and errors
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
}

/// What is done, to what.
#[derive(Args)]
pub(crate) struct Operation {
    /// s3://bucket/key, the key as it is and not encoded; s3://bucket, whose GET lists it; an access point's ARN may stand in
    /// place of the bucket
    #[arg(value_name = "S3-URL")]
    pub(crate) target: String,
    /// The method, if not GET; with --upload-id GET lists parts, POST completes and DELETE aborts
    #[arg(long, short = 'X', value_enum, ignore_case = true)]
    pub(crate) method: Option<Method>,
    /// The version of the object
    #[arg(long, value_name = "ID")]
    pub(crate) version_id: Option<String>,
    /// Start a multipart upload (POST)
    #[arg(long, conflicts_with_all = ["upload_id", "version_id"])]
    pub(crate) uploads: bool,
    /// The multipart upload
    #[arg(long, value_name = "ID", conflicts_with = "version_id")]
    pub(crate) upload_id: Option<String>,
    /// The part of it, or a range of them, a link each: 1-20 (PUT)
    #[arg(long, value_name = "N[-M]", requires = "upload_id", value_parser = parts)]
    pub(crate) part: Option<(u32, u32)>,
    /// A header that is sent with it, and signed: 'content-type: image/jpeg'
    #[arg(long = "header", short = 'H', value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<String>,
    /// Read headers from a file, or - for standard input, a line each: for keys of a customer's own
    #[arg(long, value_name = "FILE")]
    pub(crate) headers_from: Option<String>,
    /// A query parameter, not encoded: prefix=2024/
    #[arg(long = "query", value_name = "NAME=VALUE")]
    pub(crate) query: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub(crate) enum Method {
    Get,
    Put,
    Head,
    Delete,
    Post,
}

impl Method {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Head => "HEAD",
            Self::Delete => "DELETE",
            Self::Post => "POST",
        }
    }
}

#[derive(Args)]
pub(crate) struct Presign {
    #[command(flatten)]
    pub(crate) operation: Operation,
    /// How long it is good: 900, 15m, 12h, 7d, 1h30m, or max
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = lifetime)]
    pub(crate) expires: Expires,
    /// Refuse if the keys are known to end earlier
    #[arg(long)]
    pub(crate) full: bool,
    /// The same link for everybody within such a window, for caches: 1h
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) stable_for: Option<Duration>,
    /// Permit . and .. segments in a key, which browsers resolve
    #[arg(long)]
    pub(crate) allow_dot_segments: bool,
    /// Print a command line for curl, with this file to send or to save to
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "keys_from"])]
    pub(crate) curl: Option<String>,
    /// Many keys, a line each, from a file or - for standard input; the key of the URL goes in front of them
    #[arg(long, value_name = "FILE", conflicts_with_all = ["part", "uploads", "upload_id", "version_id"])]
    pub(crate) keys_from: Option<String>,
    /// Keys end with a NUL, not with a line
    #[arg(long, short = '0', requires = "keys_from")]
    pub(crate) null: bool,
    // Behind all that has no heading of its own: what follows would stand below this one's.
    #[command(flatten)]
    pub(crate) response: Response,
    #[command(flatten)]
    pub(crate) form: Form,
}

#[derive(Args)]
#[command(next_help_heading = "Headers of the answer, in place of the object's own")]
pub(crate) struct Response {
    /// Saved under this name
    #[arg(long, value_name = "NAME", conflicts_with = "inline")]
    pub(crate) download: Option<String>,
    /// Shown, and saved under this name if it is saved
    #[arg(long, value_name = "NAME")]
    pub(crate) inline: Option<String>,
    #[arg(long, value_name = "TYPE", help = "Content-Type")]
    pub(crate) response_content_type: Option<String>,
    #[arg(long, value_name = "VALUE", help = "Cache-Control")]
    pub(crate) response_cache_control: Option<String>,
    #[arg(long, value_name = "VALUE", help = "Content-Encoding")]
    pub(crate) response_content_encoding: Option<String>,
    #[arg(long, value_name = "VALUE", help = "Content-Language")]
    pub(crate) response_content_language: Option<String>,
    #[arg(long, value_name = "DATE", help = "Expires")]
    pub(crate) response_expires: Option<String>,
}

impl Response {
    /// Whether there is anything in it.
    pub(crate) fn any(&self) -> bool {
        let Self {
            download,
            inline,
            response_content_type: content_type,
            response_cache_control: cache_control,
            response_content_encoding: content_encoding,
            response_content_language: content_language,
            response_expires: expires,
        } = self;
        [download, inline, content_type, cache_control, content_encoding, content_language, expires]
            .iter()
            .any(|value| value.is_some())
    }
}

#[derive(Args)]
#[command(next_help_heading = "A form for an upload by a browser")]
pub(crate) struct Form {
    /// Print a form, not a link; a key that ends with / lets the browser's file name follow
    #[arg(long, conflicts_with_all = [
        "method", "keys_from", "part", "uploads", "upload_id", "version_id", "headers", "headers_from", "query",
        "stable_for",
        "download", "inline", "response_content_type", "response_cache_control", "response_content_encoding",
        "response_content_language", "response_expires", "allow_dot_segments",
    ])]
    pub(crate) post: bool,
    /// A field that must have this value: 'Content-Type=image/jpeg'
    #[arg(long = "field", value_name = "NAME=VALUE", requires = "post")]
    pub(crate) fields: Vec<String>,
    /// A field whose value must start so: 'Content-Type=image/'
    #[arg(long = "field-prefix", value_name = "NAME=VALUE", requires = "post")]
    pub(crate) prefixes: Vec<String>,
    /// How long the file may be: 1-10000000
    #[arg(long, value_name = "MIN-MAX", requires = "post", value_parser = lengths)]
    pub(crate) content_length: Option<(u64, u64)>,
    /// Print the form's HTML
    #[arg(long, requires = "post", conflicts_with_all = ["json", "curl"])]
    pub(crate) html: bool,
}

#[derive(Args)]
pub(crate) struct Sign {
    /// s3://bucket/key, or for any service an encoded URL: https://host/path?query
    #[arg(value_name = "URL", required_unless_present = "request")]
    pub(crate) url: Option<String>,
    /// The method
    #[arg(long, short = 'X', value_name = "METHOD", default_value = "GET", value_parser = method)]
    pub(crate) method: String,
    /// Read the request from a file, or - for standard input: request line, headers, empty line, body
    #[arg(long, value_name = "FILE", conflicts_with_all = ["url", "method", "headers", "headers_from", "body"])]
    pub(crate) request: Option<String>,
    /// A header, such as 'content-type: image/jpeg': it is signed unless proxies change it, as they do user-agent
    #[arg(long = "header", short = 'H', value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<String>,
    /// Read headers from a file, or - for standard input, a line each: for keys of a customer's own
    #[arg(long, value_name = "FILE")]
    pub(crate) headers_from: Option<String>,
    /// The file that is sent as the body, or - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) body: Option<String>,
    /// Leave the body unsigned (S3)
    #[arg(long, conflicts_with = "body")]
    pub(crate) unsigned_payload: bool,
    /// The service, where it is not S3
    #[arg(long, value_name = "NAME")]
    pub(crate) service: Option<String>,
    /// Print a command line for curl; other users of the machine can see it while it runs
    #[arg(long, conflicts_with_all = ["json", "curl_config"])]
    pub(crate) curl: bool,
    /// Print a configuration for curl --config -, which nobody else can see
    #[arg(long, conflicts_with = "json")]
    pub(crate) curl_config: bool,
}

#[derive(Args)]
pub(crate) struct Received {
    /// The link; without it, or with -, a link or a request (request line, headers, empty line, body) on standard input
    #[arg(value_name = "LINK")]
    pub(crate) link: Option<String>,
    /// The method that the link is used with, if not GET
    #[arg(long, short = 'X', value_name = "METHOD", value_parser = method)]
    pub(crate) method: Option<String>,
    /// A header that is sent with the link
    #[arg(long = "header", short = 'H', value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<String>,
    /// Read such headers from a file, or - for standard input, a line each: for keys of a customer's own
    #[arg(long, value_name = "FILE")]
    pub(crate) headers_from: Option<String>,
}

#[derive(Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) received: Received,
    /// The service that it must be signed for; without it, the one that it names
    #[arg(long, value_name = "NAME")]
    pub(crate) service: Option<String>,
}

#[derive(Args)]
pub(crate) struct Explain {
    /// The status of the answer
    #[arg(long, value_name = "CODE", value_parser = status)]
    pub(crate) status: Option<u16>,
    /// A header of the answer: 'date: …' tells how far the clocks lie apart
    #[arg(long = "answer-header", value_name = "NAME: VALUE", action = ArgAction::Append)]
    pub(crate) answer_headers: Vec<String>,
    /// The link that was refused, to be held against the answer; with its keys at hand, its method is found
    #[arg(long, value_name = "LINK")]
    pub(crate) link: Option<String>,
    /// The signed request that was refused, as it was sent: request line, headers, empty line, body
    #[arg(long, value_name = "FILE", conflicts_with = "link")]
    pub(crate) request: Option<String>,
    /// The method that the link was used with, for answers that do not show what was received
    #[arg(long, short = 'X', value_name = "METHOD", default_value = "GET", requires = "link", value_parser = method)]
    pub(crate) method: String,
    /// A header that was sent with the link
    #[arg(long = "header", short = 'H', value_name = "NAME: VALUE", requires = "link")]
    pub(crate) headers: Vec<String>,
    /// Read such headers from a file, a line each: for keys of a customer's own
    #[arg(long, value_name = "FILE", requires = "link")]
    pub(crate) headers_from: Option<String>,
}

#[derive(Args)]
pub(crate) struct Policy {
    #[command(flatten)]
    pub(crate) operation: Operation,
    /// For a form, as of presign --post
    #[arg(long, conflicts_with_all = [
        "method", "uploads", "upload_id", "version_id", "part", "headers", "headers_from", "query",
    ])]
    pub(crate) post: bool,
    /// A field of the form: 'acl=public-read'
    #[arg(long = "field", value_name = "NAME=VALUE", requires = "post")]
    pub(crate) fields: Vec<String>,
    /// A field of the form that starts so: 'Content-Type=image/'
    #[arg(long = "field-prefix", value_name = "NAME=VALUE", requires = "post")]
    pub(crate) prefixes: Vec<String>,
}

impl Policy {
    /// The names of the form's fields.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().chain(&self.prefixes).map(|field| field.split('=').next().unwrap_or_default())
    }
}
