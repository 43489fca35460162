import { execFileSync } from "node:child_process";
import { PRODUCT_DEFAULTS } from "../../cli/src/doctor/mapping-fixes";
import { repairsOf, type Fix } from "../../cli/src/doctor/repairs";
import { MAPPING_PROPERTIES } from "../../modules/cross-account-consumer/mapping";
import {
  allowRole,
  CONFIGURATION,
  CONSUMER,
  diagnosis,
  document,
  gone,
  KEY,
  ROLE,
  STREAM,
  role,
} from "./recorded-pipeline";
import type { Answers } from "./recorded";

/** The fixes for a pipeline, each of which a shell can read, with documents that are JSON. */
async function fixes(...args: Parameters<typeof diagnosis>): Promise<Record<string, Fix>> {
  const [all = []] = repairsOf([await diagnosis(...args)]);
  for (const command of all.flatMap(({ commands }) => commands)) {
    execFileSync("bash", ["-n", "-c", command]);
    for (const [, text = ""] of command.matchAll(/ '(\{(?:[^']|'\\'')*\})'/g)) {
      expect(() => JSON.parse(text.replaceAll("'\\''", "'")) as unknown).not.toThrow();
    }
  }
  return Object.fromEntries(all.map((fix) => [fix.finding.id, fix]));
}

const text = (fix: Fix | undefined): string => fix?.commands.join("\n") ?? "nothing";
const status = (ConsumerStatus: string): Answers => ({
  "kinesis:DescribeStreamConsumer": () => ({ ConsumerDescription: { ConsumerStatus } }),
});
const reregistered: Answers = {
  "kinesis:DescribeStreamConsumer": ({ ConsumerARN }: { ConsumerARN?: string }) =>
    ConsumerARN === undefined
      ? { ConsumerDescription: { ConsumerARN: `${CONSUMER}9`, ConsumerStatus: "ACTIVE" } }
      : gone()(),
  "lambda:ListTags": () => ({}),
};
const attached = (PolicyArn: string, text: string, defaults: Answers = {}): Answers => ({
  ...defaults,
  "iam:ListAttachedRolePolicies": () => ({ AttachedPolicies: [{ PolicyArn }] }),
  "iam:GetPolicy": () => ({ Policy: { DefaultVersionId: "v1" } }),
  "iam:GetPolicyVersion": () => ({ PolicyVersion: { Document: text } }),
});
const denyAll = document({ Sid: "Quarantine", Effect: "Deny", Action: "*", Resource: "*" });

describe("a fix", () => {
  it("names profile and Region in every command, in forms that a shell can read", async () => {
    const stream = { StreamStatus: "CREATING", EncryptionType: "KMS", KeyId: "alias/aws/kinesis" };
    const found = await fixes({
      ...status("CREATING"),
      "kinesis:DescribeStreamSummary": () => ({ StreamDescriptionSummary: stream }),
      "kms:DescribeKey": () => ({ KeyMetadata: { Arn: KEY, KeyManager: "AWS" } }),
      "lambda:GetFunctionConfiguration": () => ({ State: "Failed", Role: ROLE }),
    });
    const ids = ["stream-not-active", "stream-aws-managed-key", "consumer-not-active"];
    expect(Object.keys(found).sort()).toEqual([...ids, "function-not-active"].sort());
    for (const id of ids) {
      const calls = text(found[id]).match(
        /\baws [a-z0-9]+ [a-z-]+( [a-z-]+)? --\S+ \S+ --\S+ \S+/g,
      );
      expect(calls).not.toBeNull();
      calls?.forEach((call) =>
        expect(call).toMatch(/ --profile (111111111111|222222222222) --region eu-west-1$/),
      );
    }
    expect(text(found["stream-aws-managed-key"])).toContain(
      `"Condition":{"StringEquals":{"kms:ViaService":"kinesis.eu-west-1.amazonaws.com","kms:EncryptionContext:aws:kinesis:arn":"${STREAM}"}}`,
    );
  });

  it("does not replace what it could not read", async () => {
    const unreadable = { FilterCriteriaError: { ErrorCode: "KMSAccessDenied", Message: "no" } };
    const filters = await fixes({
      ...reregistered,
      "lambda:GetEventSourceMapping": () => ({ ...CONFIGURATION, ...unreadable }),
    });
    const tags = await fixes({ ...reregistered, "lambda:ListTags": gone("AccessDeniedException") });
    const policy = await fixes({
      ...reregistered,
      "kinesis:GetResourcePolicy": ({ ResourceARN }: { ResourceARN: string }) =>
        ResourceARN === STREAM ? { Policy: allowRole("kinesis:*") } : gone("AccessDenied")(),
    });
    expect(text(filters["consumer-reregistered"])).toContain("put-resource-policy");
    expect(text(policy["consumer-reregistered"])).not.toContain("put-resource-policy");
    for (const { "consumer-reregistered": fix } of [filters, tags, policy]) {
      expect(text(fix)).not.toMatch(/(create|delete)-event-source-mapping/);
      expect(fix?.says).toMatch(/could be read/);
    }
  });

  it("does not put a role's policy over one that it could not read", async () => {
    const { "consumer-reregistered": fix } = await fixes({
      ...reregistered,
      "iam:GetRolePolicy": gone("AccessDenied"),
    });
    expect(text(fix)).not.toContain("put-role-policy");
    expect(fix?.says).toContain("the role's policies could not be read");
  });

  it.each([
    ["/aws/lambda/analytics", {}],
    ["/shared/functions", { LoggingConfig: { LogGroup: "/shared/functions" } }],
  ])("reads what a failing function logged from its log group %s", async (group, logging) => {
    const { "function-fails": fix } = await fixes({
      "lambda:GetFunctionConfiguration": () => ({ State: "Active", Role: ROLE, ...logging }),
      "logs:DescribeLogGroups": () => ({ logGroups: [{ logGroupName: group }] }),
      "lambda:GetEventSourceMapping": () => ({
        ...CONFIGURATION,
        LastProcessingResult: "PROBLEM: Function call failed",
      }),
    });
    expect(text(fix)).toMatch(new RegExp(`logs filter-log-events .*--log-group-name ${group} `));
  });

  it("creates the mapping before it deletes the old one, with the same settings", async () => {
    const settings = {
      BatchSize: 3,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      TumblingWindowInSeconds: 60,
      StartingPosition: "AT_TIMESTAMP",
      StartingPositionTimestamp: new Date(0),
      KMSKeyArn: KEY,
      FilterCriteria: { Filters: [{ Pattern: '{"data":{"a":["it\'s $(id)"]}}' }] },
      MetricsConfig: { Metrics: ["EventCount"] },
    };
    const { "consumer-reregistered": fix } = await fixes({
      ...reregistered,
      "lambda:GetEventSourceMapping": () => ({ ...CONFIGURATION, ...settings, State: "Disabled" }),
    });
    const [, input = ""] = /--cli-input-json '(.*?)' --query/.exec(text(fix)) ?? [];
    expect(JSON.parse(input.replaceAll("'\\''", "'"))).toEqual({
      ...settings,
      StartingPositionTimestamp: "1970-01-01T00:00:00.000Z",
      EventSourceArn: `${CONSUMER}9`,
      FunctionName: CONFIGURATION.FunctionArn,
      Enabled: false,
    });
    expect(text(fix)).toMatch(
      /create-event-source-mapping .* \[ -n "\$MAPPING" \] && .* delete-ev/,
    );
  });

  it("detaches a policy of AWS that denies, and replaces a boundary of AWS", async () => {
    const quarantine = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3";
    const denied = await fixes(attached(quarantine, denyAll));
    expect(denied["role-policy-stream"]?.says).toContain("statement Quarantine");
    expect(text(denied["role-policy-stream"])).toBe(
      `aws iam detach-role-policy --profile 222222222222 --region eu-west-1 --role-name reader --policy-arn ${quarantine}`,
    );
    const boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    const limited = await fixes(
      attached(boundary, allowRole("s3:Get*"), {
        ...role({ PermissionsBoundary: { PermissionsBoundaryArn: boundary } }),
      }),
    );
    expect(text(limited["boundary-denies"])).toMatch(
      /iam create-policy .*--policy-name reader-boundary .* && aws iam put-role-permissions-boundary .*policy\/reader-boundary/,
    );
  });

  it("puts a customer's policy as a new version, or detaches what only denies", async () => {
    const own = "arn:aws:iam::222222222222:policy/guard";
    const NotAction = document({ Effect: "Deny", NotAction: "s3:*", Resource: "*" });
    expect(text((await fixes(attached(own, NotAction)))["role-policy-stream"])).toMatch(
      /iam create-policy-version .*"NotAction":"s3:\*","NotResource":\[/,
    );
    const only = document({ Effect: "Deny", Action: "kms:Decrypt", Resource: KEY });
    expect(text((await fixes(attached(own, only)))["role-policy-key"])).toContain(
      `iam detach-role-policy`,
    );
    const several = document({
      Sid: "S",
      Effect: "Deny",
      Action: ["kms:Decrypt", "kms:Encrypt"],
      Resource: [KEY, "arn:other"],
    });
    expect(text((await fixes(attached(own, several)))["role-policy-key"])).toContain(
      JSON.stringify([
        {
          Sid: "S",
          Effect: "Deny",
          Action: ["kms:Decrypt", "kms:Encrypt"],
          Resource: ["arn:other"],
        },
        { Effect: "Deny", Action: ["kms:Encrypt"], Resource: [KEY] },
      ]),
    );
  });

  it("takes Lambda out of a Deny of the trust policy", async () => {
    const Service = ["ec2.amazonaws.com", "lambda.amazonaws.com"];
    const statement = { Effect: "Deny", Principal: { Service }, Action: "sts:AssumeRole" };
    const { "role-trust-denies": fix } = await fixes(
      role({ AssumeRolePolicyDocument: document(statement) }),
    );
    expect(text(fix)).toContain('{"Effect":"Deny","Principal":{"Service":["ec2.amazonaws.com"]}');
    expect(text(fix)).toContain('"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"}');
  });

  it("corrects the policies of topics and buckets, and creates them again", async () => {
    const Deny = { Effect: "Deny", Principal: "*", Action: "*", Resource: "*" };
    const only = { ...Deny, Principal: { AWS: ROLE }, Action: ["s3:ListBucket", "s3:PutObject"] };
    const to = (Destination: string, more: Answers): Answers => ({
      "lambda:GetEventSourceMapping": () => ({
        ...CONFIGURATION,
        DestinationConfig: { OnFailure: { Destination } },
      }),
      ...more,
    });
    const topic = "arn:aws:sns:eu-west-1:222222222222:reports";
    const bucket = "arn:aws:s3:::reports";
    const fixOf = async (destination: string, more: Answers) =>
      text(Object.values(await fixes(to(destination, more)))[0]);
    expect(
      await fixOf(topic, {
        "sns:GetTopicAttributes": () => ({ Attributes: { Policy: document(Deny) } }),
      }),
    ).toContain(`"ArnNotEquals":{"aws:PrincipalArn":["${ROLE}"]}`);
    expect(await fixOf(topic, { "sns:GetTopicAttributes": gone("NotFound") })).toContain(
      "sns create-topic",
    );
    const exists = { "s3:HeadBucket": () => ({}) };
    expect(
      await fixOf(bucket, { ...exists, "s3:GetBucketPolicy": () => ({ Policy: document(only) }) }),
    ).toContain("s3api delete-bucket-policy");
    expect(
      await fixOf(bucket, { ...exists, "s3:GetBucketPolicy": () => ({ Policy: document(Deny) }) }),
    ).toContain("s3api put-bucket-policy");
    expect(await fixOf(bucket, { "s3:HeadBucket": gone("NotFound") })).toContain(
      "LocationConstraint",
    );
  });

  it("is one document for pipelines that share a policy", async () => {
    const shared: Answers = {
      "lambda:GetEventSourceMapping": () => ({ ...CONFIGURATION, EventSourceArn: STREAM }),
      "kinesis:GetResourcePolicy": gone(),
    };
    const other = ROLE.replace("reader", "other");
    const reports = repairsOf([
      await diagnosis(shared),
      await diagnosis({
        ...shared,
        ...role({ Arn: other, RoleName: "other" }),
        "lambda:GetFunctionConfiguration": () => ({ State: "Active", Role: other }),
      }),
    ]);
    const [[first] = [], [second] = []] = reports;
    expect(first?.printed.join()).toContain(`{"AWS":"${ROLE}"}`);
    expect(first?.printed.join()).toContain(`{"AWS":"${other}"}`);
    expect(second).toMatchObject({ printed: [], printedBy: ["stream-policy-missing"] });
  });

  it("registers the consumer that settings declare, and invokes their alias", async () => {
    const { "mapping-missing": fix } = await fixes(
      {
        "lambda:ListAliases": () => ({ Aliases: [] }),
        "lambda:ListEventSourceMappings": () => ({}),
        "kinesis:DescribeStreamConsumer": gone(),
      },
      {
        sourceArn: STREAM,
        uuid: undefined,
        declared: { consumerName: "efo-1", alias: "live" },
      },
    );
    expect(text(fix)).toContain("CONSUMER_EFO_1=$(aws kinesis register-stream-consumer");
    expect(text(fix)).toContain(`"EventSourceArn":"'"$CONSUMER_EFO_1"'"`);
    expect(text(fix)).toContain(`"FunctionName":"${CONFIGURATION.FunctionArn}:live"`);
    expect(fix?.says).toContain("No on-failure destination is known");
  });

  it("creates a mapping of which nothing is known with the library's defaults", () => {
    const { startingPosition, maximumRetryAttempts, bisectBatchOnFunctionError } =
      MAPPING_PROPERTIES;
    expect(PRODUCT_DEFAULTS).toMatchObject({
      StartingPosition: startingPosition.default,
      MaximumRetryAttempts: maximumRetryAttempts.default,
      BisectBatchOnFunctionError: bisectBatchOnFunctionError.default,
    });
  });
});
