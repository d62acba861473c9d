//! The parts of a signature, from a header or a query, and its credential taken apart.

use super::headers::{HeadersFound, text};
use super::parameters::{
    ALGORITHM, CONTENT_SHA256, CREDENTIAL, DATE, EXPIRES, PARAMETERS, ParametersFound, S3_SESSION_TOKEN, SIGNATURE,
    SIGNED_HEADERS, TOKEN,
};
use super::{Part, Place, VerifyError};
use crate::canonical::SignedNames;
use crate::encode::{Text, all, is_unreserved, position, split_once};
use crate::key::Signature;
use crate::limits::LONGEST_LIFETIME;
use crate::payload::PayloadHash;
use crate::scope;
use crate::service::SessionToken;
use crate::timestamp::Timestamp;
use alloc::borrow::Cow;

/// The parts of a signature by either way.
pub(super) struct Credential<'a> {
    pub(super) place: Place,
    pub(super) credential: Text<'a>,
    pub(super) signed: SignedNames<'a>,
    pub(super) signature: Signature,
    pub(super) token: Option<(SessionToken, Text<'a>)>,
    pub(super) payload: Option<PayloadHash>,
    pub(super) dated: Timestamp,
    /// Whether the values of algorithm and signed headers are in canonical form, in a query.
    pub(super) plain: bool,
}

impl<'a> Credential<'a> {
    /// `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`, in any order, with blanks or without.
    #[inline]
    pub(super) fn from_header(value: &'a [u8], found: &HeadersFound<'a>) -> Result<Self, VerifyError> {
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

    pub(super) fn from_query(parameters: &ParametersFound<'a>, found: &HeadersFound<'a>) -> Result<Self, VerifyError> {
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

const ALGORITHM_VALUE: &str = "AWS4-HMAC-SHA256";

const COMPONENTS: [&str; 3] = ["Credential", "SignedHeaders", "Signature"];

/// U+0020 and tab, as in the canonical request.
const BLANKS: [char; 2] = [' ', '\t'];

/// A text as it stands: nothing in it has to be encoded, and what reads it takes no percent sign.
pub(super) fn as_it_stands(text: Text<'_>) -> &str {
    let (Text::Raw(text) | Text::Wire(text) | Text::Received(text)) = text;
    text
}

/// A number of seconds without a sign and without leading zeros; one that is too great stays so.
#[inline]
pub(super) fn expires(text: &str) -> Option<u32> {
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
pub(super) fn plain_credential(credential: Text<'_>, dated: Timestamp) -> Option<[&str; 3]> {
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
pub(in super::super) fn read_credential<'a>(
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
