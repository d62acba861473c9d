//! Why a server refused a request, by its answer and by what was sent. The secret is not needed: what was signed can be
//! made again from a link or from signed headers, and if both sides have the same, only the secret is left.

use crate::value::{self, Texts, error};
use percent_encoding::percent_decode_str;
use s3_sigv4::{Credentials, ErrorResponse, Inspection, PayloadHash, Request, Service, Signer, Timestamp};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "Refusal")]
    pub type Refusal;

    #[wasm_bindgen(typescript_type = "SentRequest")]
    pub type SentRequest;
}

/** Why the server refused what was sent, and what to do; without `sent`, as far as the answer alone tells. */
#[wasm_bindgen]
pub fn explain(refusal: &Refusal, sent: Option<SentRequest>) -> Result<String, JsValue> {
    let body = value::required(refusal, "body")?;
    let headers = value::pairs(&value::property(refusal, "headers")?, "a header")?;
    let mut answer = ErrorResponse::new(&body);
    if let Some(status) = value::property(refusal, "status")?.as_f64() {
        answer = answer.with_status(status as u16);
    }
    for (name, value) in value::in_pairs(headers.iter()) {
        answer = answer.with_header(name, value);
    }
    match sent {
        Some(sent) => Ok(Sent::read(&sent)?.explain(&answer)?),
        None => Ok(format!("{:#}", answer.explain_alone())),
    }
}

struct Sent {
    method: String,
    /// Without the parameters of the signature.
    url: String,
    token: Option<String>,
    headers: Texts,
    inspection: Inspection,
    is_link: bool,
}

impl Sent {
    fn read(sent: &SentRequest) -> Result<Self, JsValue> {
        let method = value::text(sent, "method")?.unwrap_or_else(|| "GET".into());
        let link = value::required(sent, "url")?;
        let headers = value::pairs(&value::property(sent, "headers")?, "a header")?;
        let pairs = value::in_pairs(headers.iter());
        let is_link = link.contains("X-Amz-Signature=");
        let inspection = if is_link { Inspection::of_link(&link) } else { Inspection::of_headers(&pairs) };
        let (address, query) = link.split_once('?').unwrap_or((&link, ""));
        let (mut own, mut token) = (Vec::new(), None);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if TOKENS.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                token = Some(percent_decode_str(value).decode_utf8_lossy().into_owned());
            } else if !OWN.contains(&name) {
                own.push(pair);
            }
        }
        if let Some((_, value)) =
            pairs.iter().find(|(name, _)| TOKENS.iter().any(|known| known.eq_ignore_ascii_case(name)))
        {
            token = Some((*value).to_owned());
        }
        let mark = if own.is_empty() { "" } else { "?" };
        let url = format!("{address}{mark}{}", own.join("&"));
        Ok(Self { method, url, token, headers, inspection, is_link })
    }

    fn explain(&self, answer: &ErrorResponse<'_>) -> Result<String, JsValue> {
        let Inspected { id, scope, dated, seconds } = self.inspected().ok_or_else(|| error(UNREADABLE))?;
        let mut credentials = Credentials::new(id, "unknown").map_err(error)?;
        if let Some(token) = &self.token {
            credentials = credentials.with_session_token(token.clone()).map_err(error)?;
        }
        let service = Service::new(scope.1.to_owned()).map_err(error)?;
        let signer = Signer::for_service(credentials, service, scope.0, dated).map_err(error)?;
        let headers = self.signed_headers();
        let request = Request::from_url(&self.method, &self.url).map_err(error)?;
        let request = request.with_headers(&headers).allow_dot_segments();
        let canonical = if self.is_link {
            signer.canonical_link(&request, core::time::Duration::from_secs(seconds), dated)
        } else {
            signer.canonical_request(&request, self.payload()?, dated)
        };
        Ok(format!("{:#}", answer.explain(&canonical.map_err(error)?)))
    }

    fn inspected(&self) -> Option<Inspected<'_>> {
        let scope = self.inspection.scope()?;
        let (dated, until) = (self.inspection.dated()?, self.inspection.valid_until()?);
        Some(Inspected {
            id: self.inspection.access_key_id()?,
            scope: (scope.region(), scope.service()),
            dated,
            seconds: until.unix().abs_diff(dated.unix()),
        })
    }

    /// Those that were given and signed; the signer adds its own.
    fn signed_headers(&self) -> Vec<(&str, &str)> {
        let signed = |name: &str| self.inspection.signed_headers().any(|signed| signed.eq_ignore_ascii_case(name));
        let own = |name: &str| SIGNERS.iter().chain(TOKENS).any(|own| own.eq_ignore_ascii_case(name));
        value::in_pairs(self.headers.iter()).into_iter().filter(|(name, _)| signed(name) && !own(name)).collect()
    }

    fn payload(&self) -> Result<PayloadHash, JsValue> {
        let mut headers = value::in_pairs(self.headers.iter()).into_iter();
        let header = headers.find(|(name, _)| name.eq_ignore_ascii_case("x-amz-content-sha256"));
        header.map_or(Ok(PayloadHash::EMPTY), |(_, value)| PayloadHash::parse(value).map_err(error))
    }
}

struct Inspected<'a> {
    id: &'a str,
    /// Region and service.
    scope: (&'a str, &'a str),
    dated: Timestamp,
    seconds: u64,
}

const UNREADABLE: &str = "what was sent is neither a presigned link nor a URL with signed headers";
const TOKENS: &[&str] = &["X-Amz-Security-Token", "X-Amz-S3session-Token"];
const OWN: &[&str] =
    &["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature"];
const SIGNERS: &[&str] = &["authorization", "x-amz-content-sha256", "x-amz-date"];
