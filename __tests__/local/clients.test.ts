import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from "@aws-sdk/client-sts";
import { refusal } from "./refusal";
import { CONSUMER, makeFunction, makeRole, REGION, until } from "./two-accounts";
import { useTwoAccounts } from "./use-two-accounts";

const { aws, consumer } = useTwoAccounts();

function hasCli(): boolean {
  try {
    execFileSync("aws", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const directory = mkdtempSync(join(tmpdir(), "cli-"));
const config = join(directory, "config");
// In version 1, the CLI presigns with the signature before version 4 unless it is told otherwise.
writeFileSync(config, "[default]\ns3 =\n  signature_version = s3v4\n");

/** Runs the AWS CLI, which signs with its own code, with the credentials that `npm start -- --keep` prints. */
async function cli(...args: string[]): Promise<string> {
  const { accessKeyId, secretAccessKey, sessionToken } = await aws().credentials(CONSUMER);
  const env = {
    PATH: process.env.PATH,
    AWS_DEFAULT_REGION: REGION,
    AWS_CONFIG_FILE: config,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  };
  return (
    await promisify(execFile)("aws", ["--endpoint-url", aws().url, ...args], { env })
  ).stdout.trim();
}

(hasCli() ? describe : describe.skip)("the AWS CLI", () => {
  it("is answered by services of each protocol", async () => {
    expect(await cli("sts", "get-caller-identity", "--query", "Account")).toBe(`"${CONSUMER}"`);
    expect(await cli("kinesis", "list-streams", "--query", "StreamNames")).toBe("[]");
    const queue = await cli("sqs", "create-queue", "--queue-name", "a", "--output", "text");
    expect(queue).toBe(`${aws().url}/${CONSUMER}/a`);
    await cli("sqs", "send-message", "--queue-url", queue, "--message-body", "100 % (ä+b)");
    await cli("logs", "create-log-group", "--log-group-name", "/aws/a b");
    expect(await cli("logs", "describe-log-groups")).toContain("/aws/a b");
  });

  it("writes objects with any key and size, and reads them by presigned URLs", async () => {
    const file = join(directory, "file");
    // Above 8 MB, the CLI sends parts.
    writeFileSync(file, "x".repeat(9_000_000));
    await cli("s3", "mb", "s3://bucket");
    await cli("s3", "cp", file, "s3://bucket/a b+(ü)/c", "--no-progress");
    await cli("s3", "cp", "s3://bucket/a b+(ü)/c", `${file}.2`, "--no-progress");
    expect(readFileSync(`${file}.2`).equals(readFileSync(file))).toBe(true);

    const url = await cli("s3", "presign", "s3://bucket/a b+(ü)/c", "--expires-in", "60");
    const found = await fetch(url);
    expect([found.status, (await found.text()).length]).toEqual([200, 9_000_000]);
    expect((await fetch(url.replace("X-Amz-Expires=60", "X-Amz-Expires=600"))).status).toBe(403);
    const short = await cli("s3", "presign", "s3://bucket/a", "--expires-in", "1");
    await until(async () => (await (await fetch(short)).text()).includes("Request has expired"));
  });

  it("invokes a function", async () => {
    const role = await makeRole(consumer, "invoked");
    await makeFunction(consumer, "invoked", role, "exports.handler = async (event) => event");
    const file = join(directory, "result");
    await cli("lambda", "invoke", "--function-name", "invoked", file);
    expect(readFileSync(file, "utf8")).toBe("{}");
  });
});

describe("an IAM user's access key", () => {
  it("works while it is active", async () => {
    await consumer.iam.send(new CreateUserCommand({ UserName: "somebody" }));
    const { AccessKey: key } = await consumer.iam.send(
      new CreateAccessKeyCommand({ UserName: "somebody" }),
    );
    const AccessKeyId = key?.AccessKeyId ?? "";
    const credentials = {
      accessKeyId: AccessKeyId,
      secretAccessKey: key?.SecretAccessKey ?? "",
    };
    const sts = new STSClient({ endpoint: aws().url, region: REGION, credentials });
    const ask = () => sts.send(new GetCallerIdentityCommand({}));
    const set = (Status: "Active" | "Inactive") =>
      consumer.iam.send(new UpdateAccessKeyCommand({ UserName: "somebody", AccessKeyId, Status }));

    expect((await ask()).Arn).toBe(`arn:aws:iam::${CONSUMER}:user/somebody`);
    await set("Inactive");
    expect(await refusal(ask())).toMatch(/^InvalidClientTokenId/);
    await set("Active");
    expect(await refusal(ask())).toBe("accepted");
    expect(await refusal(sts.send(new GetSessionTokenCommand({})))).toMatch(
      /^AccessDenied: the local AWS has no GetSessionToken/,
    );
    await consumer.iam.send(new DeleteAccessKeyCommand({ UserName: "somebody", AccessKeyId }));
    expect(await refusal(ask())).toMatch(/^InvalidClientTokenId/);
  });
});
