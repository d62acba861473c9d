//! Requests that hold secrets, for `curl --config -`: nothing of them is seen in a list of processes.

use crate::context::Context;
use crate::failure::Failure;
use crate::sts::write_private;
use s3_sigv4::sts::HttpRequest;
use std::io::{self, IsTerminal, Write};
use zeroize::Zeroizing;

/// Into a pipe or a file of the owner's, never onto a screen.
pub(crate) fn print(request: &HttpRequest, output: Option<&str>, context: &Context) -> Result<(), Failure> {
    let text = config(request);
    if let Some(path) = output {
        return write_private(path, text.as_bytes());
    }
    let mut out = io::stdout().lock();
    if out.is_terminal() {
        let text = "the request holds secrets: pipe it into curl --config -, or have it written with --output FILE";
        return Err(Failure::Usage(text.into()));
    }
    context.warn_of_readers("the request holds secrets", ": --output FILE makes one that only its owner can read");
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

fn config(request: &HttpRequest) -> Zeroizing<String> {
    // Room for all of it at once: a text that grows leaves what it held behind. An escaped character takes two.
    let headers: usize = request.headers().map(|(name, value)| name.len() + value.len() + 32).sum();
    let mut text =
        Zeroizing::new(String::with_capacity(2 * (request.url().len() + headers + request.body().len()) + 256));
    text.push_str("silent\nshow-error\nfail-with-body\ngloboff\n");
    for (name, value) in request.headers() {
        line(&mut text, "header", &[name, ": ", value]);
    }
    if request.method() == "POST" {
        line(&mut text, "data-raw", &[request.body()]);
    }
    line(&mut text, "url", &[request.url()]);
    text
}

/// `name = "value"`: "--config" in <https://curl.se/docs/manpage.html>.
pub(crate) fn line(text: &mut String, name: &str, value: &[&str]) {
    text.push_str(name);
    text.push_str(" = \"");
    for character in value.iter().flat_map(|piece| piece.chars()) {
        match character {
            '\\' => text.push_str("\\\\"),
            '"' => text.push_str("\\\""),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            other => text.push(other),
        }
    }
    text.push_str("\"\n");
}
