// One link and one signed request, by this package and by others, in one run of Node:
//
//     npm run bench             # with the whole time
//     npm run bench -- --quick  # a fifth of it, and the goals are checked: CI
//
// Each signer lives as long as an application's would, so that whoever keeps the day's key may. Before it is timed, the
// signature of each is compared.
import { Sha256 } from "@aws-crypto/sha256-js";
import { Hash } from "@smithy/hash-node";
import { SignatureV4 } from "@smithy/signature-v4";
import { AwsV4Signer } from "aws4fetch";
import { cpus } from "node:os";
import { KEYS, NOW, full, signer } from "./test/load.js";

const quick = process.argv.includes("--quick");
const host = "examplebucket.s3.amazonaws.com";
const path = "/photos/2024/a%20cat%20and%20a%20dog.jpg";
const url = `https://${host}${path}`;
const date = new Date(NOW);
const { region, ...credentials } = KEYS;
const unsigned = { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };

class NodeSha256 extends Hash {
  constructor(secret) {
    super("sha256", secret);
  }
}

function smithy(sha256) {
  const theirs = new SignatureV4({ credentials, region, service: "s3", sha256, uriEscapePath: false });
  const request = (headers) => ({ protocol: "https:", method: "GET", hostname: host, path, query: {}, headers });
  const options = { signingDate: date, expiresIn: 900, unhoistableHeaders: new Set(Object.keys(unsigned)) };
  return {
    link: async () => (await theirs.presign(request({ host, ...unsigned }), options)).query["X-Amz-Signature"],
    request: async () => (await theirs.sign(request({ host, ...unsigned }), { signingDate: date })).headers.authorization,
  };
}

function aws4fetch() {
  const cache = new Map();
  const sign = (options) => {
    const settings = { url, ...credentials, region, service: "s3", datetime: "20130524T000000Z", cache, ...options };
    return new AwsV4Signer(settings).sign();
  };
  return {
    link: async () => (await sign({ url: `${url}?X-Amz-Expires=900`, signQuery: true })).url.href,
    request: async () => (await sign({ headers: unsigned })).headers.get("authorization"),
  };
}

function ours({ Signer }) {
  const mine = new Signer(KEYS, NOW);
  const get = { method: "GET", url };
  return {
    // As the others are asked: smithy signs the header, aws4fetch only says it.
    link: () => mine.presignUrl({ ...get, headers: unsigned }, 900, date),
    plainLink: () => mine.presignUrl(get, 900, date),
    request: () => mine.sign({ ...get, payload: "UNSIGNED-PAYLOAD" }, date).authorization,
  };
}

const candidates = {
  "s3-sigv4-web/signer": ours(signer),
  "s3-sigv4-web": ours(full),
  "@smithy/signature-v4, node:crypto": smithy(NodeSha256),
  "@smithy/signature-v4, @aws-crypto/sha256-js": smithy(Sha256),
  "aws4fetch": aws4fetch(),
};

const signature = (text) => /([0-9a-f]{64})$/.exec(text.replace(/&X-Amz-SignedHeaders.*$|&.*Signature=/, ""))?.[1] ?? /Signature=([0-9a-f]{64})/.exec(text)[1];

async function check() {
  const [first] = Object.values(candidates);
  for (const [name, candidate] of Object.entries(candidates)) {
    const expected = { link: name === "aws4fetch" ? first.plainLink() : first.link(), request: first.request() };
    for (const verb of ["link", "request"]) {
      const [theirs, mine] = [await candidate[verb](), expected[verb]].map(signature);
      if (theirs !== mine) throw new Error(`${name} signs the ${verb} otherwise: ${theirs}, not ${mine}`);
    }
  }
}

/** Microseconds of one call: the median of rounds, in which all take turns, so that a busy moment meets all. */
async function measure(verb) {
  const rounds = quick ? 5 : 15;
  const times = new Map(Object.keys(candidates).map((name) => [name, []]));
  for (let round = -2; round < rounds; round++) {
    for (const [name, candidate] of Object.entries(candidates)) {
      const run = candidate[verb];
      const until = performance.now() + (quick ? 60 : 150);
      const start = performance.now();
      let count = 0;
      do {
        for (let i = 0; i < 20; i++) {
          const answer = run();
          // What is at hand need not be waited for.
          if (answer instanceof Promise) await answer;
        }
        count += 20;
      } while (performance.now() < until);
      if (round >= 0) times.get(name).push(((performance.now() - start) / count) * 1000);
    }
  }
  return Object.fromEntries([...times].map(([name, all]) => [name, all.sort((a, b) => a - b)[rounds >> 1]]));
}

await check();
const link = await measure("link");
const request = await measure("request");
console.log(`Node ${process.versions.node}, ${cpus()[0].model}, median of microseconds; × is to s3-sigv4-web/signer\n`);
console.log("| signer | a link | × | a signed request | × |\n|---|--:|--:|--:|--:|");
const base = "s3-sigv4-web/signer";
for (const name of Object.keys(candidates)) {
  const cells = [link, request].map((times) => `${times[name].toFixed(1)} | ${(times[name] / times[base]).toFixed(1)}`);
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}
for (const times of [link, request]) {
  for (const [name, time] of Object.entries(times)) {
    const goal = name.startsWith("@smithy") ? 4 : name === "aws4fetch" ? 1 : 0;
    if (time < goal * times[base]) {
      console.error(`${name} takes ${(time / times[base]).toFixed(1)} times as long, and ${goal} was the goal`);
      process.exitCode = 1;
    }
  }
}
