//! A form by which a browser uploads.

use crate::args::Presign;
use crate::context::{Context, extended};
use crate::failure::Failure;
use crate::operation::check_length;
use crate::presign::{lifetime, name_of};
use s3_sigv4::{Bucket, PostPolicy, Signer};
use serde_json::{Value, json};
use std::io::{self, BufWriter, Write};

pub(crate) fn run(
    args: &Presign,
    context: &Context,
    (signer, bucket, key): (&Signer, &Bucket, &str),
) -> Result<(), Failure> {
    check_length(bucket, key)?;
    let mut policy = match key {
        "" => return Err(Failure::Usage("a form needs a key, or the start of one that ends with /".into())),
        prefix if prefix.ends_with('/') => PostPolicy::for_keys_under(prefix)?,
        key => PostPolicy::for_key(key)?,
    };
    for field in &args.form.fields {
        let (name, value) = pair(field)?;
        policy = policy.with_exact(name, value)?;
    }
    for field in &args.form.prefixes {
        let (name, value) = pair(field)?;
        policy = policy.with_prefix(name, value)?;
    }
    if let Some((min, max)) = args.form.content_length {
        policy = policy.with_content_length(min..=max)?;
    }
    let form = signer.post(&policy, bucket, lifetime(args), context.now)?;
    let warning = context.ends_early(form.limited_by(), form.valid_until());
    context.note(format_args!("good until {}", extended(form.valid_until())));
    let mut out = BufWriter::new(io::stdout().lock());
    if let Some(file) = &args.curl {
        writeln!(out, "{}", form.curl(file))?;
    } else if args.form.html {
        writeln!(out, "{}", form.html())?;
    } else if context.json() {
        let mut value = json!({
            "url": form.url(),
            "fields": form.fields().map(|(name, value)| (String::from(name), Value::from(value))).collect::<Value>(),
            "valid_from": extended(form.valid_from()),
            "valid_until": extended(form.valid_until()),
            "limited_by": name_of(form.limited_by()),
        });
        if let Some(warning) = warning {
            value["warning"] = warning.into();
        }
        writeln!(out, "{value}")?;
    } else {
        writeln!(out, "{}", form.url())?;
        for (name, value) in form.fields() {
            writeln!(out, "{name}={value}")?;
        }
    }
    Ok(out.flush()?)
}

fn pair(text: &str) -> Result<(&str, &str), Failure> {
    text.split_once('=').ok_or_else(|| Failure::Usage("a field is given as NAME=VALUE".into()))
}
