//! The least IAM policy for a link.
//!
//! Sources: "API operations defined by Amazon S3" in
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_s3.html>, and
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html>.

mod actions;

use crate::args::Policy;
use crate::context::{Context, read_once};
use crate::failure::Failure;
use crate::operation::{Borrowed, Details, Target};
use s3_sigv4::AwsEndpoint;
use serde_json::{Value, json};
use std::io::{self, Write};

pub(crate) fn run(args: &Policy, context: &Context) -> Result<(), Failure> {
    read_once(&[&args.operation.headers_from, context.credentials_from()])?;
    let target = Target::parse(&args.operation.target)?;
    let settings = context.settings()?;
    // The names are checked as they are for a link.
    let region = settings.region().unwrap_or("us-east-1").to_owned();
    let settings = settings.with_region(&region);
    context.bucket(&settings, target.bucket)?;
    let partition = match settings.endpoint_url() {
        Some(_) => "aws",
        None => AwsEndpoint::new(&region).partition()?,
    };
    let resources = Resources::new(target.bucket, partition)?;
    let details = Details::new(&args.operation)?;
    let details = details.borrowed();
    let statements = statements(args, &target, &details, &resources)?;
    let fields = args.fields.iter().filter_map(|field| field.split_once('='));
    if details
        .headers
        .iter()
        .copied()
        .chain(fields)
        .any(|(name, value)| is(name, "x-amz-server-side-encryption") && value.starts_with("aws:kms"))
    {
        context.warn(
            "an object under a KMS key needs kms:GenerateDataKey, and for parts kms:Decrypt, on that key as well",
        );
    }
    let policy = json!({ "Version": "2012-10-17", "Statement": statements });
    let text = if context.json() { policy.to_string() } else { format!("{policy:#}") };
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

/// How the bucket and its objects are named.
struct Resources {
    bucket: String,
    object: String,
}

impl Resources {
    fn new(bucket: &str, partition: &str) -> Result<Self, Failure> {
        if bucket.starts_with("arn:") {
            if !bucket.contains(":s3:") {
                let text = "a policy for Object Lambda and Outposts is more than this command knows";
                return Err(Failure::Refused(text.into()));
            }
            // Policies know the form with a slash alone.
            let bucket = bucket.replace(":accesspoint:", ":accesspoint/");
            return Ok(Self { object: format!("{bucket}/object"), bucket });
        }
        if ["--x-s3", "--xa-s3", "--op-s3", "--ol-s3", "-s3alias"].iter().any(|end| bucket.ends_with(end)) {
            let text = "the resources of directory buckets and aliases hold an account or a name that this command does not know";
            return Err(Failure::Refused(text.into()));
        }
        let bucket = format!("arn:{partition}:s3:::{bucket}");
        Ok(Self { object: bucket.clone(), bucket })
    }

    fn of_key(&self, key: &str) -> String {
        format!("{}/{}", self.object, escaped(key))
    }
}

/// `*`, `?` and `$` mean something in a policy: "Special characters" in
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>.
fn escaped(text: &str) -> String {
    text.replace('$', "${$}").replace('*', "${*}").replace('?', "${?}")
}

fn statements(
    args: &Policy,
    target: &Target<'_>,
    details: &Borrowed<'_>,
    resources: &Resources,
) -> Result<Vec<Value>, Failure> {
    let method = args.operation.method()?;
    let of_bucket = |action: &str, conditions: Option<Value>| {
        let mut statement = json!({ "Effect": "Allow", "Action": action, "Resource": resources.bucket });
        if let Some(conditions) = conditions {
            statement["Condition"] = conditions;
        }
        statement
    };
    if target.key.is_empty() && !args.post {
        let prefix = details.query.iter().find(|(name, _)| *name == "prefix").map(|(_, prefix)| *prefix);
        let action = actions::of_bucket(method, details)?;
        // Only these two know the condition.
        let prefix = prefix.filter(|_| ["s3:ListBucket", "s3:ListBucketVersions"].contains(&&*action));
        let conditions = prefix.map(|prefix| json!({ "StringEquals": { "s3:prefix": prefix.replace('$', "${$}") } }));
        return Ok(vec![of_bucket(&action, conditions)]);
    }
    let mut resource = resources.of_key(target.key);
    if args.post && target.key.ends_with('/') {
        resource.push('*');
    }
    let allow = |actions: Vec<String>, resource: String| {
        let action = if let [action] = &*actions { json!(action) } else { json!(actions) };
        json!({ "Effect": "Allow", "Action": action, "Resource": resource })
    };
    let mut statements = vec![allow(actions::of_object(args, method, details)?, resource)];
    if let Some((_, source)) = details.headers.iter().find(|(name, _)| is(name, "x-amz-copy-source")) {
        statements.push(allow(vec![of_source(source)], source_resource(source, resources)?));
    }
    Ok(statements)
}

fn of_source(source: &str) -> String {
    if source.contains("?versionId=") { "s3:GetObjectVersion".into() } else { "s3:GetObject".into() }
}

/// The object that is copied: `bucket/key`, encoded, with a version or without.
fn source_resource(source: &str, resources: &Resources) -> Result<String, Failure> {
    let path = source.split("?versionId=").next().unwrap_or_default();
    let path = percent_decoded(path.strip_prefix('/').unwrap_or(path));
    let (bucket, key) = path
        .split_once('/')
        .filter(|(bucket, _)| !bucket.starts_with("arn:"))
        .ok_or_else(|| Failure::Refused("x-amz-copy-source is not bucket/key".into()))?;
    let partition = resources.bucket.split(':').nth(1).unwrap_or("aws");
    Ok(Resources::new(bucket, partition)?.of_key(key))
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
        match digits.filter(|_| *byte == b'%') {
            Some(decoded) => {
                bytes.push(decoded);
                rest = &after[2..];
            }
            None => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn is(name: &str, known: &str) -> bool {
    name.eq_ignore_ascii_case(known)
}
