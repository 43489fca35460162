import { GetRoleCommand } from "@aws-sdk/client-iam";
import {
  GetFunctionConfigurationCommand,
  type FunctionConfiguration,
} from "@aws-sdk/client-lambda";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import type { Accounts, Memory } from "./accounts";
import { trustsLambda } from "./role-policies";
import type { Principals } from "./principals";
import {
  AwsError,
  bodyOf,
  jsonReply,
  parseArn,
  type Call,
  type Handler,
  type Json,
  type Reply,
} from "./requests";

interface Code {
  ZipFile?: string;
  S3Bucket?: string;
  S3Key?: string;
  ImageUri?: string;
}

/** Functions live in moto; kept here is what it does not give back: the zip and the logging settings. */
export class Functions {
  private readonly zips = new Map<string, Buffer>();
  private readonly logging = new Map<string, Json>();

  constructor(
    private readonly accounts: Accounts,
    private readonly memory: Memory,
    private readonly principals: Principals,
  ) {}

  zip(functionArn: string): Buffer | undefined {
    return this.zips.get(functionArn);
  }

  /** The function's settings; undefined when there is no such function. */
  configuration(
    functionArn: string,
  ): Promise<FunctionConfiguration | undefined> {
    return this.memory.remember(`function ${functionArn}`, async () => {
      const { account, region } = parseArn(functionArn);
      const FunctionName = nameOf(functionArn);
      try {
        const found = await this.accounts
          .lambda(account, region)
          .send(new GetFunctionConfigurationCommand({ FunctionName }));
        return { ...found, LoggingConfig: this.loggingOf(functionArn) };
      } catch (error) {
        if ((error as Error).name === "ResourceNotFoundException")
          return undefined;
        throw error;
      }
    });
  }

  readonly handlers: Record<string, Handler> = {
    "lambda.CreateFunction": async (call) => {
      const body = bodyOf<{
        FunctionName: string;
        Role: string;
        Code: Code;
        LoggingConfig?: Json;
      }>(call);
      await this.mustBeAssumable(body.Role);
      const zip = await this.zipOf(call, body.Code);
      const reply = await call.forward();
      if (reply.status >= 300) return reply;
      const arn = functionArnOf(call, body.FunctionName);
      if (zip) this.zips.set(arn, zip);
      if (body.LoggingConfig) this.logging.set(arn, body.LoggingConfig);
      return this.withLogging(reply, arn);
    },
    "lambda.UpdateFunctionConfiguration": async (call) => {
      const { Role: role, LoggingConfig: logging } = bodyOf<{
        Role?: string;
        LoggingConfig?: Json;
      }>(call);
      const arn = functionArnOf(call);
      const known = await this.configuration(arn);
      if (role && role !== known?.Role) await this.mustBeAssumable(role);
      const reply = await call.forward();
      if (reply.status >= 300) return reply;
      if (logging) this.logging.set(arn, logging);
      return this.withLogging(reply, arn);
    },
    "lambda.UpdateFunctionCode": async (call) => {
      const arn = functionArnOf(call);
      const body = bodyOf<Code & { DryRun?: boolean }>(call);
      const zip = await this.zipOf(call, body);
      const reply = await call.forward();
      if (reply.status >= 300) return reply;
      if (zip && !body.DryRun) this.zips.set(arn, zip);
      return this.withLogging(reply, arn);
    },
    "lambda.GetFunctionConfiguration": async (call) =>
      this.withLogging(await call.forward(), functionArnOf(call)),
    "lambda.GetFunction": async (call) => {
      const reply = await call.forward();
      if (reply.status >= 300) return reply;
      const found = bodyOf<{ Configuration: Json }>(reply);
      const LoggingConfig = this.loggingOf(functionArnOf(call));
      return jsonReply({
        ...found,
        Configuration: { ...found.Configuration, LoggingConfig },
      });
    },
    "lambda.DeleteFunction": async (call) => {
      const reply = await call.forward();
      if (reply.status >= 300 || call.query.has("Qualifier")) return reply;
      this.zips.delete(functionArnOf(call));
      this.logging.delete(functionArnOf(call));
      return reply;
    },
  };

  private loggingOf(arn: string) {
    return {
      LogFormat: "Text" as const,
      LogGroup: `/aws/lambda/${nameOf(arn)}`,
      ...this.logging.get(arn),
    };
  }

  private withLogging(reply: Reply, arn: string): Reply {
    if (reply.status >= 300) return reply;
    return jsonReply(
      { ...bodyOf<object>(reply), LoggingConfig: this.loggingOf(arn) },
      reply.status,
    );
  }

  private async zipOf(call: Call, code: Code): Promise<Buffer | undefined> {
    if (code.ZipFile) return Buffer.from(code.ZipFile, "base64");
    if (!code.S3Bucket) return undefined;
    const object = await this.accounts
      .s3(call.account, call.region)
      .send(new GetObjectCommand({ Bucket: code.S3Bucket, Key: code.S3Key }))
      .catch(() => undefined);
    const bytes = await object?.Body?.transformToByteArray();
    return bytes && Buffer.from(bytes);
  }

  private async mustBeAssumable(roleArn: string): Promise<void> {
    const { account, resource } = parseArn(roleArn);
    const exists = (await this.principals.uniqueId(roleArn)) !== undefined;
    if (exists && this.principals.hasPropagated(roleArn)) {
      const RoleName = resource.split("/").at(-1);
      const iam = this.accounts.iam(account, "us-east-1");
      const { Role: role } = await iam.send(new GetRoleCommand({ RoleName }));
      const trust = decodeURIComponent(role?.AssumeRolePolicyDocument ?? "{}");
      if (await trustsLambda(roleArn, trust)) return;
    }
    throw new AwsError(
      "InvalidParameterValueException",
      "The role defined for the function cannot be assumed by Lambda.",
    );
  }
}

/** The ARN of the function that a request's path, or `name` in its body, names: a name, a partial or a whole ARN. */
export function functionArnOf(
  call: Pick<Call, "region" | "account" | "path">,
  name = /\/functions\/([^/]+)/.exec(call.path)?.[1] ?? "",
): string {
  const bare = name.startsWith("arn:")
    ? nameOf(name)
    : name.replace(/^\d{12}:function:/, "").split(":")[0];
  const account = name.startsWith("arn:")
    ? parseArn(name).account
    : call.account;
  return `arn:aws:lambda:${call.region}:${account}:function:${bare}`;
}

export function nameOf(functionArn: string): string {
  return functionArn.split(":")[6] ?? "";
}
