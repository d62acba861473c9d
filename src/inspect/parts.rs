//! The parts of a signature, wherever they stand.

use super::{Finding, Inspection, Kind};
use crate::aws::region_of_host;
use crate::encode::Text;
use crate::error::Excerpt;
use crate::key::Signature;
use crate::limits::{LONGEST_LIFETIME, MAX_HEADERS, MAX_PARAMETERS};
use crate::payload::PayloadHash;
use crate::request::{Request, is_token};
use crate::scope::CredentialScope;
use crate::timestamp::Timestamp;
use crate::verify::{Claim, PARAMETERS, Part, VerifyError};
use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::time::Duration;

impl Inspection {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            method: None,
            target: None,
            access_key_id: None,
            has_session_token: false,
            scope: None,
            dated: None,
            from: None,
            until: None,
            signed_headers: Vec::new(),
            parameters: Vec::new(),
            conditions: Vec::new(),
            payload: None,
            findings: Vec::new(),
        }
    }

    /// Headers that anybody could have added.
    pub(super) fn read_unsigned(&mut self, headers: &[(&str, &str)]) {
        for (name, _) in headers.iter().filter(|(name, _)| starts_with(name, "x-amz-")) {
            if !self.signed_headers.iter().any(|signed| signed.eq_ignore_ascii_case(shown(name))) {
                self.find(VerifyError::HeaderNotSigned { name: Excerpt::of(name) });
            }
        }
    }

    /// Headers that were signed and are not among all of a request's. The host may stand in its target.
    pub(super) fn read_missing(&mut self, headers: &[(&str, &str)]) {
        let is_there =
            |signed: &str| signed == "host" || headers.iter().any(|(name, _)| shown(name).eq_ignore_ascii_case(signed));
        let missing = self.signed_headers.iter().filter(|signed| !is_there(signed)).map(|name| Excerpt::of(name));
        for name in missing.collect::<Vec<_>>() {
            self.find(VerifyError::SignedHeaderMissing { name });
        }
    }

    /// What the strict reader finds, unless it is known better already.
    pub(super) fn read_strictly(&mut self, request: Result<Request<'_>, VerifyError>) {
        let spoiled = [Finding::Blanks, Finding::HtmlEscaped, Finding::EncodedTwice, Finding::Version2];
        if self.findings.iter().any(|finding| spoiled.contains(finding)) {
            return;
        }
        let Err(error) = request.and_then(|request| Claim::parse(&request)) else { return };
        let of_signature = |part| matches!(part, Part::Parameter("X-Amz-Signature") | Part::Authorization("Signature"));
        let cut = self.findings.iter().any(|finding| matches!(finding, Finding::SignatureCut { .. }));
        match error {
            VerifyError::Malformed { part } if cut && of_signature(part) => {}
            VerifyError::Missing { part: DATE } => {} // Said already, or that there is a date header.
            _ => self.find(error),
        }
    }

    pub(super) fn read_query(&mut self, query: &str) {
        let mut values = [const { None }; PARAMETERS.len()];
        let mut version2 = false;
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let plain = name.strip_prefix("amp;").unwrap_or(name);
            if plain != name {
                self.find(Finding::HtmlEscaped);
            }
            let name = decoded(plain);
            let Some(at) = PARAMETERS.into_iter().position(|known| known.eq_ignore_ascii_case(&name)) else {
                version2 |= matches!(&*name, "AWSAccessKeyId" | "Signature");
                self.parameters.push(shown_parameter(&name).to_string());
                continue;
            };
            let part = Part::Parameter(PARAMETERS[at]);
            if PARAMETERS[at] != name && PARAMETERS[at] != "X-Amz-Content-Sha256" {
                self.find(VerifyError::Malformed { part });
            }
            if values[at].replace(decoded(value)).is_some() {
                self.find(VerifyError::Repeated { part });
            }
        }
        let count = self.parameters.len();
        if count > MAX_PARAMETERS {
            self.find(VerifyError::TooManyParameters { count });
        }
        if values.iter().all(Option::is_none) {
            self.find(if version2 { Finding::Version2 } else { Finding::Refused(VerifyError::NotSigned) });
            return;
        }
        let optional = |name: &str| name.ends_with("Token") || name == "X-Amz-Content-Sha256";
        self.has_session_token =
            PARAMETERS.iter().zip(&values).any(|(name, value)| name.ends_with("Token") && value.is_some());
        for (name, value) in PARAMETERS.into_iter().zip(values) {
            let part = Part::Parameter(name);
            match value {
                Some(value) if ["%2F", "%2f", "%3B", "%3b"].iter().any(|twice| value.contains(twice)) => {
                    self.find(Finding::EncodedTwice);
                    self.read_parameter(name, &decoded(&value));
                }
                Some(value) => self.read_parameter(name, &value),
                None if optional(name) => {}
                None => self.find(VerifyError::Missing { part }),
            }
        }
    }

    pub(super) fn read_parameter(&mut self, name: &'static str, value: &str) {
        let part = Part::Parameter(name);
        match name {
            "X-Amz-Algorithm" if value != "AWS4-HMAC-SHA256" => self.find(VerifyError::Algorithm { part }),
            "X-Amz-Credential" => self.read_credential(value, part),
            "X-Amz-Date" => match Timestamp::parse(value) {
                Ok(dated) => self.read_date(dated, Part::Parameter("X-Amz-Credential")),
                Err(_) => self.find(VerifyError::Malformed { part }),
            },
            "X-Amz-Expires" => {
                let longest = LONGEST_LIFETIME.as_secs() as u32;
                let seconds = value.parse().ok().filter(|_| value.bytes().all(|byte| byte.is_ascii_digit()));
                let end = |seconds: u32| self.dated?.plus(Duration::from_secs(seconds.into())).ok();
                self.until = seconds.and_then(end);
                match seconds {
                    Some(seconds) if (1..=longest).contains(&seconds) => {}
                    Some(_) => self.find(VerifyError::Lifetime { longest }),
                    None => self.find(VerifyError::Malformed { part }),
                }
            }
            "X-Amz-SignedHeaders" => self.read_signed_headers(value, part),
            "X-Amz-Signature" => self.read_signature(value, part),
            "X-Amz-Content-Sha256" => self.read_payload(value, part),
            _ => {}
        }
    }

    pub(super) fn read_credential(&mut self, text: &str, part: Part) {
        // From its end: an access key id may hold a slash.
        let start = text.rmatch_indices('/').nth(3).map(|(at, _)| at);
        let (id, scope) = match start.map(|at| (&text[..at], CredentialScope::parse(&text[at + 1..]))) {
            Some((id, Ok(scope))) => (id, Some(scope.into_owned())),
            _ => (text.split(['/', ' ', ',', '=']).next().unwrap_or_default(), None),
        };
        if id.is_empty() || scope.is_none() {
            self.find(VerifyError::Malformed { part });
        }
        if id.starts_with("ASIA") && !self.has_session_token {
            self.find(Finding::SessionTokenMissing);
        }
        self.access_key_id = Some(id.to_string()).filter(|id| !id.is_empty());
        self.scope = scope;
    }

    pub(super) fn read_date(&mut self, dated: Timestamp, part: Part) {
        self.dated = Some(dated);
        self.from = Some(dated);
        if self.scope.as_ref().is_some_and(|scope| !scope.covers(dated)) {
            self.find(VerifyError::ScopeDay { part });
        }
    }

    pub(super) fn read_signed_headers(&mut self, names: &str, part: Part) {
        let is_name = |name: &&str| !name.is_empty() && name.bytes().all(is_token);
        self.signed_headers =
            names.split(';').take(MAX_HEADERS).filter(is_name).map(|name| shown(name).to_string()).collect();
        if !names.split(';').all(|name| is_name(&name)) {
            self.find(VerifyError::Malformed { part });
        } else if !self.signed_headers.iter().any(|name| name == "host") {
            self.find(VerifyError::HostNotSigned);
        }
    }

    pub(super) fn read_signature(&mut self, digits: &str, part: Part) {
        let are_digits = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if are_digits && digits.len() < 64 {
            self.find(Finding::SignatureCut { digits: digits.len() });
        } else if Signature::parse(digits).is_err() {
            self.find(VerifyError::Malformed { part });
        }
    }

    pub(super) fn read_payload(&mut self, text: &str, part: Part) {
        match PayloadHash::parse(text) {
            Ok(payload) => self.payload = Some(payload.to_string()),
            Err(_) => self.find(VerifyError::Malformed { part }),
        }
    }

    pub(super) fn read_region(&mut self, host: &str) {
        let host = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
        let Some((region, scope)) = region_of_host(&host).zip(self.scope.as_ref()) else { return };
        if region != scope.region() {
            self.find(Finding::OtherRegion { host: Excerpt::of(region), signed: Excerpt::of(scope.region()) });
        }
    }
}

/// An address up to what belongs in a query, which is secret.
pub(super) fn without_signing(mut address: String) -> String {
    if let Some(at) = address.to_ascii_lowercase().find("x-amz-") {
        address.truncate(at);
    }
    address
}

/// A parameter's name, without a value that is glued to it.
pub(super) fn shown_parameter(name: &str) -> &str {
    let name = name.strip_prefix("amp;").unwrap_or(name);
    match PARAMETERS.iter().find(|known| starts_with(name, known)) {
        Some(known) => known,
        None => shown(name.split('=').next().unwrap_or_default()),
    }
}

/// A name, or a dot for what is none: a piece of a signature or of a token that has lost its place.
pub(super) fn shown(name: &str) -> &str {
    let longest = if starts_with(name, "x-amz-") { 64 } else { 32 };
    let is_name = name.len() <= longest && name.split('-').all(|word| word.len() <= 32);
    if is_name { name } else { "…" }
}

pub(super) fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|front| front.eq_ignore_ascii_case(start))
}

/// What a text of a query stands for, or the text itself if that is no UTF-8.
pub(super) fn decoded(text: &str) -> String {
    Text::Received(text).decoded().map_or_else(|| text.to_string(), Cow::into_owned)
}

pub(super) const DATE: Part = Part::Header("x-amz-date");
