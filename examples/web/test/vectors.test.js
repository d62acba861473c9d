// AWS's signing test suite and the worked examples of AWS's documents, by the package.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { at, encode, full } from "./load.js";

const vectors = (name) => readFileSync(new URL(`../../../tests/vectors/${name}`, import.meta.url), "utf8");
const signatureOf = (url) => /&X-Amz-Signature=([0-9a-f]{64})/.exec(url)[1];

function signerFor(example, rules) {
  const { access_key, secret_key, region, service } = example;
  const token = example.token ?? example.session_token ?? undefined;
  const options = { accessKeyId: access_key, secretAccessKey: secret_key, sessionToken: token, region, service, rules };
  return new full.Signer(options, at(example.timestamp));
}

// These show what is to be encoded once, where the others show what is sent: see tests/vectors/README.md.
const RAW = ["get-space-normalized", "get-space-unnormalized", "get-utf8", "get-vanilla-utf8-query"];

test("AWS's signing test suite", () => {
  let compared = 0;
  for (const line of vectors("aws-signing-test-suite/v4.jsonl").trim().split("\n")) {
    const example = JSON.parse(line);
    const rules = {};
    if (example.normalize === false) rules.pathNormalization = "as-sent";
    if (example.sign_body === true) rules.contentSha256 = "signed";
    if (example.token_after_signing === true) rules.sessionToken = "added-afterwards";
    if (RAW.includes(example.name)) rules.pathEncoding = "once";
    const signer = signerFor(example, rules);
    const headers = example.headers.map(([name, value]) => [name, value.replaceAll("\n", " ")]);
    const host = headers.find(([name]) => name === "Host")[1];
    const target = RAW.includes(example.name) ? encodeURI(example.target) : example.target;
    const request = { method: example.method, url: `https://${host}${target}`, headers, dotSegments: "allowed" };
    if (example.header.signature) {
      const { authorization } = signer.sign({ ...request, body: example.body }, at(example.timestamp));
      assert.equal(authorization.slice(-64), example.header.signature, `${example.name}: header`);
      compared++;
    }
    // A link signs no body but an empty one here.
    if (example.query?.signature && example.body === "" && !example.sign_body) {
      const link = signer.presignUrl(request, example.expires, at(example.timestamp));
      assert.equal(signatureOf(link), example.query.signature, `${example.name}: query`);
      compared++;
    }
    signer.free();
  }
  assert.ok(compared > 70, `${compared} compared`);
});

test("worked examples of AWS's documents", () => {
  let compared = 0;
  for (const example of JSON.parse(vectors("documents/header_presign_key.json"))) {
    if (example.kind !== "header" && example.kind !== "presign") continue;
    const signer = signerFor(example);
    const host = example.headers.find(([name]) => name === "host")[1];
    const own = example.query.filter(([name]) => !name.startsWith("X-Amz-"));
    const query = own.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
    const url = `https://${host}${example.path.split("/").map(encode).join("/")}${query && `?${query}`}`;
    if (example.kind === "presign") {
      const link = signer.presign({ method: example.method, url }, example.expires, at(example.timestamp));
      assert.equal(signatureOf(link.url), example.signature, example.name);
    } else {
      const added = ["host", "x-amz-date", "x-amz-content-sha256"];
      const headers = example.headers.filter(([name]) => !added.includes(name));
      const request = { method: example.method, url, headers, payload: example.payload_hash };
      const { authorization } = signer.sign(request, at(example.timestamp));
      assert.equal(authorization.slice(-64), example.signature, example.name);
    }
    compared++;
  }
  assert.equal(compared, 11);
});
