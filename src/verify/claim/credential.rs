//! The parts of a signature, from a header or a query, and its credential taken apart.

use super::headers::{HeadersFound, text};
use super::parameters::{
    ALGORITHM, CONTENT_SHA256, CREDENTIAL, DATE, EXPIRES, PARAMETERS, ParametersFound, S3_SESSION_TOKEN, SIGNATURE,
    SIGNED_HEADERS, TOKEN,
};
use super::{Claim, Part, Payload, Place, VerifyError};
use crate::canonical::SignedNames;
use crate::encode::{QUERY, Text, all, is_canonical, is_unreserved, position, split_once};
use crate::key::Signature;
use crate::limits::LONGEST_LIFETIME;
use crate::payload::PayloadHash;
use crate::request::Request;
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
    // Read in one function with that of a query, either would be moved byte by byte.
    #[inline(never)]
    pub(super) fn from_header(value: &'a [u8], found: &HeadersFound<'a>) -> Result<Self, VerifyError> {
        let malformed = |part| VerifyError::Malformed { part };
        let value = core::str::from_utf8(value).map_err(|_| malformed(WHOLE))?;
        let [credential, signed, signature] = components(value)?;
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
            return Err(VerifyError::TokenBesideLink { name: kind.header() });
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

    /// For the request that it stands in, if it could be read.
    // It is taken where it lies: moving it takes as long as reading a part of it.
    #[inline(never)]
    pub(super) fn claim(
        this: &Result<Self, VerifyError>,
        request: Request<'a>,
        parameters: &ParametersFound<'a>,
    ) -> Result<Claim<'a>, VerifyError> {
        let Self { place, credential, signed, signature, token, ref payload, dated, plain } =
            *this.as_ref().map_err(|error| *error)?;
        let ([access_key_id, region, service], plain) = match plain_credential(credential, dated) {
            Some(parts) => (parts.map(Cow::Borrowed), plain),
            None => {
                let plain = plain && is_canonical(as_it_stands(credential), QUERY);
                (read_credential(credential, dated, place.credential())?, plain)
            }
        };
        if !signed.contain_host() {
            return Err(VerifyError::HostNotSigned);
        }
        let unsigned = parameters.unsigned(request.query, plain);
        let payload = payload.map_or(Payload::Unsaid, Payload::Request);
        Ok(Claim {
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

const ALGORITHM_VALUE: &str = "AWS4-HMAC-SHA256";

const WHOLE: Part = Part::Header("authorization");

const COMPONENTS: [&str; 3] = ["Credential", "SignedHeaders", "Signature"];

/// The values of the three components of an `Authorization` header.
#[inline]
fn components(value: &str) -> Result<[&str; 3], VerifyError> {
    let malformed = VerifyError::Malformed { part: WHOLE };
    let components = value.strip_prefix(ALGORITHM_VALUE);
    let components = components.filter(|components| components.is_empty() || components.starts_with(BLANKS));
    let mut rest = Some(components.ok_or(VerifyError::Algorithm { part: WHOLE })?);
    let mut parts = [None; 3];
    while let Some(components) = rest {
        let component;
        let end = comma(components.as_bytes());
        (component, rest) = (&components[..end], components.get(end + 1..));
        let (at, value) = exactly(trim_blanks(component)).ok_or(malformed)?;
        if parts[at].replace(value).is_some() {
            return Err(VerifyError::Repeated { part: Part::Authorization(COMPONENTS[at]) });
        }
    }
    let part = |at: usize| parts[at].ok_or(VerifyError::Missing { part: Part::Authorization(COMPONENTS[at]) });
    Ok([part(0)?, part(1)?, part(2)?])
}

/// Where the first comma stands, or the end. What comes before it is long.
#[inline]
fn comma(text: &[u8]) -> usize {
    let none = |stride: &&[u8]| stride.iter().fold(true, |all, byte| all & (*byte != b','));
    let before = 16 * text.chunks_exact(16).take_while(none).count();
    position(&text[before..], b',').map_or(text.len(), |at| before + at)
}

/// Which component this is, and what stands behind its equals sign.
#[inline]
fn exactly(component: &str) -> Option<(usize, &str)> {
    // Unrolled, so that each is compared with a text that the compiler knows.
    let is = |at: usize| Some((at, component.strip_prefix(COMPONENTS[at])?.strip_prefix('=')?));
    is(0).or_else(|| is(1)).or_else(|| is(2))
}

/// U+0020 and tab, as in the canonical request.
const BLANKS: [char; 2] = [' ', '\t'];

#[inline]
fn trim_blanks(mut text: &str) -> &str {
    let blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    while blank(text.as_bytes().first()) {
        text = &text[1..];
    }
    while blank(text.as_bytes().last()) {
        text = &text[..text.len() - 1];
    }
    text
}

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
        let (part, behind) = split_once(rest, slash)?;
        rest = if slash == b'%' { behind.strip_prefix("2F")? } else { behind };
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

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;

    /// The same by the means of the standard library, one after another.
    fn plainly(value: &str) -> Result<[&str; 3], VerifyError> {
        let malformed = VerifyError::Malformed { part: WHOLE };
        let (algorithm, rest) = value.split_once(BLANKS).unwrap_or((value, ""));
        if algorithm != ALGORITHM_VALUE {
            return Err(VerifyError::Algorithm { part: WHOLE });
        }
        let mut parts = [None; 3];
        for component in rest.split(',') {
            let (name, value) = component.trim_matches(BLANKS).split_once('=').ok_or(malformed)?;
            let at = COMPONENTS.into_iter().position(|known| known == name).ok_or(malformed)?;
            if parts[at].replace(value).is_some() {
                return Err(VerifyError::Repeated { part: Part::Authorization(COMPONENTS[at]) });
            }
        }
        let part = |at: usize| parts[at].ok_or(VerifyError::Missing { part: Part::Authorization(COMPONENTS[at]) });
        Ok([part(0)?, part(1)?, part(2)?])
    }

    /// Headers, and all that differ from them in one character or by a piece of them left out or there twice.
    #[test]
    fn a_header_is_taken_apart_as_the_standard_library_would() {
        let mut headers = alloc::vec![String::from(ALGORITHM_VALUE), String::new()];
        let whole = "AWS4-HMAC-SHA256 Credential=AKIA/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range, \
            Signature=f0e8";
        let others = ["", " ", "\t", ",", "=", "A", "s", "\u{a0}", "é", ", ", ",\t ", "=="];
        for header in [whole, "AWS4-HMAC-SHA256\tSignature=1 ,SignedHeaders=a=b\t,  Credential=c,"] {
            for at in 0..header.len() {
                headers.extend(others.map(|other| format!("{}{other}{}", &header[..at], &header[at + 1..])));
                headers.extend(others.map(|other| format!("{}{other}{}", &header[..at], &header[at..])));
                for behind in at..header.len() {
                    headers.push(format!("{}{}", &header[..at], &header[behind..]));
                    headers.push(format!("{}{}", &header[..behind], &header[at..]));
                }
            }
        }
        let (mut taken, mut refused) = (0, 0);
        for header in &headers {
            let expected = plainly(header);
            assert_eq!(components(header), expected, "{header}");
            *if expected.is_ok() { &mut taken } else { &mut refused } += 1;
        }
        // Not for want of either.
        assert!(taken > 1000 && refused > 1000, "{taken} {refused}");
    }

    /// Credentials in a header and in a query, and all that differ from them in one character.
    #[test]
    fn a_plain_credential_is_read_as_any_other() {
        let dated = Timestamp::parse("20130524T000000Z").expect("an instant");
        let (mut plain, mut others) = (0, 0);
        for slash in ["/", "%2F"] {
            let credential = ["AKIAIOSFODNN7EXAMPLE", "20130524", "us-east-1", "s3", "aws4_request"].join(slash);
            for at in 0..credential.len() {
                for other in ["", "/", "%2F", "%", "2", "a", "_", "+", "%41", "é", "4/", "//"] {
                    let credential = format!("{}{other}{}", &credential[..at], &credential[at + 1..]);
                    for credential in [Text::Raw(&credential), Text::Received(&credential)] {
                        let Some(parts) = plain_credential(credential, dated) else {
                            others += 1;
                            continue;
                        };
                        let long = read_credential(credential, dated, WHOLE);
                        assert_eq!(long, Ok(parts.map(Cow::Borrowed)));
                        plain += 1;
                    }
                }
            }
        }
        assert!(plain > 200 && others > 200, "{plain} {others}");
    }
}
