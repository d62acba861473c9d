use super::field::{FormField, Rule};
use super::matches::matches;
use crate::curl::Quoted;
use crate::lifetime::{Limit, Validity};
use crate::timestamp::Timestamp;
use crate::verify::policy::{Given, PostMismatch};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};
use core::ops::RangeInclusive;

/// A signed form: where to post, the fields, and how long it is good (feature `post`).
///
/// It is a bearer secret: whoever has it can upload by it. `Debug` leaves all values out.
///
/// ```
/// # use core::time::Duration;
/// # use s3_sigv4::{Bucket, Credentials, PostPolicy, Signer, Timestamp};
/// # let now = Timestamp::parse("20151229T000000Z")?;
/// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
/// # let signer = Signer::new(credentials, "us-east-1", now)?;
/// # let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "sigv4examplebucket")?;
/// let policy = PostPolicy::for_key("cat.jpg")?.with_exact("Content-Type", "image/jpeg")?;
/// let form = signer.post(&policy, &bucket, Duration::from_secs(900), now)?;
///
/// println!("POST {} as multipart/form-data:", form.url());
/// for (name, value) in form.fields() {
///     println!("{name}: {value}");
/// }
/// println!("file: the content, as the last of all");
/// # Ok::<(), s3_sigv4::Error>(())
/// ```
#[derive(Clone)]
pub struct PostForm {
    pub(super) url: String,
    pub(super) fields: Vec<FormField>,
    pub(super) length: Option<RangeInclusive<u64>>,
    pub(super) validity: Validity,
}

impl PostForm {
    /// Where to post: the bucket's own address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The fields in their order, all but `file`, which is to follow as the last: S3 leaves what comes behind it
    /// unread.
    ///
    /// The values of those whose condition is a prefix may be changed within it.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|field| (&*field.name, &*field.value))
    }

    /// The form in HTML, to be put into a page whose encoding is UTF-8. Fields whose condition is a prefix can be
    /// written to, but for the key; the others are hidden.
    ///
    /// Such a field starts as in [`PostForm::fields`] and is sent so, unless the user or a script fills it in. S3 takes
    /// `image/` for a `Content-Type` that must start with it, and stores it: no browser puts the file's own type there.
    /// [`PostPolicy::with_value`](super::PostPolicy::with_value) has the field start from a whole type.
    ///
    /// ```
    /// # use core::time::Duration;
    /// # use s3_sigv4::{Bucket, Credentials, PostPolicy, Signer, Timestamp};
    /// # let now = Timestamp::parse("20151229T000000Z")?;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// # let signer = Signer::new(credentials, "us-east-1", now)?;
    /// # let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "sigv4examplebucket")?;
    /// let policy = PostPolicy::for_keys_under("user/user1/")?;
    /// let html = signer.post(&policy, &bucket, Duration::from_secs(900), now)?.html().to_string();
    /// assert!(html.starts_with(
    ///     "<form action=\"https://sigv4examplebucket.s3.amazonaws.com/\" method=\"post\" \
    ///      enctype=\"multipart/form-data\" accept-charset=\"utf-8\">\n\
    ///      <input type=\"hidden\" name=\"key\" value=\"user/user1/${filename}\">\n"
    /// ));
    /// assert!(html.ends_with("<input type=\"file\" name=\"file\" required>\n<button>Upload</button>\n</form>\n"));
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn html(&self) -> impl fmt::Display {
        Html(self)
    }

    /// A `curl` command for a POSIX shell that uploads this file by the form.
    ///
    /// ```
    /// # use core::time::Duration;
    /// # use s3_sigv4::{Bucket, Credentials, PostPolicy, Signer, Timestamp};
    /// # let now = Timestamp::parse("20151229T000000Z")?;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// # let signer = Signer::new(credentials, "us-east-1", now)?;
    /// # let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "sigv4examplebucket")?;
    /// let policy = PostPolicy::for_key("it's a cat.jpg")?;
    /// let line = signer.post(&policy, &bucket, Duration::from_secs(900), now)?.curl("cat.jpg").to_string();
    /// assert!(line.starts_with(r"curl --fail --globoff --form-string 'key=it'\''s a cat.jpg' --form-string 'x-amz-"));
    /// assert!(line.ends_with(r#" --form 'file=@"cat.jpg"' 'https://sigv4examplebucket.s3.amazonaws.com/'"#));
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn curl<'a>(&'a self, file: &'a str) -> impl fmt::Display {
        Curl { form: self, file }
    }

    /// Whether S3 would take a form with these fields and a file of this name and length, and if not, why. The time
    /// and the signature are not looked at.
    ///
    /// This knows the conditions that signing added; see [`PostPolicy::matches`](super::PostPolicy::matches).
    ///
    /// # Errors
    /// [`PostMismatch`], which says which condition fails.
    ///
    /// ```
    /// # use core::time::Duration;
    /// # use s3_sigv4::{Bucket, Credentials, PostPolicy, Signer, Timestamp};
    /// # let now = Timestamp::parse("20151229T000000Z")?;
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    /// # let signer = Signer::new(credentials, "us-east-1", now)?;
    /// # let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "sigv4examplebucket")?;
    /// let policy = PostPolicy::for_keys_under("user/user1/")?.with_content_length(1..=1000)?;
    /// let form = signer.post(&policy, &bucket, Duration::from_secs(900), now)?;
    /// let fields: Vec<_> = form.fields().collect();
    /// assert!(form.matches(&fields, "cat.jpg", 1000).is_ok());
    /// assert!(form.matches(&fields, "cat.jpg", 1001).is_err());
    /// # Ok::<(), s3_sigv4::Error>(())
    /// ```
    pub fn matches(&self, fields: &[(&str, &str)], file_name: &str, file_length: u64) -> Result<(), PostMismatch> {
        matches(&self.fields, self.length.as_ref(), None, (Given { fields, file_name }, file_length))
    }

    /// From when until when it is good, and what ends it.
    #[must_use]
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// See [`Validity::valid_from`].
    #[must_use]
    pub fn valid_from(&self) -> Timestamp {
        self.validity.valid_from()
    }

    /// See [`Validity::valid_until`].
    #[must_use]
    pub fn valid_until(&self) -> Timestamp {
        self.validity.valid_until()
    }

    /// See [`Validity::limited_by`].
    #[must_use]
    pub fn limited_by(&self) -> Limit {
        self.validity.limited_by()
    }
}

impl fmt::Debug for PostForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The values are the signature, the token, the policy that holds it, and perhaps customer keys.
        f.debug_struct("PostForm")
            .field("url", &self.url)
            .field("fields", &self.fields.iter().map(|field| &field.name).collect::<Vec<_>>())
            .field("length", &self.length)
            .field("validity", &self.validity)
            .finish()
    }
}

struct Html<'a>(&'a PostForm);

impl fmt::Display for Html<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let action = Escaped(&self.0.url);
        writeln!(
            f,
            "<form action=\"{action}\" method=\"post\" enctype=\"multipart/form-data\" accept-charset=\"utf-8\">"
        )?;
        for field in &self.0.fields {
            let (name, value) = (Escaped(&field.name), Escaped(&field.value));
            match field.rule {
                Rule::Prefix(_) if !field.is("key") => {
                    writeln!(f, "<label>{name} <input type=\"text\" name=\"{name}\" value=\"{value}\"></label>")?;
                }
                _ => writeln!(f, "<input type=\"hidden\" name=\"{name}\" value=\"{value}\">")?,
            }
        }
        // The button has no name, so that browsers do not send it.
        f.write_str("<input type=\"file\" name=\"file\" required>\n<button>Upload</button>\n</form>\n")
    }
}

/// Text inside a quoted attribute.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            _ => f.write_char(c),
        })
    }
}

struct Curl<'a> {
    form: &'a PostForm,
    file: &'a str,
}

impl fmt::Display for Curl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("curl --fail --globoff")?;
        for FormField { name, value, .. } in &self.form.fields {
            // Unlike --form, this reads no file for a value that starts with @ or <, and no type behind a semicolon.
            write!(f, " --form-string {}", Quoted("", format_args!("{name}={value}")))?;
        }
        write!(f, " --form {} {}", Quoted("file=@", FileName(self.file)), Quoted("", &self.form.url))
    }
}

/// In double quotes, without which curl takes a comma or a semicolon for the end of a file's name.
struct FileName<'a>(&'a str);

impl fmt::Display for FileName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            if matches!(c, '"' | '\\') {
                f.write_char('\\')?;
            }
            f.write_char(c)?;
        }
        f.write_char('"')
    }
}
