//! The console's sign-in: a session's keys for a token, and the token for a link.

use super::answer::StsError;
use super::check::{self, ROLE};
use super::request::{HttpRequest, Parameters, form, prefixed};
use crate::aws::partition_name;
use crate::credentials::Credentials;
use crate::endpoint::{Endpoint, check_host, split_origin};
use crate::error::{Error, Field, check};
use crate::limits::MAX_SIGNIN_ANSWER;
use crate::timestamp::Timestamp;
use crate::xml::kind;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;
use serde_json::Value;
use zeroize::{Zeroize, Zeroizing};

/// Where the console's sign-in tokens are had, AWS's federation endpoint.
///
/// ```
/// use s3_sigv4::sts::ConsoleEndpoint;
///
/// let ireland = ConsoleEndpoint::aws("eu-west-1")?;
/// assert_eq!(ireland.to_string(), "https://signin.aws.amazon.com/federation");
/// assert_eq!(ireland.home(), Some("https://eu-west-1.console.aws.amazon.com/console/home?region=eu-west-1"));
///
/// let ireland = ConsoleEndpoint::regional("eu-west-1")?;
/// assert_eq!(ireland.to_string(), "https://eu-west-1.signin.aws.amazon.com/federation");
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// Sources: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html> for the
/// partition `aws`; the command `console` of AWS's CLI (`awscli/customizations/console.py`) for the other partitions
/// and the console's hosts; for the regional ones the SDKs' rules (botocore 1.43,
/// `data/signin/2023-01-01/endpoint-rule-set-1.json`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleEndpoint {
    endpoint: Endpoint,
    home: Option<String>,
}

impl ConsoleEndpoint {
    /// The partition's: `signin.aws.amazon.com`, `signin.amazonaws.cn` or `signin.amazonaws-us-gov.com`, and the
    /// region's own where there is no other (`eusc-de-east-1.signin.amazonaws-eusc.eu`).
    ///
    /// # Errors
    /// [`Error::RegionSyntax`]; [`Error::NotOffered`] in the partitions whose endpoint is not published.
    pub fn aws(region: &str) -> Result<Self, Error> {
        Self::new(region, |partition| partition == "aws-eusc")
    }

    /// The region's: `eu-west-1.signin.aws.amazon.com`. The token and the link are for the same endpoint.
    ///
    /// # Errors
    /// As [`ConsoleEndpoint::aws`].
    pub fn regional(region: &str) -> Result<Self, Error> {
        Self::new(region, |_| true)
    }

    /// Another: `/federation` behind this address. It gets the secret access key, so mind whose it is, and that nothing
    /// but a loopback address is asked without TLS.
    ///
    /// # Errors
    /// As [`Endpoint::parse`].
    pub fn custom<E: TryInto<Endpoint>>(endpoint: E) -> Result<Self, Error>
    where
        Error: From<E::Error>,
    {
        Ok(Self { endpoint: endpoint.try_into()?, home: None })
    }

    fn new(region: &str, regional: impl Fn(&str) -> bool) -> Result<Self, Error> {
        let partition = partition_name(region)?;
        let row = HOSTS.iter().find(|(name, _, _)| *name == partition);
        let option = "published sign-in endpoint of the console";
        let (_, signin, console) = row.ok_or(Error::NotOffered { option, to: "in the partition of this region" })?;
        let front = if regional(partition) { format!("{region}.") } else { String::new() };
        Ok(Self {
            endpoint: Endpoint::parse(&format!("https://{front}{signin}"))?,
            home: Some(format!("https://{region}.{console}/console/home?region={region}")),
        })
    }

    /// The first page of the region's console, as a destination.
    #[must_use]
    pub fn home(&self) -> Option<&str> {
        self.home.as_deref()
    }

    /// The link that signs somebody in to the console, at the page `destination`. `issuer` is the address of your own
    /// sign-in page, to which the console leads back when the session has ended, or any name.
    ///
    /// ```
    /// use s3_sigv4::Timestamp;
    /// use s3_sigv4::sts::{ConsoleEndpoint, SigninToken};
    ///
    /// let now = Timestamp::parse("20130524T000000Z")?;
    /// let token = SigninToken::parse(r#"{"SigninToken":"VCQgs5qZZt3Q6fn8Tr5EXAMPLEmLnwB7JjUc-SHwnUUWabcRdnWsi4DBn"}"#, now)?;
    /// let endpoint = ConsoleEndpoint::aws("us-east-1")?;
    /// let link = endpoint.link(&token, "https://console.aws.amazon.com/s3", "https://example.com")?;
    /// assert_eq!(
    ///     link.url(),
    ///     "https://signin.aws.amazon.com/federation?Action=login&Issuer=https%3A%2F%2Fexample.com\
    ///      &Destination=https%3A%2F%2Fconsole.aws.amazon.com%2Fs3\
    ///      &SigninToken=VCQgs5qZZt3Q6fn8Tr5EXAMPLEmLnwB7JjUc-SHwnUUWabcRdnWsi4DBn"
    /// );
    /// assert_eq!(link.valid_until().to_string(), "20130524T001500Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::Character`], and for a destination that is no address [`Error::Scheme`] and what
    /// [`Endpoint::parse`] says of hosts.
    pub fn link(&self, token: &SigninToken, destination: &str, issuer: &str) -> Result<ConsoleLink, Error> {
        check(Field::Issuer, issuer, |byte| !byte.is_ascii_control())?;
        check(Field::Destination, destination, |byte| byte.is_ascii_graphic())?;
        let (_, host, _) = split_origin(Field::Destination, destination)?;
        check_host(host)?;
        let login = Login { issuer, destination, token: &token.text };
        Ok(ConsoleLink { url: prefixed(&format!("{self}?"), &login), valid_until: token.valid_until })
    }
}

impl fmt::Display for ConsoleEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/federation", self.endpoint)
    }
}

/// Partition, sign-in, console.
const HOSTS: [(&str, &str, &str); 4] = [
    ("aws", "signin.aws.amazon.com", "console.aws.amazon.com"),
    ("aws-cn", "signin.amazonaws.cn", "console.amazonaws.cn"),
    ("aws-us-gov", "signin.amazonaws-us-gov.com", "console.amazonaws-us-gov.com"),
    ("aws-eusc", "signin.amazonaws-eusc.eu", "console.amazonaws-eusc.eu"),
];

/// getSigninToken: a session's keys for a sign-in token.
///
/// The endpoint takes the sessions of AssumeRole, AssumeRoleWithSAML, AssumeRoleWithWebIdentity and GetFederationToken;
/// that of GetSessionToken it refuses, which nothing in its keys shows
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html>). Long-lived keys are refused
/// here.
///
/// ```
/// use s3_sigv4::sts::{ConsoleEndpoint, GetSigninToken};
/// use s3_sigv4::{Credentials, Timestamp};
///
/// let now = Timestamp::parse("20130524T000000Z")?;
/// let session = Credentials::new("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?
///     .with_session_token("IQoJb3JpZ2luX2VjEXAMPLE")?;
/// let request = GetSigninToken::new(&session)?.request(&ConsoleEndpoint::aws("us-east-1")?, now)?;
/// assert_eq!(request.method(), "GET");
/// assert_eq!(
///     request.url(),
///     "https://signin.aws.amazon.com/federation?Action=getSigninToken\
///      &Session=%7B%22sessionId%22%3A%22ASIAIOSFODNN7EXAMPLE%22\
///      %2C%22sessionKey%22%3A%22wJalrXUtnFEMI%2FK7MDENG%2FbPxRfiCYEXAMPLEKEY%22\
///      %2C%22sessionToken%22%3A%22IQoJb3JpZ2luX2VjEXAMPLE%22%7D"
/// );
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html>.
#[derive(Clone, Copy)]
pub struct GetSigninToken<'a> {
    credentials: &'a Credentials,
    session_duration: Option<u64>,
}

impl<'a> GetSigninToken<'a> {
    /// For this session.
    ///
    /// # Errors
    /// [`Error::ConsoleCredentials`] for keys without a session token, or whose id starts with `AKIA`.
    pub fn new(credentials: &'a Credentials) -> Result<Self, Error> {
        if !credentials.has_session_token() {
            return Err(Error::ConsoleCredentials { reason: "these have no session token" });
        }
        if credentials.access_key_id().starts_with("AKIA") {
            return Err(Error::ConsoleCredentials {
                reason: "the id of these starts with AKIA, as long-lived ones do",
            });
        }
        Ok(Self { credentials, session_duration: None })
    }

    /// The same with a console session of 900 to 43200 whole seconds, whatever the keys' own end.
    ///
    /// For the sessions of the AssumeRole operations alone, and of them not those that were assumed with another
    /// session's keys (role chaining): for others, GetFederationToken's for instance, AWS answers with an error. Without
    /// it the console session lasts as long as the keys.
    ///
    /// # Errors
    /// [`Error::SessionDuration`].
    ///
    /// Source besides: <https://repost.aws/knowledge-center/invalid-credentials-parameter>.
    pub fn with_session_duration(mut self, duration: Duration) -> Result<Self, Error> {
        self.session_duration = Some(check::seconds(duration, ROLE)?);
        Ok(self)
    }

    /// The request as AWS documents it, a `GET`. Its URL holds the secret access key, so see that no log keeps it.
    ///
    /// # Errors
    /// [`Error::CredentialsExpired`].
    pub fn request(&self, endpoint: &ConsoleEndpoint, now: Timestamp) -> Result<HttpRequest, Error> {
        let parameters = self.parameters(now)?;
        Ok(HttpRequest::get(prefixed(&format!("{endpoint}?"), &parameters)))
    }

    /// The same as a `POST` with a form, which keeps the secrets out of the URL. AWS's page shows the `GET` alone;
    /// other clients send this (<https://github.com/vouch-sh/vouch/pull/240>).
    ///
    /// ```
    /// # use core::time::Duration;
    /// # use s3_sigv4::sts::{ConsoleEndpoint, GetSigninToken};
    /// # use s3_sigv4::{Credentials, Timestamp};
    /// # let now = Timestamp::parse("20130524T000000Z")?;
    /// # let session = Credentials::new("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?
    /// #     .with_session_token("IQoJb3JpZ2luX2VjEXAMPLE")?;
    /// let two_hours = GetSigninToken::new(&session)?.with_session_duration(Duration::from_secs(7200))?;
    /// let request = two_hours.form_request(&ConsoleEndpoint::aws("us-east-1")?, now)?;
    /// assert_eq!((request.method(), request.url()), ("POST", "https://signin.aws.amazon.com/federation"));
    /// assert!(request.body().starts_with("Action=getSigninToken&SessionDuration=7200&Session=%7B%22sessionId%22%3A"));
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::CredentialsExpired`].
    pub fn form_request(&self, endpoint: &ConsoleEndpoint, now: Timestamp) -> Result<HttpRequest, Error> {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let body = form(&self.parameters(now)?);
        Ok(HttpRequest::post(endpoint.to_string().into(), headers.into_iter(), body))
    }

    fn parameters(&self, now: Timestamp) -> Result<Signin, Error> {
        let Credentials { identity, secret } = self.credentials;
        identity.usable_at(now)?;
        let token = identity.session_token.as_deref().unwrap_or_default();
        Ok(Signin {
            session: session([
                ("sessionId", &identity.access_key_id),
                ("sessionKey", secret.as_str()),
                ("sessionToken", token),
            ]),
            duration: self.session_duration,
        })
    }
}

impl fmt::Debug for GetSigninToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetSigninToken").field("credentials", &self.credentials).finish_non_exhaustive()
    }
}

/// The parameters of getSigninToken.
struct Signin {
    session: Zeroizing<String>,
    duration: Option<u64>,
}

impl Parameters for Signin {
    fn each(&self, put: &mut dyn FnMut(&str, &str)) {
        put("Action", "getSigninToken");
        self.duration.iter().for_each(|seconds| put("SessionDuration", &seconds.to_string()));
        put("Session", &self.session);
    }
}

/// The parameters of a login link.
struct Login<'a> {
    issuer: &'a str,
    destination: &'a str,
    token: &'a str,
}

impl Parameters for Login<'_> {
    fn each(&self, put: &mut dyn FnMut(&str, &str)) {
        put("Action", "login");
        put("Issuer", self.issuer);
        put("Destination", self.destination);
        put("SigninToken", self.token);
    }
}

/// The session in JSON. There is room for all of it at once, since a text that grows leaves what it held behind.
fn session(values: [(&str, &str); 3]) -> Zeroizing<String> {
    // An escape has six bytes at most.
    let room = values.iter().map(|(name, value)| name.len() + 6 * value.len() + 8).sum();
    let mut json = Zeroizing::new(Vec::with_capacity(room));
    for (i, (name, value)) in values.into_iter().enumerate() {
        json.push(if i == 0 { b'{' } else { b',' });
        serde_json::to_writer(&mut *json, name).expect("a Vec takes everything");
        json.push(b':');
        serde_json::to_writer(&mut *json, value).expect("a Vec takes everything");
    }
    json.push(b'}');
    String::from_utf8(core::mem::take(&mut *json)).expect("JSON is UTF-8").into()
}

/// What the federation endpoint gives for a session: a secret for 15 minutes, of which [`ConsoleEndpoint::link`] makes
/// a link. It is wiped on drop, and nothing shows it.
#[derive(Clone)]
pub struct SigninToken {
    text: Zeroizing<String>,
    valid_until: Timestamp,
}

impl SigninToken {
    /// Reads the body of the federation endpoint's answer: `{"SigninToken":"…"}`, up to 64 KiB of JSON. `now` is the
    /// instant of asking for it, from which the 15 minutes are counted.
    ///
    /// # Errors
    /// [`StsError`]: [`StsError::Kind`] for the page by which the endpoint refuses.
    pub fn parse(body: &(impl AsRef<[u8]> + ?Sized), now: Timestamp) -> Result<Self, StsError> {
        let (body, element) = (body.as_ref(), "SigninToken");
        if body.len() > MAX_SIGNIN_ANSWER {
            return Err(StsError::TooLong { length: body.len(), max: MAX_SIGNIN_ANSWER });
        }
        let found = kind(body).in_words();
        let wanted = "{\"SigninToken\":\"…\"}";
        let mut answer = match serde_json::from_slice(body) {
            Ok(Value::Object(answer)) => answer,
            Ok(_) | Err(_) => return Err(StsError::Kind { found, wanted }),
        };
        let Some(Value::String(mut text)) = answer.remove(element) else {
            return Err(StsError::Missing { element });
        };
        let valid_until = now.plus(LIFE).and_then(|until| {
            check(Field::SigninToken, &text, |byte| byte.is_ascii_graphic())?;
            Ok(until)
        });
        match valid_until {
            Ok(valid_until) => Ok(Self { text: text.into(), valid_until }),
            Err(error) => {
                text.zeroize();
                Err(StsError::Credentials { error })
            }
        }
    }

    /// The instant from which on neither it nor a link made of it is good.
    #[must_use]
    pub fn valid_until(&self) -> Timestamp {
        self.valid_until
    }
}

/// How long token and link live: the link "must be used within 15 minutes after the sign-in token was issued", in the
/// Python example of AWS's page.
const LIFE: Duration = Duration::from_secs(15 * 60);

impl fmt::Debug for SigninToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigninToken").field("valid_until", &self.valid_until).finish_non_exhaustive()
    }
}

/// A link that signs whoever opens it in to the console, for 15 minutes. It is a secret: AWS recommends to hand it out
/// by a redirect. `Display` is the link; `Debug` hides it, and it is wiped on drop.
#[derive(Clone)]
pub struct ConsoleLink {
    url: Zeroizing<String>,
    valid_until: Timestamp,
}

impl ConsoleLink {
    /// The link.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// When the link ends: 15 minutes after its token was asked for. The session that it starts goes on.
    #[must_use]
    pub fn valid_until(&self) -> Timestamp {
        self.valid_until
    }
}

impl fmt::Display for ConsoleLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

impl fmt::Debug for ConsoleLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsoleLink").field("valid_until", &self.valid_until).finish_non_exhaustive()
    }
}
