mod parameters;
mod usual;

use super::error::{Part, VerifyError};
use crate::canonical::{MOST_HEADERS, SignedNames, Unsigned};
use crate::encode::{QUERY, Text, all, is_canonical, is_unreserved, position, split_once};
use crate::endpoint::Scheme;
use crate::error::Excerpt;
use crate::key::Signature;
use crate::limits::LONGEST_LIFETIME;
use crate::payload::PayloadHash;
use crate::request::{Path, Query, Request, check_method, is_token_and_plain};
use crate::scope::{self, CredentialScope};
use crate::service::SessionToken;
use crate::timestamp::Timestamp;
use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;
pub(crate) use parameters::PARAMETERS;
use parameters::{
    ALGORITHM, CONTENT_SHA256, CREDENTIAL, DATE, EXPIRES, ParametersFound, S3_SESSION_TOKEN, SIGNATURE, SIGNED_HEADERS,
    TOKEN,
};
use usual::UsualLink;

impl<'a> Request<'a> {
    /// A request as a server received it: the method, the host that it was sent to and the request's target, path and
    /// query as they stand in the request line, nothing decoded. [`Request::with_headers`] or
    /// [`Request::with_header_bytes`] add all its headers.
    ///
    /// The host is what stands in the `host` header (HTTP/1.1) or in `:authority` (HTTP/2), its port as it is there. A
    /// `host` header may be among the headers as well, and must then say the same.
    ///
    /// ```
    /// use s3_sigv4::Request;
    ///
    /// let headers = [("host", "photos.example.com:9000"), ("range", "bytes=0-9")];
    /// let incoming = Request::received("GET", "photos.example.com:9000", "/cat%20%26%20dog.jpg?versionId=1")?
    ///     .with_headers(&headers);
    /// assert_eq!(incoming.host(), "photos.example.com:9000");
    /// # Ok::<(), s3_sigv4::VerifyError>(())
    /// ```
    ///
    /// # Errors
    /// [`VerifyError::Malformed`] if the method is no token, if the host is not visible ASCII, or if the target does not
    /// start with `/` or has a control character or a `#`.
    pub fn received(method: &'a str, host: &'a str, target: &'a str) -> Result<Self, VerifyError> {
        let malformed = |part| Err(VerifyError::Malformed { part });
        if check_method(method).is_err() {
            return malformed(Part::Method);
        }
        if host.is_empty() || !all(host.as_bytes(), |byte| byte.is_ascii_graphic()) {
            return malformed(Part::Host);
        }
        let odd = |byte: u8| byte.is_ascii_control() | (byte == b'#');
        if !all(target.as_bytes(), |byte| !odd(byte)) || !target.starts_with('/') {
            return malformed(Part::Target);
        }
        let question_mark = position(target.as_bytes(), b'?');
        let (path, query) = question_mark.map_or((target, ""), |at| (&target[..at], &target[at + 1..]));
        Ok(Self::from_checked(method, Scheme::Https, host, Path::Wire(path), Query::Received(query)))
    }
}

/// What a received request says of itself: who signed it, when, for what. Nothing of it is proven.
///
/// It is there to look the secret up by the access key id. [`Verifier::verify`](crate::Verifier::verify) makes a
/// [`Verified`](crate::Verified) of it, or refuses it.
///
/// ```
/// use s3_sigv4::{Claim, Request};
///
/// let target = "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
///      &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
///      &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
///      &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
/// let claim = Claim::parse(&Request::received("GET", "examplebucket.s3.amazonaws.com", target)?)?;
/// assert_eq!(claim.access_key_id(), "AKIAIOSFODNN7EXAMPLE");
/// assert_eq!(claim.scope().to_string(), "20130524/us-east-1/s3/aws4_request");
/// assert_eq!(claim.dated().to_string(), "20130524T000000Z");
/// # Ok::<(), s3_sigv4::VerifyError>(())
/// ```
#[derive(Clone)]
pub struct Claim<'a> {
    pub(super) request: Request<'a>,
    /// In place of the request's own, where they had to be collected.
    pub(super) collected: Option<Vec<(&'a str, &'a [u8])>>,
    pub(super) place: Place,
    pub(super) access_key_id: Cow<'a, str>,
    pub(super) region: Cow<'a, str>,
    pub(super) service: Cow<'a, str>,
    pub(super) signed: SignedNames<'a>,
    pub(super) signature: Signature,
    pub(super) token: Option<(SessionToken, Text<'a>)>,
    pub(super) payload: Payload,
    pub(super) dated: Timestamp,
    pub(super) unsigned: Unsigned,
}

/// Who says what the body is.
#[derive(Clone)]
pub(super) enum Payload {
    Unsaid,
    Request(PayloadHash),
    Caller(PayloadHash),
}

/// Where the signature stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Header,
    Query { expires: u32 },
}

impl Place {
    /// What the credential is called there.
    pub(super) fn credential(self) -> Part {
        match self {
            Self::Header => Part::Authorization("Credential"),
            Self::Query { .. } => Part::Parameter("X-Amz-Credential"),
        }
    }
}

impl<'a> Claim<'a> {
    /// Reads who is said to have signed this request.
    ///
    /// # Errors
    /// [`VerifyError::NotSigned`] for an anonymous request; [`VerifyError::SignedTwice`] if header and query both
    /// authenticate; [`VerifyError::Algorithm`]; [`VerifyError::Missing`], [`VerifyError::Repeated`] or
    /// [`VerifyError::Malformed`] for any part of the authentication; [`VerifyError::MalformedHeader`];
    /// [`VerifyError::TooManyHeaders`]; [`VerifyError::HostConflict`]; [`VerifyError::HostNotSigned`];
    /// [`VerifyError::ScopeDay`]; [`VerifyError::Lifetime`].
    pub fn parse(request: &Request<'a>) -> Result<Self, VerifyError> {
        Self::read(*request, request.headers.iter())
    }

    /// As [`Claim::parse`], for headers that had to be collected.
    #[cfg(feature = "http")]
    pub(crate) fn parse_collected(
        request: Request<'a>,
        headers: Vec<(&'a str, &'a [u8])>,
    ) -> Result<Self, VerifyError> {
        let mut claim = Self::read(request, headers.iter().copied())?;
        claim.collected = Some(headers);
        Ok(claim)
    }

    /// The same for a body of this hash, where the request does not name one: by the rules of services other than S3
    /// the hash is signed and not sent, so the body has to be there before the signature can be verified. Where the
    /// request names one, that counts.
    ///
    /// ```
    /// use s3_sigv4::{Claim, Credentials, PayloadHash, Request, Service, Timestamp, Verifier, VerifyError};
    ///
    /// let headers = [
    ///     ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
    ///     ("x-amz-date", "20150830T123600Z"),
    ///     ("authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
    ///         SignedHeaders=content-type;host;x-amz-date, \
    ///         Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"),
    /// ];
    /// let incoming = Request::received("GET", "iam.amazonaws.com", "/?Action=ListUsers&Version=2010-05-08")?;
    /// let claim = Claim::parse(&incoming.with_headers(&headers))?;
    ///
    /// let verifier = Verifier::new("us-east-1").with_service(Service::new("iam")?);
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
    /// let now = Timestamp::parse("20150830T123600Z")?;
    /// let without = verifier.verify(claim.clone(), &credentials, now);
    /// assert_eq!(without.unwrap_err(), VerifyError::PayloadUnknown);
    /// let verified = verifier.verify(claim.with_payload(PayloadHash::of(b"")), &credentials, now)?;
    /// # assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_payload(mut self, payload: PayloadHash) -> Self {
        if !matches!(self.payload, Payload::Request(_)) {
            self.payload = Payload::Caller(payload);
        }
        self
    }

    /// All its headers, the collected ones or the request's own.
    pub(super) fn headers(&self) -> impl Iterator<Item = (&'a str, &'a [u8])> + '_ {
        self.collected.iter().flatten().copied().chain(self.request.headers.iter())
    }

    /// The value of a header that is signed, and there once.
    pub(super) fn signed_header(&self, name: &'static str) -> Result<Option<&'a [u8]>, VerifyError> {
        let mut values = self.headers().filter(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        match (values.next().filter(|_| self.signed.contain(name)), values.next()) {
            (Some(_), Some(_)) => Err(VerifyError::Repeated { part: Part::Header(name) }),
            (value, _) => Ok(value.map(trim)),
        }
    }

    /// The access key id.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Day, region and service of the signature: what a [`SigningKey`](crate::SigningKey) is derived for.
    #[must_use]
    pub fn scope(&self) -> CredentialScope<'static> {
        CredentialScope::new(&self.region, &self.service, self.dated).expect("both parts were checked")
    }

    /// The instant of signing.
    #[must_use]
    pub fn dated(&self) -> Timestamp {
        self.dated
    }

    /// The session token, for those that look sessions up by it.
    #[must_use]
    pub fn session_token(&self) -> Option<Cow<'a, str>> {
        self.token.and_then(|(_, token)| token.decoded())
    }

    /// The names of the headers that are said to be signed, in lower case and sorted.
    pub fn signed_headers(&self) -> impl Iterator<Item = Cow<'a, str>> {
        self.signed.names()
    }

    /// Whether the signature stands in the query.
    #[must_use]
    pub fn is_link(&self) -> bool {
        self.place != Place::Header
    }

    fn read(
        mut request: Request<'a>,
        headers: impl ExactSizeIterator<Item = (&'a str, &'a [u8])>,
    ) -> Result<Self, VerifyError> {
        if let Query::Wire(text) = request.query {
            request.query = Query::Received(text);
        }
        let count = headers.len();
        if count > MOST_HEADERS {
            return Err(VerifyError::TooManyHeaders { count });
        }
        let mut found = HeadersFound::default();
        for (name, value) in headers {
            found.take(name, value)?;
        }
        if found.host.is_some_and(|host| host != request.host.as_bytes()) {
            return Err(VerifyError::HostConflict);
        }
        if let (Query::Received(query), true) = (request.query, found.authenticate_nothing()) {
            if let Some(link) = UsualLink::read(query) {
                return Ok(link.claim(request));
            }
        }
        Self::read_any(request, &found)
    }

    /// The same for what is signed in a header, and for links in every form.
    fn read_any(request: Request<'a>, found: &HeadersFound<'a>) -> Result<Self, VerifyError> {
        let parameters = ParametersFound::read(request.query);

        let credential = match (found.authorization, parameters.any) {
            (Some(_), true) => return Err(VerifyError::SignedTwice),
            (None, false) => return Err(VerifyError::NotSigned),
            (Some(value), false) => Credential::from_header(value, found)?,
            (None, true) => Credential::from_query(&parameters, found)?,
        };
        let Credential { place, credential, signed, signature, token, payload, dated, plain } = credential;
        let ([access_key_id, region, service], plain) = match plain_credential(credential, dated) {
            Some(parts) => (parts.map(Cow::Borrowed), plain),
            None => {
                let plain = plain && is_canonical(as_it_stands(credential), QUERY);
                (read_credential(credential, dated, place.credential())?, plain)
            }
        };
        if !signed.contain("host") {
            return Err(VerifyError::HostNotSigned);
        }
        let payload = payload.map_or(Payload::Unsaid, Payload::Request);
        let unsigned = parameters.unsigned(request.query, plain);
        Ok(Self {
            request,
            collected: None,
            place,
            access_key_id,
            region,
            service,
            signed,
            signature,
            token,
            payload,
            dated,
            unsigned,
        })
    }
}

impl fmt::Debug for Claim<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim")
            .field("access_key_id", &self.access_key_id)
            .field("scope", &self.scope())
            .field("dated", &self.dated)
            .finish_non_exhaustive()
    }
}

/// The parts of a signature by either way.
struct Credential<'a> {
    place: Place,
    credential: Text<'a>,
    signed: SignedNames<'a>,
    signature: Signature,
    token: Option<(SessionToken, Text<'a>)>,
    payload: Option<PayloadHash>,
    dated: Timestamp,
    /// Whether the values of algorithm and signed headers are in canonical form, in a query.
    plain: bool,
}

impl<'a> Credential<'a> {
    /// `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`, in any order, with blanks or without.
    fn from_header(value: &'a [u8], found: &HeadersFound<'a>) -> Result<Self, VerifyError> {
        let whole = Part::Header("authorization");
        let malformed = |part| VerifyError::Malformed { part };
        let value = core::str::from_utf8(value).map_err(|_| malformed(whole))?;
        let (algorithm, rest) = value.split_once(BLANKS).unwrap_or((value, ""));
        if algorithm != ALGORITHM_VALUE {
            return Err(VerifyError::Algorithm { part: whole });
        }
        let mut parts = [None; 3];
        let mut rest = Some(rest);
        while let Some(components) = rest {
            let component;
            (component, rest) = match split_once(components, b',') {
                Some((component, behind)) => (component, Some(behind)),
                None => (components, None),
            };
            let (name, value) = split_once(component.trim_matches(BLANKS), b'=').ok_or(malformed(whole))?;
            let at = COMPONENTS.into_iter().position(|known| known == name).ok_or(malformed(whole))?;
            if parts[at].replace(value).is_some() {
                return Err(VerifyError::Repeated { part: Part::Authorization(COMPONENTS[at]) });
            }
        }
        let part = |at: usize| parts[at].ok_or(VerifyError::Missing { part: Part::Authorization(COMPONENTS[at]) });
        let [credential, signed, signature] = [part(0)?, part(1)?, part(2)?];
        let signed = SignedNames::parse(Text::Raw(signed)).ok_or(malformed(Part::Authorization("SignedHeaders")))?;
        let signature = Signature::parse(signature).map_err(|_| malformed(Part::Authorization("Signature")))?;

        let date = Part::Header("x-amz-date");
        let dated = found.date.ok_or(VerifyError::Missing { part: date })?;
        let dated = text(dated, date)?;
        let dated = Timestamp::parse(dated).map_err(|_| malformed(date))?;
        let (place, credential, token) = (Place::Header, Text::Raw(credential), found.token()?);
        Ok(Self { place, credential, signed, signature, token, payload: found.payload()?, dated, plain: true })
    }

    fn from_query(parameters: &ParametersFound<'a>, found: &HeadersFound<'a>) -> Result<Self, VerifyError> {
        let malformed = |at: usize| VerifyError::Malformed { part: Part::Parameter(PARAMETERS[at]) };
        let part =
            |at: usize| parameters.values[at].ok_or(VerifyError::Missing { part: Part::Parameter(PARAMETERS[at]) });
        if let Some(wrong) = parameters.wrong {
            return Err(wrong);
        }
        let algorithm = part(ALGORITHM)?;
        if !algorithm.is(ALGORITHM_VALUE) {
            return Err(VerifyError::Algorithm { part: Part::Parameter(PARAMETERS[ALGORITHM]) });
        }
        let credential = part(CREDENTIAL)?;
        let dated = Timestamp::parse(as_it_stands(part(DATE)?)).map_err(|_| malformed(DATE))?;
        let expires = expires(as_it_stands(part(EXPIRES)?)).ok_or(malformed(EXPIRES))?;
        let longest = LONGEST_LIFETIME.as_secs() as u32;
        if !(1..=longest).contains(&expires) {
            return Err(VerifyError::Lifetime { longest });
        }
        let signed = SignedNames::parse(part(SIGNED_HEADERS)?).ok_or(malformed(SIGNED_HEADERS))?;
        let signature = as_it_stands(part(SIGNATURE)?);
        let signature = Signature::parse(signature).map_err(|_| malformed(SIGNATURE))?;

        // A token beside the query's own would be signed by nobody, or believed by somebody.
        if let Some((kind, _)) = found.token()? {
            return Err(VerifyError::Repeated { part: Part::Header(kind.header()) });
        }
        let token = match (parameters.values[TOKEN], parameters.values[S3_SESSION_TOKEN]) {
            (Some(_), Some(_)) => return Err(VerifyError::Repeated { part: Part::Parameter(PARAMETERS[TOKEN]) }),
            (Some(token), None) => Some((SessionToken::Signed, token)),
            (None, Some(token)) => Some((SessionToken::S3Session, token)),
            (None, None) => None,
        };
        // Only a header that is signed says anything of the body.
        let signed_hash = found.content_sha256.is_some() && signed.contain("x-amz-content-sha256");
        let payload = if signed_hash { found.payload()? } else { None };
        let payload = match (payload, parameters.values[CONTENT_SHA256]) {
            (Some(_), Some(_)) => return Err(VerifyError::Repeated { part: Part::Header("x-amz-content-sha256") }),
            (payload, None) => payload,
            (None, Some(value)) => {
                Some(PayloadHash::parse(as_it_stands(value)).map_err(|_| malformed(CONTENT_SHA256))?)
            }
        };
        let place = Place::Query { expires };
        let plain = as_it_stands(algorithm) == ALGORITHM_VALUE && signed.are_canonical();
        Ok(Self { place, credential, signed, signature, token, payload, dated, plain })
    }
}

/// The headers that authentication looks at, each there once at most.
#[derive(Default)]
struct HeadersFound<'a> {
    host: Option<&'a [u8]>,
    authorization: Option<&'a [u8]>,
    date: Option<&'a [u8]>,
    content_sha256: Option<&'a [u8]>,
    token: Option<&'a [u8]>,
    s3_session_token: Option<&'a [u8]>,
}

impl<'a> HeadersFound<'a> {
    fn take(&mut self, name: &'a str, value: &'a [u8]) -> Result<(), VerifyError> {
        let well_formed = !name.is_empty() && is_token_and_plain(name).0;
        if !well_formed || !all(value, |byte| (byte != b'\r') & (byte != b'\n') & (byte != 0)) {
            return Err(VerifyError::MalformedHeader { name: Excerpt::of(name) });
        }
        let (place, known) = match name.len() {
            4 => (&mut self.host, "host"),
            10 => (&mut self.date, "x-amz-date"),
            13 => (&mut self.authorization, "authorization"),
            20 if name.as_bytes()[6].eq_ignore_ascii_case(&b'c') => (&mut self.content_sha256, "x-amz-content-sha256"),
            20 => (&mut self.token, "x-amz-security-token"),
            21 => (&mut self.s3_session_token, "x-amz-s3session-token"),
            _ => return Ok(()),
        };
        if name.eq_ignore_ascii_case(known) && place.replace(trim(value)).is_some() {
            return Err(VerifyError::Repeated { part: Part::Header(known) });
        }
        Ok(())
    }

    fn authenticate_nothing(&self) -> bool {
        self.authorization.is_none() && self.token.is_none() && self.s3_session_token.is_none()
    }

    fn token(&self) -> Result<Option<(SessionToken, Text<'a>)>, VerifyError> {
        let (kind, value) = match (self.token, self.s3_session_token) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => {
                return Err(VerifyError::Repeated { part: Part::Header(SessionToken::Signed.header()) });
            }
            (Some(value), None) => (SessionToken::Signed, value),
            (None, Some(value)) => (SessionToken::S3Session, value),
        };
        Ok(Some((kind, Text::Raw(text(value, Part::Header(kind.header()))?))))
    }

    fn payload(&self) -> Result<Option<PayloadHash>, VerifyError> {
        let part = Part::Header("x-amz-content-sha256");
        let Some(value) = self.content_sha256 else { return Ok(None) };
        let hash = PayloadHash::parse(text(value, part)?).map_err(|_| VerifyError::Malformed { part })?;
        Ok(Some(hash))
    }
}

const ALGORITHM_VALUE: &str = "AWS4-HMAC-SHA256";

const COMPONENTS: [&str; 3] = ["Credential", "SignedHeaders", "Signature"];

/// U+0020 and tab, as in the canonical request.
const BLANKS: [char; 2] = [' ', '\t'];

fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

/// A value that is visible ASCII.
fn text(value: &[u8], part: Part) -> Result<&str, VerifyError> {
    let visible = !value.is_empty() && all(value, |byte| byte.is_ascii_graphic());
    core::str::from_utf8(value).ok().filter(|_| visible).ok_or(VerifyError::Malformed { part })
}

/// A text as it stands: nothing in it has to be encoded, and what reads it takes no percent sign.
fn as_it_stands(text: Text<'_>) -> &str {
    let (Text::Raw(text) | Text::Wire(text) | Text::Received(text)) = text;
    text
}

/// A number of seconds without a sign and without leading zeros; one that is too great stays so.
fn expires(text: &str) -> Option<u32> {
    if text.is_empty() || text.len() > 1 && text.starts_with('0') {
        return None;
    }
    text.bytes().try_fold(0, |number: u32, byte| {
        let digit = byte.is_ascii_digit().then(|| u32::from(byte - b'0'))?;
        Some(number.saturating_mul(10).saturating_add(digit))
    })
}

/// Takes nearly every credential apart: of unreserved characters alone, its slashes encoded as AWS's document has it.
#[inline]
fn plain_credential(credential: Text<'_>, dated: Timestamp) -> Option<[&str; 3]> {
    let (mut rest, slash) = match credential {
        Text::Raw(text) => (text, b'/'),
        Text::Wire(text) | Text::Received(text) => (text, b'%'),
    };
    if !all(rest.as_bytes(), |byte| is_unreserved(byte) | (byte == slash)) {
        return None;
    }
    let mut next = || {
        let (part, behind) = rest.split_at(position(rest.as_bytes(), slash)?);
        rest = behind.strip_prefix(if slash == b'%' { "%2F" } else { "/" })?;
        Some(part).filter(|part| !part.is_empty())
    };
    let [access_key_id, day, region, service] = [next()?, next()?, next()?, next()?];
    let whole = day.as_bytes() == &dated.as_bytes()[..8] && rest == "aws4_request";
    whole.then_some([access_key_id, region, service])
}

/// Takes `AKIA…/20130524/us-east-1/s3/aws4_request` apart.
#[cold]
pub(super) fn read_credential<'a>(
    credential: Text<'a>,
    dated: Timestamp,
    part: Part,
) -> Result<[Cow<'a, str>; 3], VerifyError> {
    let malformed = VerifyError::Malformed { part };
    // From its end: an access key id may hold a slash.
    let mut rest = credential;
    let mut last = || {
        let (before, last) = rsplit_slash(rest)?;
        rest = before;
        last.decoded()
    };
    let (end, service, region, day) =
        (last().ok_or(malformed)?, last().ok_or(malformed)?, last().ok_or(malformed)?, last().ok_or(malformed)?);
    let access_key_id = rest.decoded().filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic()));
    let access_key_id = access_key_id.ok_or(malformed)?;
    if end != "aws4_request" {
        return Err(malformed);
    }
    if day.as_bytes() != &dated.as_bytes()[..8] {
        let is_day = day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit());
        return Err(if is_day { VerifyError::ScopeDay { part } } else { malformed });
    }
    let valid = |part: &str| !part.is_empty() && part.bytes().all(scope::allowed);
    if !valid(&region) || !valid(&service) {
        return Err(malformed);
    }
    Ok([access_key_id, region, service])
}

/// Behind the slash, a text in which nothing is encoded is raw.
#[inline(always)]
fn rsplit_slash(text: Text<'_>) -> Option<(Text<'_>, Text<'_>)> {
    let (text, wrap): (_, Option<fn(_) -> _>) = match text {
        Text::Raw(text) => (text, None),
        Text::Wire(text) => (text, Some(Text::Wire)),
        Text::Received(text) => (text, Some(Text::Received)),
    };
    let (bytes, mut plain, mut at) = (text.as_bytes(), true, text.len());
    loop {
        at = at.checked_sub(1)?;
        // Letters and digits lie behind all of these.
        let next = match bytes[at] {
            b'0'.. => continue,
            b'/' => at + 1,
            b'%' if wrap.is_some() && matches!(bytes[at + 1..], [b'2', b'F' | b'f', ..]) => at + 3,
            byte => {
                plain &= byte != b'%' && byte != b'+';
                continue;
            }
        };
        let (before, last) = (&text[..at], &text[next..]);
        let Some(wrap) = wrap else { return Some((Text::Raw(before), Text::Raw(last))) };
        return Some((wrap(before), if plain { Text::Raw(last) } else { wrap(last) }));
    }
}
