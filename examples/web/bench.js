// One link and one signed request, by this package and by others, in one run of Node:
//
//     npm run bench
//     npm run bench -- --quick  # a fifth of it: CI
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
  const options = { signingDate: date, expiresIn: 900 };
  const unhoistableHeaders = new Set(Object.keys(unsigned));
  return {
    // As the SDK asks for a link to S3.
    link: async () => (await theirs.presign(request({ host, ...unsigned }), options)).query["X-Amz-Signature"],
    linkWithHeader: async () =>
      (await theirs.presign(request({ host, ...unsigned }), { ...options, unhoistableHeaders })).query[
        "X-Amz-Signature"
      ],
    request: async () =>
      (await theirs.sign(request({ host, ...unsigned }), { signingDate: date })).headers.authorization,
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
    link: () => mine.presignUrl(get, 900, date),
    linkWithHeader: () => mine.presignUrl({ ...get, headers: unsigned }, 900, date),
    request: () => mine.sign({ method: "GET", url, payload: "UNSIGNED-PAYLOAD" }, date).authorization,
  };
}

const candidates = {
  "s3-sigv4-web/signer": ours(signer),
  "s3-sigv4-web": ours(full),
  "@smithy/signature-v4, node:crypto": smithy(NodeSha256),
  "@smithy/signature-v4, @aws-crypto/sha256-js": smithy(Sha256),
  aws4fetch: aws4fetch(),
};

const signature = (text) => /(?:Signature=|^)([0-9a-f]{64})/.exec(text)[1];

/** The same inputs give the same signatures. The SDK's links name the payload in their query, so they are compared by a
 * link that has it in a header. */
async function check() {
  const [first] = Object.values(candidates);
  for (const [name, candidate] of Object.entries(candidates)) {
    for (const verb of [candidate.linkWithHeader ? "linkWithHeader" : "link", "request"]) {
      const [theirs, mine] = [await candidate[verb](), first[verb]()].map(signature);
      if (theirs !== mine) throw new Error(`${name}, ${verb}: ${theirs}, not ${mine}`);
    }
  }
}

/** Microseconds of one call: the fastest of many short rounds, in which all take turns. On a busy machine the others say
 * how busy it was. */
async function measure(verb) {
  const rounds = quick ? 40 : 200;
  const times = new Map(Object.keys(candidates).map((name) => [name, []]));
  for (let round = -10; round < rounds; round++) {
    for (const [name, candidate] of Object.entries(candidates)) {
      const run = candidate[verb];
      const until = performance.now() + 10;
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
  return Object.fromEntries([...times].map(([name, all]) => [name, Math.min(...all)]));
}

await check();
const link = await measure("link");
const request = await measure("request");
console.log(
  `Node ${process.versions.node}, ${cpus()[0].model}, microseconds in the fastest round; × is to s3-sigv4-web\n`,
);
console.log("| signer | a link | × | a signed request | × |\n|---|--:|--:|--:|--:|");
const base = "s3-sigv4-web";
for (const name of Object.keys(candidates)) {
  const cells = [link, request].map((times) => `${times[name].toFixed(1)} | ${(times[name] / times[base]).toFixed(1)}`);
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}
// On a busy machine no more is asked for than that nobody is faster.
for (const times of [link, request]) {
  for (const [name, time] of Object.entries(times).filter(([name]) => !name.startsWith(base))) {
    const goal = name.startsWith("@smithy") && !quick ? 3 : 1;
    if (time < goal * times[base]) {
      console.error(`${name} takes ${(time / times[base]).toFixed(1)} times as long, and ${goal} was the goal`);
      process.exitCode = 1;
    }
  }
}
