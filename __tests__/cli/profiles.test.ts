import * as fs from "node:fs";
import { endpointsOf } from "../../cli/src/endpoints";
import { build, fromBoth, runCli } from "./world";
import { useWorld } from "./use-world";

/** Nothing listens there. */
const NOWHERE = "http://127.0.0.1:9";

const world = useWorld();

describe("the endpoint that a profile names", () => {
  beforeAll(() => build(world, "orders"));
  afterEach(() => {
    ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS"].forEach((name) =>
      Reflect.deleteProperty(process.env, name),
    );
  });

  /** Each time another file, since the SDK reads a file once. */
  let files = 0;
  function configure(...sections: readonly string[]): void {
    files += 1;
    const file = `${process.env.AWS_CONFIG_FILE}-${files}`;
    fs.writeFileSync(file, sections.join("\n"));
    process.env.AWS_CONFIG_FILE = file;
  }
  function doctor(...sections: readonly string[]) {
    configure(...sections);
    return runCli(["doctor", ...fromBoth("orders")]);
  }
  const profile = (name: string, line: string): string => `[profile ${name}]\n${line}\n`;
  const both = (line: string): string => profile("analytics", line) + profile("producer", line);

  it("is that of all its calls, whichever profile is in the environment", async () => {
    const { exitCode, stderr } = await doctor(both(`endpoint_url = ${world.aws.url}`));

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  });

  it("is that of single services, with another one for the rest", async () => {
    const services = ["cloudwatch_logs", "iam", "kinesis", "kms", "lambda", "sqs", "sts"]
      .map((service) => `${service} =\n  endpoint_url = ${world.aws.url}\n`)
      .join("");

    const { exitCode, stderr } = await doctor(
      both(`services = local\nendpoint_url = ${NOWHERE}`),
      `[services local]\n${services}`,
    );

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  });

  it("counts only without one of the environment", async () => {
    process.env.AWS_ENDPOINT_URL = world.aws.url;
    const ofAll = await doctor(both(`endpoint_url = ${NOWHERE}`));
    process.env.AWS_ENDPOINT_URL_STS = NOWHERE;
    const ofOne = await doctor(both(`endpoint_url = ${world.aws.url}`));

    expect(ofAll.exitCode).toBe(0);
    expect(ofOne.exitCode).toBe(3);
    // In Jest the SDK wraps the error, which is not of its own realm.
    expect(ofOne.stderr).toMatch(/^sts:GetCallerIdentity .*ECONNREFUSED 127\.0\.0\.1:9/);
  });

  it("does not count if the environment or the profile says so", async () => {
    configure(both(`endpoint_url = ${NOWHERE}`));
    const counted = await endpointsOf("analytics", ["sts"]);
    process.env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS = "true";
    const ignored = await endpointsOf("analytics", ["sts"]);
    Reflect.deleteProperty(process.env, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
    configure(both(`endpoint_url = ${NOWHERE}\nignore_configured_endpoint_urls = true`));

    expect(counted).toEqual({ sts: NOWHERE });
    expect(ignored).toEqual({});
    expect(await endpointsOf("analytics", ["sts"])).toEqual({});
  });
});

describe("a profile without a session", () => {
  const SSO = `sso_account_id = 222222222222\nsso_role_name = Admin\nregion = eu-west-1\n`;
  const START = "sso_start_url = https://corp.example.com/start\nsso_region = eu-west-1\n";
  const CONFIGURATION = `[profile sso]\nsso_session = corp\n${SSO}
[sso-session corp]\n${START}
[profile legacy]\n${START}${SSO}
[profile mfa]\nrole_arn = arn:aws:iam::222222222222:role/x\nsource_profile = analytics
mfa_serial = arn:aws:iam::222222222222:mfa/me\n`;
  const LOGIN = "there is no valid SSO session for profile";

  it.each([
    ["sso", `${LOGIN} sso (`, "); run 'aws sso login --profile sso' and then this again\n"],
    [
      "legacy",
      `${LOGIN} legacy (`,
      "); run 'aws sso login --profile legacy' and then this again\n",
    ],
    [
      "mfa",
      "profile mfa needs a code of an MFA device, ",
      "get a session with 'aws configure export-credentials --profile mfa --format env', put it into the environment and omit the profile, or put it into a profile and name that\n",
    ],
  ])("%s is told with what to type", async (name, start, end) => {
    const file = `${process.env.AWS_CONFIG_FILE}-sessions`;
    fs.writeFileSync(file, CONFIGURATION);
    process.env.AWS_CONFIG_FILE = file;

    const args = ["doctor", "--function", "orders", "--region", "eu-west-1", "--profile", name];
    const { exitCode, stdout, stderr } = await runCli(args);

    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: "" });
    expect(stderr.startsWith(start)).toBe(true);
    expect(stderr.endsWith(end)).toBe(true);
    expect(stderr.trimEnd()).not.toContain("\n");
  });
});
