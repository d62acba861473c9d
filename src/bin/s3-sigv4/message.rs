//! An HTTP request as text: request line, headers, empty line, body.

use crate::failure::Failure;
use zeroize::Zeroizing;

pub(crate) struct Message {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, Zeroizing<String>)>,
    pub(crate) body: Vec<u8>,
}

impl Message {
    /// `what` names the text in errors. Lines end with CR LF or LF; a body is taken as it is.
    pub(crate) fn parse(bytes: &[u8], what: &str) -> Result<Self, Failure> {
        let wrong = |line: usize, text: &str| Failure::Refused(format!("line {line} of {what}: {text}"));
        let (mut rest, mut lines) = (bytes, Vec::new());
        loop {
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
            rest = rest.get(end + 1..).unwrap_or_default();
            if line.is_empty() {
                break;
            }
            lines.push(std::str::from_utf8(line).map_err(|_| wrong(lines.len() + 1, "it is not UTF-8"))?);
        }
        let first = lines.first().ok_or_else(|| Failure::Refused(format!("{what} is empty")))?;
        let mut words = first.split(' ');
        let (Some(method), Some(target), None | Some("HTTP/1.1" | "HTTP/1.0" | "HTTP/2"), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(wrong(1, "a request starts with its method, a space and its target"));
        };
        let mut headers = Vec::new();
        for (i, line) in lines.iter().enumerate().skip(1) {
            let (name, value) = line.split_once(':').ok_or_else(|| wrong(i + 1, "a header is 'name: value'"))?;
            headers.push((name.to_owned(), Zeroizing::new(value.trim_matches([' ', '\t']).to_owned())));
        }
        Ok(Self { method: method.to_owned(), target: target.to_owned(), headers, body: rest.to_vec() })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        values.next().map(|(_, value)| value.as_str())
    }

    /// Where the request goes: the target may be absolute, or the header `host` says it.
    pub(crate) fn url(&self, what: &str) -> Result<String, Failure> {
        if self.target.starts_with("https://") || self.target.starts_with("http://") {
            return Ok(self.target.clone());
        }
        let missing = || Failure::Refused(format!("{what} has no host header"));
        Ok(format!("https://{}{}", self.header("host").ok_or_else(missing)?, self.target))
    }
}
