//! How the time grows with the request, up to the crate's limits.

use crate::fixture::{LIFETIME, Site, leak};
use crate::floor::Floor;
use crate::measure::{Effort, Subject, measure};
use s3_sigv4::PayloadHash;
use std::hint::black_box;

/// One quantity against nanoseconds.
pub struct Series {
    pub name: &'static str,
    pub unit: &'static str,
    pub points: Vec<Point>,
}

pub struct Point {
    pub size: usize,
    pub ours: Subject,
    pub floor: Subject,
}

pub fn all(effort: Effort) -> Vec<Series> {
    let site = Site::new(None);
    let mut all = vec![
        Series { name: "sign", unit: "headers", points: counts().map(|count| headers(site, count)).collect() },
        Series { name: "presign", unit: "parameters", points: counts().map(|count| parameters(site, count)).collect() },
        Series { name: "presign", unit: "bytes of the key", points: lengths().map(|bytes| key(site, bytes)).collect() },
    ];
    let points = all.iter_mut().flat_map(|series| &mut series.points);
    measure(points.flat_map(|point| [&mut point.ours, &mut point.floor]), effort);
    all
}

impl Series {
    pub fn ours(&self) -> Vec<(f64, f64)> {
        self.points.iter().map(|point| (point.size as f64, point.ours.ns())).collect()
    }

    pub fn floor(&self) -> Vec<(f64, f64)> {
        self.points.iter().map(|point| (point.size as f64, point.floor.ns())).collect()
    }

    /// How linear it is.
    pub fn fit(&self) -> Fit {
        Fit::of(&self.ours())
    }
}

/// The straight line through points, by least squares.
pub struct Fit {
    pub at_zero: f64,
    pub slope: f64,
    /// The part of the variance that the line explains.
    pub r_squared: f64,
    /// The greatest distance of a point from the line, as a part of the last point.
    pub residual: f64,
}

impl Fit {
    fn of(points: &[(f64, f64)]) -> Self {
        let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / points.len() as f64;
        let (x, y) = (mean(|point| point.0), mean(|point| point.1));
        let sum = |of: &dyn Fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>();
        let slope = sum(&|point| (point.0 - x) * (point.1 - y)) / sum(&|point| (point.0 - x).powi(2));
        let at_zero = y - slope * x;
        let distance = |point: &(f64, f64)| (point.1 - at_zero - slope * point.0).abs();
        let r_squared = 1.0 - sum(&|point| distance(point).powi(2)) / sum(&|point| (point.1 - y).powi(2));
        let last = points.last().expect("points").1;
        Self { at_zero, slope, r_squared, residual: points.iter().map(distance).fold(0.0, f64::max) / last }
    }
}

/// Up to the limit of headers and parameters.
fn counts() -> impl Iterator<Item = usize> {
    [1].into_iter().chain((8..=128).step_by(8))
}

/// Up to S3's longest key and on.
fn lengths() -> impl Iterator<Item = usize> {
    [1].into_iter().chain((128..=1024).step_by(128)).chain((1536..=4096).step_by(512))
}

/// The headers are given in an order that is far from sorted.
fn headers(site: &'static Site, count: usize) -> Point {
    let headers = leak(shuffled(count, |number| (format!("x-amz-meta-{number:03}"), "sixteen of bytes")));
    let borrowed: &[(&str, &str)] = leak(headers.iter().map(|(name, value)| (&**name, *value)).collect::<Vec<_>>());
    let request = || site.bucket.put("test.txt").expect("a request").with_headers(black_box(borrowed));
    let payload = PayloadHash::UNSIGNED;
    let floor = Floor::of_request(site, &request(), payload);
    let expected = site.signer.sign(&request(), payload, site.now).expect("signed");
    let ours = Subject::new(
        "s3-sigv4",
        move |out| site.signer.sign_to(out, &request(), payload, site.now).expect("signed"),
        |_, lines| assert!(lines.contains(expected.authorization())),
    );
    Point { size: count, ours, floor: floor_subject(floor, expected.authorization()) }
}

fn parameters(site: &'static Site, count: usize) -> Point {
    let parameters = leak(shuffled(count, |number| (format!("parameter-{number:03}"), "sixteen of bytes")));
    let borrowed: &[(&str, &str)] = leak(parameters.iter().map(|(name, value)| (&**name, *value)).collect::<Vec<_>>());
    link(site, "test.txt", borrowed, count)
}

fn key(site: &'static Site, length: usize) -> Point {
    let key: String = "photos/2024/".chars().cycle().take(length).collect();
    link(site, leak(key), &[], length)
}

fn link(
    site: &'static Site,
    key: &'static str,
    parameters: &'static [(&'static str, &'static str)],
    size: usize,
) -> Point {
    let request = || site.bucket.get(black_box(key)).expect("a request").with_query(black_box(parameters));
    let floor = Floor::of_link(site, &request());
    let expected = site.signer.presign(&request(), LIFETIME, site.now).expect("a link");
    let ours = Subject::new(
        "s3-sigv4",
        move |out| site.signer.presign_to(out, &request(), LIFETIME, site.now).expect("a link"),
        |_, url| assert_eq!(url, expected.url()),
    );
    Point { size, ours, floor: floor_subject(floor, expected.url()) }
}

fn floor_subject(floor: Floor, signed: &str) -> Subject {
    let floor = leak(floor);
    Subject::new("floor", |_| floor.run(), |result, _| floor.check(result, signed))
}

/// 53 has no factor in common with any of the counts, so every number comes up once. (89 would leave 88 of them sorted.)
fn shuffled<T>(count: usize, make: impl Fn(usize) -> T) -> Vec<T> {
    (0..count).map(|at| make(at * 53 % count)).collect()
}
