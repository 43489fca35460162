import { ResourceNotFoundException, type FunctionConfiguration } from "@aws-sdk/client-lambda";
import type { Accounts, Memory } from "./accounts";
import type { Permissions } from "./permissions";
import { bodyOf, invalidParameter, jsonReply, notFound, parseArn } from "./requests";
import type { Call, Handlers, Reply } from "./requests";

interface Body {
  readonly FunctionName?: string;
  readonly Role?: string;
  readonly Code?: Body;
  readonly ZipFile?: string;
  readonly S3Bucket?: string;
  readonly S3Key?: string;
  readonly LoggingConfig?: object;
}

/** Functions live in moto; kept here is what it does not give back: the zip and the logging settings. */
export class Functions {
  private readonly zips = new Map<string, Buffer>();
  private readonly logging = new Map<string, object>();

  constructor(
    private readonly accounts: Accounts,
    private readonly memory: Memory,
    private readonly permissions: Permissions,
  ) {}

  zip(functionArn: string): Buffer {
    return this.zips.get(functionArn) ?? Buffer.alloc(0);
  }

  /** The function's settings; rejects with AWS's words when there is no such function. */
  configuration(arn: string): Promise<FunctionConfiguration> {
    return this.memory.remember(arn, async () => {
      const found = await this.accounts
        .owning(arn)
        .lambda.getFunctionConfiguration({ FunctionName: nameOf(arn) })
        .catch((error: unknown) => {
          if (!(error instanceof ResourceNotFoundException)) throw error;
          throw notFound(`Function not found: ${arn}`, 404);
        });
      return { ...found, LoggingConfig: this.loggingOf(arn) };
    });
  }

  readonly handlers: Handlers = {
    "lambda.CreateFunction": (call) => this.put(call),
    "lambda.UpdateFunctionCode": (call) => this.put(call),
    "lambda.UpdateFunctionConfiguration": (call) => this.put(call),
    "lambda.GetFunctionConfiguration": async (call) => this.shown(call, await call.forward()),
    "lambda.GetFunction": async (call) => this.shown(call, await call.forward()),
  };

  /** A put may bring a role, code and logging settings, each or none. */
  private async put(call: Call): Promise<Reply> {
    const body = bodyOf<Body>(call);
    const arn = functionArnOf(call, body.FunctionName);
    const isNew = call.operation === "CreateFunction";
    const known = isNew ? undefined : (await this.configuration(arn)).Role;
    const { Role: role = known } = body;
    if (role && role !== known && !(await this.permissions.lambdaMayAssume(role)))
      throw invalidParameter("The role defined for the function cannot be assumed by Lambda.");
    const zip = await this.zipIn(call, body.Code ?? body);
    const reply = await call.forward();
    if (reply.status >= 300) return reply;
    if (isNew || zip) this.zips.set(arn, zip ?? Buffer.alloc(0));
    if (isNew || body.LoggingConfig) this.logging.set(arn, body.LoggingConfig ?? {});
    return this.shown(call, reply);
  }

  /** moto's answer with the logging settings in it. */
  private shown(call: Call, reply: Reply): Reply {
    if (reply.status >= 300) return reply;
    const body = bodyOf<FunctionConfiguration & { Configuration?: FunctionConfiguration }>(reply);
    const { Configuration: configuration = body } = body;
    const arn = functionArnOf(call, configuration.FunctionName);
    Object.assign(configuration, { LoggingConfig: this.loggingOf(arn) });
    return jsonReply(body, reply.status);
  }

  private loggingOf(arn: string): FunctionConfiguration["LoggingConfig"] {
    const LogGroup = `/aws/lambda/${nameOf(arn)}`;
    return { LogFormat: "Text", LogGroup, ...this.logging.get(arn) };
  }

  private async zipIn(call: Call, code: Body): Promise<Buffer | undefined> {
    if (code.ZipFile) return Buffer.from(code.ZipFile, "base64");
    if (!code.S3Bucket) return undefined;
    const { s3 } = this.accounts.owning(functionArnOf(call));
    const object = s3.getObject({ Bucket: code.S3Bucket, Key: code.S3Key });
    const bytes = await object
      .then(({ Body: body }) => body?.transformToByteArray())
      .catch(() => undefined);
    return bytes && Buffer.from(bytes);
  }
}

/** The ARN of the function that a request's path, or `name` in its body, names: a name, a partial or a whole ARN. */
export function functionArnOf(
  { region, account, path }: Pick<Call, "region" | "account" | "path">,
  name = /\/functions\/([^/]+)/.exec(path)?.[1] ?? "",
): string {
  const [bare] = name.replace(/^(.*:)?function:/, "").split(":");
  const owner = name.startsWith("arn:") ? parseArn(name).account : account;
  return `arn:aws:lambda:${region}:${owner}:function:${bare}`;
}

export const nameOf = (functionArn: string): string => functionArn.split(":")[6] ?? "";
