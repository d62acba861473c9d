use super::error::{ConfigError, Place, SharedFile, shown};
use super::files::{Profile, Setting, SharedFiles};
use super::process::instant;
use crate::aws::{self, AwsEndpoint};
use crate::bucket::Bucket;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::service::Service;
use crate::signer::Signer;
use crate::timestamp::Timestamp;
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use core::fmt;
use core::mem::take;
use zeroize::Zeroizing;

/// What the environment and a profile say: keys, region, endpoint.
///
/// Of each setting, in this order: what [`with_region`](Self::with_region) and its like say; the environment variable; the
/// credentials file; the config file. A variable or a setting that is empty counts as not there.
///
/// ```
/// use s3_sigv4::config::{Settings, SharedFiles};
/// use s3_sigv4::Timestamp;
///
/// let config = "[profile backup]\nregion = eu-west-1";
/// let credentials = "\
/// [backup]
/// aws_access_key_id = AKIAIOSFODNN7EXAMPLE
/// aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// let files = SharedFiles::parse(config, credentials)?; // or, with std, SharedFiles::read(|name| std::env::var(name).ok())
/// let settings = Settings::new(Some("backup"), &files, |_| None)?;
///
/// let now = Timestamp::parse("20130524T000000Z")?;
/// let photos = settings.bucket("photos")?;
/// let signer = settings.signer(&photos, now)?;
/// assert_eq!(photos.get("cat.jpg")?.host(), "photos.s3.eu-west-1.amazonaws.com");
/// assert_eq!(signer.access_key_id(), "AKIAIOSFODNN7EXAMPLE");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// Sources: <https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html> and the pages that it names.
#[derive(Clone)]
pub struct Settings {
    profile: String,
    credentials: Result<Credentials, ConfigError>,
    // A command line: it ought to have no secret in it, and some have.
    credential_process: Option<Zeroizing<String>>,
    region: Option<String>,
    endpoint_url: Option<String>,
    sts_endpoint_url: Result<Option<String>, ConfigError>,
    addressing: Option<Addressing>,
    dual_stack: bool,
    fips: bool,
    accelerated: bool,
}

/// Where the name of a bucket goes.
#[derive(Clone, Copy, PartialEq)]
enum Addressing {
    /// In front of Amazon's hosts, and behind those of others.
    Auto,
    Path,
    Virtual,
}

impl Addressing {
    fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Path => "path",
            Self::Virtual => "virtual",
        }
    }
}

impl Settings {
    /// The settings of a profile, or of that which `AWS_PROFILE` or `AWS_DEFAULT_PROFILE` name, or of `default`.
    ///
    /// `variable` looks up an environment variable. As in AWS's CLI, keys in the environment count more than those of a profile
    /// that a variable names, and less than those of a profile that is named here. Which keys a profile has is only
    /// asked by [`credentials`](Self::credentials).
    ///
    /// # Errors
    /// [`ConfigError::NoSuchProfile`]; [`ConfigError::Value`], [`ConfigError::NoSuchServices`].
    pub fn new(
        profile: Option<&str>,
        files: &SharedFiles,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let environment = Environment(&variable);
        let asked = profile.map(ToOwned::to_owned);
        let named =
            asked.or_else(|| Some(take(&mut *environment.first(&["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])?.value)));
        let section = match &named {
            Some(name) => Some(files.profile(name).ok_or_else(|| files.no_such_profile(name))?),
            None => files.profile("default"),
        };
        let found = Sources { files, environment, section, name: named.as_deref().unwrap_or("default") };
        let text = |setting: Option<Setting>| setting.map(|setting| setting.value.as_str().to_owned());
        Ok(Self {
            credentials: found.credentials(profile.is_some()),
            credential_process: section
                .and_then(|section| section.get("credential_process"))
                .map(|it| it.value.clone()),
            region: text(found.either(&["AWS_REGION", "AWS_DEFAULT_REGION"], "region")),
            endpoint_url: text(found.endpoint_url("AWS_ENDPOINT_URL_S3", "s3")?),
            sts_endpoint_url: found.endpoint_url("AWS_ENDPOINT_URL_STS", "sts").map(text),
            addressing: found.addressing()?,
            dual_stack: found.switch("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")?,
            fips: found.switch("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")?,
            accelerated: is_true("use_accelerate_endpoint", found.of_s3("use_accelerate_endpoint"))?,
            profile: found.name.to_owned(),
        })
    }

    /// The same with these keys in place of the profile's.
    #[must_use]
    pub fn with_credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Ok(credentials);
        self
    }

    /// The same with this region.
    #[must_use]
    pub fn with_region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// The same with this endpoint for S3, such as `http://127.0.0.1:9000`.
    #[must_use]
    pub fn with_endpoint_url(mut self, endpoint_url: impl Into<String>) -> Self {
        self.endpoint_url = Some(endpoint_url.into());
        self
    }

    /// The same with the names of buckets in the path.
    #[must_use]
    pub fn with_path_style(mut self) -> Self {
        self.addressing = Some(Addressing::Path);
        self
    }

    /// The name of the profile.
    #[must_use]
    pub fn profile(&self) -> &str {
        &self.profile
    }

    /// The keys: those of the environment, of the credentials file or of the config file.
    ///
    /// For the end of a session `AWS_CREDENTIAL_EXPIRATION` is read and, beside the keys in a file, `aws_expiration`, which
    /// some tools write there and AWS's own do not read: without it nobody knows when the session ends.
    ///
    /// # Errors
    /// [`ConfigError::NoCredentials`], [`ConfigError::Incomplete`], [`ConfigError::Credentials`], [`ConfigError::Value`];
    /// for a profile that gets its keys elsewhere [`ConfigError::AssumesRole`], [`ConfigError::WebIdentity`],
    /// [`ConfigError::SignsIn`] or [`ConfigError::CredentialProcess`], which say what it wants.
    ///
    /// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html>; the order within a profile is
    /// botocore's.
    pub fn credentials(&self) -> Result<Credentials, ConfigError> {
        self.credentials.clone()
    }

    /// The command line of the program that prints the profile's keys, for [`process_output`](super::process_output).
    #[must_use]
    pub fn credential_process(&self) -> Option<&str> {
        self.credential_process.as_ref().map(|command| command.as_str())
    }

    /// The region: `AWS_REGION`, `AWS_DEFAULT_REGION`, `region`.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// The endpoint for S3, if it is not Amazon's: `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, `endpoint_url` below `s3` in the
    /// section `[services …]` that the profile names, `endpoint_url`; and none of them where
    /// `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` or `ignore_configured_endpoint_urls` is `true`.
    ///
    /// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>.
    #[must_use]
    pub fn endpoint_url(&self) -> Option<&str> {
        self.endpoint_url.as_deref()
    }

    /// The endpoint for STS, likewise.
    ///
    /// # Errors
    /// [`ConfigError::NoSuchServices`].
    pub fn sts_endpoint_url(&self) -> Result<Option<&str>, ConfigError> {
        self.sts_endpoint_url.as_ref().map(Option::as_deref).map_err(Clone::clone)
    }

    /// `addressing_style`, nested below `s3`, if it is set: `auto`, `path` or `virtual`.
    #[must_use]
    pub fn addressing_style(&self) -> Option<&'static str> {
        self.addressing.map(Addressing::name)
    }

    /// A bucket at the address that these settings lead to.
    ///
    /// Amazon's by [`Bucket::aws`], with `use_dualstack_endpoint`, `use_fips_endpoint` and, nested below `s3`,
    /// `use_accelerate_endpoint`; an access point by its ARN, in the region that this names. At an endpoint of one's own the
    /// name goes into the path, unless `addressing_style`, nested below `s3`, is `virtual`.
    ///
    /// # Errors
    /// [`ConfigError::NoRegion`], and [`ConfigError::Address`] as those of [`Bucket`]'s constructors.
    pub fn bucket(&self, name: &str) -> Result<Bucket, ConfigError> {
        if let Some(endpoint_url) = &self.endpoint_url {
            return Ok(match self.addressing {
                Some(Addressing::Virtual) => Bucket::virtual_hosted(endpoint_url, name)?,
                None | Some(Addressing::Auto | Addressing::Path) => Bucket::path_style(endpoint_url, name)?,
            });
        }
        let of_arn = if name.starts_with("arn:") { Some(aws::region_of_arn(name)?) } else { None };
        let mut endpoint = AwsEndpoint::new(of_arn.or(self.region()).ok_or_else(|| self.no_region())?);
        if self.dual_stack {
            endpoint = endpoint.with_dual_stack();
        }
        if self.fips {
            endpoint = endpoint.with_fips();
        }
        if self.accelerated {
            endpoint = endpoint.with_acceleration();
        }
        if self.addressing == Some(Addressing::Path) && of_arn.is_none() {
            // The name of a bucket that has a dot goes into the path: its host is the region's own.
            let host = aws::resolve("path.style", endpoint)?.host;
            let bucket = Bucket::path_style(&*format!("https://{host}"), name)?;
            return Ok(bucket.signed_for(Some(endpoint.region.into()), Service::S3));
        }
        Ok(Bucket::aws(name, endpoint)?)
    }

    /// A signer for that bucket, with these keys.
    ///
    /// # Errors
    /// As [`Settings::credentials`]; [`ConfigError::NoRegion`] where neither the bucket nor the settings know the region;
    /// [`ConfigError::Address`] as [`Signer::for_service`].
    pub fn signer(&self, bucket: &Bucket, now: Timestamp) -> Result<Signer, ConfigError> {
        let region = bucket.region().or(self.region()).ok_or_else(|| self.no_region())?;
        Ok(Signer::for_service(self.credentials()?, bucket.service().clone(), region, now)?)
    }

    fn no_region(&self) -> ConfigError {
        ConfigError::NoRegion { profile: self.profile.clone() }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An endpoint could have a password in it, though it is then refused.
        f.debug_struct("Settings")
            .field("profile", &self.profile)
            .field("credentials", &self.credentials)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

/// Environment variables, of which the empty ones are not there.
struct Environment<'a>(&'a dyn Fn(&str) -> Option<String>);

impl Environment<'_> {
    fn first(&self, names: &[&'static str]) -> Option<Setting> {
        names.iter().find_map(|name| {
            let value = Zeroizing::new((self.0)(name)?);
            (!value.is_empty()).then_some(Setting { value, place: Place::Variable(name) })
        })
    }
}

/// Where settings are looked for.
struct Sources<'a> {
    files: &'a SharedFiles,
    environment: Environment<'a>,
    section: Option<Profile<'a>>,
    name: &'a str,
}

impl<'a> Sources<'a> {
    fn of_profile(&self, name: &str) -> Option<&'a Setting> {
        self.section.and_then(|section| section.get(name))
    }

    fn of_s3(&self, name: &str) -> Option<Setting> {
        self.section.and_then(|section| section.of_s3(name))
    }

    fn either(&self, variables: &[&'static str], setting: &str) -> Option<Setting> {
        self.environment.first(variables).or_else(|| self.of_profile(setting).cloned())
    }

    /// `use_dualstack_endpoint` may also be nested below `s3`, where it counts for S3 alone, as in botocore.
    fn switch(&self, variable: &'static str, name: &'static str) -> Result<bool, ConfigError> {
        is_true(name, self.of_s3(name).or_else(|| self.either(&[variable], name)))
    }

    fn addressing(&self) -> Result<Option<Addressing>, ConfigError> {
        let Some(Setting { value, place }) = self.of_s3("addressing_style") else { return Ok(None) };
        let known = [Addressing::Auto, Addressing::Path, Addressing::Virtual];
        let found = known.into_iter().find(|style| style.name() == value.as_str());
        let wrong = ConfigError::Value { place, setting: "addressing_style", expected: "auto, path or virtual" };
        found.map(Some).ok_or(wrong)
    }

    fn endpoint_url(&self, variable: &'static str, service: &str) -> Result<Option<Setting>, ConfigError> {
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

    /// botocore's order: the environment, roles, sign-in by a browser, keys in the credentials file, a program, keys in
    /// the config file.
    fn credentials(&self, explicit_profile: bool) -> Result<Credentials, ConfigError> {
        let names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
        if let (false, Some(id)) = (explicit_profile, self.environment.first(&names[..1])) {
            let rest = [self.environment.first(&names[1..]), self.environment.first(&TOKEN_VARIABLES)];
            return keys(id, names[1], rest, self.environment.first(&["AWS_CREDENTIAL_EXPIRATION"]));
        }
        self.elsewhere()?;
        let process = self.of_profile("credential_process");
        match (self.of_profile("aws_access_key_id"), process) {
            // The keys in the config file come last.
            (Some(Setting { place: Place::Line(SharedFile::Config, _), .. }) | None, Some(process)) => {
                Err(ConfigError::CredentialProcess { profile: self.name.to_owned(), place: process.place })
            }
            (None, None) => Err(ConfigError::NoCredentials { profile: self.name.to_owned() }),
            (Some(id), _) => {
                let of = |name: &str| self.of_profile(name).cloned();
                let token = of("aws_security_token").or_else(|| of("aws_session_token"));
                let secret = of("aws_secret_access_key");
                keys(id.clone(), "aws_secret_access_key", [secret, token], of("aws_expiration"))
            }
        }
    }

    /// Whether the profile has its keys from somebody else.
    fn elsewhere(&self) -> Result<(), ConfigError> {
        let text = |setting: &Setting| shown(&setting.value);
        let profile = self.name.to_owned();
        if let Some(role) = self.of_profile("role_arn") {
            let (role_arn, place) = (text(role), role.place);
            if self.of_profile("web_identity_token_file").is_some() {
                return Err(ConfigError::WebIdentity { profile, role_arn, place });
            }
            let source = self.of_profile("source_profile").map(|source| format!("the profile {}", text(source)));
            let source = source.or_else(|| self.of_profile("credential_source").map(text));
            if let Some(source_name) = source {
                return Err(ConfigError::AssumesRole { profile, role_arn, source_name, place });
            }
        }
        for setting in ["sso_session", "sso_start_url", "login_session"] {
            if let Some(found) = self.of_profile(setting) {
                return Err(ConfigError::SignsIn { profile, setting, place: found.place });
            }
        }
        Ok(())
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
    Ok(credentials.with_expiration(instant(&end.value).ok_or(wrong)?))
}

fn is_true(name: &'static str, setting: Option<Setting>) -> Result<bool, ConfigError> {
    let Some(setting) = setting else { return Ok(false) };
    match &*setting.value {
        value if value.eq_ignore_ascii_case("true") => Ok(true),
        value if value.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(ConfigError::Value { place: setting.place, setting: name, expected: "true or false" }),
    }
}
