//! What others have signed, in plain words.

use crate::value::{self, Instant};
use js_sys::{Array, Reflect};
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
    let (option, now) = (|name: &str| Reflect::get(what, &name.into()), value::instant(now)?);
    let inspection = if let Some(link) = value::text(option("link")?, "link")? {
        s3_sigv4::Inspection::of_link(&link)
    } else if option("headers")?.is_undefined() {
        s3_sigv4::Inspection::of_form(&value::borrowed(&value::pairs(&option("form")?, "a field")?))
    } else {
        s3_sigv4::Inspection::of_headers(&value::borrowed(&value::pairs(&option("headers")?, "a header")?))
    };
    let text = |text: Option<&str>| text.map_or(JsValue::UNDEFINED, JsValue::from);
    let date = |at: Option<_>| at.map_or(JsValue::UNDEFINED, value::date);
    let state = inspection.state_at(now).map(|state| match state {
        State::NotYet => "not-yet",
        State::Good => "good",
        State::Over => "over",
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
