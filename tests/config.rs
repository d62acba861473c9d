//! Stored keys and settings: which of them counts, what is said of those that are missing or wrong, and the files.
#![cfg(feature = "config")]

use core::time::Duration;
use s3_sigv4::config::{ConfigError, Settings, SharedFiles, process_output};
use s3_sigv4::{Bucket, Credentials, Timestamp};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

type Variables<'a> = &'a [(&'a str, &'a str)];

fn lookup<'a>(variables: Variables<'a>) -> impl Fn(&str) -> Option<String> + 'a {
    |name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
}

fn settings(
    profile: Option<&str>,
    config: &str,
    credentials: &str,
    variables: Variables<'_>,
) -> Result<Settings, ConfigError> {
    Settings::new(profile, &SharedFiles::parse(config, credentials)?, lookup(variables))
}

/// The keys: id, and what of a session is there.
fn found(profile: Option<&str>, config: &str, credentials: &str, variables: Variables<'_>) -> String {
    match settings(profile, config, credentials, variables).and_then(|settings| settings.credentials()) {
        Ok(credentials) => shown(&credentials),
        Err(error) => error.to_string(),
    }
}

fn shown(credentials: &Credentials) -> String {
    let token = if credentials.has_session_token() { " token" } else { "" };
    let end = credentials.expiration().map(|end| format!(" {end}")).unwrap_or_default();
    format!("{}{token}{end}", credentials.access_key_id())
}

/// Keys in the credentials file, which must not be shown.
const KEYS: &str = "[default]\naws_access_key_id = ID\naws_secret_access_key = MARKED";

const ENVIRONMENT: Variables<'static> = &[("AWS_ACCESS_KEY_ID", "ENV"), ("AWS_SECRET_ACCESS_KEY", "secret")];

#[test]
fn which_keys() {
    let keys = |section: &str, id: &str| format!("[{section}]\naws_access_key_id={id}\naws_secret_access_key=secret\n");
    let (default, backup) = (keys("default", "DEFAULT"), keys("backup", "BACKUP"));
    let both = [default.clone(), backup.clone()].concat();
    let with = |more: &str| format!("{default}{more}\n");
    let of_config = keys("profile backup", "CONFIG");
    let with_process = format!("{of_config}credential_process = a program\n");
    let named: Variables<'_> = &[("AWS_PROFILE", "backup"), ("AWS_DEFAULT_PROFILE", "default")];
    let cases: [(Option<&str>, &str, &str, Variables<'_>, &str); 27] = [
        (None, "", &both, &[], "DEFAULT"),
        (None, "", &both, named, "BACKUP"),
        (None, "", &both, &[("AWS_DEFAULT_PROFILE", "backup")], "BACKUP"),
        (None, "", &both, &[("AWS_PROFILE", "")], "DEFAULT"),
        (Some("default"), "", &both, named, "DEFAULT"),
        // The environment counts more, unless a profile was asked for.
        (None, "", &both, ENVIRONMENT, "ENV"),
        (None, "", &both, &[ENVIRONMENT[0], ENVIRONMENT[1], ("AWS_PROFILE", "backup")], "ENV"),
        (Some("backup"), "", &both, ENVIRONMENT, "BACKUP"),
        (None, "", &both, &[("AWS_ACCESS_KEY_ID", ""), ENVIRONMENT[1]], "DEFAULT"),
        // The credentials file counts more than the config file, and in it more than a program does.
        (Some("backup"), &of_config, "", &[], "CONFIG"),
        (Some("backup"), &of_config, &backup, &[], "BACKUP"),
        (Some("backup"), &with_process, &backup, &[], "BACKUP"),
        (Some("backup"), "[profile backup]\naws_access_key_id = ID", "[backup]\naws_secret_access_key = s", &[], "ID"),
        // What is asked after them, and what is not asked at all.
        (None, "[default]\nlogin_session = x", &default, &[], "DEFAULT"),
        (None, "[default]\nsso_session = x", &default, &[], "DEFAULT"),
        (Some("default"), "", &default, &[("AWS_WEB_IDENTITY_TOKEN_FILE", "/token")], "DEFAULT"),
        (None, "", &default, &[ENVIRONMENT[0], ENVIRONMENT[1], ("AWS_WEB_IDENTITY_TOKEN_FILE", "/token")], "ENV"),
        // Sessions. The token belongs to the secret.
        (None, "", &with("aws_session_token=t"), &[], "DEFAULT token"),
        (None, "[default]\naws_session_token=t\naws_expiration = 20130524T000000Z", &default, &[], "DEFAULT"),
        (Some("backup"), &format!("{of_config}aws_session_token=t"), "", &[], "CONFIG token"),
        (Some("backup"), &of_config, &format!("[backup]\naws_session_token=t\n{backup}"), &[], "BACKUP token"),
        (Some("backup"), &of_config, "[backup]\naws_session_token=t\naws_expiration=20130524T000000Z", &[], "CONFIG"),
        (
            None,
            "",
            &with("aws_security_token=t\naws_expiration=20130524T000000Z"),
            &[],
            "DEFAULT token 20130524T000000Z",
        ),
        (None, "", &with("aws_expiration = 2013-05-24T02:00:00.9+02:00"), &[], "DEFAULT 20130524T000000Z"),
        (None, "", "", &[ENVIRONMENT[0], ENVIRONMENT[1], ("AWS_SESSION_TOKEN", "t")], "ENV token"),
        (None, "", "", &[ENVIRONMENT[0], ENVIRONMENT[1], ("AWS_SECURITY_TOKEN", "t")], "ENV token"),
        (
            None,
            "",
            "",
            &[ENVIRONMENT[0], ENVIRONMENT[1], ("AWS_CREDENTIAL_EXPIRATION", "2013-05-24T00:00:00Z")],
            "ENV 20130524T000000Z",
        ),
    ];
    for (profile, config, credentials, variables, expected) in cases {
        assert_eq!(found(profile, config, credentials, variables), expected, "{profile:?} {config} {variables:?}");
    }
    let found = settings(Some("backup"), &with_process, "", &[]).expect("settings");
    assert_eq!((found.profile(), found.credential_process()), ("backup", Some("a program")));

    // A stale token of the older name in the other file.
    let config = "[default]\nregion = us-east-1\naws_security_token = stale";
    let settings = settings(None, config, &with("aws_session_token = right"), &[]).expect("settings");
    let (bucket, now) = (settings.bucket("photos").expect("a bucket"), Timestamp::FIRST);
    let link = settings.signer(&bucket, now).expect("keys").presign(
        &bucket.get("k").expect("a key"),
        Duration::from_secs(60),
        now,
    );
    assert!(link.expect("a link").url().contains("X-Amz-Security-Token=right&"));
}

#[test]
fn every_error_says_what_and_where() {
    let role = "[profile a]\nrole_arn = arn:aws:iam::123456789012:role/link";
    let default = |more: &str| format!("[default]\naws_access_key_id = ID\n{more}");
    let full = |more: &str| default(&format!("aws_secret_access_key = secret\n{more}"));
    let cases: [(Option<&str>, &str, &str, Variables<'_>, &str); 35] = [
        (
            None,
            "region = x",
            "",
            &[],
            "line 1 of the config file: a setting stands before the first section, such as [default]",
        ),
        (None, "", "[default", &[], "line 1 of the credentials file: the head of a section has no ] at its end"),
        (None, "", "[a]\n\nMARKED", &[], "line 3 of the credentials file: a setting has no = behind its name"),
        (None, "", "[a]\n= MARKED", &[], "line 2 of the credentials file: a setting has no name in front of its ="),
        (None, "[default]\n MARKED", "", &[], "line 2 of the config file: an indented line has no setting above it"),
        (None, "[default]\ns3 =\n a", "", &[], "line 3 of the config file: a nested setting has no = behind its name"),
        (
            None,
            "[default]\ns3 =\n = a",
            "",
            &[],
            "line 3 of the config file: a nested setting has no name in front of its =",
        ),
        (Some("a"), "", "[b]", &[], "there is no profile a in the config file or the credentials file"),
        (
            Some("a\u{1b}[31m"),
            "",
            "",
            &[],
            "there is no profile a\\u{1b}[31m in the config file or the credentials file",
        ),
        (
            Some("a"),
            "[default]\n[a]",
            "",
            &[],
            "there is no profile a in the config file or the credentials file, but line 2 of the config file names it: \
             there the head of a profile is [profile NAME], the name without blanks",
        ),
        (
            Some("a b"),
            "[profile a b]",
            "",
            &[],
            "there is no profile a b in the config file or the credentials file, but line 1 of the config file names \
             it: there the head of a profile is [profile NAME], the name without blanks",
        ),
        (
            Some("a,b"),
            "",
            "[a,b]",
            &[],
            "there is no profile a,b in the config file or the credentials file, but line 1 of the credentials file \
             names it: there the head of a profile is [NAME], the name without blanks",
        ),
        (
            None,
            "",
            "[profile a]",
            &[("AWS_PROFILE", "a")],
            "there is no profile a in the config file or the credentials file, but line 1 of the credentials file \
             names it: there the head of a profile is [NAME], the name without blanks",
        ),
        (
            None,
            "",
            "",
            &[],
            "no keys were found: AWS_ACCESS_KEY_ID is not set, and the profile default has no aws_access_key_id",
        ),
        (
            Some("a"),
            &format!("{role}\naws_access_key_id = ID\naws_secret_access_key = MARKED"),
            "",
            &[],
            "the profile a assumes the role arn:aws:iam::123456789012:role/link (line 2 of the config file) with the \
             keys of a profile that it does not name (source_profile): ask STS for a session by AssumeRole, and sign \
             with its keys",
        ),
        (
            None,
            "",
            "",
            &ENVIRONMENT[..1],
            "the environment variable AWS_ACCESS_KEY_ID has an access key id, and AWS_SECRET_ACCESS_KEY is missing",
        ),
        (
            None,
            "",
            &default(""),
            &[],
            "line 2 of the credentials file has an access key id, and aws_secret_access_key is missing",
        ),
        (
            None,
            "",
            &default("aws_secret_access_key = MARKED\u{1}"),
            &[],
            "line 3 of the credentials file: the secret access key has a control character (0x01) at byte offset 6",
        ),
        (
            None,
            "",
            "[default]\naws_access_key_id = A,B\naws_secret_access_key = secret",
            &[],
            "line 2 of the credentials file: the access key id has the character , at byte offset 1",
        ),
        (
            None,
            "",
            &full("aws_session_token = MAR KED"),
            &[],
            "line 4 of the credentials file: the session token has a space at byte offset 3",
        ),
        (
            None,
            "",
            &full("aws_expiration = tomorrow"),
            &[],
            "line 4 of the credentials file: aws_expiration must be a date of ISO 8601 with its offset, such as \
             2013-05-24T01:00:00Z",
        ),
        (
            None,
            "",
            "",
            &[ENVIRONMENT[0], ENVIRONMENT[1], ("AWS_CREDENTIAL_EXPIRATION", "2013-05-24T01:00:00")],
            "the environment variable AWS_CREDENTIAL_EXPIRATION must be a date of ISO 8601 with its offset, such as \
             2013-05-24T01:00:00Z",
        ),
        (
            Some("a"),
            &format!("{role}\nsource_profile = base"),
            "",
            &[],
            "the profile a assumes the role arn:aws:iam::123456789012:role/link (line 2 of the config file) with the \
             keys of the profile base: ask STS for a session by AssumeRole, and sign with its keys",
        ),
        (
            Some("a"),
            &format!("{role}\ncredential_source = Ec2InstanceMetadata"),
            "",
            &[],
            "the profile a assumes the role arn:aws:iam::123456789012:role/link (line 2 of the config file) with the \
             keys of Ec2InstanceMetadata: ask STS for a session by AssumeRole, and sign with its keys",
        ),
        (
            Some("a"),
            &format!("{role}\nweb_identity_token_file = /token"),
            "",
            &[],
            "the keys are those of the role arn:aws:iam::123456789012:role/link, for a token of a web identity (line 3 \
             of the config file): ask STS for a session by AssumeRoleWithWebIdentity, and sign with its keys",
        ),
        (
            None,
            "[default]\nrole_arn = arn:aws:iam::123456789012:role/link\nweb_identity_token_file = /token",
            KEYS,
            &[("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/token"), ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/pod")],
            "the keys are those of the role arn:aws:iam::123456789012:role/pod, for a token of a web identity (the \
             environment variable AWS_WEB_IDENTITY_TOKEN_FILE): ask STS for a session by AssumeRoleWithWebIdentity, and \
             sign with its keys",
        ),
        (
            None,
            "",
            KEYS,
            &[("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/token")],
            "the keys are those of a role that is not named (role_arn), for a token of a web identity (the environment \
             variable AWS_WEB_IDENTITY_TOKEN_FILE): ask STS for a session by AssumeRoleWithWebIdentity, and sign with \
             its keys",
        ),
        (
            None,
            "[default]\nsso_account_id = 123456789012",
            KEYS,
            &[],
            "the profile default signs in through a browser (sso_account_id, line 2 of the config file): have its keys \
             printed by aws configure export-credentials --profile default",
        ),
        (
            None,
            "[default]\nlogin_session = x\naws_access_key_id = ID\naws_secret_access_key = MARKED",
            "",
            &[],
            "the profile default signs in through a browser (login_session, line 2 of the config file): have its keys \
             printed by aws configure export-credentials --profile default",
        ),
        (
            Some("a"),
            "[profile a]\nsso_session = b\n[sso-session b]",
            "",
            &[],
            "the profile a signs in through a browser (sso_session, line 2 of the config file): have its keys printed \
             by aws configure export-credentials --profile a",
        ),
        (
            None,
            "[default]\ncredential_process = program --password MARKED",
            "",
            &[],
            "the profile default gets its keys from a program (credential_process, line 2 of the config file): run it, \
             and read what it prints",
        ),
        (
            None,
            "[default]\nservices = local",
            "",
            &[],
            "line 2 of the config file: there is no section [services local]",
        ),
        (
            None,
            "[default]\ns3 =\n  use_arn_region = no",
            "",
            &[],
            "line 2 of the config file: use_arn_region must be true or false",
        ),
        (
            Some("DOMAIN\\o'brien"),
            "",
            "",
            &[],
            "there is no profile DOMAIN\\o'brien in the config file or the credentials file",
        ),
        (
            None,
            "[default]\ns3 =\n  addressing_style = Path",
            "",
            &[],
            "line 2 of the config file: addressing_style must be auto, path or virtual",
        ),
    ];
    for (profile, config, credentials, variables, expected) in cases {
        assert_eq!(found(profile, config, credentials, variables), expected);
    }
    let error = settings(None, "", "", &[("AWS_USE_FIPS_ENDPOINT", "yes")]).expect_err("neither true nor false");
    assert_eq!(error.to_string(), "the environment variable AWS_USE_FIPS_ENDPOINT must be true or false");
    let large = " ".repeat(1024 * 1024 + 1);
    assert!(SharedFiles::parse(&large[1..], &large[1..]).is_ok());
    let error = SharedFiles::parse(&large, "").expect_err("a byte too many");
    assert_eq!(error.to_string(), "the config file is larger than 1 MiB");
    let error = settings(None, "", "", &[]).and_then(|settings| settings.bucket("photos")).expect_err("no region");
    assert_eq!(error.to_string(), "no region is set: AWS_REGION is not set, and the profile default has no region");
    let error =
        settings(None, "[default]\nregion=x", "", &[]).and_then(|it| it.bucket("photos")).expect_err("a region");
    assert_eq!(error.to_string(), "the region does not have the form of AWS's, such as eu-west-1 or us-gov-west-1");
}

#[test]
fn where_a_bucket_is() {
    let services = "[default]\nregion = eu-west-1\nservices = local\nendpoint_url = http://all\n[services local]\n\
        s3 =\n  endpoint_url = http://s3\nsts =\n  endpoint_url = http://sts";
    let without = services.replace("services = local\n", "");
    let ignoring = services.replace("[services", "ignore_configured_endpoint_urls = TRUE\n[services");
    let s3 = |setting: &str| format!("[default]\nregion = eu-west-1\ns3 =\n  {setting}");
    let of = |setting: &str| format!("[default]\nregion = eu-west-1\n{setting}");
    let virtual_hosted = format!("{}\n", s3("addressing_style = virtual")) + "endpoint_url = https://storage.example";
    let cases: [(&str, Variables<'_>, &str); 18] = [
        (&of(""), &[], "https://photos.s3.eu-west-1.amazonaws.com/k"),
        (&of(""), &[("AWS_DEFAULT_REGION", "us-west-2")], "https://photos.s3.us-west-2.amazonaws.com/k"),
        (
            &of(""),
            &[("AWS_DEFAULT_REGION", "us-west-2"), ("AWS_REGION", "us-east-2")],
            "https://photos.s3.us-east-2.amazonaws.com/k",
        ),
        (&of("use_dualstack_endpoint = true"), &[], "https://photos.s3.dualstack.eu-west-1.amazonaws.com/k"),
        (&s3("use_dualstack_endpoint = true"), &[], "https://photos.s3.dualstack.eu-west-1.amazonaws.com/k"),
        (
            &of("use_fips_endpoint = true"),
            &[("AWS_REGION", "us-east-1")],
            "https://photos.s3-fips.us-east-1.amazonaws.com/k",
        ),
        (
            &of("use_fips_endpoint = true"),
            &[("AWS_USE_FIPS_ENDPOINT", "false")],
            "https://photos.s3.eu-west-1.amazonaws.com/k",
        ),
        (&s3("use_accelerate_endpoint = true"), &[], "https://photos.s3-accelerate.amazonaws.com/k"),
        (&s3("addressing_style = path"), &[], "https://s3.eu-west-1.amazonaws.com/photos/k"),
        (
            &s3("addressing_style = path"),
            &[("AWS_REGION", "cn-north-1")],
            "https://s3.cn-north-1.amazonaws.com.cn/photos/k",
        ),
        // The order of AWS's document.
        (services, &[("AWS_ENDPOINT_URL_S3", "http://v3"), ("AWS_ENDPOINT_URL", "http://v")], "http://v3/photos/k"),
        (services, &[("AWS_ENDPOINT_URL", "http://v")], "http://v/photos/k"),
        (services, &[], "http://s3/photos/k"),
        (&without, &[], "http://all/photos/k"),
        (&ignoring, &[("AWS_ENDPOINT_URL", "http://v")], "https://photos.s3.eu-west-1.amazonaws.com/k"),
        (&ignoring, &[("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false")], "http://s3/photos/k"),
        (&virtual_hosted, &[], "https://photos.storage.example/k"),
        (&of("endpoint_url = https://storage.example"), &[], "https://storage.example/photos/k"),
    ];
    for (config, variables, expected) in cases {
        let bucket =
            settings(None, config, "", variables).and_then(|settings| settings.bucket("photos")).expect(config);
        assert_eq!(url(&bucket), expected, "{config} {variables:?}");
    }
    let style = |config: &str| settings(None, config, "", &[]).expect("settings").addressing_style();
    assert_eq!((style(&of("")), style(&virtual_hosted)), (None, Some("virtual")));
    let found = settings(None, services, "", &[]).expect("settings");
    assert_eq!((found.endpoint_url(), found.sts_endpoint_url()), (Some("http://s3"), Ok(Some("http://sts"))));

    // Of a section that is not there the other service needs to know nothing.
    let other = settings(None, &of("services = other"), "", &[("AWS_ENDPOINT_URL_S3", "http://s3")]).expect("settings");
    assert_eq!(other.endpoint_url(), Some("http://s3"));
    let error = other.sts_endpoint_url().expect_err("no section");
    assert_eq!(error.to_string(), "line 3 of the config file: there is no section [services other]");

    let settings = settings(None, &of(""), "", &[]).expect("settings");
    assert_eq!(settings.region(), Some("eu-west-1"));
    let arn = settings.bucket("arn:aws:s3:us-west-2:123456789012:accesspoint/my-ap").expect("an access point");
    assert_eq!(url(&arn), "https://my-ap-123456789012.s3-accesspoint.us-west-2.amazonaws.com/k");
    let settings = settings.with_region("us-east-1").with_path_style();
    let bucket = settings.bucket("photos").expect("a bucket");
    assert_eq!(
        (url(&bucket).as_str(), bucket.region()),
        ("https://s3.us-east-1.amazonaws.com/photos/k", Some("us-east-1"))
    );
    let settings = settings.with_endpoint_url("http://127.0.0.1:9000");
    assert_eq!(url(&settings.bucket("photos").expect("a bucket")), "http://127.0.0.1:9000/photos/k");
}

/// As botocore has it, by the rules that AWS's SDKs share; but for `path` at a server of one's own, which is a clear wish, and
/// names there that only look like AWS's.
#[test]
fn names_that_aws_gives_itself() {
    let of = |settings: &str| format!("[default]\nregion = us-west-2\n{settings}");
    let path = of("s3 =\n  addressing_style = path");
    let accelerated = format!("{path}\n  use_accelerate_endpoint = true");
    let own = of("endpoint_url = https://example.com");
    let by_ip = of("endpoint_url = http://127.0.0.1:9000");
    let own_path = format!("{path}\nendpoint_url = https://example.com");
    let forbidden = of("s3 =\n  use_arn_region = false");
    let (none, off) = (of(""), [("AWS_S3_USE_ARN_REGION", "false")]);
    let directory = "photos--usw2-az1--x-s3";
    let alias = "test-accessp-o0b1d075431d83bebde8xz5w8ijx1qzlbp3i3kuse10--op-s3";
    let west = "arn:aws:s3:us-west-2:123456789012:accesspoint/my-ap";
    let east = "arn:aws:s3:us-east-1:123456789012:accesspoint/my-ap";
    let lambda = "arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint/my-ap";
    let outpost = "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-01/accesspoint/my-ap";
    let express = "us-west-2/s3express https://photos--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com/k";
    let outposts =
        format!("us-west-2/s3-outposts https://{alias}.op-0b1d075431d83bebd.s3-outposts.us-west-2.amazonaws.com/k");
    let by_arn = "us-west-2/s3 https://my-ap-123456789012.s3-accesspoint.us-west-2.amazonaws.com/k";
    let by_other = "us-east-1/s3 https://my-ap-123456789012.s3-accesspoint.us-east-1.amazonaws.com/k";
    let other_region = |place: &str| {
        format!("the ARN names the region us-east-1, and no other than that of the settings is allowed ({place})")
    };
    let cases: [(&str, Variables<'_>, &str, &str); 33] = [
        (&path, &[], directory, express),
        (&none, &[], directory, express),
        (&path, &[], alias, &outposts),
        (&path, &[], west, by_arn),
        (&path, &[], "abc-s3alias", "us-west-2/s3 https://s3.us-west-2.amazonaws.com/abc-s3alias/k"),
        (&path, &[], "Photos_2006", "us-west-2/s3 https://s3.us-west-2.amazonaws.com/Photos_2006/k"),
        (&accelerated, &[], "photos", "us-west-2/s3 https://photos.s3-accelerate.amazonaws.com/k"),
        (&accelerated, &[], "my.photos", "there is no transfer acceleration for a bucket name with a dot"),
        (&accelerated, &[], "Photos_2006", "the bucket name has the character P at byte offset 0"),
        (&own, &[], "photos", " https://example.com/photos/k"),
        (&own, &[], "abc-s3alias", " https://example.com/abc-s3alias/k"),
        (&own, &[], directory, "/s3express https://photos--usw2-az1--x-s3.example.com/k"),
        (&own_path, &[], directory, "/s3express https://example.com/photos--usw2-az1--x-s3/k"),
        (&by_ip, &[], directory, "/s3express http://127.0.0.1:9000/photos--usw2-az1--x-s3/k"),
        (&by_ip, &[], west, "a bucket name cannot go in front of an IP address: use Bucket::path_style"),
        (&own, &[], "foo.mrap", " https://example.com/foo.mrap/k"),
        (&own, &[], "bad--op-s3", " https://example.com/bad--op-s3/k"),
        (&own, &[], "logs--x-s3", " https://example.com/logs--x-s3/k"),
        (&own, &[], "arn:aws:s3:us-west-2:123456789012:bucket/x", "the ARN is not an access point's"),
        (&own, &[], "arn:aws:s3:::photos", "the ARN is a bucket's and names no region: Bucket::aws takes the name"),
        (&own, &[], west, "us-west-2/s3 https://my-ap-123456789012.example.com/k"),
        (&own_path, &[], west, "us-west-2/s3 https://my-ap-123456789012.example.com/k"),
        (&own, &[], east, "us-east-1/s3 https://my-ap-123456789012.example.com/k"),
        (&own, &[], lambda, "us-west-2/s3-object-lambda https://my-ap-123456789012.example.com/k"),
        (&own, &[], outpost, "us-west-2/s3-outposts https://my-ap-123456789012.op-01.example.com/k"),
        (&own, &[], alias, &format!("/s3-outposts https://{alias}.op-0b1d075431d83bebd.example.com/k")),
        (&none, &[], east, by_other),
        (&forbidden, &[], west, by_arn),
        (&forbidden, &[], east, &other_region("line 3 of the config file")),
        (&forbidden, &[("AWS_S3_USE_ARN_REGION", "true")], east, by_other),
        (&none, &off, east, &other_region("the environment variable AWS_S3_USE_ARN_REGION")),
        (&of("s3_use_arn_region = false"), &[], east, &other_region("line 3 of the config file")),
        (&own, &off, east, &other_region("the environment variable AWS_S3_USE_ARN_REGION")),
    ];
    for (config, variables, name, expected) in cases {
        let bucket = settings(None, config, "", variables).and_then(|settings| settings.bucket(name));
        let found = bucket.map_or_else(
            |error| error.to_string(),
            |bucket| {
                let service = Some(bucket.service().name()).filter(|name| bucket.region().is_some() || *name != "s3");
                let scope = [bucket.region(), service].map(Option::unwrap_or_default).join("/");
                format!("{} {}", if scope == "/" { "" } else { &scope }, url(&bucket))
            },
        );
        assert_eq!(found, expected, "{config} {name}");
    }
}

/// Below `s3` there are only those that botocore reads there.
#[test]
fn switches_below_s3() {
    let of = |settings: &str| format!("[default]\nregion = us-west-2\n{settings}");
    let plain = "https://photos.s3.us-west-2.amazonaws.com/k";
    for (config, variables, expected) in [
        (of("s3 =\n  use_fips_endpoint = true"), None, plain),
        (
            of("endpoint_url = https://example.com\ns3 =\n  ignore_configured_endpoint_urls = true"),
            None,
            "https://example.com/photos/k",
        ),
        (
            of("s3 =\n  use_dualstack_endpoint = false"),
            Some(("AWS_USE_DUALSTACK_ENDPOINT", "true")),
            "https://photos.s3.dualstack.us-west-2.amazonaws.com/k",
        ),
        (of("s3 =\n  use_dualstack_endpoint = false"), None, plain),
    ] {
        let variables: Vec<_> = variables.into_iter().collect();
        let bucket = settings(None, &config, "", &variables).and_then(|settings| settings.bucket("photos"));
        assert_eq!(url(&bucket.expect("a bucket")), expected, "{config}");
    }
}

fn url(bucket: &Bucket) -> String {
    bucket.get("k").expect("a key").url().to_string()
}

#[test]
fn what_a_program_printed() {
    let output = |more: &str| format!(r#"{{"Version": 1, "AccessKeyId": "ID", "SecretAccessKey": "{SECRET}"{more}}}"#);
    for (text, expected) in [
        (output(""), "ID"),
        (output(r#", "SessionToken": null, "Expiration": null, "AccountId": "123456789012""#), "ID"),
        (output(r#", "SessionToken": "t", "Expiration": "2019-05-29T00:21:43Z""#), "ID token 20190529T002143Z"),
        ("MARKED".into(), "the output of the credential process is not a JSON object"),
        (output("").replace('1', "2"), "the output of the credential process has another Version than 1"),
        (output("").replace('1', "\"1\""), "the output of the credential process has another Version than 1"),
        (output("").replace("AccessKeyId", "K"), "the output of the credential process has no text AccessKeyId"),
        (output("").replace("SecretA", "S"), "the output of the credential process has no text SecretAccessKey"),
        (output(r#", "SessionToken": 1"#), "the output of the credential process has a SessionToken that is no text"),
        (output(r#", "Expiration": 1"#), "the output of the credential process has an Expiration that is no text"),
        (
            output(r#", "Expiration": "MARKED""#),
            "the output of the credential process has an Expiration that is no date of ISO 8601 with its offset",
        ),
        (output("").replace("\"ID\"", "\"\""), "the output of the credential process: the access key id is empty"),
    ] {
        let found = process_output(&text).map_or_else(|error| error.to_string(), |credentials| shown(&credentials));
        assert_eq!(found, expected);
    }
}

#[cfg(feature = "std")]
mod files {
    use super::*;
    use s3_sigv4::config::SharedFile;
    use std::fs;
    use std::path::PathBuf;

    /// A folder of a test's own, with a home in it.
    fn folder(name: &str) -> PathBuf {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("config-{name}"));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join(".aws")).expect("a folder");
        folder
    }

    #[test]
    fn where_they_are() {
        let vectors = include_str!("vectors/config/file-location-tests.json");
        let vectors: serde_json::Value = serde_json::from_str(vectors).expect("JSON");
        let platform = if cfg!(windows) { "windows" } else { "linux" };
        let mut count = 0;
        for case in vectors["tests"].as_array().expect("cases").iter().filter(|case| case["platform"] == platform) {
            let variable = |name: &str| Some(case["environment"][name].as_str()?.to_owned());
            assert_eq!(SharedFile::Config.location(variable).as_deref(), case["configLocation"].as_str(), "{case}");
            let credentials = SharedFile::Credentials.location(variable);
            assert_eq!(credentials.as_deref(), case["credentialsLocation"].as_str(), "{case}");
            count += 1;
        }
        assert!(count >= 4, "{count} cases");
        let home: Variables<'_> = &[("HOME", "/home/zoe"), ("AWS_CONFIG_FILE", "~/other")];
        assert_eq!(SharedFile::Config.location(lookup(home)).as_deref(), Some("/home/zoe/other"));
        assert_eq!(SharedFile::Config.location(|_| None), None);
    }

    #[test]
    fn they_are_read() {
        let home = folder("read");
        let path = home.to_str().expect("UTF-8");
        assert_eq!(SharedFiles::read(lookup(&[("HOME", path)])).expect("no files").profiles().count(), 0);
        fs::write(home.join(".aws/config"), "[profile a]\nregion = eu-west-1").expect("a file");
        fs::write(
            home.join(".aws/credentials"),
            format!("[b]\naws_access_key_id = ID\naws_secret_access_key = {SECRET}"),
        )
        .expect("a file");
        let variables = &[("HOME", path)];
        let files = SharedFiles::read(lookup(variables)).expect("both files");
        assert_eq!(files.profiles().collect::<Vec<_>>(), ["a", "b"]);
        let settings = Settings::new(Some("b"), &files, lookup(variables)).expect("settings");
        assert_eq!(settings.credentials().map(|credentials| shown(&credentials)), Ok("ID".into()));

        fs::write(home.join(".aws/credentials"), b"[b]\n\xff").expect("a file");
        let error = SharedFiles::read(lookup(variables)).expect_err("no UTF-8");
        assert_eq!(
            error.to_string(),
            format!("the credentials file {path}/.aws/credentials cannot be read: line 2 is not UTF-8")
        );
        let here = &[("HOME", path), ("AWS_SHARED_CREDENTIALS_FILE", path)];
        let error = SharedFiles::read(lookup(here)).expect_err("a folder");
        assert_eq!(error.to_string(), format!("the credentials file {path} cannot be read: is a directory"));
        let inside = format!("{path}/.aws/config/config");
        let below = &[("HOME", path), ("AWS_CONFIG_FILE", &inside)];
        let error = SharedFiles::read(lookup(below)).expect_err("no folder");
        assert_eq!(error.to_string(), format!("the config file {inside} cannot be read: not a directory"));
        fs::write(home.join(".aws/credentials"), " ".repeat(2 * 1024 * 1024)).expect("a file");
        let error = SharedFiles::read(lookup(variables)).expect_err("too large");
        assert_eq!(error.to_string(), "the credentials file is larger than 1 MiB");
    }

    #[cfg(unix)]
    #[test]
    fn open_permissions_are_a_warning() {
        use std::os::unix::fs::PermissionsExt;
        let home = folder("permissions");
        let path = home.to_str().expect("UTF-8");
        let keys = "[default]\naws_secret_access_key = secret";
        for (file, text, mode, warned) in [
            ("credentials", keys, 0o600, false),
            ("credentials", keys, 0o400, false),
            ("credentials", keys, 0o640, true),
            ("credentials", "", 0o604, true),
            ("config", "", 0o644, false),
            ("config", "", 0o664, true),
            ("config", keys, 0o644, true),
            ("config", "[default]\nAWS_Session_Token = token", 0o644, true),
            ("config", "[default]\nregion = eu-west-1", 0o644, false),
        ] {
            let target = home.join(".aws").join(file);
            fs::write(&target, text).expect("a file");
            fs::set_permissions(&target, fs::Permissions::from_mode(mode)).expect("permissions");
            let files = SharedFiles::read(lookup(&[("HOME", path)])).expect("the file");
            let warnings: Vec<_> = files.warnings().iter().map(ToString::to_string).collect();
            let expected = format!(
                "the {file} file {path}/.aws/{file} is open to others than its owner (mode {mode:o}): chmod 600 it"
            );
            assert_eq!(warnings, if warned { vec![expected] } else { vec![] }, "{file} {mode:o}");
            fs::remove_file(&target).expect("a file");
        }
    }
}
