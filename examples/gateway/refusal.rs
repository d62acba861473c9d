//! Why a request goes no further: a line for the log, and S3's XML for the client, who learns less.

use http::header::CONTENT_TYPE;
use http::{Response, StatusCode};
use http_body_util::Full;
use hyper::body::Bytes;
use s3_sigv4::VerifyError;
use std::error::Error;
use std::fmt;

#[derive(Debug)]
pub(crate) enum Refusal {
    /// The request is not what its signature says.
    Verify(VerifyError),
    /// It is, and yet is not passed on: code, status and message.
    Other(&'static str, u16, &'static str),
    /// Client or server went away, or the request cannot be signed again.
    Failed(Box<dyn Error + Send + Sync>),
}

impl Refusal {
    pub(crate) const LENGTH: Self = Self::Other("MissingContentLength", 411, "the header content-length is required");
    pub(crate) const BROKEN: Self = Self::Other("IncompleteBody", 400, "the body broke off");
    pub(crate) const FORM: Self = Self::Other("MalformedPOSTRequest", 400, "the form is not well formed");
    pub(crate) const FIELD: Self = Self::Other("NotImplemented", 501, "the form has a field that is not known here");
    pub(crate) const TRAILER: Self = Self::Other("NotImplemented", 501, "the trailing headers are not known here");

    pub(crate) fn answer(&self, path: &str) -> Response<Full<Bytes>> {
        let (code, status, message) = match self {
            Self::Verify(error) => {
                let told = error.client_message();
                (told.code(), told.status(), told.message())
            }
            Self::Other(code, status, message) => (*code, *status, *message),
            Self::Failed(_) => ("InternalError", 502, "the request could not be passed on"),
        };
        let path = path.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message>\
             <Resource>{path}</Resource></Error>"
        );
        let mut answer = Response::new(Full::from(xml));
        *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        answer.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static("application/xml"));
        answer
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verify(error) => error.fmt(f),
            Self::Other(code, _, message) => write!(f, "{code}: {message}"),
            Self::Failed(error) => {
                error.fmt(f)?;
                let mut source = error.source();
                while let Some(error) = source {
                    write!(f, ": {error}")?;
                    source = error.source();
                }
                Ok(())
            }
        }
    }
}

impl From<VerifyError> for Refusal {
    fn from(error: VerifyError) -> Self {
        Self::Verify(error)
    }
}

macro_rules! failed {
    ($($error:ty),*) => {
        $(impl From<$error> for Refusal {
            fn from(error: $error) -> Self {
                Self::Failed(error.into())
            }
        })*
    };
}

failed!(s3_sigv4::Error, http::Error, http::uri::InvalidUri, hyper::Error, hyper_util::client::legacy::Error);
