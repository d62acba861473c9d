//! What others have signed, in plain words.

use crate::value::{self, Instant};
use js_sys::Array;
use s3_sigv4::State;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "Signed")]
    pub type Signed;

    #[wasm_bindgen(typescript_type = "Inspection")]
    pub type Inspection;
}

/** A link, the headers of a request or a form in plain words: by whom, for what, until when, and what looks wrong. */
#[wasm_bindgen]
pub fn inspect(what: &Signed, now: &Instant) -> Result<Inspection, JsValue> {
    let now = value::instant(now)?;
    let inspection = if let Some(link) = value::text(what, "link")? {
        s3_sigv4::Inspection::of_link(&link)
    } else {
        let headers = value::property(what, "headers")?;
        if headers.is_undefined() {
            let form = value::pairs(&value::property(what, "form")?, "a field")?;
            s3_sigv4::Inspection::of_form(&value::in_pairs(form.iter()))
        } else {
            s3_sigv4::Inspection::of_headers(&value::in_pairs(value::pairs(&headers, "a header")?.iter()))
        }
    };
    let text = |text: Option<&str>| text.map_or(JsValue::UNDEFINED, JsValue::from);
    let date = |at: Option<_>| at.map_or(JsValue::UNDEFINED, value::date);
    let state = inspection.state_at(now).map(|state| match state {
        State::NotYet => "not-yet",
        State::Good => "good",
        State::Over => "over",
        State::Wrong => "wrong",
    });
    Ok(value::object([
        ("report", inspection.report_at(now).to_string().into()),
        ("state", text(state)),
        ("target", text(inspection.target())),
        ("accessKeyId", text(inspection.access_key_id())),
        ("hasSessionToken", inspection.has_session_token().into()),
        ("region", text(inspection.scope().map(|scope| scope.region()))),
        ("service", text(inspection.scope().map(|scope| scope.service()))),
        ("dated", date(inspection.dated())),
        ("validFrom", date(inspection.valid_from())),
        ("validUntil", date(inspection.valid_until())),
        ("payload", text(inspection.payload())),
        ("signedHeaders", texts(inspection.signed_headers())),
        ("parameters", texts(inspection.parameters())),
        ("conditions", texts(inspection.conditions())),
        (
            "findings",
            inspection.findings().iter().map(|finding| JsValue::from(finding.to_string())).collect::<Array>().into(),
        ),
    ])
    .unchecked_into())
}

fn texts<'a>(texts: impl Iterator<Item = &'a str>) -> JsValue {
    texts.map(JsValue::from).collect::<Array>().into()
}
