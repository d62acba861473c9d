//! Why a server refused a request, by its answer and by what was sent. The secret is not needed: what was signed is seen
//! in a link or in signed headers, and if both sides have the same, only the secret is left.

use crate::value::{self, error};
use s3_sigv4::{Claim, ErrorResponse, PayloadHash, Request, Service, Verifier, VerifyError};
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
        Some(sent) => against(&sent, &answer),
        None => Ok(format!("{:#}", answer.explain_alone())),
    }
}

/// Holds the answer against the canonical request that was sent.
fn against(sent: &SentRequest, answer: &ErrorResponse<'_>) -> Result<String, JsValue> {
    let method = value::text(sent, "method")?.unwrap_or_else(|| "GET".into());
    let url = value::required(sent, "url")?;
    let headers = value::pairs(&value::property(sent, "headers")?, "a header")?;
    let headers = value::in_pairs(headers.iter());
    let (scheme, rest) = url.split_once("://").ok_or_else(|| error(UNREADABLE))?;
    let (host, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    // The default port is not part of what was signed. A proxy's host may be.
    let default = if scheme.eq_ignore_ascii_case("http") { ":80" } else { ":443" };
    let given = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("host")).map(|(_, host)| *host);
    let host = given.unwrap_or(host.strip_suffix(default).unwrap_or(host));
    let target = format!("{}{target}", if target.starts_with('/') { "" } else { "/" });

    let request = Request::received(&method, host, &target).map_err(error)?.with_headers(&headers);
    let claim = Claim::parse(&request).map_err(|wrong| match wrong {
        VerifyError::NotSigned => error(UNREADABLE),
        wrong => error(wrong),
    })?;
    // Services other than S3 sign a hash that no header names.
    let claim = match value::text(sent, "payload")? {
        Some(hash) => claim.with_payload(PayloadHash::parse(&hash).map_err(error)?),
        None => claim,
    };
    let scope = claim.scope();
    let service = Service::new(scope.service().to_owned()).map_err(error)?;
    let verifier = Verifier::new(scope.region()).with_service(service);
    let canonical = verifier.canonical_request(&claim).map_err(error)?;
    Ok(format!("{:#}", answer.explain(&canonical)))
}

const UNREADABLE: &str = "what was sent is neither a presigned link nor a URL with signed headers";
