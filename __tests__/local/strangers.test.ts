import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import { CreateStreamCommand, KinesisClient, ListStreamsCommand } from "@aws-sdk/client-kinesis";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, PutBucketCorsCommand } from "@aws-sdk/client-s3";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { SignatureV4 } from "@smithy/signature-v4";
import { startLocalAws, type LocalAws } from "../../local/aws";
import type { Credentials } from "../../local/aws/accounts";
import { startMoto, type Moto } from "../../local/aws/moto";
import { Sha256 } from "../../local/aws/signature";
import { refusal } from "./refusal";
import { clientsOf, CONSUMER, makeRole, PRODUCER, REGION, type Clients } from "./two-accounts";

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

/** Sends a request as any program on the machine can, with any header. */
function send(url: string, { method = "POST", path = "/", headers, body }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, path, headers }, (response) => {
      response.toArray().then((chunks: Buffer[]) => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      }, reject);
    });
    outgoing.on("error", reject).end(body);
  });
}

let aws: LocalAws;
let producer: Clients;
let credentials: Credentials;

const LIST_STREAMS = {
  method: "POST",
  path: "/",
  headers: {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "Kinesis_20131202.ListStreams",
  },
  body: "{}",
};

/** The headers of a request that an issued access key has signed. */
async function signed(
  { method = "POST", path = "/", headers = {}, body = "" }: Sent,
  service = "kinesis",
  by = credentials,
): Promise<OutgoingHttpHeaders> {
  const { host, hostname } = new URL(aws.url);
  const signer = new SignatureV4({ service, region: REGION, credentials: by, sha256: Sha256 });
  const request = { method, path, headers: { host, ...headers } as Record<string, string>, body };
  return (await signer.sign({ ...request, protocol: "http:", hostname, query: {} })).headers;
}

const streams = async (): Promise<string[] | undefined> =>
  (await producer.kinesis.send(new ListStreamsCommand({}))).StreamNames;

beforeAll(async () => {
  aws = await startLocalAws({ rolePropagationSeconds: 0 });
  producer = clientsOf(aws, PRODUCER);
  credentials = await aws.credentials(PRODUCER);
  await producer.kinesis.send(new CreateStreamCommand({ StreamName: "kept", ShardCount: 1 }));
});

afterAll(() => aws.stop());

describe("a client of the local AWS", () => {
  it("is answered, whichever loopback name it uses", async () => {
    for (const name of ["127.0.0.1", "localhost"]) {
      const host = `${name}:${new URL(aws.url).port}`;
      const call = { ...LIST_STREAMS, headers: { ...LIST_STREAMS.headers, host } };
      const answer = await send(aws.url, { ...call, headers: await signed(call) });
      expect(answer).toMatchObject({
        status: 200,
        text: expect.stringContaining("kept") as string,
      });
    }
  });

  it("is not told that web pages may read the answer", async () => {
    const headers = { ...(await signed({ method: "GET" }, "s3")) };
    const answer = await send(aws.url, { method: "GET", headers });
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.headers).join()).not.toContain("access-control");
  });
});

describe("a web page", () => {
  it.each<[string, OutgoingHttpHeaders, string]>([
    ["whose name resolves to loopback", { host: "rebind.example:80" }, "Host header must be"],
    ["of another host without a port", { host: "127.0.0.1" }, "Host header must be"],
    ["with its Origin", { origin: "https://page.example" }, "header origin"],
    ["without a name", { origin: "null" }, "header origin"],
    ["that navigates or posts a form", { "sec-fetch-site": "cross-site" }, "header sec-fetch-site"],
  ])("%s is refused, even with a valid signature", async (_which, headers, words) => {
    const call = { ...LIST_STREAMS, headers: { ...LIST_STREAMS.headers, ...headers } };
    const answer = await send(aws.url, { ...call, headers: await signed(call) });
    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining(words) as string });
    expect(Object.keys(answer.headers).join()).not.toContain("access-control");
  });

  it("gets no preflight answered, not even through a bucket with CORS rules", async () => {
    await producer.s3.send(new CreateBucketCommand({ Bucket: "2015-03-31" }));
    await producer.s3.send(
      new PutBucketCorsCommand({
        Bucket: "2015-03-31",
        CORSConfiguration: {
          CORSRules: [{ AllowedOrigins: ["*"], AllowedMethods: ["POST"], AllowedHeaders: ["*"] }],
        },
      }),
    );
    const preflight = {
      origin: "https://page.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type",
    };
    for (const headers of [preflight, {}, await signed({ method: "OPTIONS" }, "s3")]) {
      for (const path of ["/", "/2015-03-31/functions"]) {
        const answer = await send(aws.url, { method: "OPTIONS", path, headers });
        expect(answer.status).toBe(403);
        expect(Object.keys(answer.headers).join()).not.toContain("access-control");
      }
    }
  });
});

describe("another user of the machine", () => {
  const settings = () => ({ endpoint: aws.url, region: REGION, maxAttempts: 1 });
  const create = new CreateFunctionCommand({
    FunctionName: "theirs",
    Role: `arn:aws:iam::${CONSUMER}:role/theirs`,
    Runtime: "nodejs22.x",
    Handler: "index.handler",
    Code: { ZipFile: Buffer.from("any") },
  });
  const foreign = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "any" };

  it("cannot create a function with an access key of their own", async () => {
    const lambda = new LambdaClient({ ...settings(), credentials: foreign });
    expect(await refusal(lambda.send(create))).toBe(
      "UnrecognizedClientException: The security token included in the request is invalid. The local AWS accepts only credentials that it has issued since it started, which 'npm start -- --keep' prints.",
    );
  });

  it("cannot become an administrator with an access key of their own", async () => {
    const sts = new STSClient({ ...settings(), credentials: foreign });
    const RoleArn = `arn:aws:iam::${PRODUCER}:role/administrator`;
    const assume = new AssumeRoleCommand({ RoleArn, RoleSessionName: "any" });
    expect(await refusal(sts.send(assume))).toMatch(/^InvalidClientTokenId/);
  });

  it.each<[string, Sent, string]>([
    ["a function", { path: "/2015-03-31/functions", body: "{}" }, "MissingAuthenticationToken"],
    [
      "a role's session",
      {
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: `Action=AssumeRole&RoleArn=arn:aws:iam::${PRODUCER}:role/administrator&RoleSessionName=any&Version=2011-06-15`,
      },
      "MissingAuthenticationToken",
    ],
    [
      "a web identity's session, which AWS gives without signature",
      {
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: `Action=AssumeRoleWithWebIdentity&RoleArn=arn:aws:iam::${PRODUCER}:role/administrator&RoleSessionName=any&WebIdentityToken=any&Version=2011-06-15`,
      },
      "MissingAuthenticationToken",
    ],
    ["a bucket's objects", { method: "GET", path: "/2015-03-31" }, "MissingAuthenticationToken"],
    ["a reset of moto", { path: "/moto-api/reset" }, "MissingAuthenticationToken"],
  ])("cannot ask for %s without a signature", async (_what, call, code) => {
    const answer = await send(aws.url, call);
    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining(code) as string });
  });

  it.each<[string, (own: Credentials) => Partial<Credentials>, string]>([
    ["secret", () => ({ secretAccessKey: "other" }), "InvalidSignatureException"],
    ["session token", () => ({ sessionToken: "other" }), "UnrecognizedClientException"],
    ["session token, none,", () => ({ sessionToken: "" }), "UnrecognizedClientException"],
  ])("cannot use an issued access key with another %s", async (_what, change, code) => {
    const used = { ...credentials, ...change(credentials) };
    const kinesis = new KinesisClient({ ...settings(), credentials: used });
    expect(await refusal(kinesis.send(new ListStreamsCommand({})))).toContain(code);
  });

  it.each<[string, Sent]>([
    ["body", { body: '{"Limit":1}' }],
    ["operation", { headers: { "x-amz-target": "Kinesis_20131202.DescribeLimits" } }],
    ["path", { path: "/other" }],
    ["query", { path: "/?other=1" }],
    ["method", { method: "PUT" }],
    ["unsigned header", { headers: { "x-amz-other": "1" } }],
  ])("cannot send somebody's request with another %s", async (_what, altered) => {
    const headers = { ...(await signed(LIST_STREAMS)), ...altered.headers };
    const answer = await send(aws.url, { ...LIST_STREAMS, ...altered, headers });
    expect(answer.text).toMatch(/InvalidSignatureException|XAmzContentSHA256Mismatch/);
    expect(answer.status).toBeGreaterThanOrEqual(400);
  });
});

describe("a holder of credentials", () => {
  const identity = async (by: Credentials) =>
    new STSClient({ endpoint: aws.url, region: REGION, credentials: by }).send(
      new GetCallerIdentityCommand({}),
    );

  it("gets those of a role that trusts it, and they work", async () => {
    const role = await makeRole(producer, "trusting", {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: CONSUMER }, Action: "sts:AssumeRole" }],
    });
    const session = await assume(CONSUMER, role);
    expect((await identity(session)).Arn).toBe(
      `arn:aws:sts::${PRODUCER}:assumed-role/trusting/any`,
    );
    expect(await refusal(assumeBy(session, `arn:aws:iam::${PRODUCER}:role/administrator`))).toMatch(
      /^AccessDenied: User: .* is not authorized to perform: sts:AssumeRole/,
    );
  });

  it.each([
    ["an administrator of another account", `arn:aws:iam::${PRODUCER}:role/administrator`],
    ["a role that trusts somebody else", `arn:aws:iam::${PRODUCER}:role/closed`],
  ])("cannot become %s", async (_who, role) => {
    await makeRole(producer, "closed").catch(() => undefined);
    expect(await refusal(assume(CONSUMER, role))).toMatch(/^AccessDenied: User: /);
  });

  it("cannot reset moto", async () => {
    for (const path of ["/moto-api/reset", "/moto%2Dapi/reset", "/x/../moto-api/reset"]) {
      const call = { path };
      const answer = await send(aws.url, { ...call, headers: await signed(call, "s3") });
      expect(answer.status).toBeGreaterThanOrEqual(400);
    }
    expect((await send(aws.url, { path: "//moto-api/reset" })).status).toBe(400);
    expect(await streams()).toEqual(["kept"]);
  });

  const assumeBy = async (by: Credentials, RoleArn: string): Promise<Credentials> => {
    const sts = new STSClient({ endpoint: aws.url, region: REGION, credentials: by });
    const { Credentials: issued } = await sts.send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: "any" }),
    );
    return {
      accessKeyId: issued?.AccessKeyId ?? "",
      secretAccessKey: issued?.SecretAccessKey ?? "",
      sessionToken: issued?.SessionToken ?? "",
    };
  };

  const assume = async (account: string, role: string): Promise<Credentials> =>
    assumeBy(await aws.credentials(account), role);
});

describe("moto's own port", () => {
  let moto: Moto;

  beforeAll(async () => {
    moto = await startMoto();
  });

  afterAll(() => moto.stop());

  const call = {
    headers: {
      authorization: "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/sts/aws4_request",
      "content-type": "application/x-www-form-urlencoded",
    },
    body: "Action=GetCallerIdentity&Version=2011-06-15",
  };

  it("answers whoever knows the secret", async () => {
    const headers = { ...call.headers, "x-local-aws-secret": moto.secret };
    expect((await send(moto.url, { ...call, headers })).status).toBe(200);
  });

  it.each<[string, Sent]>([
    ["a call", call],
    ["a call with another secret", { ...call, headers: { "x-local-aws-secret": "any" } }],
    ["a reset", { path: "/moto-api/reset" }],
    ["a preflight", { method: "OPTIONS", headers: { origin: "https://page.example" } }],
  ])("refuses %s by anybody else", async (_what, sent) => {
    const answer = await send(moto.url, sent);
    expect(answer).toMatchObject({ status: 403 });
    expect(Object.keys(answer.headers).join()).not.toContain("access-control");
  });

  it.each(["/moto-api/reset", "/moto%2Dapi/reset", "//moto-api/reset", "/latest/meta-data/"])(
    "does not answer %s at all",
    async (path) => {
      const headers = { "x-local-aws-secret": moto.secret };
      expect((await send(moto.url, { path, headers })).status).toBe(403);
    },
  );
});
