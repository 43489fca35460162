import { repairsOf, type Diagnosis } from "../../cli/src/doctor/repairs";
import {
  CONFIGURATION,
  diagnosis,
  document,
  KEY,
  ROLE,
  STREAM,
  allowRole,
} from "./recorded-pipeline";
import type { Answers } from "./recorded";

export type Given = readonly [changes: Answers, reference?: Parameters<typeof diagnosis>[1]];

/** Everything that doctor asks and says about a pipeline, in one list. */
async function everything([changes, reference]: Given): Promise<string[]> {
  const calls: string[] = [];
  const { lines } = await diagnosis(changes, reference, (account, call, input) =>
    calls.push(`${account} ${call} ${JSON.stringify(input)}`),
  );
  const said = lines.map((line) => {
    if (line.status === "finding") {
      return `${line.check}: ${line.finding.id}: ${line.finding.evidence}`;
    }
    return `${line.check}: ${line.status} ${line.status === "ok" ? line.says : line.why}`;
  });
  return [...calls.sort(), ...said];
}

/**
 * What doctor asks (`account call input`) and says (`check: line`) only of this pipeline, and which
 * calls and lines only a good pipeline has.
 */
export async function difference(...given: Given): Promise<string[]> {
  const [good, other] = [await everything([{}]), await everything(given)];
  const gone = good
    .filter((one) => !other.includes(one))
    .map((one) => one.replace(/^\d+ (\S+) .*|^(.*?): ok .*/, "$1$2"));
  return [
    ...other.filter((one) => !good.includes(one)),
    ...(gone.length > 0 ? [`not ${gone.join(", ")}`] : []),
  ];
}

/** A command with the name of an account instead of its options. */
const short = (command: string): string =>
  command
    .replaceAll(" --profile 111111111111 --region eu-west-1", " @stream")
    .replaceAll(" --profile 222222222222 --region eu-west-1", " @function");

/** The fixes for each pipeline, in their order: the finding, what the fix says, and what to type. */
export const fixesOf = (...diagnoses: readonly Diagnosis[]): string[][] =>
  repairsOf(diagnoses).map((fixes) =>
    fixes.flatMap(({ finding, says, printed, printedBy }) => [
      `${finding.id}: ${says}`,
      ...printed.map((command) => `$ ${short(command)}`),
      ...printedBy.map((id) => `see ${id}`),
    ]),
  );

/** The fixes for one pipeline. */
export const fixes = async (...[changes, reference]: Given): Promise<string[]> =>
  fixesOf(await diagnosis(changes, reference))[0] ?? [];

export const OTHER = ROLE.replace("reader", "other");
export const READ = {
  Effect: "Allow",
  Action: "kinesis:*",
  Resource: "*",
  Principal: { AWS: ROLE },
};

export const configuration = (more: object): Answers => ({
  "lambda:GetEventSourceMapping": () => ({ ...CONFIGURATION, ...more }),
});
export const summary = (more: object): Answers => ({
  "kinesis:DescribeStreamSummary": () => ({
    StreamDescriptionSummary: {
      StreamStatus: "ACTIVE",
      EncryptionType: "KMS",
      KeyId: KEY,
      OpenShardCount: 1,
      ...more,
    },
  }),
});
export const key = (more: object): Answers => ({
  "kms:DescribeKey": () => ({ KeyMetadata: { Arn: KEY, KeyState: "Enabled", ...more } }),
});
/** Inline policies of the role, by their names. */
export const inline = (policies: Readonly<Record<string, readonly object[]>>): Answers => ({
  "iam:ListRolePolicies": () => ({ PolicyNames: Object.keys(policies) }),
  "iam:GetRolePolicy": ({ PolicyName }: { PolicyName: string }) => ({
    PolicyDocument: document(...(policies[PolicyName] ?? [])),
  }),
});
export const own = (...statements: readonly object[]): Answers => inline({ own: statements });
/** The stream's policy; the registered consumer's allows the role to read. */
export const streamPolicy = (...statements: readonly object[]): Answers => ({
  "kinesis:GetResourcePolicy": ({ ResourceARN }: { ResourceARN: string }) => ({
    Policy: ResourceARN === STREAM ? document(...statements) : allowRole("kinesis:*"),
  }),
});
/** Answers about the consumer by its ARN, and by its name. */
export const consumer = (byArn: () => object, byName: () => object): Answers => ({
  "kinesis:DescribeStreamConsumer": ({ ConsumerARN }: { ConsumerARN?: string }) =>
    ConsumerARN === undefined ? byName() : byArn(),
  "lambda:ListTags": () => ({}),
});
