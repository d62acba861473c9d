//! Command lines for `curl`.

use crate::presign::Presigned;
use core::fmt::{self, Write};

impl Presigned {
    /// A command line for a POSIX shell that uses the link with `curl`, everything in it quoted.
    ///
    /// `file` is what a `PUT` or `POST` sends and what a `GET` is saved as. The path goes out as it was signed.
    ///
    /// ```
    /// # use core::time::Duration;
    /// # use s3_sigv4::{Bucket, Credentials, Signer, Timestamp};
    /// # let now = Timestamp::parse("20130524T000000Z")?;
    /// # let signer = Signer::new(Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret")?, "us-east-1", now)?;
    /// # let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "examplebucket")?;
    /// let headers = [("Content-Type", "image/jpeg")];
    /// let link = signer.presign(&bucket.put("cat.jpg")?.with_headers(&headers), Duration::from_secs(900), now)?;
    /// assert!(link.curl("it's a cat.jpg").to_string().starts_with(
    ///     "curl --fail --path-as-is --globoff --request 'PUT' --header 'Content-Type: image/jpeg' \
    ///      --data-binary '@it'\\''s a cat.jpg' 'https://examplebucket.s3.amazonaws.com/cat.jpg?"
    /// ));
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn curl<'a>(&'a self, file: &'a str) -> impl fmt::Display + 'a {
        Curl { link: self, file }
    }
}

struct Curl<'a> {
    link: &'a Presigned,
    file: &'a str,
}

impl fmt::Display for Curl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { link, file } = self;
        f.write_str("curl --fail --path-as-is --globoff")?;
        match link.method() {
            // `--request HEAD` would wait for a body that never comes.
            "HEAD" => f.write_str(" --head")?,
            method => write!(f, " --request {}", Quoted("", method))?,
        }
        for (name, value) in link.headers() {
            // With nothing but blanks behind the colon curl would leave the header out.
            match value.trim_matches([' ', '\t']) {
                "" => write!(f, " --header {}", Quoted("", format_args!("{name};")))?,
                _ => write!(f, " --header {}", Quoted("", format_args!("{name}: {value}")))?,
            }
        }
        match link.method() {
            // curl adds a type of its own for a form, which a server could keep with the object.
            "PUT" | "POST" => {
                if !link.headers().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
                    f.write_str(" --header 'Content-Type:'")?;
                }
                write!(f, " --data-binary {}", Quoted("@", file))?;
            }
            "GET" => write!(f, " --output {}", Quoted("", file))?,
            _ => {}
        }
        write!(f, " {}", Quoted("", link.url()))
    }
}

/// A word for a POSIX shell, in single quotes. The first part stands in front of the text.
pub(crate) struct Quoted<T>(pub(crate) &'static str, pub(crate) T);

impl<T: fmt::Display> fmt::Display for Quoted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('\'')?;
        write!(Escape(f), "{}{}", self.0, self.1)?;
        f.write_char('\'')
    }
}

struct Escape<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl Write for Escape<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for (i, part) in text.split('\'').enumerate() {
            if i > 0 {
                self.0.write_str("'\\''")?;
            }
            self.0.write_str(part)?;
        }
        Ok(())
    }
}
