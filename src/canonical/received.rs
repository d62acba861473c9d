//! A request that was received: it signed what its list of signed headers says, and nothing is added to it.

use super::order::{Order, RESERVED_IDS, lower};
use super::{ADDED_HEADERS, ADDED_PARAMETERS, Authentication, CanonicalRequest};
use crate::encode::Text;
use crate::error::Excerpt;
use crate::limits::{MAX_HEADERS, MAX_PARAMETERS};
use crate::payload::PayloadHash;
use crate::request::{Request, is_token};
use crate::scope::CredentialScope;
use crate::service::Rules;
use crate::timestamp::Timestamp;
use alloc::borrow::Cow;

impl<'a> CanonicalRequest<'a> {
    /// Takes every header that `signed` names, every parameter but those at the places `unsigned`, and the rest as it
    /// came.
    pub(crate) fn received(
        request: &Request<'a>,
        rules: Rules,
        (scope, signed, unsigned): (CredentialScope<'a>, SignedNames<'a>, [Option<usize>; 2]),
        payload: PayloadHash,
        now: Timestamp,
    ) -> Result<Self, Refused> {
        let (headers, parameters) = (Order::new(), Order::new());
        let (authentication, request) = (Authentication::Received, *request);
        let session_token = None;
        let mut this = Self { request, rules, authentication, scope, session_token, payload, now, headers, parameters };
        this.take_headers(signed)?;
        this.take_parameters(unsigned)?;
        Ok(this)
    }

    fn take_headers(&mut self, signed: SignedNames<'a>) -> Result<(), Refused> {
        let headers = self.request.headers;
        let own = |(name, _): &(&str, _)| {
            !name.eq_ignore_ascii_case("authorization")
                && !ADDED_HEADERS.into_iter().any(|added| name.eq_ignore_ascii_case(added))
        };
        let count = headers.len();
        if count > MOST_HEADERS || count > MAX_HEADERS && headers.iter().filter(own).count() > MAX_HEADERS {
            return Err(Refused::Headers(count));
        }
        // The names are sorted and each is there once, so no header is taken twice.
        for name in signed.iter() {
            let before = self.headers.len;
            for (index, (given, _)) in headers.iter().enumerate() {
                if is_header(name, given) {
                    self.headers.push(index as u8);
                }
            }
            if self.headers.len == before {
                if !is_header(name, "host") {
                    return Err(Refused::HeaderMissing(Excerpt::of(&name.decoded().unwrap_or_default())));
                }
                self.headers.push(HOST);
            }
        }
        Ok(())
    }

    /// Takes all but those at these places.
    fn take_parameters(&mut self, unsigned: [Option<usize>; 2]) -> Result<(), Refused> {
        for (at, _, _) in self.request.query.parameters() {
            if unsigned.contains(&Some(at)) {
                continue;
            }
            if self.parameters.len == MAX_PARAMETERS + ADDED_PARAMETERS.len() {
                return Err(Refused::Parameters(self.request.query.parameters().count()));
            }
            let id = u32::try_from(at).ok().filter(|id| u32::MAX - id > RESERVED_IDS).ok_or(Refused::QueryTooLong)?;
            self.parameters.push(id);
        }
        let own = |(_, name, _): &(_, Text<'_>, _)| {
            !ADDED_PARAMETERS.into_iter().chain(["X-Amz-Signature"]).any(|added| name.bytes().eq(added.bytes()))
        };
        if self.parameters.len > MAX_PARAMETERS {
            let parameters = self.request.query.parameters();
            if parameters.clone().filter(own).count() > MAX_PARAMETERS {
                return Err(Refused::Parameters(parameters.count()));
            }
        }
        for (i, _, _) in self.request.own_parameters() {
            self.parameters.push(u32::MAX - (ADDED_PARAMETERS.len() + i) as u32);
        }
        let mut order = self.parameters;
        if !order.as_slice().is_sorted_by(|a, b| self.compare_parameters(*a, *b).is_le()) {
            order.as_mut_slice().sort_unstable_by(|a, b| self.compare_parameters(*a, *b));
            self.parameters = order;
        }
        Ok(())
    }
}

/// The id of the host that the request was sent to, where it has no `host` header.
pub(super) const HOST: u8 = u8::MAX;

/// The headers of the request itself, those that signing adds, and `authorization`.
pub(crate) const MOST_HEADERS: usize = MAX_HEADERS + ADDED_HEADERS.len() + 1;

/// Why a received request has no canonical form.
#[derive(Clone, Copy)]
pub(crate) enum Refused {
    Headers(usize),
    Parameters(usize),
    QueryTooLong,
    HeaderMissing(Excerpt),
}

/// The names of the signed headers, as a request lists them: sorted, in lower case, each once.
#[derive(Clone, Copy)]
pub(crate) struct SignedNames<'a>(Text<'a>);

impl<'a> SignedNames<'a> {
    /// `None` if the list is not of that form.
    pub(crate) fn parse(list: Text<'a>) -> Option<Self> {
        let this = Self(list);
        let mut previous = None;
        for (index, name) in this.iter().enumerate() {
            let in_order = previous.is_none_or(|previous: Text<'_>| previous.bytes().lt(name.bytes()));
            let well_formed = name.bytes().all(|byte| is_token(byte) && !byte.is_ascii_uppercase());
            // A longer list names headers that are not there.
            if !in_order || !well_formed || name.bytes().next().is_none() || index == MOST_HEADERS {
                return None;
            }
            previous = Some(name);
        }
        Some(this)
    }

    pub(crate) fn contain(self, name: &str) -> bool {
        self.iter().any(|signed| is_header(signed, name))
    }

    pub(crate) fn names(self) -> impl Iterator<Item = Cow<'a, str>> {
        self.iter().filter_map(Text::decoded)
    }

    fn iter(self) -> impl Iterator<Item = Text<'a>> {
        let (text, wrap, encoded): (_, fn(&'a str) -> Text<'a>, _) = match self.0 {
            Text::Raw(text) => (text, Text::Raw, false),
            Text::Wire(text) => (text, Text::Wire, true),
            Text::Received(text) => (text, Text::Received, true),
        };
        let mut rest = Some(text);
        core::iter::from_fn(move || {
            let text = rest?;
            let end = text.bytes().enumerate().find_map(|(at, byte)| match byte {
                b';' => Some((at, at + 1)),
                b'%' if encoded && text.get(at + 1..at + 3).is_some_and(|hex| hex.eq_ignore_ascii_case("3B")) => {
                    Some((at, at + 3))
                }
                _ => None,
            });
            let (name, after) = end.map_or((text, None), |(end, next)| (&text[..end], Some(&text[next..])));
            rest = after;
            Some(wrap(name))
        })
    }
}

/// Whether a name from the list of signed headers, in lower case, is that of this header.
fn is_header(signed: Text<'_>, header: &str) -> bool {
    match signed {
        Text::Raw(signed) => signed.eq_ignore_ascii_case(header),
        Text::Wire(_) | Text::Received(_) => signed.bytes().eq(lower(header.bytes())),
    }
}
