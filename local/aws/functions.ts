import { ResourceNotFoundException, type FunctionConfiguration } from "@aws-sdk/client-lambda";
import { unzipSync } from "fflate";
import type { Accounts } from "./accounts";
import type { Permissions } from "./permissions";
import type { Cache } from "./cache";
import { invalidParameter, notFound } from "./errors";
import { parseFunctionArn } from "../../pipeline/arn";
import { functionArnOf } from "./function-arns";
import { type Call, type Handlers, type Reply, bodyOf, jsonReply } from "./protocol";

interface Body {
  readonly FunctionName?: string;
  readonly Role?: string;
  readonly Code?: Body;
  readonly ZipFile?: string;
  readonly S3Bucket?: string;
  readonly S3Key?: string;
  readonly LoggingConfig?: object;
  readonly Environment?: { readonly Variables?: Record<string, string> };
}

// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
const RESERVED_VARIABLES = [
  "_HANDLER",
  "_X_AMZN_TRACE_ID",
  "AWS_DEFAULT_REGION",
  "AWS_REGION",
  "AWS_EXECUTION_ENV",
  "AWS_LAMBDA_FUNCTION_NAME",
  "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
  "AWS_LAMBDA_FUNCTION_VERSION",
  "AWS_LAMBDA_INITIALIZATION_TYPE",
  "AWS_LAMBDA_LOG_GROUP_NAME",
  "AWS_LAMBDA_LOG_STREAM_NAME",
  "AWS_ACCESS_KEY",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_LAMBDA_RUNTIME_API",
  "LAMBDA_TASK_ROOT",
  "LAMBDA_RUNTIME_DIR",
];

// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const LARGEST_UNZIPPED_BYTES = 250 * 1024 * 1024;

/** Stores what moto does not return for a function or version: its zip and logging configuration. */
export class Functions {
  // Keyed by the ARN of the function or version.
  private readonly zips = new Map<string, Buffer>();
  private readonly logging = new Map<string, object>();

  constructor(
    private readonly accounts: Accounts,
    private readonly cache: Cache,
    private readonly permissions: Permissions,
  ) {}

  zip(functionArn: string): Buffer {
    return this.zips.get(functionArn) ?? Buffer.alloc(0);
  }

  /**
   * Configuration of a function, version or the version that an alias points to. Rejects with AWS's
   * error if it does not exist.
   */
  configuration(arn: string): Promise<FunctionConfiguration> {
    return this.cache.getOrLoad(arn, async () => {
      const { name: FunctionName, qualifier: Qualifier } = parseFunctionArn(arn);
      const found = await this.accounts
        .owning(arn)
        .lambda.getFunctionConfiguration({ FunctionName, Qualifier })
        .catch((error: unknown) => {
          if (!(error instanceof ResourceNotFoundException)) {
            throw error;
          }
          throw notFound(`Function not found: ${arn}`, 404);
        });
      return { ...found, LoggingConfig: this.loggingOf(found.FunctionArn ?? arn) };
    });
  }

  /** Returns true if the reserved concurrency of a function is 0, so that Lambda throttles every invocation. */
  isThrottled(arn: string): Promise<boolean> {
    const { unqualifiedArn, name: FunctionName } = parseFunctionArn(arn);
    return this.cache.getOrLoad(`concurrency of ${unqualifiedArn}`, async () => {
      const { lambda } = this.accounts.owning(arn);
      const { ReservedConcurrentExecutions: reserved } = await lambda.getFunctionConcurrency({
        FunctionName,
      });
      return reserved === 0;
    });
  }

  readonly handlers: Handlers = {
    "lambda.CreateFunction": (call) => this.put(call),
    "lambda.UpdateFunctionCode": (call) => this.put(call),
    "lambda.UpdateFunctionConfiguration": (call) => this.put(call),
    "lambda.PublishVersion": async (call) => this.published(call, await call.forward()),
    "lambda.GetFunctionConfiguration": async (call) => this.withLogging(call, await call.forward()),
    "lambda.GetFunction": async (call) => this.withLogging(call, await call.forward()),
  };

  private async put(call: Call): Promise<Reply> {
    const body = bodyOf<Body>(call);
    const arn = functionArnOf(call, body.FunctionName);
    const isNew = call.operation === "CreateFunction";
    const currentRole = isNew ? undefined : (await this.configuration(arn)).Role;
    const { Role: role = currentRole } = body;
    if (role && role !== currentRole && !(await this.permissions.lambdaMayAssume(role))) {
      throw invalidParameter("The role defined for the function cannot be assumed by Lambda.");
    }
    checkVariables(Object.keys(body.Environment?.Variables ?? {}));
    const zip = await this.zipIn(call, body.Code ?? body);
    if (zip) {
      checkSize(zip);
    }
    const reply = await call.forward();
    if (reply.status >= 300) {
      return reply;
    }
    if (isNew || zip) {
      this.zips.set(arn, zip ?? Buffer.alloc(0));
    }
    if (isNew || body.LoggingConfig) {
      this.logging.set(arn, body.LoggingConfig ?? {});
    }
    return this.published(call, reply);
  }

  /** Keeps the code and logging configuration that a version was published with. */
  private published(call: Call, reply: Reply): Reply {
    if (reply.status < 300) {
      const arn = functionArnOf(call, bodyOf<FunctionConfiguration>(reply).FunctionName);
      const { Version: version } = bodyOf<FunctionConfiguration>(reply);
      this.zips.set(`${arn}:${version}`, this.zip(arn));
      this.logging.set(`${arn}:${version}`, this.logging.get(arn) ?? {});
    }
    return this.withLogging(call, reply);
  }

  /** Adds the logging configuration to moto's response. */
  private withLogging(call: Call, reply: Reply): Reply {
    if (reply.status >= 300) {
      return reply;
    }
    const body = bodyOf<FunctionConfiguration & { Configuration?: FunctionConfiguration }>(reply);
    const { Configuration: configuration = body } = body;
    const arn = functionArnOf(call, configuration.FunctionName);
    const { Version: version } = configuration;
    Object.assign(configuration, { LoggingConfig: this.loggingOf(`${arn}:${version}`) });
    const qualifier = call.query.get("Qualifier");
    if (qualifier) {
      Object.assign(configuration, { FunctionArn: `${arn}:${qualifier}` });
    }
    return jsonReply(body, reply.status);
  }

  private loggingOf(arn: string): FunctionConfiguration["LoggingConfig"] {
    const { unqualifiedArn, name, qualifier } = parseFunctionArn(arn);
    const LogGroup = `/aws/lambda/${name}`;
    const settings = this.logging.get(qualifier === "$LATEST" ? unqualifiedArn : arn);
    return { LogFormat: "Text", LogGroup, ...settings };
  }

  private async zipIn(call: Call, code: Body): Promise<Buffer | undefined> {
    if (code.ZipFile) {
      return Buffer.from(code.ZipFile, "base64");
    }
    if (!code.S3Bucket) {
      return undefined;
    }
    const { s3 } = this.accounts.owning(functionArnOf(call));
    const object = s3.getObject({ Bucket: code.S3Bucket, Key: code.S3Key });
    const bytes = await object
      .then(({ Body: body }) => body?.transformToByteArray())
      .catch(() => undefined);
    return bytes && Buffer.from(bytes);
  }
}

function checkVariables(names: string[]): void {
  const reserved = names.filter((name) => RESERVED_VARIABLES.includes(name));
  if (reserved.length) {
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(", ")}`,
    );
  }
}

/** Adds up the sizes in the zip's directory, and unpacks nothing. */
function checkSize(zip: Buffer): void {
  let bytes = 0;
  try {
    unzipSync(zip, {
      filter: ({ originalSize }) => {
        bytes += originalSize;
        return false;
      },
    });
  } catch {
    throw invalidParameter(
      "Could not unzip uploaded file. Please check your file, then try to upload again.",
    );
  }
  if (bytes > LARGEST_UNZIPPED_BYTES) {
    throw invalidParameter(`Unzipped size must be smaller than ${LARGEST_UNZIPPED_BYTES} bytes`);
  }
}
