use super::error::{ConfigError, Place};
use crate::credentials::Credentials;
use crate::timestamp::Timestamp;
use alloc::string::String;
use core::mem::take;
use serde_json::Value;
use zeroize::Zeroizing;

/// Reads what the program printed that a profile names as its `credential_process`. Running it is the caller's.
///
/// It is JSON with `Version` 1, `AccessKeyId` and `SecretAccessKey`, and for a session `SessionToken` and `Expiration`,
/// a date of ISO 8601. What else it says is passed over. `aws configure export-credentials` prints the same.
///
/// # Errors
/// [`ConfigError::ProcessOutput`], and [`ConfigError::Credentials`] for keys that [`Credentials::new`] refuses.
///
/// ```
/// use s3_sigv4::config::process_output;
///
/// let credentials = process_output(r#"{
///     "Version": 1,
///     "AccessKeyId": "ASIAIOSFODNN7EXAMPLE",
///     "SecretAccessKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
///     "SessionToken": "IQoJb3JpZ2luX2VjEXAMPLE",
///     "Expiration": "2013-05-24T01:00:00+00:00"
/// }"#)?;
/// assert_eq!(credentials.expiration().map(|end| end.to_string()).as_deref(), Some("20130524T010000Z"));
///
/// let error = process_output(r#"{"Version": 2}"#).unwrap_err();
/// assert_eq!(error.to_string(), "the output of the credential process has another Version than 1");
/// # Ok::<(), s3_sigv4::config::ConfigError>(())
/// ```
///
/// A secret that is written with JSON's escapes passes through a buffer of the JSON reader, which does not wipe it.
///
/// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>.
pub fn process_output(text: &str) -> Result<Credentials, ConfigError> {
    let wrong = |reason| ConfigError::ProcessOutput { reason };
    let Ok(Value::Object(mut fields)) = serde_json::from_str(text) else {
        return Err(wrong("is not a JSON object"));
    };
    // All texts are taken out first, so that whatever is wrong they are wiped.
    let mut field = |name: &str| match fields.get_mut(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(value)) => Ok(Some(Zeroizing::new(take(value)))),
        Some(_) => Err(()),
    };
    let [id, secret, token, end] = ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"].map(&mut field);
    if fields.get("Version").and_then(Value::as_u64) != Some(1) {
        return Err(wrong("has another Version than 1"));
    }
    let mut id = id.ok().flatten().ok_or(wrong("has no text AccessKeyId"))?;
    let mut secret = secret.ok().flatten().ok_or(wrong("has no text SecretAccessKey"))?;
    let refused = |error| ConfigError::Credentials { place: Place::ProcessOutput, error };
    let mut credentials = Credentials::new(take::<String>(&mut id), take::<String>(&mut secret)).map_err(refused)?;
    if let Some(mut token) = token.map_err(|()| wrong("has a SessionToken that is no text"))? {
        credentials = credentials.with_session_token(take::<String>(&mut token)).map_err(refused)?;
    }
    match end.map_err(|()| wrong("has an Expiration that is no text"))? {
        None => Ok(credentials),
        Some(end) => {
            let end = Timestamp::parse_iso8601(&end);
            let wrong = |_| wrong("has an Expiration that is no date of ISO 8601 with its offset");
            Ok(credentials.with_expiration(end.map_err(wrong)?))
        }
    }
}
