//! A link as nearly every signer writes it, read in one go: the parameters that AWS's document
//! shows, in its order and in canonical form, with a session's token where there is one, and only the host signed. Of
//! any other link, and of one with something wrong in it, this says nothing.

use super::credential::expires;
use super::{Claim, Payload, Place};
use crate::canonical::{Gap, SignedNames, Unsigned};
use crate::encode::{QUERY, Text, all, is_canonical, position};
use crate::key::Signature;
use crate::limits::LONGEST_LIFETIME;
use crate::request::Request;
use crate::service::SessionToken;
use crate::timestamp::Timestamp;
use alloc::borrow::Cow;

pub(super) struct UsualLink<'a> {
    credential: [&'a str; 3],
    dated: Timestamp,
    expires: u32,
    token: Option<&'a str>,
    signature: Signature,
    unsigned: Unsigned,
}

impl<'a> UsualLink<'a> {
    #[inline]
    pub(super) fn read(query: &'a str) -> Option<Self> {
        let (front, signature) = query.split_at_checked(query.len().checked_sub(64)?)?;
        let front = front.strip_suffix("&X-Amz-SignedHeaders=host&X-Amz-Signature=")?;
        let signature_at = query.len() - "X-Amz-Signature=".len() - signature.len();
        let gap = Some(Gap { start: signature_at - 1, end: query.len() });
        let mut unsigned = Unsigned { signature: Some(signature_at), token: None, gap };

        let behind = front.strip_prefix("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=")?;
        let (credential, day, behind) = split_credential(behind)?;
        let (date, behind) = behind.strip_prefix("&X-Amz-Date=")?.split_at_checked(16)?;
        let mut lifetime = behind.strip_prefix("&X-Amz-Expires=")?;
        let mut token = None;
        if let Some((before, behind)) = until(lifetime, b'&') {
            lifetime = before;
            token = Some(behind.strip_prefix("&X-Amz-Security-Token=")?);
            unsigned.token = Some(front.len() - behind.len() + 1);
        }

        let (dated, expires) = (Timestamp::parse(date).ok()?, expires(lifetime)?);
        let fits = day.as_bytes() == &dated.as_bytes()[..8]
            && (1..=LONGEST_LIFETIME.as_secs()).contains(&expires.into())
            && token.is_none_or(|token| is_canonical(token, QUERY));
        let signature = Signature::parse(signature).ok()?;
        fits.then_some(Self { credential, dated, expires, token, signature, unsigned })
    }

    /// For the request that it stands in, whose headers authenticate nothing.
    #[inline(always)]
    pub(super) fn claim(self, request: &Request<'a>) -> Claim<'a> {
        let Self { credential, dated, expires, token, signature, unsigned } = self;
        let [access_key_id, region, service] = credential.map(Cow::Borrowed);
        Claim {
            request: *request,
            collected: None,
            place: Place::Query { expires },
            access_key_id,
            region,
            service,
            signed: SignedNames::ONLY_HOST,
            signature,
            token: token.map(|token| (SessionToken::Signed, Text::Received(token))),
            payload: Payload::Unsaid,
            dated,
            unsigned,
        }
    }
}

/// Access key id, region and service; the day; and what comes behind `aws4_request`.
#[inline(always)]
fn split_credential(text: &str) -> Option<([&str; 3], &str, &str)> {
    let (access_key_id, behind) = until(text, b'%')?;
    let (day, behind) = behind.strip_prefix("%2F")?.split_at_checked(8)?;
    let (region, behind) = until(behind.strip_prefix("%2F")?, b'%')?;
    let (service, behind) = until(behind.strip_prefix("%2F")?, b'%')?;
    let parts = [access_key_id, region, service];
    // What stands between them is known by now.
    let whole = &text[..text.len() - behind.len()];
    let fits = all(whole.as_bytes(), |byte| byte.is_ascii_alphanumeric() | (byte == b'-') | (byte == b'%'));
    let behind = behind.strip_prefix("%2Faws4_request")?;
    (fits && parts.iter().all(|part| !part.is_empty())).then_some((parts, day, behind))
}

/// What comes before the first of these bytes, and all from it on.
#[inline(always)]
fn until(text: &str, byte: u8) -> Option<(&str, &str)> {
    text.split_at_checked(position(text.as_bytes(), byte)?)
}

#[cfg(test)]
mod tests {
    use super::super::headers::HeadersFound;
    use super::*;
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;

    /// Everything that a claim says but its request.
    fn said(claim: &Claim<'_>) -> String {
        let Claim { access_key_id, region, service, signature, token, dated, unsigned, .. } = claim;
        let Place::Query { expires } = claim.place else { panic!("not of a link") };
        let token = token.map(|(kind, token)| (kind.header(), token.bytes().collect::<Vec<_>>()));
        let (signed, payload) = (claim.signed.names().collect::<Vec<_>>(), matches!(claim.payload, Payload::Unsaid));
        let gap = unsigned.gap.map(|gap| (gap.start, gap.end));
        let places = (unsigned.signature, unsigned.token, gap);
        let signature = signature.hex();
        let signature = signature.as_str();
        format!(
            "{access_key_id} {region} {service} {dated} {expires} {signed:?} {signature} {token:?} {payload} {places:?}"
        )
    }

    /// Links, and all that differ from them in one byte or by one left out: what is read in one go is what is read the
    /// long way.
    #[test]
    fn a_usual_link_is_read_as_any_other() {
        let link = |token: &str| {
            format!(
                "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3\
                 %2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400{token}&X-Amz-SignedHeaders=host\
                 &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
            )
        };
        let (mut usual, mut odd, mut refused) = (0, 0, 0);
        for link in [link(""), link("&X-Amz-Security-Token=a%2Bb%2F%3D")] {
            assert!(UsualLink::read(&link).is_some(), "{link}");
            let other = |at: usize| {
                let (before, behind) = (&link[..at], &link[at + 1..]);
                let others = ["", "0", "9", "a", "F", "X", "-", ".", "%", "&", "=", "+", "/", ",", "%2F", "%41", "é"];
                others.map(|other| format!("{before}{other}{behind}"))
            };
            for query in (0..link.len()).flat_map(other) {
                let target = format!("/?{query}");
                let request = Request::received("GET", "host", &target).expect("a request");
                let long = Claim::read_any(&request, &HeadersFound::default());
                match (UsualLink::read(&query), long) {
                    (Some(link), Ok(long)) => {
                        usual += 1;
                        assert_eq!(said(&link.claim(&request)), said(&long), "{query}");
                    }
                    (Some(_), Err(error)) => panic!("{error}: {query}"),
                    (None, Ok(_)) => odd += 1,
                    (None, Err(_)) => refused += 1,
                }
            }
        }
        // Not for want of any of them.
        assert!(usual > 500 && odd > 100 && refused > 1000, "{usual} {odd} {refused}");
    }
}
