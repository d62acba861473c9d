//! Where settings are looked for, and which of them counts.

use super::error::{ConfigError, Place, SharedFile, shown};
use super::files::{Profile, SECRET, Setting, SharedFiles};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::timestamp::Timestamp;
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use core::mem::take;
use zeroize::Zeroizing;

/// Environment variables, of which the empty ones are not there.
pub(super) struct Environment<'a>(pub(super) &'a dyn Fn(&str) -> Option<String>);

impl Environment<'_> {
    pub(super) fn first(&self, names: &[&'static str]) -> Option<Setting> {
        names.iter().find_map(|name| {
            let value = Zeroizing::new((self.0)(name)?);
            (!value.is_empty()).then_some(Setting { value, place: Place::Variable(name) })
        })
    }
}

/// Where settings are looked for.
pub(super) struct Sources<'a> {
    pub(super) files: &'a SharedFiles,
    pub(super) environment: Environment<'a>,
    pub(super) section: Option<Profile<'a>>,
    pub(super) name: &'a str,
}

impl<'a> Sources<'a> {
    fn of_profile(&self, name: &str) -> Option<&'a Setting> {
        self.section.and_then(|section| section.get(name))
    }

    pub(super) fn of_s3(&self, name: &str) -> Option<Setting> {
        self.section.and_then(|section| section.of_s3(name))
    }

    pub(super) fn either(&self, variables: &[&'static str], setting: &str) -> Option<Setting> {
        self.environment.first(variables).or_else(|| self.of_profile(setting).cloned())
    }

    pub(super) fn switch(&self, variable: &'static str, name: &'static str) -> Result<bool, ConfigError> {
        is_true(name, self.either(&[variable], name))
    }

    /// It may also be nested below `s3`; as in botocore, either can only switch it on.
    pub(super) fn dual_stack(&self) -> Result<bool, ConfigError> {
        let name = "use_dualstack_endpoint";
        Ok(is_true(name, self.of_s3(name))? || self.switch("AWS_USE_DUALSTACK_ENDPOINT", name)?)
    }

    /// Where it is said that the region which an ARN names does not count; without a word, it does.
    pub(super) fn arn_region_forbidden(&self) -> Result<Option<Place>, ConfigError> {
        let (name, nested) = ("s3_use_arn_region", "use_arn_region");
        let found = self.either(&["AWS_S3_USE_ARN_REGION"], name).map(|setting| (name, setting));
        let Some((name, setting)) = found.or_else(|| Some((nested, self.of_s3(nested)?))) else { return Ok(None) };
        let place = setting.place;
        Ok(if is_true(name, Some(setting))? { None } else { Some(place) })
    }

    pub(super) fn addressing(&self) -> Result<Option<Addressing>, ConfigError> {
        let Some(Setting { value, place }) = self.of_s3("addressing_style") else { return Ok(None) };
        let known = [Addressing::Auto, Addressing::Path, Addressing::Virtual];
        let found = known.into_iter().find(|style| style.name() == value.as_str());
        let wrong = ConfigError::Value { place, setting: "addressing_style", expected: "auto, path or virtual" };
        found.map(Some).ok_or(wrong)
    }

    pub(super) fn endpoint_url(&self, variable: &'static str, service: &str) -> Result<Option<Setting>, ConfigError> {
        if self.switch("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls")? {
            return Ok(None);
        }
        if let Some(setting) = self.environment.first(&[variable, "AWS_ENDPOINT_URL"]) {
            return Ok(Some(setting));
        }
        let of_service = match self.of_profile("services") {
            Some(section) => self.files.of_service(section, service, "endpoint_url")?,
            None => None,
        };
        Ok(of_service.or_else(|| self.of_profile("endpoint_url").cloned()))
    }

    /// botocore's order: the environment, a role, a web identity, IAM Identity Center, keys in the credentials file, the
    /// console's sign-in, a program, keys in the config file.
    pub(super) fn credentials(&self, explicit_profile: bool) -> Result<Credentials, ConfigError> {
        let names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
        if let (false, Some(id)) = (explicit_profile, self.environment.first(&names[..1])) {
            let rest = [self.environment.first(&names[1..]), self.environment.first(&TOKEN_VARIABLES)];
            return keys(id, names[1], rest, self.environment.first(&["AWS_CREDENTIAL_EXPIRATION"]));
        }
        // Its own keys are not meant then: signed with them, it would act for somebody else than it says.
        self.role()?;
        self.web_identity(explicit_profile)?;
        self.signs_in(&["sso_account_id", "sso_role_name"])?;
        let id = self.of_profile("aws_access_key_id");
        let in_config = |setting: &Setting| setting.place.file() == Some(SharedFile::Config);
        if id.is_none_or(in_config) {
            self.signs_in(&["login_session"])?;
            if let Some(process) = self.of_profile("credential_process") {
                let (profile, place) = (self.name.to_owned(), process.place);
                return Err(ConfigError::CredentialProcess { profile, place });
            }
        }
        let Some(id) = id else {
            self.signs_in(&["sso_session", "sso_start_url"])?;
            return Err(ConfigError::NoCredentials { profile: self.name.to_owned() });
        };
        let of = |name: &str| self.of_profile(name).cloned();
        let token = of("aws_security_token").or_else(|| of("aws_session_token"));
        keys(id.clone(), SECRET, [of(SECRET), token], of("aws_expiration"))
    }

    fn role(&self) -> Result<(), ConfigError> {
        let Some(role) = self.of_profile("role_arn") else { return Ok(()) };
        if self.of_profile("web_identity_token_file").is_some() {
            return Ok(());
        }
        let text = |setting: &Setting| shown(&setting.value);
        let source = self.of_profile("source_profile").map(|source| format!("the profile {}", text(source)));
        let source = source.or_else(|| self.of_profile("credential_source").map(text));
        let source_name = source.unwrap_or_else(|| "a profile that it does not name (source_profile)".to_owned());
        let (profile, role_arn, place) = (self.name.to_owned(), text(role), role.place);
        Err(ConfigError::AssumesRole { profile, role_arn, source_name, place })
    }

    /// The environment counts unless a profile was asked for by its name.
    fn web_identity(&self, explicit_profile: bool) -> Result<(), ConfigError> {
        let find = |variable: &'static str, setting: &str| match explicit_profile {
            true => self.of_profile(setting).cloned(),
            false => self.either(&[variable], setting),
        };
        let Some(token) = find("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file") else { return Ok(()) };
        let role_arn = find("AWS_ROLE_ARN", "role_arn").map(|role| shown(&role.value));
        Err(ConfigError::WebIdentity { role_arn, place: token.place })
    }

    fn signs_in(&self, settings: &[&'static str]) -> Result<(), ConfigError> {
        let found = settings.iter().find_map(|setting| Some((*setting, self.of_profile(setting)?)));
        found.map_or(Ok(()), |(setting, found)| {
            Err(ConfigError::SignsIn { profile: self.name.to_owned(), setting, place: found.place })
        })
    }
}

/// Where the name of a bucket goes.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Addressing {
    /// In front of Amazon's hosts, and behind those of others.
    Auto,
    Path,
    Virtual,
}

impl Addressing {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Path => "path",
            Self::Virtual => "virtual",
        }
    }
}

/// The older name first, as in botocore.
const TOKEN_VARIABLES: [&str; 2] = ["AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN"];

/// Credentials of an access key id and what belongs to it.
fn keys(
    mut id: Setting,
    secret_name: &'static str,
    [secret, token]: [Option<Setting>; 2],
    end: Option<Setting>,
) -> Result<Credentials, ConfigError> {
    let mut secret = secret.ok_or(ConfigError::Incomplete { place: id.place, missing: secret_name })?;
    let at = |place: Place| move |error: Error| ConfigError::Credentials { place, error };
    // What is wrong with the id is said with the id's place, and it is looked at behind the secret.
    Credentials::new("id", secret.value.as_str()).map_err(at(secret.place))?;
    let mut credentials =
        Credentials::new(take::<String>(&mut id.value), take::<String>(&mut secret.value)).map_err(at(id.place))?;
    if let Some(mut token) = token {
        credentials = credentials.with_session_token(take::<String>(&mut token.value)).map_err(at(token.place))?;
    }
    let Some(end) = end else { return Ok(credentials) };
    let setting = if matches!(end.place, Place::Variable(_)) { "AWS_CREDENTIAL_EXPIRATION" } else { "aws_expiration" };
    let expected = "a date of ISO 8601 with its offset, such as 2013-05-24T01:00:00Z";
    let wrong = ConfigError::Value { place: end.place, setting, expected };
    Ok(credentials.with_expiration(Timestamp::parse_iso8601(&end.value).map_err(|_| wrong)?))
}

pub(super) fn is_true(name: &'static str, setting: Option<Setting>) -> Result<bool, ConfigError> {
    let Some(setting) = setting else { return Ok(false) };
    match &*setting.value {
        value if value.eq_ignore_ascii_case("true") => Ok(true),
        value if value.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(ConfigError::Value { place: setting.place, setting: name, expected: "true or false" }),
    }
}
