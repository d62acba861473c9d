//! Sign-in tokens of other services.
#![cfg(feature = "tokens")]

mod util;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use s3_sigv4::{Credentials, Error, Signer, tokens};
use util::{at, now, signer};

/// Computed with botocore 1.44.5's `SigV4QueryAuth`, in the way of `aws eks get-token`.
const LINK: &str = "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15\
    &X-Amz-Algorithm=AWS4-HMAC-SHA256\
    &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fsts%2Faws4_request\
    &X-Amz-Date=20130524T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id\
    &X-Amz-Signature=77f2ac8b63cb23b68844f731c176d3e7f4d87dc513341d483dffcb8b153c1fb0";

#[test]
fn a_cluster_of_eks() {
    let token = tokens::eks(&signer(), "my-cluster", now()).expect("a token");
    let link = URL_SAFE_NO_PAD.decode(token.strip_prefix("k8s-aws-v1.").expect("the prefix")).expect("base64");
    assert_eq!(String::from_utf8(link).expect("a URL"), LINK);
    let headers = [("x-k8s-aws-id", "my-cluster")];
    let link = tokens::get_caller_identity(&signer(), &headers, now()).expect("a link");
    assert_eq!(link.url(), LINK);
    assert_eq!(link.headers().collect::<Vec<_>>(), headers);
}

#[test]
fn databases() {
    let signer = |id, secret, token: Option<&str>, now| {
        let credentials = Credentials::new(id, secret).expect("credentials");
        let credentials = match token {
            Some(token) => credentials.with_session_token(token).expect("a token"),
            None => credentials,
        };
        Signer::new(credentials, "us-east-1", now).expect("a signer")
    };
    let now = at("20161107T173933Z");
    let rds = signer("akid", "skid", None, now);
    let token = tokens::rds(&rds, "prod-instance.us-east-1.rds.amazonaws.com:3306", "someusername", now);
    let signature =
        |token: Result<String, Error>| token.expect("a token").rsplit_once('=').expect("a signature").1.to_owned();
    assert_eq!(signature(token), "d1138cdbc0ca63eec012ec0fc6c2267e03642168f5884a7795320d4c18374c61");
    let now = at("20241107T173933Z");
    let dsql = signer("ACCESS_KEY", "SECRET_KEY", Some("SESSION_TOKEN"), now);
    let host = "test.dsql.us-east-1.on.aws";
    assert_eq!(
        signature(tokens::dsql(&dsql, host, now)),
        "57fe03e060348aaa21405c239bf02572bbc911076e94dcd65c12ae569dd8fcf4"
    );
    let admin = tokens::dsql_admin(&dsql, host, now);
    let documented: serde_json::Value =
        serde_json::from_str(include_str!("vectors/documents/header_presign_key.json")).expect("a list");
    let documented = documented.as_array().expect("a list").iter().find(|row| row["name"] == "dsql-DbConnectAdmin");
    assert_eq!(signature(admin), documented.expect("the example")["signature"]);
}

#[test]
fn hosts_and_keys_that_do_not_fit() {
    let refused = |result: Result<String, Error>, message: &str| {
        assert_eq!(result.expect_err("should be refused").to_string(), message);
    };
    refused(tokens::rds(&signer(), "host/path", "user", now()), "the URL has the character / at byte offset 12");
    refused(tokens::dsql(&signer(), "", now()), "the host is empty");
    refused(tokens::eks(&signer(), "", now()), "the cluster is empty");
    refused(tokens::rds(&signer(), "host", "", now()), "the user is empty");
    let signer_in = |region| Signer::new(util::credentials(), region, now()).expect("a signer");
    let link = tokens::get_caller_identity(&signer_in("eusc-de-east-1"), &[], now()).expect("a link");
    assert!(link.url().starts_with("https://sts.eusc-de-east-1.amazonaws.eu/?"), "{link}");
    assert!(tokens::get_caller_identity(&signer_in("auto"), &[], now()).is_err());
    let edge = Signer::from_key("AKIAIOSFODNN7EXAMPLE", None, signer().key().clone()).expect("a signer");
    refused(tokens::eks(&edge, "cluster", now()), "the signing key is for another service than sts");
    refused(
        tokens::eks(&signer(), "two\nlines", now()),
        "the value of header 0 (x-k8s-aws-id) has a line feed at byte offset 3",
    );
}
