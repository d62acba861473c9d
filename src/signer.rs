use crate::canonical::{Authentication, CREDENTIAL, CanonicalRequest, Parts};
use crate::credentials::{Credentials, Identity, Secret};
use crate::encode::{QUERY, Text};
use crate::error::Error;
use crate::key::{LastSecond, Signature, SigningKey, Started};
use crate::payload::PayloadHash;
use crate::request::Request;
use crate::scope::CredentialScope;
use crate::service::{Rules, Service, SessionToken};
use crate::timestamp::Timestamp;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use core::fmt;
use zeroize::Zeroizing;

/// Signs requests: credentials, region and service, with the key of one day at hand.
///
/// It holds the key of the day it was made for. A request dated on another day gets a key derived for that call, so a
/// signer that is never renewed is slower after midnight and never wrong; [`Signer::renew`] takes the new day's key
/// for good. It is `Send`, `Sync` and `Clone`, and belongs in an application's state: no thread waits for another, and
/// all that it remembers is what the requests of a second have in common, which saves hashing it again.
///
/// | verb | signs |
/// |---|---|
/// | [`presign`](Signer::presign) | a link that anybody can use for a while |
/// | [`presign_to`](Signer::presign_to) | the same into the caller's buffer |
/// | [`links`](Signer::links) | many links of one instant |
/// | [`presign_payload`](Signer::presign_payload) | a link for a request whose body is known |
/// | [`sign`](Signer::sign) | a request that is sent now, by the `Authorization` header |
/// | [`sign_to`](Signer::sign_to) | the same into the caller's buffer |
/// | [`sign_chunked`](Signer::sign_chunked) | a request whose body is sent in chunks |
/// | [`sign_policy`](Signer::sign_policy) | a browser's upload, by a POST policy that is made already |
/// | `post` | the same from a typed `PostPolicy`, as a form (feature `post`) |
/// | `sign_sts` | a request to STS, for the keys of a session (feature `sts`) |
/// | `sign_http` | an `http::Request` in place (feature `http`) |
/// | `sign_http_chunked` | the same, its body sent in chunks (feature `http`) |
///
/// ```
/// use core::time::Duration;
/// use s3_sigv4::{Bucket, Credentials, Signer, Timestamp};
///
/// let now = Timestamp::parse("20130524T000000Z")?;
/// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
/// let signer = Signer::new(credentials, "us-east-1", now)?;
/// let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "examplebucket")?;
///
/// let link = signer.presign(&bucket.get("test.txt")?, Duration::from_secs(86400), now)?;
/// assert!(link.url().ends_with("aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"));
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
#[derive(Clone)]
pub struct Signer {
    pub(crate) identity: Identity,
    secret: Option<Secret>,
    pub(crate) rules: Rules,
    day: Day,
    // As it stands in a link.
    session_token: Option<Zeroizing<String>>,
}

/// What is the same for every request of a day.
#[derive(Clone)]
pub(crate) struct Day {
    pub(crate) key: SigningKey,
    pub(crate) last: LastSecond,
    /// Algorithm, key id and scope, as they stand in a link in front of the date.
    pub(crate) credential: String,
    /// The same as they stand in an `Authorization` header, up to the names of the headers.
    pub(crate) authorization: String,
}

/// The day at hand, or one that was derived for a call.
#[derive(Clone)]
pub(crate) enum DayOf<'a> {
    AtHand(&'a Day),
    Derived(Box<Day>),
}

impl core::ops::Deref for DayOf<'_> {
    type Target = Day;

    #[inline]
    fn deref(&self) -> &Day {
        match self {
            Self::AtHand(day) => day,
            Self::Derived(day) => day,
        }
    }
}

impl Day {
    fn new(identity: &Identity, key: SigningKey) -> Self {
        let credential = encoded(&format!("{}/{}", identity.access_key_id, key.scope()));
        let credential = format!("{}{credential}{}", CREDENTIAL.0, CREDENTIAL.1);
        let (id, scope) = (&identity.access_key_id, key.scope());
        let authorization = format!("AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders=");
        Self { key, last: LastSecond::none(), credential, authorization }
    }

    /// The signature of the request whose canonical form has this hash.
    #[inline]
    pub(crate) fn sign(&self, canonical_hash: &[u8; 32], now: Timestamp) -> Signature {
        Started::<2>::new(&self.key).start_absorbed(&self.key, &self.last, now).sign(&self.key, canonical_hash)
    }
}

impl Signer {
    /// A signer for S3 in this region. [`Bucket::signer`](crate::Bucket::signer) makes one by an address, which may be
    /// that of a relative of S3's.
    ///
    /// # Errors
    /// [`Error::SessionTokenMissing`] for an access key id that starts with `ASIA` without a session token;
    /// [`Error::Empty`] or [`Error::Character`] if the region is not visible ASCII without `/` and `,`.
    pub fn new(credentials: Credentials, region: &str, now: Timestamp) -> Result<Self, Error> {
        Self::for_service(credentials, Service::S3, region, now)
    }

    /// A signer for this service in this region.
    ///
    /// ```
    /// use s3_sigv4::{Credentials, PayloadHash, Request, Service, Signer, Timestamp};
    ///
    /// let now = Timestamp::parse("20150830T123600Z")?;
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
    /// let signer = Signer::for_service(credentials, Service::new("iam")?, "us-east-1", now)?;
    ///
    /// let request = Request::new("GET", "https://iam.amazonaws.com", "/")?
    ///     .with_query(&[("Action", "ListUsers"), ("Version", "2010-05-08")])
    ///     .with_headers(&[("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")]);
    /// let signed = signer.sign(&request, PayloadHash::EMPTY, now)?;
    /// assert_eq!(
    ///     signed.signature().to_string(),
    ///     "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    /// );
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Signer::new`]; but the token of a session of [`Service::S3_EXPRESS`] may come with each request, and is
    /// missed when that is signed.
    pub fn for_service(
        credentials: Credentials,
        service: Service,
        region: &str,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let Credentials { identity, secret } = credentials;
        identity.complete_for(service.rules)?;
        let scope = CredentialScope::new(region, service.name(), now)?;
        let key = SigningKey::derive_from(&secret, scope);
        Ok(Self::with_key(identity, Some(secret), service.rules, key))
    }

    /// A signer that holds no secret, only the key of one day, region and service.
    ///
    /// On any other day it signs nothing: [`Error::KeyOfAnotherDay`]. The rules are those that [`Service::new`] has for
    /// the service that the key's scope names; [`Signer::with_service`] takes others.
    ///
    /// ```
    /// use core::time::Duration;
    /// use s3_sigv4::{Bucket, Signer, SigningKey, Timestamp};
    ///
    /// let text = "20130524/us-east-1/s3/aws4_request=dbb893acc010964918f1fd433add87c70e8b0db6be30c1fbeafefa5ec6ba8378";
    /// let signer = Signer::from_key("AKIAIOSFODNN7EXAMPLE", None, SigningKey::import(text)?)?;
    ///
    /// let now = Timestamp::parse("20130524T000000Z")?;
    /// let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "examplebucket")?;
    /// let link = signer.presign(&bucket.get("test.txt")?, Duration::from_secs(86400), now)?;
    /// assert!(link.url().ends_with("aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"));
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Credentials::new`] for the key id, [`Credentials::with_session_token`] for the token, and
    /// [`Error::SessionTokenMissing`].
    pub fn from_key(access_key_id: &str, session_token: Option<&str>, key: SigningKey) -> Result<Self, Error> {
        let mut identity = Identity::new(access_key_id.into())?;
        if let Some(session_token) = session_token {
            identity.set_session_token(session_token.into())?;
        }
        let rules = Service::new(String::from(key.scope().service()))?.rules;
        identity.complete_for(rules)?;
        Ok(Self::with_key(identity, None, rules, key))
    }

    fn with_key(identity: Identity, secret: Option<Secret>, rules: Rules, key: SigningKey) -> Self {
        let session_token = identity.session_token.as_deref().map(encoded).map(Zeroizing::new);
        Self { day: Day::new(&identity, key), identity, secret, rules, session_token }
    }

    /// The same with the instant at which the credentials behind the key expire.
    ///
    /// For a signer made [from a key](Signer::from_key); whoever has [`Credentials`] says it
    /// [there](Credentials::with_expiration).
    #[must_use]
    pub fn with_expiration(mut self, expiration: Timestamp) -> Self {
        self.identity.expiration = Some(expiration);
        self
    }

    /// The same for another service in the same region, or by other rules for the same service.
    ///
    /// # Errors
    /// [`Error::KeyOfAnotherScope`] for a signer made [from a key](Signer::from_key), if the key is for another service.
    ///
    /// ```
    /// # use s3_sigv4::{Credentials, Signer, Timestamp};
    /// use s3_sigv4::{PathEncoding, Service, SigningKey};
    /// # let now = Timestamp::parse("20130524T000000Z")?;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// # let signer = Signer::new(credentials, "us-east-1", now)?;
    ///
    /// let iam = signer.clone().with_service(Service::new("iam")?)?;
    /// assert_eq!(iam.key().scope().to_string(), "20130524/us-east-1/iam/aws4_request");
    ///
    /// // A key goes with the rules of its service by name; rules that were set by hand have to be set again.
    /// let text = "20130524/us-east-1/odd/aws4_request=dbb893acc010964918f1fd433add87c70e8b0db6be30c1fbeafefa5ec6ba8378";
    /// let odd = Service::new("odd")?.with_path_encoding(PathEncoding::Once);
    /// let signer = Signer::from_key("AKIAIOSFODNN7EXAMPLE", None, SigningKey::import(text)?)?.with_service(odd)?;
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn with_service(mut self, service: Service) -> Result<Self, Error> {
        let scope = self.key().scope();
        if service.name() != scope.service() {
            let secret = self.secret.as_ref().ok_or_else(|| scope.refused(scope.region(), service.name()))?;
            self.day = Day::new(&self.identity, SigningKey::derive_from(secret, scope.for_service(service.name())));
        }
        self.rules = service.rules;
        Ok(self)
    }

    /// Takes the key of the day in which `now` lies, if it is not at hand already. Once a day is enough.
    ///
    /// # Errors
    /// [`Error::KeyOfAnotherDay`] if there is no secret to derive it from.
    ///
    /// ```
    /// # use s3_sigv4::{Credentials, Signer, Timestamp};
    /// # let now = Timestamp::parse("20130524T000000Z")?;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// let mut signer = Signer::new(credentials, "us-east-1", now)?;
    /// signer.renew(Timestamp::parse("20130525T000000Z")?)?;
    /// assert_eq!(signer.key().scope().day(), "20130525");
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn renew(&mut self, now: Timestamp) -> Result<(), Error> {
        if let DayOf::Derived(mut day) = self.day_of(now)? {
            // Swapped and not moved out: the box would be freed with the new key in it.
            core::mem::swap(&mut self.day, &mut day);
        }
        Ok(())
    }

    /// The key of the day at hand, to be exported for instance.
    #[must_use]
    pub fn key(&self) -> &SigningKey {
        &self.day.key
    }

    /// The access key id.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.identity.access_key_id
    }

    /// The session token's parameter, as it stands in a link.
    #[inline]
    pub(crate) fn token_parameter(&self) -> Option<(&'static str, &str)> {
        self.session_token.as_ref().map(|token| (self.rules.session_token.parameter(), token.as_str()))
    }

    /// The same, if it is part of what is signed.
    #[inline]
    pub(crate) fn signed_token_parameter(&self) -> Option<(&'static str, &str)> {
        self.token_parameter().filter(|_| self.rules.session_token != SessionToken::AddedAfterwards)
    }

    /// What both ways of signing start from.
    #[inline(always)]
    pub(crate) fn parts<'r>(
        &'r self,
        request: &'r Request<'r>,
        authentication: &'r Authentication<'r>,
        payload: &'r PayloadHash,
        now: &'r Timestamp,
    ) -> Parts<'r> {
        let Self { rules, identity, .. } = self;
        Parts { request, rules, identity, authentication, payload, now }
    }

    /// The same, to be kept.
    pub(crate) fn canonical<'a>(
        &'a self,
        request: &Request<'a>,
        authentication: Authentication<'a>,
        payload: PayloadHash,
        now: Timestamp,
    ) -> Result<CanonicalRequest<'a>, Error> {
        let at = (self.scope_at(now), now);
        CanonicalRequest::new(request, (self.rules, &self.identity), authentication, payload, at)
    }

    /// The scope of the key that signs at this instant.
    pub(crate) fn scope_at(&self, now: Timestamp) -> CredentialScope<'_> {
        self.day.key.scope().on(now)
    }

    /// The day at hand, or one whose key is derived for the call.
    #[inline]
    pub(crate) fn day_of(&self, now: Timestamp) -> Result<DayOf<'_>, Error> {
        if self.day.key.scope().covers(now) { Ok(DayOf::AtHand(&self.day)) } else { self.another_day(now) }
    }

    #[cold]
    fn another_day(&self, now: Timestamp) -> Result<DayOf<'_>, Error> {
        let scope = self.day.key.scope();
        let secret = self.secret.as_ref().ok_or(Error::KeyOfAnotherDay { day: scope.day_digits(), now })?;
        let day = Day::new(&self.identity, SigningKey::derive_from(secret, scope.on(now)));
        Ok(DayOf::Derived(Box::new(day)))
    }
}

fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(3 * text.len());
    Text::Raw(text).write_to(QUERY, &mut encoded).expect("a String takes everything");
    encoded
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("identity", &self.identity).field("key", &self.day.key).finish_non_exhaustive()
    }
}
