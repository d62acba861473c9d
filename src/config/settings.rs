use super::error::{ConfigError, Place};
use super::files::{Setting, SharedFiles};
use super::sources::{Addressing, Environment, Sources, is_true};
use crate::aws::{self, AwsEndpoint};
use crate::bucket::Bucket;
use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::signer::Signer;
use crate::timestamp::Timestamp;
use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;
use core::mem::take;
use zeroize::Zeroizing;

/// What the environment and a profile say: keys, region, endpoint.
///
/// Of each setting, in this order: what [`with_region`](Self::with_region) and its like say; the environment variable;
/// the credentials file; the config file. A variable or a setting that is empty counts as not there.
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
/// let files = SharedFiles::parse(config, credentials)?; // or SharedFiles::read(|name| std::env::var(name).ok())
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
    /// Where it is said that an ARN's region must be the settings' own.
    arn_region_forbidden: Option<Place>,
}

impl Settings {
    /// The settings of a profile, or of that which `AWS_PROFILE` or `AWS_DEFAULT_PROFILE` name, or of `default`.
    ///
    /// `variable` looks up an environment variable. As in AWS's CLI, keys in the environment count more than those of a
    /// profile that a variable names, and less than those of a profile that is named here. Which keys a profile has is
    /// only asked by [`credentials`](Self::credentials).
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
            dual_stack: found.dual_stack()?,
            fips: found.switch("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")?,
            accelerated: is_true("use_accelerate_endpoint", found.of_s3("use_accelerate_endpoint"))?,
            arn_region_forbidden: found.arn_region_forbidden()?,
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
    /// For the end of a session `AWS_CREDENTIAL_EXPIRATION` is read and, beside the keys in a file, `aws_expiration`,
    /// which some tools write there and AWS's own do not read: without it nobody knows when the session ends.
    ///
    /// # Errors
    /// [`ConfigError::NoCredentials`], [`ConfigError::Incomplete`], [`ConfigError::Credentials`],
    /// [`ConfigError::Value`]; for a profile that gets its keys elsewhere [`ConfigError::AssumesRole`],
    /// [`ConfigError::WebIdentity`], [`ConfigError::SignsIn`] or [`ConfigError::CredentialProcess`], which say what it
    /// wants.
    ///
    /// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html>; the order within a
    /// profile is botocore's.
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

    /// The endpoint for S3, if it is not Amazon's: `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, `endpoint_url` below `s3`
    /// in the section `[services …]` that the profile names, `endpoint_url`; and none of them where
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

    /// Whether FIPS endpoints are asked for, by `AWS_USE_FIPS_ENDPOINT` or `use_fips_endpoint`. [`Settings::bucket`]
    /// takes them; for other services it is for the caller to do so.
    ///
    /// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html>.
    #[must_use]
    pub fn use_fips_endpoint(&self) -> bool {
        self.fips
    }

    /// `addressing_style`, nested below `s3`, if it is set: `auto`, `path` or `virtual`.
    #[must_use]
    pub fn addressing_style(&self) -> Option<&'static str> {
        self.addressing.map(Addressing::name)
    }

    /// A bucket at the address that these settings lead to.
    ///
    /// Amazon's by [`Bucket::aws`], with `use_dualstack_endpoint`, `use_fips_endpoint` and, nested below `s3`,
    /// `use_accelerate_endpoint` and `addressing_style`; an access point by its ARN, in the region that this names,
    /// unless `AWS_S3_USE_ARN_REGION`, `s3_use_arn_region` or, nested below `s3`, `use_arn_region` is `false`.
    ///
    /// At an endpoint of one's own the name goes into the path, unless `addressing_style` is `virtual`. What stands for an
    /// access point or a directory bucket is signed as AWS has it and goes in front of the host
    /// ([`Bucket::aws_at`]), unless the host is an IP address or `addressing_style` is `path`; an ARN always does.
    ///
    /// # Errors
    /// [`ConfigError::NoRegion`], [`ConfigError::OtherRegion`], and [`ConfigError::Address`] as those of [`Bucket`]'s
    /// constructors.
    pub fn bucket(&self, name: &str) -> Result<Bucket, ConfigError> {
        let of_arn = if name.starts_with("arn:") { Some(aws::region_of_arn(name)?) } else { None };
        if let (Some(named), Some(place)) = (of_arn, self.arn_region_forbidden) {
            if self.region() != of_arn {
                return Err(ConfigError::OtherRegion { named: named.into(), place });
            }
        }
        if let Some(endpoint_url) = &self.endpoint_url {
            let endpoint = Endpoint::parse(endpoint_url)?;
            let front = match aws::front(name) {
                Err(error) if of_arn.is_some() => return Err(error.into()),
                // Whatever AWS keeps it for, at another server it is a name like any other.
                front => front.ok().flatten(),
            };
            let in_front = match self.addressing {
                Some(Addressing::Virtual) => true,
                Some(Addressing::Path) => of_arn.is_some(),
                Some(Addressing::Auto) | None => of_arn.is_some() || front.is_some() && !endpoint.is_ip_address(),
            };
            return Ok(match (in_front, front) {
                (true, Some(_)) => Bucket::aws_at(endpoint, name)?,
                (true, None) => Bucket::virtual_hosted(endpoint, name)?,
                (false, Some(front)) => Bucket::path_style(endpoint, name)?.signed_for(None, front.service),
                (false, None) => Bucket::path_style(endpoint, name)?,
            });
        }
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
        if self.addressing == Some(Addressing::Path) {
            endpoint = endpoint.with_path_style();
        }
        Ok(Bucket::aws(endpoint, name)?)
    }

    /// A signer for that bucket, with these keys.
    ///
    /// # Errors
    /// As [`Settings::credentials`]; [`ConfigError::NoRegion`] where neither the bucket nor the settings know the
    /// region; [`ConfigError::Address`] as [`Signer::for_service`].
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
