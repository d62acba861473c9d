//! A server's error body: the elements that say something, and the texts of a signature among them.

use crate::xml::{Elements, Kind};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The elements that say something. Amazon's names; the others use the same ones, or none.
///
/// Sources: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>, and the bodies in the issue trackers
/// of the servers: minio/minio#2986 (S3, with both texts), xcir/libvmod-awsrest#32 and
/// googleapis/google-cloud-ruby#8138 (Google, with `Details`), WWBN/AVideo#9667 (R2), versity/versitygw#1514 and #2116
/// (clock and expiry), minio/minio#2638 (`X-Amz-Date` in milliseconds).
const NAMES: [&str; 26] = [
    "Code",
    "Message",
    "Details",
    "AWSAccessKeyId",
    "CanonicalRequest",
    "CanonicalRequestBytes",
    "StringToSign",
    "StringToSignBytes",
    "Region",
    "Endpoint",
    "RequestTime",
    "ServerTime",
    "MaxAllowedSkewMilliseconds",
    "X-Amz-Date",
    "X-Amz-Expires",
    "Expires",
    "HeadersNotSigned",
    "MissingHeaderName",
    "ParameterName",
    "ClientComputedContentSHA256",
    "S3ComputedContentSHA256",
    "ProposedSize",
    "MaxSizeAllowed",
    "MinSizeAllowed",
    "Resource",
    "Condition",
];

/// What the body holds.
pub(super) struct Body {
    elements: Elements,
    /// What it is, if no error's code was found in it.
    pub(super) kind: Kind,
}

impl Body {
    pub(super) fn read(body: &[u8]) -> Self {
        let elements = Elements::read(&NAMES, body);
        Self { kind: elements.kind(), elements }
    }

    /// The text of this element without blanks around it, unless that is empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.elements.get(name)
    }

    pub(super) fn message(&self) -> &str {
        self.get("Message").unwrap_or_default()
    }

    /// The server's canonical request, and its string to sign.
    ///
    /// The hexadecimal twins are exact where XML may not hold a character or changes a line end. API Gateway and the
    /// query APIs write both texts into the message.
    pub(super) fn texts(&self) -> (Option<String>, Option<String>) {
        let element = |name, bytes| {
            let exact = self.get(bytes).and_then(unhex);
            exact
                .or_else(|| self.elements.raw(name).map(|text| text.replace("\r\n", "\n")))
                .filter(|text| !text.trim().is_empty())
        };
        let canonical = element("CanonicalRequest", "CanonicalRequestBytes");
        let string = element("StringToSign", "StringToSignBytes");
        if canonical.is_some() || string.is_some() {
            return (canonical, string);
        }
        let rest = self.message().split_once("The Canonical String for this request should have been\n'");
        let texts = rest.and_then(|(_, rest)| rest.split_once("'\n\nThe String-to-Sign should have been\n'"));
        texts.map_or((None, None), |(canonical, rest)| {
            let string = rest.split_once('\'').map(|(string, _)| string.to_string());
            (Some(canonical.to_string()), string)
        })
    }
}

/// Reads `41 57 53`, as text.
fn unhex(digits: &str) -> Option<String> {
    let pair = |pair: &str| u8::from_str_radix(pair, 16).ok().filter(|_| pair.len() == 2);
    let bytes = digits.split_ascii_whitespace().map(pair).collect::<Option<Vec<_>>>()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
