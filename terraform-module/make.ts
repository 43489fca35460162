import { DataArchiveFile } from "@cdktf/provider-archive/lib/data-archive-file";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, Fn, Op, TerraformOutput, TerraformStack, TerraformVariable, Token } from "cdktf";
import { buildSync } from "esbuild";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  CrossAccountConsumer,
  LambdaCode,
  ProducerStream,
  type StartingPosition,
  StreamMode,
} from "../modules";
import { defaultRecordAgeSeconds } from "../modules/cross-account-consumer/mapping";
import { fixOf } from "../modules/properties/property";
import { mustBe, render } from "../modules/properties/problems";
import { replaceBetween, rewriteMarkdown } from "../scripts/markdown-tables";
import { terraformDocs, type TerraformModule } from "../scripts/terraform-docs";
import { writeFormatted } from "../scripts/write-formatted";
import { Variable, VARIABLES } from "./variables";

const ROOT = path.resolve(__dirname, "..");
const CODE = "function";

/** The parts of Terraform's JSON syntax that differ between a module and a stack. */
interface Configuration {
  readonly terraform: { readonly backend?: unknown };
  readonly provider?: unknown;
  readonly resource: Record<string, Record<string, Resource>>;
  readonly data: Record<string, object>;
  readonly variable: Record<string, { readonly validation?: readonly Rule[] }>;
}

interface Rule {
  readonly condition: string;
}

interface Resource {
  lifecycle?: { readonly precondition?: readonly Rule[] };
}

/** The module's variables, as values for the properties of the constructs. */
class Variables {
  private readonly declared = new Map<string, TerraformVariable>();

  constructor(stack: TerraformStack) {
    for (const variable of VARIABLES) {
      this.declared.set(variable.property, declareVariable(stack, variable));
    }
  }

  public string(property: string): string {
    return this.of(property).stringValue;
  }

  public number(property: string): number {
    return this.of(property).numberValue;
  }

  /** The variable, or the other value if it is null. */
  public stringOr(property: string, other: string): string {
    return Token.asString(Fn.coalesce([this.string(property), other]));
  }

  private of(property: string): TerraformVariable {
    const variable = this.declared.get(property);
    if (!variable) {
      throw new Error(`variables.ts declares no '${property}'`);
    }
    return variable;
  }
}

function declareVariable(stack: TerraformStack, declared: Variable): TerraformVariable {
  const { name, type, description, default: byDefault, isRequired, declaration } = declared;
  const isNullable = byDefault === null && !isRequired;
  const variable = new TerraformVariable(stack, name, {
    type,
    description,
    ...(!isNullable && { nullable: false, default: isRequired ? undefined : byDefault }),
  });
  if (isNullable) {
    // cdktf itself cannot write a default of null.
    variable.addOverride("default", null);
  }
  const { type: propertyType } = declaration;
  const value = type === "number" ? variable.numberValue : variable.stringValue;
  const condition = propertyType.condition?.(value);
  if (condition !== undefined) {
    variable.addValidation({
      condition: isNullable
        ? Fn.conditional(Op.eq(variable.value, Token.nullValue()), true, condition)
        : condition,
      errorMessage: render(
        mustBe(name, propertyType.rule, Token.asString(value), fixOf(declaration)),
      ),
    });
  }
  return variable;
}

/** The default pipeline: one stream, and one consumer with enhanced fan-out. */
class Pipeline extends TerraformStack {
  constructor(app: App, id: string) {
    super(app, id);
    const variables = new Variables(this);
    const stream = this.createStream(variables);
    const consumer = this.createConsumer(variables, stream);
    this.archiveGivenDirectory(consumer);
    this.omitEmptyEnvironment(consumer);
    this.createOutputs(stream, consumer);
  }

  private createStream(variables: Variables): ProducerStream {
    const stream = new ProducerStream(this, "stream", {
      provider: new AwsProvider(this, "producer", { alias: "producer" }),
      streamName: variables.string("streamName"),
      retentionPeriodHours: variables.number("retentionPeriodHours"),
    });
    // The constructs decide at synth whether there is a shard count; the module, in the plan.
    stream.stream.addOverride("shard_count", "${var.shard_count}");
    stream.stream.addOverride(
      "stream_mode_details.stream_mode",
      `\${var.shard_count == null ? "${StreamMode.ON_DEMAND}" : "${StreamMode.PROVISIONED}"}`,
    );
    return stream;
  }

  private createConsumer(variables: Variables, stream: ProducerStream): CrossAccountConsumer {
    const consumerName = variables.string("consumerName");
    const functionName = variables.stringOr("functionName", consumerName);
    return new CrossAccountConsumer(this, "consumer", {
      provider: new AwsProvider(this, "consumer-account", { alias: "consumer" }),
      stream,
      consumerName,
      functionName,
      roleName: variables.stringOr("roleName", functionName),
      code: LambdaCode.fromDirectory(CODE),
      handler: variables.string("handler"),
      runtime: variables.string("runtime"),
      memorySizeMb: variables.number("memorySizeMb"),
      timeoutSeconds: variables.number("timeoutSeconds"),
      logRetentionDays: variables.number("logRetentionDays"),
      startingPosition: variables.string("startingPosition") as unknown as StartingPosition,
      batchSize: variables.number("batchSize"),
      maximumBatchingWindowInSeconds: variables.number("maximumBatchingWindowInSeconds"),
      parallelizationFactor: variables.number("parallelizationFactor"),
      maximumRetryAttempts: variables.number("maximumRetryAttempts"),
      maximumRecordAgeInSeconds: Token.asNumber(
        Fn.coalesce([
          variables.number("maximumRecordAgeInSeconds"),
          defaultRecordAgeSeconds(variables.number("retentionPeriodHours")),
        ]),
      ),
    });
  }

  /** The construct archives the module's own code; the caller may give another directory. */
  private archiveGivenDirectory(consumer: CrossAccountConsumer): void {
    const archive = consumer.node.findAll().find((node) => node instanceof DataArchiveFile);
    if (!archive) {
      throw new Error("CrossAccountConsumer has no DataArchiveFile for its code");
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

  /** AWS drops an environment without variables, so Terraform would add it in every plan. */
  private omitEmptyEnvironment(consumer: CrossAccountConsumer): void {
    consumer.lambdaFunction?.addOverride("dynamic.environment", {
      for_each: "${length(var.environment) == 0 ? [] : [var.environment]}",
      content: { variables: "${environment.value}" },
    });
  }

  private createOutputs(stream: ProducerStream, consumer: CrossAccountConsumer): void {
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
        "URL of the queue that receives reports of records that Lambda gave up on",
        consumer.onFailureQueueUrl,
      ],
    ] as const) {
      new TerraformOutput(this, name, { description, value });
    }
  }
}

/** Removes what only a root module may have: provider configurations and a backend. */
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

/** Replaces cdktf's addresses by Terraform's, without a hash. */
function withTerraformNames(configuration: Configuration): Configuration {
  const { resource, data } = configuration;
  let text = JSON.stringify(configuration, (key, value: unknown) =>
    key === "//" ? undefined : value,
  );
  for (const id of [resource, data]
    .flatMap((types) => Object.values(types))
    .flatMap((elements) => Object.keys(elements))) {
    const name = id.replace(/_[0-9A-F]{8}$/, "").replace(/-/g, "_");
    text = text.replaceAll(id, name);
  }
  return JSON.parse(text) as Configuration;
}

/** Removes the preconditions that repeat the validation of a variable. */
function withoutRepeatedRules(configuration: Configuration): Configuration {
  const validations = new Set(
    Object.values(configuration.variable)
      .flatMap(({ validation = [] }) => validation)
      .map(({ condition }) => condition),
  );
  for (const resource of Object.values(configuration.resource).flatMap(Object.values<Resource>)) {
    const { precondition = [], ...lifecycle } = resource.lifecycle ?? {};
    const rest = precondition.filter((rule) => !validations.has(rule.condition));
    resource.lifecycle = { ...lifecycle, ...(rest.length > 0 && { precondition: rest }) };
    if (Object.keys(resource.lifecycle).length === 0) {
      delete resource.lifecycle;
    }
  }
  return configuration;
}

async function bundleFunction(file: string): Promise<void> {
  const { outputFiles } = buildSync({
    absWorkingDir: ROOT,
    entryPoints: ["handler/index.ts"],
    bundle: true,
    platform: "node",
    target: "node22",
    banner: { js: "/* eslint-disable */\n// Generated by `npm run build:module`." },
    write: false,
  });
  fs.mkdirSync(path.dirname(file), { recursive: true });
  await writeFormatted(file, outputFiles[0]?.text ?? "", "babel");
}

function synthesize(): Configuration {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), "module-"));
  const app = new App({ outdir, stackTraces: false });
  new Pipeline(app, "pipeline");
  app.synth();
  const stack = path.join(outdir, "stacks", "pipeline", "cdk.tf.json");
  const configuration = JSON.parse(fs.readFileSync(stack, "utf8")) as Configuration;
  fs.rmSync(outdir, { recursive: true });
  return configuration;
}

/** Writes main.tf.json, the function's code and the README's tables, without paths of this machine. */
async function make(directory: string): Promise<void> {
  await bundleFunction(path.join(directory, CODE, "index.js"));
  // LambdaCode.fromDirectory reads the directory relative to the working directory.
  process.chdir(directory);
  const module = asModule(withoutRepeatedRules(withTerraformNames(synthesize())));
  await writeFormatted(path.join(directory, "main.tf.json"), JSON.stringify(module), "json");
  const tables = `\n${terraformDocs(module as TerraformModule)}\n`;
  const readme = "README.md";
  await rewriteMarkdown(path.join(__dirname, readme), path.join(directory, readme), (text) =>
    replaceBetween(text, "<!-- BEGIN_TF_DOCS -->", "<!-- END_TF_DOCS -->", tables),
  );
}

void make(path.resolve(process.argv[2] ?? __dirname));
