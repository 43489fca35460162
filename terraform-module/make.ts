import { DataArchiveFile } from "@cdktf/provider-archive/lib/data-archive-file";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import {
  App,
  Fn,
  TerraformOutput,
  TerraformStack,
  TerraformVariable,
  TerraformVariableConfig,
  Token,
} from "cdktf";
import { buildSync } from "esbuild";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { format, resolveConfig } from "prettier";
import {
  CrossAccountConsumer,
  LambdaCode,
  ProducerStream,
  StartingPosition,
  StreamMode,
} from "../modules";
import { defaultRecordAgeSeconds } from "../modules/cross-account-consumer/record-age";

const ROOT = path.resolve(__dirname, "..");
const CODE = "function";

/** The parts of Terraform's JSON syntax that a module writes otherwise than a stack. */
interface Configuration {
  readonly terraform: { readonly backend?: unknown };
  readonly provider?: unknown;
  readonly resource: Record<string, object>;
  readonly data: Record<string, object>;
  readonly variable: Record<string, unknown>;
}

/** Variables of the module, as what the constructs take: tokens. */
class Variables {
  constructor(private readonly stack: TerraformStack) {}

  public text(name: string, description: string, fallback?: string): string {
    return this.declare(name, {
      type: "string",
      description,
      default: fallback,
      nullable: false,
    }).stringValue;
  }

  public number(name: string, description: string, fallback: number): number {
    return this.declare(name, {
      type: "number",
      description,
      default: fallback,
      nullable: false,
    }).numberValue;
  }

  /** One of an enum's values. */
  public choice(name: string, description: string, fallback: string): TerraformVariable["value"] {
    return this.declare(name, {
      type: "string",
      description,
      default: fallback,
      nullable: false,
    }).value;
  }

  public map(name: string, description: string): void {
    this.declare(name, {
      type: "map(string)",
      description,
      default: {},
      nullable: false,
    });
  }

  /** One that may be left out, which Terraform spells `null`. */
  public optional(name: string, type: "string" | "number", description: string): TerraformVariable {
    const variable = this.declare(name, { type, description });
    // cdktf itself cannot write a default of null.
    variable.addOverride("default", null);
    return variable;
  }

  /** One that may be left out for the value of another. */
  public either(name: string, description: string, other: string): string {
    const { stringValue } = this.optional(name, "string", description);
    return Token.asString(Fn.coalesce([stringValue, other]));
  }

  private declare(name: string, config: TerraformVariableConfig): TerraformVariable {
    return new TerraformVariable(this.stack, name, config);
  }
}

/** The default pipeline: one stream, and one consumer with enhanced fan-out. */
class Pipeline extends TerraformStack {
  constructor(app: App, id: string) {
    super(app, id);
    const variables = new Variables(this);
    const retentionPeriodHours = variables.number(
      "retention_period_hours",
      "How long records stay readable, in hours: 24 to 8760",
      24,
    );
    const stream = this.stream(variables, retentionPeriodHours);
    const consumer = this.consumer(variables, stream, retentionPeriodHours);
    this.letCodeBeGiven(variables, consumer);
    this.letEnvironmentBeGiven(variables, consumer);
    this.describe(stream, consumer);
  }

  private stream(variables: Variables, retentionPeriodHours: number): ProducerStream {
    const stream = new ProducerStream(this, "stream", {
      provider: new AwsProvider(this, "producer", { alias: "producer" }),
      streamName: variables.text("stream_name", "Name of the stream"),
      retentionPeriodHours,
    });
    variables
      .optional(
        "shard_count",
        "number",
        "Number of shards; leave it out for on-demand capacity, where AWS adds and removes them",
      )
      .addValidation({
        condition:
          "${var.shard_count == null ? true : var.shard_count >= 1 && var.shard_count <= 10000 && floor(var.shard_count) == var.shard_count}",
        errorMessage:
          "'shard_count' must be an integer from 1 to 10000; leave it out for on-demand capacity",
      });
    // The library takes no property that may be null: what is left out, it leaves out for good.
    stream.stream.addOverride("shard_count", "${var.shard_count}");
    stream.stream.addOverride(
      "stream_mode_details.stream_mode",
      `\${var.shard_count == null ? "${StreamMode.ON_DEMAND}" : "${StreamMode.PROVISIONED}"}`,
    );
    return stream;
  }

  private consumer(
    variables: Variables,
    stream: ProducerStream,
    retentionPeriodHours: number,
  ): CrossAccountConsumer {
    const consumerName = variables.text("consumer_name", "Name of the registered consumer");
    const functionName = variables.either(
      "function_name",
      "Name of the function; leave it out for consumer_name",
      consumerName,
    );
    return new CrossAccountConsumer(this, "consumer", {
      provider: new AwsProvider(this, "consumer-account", {
        alias: "consumer",
      }),
      stream,
      consumerName,
      functionName,
      roleName: variables.either(
        "role_name",
        "Name of the function's execution role; leave it out for the function's name",
        functionName,
      ),
      code: LambdaCode.fromDirectory(CODE),
      handler: variables.text(
        "handler",
        "Entry point of the function, <file>.<export>",
        "index.handler",
      ),
      runtime: variables.text("runtime", "Runtime of the function", "nodejs22.x"),
      memorySizeMb: variables.number(
        "memory_size_mb",
        "Memory of the function, in MB: 128 to 10240",
        256,
      ),
      timeoutSeconds: variables.number(
        "timeout_seconds",
        "Longest time for one batch, in seconds: 1 to 900",
        60,
      ),
      logRetentionDays: variables.number(
        "log_retention_days",
        "How long logs are kept, in days",
        30,
      ),
      startingPosition: variables.choice(
        "starting_position",
        "Where a new mapping starts to read: TRIM_HORIZON or LATEST",
        StartingPosition.TRIM_HORIZON,
      ),
      batchSize: variables.number("batch_size", "Most records in one batch: 1 to 10000", 100),
      maximumBatchingWindowInSeconds: variables.number(
        "maximum_batching_window_in_seconds",
        "How long Lambda gathers records for one batch, in seconds: 0 to 300",
        0,
      ),
      parallelizationFactor: variables.number(
        "parallelization_factor",
        "Batches processed at the same time per shard: 1 to 10",
        1,
      ),
      maximumRetryAttempts: variables.number(
        "maximum_retry_attempts",
        "How often a failing batch is retried before it goes to the on-failure queue: 0 to 10000, or -1 for as long as the record lives",
        500,
      ),
      maximumRecordAgeInSeconds: this.recordAge(variables, retentionPeriodHours),
    });
  }

  private recordAge(variables: Variables, retentionPeriodHours: number): number {
    const { numberValue } = variables.optional(
      "maximum_record_age_in_seconds",
      "number",
      "How old a record may get before it goes to the on-failure queue, in seconds: 60 to 604800, or -1 for no limit; leave it out for half of the retention, at most a day",
    );
    const fallback = defaultRecordAgeSeconds(retentionPeriodHours);
    return Token.asNumber(Fn.coalesce([numberValue, fallback]));
  }

  /** The library copies a directory that is known now; a module's user has another one. */
  private letCodeBeGiven(variables: Variables, consumer: CrossAccountConsumer): void {
    variables.optional(
      "code_directory",
      "string",
      "Directory that holds the function's code as Lambda runs it; leave it out for a function that logs each record",
    );
    const archive = consumer.node.findAll().find((node) => node instanceof DataArchiveFile);
    if (!archive) {
      throw new Error("the library does not archive the code any more");
    }
    archive.addOverride(
      "source_dir",
      `\${coalesce(var.code_directory, "\${path.module}/${CODE}")}`,
    );
    archive.addOverride(
      "output_path",
      "${path.module}/${var.stream_name}.${var.consumer_name}.zip",
    );
  }

  /** AWS has no environment without variables: Terraform would make it anew in every plan. */
  private letEnvironmentBeGiven(variables: Variables, consumer: CrossAccountConsumer): void {
    variables.map("environment", "Environment variables of the function");
    consumer.lambdaFunction?.addOverride("dynamic.environment", {
      for_each: "${length(var.environment) == 0 ? [] : [var.environment]}",
      content: { variables: "${environment.value}" },
    });
  }

  private describe(stream: ProducerStream, consumer: CrossAccountConsumer): void {
    for (const [name, description, value] of [
      ["stream_arn", "ARN of the stream", stream.streamArn],
      ["kms_key_arn", "ARN of the stream's key", stream.kmsKeyArn],
      [
        "consumer_arn",
        "ARN of the registered consumer, which ends in its creation time",
        consumer.consumerArn,
      ],
      ["function_arn", "ARN of the function", consumer.functionArn],
      ["role_arn", "ARN of the function's role", consumer.roleArn],
      ["log_group_name", "Name of the function's log group", consumer.logGroupName],
      ["event_source_mapping_id", "UUID of the event source mapping", consumer.mapping.uuid],
      [
        "on_failure_queue_url",
        "URL of the queue that is told of records that Lambda gave up on",
        consumer.onFailureQueueUrl,
      ],
    ] as const) {
      new TerraformOutput(this, name, { description, value });
    }
  }
}

/** What a stack has and a module must not: providers and a backend of its own, and cdktf's notes. */
function asModule({ terraform, provider, ...rest }: Configuration): object {
  const { backend, ...settings } = terraform;
  return {
    terraform: {
      ...settings,
      required_version: ">= 1.5",
      required_providers: {
        archive: { source: "hashicorp/archive", version: ">= 2.7" },
        aws: {
          source: "hashicorp/aws",
          version: ">= 5.100",
          configuration_aliases: ["aws.producer", "aws.consumer"],
        },
      },
    },
    ...rest,
  };
}

/** As a module's users read it: addresses without cdktf's hash, variables by the names they have here. */
function inTerraformsWords(configuration: Configuration): Configuration {
  const { resource, data, variable } = configuration;
  let text = JSON.stringify(configuration, (key, value: unknown) =>
    key === "//" ? undefined : value,
  );
  for (const id of [resource, data]
    .flatMap((types) => Object.values(types))
    .flatMap((elements) => Object.keys(elements))) {
    const name = id.replace(/_[0-9A-F]{8}$/, "").replace(/-/g, "_");
    text = text.replaceAll(id, name);
  }
  text = text.replace(/'([a-zA-Z]+)'/g, (quoted, property: string) => {
    const name = property.replace(/[A-Z]/g, (x) => `_${x.toLowerCase()}`);
    return name in variable ? `'${name}'` : quoted;
  });
  return JSON.parse(text) as Configuration;
}

/** Writes main.tf.json and the function's code: the same bytes wherever it is run. */
async function make(directory: string): Promise<void> {
  const code = path.join(directory, CODE, "index.js");
  buildSync({
    absWorkingDir: ROOT,
    entryPoints: ["handler/index.ts"],
    bundle: true,
    platform: "node",
    target: "node22",
    banner: { js: "/* eslint-disable */\n// Made by `npm run build:module`." },
    outfile: code,
  });
  const style = await resolveConfig(__filename);
  fs.writeFileSync(
    code,
    await format(fs.readFileSync(code, "utf8"), { ...style, parser: "babel" }),
  );
  process.chdir(directory);
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), "module-"));
  const app = new App({ outdir, stackTraces: false });
  new Pipeline(app, "pipeline");
  app.synth();
  const stack = path.join(outdir, "stacks", "pipeline", "cdk.tf.json");
  const configuration = JSON.parse(fs.readFileSync(stack, "utf8")) as Configuration;
  fs.rmSync(outdir, { recursive: true });
  fs.writeFileSync(
    path.join(directory, "main.tf.json"),
    await format(JSON.stringify(asModule(inTerraformsWords(configuration))), {
      ...style,
      parser: "json",
    }),
  );
}

void make(path.resolve(process.argv[2] ?? __dirname));
