// The same inputs into @smithy/signature-v4, random ones too: every byte of what is sent has to be the same.
import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import assert from "node:assert/strict";
import { test } from "node:test";
import { encode, full, signer } from "./load.js";

const CASES = 2000;

/** Numbers from 0 to n - 1, the same in every run. */
function numbers(seed) {
  return (n) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * n);
  };
}

const pick = (random, list) => list[random(list.length)];
const times = (random, most, make) => Array.from({ length: random(most + 1) }, make);
const PIECES = [
  "a",
  "Z",
  "0",
  "-",
  ".",
  "_",
  "~",
  "/",
  " ",
  "+",
  "&",
  "=",
  "%",
  "é",
  "日",
  "😀",
  "'",
  "(",
  ")",
  "*",
  "!",
  "$",
  "@",
  ":",
  ";",
  ",",
  "?",
  "#",
  "\t",
  '"',
  "<",
  "%2F",
  "..x",
];
const word = (random, most) => times(random, most, () => pick(random, PIECES)).join("");

function randomCase(random) {
  const s3 = random(4) > 0;
  const key = `k${word(random, 20)}`
    .split("/")
    .map((part) => (part === "." || part === ".." ? "x" : part))
    .join("/");
  const query = Object.fromEntries(times(random, 4, () => [`q${word(random, 6)}`, word(random, 10)]));
  const headers = Object.fromEntries(
    times(random, 3, () => [
      pick(random, ["content-type", "x-custom", "range", "if-match", "X-Other"]),
      times(random, 4, () => pick(random, ["a", "b  c", " ", "text/plain", "; x=1"])).join("") || "v",
    ]),
  );
  return {
    service: s3 ? "s3" : "execute-api",
    region: pick(random, ["us-east-1", "eu-central-1", "auto"]),
    sessionToken: random(2) ? `${"IQoJb3JpZ2luX2Vj+/="}${random(1e6)}` : undefined,
    method: pick(random, ["GET", "PUT", "DELETE", "HEAD", "POST"]),
    hostname: `${pick(random, ["photos", "a.b"])}.example.com`,
    port: random(3) ? undefined : 9000 + random(100),
    key,
    query,
    headers,
    body: random(2) ? word(random, 50) : undefined,
    expires: 1 + random(604800),
    now: new Date(Date.UTC(2000 + random(60), random(12), 1 + random(28), random(24), random(60), random(60))),
  };
}

function both(example) {
  const { service, region, sessionToken, hostname, port, key, query } = example;
  const credentials = {
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    sessionToken,
  };
  const s3 = service === "s3";
  const theirs = new SignatureV4({
    credentials,
    region,
    service,
    sha256: Sha256,
    uriEscapePath: !s3,
    applyChecksum: s3,
  });
  const host = port ? `${hostname}:${port}` : hostname;
  const path = `/${key.split("/").map(encode).join("/")}`;
  const search = Object.entries(query)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join("&");
  const url = `https://${host}${path}${search ? `?${search}` : ""}`;
  const request = (headers) => ({
    protocol: "https:",
    method: example.method,
    hostname,
    port,
    path,
    headers: { host, ...headers },
    query: { ...query },
    body: example.body,
  });
  return { theirs, url, request, options: { ...credentials, region, service } };
}

for (const [name, { Signer }] of [
  ["full", full],
  ["signer", signer],
]) {
  test(`${name}: signed headers as by @smithy/signature-v4`, async () => {
    const random = numbers(1);
    for (let i = 0; i < CASES; i++) {
      const example = randomCase(random);
      const { theirs, url, request, options } = both(example);
      const expected = (await theirs.sign(request(example.headers), { signingDate: example.now })).headers;
      const ours = new Signer(options, example.now);
      const { method, headers, body } = example;
      const signed = ours.sign({ method, url, headers, body }, example.now);
      ours.free();
      for (const [name, value] of Object.entries(signed)) {
        assert.equal(value, expected[name], `${name} of ${JSON.stringify(example)}`);
      }
      assert.ok(signed.authorization && signed["x-amz-date"]);
    }
  });

  test(`${name}: links as by @smithy/signature-v4`, async () => {
    const random = numbers(2);
    for (let i = 0; i < CASES; i++) {
      const example = { ...randomCase(random), body: undefined };
      const { theirs, url, request, options } = both(example);
      const { method, expires, now } = example;
      // Without it that signer takes the body for empty, which S3 would then insist on.
      const payload = example.service === "s3" ? { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } : {};
      const headers = { ...example.headers, ...payload };
      const unhoistableHeaders = new Set(Object.keys(payload));
      const { query } = await theirs.presign(request(headers), {
        expiresIn: expires,
        signingDate: now,
        unhoistableHeaders,
      });
      const ours = new Signer(options, now);
      const link = ours.presignUrl({ method, url, headers }, expires, now);
      ours.free();
      const parameters = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
      const [address, search] = link.split("?");
      assert.equal(address, url.split("?")[0]);
      assert.deepEqual(search.split("&").sort(), parameters.sort(), JSON.stringify(example));
    }
  });
}
