//! The names that buckets may have.

use crate::error::{Error, Field, check};

/// AWS's rules for general purpose buckets, but for those that only the service can decide:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>.
pub(crate) fn check_general_purpose(name: &str) -> Result<(), Error> {
    check_bytes(name)?;
    if name.contains("..") {
        return refused("has two adjacent periods");
    }
    check_no_ip_address(name)?;
    let reserved = |rows: &[(&str, &'static str)], is: fn(&str, &str) -> bool| {
        rows.iter().find(|(affix, _)| is(name, affix)).map(|(_, reason)| *reason)
    };
    let start = reserved(&RESERVED_STARTS, |name, start| name.starts_with(start));
    match start.or_else(|| reserved(&RESERVED_ENDS, |name, end| name.ends_with(end))) {
        Some(reason) => refused(reason),
        None => Ok(()),
    }
}

/// The rules for names that are one label of a host: directory buckets and aliases.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/directory-bucket-naming-rules.html>
pub(crate) fn check_label(name: &str) -> Result<(), Error> {
    check_bytes(name)?;
    if name.contains('.') {
        return refused("has a dot, which no directory bucket and no alias has");
    }
    match RESERVED_STARTS.iter().find(|(start, _)| name.starts_with(start)) {
        Some((_, reason)) => refused(reason),
        None => Ok(()),
    }
}

/// What any server needs of a name that goes in front of its host.
pub(crate) fn check_in_host(name: &str) -> Result<(), Error> {
    check_length_and_characters(name)?;
    let ends_plain = |label: &str| label.bytes().next().is_some_and(plain) && label.bytes().last().is_some_and(plain);
    if !name.split('.').all(ends_plain) {
        return refused("has a label that does not start and end with a letter or digit");
    }
    check_no_ip_address(name)
}

/// What any server needs of a name in the path: some have capital letters and underscores, and so have old buckets of
/// Amazon's.
pub(crate) fn check_in_path(name: &str) -> Result<(), Error> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    check(Field::BucketName, name, allowed)?;
    match name {
        "." | ".." => refused("is a dot segment"),
        _ if name.len() > 255 => refused("is longer than 255 characters"),
        _ => Ok(()),
    }
}

fn check_bytes(name: &str) -> Result<(), Error> {
    check_length_and_characters(name)?;
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) || !name.ends_with(|c: char| c.is_ascii_alphanumeric()) {
        return refused("does not start and end with a letter or digit");
    }
    Ok(())
}

fn check_length_and_characters(name: &str) -> Result<(), Error> {
    check(Field::BucketName, name, |byte| plain(byte) || matches!(byte, b'-' | b'.'))?;
    if (3..=63).contains(&name.len()) { Ok(()) } else { refused("is not 3 to 63 characters long") }
}

fn check_no_ip_address(name: &str) -> Result<(), Error> {
    if name.parse::<core::net::Ipv4Addr>().is_ok() { refused("looks like an IP address") } else { Ok(()) }
}

fn plain(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn refused(reason: &'static str) -> Result<(), Error> {
    Err(Error::BucketName { reason })
}

const RESERVED_STARTS: [(&str, &str); 3] = [
    ("xn--", "starts with xn--, which AWS does not allow"),
    ("sthree-", "starts with sthree-, which AWS does not allow"),
    ("amzn-s3-demo-", "starts with amzn-s3-demo-, which AWS keeps for the examples of its documents"),
];

const RESERVED_ENDS: [(&str, &str); 5] = [
    ("-s3alias", "ends with -s3alias, which AWS keeps for the aliases of access points"),
    ("--ol-s3", "ends with --ol-s3, which AWS keeps for the aliases of Object Lambda access points"),
    (".mrap", "ends with .mrap, which AWS keeps for Multi-Region Access Points"),
    ("--x-s3", "ends with --x-s3, which AWS keeps for directory buckets"),
    ("--table-s3", "ends with --table-s3, which AWS keeps for the tables of table buckets"),
];
