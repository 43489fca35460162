import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import {
  App,
  DefaultTokenResolver,
  StringConcat,
  TerraformStack,
  Testing,
  Tokenization,
} from "cdktf";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CrossAccountConsumer,
  type CrossAccountConsumerProps,
  LambdaCode,
  ProducerStream,
  type ProducerStreamProps,
} from "../../modules";

export const REGION = "eu-central-1";
export const STREAM_NAME = "kds-cross-account-stream";
export const CONSUMER_NAME = "kds-cross-account-stream-efo-consumer";
export const STREAM_ARN = `arn:aws:kinesis:${REGION}:111111111111:stream/${STREAM_NAME}`;
export const CONSUMER_ARN = `${STREAM_ARN}/consumer/${CONSUMER_NAME}:1700000000`;
export const KEY_ARN = `arn:aws:kms:${REGION}:111111111111:key/11111111-2222-3333-4444-555555555555`;
export const ROLE_ARN = "arn:aws:iam::222222222222:role/reader";

/** Providers of the stream's account and of two consumers' accounts. */
export interface Providers {
  readonly producer: AwsProvider;
  readonly consumer: AwsProvider;
  readonly other: AwsProvider;
}

/** Parsed JSON; the test knows its structure. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

type Build = (stack: TerraformStack, providers: Providers) => void;

/** The synthesized document, without cdktf's own metadata. */
export class Synthesized {
  constructor(
    public readonly document: Json,
    private readonly stack: TerraformStack,
  ) {}

  public get resources(): Record<string, Json> {
    return this.document.resource ?? {};
  }

  public get data(): Record<string, Json> {
    return this.document.data ?? {};
  }

  public get outputs(): Record<string, Json> {
    return this.document.output ?? {};
  }

  /** All resources of a type. */
  public all(type: string): Json[] {
    return Object.values(this.resources[type] ?? {});
  }

  /** The one resource of a type. */
  public only(type: string): Json {
    const found = this.all(type);
    if (found.length !== 1) {
      throw new Error(`${found.length} resources are an ${type}, not one`);
    }
    return found[0]!;
  }

  /** The only resource whose name starts with the prefix: a construct's path, joined with `_`. */
  public named(type: string, prefix: string): Json {
    const found = Object.entries<Json>(this.resources[type] ?? {}).filter(([name]) =>
      name.startsWith(prefix),
    );
    if (found.length !== 1) {
      throw new Error(`${found.length} of ${type} are ${prefix}, not one`);
    }
    return found[0]![1];
  }

  /** The statements of the only policy of a type, or of the policy with this name. */
  public statements(type: string, prefix = ""): Json[] {
    return parsed(this.named(type, prefix).policy).Statement;
  }

  /** The warnings that cdktf prints. */
  public get warnings(): string[] {
    return this.stack.node
      .findAll()
      .flatMap(({ node }) => node.metadata)
      .filter(({ type }) => type === "@cdktf/warn")
      .map(({ data }) => data as string);
  }

  /** All addresses in Terraform's notation. */
  public get addresses(): string[] {
    const of = (section: Record<string, Json>, prefix: string): string[] =>
      Object.entries<Json>(section).flatMap(([type, named]) =>
        Object.keys(named).map((name) => `${prefix}${type}.${name}`),
      );
    return [...of(this.resources, ""), ...of(this.data, "data.")].sort();
  }
}

/** Synthesizes a stack, without the validations of the whole app. */
export function synthesize(build: Build, region?: string): Synthesized {
  const stack = stackOf(build, region);
  return new Synthesized(withoutMetadata(JSON.parse(Testing.synth(stack))), stack);
}

/** The error message of the app's validations; empty if it is valid. */
export function refusalOfApp(build: Build): string {
  const stack = stackOf(build);
  try {
    Testing.synth(stack, true);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

/** The sentences of the one error that a construct throws; empty if it is valid. */
export function refusals(build: Build, region?: string): string[] {
  const [head = "", ...sentences] = messageOf(() => stackOf(build, region));
  if (head === "") {
    return [];
  }
  const count = sentences.length;
  expect(head).toMatch(
    new RegExp(
      `^${count} invalid ${count === 1 ? "property" : "properties"} \\(at stack(/[a-z-]+)*\\):$`,
    ),
  );
  return sentences.map((sentence) => sentence.replace(/^ {2}- /, ""));
}

const messageOf = (build: () => unknown): string[] => {
  try {
    build();
    return [];
  } catch (error) {
    return (error as Error).message.split("\n");
  }
};

/** Parses JSON that contains Terraform expressions, whose quotes are not escaped. */
export const parsed = (json: string): Json =>
  JSON.parse(json.replace(EXPRESSION, (found) => found.replace(/"/g, String.raw`\"`)));

/** The inverse of `parsed`. */
export const written = (value: unknown): string =>
  JSON.stringify(value).replace(EXPRESSION, (found) => found.replace(/\\"/g, '"'));

const EXPRESSION = /\$\{[^}]*\}/g;

/** The end of the Sid of a statement that names created roles. */
export const roleIds = (...logicalIds: string[]): string =>
  `\${substr(sha1(jsonencode([${logicalIds.map((id) => `aws_iam_role.${id}.unique_id`).join(", ")}])), 0, 8)}`;

/** The value of a token in the synthesized document. */
export const resolved = (stack: TerraformStack, value: unknown): Json =>
  Tokenization.resolve(value, {
    scope: stack,
    preparing: false,
    resolver: new DefaultTokenResolver(new StringConcat()),
  });

/** A stream with only its required properties, and those given. */
export const aStream = (
  stack: TerraformStack,
  { producer }: Providers,
  props: Partial<ProducerStreamProps> = {},
  id = "stream",
): ProducerStream =>
  new ProducerStream(stack, id, {
    provider: producer,
    streamName: STREAM_NAME,
    ...props,
  });

/** A consumer with only its required properties, and those given. */
export function aConsumer(
  stack: TerraformStack,
  providers: Providers,
  props: Partial<CrossAccountConsumerProps> = {},
  id = "consumer",
): CrossAccountConsumer {
  return new CrossAccountConsumer(stack, id, {
    provider: providers.consumer,
    stream: props.stream ?? aStream(stack, providers),
    consumerName: CONSUMER_NAME,
    code: props.existingFunction ? undefined : LambdaCode.fromS3("code-bucket", "consumer.zip"),
    ...props,
  });
}

function stackOf(build: Build, region = REGION): TerraformStack {
  const stack = new TerraformStack(
    Testing.stubVersion(new App({ stackTraces: false, outdir })),
    "stack",
  );
  const provider = (alias: string): AwsProvider =>
    new AwsProvider(stack, `${alias}-account`, {
      alias,
      region: region || undefined,
    });
  build(stack, {
    producer: provider("producer"),
    consumer: provider("consumer"),
    other: provider("other"),
  });
  return stack;
}

/** Apps create a directory, and these write nothing into it, so that they can share one. */
const outdir = mkdtempSync(join(tmpdir(), "modules-"));

afterAll(() => rmSync(outdir, { recursive: true }));

function withoutMetadata(value: unknown): Json {
  if (Array.isArray(value)) {
    return value.map(withoutMetadata);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "//")
      .map(([key, inner]) => [key, withoutMetadata(inner)]),
  );
}
