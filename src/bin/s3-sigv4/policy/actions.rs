//! Which actions an operation needs.

use crate::args::{Method, Policy};
use crate::failure::Failure;
use crate::operation::Borrowed;

/// What is done to the bucket itself.
pub(super) fn of_bucket(method: Method, details: &Borrowed<'_>) -> Result<String, Failure> {
    let Some((name, row)) = subresource(details, &OF_BUCKET)? else {
        return match method {
            Method::Get | Method::Head => Ok("s3:ListBucket".into()),
            _ => Err(Failure::Refused("a link that changes a bucket is more than this command knows".into())),
        };
    };
    row.action(method).map(|action| format!("s3:{action}")).ok_or_else(|| none(method, name))
}

/// What is done to an object.
pub(super) fn of_object(args: &Policy, method: Method, details: &Borrowed<'_>) -> Result<Vec<String>, Failure> {
    let operation = &args.operation;
    let versioned = operation.version_id.is_some() || details.query.iter().any(|(name, _)| *name == "versionId");
    let version = if versioned { "Version" } else { "" };
    let method = if args.post { Method::Put } else { method };
    if let Some((name, row)) = subresource(details, &OF_OBJECT)? {
        let actions = row.action(method).ok_or_else(|| none(method, name))?;
        return Ok(actions.split(' ').map(|action| format!("s3:{}", action.replace('~', version))).collect());
    }
    let mut actions = match (method, &operation.upload_id) {
        (Method::Get, Some(_)) => vec!["s3:ListMultipartUploadParts".into()],
        (Method::Delete, Some(_)) => vec!["s3:AbortMultipartUpload".into()],
        (Method::Get | Method::Head, None) => vec![format!("s3:GetObject{version}")],
        (Method::Delete, None) => vec![format!("s3:DeleteObject{version}")],
        (Method::Post, None) if !operation.uploads => {
            let text = "S3 has no POST for an object without --uploads, --upload-id or a --query such as restore";
            return Err(Failure::Refused(text.into()));
        }
        _ => vec![String::from("s3:PutObject")],
    };
    let headers = details.headers.iter().map(|(name, _)| *name);
    for name in headers.chain(args.fields().map(header_of)) {
        let name = name.to_ascii_lowercase();
        let more = BY_HEADER.iter().find(|(start, _)| name.starts_with(start));
        if let Some((_, action)) = more.filter(|(_, action)| !actions.iter().any(|known| known == action)) {
            actions.push((*action).into());
        }
    }
    Ok(actions)
}

/// Two fields of a form have names of their own: "POST Object" in
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html>.
fn header_of(field: &str) -> &str {
    match field {
        _ if field.eq_ignore_ascii_case("acl") => "x-amz-acl",
        _ if field.eq_ignore_ascii_case("tagging") => "x-amz-tagging",
        _ => field,
    }
}

fn none(method: Method, name: &str) -> Failure {
    Failure::Refused(format!("S3 has no {} for ?{name}, or this command does not know its action", method.as_str()))
}

/// The parameter that makes another operation of it. What is neither known as such nor as harmless is not guessed at.
fn subresource<'q, 't>(
    details: &Borrowed<'q>,
    table: &'t [(&'static str, Row)],
) -> Result<Option<(&'q str, &'t Row)>, Failure> {
    let row = |name: &str| table.iter().find(|(known, _)| *known == name).map(|(_, row)| row);
    let mut found = None;
    for (name, _) in &details.query {
        let harmless = PLAIN.contains(name) || name.starts_with("response-") || name.starts_with("x-");
        match (row(name), found) {
            (Some(_), Some((other, _))) => {
                return Err(Failure::Refused(format!("?{other} and ?{name} are two operations")));
            }
            (Some(row), None) => found = Some((*name, row)),
            (None, _) if harmless => {}
            (None, _) => {
                return Err(Failure::Refused(format!("this command does not know which action ?{name} needs")));
            }
        }
    }
    Ok(found)
}

/// The actions of GET, PUT, DELETE and POST, where there are any.
struct Row([&'static str; 4]);

impl Row {
    fn action(&self, method: Method) -> Option<&'static str> {
        let [get, put, delete, post] = self.0;
        let action = match method {
            Method::Get => get,
            Method::Put => put,
            Method::Delete => delete,
            Method::Post => post,
            Method::Head => "",
        };
        Some(action).filter(|action| !action.is_empty())
    }
}

/// `~` is where `Version` goes. Retention and legal hold are permitted for all versions alike.
const OF_OBJECT: [(&str, Row); 8] = [
    ("acl", Row(["GetObject~Acl", "PutObject~Acl", "", ""])),
    ("attributes", Row(["GetObject~ GetObject~Attributes", "", "", ""])),
    ("legal-hold", Row(["GetObjectLegalHold", "PutObjectLegalHold", "", ""])),
    ("restore", Row(["", "", "", "RestoreObject"])),
    ("retention", Row(["GetObjectRetention", "PutObjectRetention", "", ""])),
    ("select", Row(["", "", "", "GetObject"])),
    ("tagging", Row(["GetObject~Tagging", "PutObject~Tagging", "DeleteObject~Tagging", ""])),
    ("uploads", Row(["", "", "", "PutObject"])),
];

#[rustfmt::skip]
const OF_BUCKET: [(&str, Row); 24] = [
    ("accelerate", Row(["GetAccelerateConfiguration", "PutAccelerateConfiguration", "", ""])),
    ("acl", Row(["GetBucketAcl", "PutBucketAcl", "", ""])),
    ("analytics", Row(["GetAnalyticsConfiguration", "PutAnalyticsConfiguration", "PutAnalyticsConfiguration", ""])),
    ("cors", Row(["GetBucketCORS", "PutBucketCORS", "PutBucketCORS", ""])),
    ("encryption", Row(["GetEncryptionConfiguration", "PutEncryptionConfiguration", "PutEncryptionConfiguration", ""])),
    ("intelligent-tiering", Row([
        "GetIntelligentTieringConfiguration", "PutIntelligentTieringConfiguration", "PutIntelligentTieringConfiguration", "",
    ])),
    ("inventory", Row(["GetInventoryConfiguration", "PutInventoryConfiguration", "PutInventoryConfiguration", ""])),
    ("lifecycle", Row(["GetLifecycleConfiguration", "PutLifecycleConfiguration", "PutLifecycleConfiguration", ""])),
    ("location", Row(["GetBucketLocation", "", "", ""])),
    ("logging", Row(["GetBucketLogging", "PutBucketLogging", "", ""])),
    ("metrics", Row(["GetMetricsConfiguration", "PutMetricsConfiguration", "PutMetricsConfiguration", ""])),
    ("notification", Row(["GetBucketNotification", "PutBucketNotification", "", ""])),
    ("object-lock", Row(["GetBucketObjectLockConfiguration", "PutBucketObjectLockConfiguration", "", ""])),
    ("ownershipControls", Row(["GetBucketOwnershipControls", "PutBucketOwnershipControls", "PutBucketOwnershipControls", ""])),
    ("policy", Row(["GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy", ""])),
    ("policyStatus", Row(["GetBucketPolicyStatus", "", "", ""])),
    ("publicAccessBlock", Row(["GetBucketPublicAccessBlock", "PutBucketPublicAccessBlock", "PutBucketPublicAccessBlock", ""])),
    ("replication", Row(["GetReplicationConfiguration", "PutReplicationConfiguration", "PutReplicationConfiguration", ""])),
    ("requestPayment", Row(["GetBucketRequestPayment", "PutBucketRequestPayment", "", ""])),
    ("tagging", Row(["GetBucketTagging", "PutBucketTagging", "PutBucketTagging", ""])),
    ("uploads", Row(["ListBucketMultipartUploads", "", "", ""])),
    ("versioning", Row(["GetBucketVersioning", "PutBucketVersioning", "", ""])),
    ("versions", Row(["ListBucketVersions", "", "", ""])),
    ("website", Row(["GetBucketWebsite", "PutBucketWebsite", "DeleteBucketWebsite", ""])),
];

/// Parameters that narrow an operation, and do not make another of it. Those that start with `x-` are for logs.
const PLAIN: [&str; 17] = [
    "continuation-token",
    "delimiter",
    "encoding-type",
    "fetch-owner",
    "id",
    "key-marker",
    "list-type",
    "marker",
    "max-keys",
    "max-uploads",
    "partNumber",
    "prefix",
    "select-type",
    "start-after",
    "upload-id-marker",
    "version-id-marker",
    "versionId",
];

/// What else a header needs.
const BY_HEADER: [(&str, &str); 6] = [
    ("x-amz-acl", "s3:PutObjectAcl"),
    ("x-amz-grant-", "s3:PutObjectAcl"),
    ("x-amz-tagging", "s3:PutObjectTagging"),
    ("x-amz-object-lock-legal-hold", "s3:PutObjectLegalHold"),
    ("x-amz-object-lock-", "s3:PutObjectRetention"),
    ("x-amz-bypass-governance-retention", "s3:BypassGovernanceRetention"),
];
