import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  InvokeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import { refusal } from "./refusal";
import { CONSUMER, makeFunction, makeRole, until } from "./two-accounts";
import { useTwoAccounts } from "./use-two-accounts";

let role: string;
const { consumer } = useTwoAccounts();

beforeAll(async () => {
  role = await makeRole(consumer, "runs");
});

async function invoke(name: string, source: string): Promise<Record<string, unknown>> {
  const Environment = { Variables: { MINE: "x" } };
  await makeFunction(consumer, name, role, source, { Environment, Timeout: 20 });
  return invokeAgain(name);
}

async function invokeAgain(name: string): Promise<Record<string, unknown>> {
  const { Payload } = await consumer.lambda.send(new InvokeCommand({ FunctionName: name }));
  return JSON.parse(Payload?.transformToString() ?? "") as Record<string, unknown>;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

// Documented at https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html, then those of
// the local endpoint and the home directory, and what Node.js and the shell set for their own processes.
const OWN_VARIABLES =
  /^(LANG|TZ|PATH|AWS_(DEFAULT_)?REGION|_HANDLER|LAMBDA_TASK_ROOT|AWS_EXECUTION_ENV|AWS_LAMBDA_\w+|AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|AWS_ENDPOINT_URL|HOME|MINE|NODE_CHANNEL_(FD|SERIALIZATION_MODE)|PWD|OLDPWD|SHLVL|_)$/;

describe("a function", () => {
  it("gets the variables that AWS documents and its own, and sees no others in its parent", async () => {
    const { own, parent, home, files } = await invoke(
      "variables",
      `const fs = require("node:fs");
       const names = (file) => fs.existsSync(file)
         ? fs.readFileSync(file, "latin1").split("\\0").filter(Boolean).map((one) => one.split("=")[0])
         : [];
       exports.handler = async () => ({
         own: [...Object.keys(process.env), ...names("/proc/self/environ")],
         parent: names("/proc/" + process.ppid + "/environ"),
         home: require("node:os").homedir(),
         files: fs.readdirSync(require("node:os").homedir()),
       });`,
    );
    const foreign = [own, parent].flat().filter((name) => !OWN_VARIABLES.test(String(name)));
    expect(foreign).toEqual([]);
    expect(own).toContain("MINE");
    if (process.platform === "linux") {
      expect(parent).toContain("MINE");
    }
    expect(home).not.toBe(process.env.HOME);
    expect(files).toEqual([]);
  });

  it("calls AWS as its role, with credentials that it got", async () => {
    const found = await invoke(
      "calls",
      `const { STS } = require("@aws-sdk/client-sts");
       exports.handler = async () => {
         const { Arn } = await new STS().getCallerIdentity();
         const RoleArn = "arn:aws:iam::${CONSUMER}:role/administrator";
         const refused = await new STS().assumeRole({ RoleArn, RoleSessionName: "any" })
           .catch((error) => error.name);
         return { Arn, refused };
       };`,
    );
    expect(found).toEqual({
      Arn: `arn:aws:sts::${CONSUMER}:assumed-role/runs/local-aws`,
      refused: "AccessDenied",
    });
  });

  it.each([
    ["process.kill(process.pid, 'SIGKILL')", "signal: SIGKILL"],
    ["process.exit(3)", "exit status 3"],
  ])("that ends itself by %s is reported as Lambda does", async (statement, reason) => {
    const name = `ends-${reason.replace(/\W+/g, "-")}`;
    const source = `exports.handler = () => { ${statement}; return new Promise(() => undefined) }`;
    const { errorMessage } = await invoke(name, source);
    expect(errorMessage).toContain(`Runtime exited with error: ${reason}`);
  });

  it.each([
    ["returns a value", "() => ({ a: 1 })"],
    ["returns nothing, after a timer", "() => { setTimeout(() => console.log('late'), 50); }"],
    ["waits for what never comes", "() => new Promise(() => undefined)"],
  ])("answers null when it neither calls back nor settles a promise: it %s", async (_, handler) => {
    const name = handler.replace(/\W+/g, "-").slice(0, 20);
    expect(await invoke(name, `exports.handler = ${handler};`)).toBeNull();
    expect(await invokeAgain(name)).toBeNull();
  });

  it("leaves neither processes nor files behind when it hangs", async () => {
    const file = join(tmpdir(), `hanging-process-${process.pid}`);
    const source = `exports.handler = () => {
      const seen = { pid: process.pid, home: require("node:os").homedir() };
      require("node:fs").writeFileSync(${JSON.stringify(file)}, JSON.stringify(seen));
      for (;;);
    }`;
    await makeFunction(consumer, "hangs", role, source, { Timeout: 1 });
    const { Payload } = await consumer.lambda.send(new InvokeCommand({ FunctionName: "hangs" }));
    expect(Payload?.transformToString()).toContain("timed out");
    const { pid, home } = JSON.parse(readFileSync(file, "utf8")) as { pid: number; home: string };
    expect(home.startsWith(tmpdir())).toBe(true);
    await until(() => Promise.resolve(!isRunning(pid)));
    await until(() => Promise.resolve(!existsSync(home)));
  });
});

describe("the local Lambda refuses", () => {
  const create = (settings: Partial<CreateFunctionCommandInput>) =>
    refusal(
      consumer.lambda.send(
        new CreateFunctionCommand({
          FunctionName: "refused",
          Role: role,
          Runtime: "nodejs22.x",
          Handler: "index.handler",
          Code: { ZipFile: zipSync({ "index.js": strToU8("") }) },
          ...settings,
        }),
      ),
    );
  const Environment = { Variables: { AWS_REGION: "x", MINE: "x", _HANDLER: "x" } };
  const reserved =
    "InvalidParameterValueException: Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: AWS_REGION, _HANDLER";

  it("reserved variables, when a function is created and when it is updated", async () => {
    expect(await create({ Environment })).toBe(reserved);
    await makeFunction(consumer, "updated", role, "");
    const update = new UpdateFunctionConfigurationCommand({ FunctionName: "updated", Environment });
    expect(await refusal(consumer.lambda.send(update))).toBe(reserved);
  });

  it("a zip of more than 250 MB unpacked, and one that cannot be unpacked", async () => {
    const large = Buffer.from(zipSync({ "index.js": strToU8("") }));
    // The size of the only file, in the zip's directory.
    large.writeUInt32LE(250 * 1024 * 1024 + 1, large.indexOf("PK\x01\x02") + 24);
    expect(await create({ Code: { ZipFile: large } })).toBe(
      "InvalidParameterValueException: Unzipped size must be smaller than 262144000 bytes",
    );
    expect(await create({ Code: { ZipFile: strToU8("no zip") } })).toMatch(
      /^InvalidParameterValueException: Could not unzip uploaded file/,
    );
  });
});
