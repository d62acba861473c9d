//! Sessions: requests for curl to send, and answers read. No secret is printed: a session goes into a file of the
//! owner's.

use crate::args::{Sts, StsOperation};
use crate::context::{Context, extended, read, read_once, read_text};
use crate::curl;
use crate::failure::{Failure, at_new};
use s3_sigv4::config::{ConfigError, Settings};
use s3_sigv4::sts::{
    AssumeRole, AssumeRoleWithWebIdentity, CallerIdentity, GetCallerIdentity, GetFederationToken, GetSessionToken,
    HttpRequest, Operation, Session, StsEndpoint,
};
use s3_sigv4::{Error, Service, Signer};
use serde_json::json;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use zeroize::Zeroizing;

pub(crate) fn run(args: &Sts, context: &Context) -> Result<(), Failure> {
    if let StsOperation::Read { save } = &args.operation {
        return answer(context, save.as_deref());
    }
    context.prints_for_curl()?;
    let request = request(&args.operation, context)?;
    curl::print(&request, args.operation.output(), context)?;
    match &args.operation {
        StsOperation::WebIdentity { .. } => {
            context.note("not signed: the token speaks for itself, as long as it is good")
        }
        _ => context.note(format_args!("signed as of {}: send it within 15 minutes", extended(context.now))),
    }
    Ok(())
}

fn request(operation: &StsOperation, context: &Context) -> Result<HttpRequest, Failure> {
    let settings = context.settings()?;
    if !matches!(operation, StsOperation::WebIdentity { .. }) {
        // Who has neither keys nor a region looks for the keys.
        settings.credentials()?;
    }
    let endpoint = endpoint(context, &settings)?;
    match operation {
        StsOperation::AssumeRole { role_arn, session_name, session, external_id, mfa, .. } => {
            read_once(&[&session.policy, &mfa.mfa_code_from, context.credentials_from()])?;
            let (policy, code) = (text(&session.policy)?, text(&mfa.mfa_code_from)?);
            let mut role = AssumeRole::new(arn(role_arn)?, session_name)?;
            if let Some(duration) = session.duration {
                role = role.with_duration(duration)?;
            }
            if let Some(policy) = &policy {
                role = role.with_policy(policy)?;
            }
            if let Some(id) = external_id {
                role = role.with_external_id(id)?;
            }
            if let (Some(serial), Some(code)) = (&mfa.mfa_serial, &code) {
                role = role.with_mfa(serial, code.trim())?;
            }
            signed(&role, context, &settings, &endpoint)
        }
        StsOperation::WebIdentity { role_arn, session_name, session, token_from, .. } => {
            read_once(&[&session.policy, &Some(token_from.clone())])?;
            let (policy, token) = (text(&session.policy)?, read_text(token_from)?);
            let mut role = AssumeRoleWithWebIdentity::new(arn(role_arn)?, session_name, token.trim())?;
            if let Some(duration) = session.duration {
                role = role.with_duration(duration)?;
            }
            if let Some(policy) = &policy {
                role = role.with_policy(policy)?;
            }
            Ok(role.request(&endpoint))
        }
        StsOperation::SessionToken { duration, mfa, .. } => {
            read_once(&[&mfa.mfa_code_from, context.credentials_from()])?;
            let code = text(&mfa.mfa_code_from)?;
            let mut session = GetSessionToken::new();
            if let Some(duration) = duration {
                session = session.with_duration(*duration)?;
            }
            if let (Some(serial), Some(code)) = (&mfa.mfa_serial, &code) {
                session = session.with_mfa(serial, code.trim())?;
            }
            signed(&session, context, &settings, &endpoint)
        }
        StsOperation::FederationToken { name, session, .. } => {
            read_once(&[&session.policy, context.credentials_from()])?;
            let policy = text(&session.policy)?;
            let mut user = GetFederationToken::new(name)?;
            if let Some(duration) = session.duration {
                user = user.with_duration(duration)?;
            }
            if let Some(policy) = &policy {
                user = user.with_policy(policy)?;
            }
            signed(&user, context, &settings, &endpoint)
        }
        StsOperation::CallerIdentity { .. } | StsOperation::Read { .. } => {
            signed(&GetCallerIdentity, context, &settings, &endpoint)
        }
    }
}

/// A role's name alone is not sent, nor shown: a word in the wrong place may be a secret.
fn arn(role: &str) -> Result<&str, Failure> {
    if role.starts_with("arn:") && role.len() >= SHORTEST_ARN {
        return Ok(role);
    }
    Err(Failure::Usage("a role is named by its ARN, as arn:aws:iam::123456789012:role/name".into()))
}

/// STS's own limit: <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>.
const SHORTEST_ARN: usize = 20;

fn text(place: &Option<String>) -> Result<Option<Zeroizing<String>>, Failure> {
    place.as_deref().map(read_text).transpose()
}

/// The region's, or the one of one's own.
fn endpoint(context: &Context, settings: &Settings) -> Result<StsEndpoint, Failure> {
    if let Some(url) = context.endpoint_url() {
        return Ok(StsEndpoint::custom(url)?);
    }
    match settings.sts_endpoint_url()? {
        Some(url) => Ok(StsEndpoint::custom(url)?),
        None if settings.use_fips_endpoint() => {
            let text = "the settings ask for FIPS endpoints: name STS's own by AWS_ENDPOINT_URL_STS or --endpoint-url, \
                        such as https://sts-fips.us-east-1.amazonaws.com";
            Err(Failure::Credentials(text.into()))
        }
        None => Ok(StsEndpoint::regional(region(settings)?)?),
    }
}

fn region(settings: &Settings) -> Result<&str, Failure> {
    let missing = || ConfigError::NoRegion { profile: settings.profile().to_owned() };
    settings.region().ok_or_else(|| missing().into())
}

fn signed(
    operation: &impl Operation,
    context: &Context,
    settings: &Settings,
    endpoint: &StsEndpoint,
) -> Result<HttpRequest, Failure> {
    let (service, region) = (Service::new("sts")?, region(settings)?);
    let signer = Signer::for_service(settings.credentials()?, service, region, context.now)?;
    context.signs(&signer, settings);
    Ok(signer.sign_sts(operation, endpoint, context.now)?)
}

/// Reads what STS answered, from standard input.
fn answer(context: &Context, save: Option<&str>) -> Result<(), Failure> {
    if let Some(path) = save {
        // Before the answer is read, which comes but once.
        create_private(path)?;
        std::fs::remove_file(path).map_err(Failure::at(path))?;
    }
    let body = read("-")?;
    let mut out = io::stdout().lock();
    if body.windows(IDENTITY.len()).any(|window| window == IDENTITY) {
        if save.is_some() {
            let text = "the answer says whose keys they are, and holds no session to save";
            return Err(Failure::Refused(text.into()));
        }
        let identity = CallerIdentity::parse(body.as_slice()).map_err(Failure::refused)?;
        if context.json() {
            let (arn, account, id) = (identity.arn(), identity.account(), identity.user_id());
            writeln!(out, "{}", json!({ "arn": arn, "account": account, "user_id": id }))?;
        } else {
            writeln!(out, "{}", identity.arn())?;
        }
        return Ok(out.flush()?);
    }
    let session = Session::parse(body.as_slice()).map_err(Failure::refused)?;
    if session.expiration() <= context.now {
        let now = context.now;
        return Err(Error::CredentialsExpired { expired: session.expiration(), now }.into());
    }
    if let Some(path) = save {
        write_private(path, &body)?;
    }
    let (id, end) = (session.credentials().access_key_id(), extended(session.expiration()));
    if context.json() {
        writeln!(out, "{}", json!({ "access_key_id": id, "expiration": end, "arn": session.arn() }))?;
    } else {
        let whose = session.arn().map(|arn| format!(" of {arn}")).unwrap_or_default();
        let saved = save.map(|path| format!(", saved in {path}")).unwrap_or_default();
        writeln!(out, "session {id}{whose} until {end}{saved}")?;
    }
    out.flush()?;
    if save.is_none() {
        context.note("the keys were not kept: --save FILE keeps them");
    }
    Ok(())
}

const IDENTITY: &[u8] = b"GetCallerIdentityResult";

/// Writes a new file that nobody but its owner can read.
pub(crate) fn write_private(path: &str, bytes: &[u8]) -> Result<(), Failure> {
    create_private(path)?.write_all(bytes).map_err(|error| {
        // Half of a session is worth nothing, and would stand in the way of the next.
        let _ = std::fs::remove_file(path);
        Failure::at(path)(error)
    })
}

fn create_private(path: &str) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(at_new(path))
}
