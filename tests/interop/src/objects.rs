//! Every odd key through its whole life, each step signed in another way.

use crate::keys;
use crate::report::{Outcome, Report};
use crate::site::{Call, Site};
use crate::xml;
use s3_sigv4::Timestamp;

type Step = fn(&Site, &str) -> Outcome;

/// In this order: what one step leaves is what the next one finds.
const STEPS: &[(&str, Step)] = &[
    ("put by header", put_by_header),
    ("get by link", get_by_link),
    ("get by header", get_by_header),
    ("head by link", head_by_link),
    ("list by link", list_by_link),
    ("put by link", put_by_link),
    ("get by http::Request", get_by_http_request),
    ("delete by link", delete_by_link),
    ("get after delete", get_after_delete),
];

pub fn run(site: &Site, report: &mut Report) {
    for key in keys::all() {
        for (name, step) in STEPS {
            if !report.check(name, &key, step(site, &key)) {
                break;
            }
        }
    }
}

fn put_by_header(site: &Site, key: &str) -> Outcome {
    site.send_signed(&Call::put(key, &first_body(key)))?.has_status(&[200])?;
    Ok(())
}

fn get_by_link(site: &Site, key: &str) -> Outcome {
    site.send_link(&Call::new("GET", key))?.has_status(&[200])?.has_body(&first_body(key))?;
    Ok(())
}

fn get_by_header(site: &Site, key: &str) -> Outcome {
    site.send_signed(&Call::new("GET", key))?.has_status(&[200])?.has_body(&first_body(key))?;
    Ok(())
}

fn head_by_link(site: &Site, key: &str) -> Outcome {
    let length = first_body(key).len().to_string();
    site.send_link(&Call::new("HEAD", key))?.has_status(&[200])?.has_header("content-length", length.as_bytes())?;
    Ok(())
}

/// XML cannot hold every character of a key, so the server is asked to encode them.
fn list_by_link(site: &Site, key: &str) -> Outcome {
    let query = [("list-type", "2"), ("encoding-type", "url"), ("prefix", key)];
    let answer = site.send_link(&Call::new("GET", "").with_query(&query))?;
    let keys = xml::keys(answer.has_status(&[200])?.text()?);
    if keys == [key] { Ok(()) } else { Err(answer.wrong(&format!("this key alone, found {keys:?}"))) }
}

fn put_by_link(site: &Site, key: &str) -> Outcome {
    let headers = [("Content-Type", CONTENT_TYPE)];
    site.send_link(&Call::put(key, &second_body(key)).with_headers(&headers))?.has_status(&[200])?;
    Ok(())
}

fn get_by_http_request(site: &Site, key: &str) -> Outcome {
    let wire = Call::new("GET", key).signed_in_place(&site.bucket, &site.signer, Timestamp::now())?;
    let answer = site.client.send(&wire)?;
    answer.has_status(&[200])?.has_body(&second_body(key))?.has_header("content-type", CONTENT_TYPE.as_bytes())?;
    Ok(())
}

fn delete_by_link(site: &Site, key: &str) -> Outcome {
    site.send_link(&Call::new("DELETE", key))?.has_status(&[200, 204])?;
    Ok(())
}

fn get_after_delete(site: &Site, key: &str) -> Outcome {
    site.send_link(&Call::new("GET", key))?.has_status(&[404])?;
    Ok(())
}

fn first_body(key: &str) -> Vec<u8> {
    format!("first\0{key}").into_bytes()
}

fn second_body(key: &str) -> Vec<u8> {
    format!("second\0{key}\r\n").into_bytes()
}

const CONTENT_TYPE: &str = "text/plain; charset=\"utf-8\"";
