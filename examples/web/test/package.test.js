// What is the package's own: how it is loaded, its errors, its memory, forms, inspection, explanations, its size.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { test } from "node:test";
import { DOCUMENTED, full, KEYS, memory, NOW, signer, wasm } from "./load.js";

const URL_OF_TEST = "https://examplebucket.s3.amazonaws.com/test.txt";
const DAY = 86400;

test("AWS's documented link, by both packages, with a Date and with a number", () => {
  for (const { Signer, Bucket } of [full, signer]) {
    const ours = new Signer(KEYS, NOW);
    const bucket = Bucket.virtualHosted("https://s3.amazonaws.com", "examplebucket");
    assert.equal(bucket.url("test.txt"), URL_OF_TEST);
    for (const now of [NOW, new Date(NOW)]) {
      assert.equal(ours.presignUrl({ url: bucket.url("test.txt") }, DAY, now), DOCUMENTED);
      assert.deepEqual(ours.presign({ url: bucket.url("test.txt") }, DAY, now), {
        url: DOCUMENTED,
        method: "GET",
        headers: [],
        limitedBy: "lifetime",
        validFrom: new Date(NOW),
        validUntil: new Date(NOW + DAY * 1000),
      });
    }
  }
});

test("the module can be had as bytes, and by its own address", async () => {
  for (const options of [{ module_or_path: wasm("s3-sigv4-web/signer/wasm") }, undefined]) {
    // A second copy of the JavaScript, for the first has its module already.
    const folder = mkdtempSync(join(tmpdir(), "s3-sigv4-web-"));
    cpSync(new URL("../pkg/signer", import.meta.url), folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    const copy = await import(pathToFileURL(join(folder, "s3_sigv4.js")));
    const fetched = globalThis.fetch;
    // Node's own does not read files; a browser's reads what is beside the script.
    globalThis.fetch = async (url) =>
      new Response(readFileSync(url), { headers: { "content-type": "application/wasm" } });
    try {
      await copy.default(options);
    } finally {
      globalThis.fetch = fetched;
    }
    assert.equal(new copy.Signer(KEYS, NOW).presignUrl({ url: URL_OF_TEST }, DAY, NOW), DOCUMENTED);
  }
});

test("headers of any kind, and those that must be sent with a link", () => {
  const ours = new full.Signer(KEYS, NOW);
  const pairs = [
    ["Content-Type", "image/jpeg"],
    ["User-Agent", "test"],
    ["x-amz-meta-a", "b"],
  ];
  const links = [pairs, new Map(pairs), new Headers(pairs), Object.fromEntries(pairs)].map((headers) =>
    ours.presign({ method: "PUT", url: URL_OF_TEST, headers }, DAY, NOW),
  );
  for (const link of links) {
    assert.equal(link.url, links[0].url);
    const names = link.headers.map(([name, value]) => `${name.toLowerCase()}: ${value}`);
    assert.deepEqual(names, ["content-type: image/jpeg", "x-amz-meta-a: b"]);
  }
});

test("a signed header whose name a link encodes is one that must be sent; what the path says of it does not count", () => {
  const headers = { "X-Amz-Meta-A!": "1", "x-amz-meta-b": "2" };
  for (const { Signer } of [full, signer]) {
    const url = "https://examplebucket.s3.amazonaws.com/a&X-Amz-SignedHeaders=x";
    const link = new Signer(KEYS, NOW).presign({ method: "PUT", url, headers }, DAY, NOW);
    assert.match(link.url, /&X-Amz-SignedHeaders=host%3Bx-amz-meta-a%21%3Bx-amz-meta-b&/);
    assert.deepEqual(link.headers, Object.entries(headers));
  }
});

test("a body that lies in the library's own memory is refused, and the signer goes on", () => {
  const ours = new signer.Signer(KEYS, NOW);
  const sign = (body) => ours.sign({ method: "PUT", url: URL_OF_TEST, body }, NOW).authorization;
  // There is no room for a copy, so the memory grows, and what it was is gone.
  assert.throws(() => sign(new Uint8Array(memory.buffer)), TypeError);
  assert.equal(sign("a"), sign(new TextEncoder().encode("a")));
  ours.free();
});

test("credentials that expire limit a link", () => {
  const ours = new full.Signer({ ...KEYS, expiration: new Date(NOW + 60_000) }, NOW);
  const { limitedBy, validUntil } = ours.presign({ url: URL_OF_TEST }, DAY, NOW);
  assert.deepEqual([limitedBy, validUntil], ["credentials", new Date(NOW + 60_000)]);
});

test("what is wrong is an Error that says so, and the signer goes on", () => {
  const ours = new full.Signer(KEYS, NOW);
  const sign = (request, seconds = DAY, now = NOW) => ours.presignUrl(request, seconds, now);
  const bucket = full.Bucket.pathStyle("http://127.0.0.1:9000", "photos");
  for (const [run, message] of [
    [
      () => new full.Signer({ ...KEYS, secretAccessKey: "secret\n" }, NOW),
      "the secret access key has a line feed at byte offset 6",
    ],
    [() => new full.Signer({ ...KEYS, region: undefined }, NOW), "region is missing"],
    [() => new full.Signer({ ...KEYS, accessKeyId: 7 }, NOW), "accessKeyId is not a string"],
    [
      () => new full.Signer({ ...KEYS, rules: { pathEncoding: "thrice" } }, NOW),
      "the rule pathEncoding has no value thrice",
    ],
    [() => sign(undefined), "the request is not an object"],
    [() => sign({}), "url is missing"],
    [() => sign({ url: new URL(URL_OF_TEST) }), "url is not a string"],
    [() => sign({ url: "https://" }), "the host is empty"],
    [() => sign({ url: URL_OF_TEST, headers: { a: 1 } }), "a header is not a string"],
    [() => sign({ url: URL_OF_TEST, headers: ["a"] }), "a header is no pair"],
    [
      () =>
        sign({
          get url() {
            throw new Error("thrown by the caller");
          },
        }),
      "thrown by the caller",
    ],
    [() => sign({ url: URL_OF_TEST }, -1), "a lifetime is 1 to 604800 seconds (7 days), not 0"],
    [() => sign({ url: URL_OF_TEST }, NaN), "a lifetime is 1 to 604800 seconds (7 days), not 0"],
    [() => sign({ url: URL_OF_TEST }, DAY, "now"), "the instant is neither a Date nor a number of milliseconds"],
    [
      () => sign({ url: URL_OF_TEST }, DAY, new Date(NaN)),
      "the instant is neither a Date nor a number of milliseconds",
    ],
    [
      () => bucket.url(""),
      "the object key is empty: the request would act on the bucket itself, which Bucket::on_bucket is for",
    ],
    [() => ours.post({}, bucket, DAY, NOW), "the policy has either a key or a keyPrefix"],
  ]) {
    assert.throws(run, (error) => {
      assert.ok(error instanceof Error);
      assert.equal(error.message, message);
      return true;
    });
  }
  assert.equal(sign({ url: URL_OF_TEST }), DOCUMENTED);
  ours.free();
  assert.throws(() => sign({ url: URL_OF_TEST }), /null pointer/);
});

test("a property that nobody reads is a TypeError that names it: a misspelt one would be lost", () => {
  const bucket = full.Bucket.aws("photos", "eu-west-1");
  const rest = { url: URL_OF_TEST, method: "PUT", body: "x", payload: undefined, dotSegments: undefined };
  for (const { Signer } of [full, signer]) {
    const ours = new Signer({ ...KEYS, sessionToken: undefined, expiration: undefined, service: "s3" }, NOW);
    const header = { ...rest, header: { "content-type": "image/jpeg" } };
    for (const [run, message] of [
      [() => ours.presign(header, DAY, NOW), "header is no part of a request"],
      [() => ours.presignUrl(header, DAY, NOW), "header is no part of a request"],
      [() => ours.sign(header, NOW), "header is no part of a request"],
      [() => ours.sign({ ...rest, URL: undefined }, NOW), "URL is no part of a request"],
      [() => ours.sign({ ...rest, "": 1 }, NOW), " is no part of a request"],
      [() => new Signer({ ...KEYS, expires: NOW }, NOW), "expires is no part of the options"],
      [() => new Signer({ ...KEYS, Expiration: NOW }, NOW), "Expiration is no part of the options"],
    ]) {
      assert.throws(run, { name: "TypeError", message });
    }
    // What an object inherits is no slip of the pen: a `Request` has a dozen such.
    assert.equal(ours.presignUrl(new Request(URL_OF_TEST), DAY, NOW), DOCUMENTED);
    const proxy = new Proxy({ url: URL_OF_TEST }, { ownKeys: () => assert.fail("thrown by the caller") });
    assert.throws(() => ours.sign(proxy, NOW), { message: "thrown by the caller" });
  }
  const ours = new full.Signer({ ...KEYS, rules: { pathEncoding: "twice" } }, NOW);
  for (const [run, message] of [
    [() => ours.curl({ ...rest, heads: {} }, DAY, "file", NOW), "heads is no part of a request"],
    [() => ours.post({ key: "a", exacts: {} }, bucket, DAY, NOW), "exacts is no part of a policy"],
    [() => new full.Signer({ ...KEYS, rules: { path: "twice" } }, NOW), "path is no part of the rules"],
    // The small package has no rules, and ignores none.
    [() => new signer.Signer({ ...KEYS, rules: {} }, NOW), "rules is no part of the options"],
  ]) {
    assert.throws(run, { name: "TypeError", message });
  }
});

test("hostile requests: the library's own messages, and nothing runs into the next text", () => {
  for (const { Signer, Bucket } of [full, signer]) {
    const ours = new Signer(KEYS, NOW);
    const headers = (headers) => ({ url: URL_OF_TEST, headers });
    const proxy = (traps) => new Proxy({ url: URL_OF_TEST }, traps);
    const thrown = () => {
      throw new Error("thrown by the caller");
    };
    const getter = (name) => Object.defineProperty({ url: URL_OF_TEST }, name, { get: thrown });
    const notAscii = "the name of header 0 (x-\\xc3\\xa9) has a byte outside ASCII (0xc3) at byte offset 2";
    const noHash =
      "a payload hash is 64 lower-case hexadecimal digits, UNSIGNED-PAYLOAD, or one of the STREAMING-… literals";
    for (const [request, message] of [
      [{ url: URL_OF_TEST, method: "GET\n" }, "the method has a line feed at byte offset 3"],
      [{ url: `${URL_OF_TEST}\n` }, "the path has a line feed at byte offset 9"],
      [{ url: `${URL_OF_TEST}\0` }, "the path has a NUL at byte offset 9"],
      [headers([["x-a\n", "b"]]), "the name of header 0 (x-a\\n) has a line feed at byte offset 3"],
      [headers([["x-é", "b"]]), notAscii],
      [headers({ "x-a": "b", "x-c": "\nd" }), "the value of header 1 (x-c) has a line feed at byte offset 0"],
      [headers({ "x-é": "b", "x-a": "é\0" }), notAscii],
      [headers({ "x-a": "é\0" }), "the value of header 0 (x-a) has a NUL at byte offset 2"],
      [headers({ "x-a": "\ud83d\n" }), "the value of header 0 (x-a) has a line feed at byte offset 3"],
      [headers([["x-a"]]), "a header is missing"],
      [headers({ [Symbol.iterator]: thrown }), "thrown by the caller"],
      [{ url: URL_OF_TEST, payload: "" }, noHash],
      [getter("headers"), "thrown by the caller"],
      [getter("body"), "thrown by the caller"],
      [{ url: URL_OF_TEST, body: 7 }, "body is not a string"],
      [proxy({ get: thrown }), "thrown by the caller"],
      [{ url: URL_OF_TEST, body: proxy({ getPrototypeOf: thrown }) }, "thrown by the caller"],
    ]) {
      assert.throws(() => ours.sign(request, NOW), { message });
    }
    // It says that it is a Uint8Array, and is none.
    assert.throws(() => ours.sign({ url: URL_OF_TEST, body: Object.create(Uint8Array.prototype) }, NOW), TypeError);
    assert.throws(() => ours.sign({ url: URL_OF_TEST }, new Proxy(new Date(NOW), {})), /the instant is neither/);

    // One that lies about its length is hashed as long as it is.
    const hash = (body) => ours.sign({ url: URL_OF_TEST, body }, NOW)["x-amz-content-sha256"];
    const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
    for (const length of [0, 1, 2 ** 31, NaN]) {
      const body = Object.defineProperty(new Uint8Array([1, 2, 3]), "length", { value: length });
      assert.equal(hash(body), sha256(Buffer.from([1, 2, 3])), `${length}`);
    }
    assert.equal(hash("é\ud83d"), sha256("é\ufffd"));
    assert.equal(hash(""), sha256(""));

    // Halves of a character at both sides of a border stay halves; what looks like a length is text.
    const pairs = [
      ["x-a", "\ud83d"],
      ["x-b", "\ude00 😀"],
      ["x-c", "3,😀,"],
      ["x-d", ""],
      ["x-e", "é"],
    ];
    const whole = pairs.map(([name, value]) => [name, Buffer.from(value).toString()]);
    assert.deepEqual(ours.presign(headers(pairs), DAY, NOW).headers, whole);
    assert.deepEqual(ours.sign(headers(pairs), NOW), ours.sign(headers(whole), NOW));
    const bucket = Bucket.pathStyle("https://storage.example.com", "photos");
    const query = [
      ["a\n", "\n,1"],
      ["", "é\ud83d"],
      ["\ude00", "\0"],
    ];
    assert.equal(
      bucket.url("k", query),
      "https://storage.example.com/photos/k?a%0A=%0A%2C1&=%C3%A9%EF%BF%BD&%EF%BF%BD=%00",
    );
    // A getter may itself sign.
    const nested = {
      url: URL_OF_TEST,
      get headers() {
        return { "x-a": ours.sign({ url: URL_OF_TEST }, NOW)["x-amz-date"] };
      },
    };
    assert.deepEqual(ours.sign(nested, NOW), ours.sign(headers({ "x-a": "20130524T000000Z" }), NOW));
    // Each property is read once.
    const read = [];
    const { authorization } = ours.sign(proxy({ get: (target, name) => (read.push(name), target[name]) }), NOW);
    assert.deepEqual(read.sort(), ["body", "dotSegments", "headers", "method", "payload", "url"]);
    assert.equal(authorization, ours.sign({ url: URL_OF_TEST }, NOW).authorization);

    ours.free();
    assert.throws(() => ours.sign({ url: URL_OF_TEST }, NOW), /null pointer/);
    assert.throws(() => ours.presign({ url: URL_OF_TEST }, DAY, NOW), /null pointer/);
  }
});

test("the secret is nowhere in the memory once the signer is freed", () => {
  const secret = ["wJalrXUtnFEMI", "K7MDENG", "bPxRfiCYANOTHERKEY"].join("/");
  const token = "IQoJb3JpZ2luX2VjANOTHERTOKEN";
  const found = () => [secret, token].map((text) => Buffer.from(memory.buffer).includes(text));
  for (let i = 0; i < 100; i++) {
    const ours = new signer.Signer({ ...KEYS, secretAccessKey: secret, sessionToken: token }, NOW);
    ours.sign({ url: URL_OF_TEST, body: "x" }, NOW + i * DAY * 1000);
    if (i === 0) assert.deepEqual(found(), [true, true]);
    ours.free();
  }
  // Of the token there is more: what was handed out holds it.
  assert.equal(found()[0], false);
  assert.throws(() => new signer.Signer({ ...KEYS, secretAccessKey: secret, region: "" }, NOW), /region/);
  assert.equal(found()[0], false);
});

test("a form, its HTML and a command for it", () => {
  const bucket = full.Bucket.aws("photos", "eu-west-1");
  const ours = new full.Signer({ ...KEYS, region: bucket.region, service: bucket.service }, NOW);
  const policy = {
    keyPrefix: "user/",
    exact: { acl: "private" },
    prefix: { "Content-Type": "image/" },
    values: { "Content-Type": "image/png" },
    contentLength: [1, 1000],
  };
  const form = ours.post(policy, bucket, 3600, NOW);
  const fields = new Map(form.fields);
  assert.equal(form.url, "https://photos.s3.eu-west-1.amazonaws.com/");
  assert.deepEqual(
    JSON.parse(atob(fields.get("policy"))).conditions.filter((c) => !Object.keys(c)[0].startsWith("x-amz-")),
    [
      { bucket: "photos" },
      ["starts-with", "$key", "user/"],
      { acl: "private" },
      ["starts-with", "$Content-Type", "image/"],
      ["content-length-range", 1, 1000],
    ],
  );
  assert.ok(form.html.includes('name="x-amz-signature"') && form.curl.startsWith("curl "));
  assert.equal(full.inspect({ form: form.fields }, NOW).state, "good");
});

test("an inspection", () => {
  const link = full.inspect({ link: DOCUMENTED }, NOW + 2 * DAY * 1000);
  assert.equal(link.state, "over");
  assert.deepEqual(link.validUntil, new Date(NOW + DAY * 1000));
  assert.ok(link.report.startsWith("presigned link\n  for    https://examplebucket.s3.amazonaws.com/test.txt\n"));
  const headers = new full.Signer(KEYS, NOW).sign({ url: URL_OF_TEST }, NOW);
  assert.equal(full.inspect({ headers }, NOW).accessKeyId, KEYS.accessKeyId);
  assert.deepEqual(full.inspect({ link: "no link" }, NOW).findings.length > 0, true);
});

test("a refusal is explained, of links and of signed requests, without the secret", () => {
  const answer = (canonical) => ({
    status: 403,
    body: `<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>${canonical.replaceAll("&", "&amp;")}</CanonicalRequest></Error>`,
  });
  const query = DOCUMENTED.split("?")[1].split("&X-Amz-Signature")[0];
  const received = `GET\n/test.txt\n${query}\nhost:10.0.0.5:9000\n\nhost\nUNSIGNED-PAYLOAD`;
  assert.match(full.explain(answer(received), { url: DOCUMENTED }), /received for 10\.0\.0\.5:9000/);
  const same = received.replace("10.0.0.5:9000", "examplebucket.s3.amazonaws.com");
  assert.match(full.explain(answer(same), { url: DOCUMENTED }), /secret/);

  for (const options of [
    KEYS,
    { ...KEYS, accessKeyId: "ASIAIOSFODNN7EXAMPLE", sessionToken: "IQoJb3JpZ2luX2VjEXAMPLE" },
  ]) {
    const request = {
      method: "PUT",
      url: `${URL_OF_TEST}?a=b`,
      headers: { "x-amz-meta-a": "b", "user-agent": "test" },
    };
    const headers = { ...request.headers, ...new full.Signer(options, NOW).sign({ ...request, body: "x" }, NOW) };
    const token = options.sessionToken ? `x-amz-security-token:${options.sessionToken}\n` : "";
    const canonical =
      "PUT\n/test.txt\na=b\nhost:examplebucket.s3.amazonaws.com\n" +
      `x-amz-content-sha256:${headers["x-amz-content-sha256"]}\nx-amz-date:20130524T000000Z\nx-amz-meta-a:c\n${token}\n` +
      `host;x-amz-content-sha256;x-amz-date;x-amz-meta-a${token && ";x-amz-security-token"}\n${headers["x-amz-content-sha256"]}`;
    const why = full.explain(answer(canonical), { ...request, headers });
    assert.match(why, /signed: +x-amz-meta-a:b\n +received: x-amz-meta-a:c/);
  }
  assert.match(full.explain({ body: "", status: 301, headers: { "x-amz-bucket-region": "eu-west-1" } }), /eu-west-1/);
  assert.throws(() => full.explain({ body: "" }, { url: URL_OF_TEST }), {
    message: "what was sent is neither a presigned link nor a URL with signed headers",
  });
});

test("links and signed requests alone take at most 60,000 bytes, gzipped", () => {
  const folder = new URL("../pkg/signer/", import.meta.url);
  const files = readdirSync(folder, { recursive: true }).filter((name) => /\.(js|wasm)$/.test(name));
  const sizes = files.map((name) => gzipSync(readFileSync(new URL(name, folder)), { level: 9 }).length);
  console.log(files.map((name, i) => `${name.split("/").pop()} ${sizes[i]} bytes`).join(", "));
  assert.equal(files.length, 3);
  assert.ok(sizes.reduce((a, b) => a + b) <= 60_000, `${sizes}`);
});
