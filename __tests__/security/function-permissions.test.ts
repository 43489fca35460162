import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack, Testing } from "cdktf";
import { CrossAccountConsumer, LambdaCode, ProducerStream } from "../../modules";
import { ANALYTICS, AWS, CHINA, Cloud, OWNER, US_GOV } from "./accounts";
import { broadened, removals, unconditioned } from "./changes";
import { documentOf, Policy, Statement } from "./policies";
import { Resolver } from "./resolver";
import { Configuration } from "./scenario";
import { isAllowed } from "./simulator";

/** Permissions of the function's role other than reading the stream and reporting failures. */

const SIDS = ["MountFileSystem", "DecryptEnvironment", "WriteOrders", "WriteLogs"];
const ROLE = "analytics";
/** Every resource allows everything, so that only the role's policies decide. */
const OPEN_DOOR = documentOf([
  { Effect: "Allow", Principal: { AWS: "*" }, Action: "*", Resource: "*" },
]);
const ELSEWHERE = "999999999999";

interface Question {
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string>>;
  readonly needed: boolean;
}

const arnsIn = ({ partition, region }: Cloud) => {
  const arn =
    (account: string) =>
    (service: string, resource: string): string =>
      `arn:${partition}:${service}:${region}:${account}:${resource}`;
  return { own: arn(ANALYTICS), other: arn(OWNER) };
};

function policiesIn(cloud: Cloud): Policy[] {
  const { own } = arnsIn(cloud);
  const stack = new TerraformStack(Testing.app(), "security");
  const provider = (alias: string, account: string) =>
    new AwsProvider(stack, alias, {
      alias,
      region: cloud.region,
      allowedAccountIds: [account],
    });
  new CrossAccountConsumer(stack, ROLE, {
    provider: provider("analytics-account", ANALYTICS),
    stream: new ProducerStream(stack, "stream", {
      provider: provider("owner", OWNER),
      streamName: "clickstream",
    }),
    consumerName: ROLE,
    code: LambdaCode.fromS3("code", "function.zip"),
    policyStatements: [
      {
        sid: "WriteOrders",
        actions: ["dynamodb:PutItem", "dynamodb:UpdateItem"],
        resources: [own("dynamodb", "table/orders")],
        conditions: { StringEquals: { "aws:RequestedRegion": [cloud.region] } },
      },
    ],
    vpc: { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] },
    fileSystem: {
      accessPointArn: own("elasticfilesystem", "access-point/fsap-0a1b2c3d4e5f60718"),
      localMountPath: "/mnt/data",
    },
    environment: { STAGE: "test" },
    environmentKmsKeyArn: own("kms", "key/0a1b2c3d"),
    existingLogGroupName: "/shared/functions",
  });
  const configuration = JSON.parse(Testing.synth(stack, true)) as Configuration;
  const resolver = new Resolver(configuration, cloud);
  return Object.entries(configuration.resource.aws_iam_role_policy ?? {}).map(([name, block]) => ({
    name,
    kind: "identity",
    arn: `arn:${cloud.partition}:iam::${ANALYTICS}:role/${ROLE}`,
    statements: (
      JSON.parse(resolver.text(String(block.policy))) as { Statement: Statement[] }
    ).Statement.filter(({ Sid = "" }) => SIDS.includes(Sid)),
  }));
}

/** Each action in each circumstance, also on resources whose ARN has the same beginning. */
function questionsIn(cloud: Cloud): Question[] {
  const { own, other } = arnsIn(cloud);
  const on = (
    resource: string,
    context: Question["context"],
    actions: Record<string, boolean>,
    isRight: boolean,
  ): Question[] =>
    Object.entries(actions).map(([action, needed]) => ({
      action,
      resource,
      context,
      needed: needed && isRight,
    }));
  const fileSystem = {
    "elasticfilesystem:ClientMount": true,
    "elasticfilesystem:ClientWrite": true,
    "elasticfilesystem:ClientRootAccess": false,
  };
  const through = (id: string) => ({
    "elasticfilesystem:AccessPointArn": own("elasticfilesystem", `access-point/${id}`),
  });
  const key = { "kms:Decrypt": true, "kms:Encrypt": false, "kms:GenerateDataKey": false };
  const of = (name: string) => ({
    "kms:EncryptionContext:aws:lambda:FunctionArn": own("lambda", `function:${name}`),
  });
  const table = {
    "dynamodb:PutItem": true,
    "dynamodb:UpdateItem": true,
    "dynamodb:DeleteTable": false,
  };
  const inRegion = (name: string) => ({ "aws:RequestedRegion": name });
  const logs = {
    "logs:CreateLogStream": true,
    "logs:PutLogEvents": true,
    "logs:DeleteLogStream": false,
  };
  const fs = own("elasticfilesystem", "file-system/fs-0a1b2c3d");
  const logStream = ":log-stream:2026/11/26/analytics[$LATEST]0";
  return [
    ...on(fs, through("fsap-0a1b2c3d4e5f60718"), fileSystem, true),
    ...on(fs, through("fsap-99999999999999999"), fileSystem, false),
    ...on(fs, {}, fileSystem, false),
    ...on(
      other("elasticfilesystem", "file-system/fs-0a1b2c3d"),
      through("fsap-0a1b2c3d4e5f60718"),
      fileSystem,
      false,
    ),
    ...on(own("kms", "key/0a1b2c3d"), of(ROLE), key, true),
    ...on(own("kms", "key/0a1b2c3d"), of(`${ROLE}2`), key, false),
    ...on(own("kms", "key/0a1b2c3d"), {}, key, false),
    ...on(own("kms", "key/99999999"), of(ROLE), key, false),
    ...on(own("dynamodb", "table/orders"), inRegion(cloud.region), table, true),
    ...on(own("dynamodb", "table/orders"), inRegion("ap-east-1"), table, false),
    ...on(own("dynamodb", "table/orders2"), inRegion(cloud.region), table, false),
    ...on(own("logs", `log-group:/shared/functions${logStream}`), {}, logs, true),
    ...on(own("logs", `log-group:/shared/functions2${logStream}`), {}, logs, false),
  ];
}

/** The requests whose result is not the expected one. */
async function wrongAnswers(
  policies: readonly Policy[],
  questions: readonly Question[],
): Promise<string[]> {
  const wrong: string[] = [];
  for (const { action, resource, context, needed } of questions) {
    const allowed = await isAllowed({
      principal: policies[0]!.arn,
      identityPolicy: documentOf(policies.flatMap(({ statements }) => statements)),
      action,
      resource,
      resourceAccount: ELSEWHERE,
      resourcePolicy: OPEN_DOOR,
      context,
    });
    if (allowed !== needed) {
      wrong.push(
        `${action} on ${resource} is ${allowed ? "allowed" : "missing"} ${JSON.stringify(context)}`,
      );
    }
  }
  return wrong;
}

describe.each([AWS, CHINA, US_GOV])("the function's permissions in $partition", (cloud) => {
  it("are exactly the needed permissions", async () => {
    const policies = policiesIn(cloud);

    expect(policies.flatMap(({ statements }) => statements.map(({ Sid }) => Sid)).sort()).toEqual(
      [...SIDS].sort(),
    );
    expect(await wrongAnswers(policies, questionsIn(cloud))).toEqual([]);
  });
});

describe("a change of the function's permissions", () => {
  const policies = policiesIn(AWS);
  const questions = questionsIn(AWS);
  const changes = [
    ...removals(policies).map((change) => ["missing", change] as const),
    ...unconditioned(policies).map((change) => ["allowed", change] as const),
    ...broadened(policies)
      // No other resource's ARN has this beginning, so the change allows nothing more.
      .filter(({ name }) => !name.endsWith(":file-system*"))
      .map((change) => ["allowed", change] as const),
  ];

  it.each(changes.map(([wrong, change]) => [wrong, change.name, change] as const))(
    "is noticed: something is %s: %s",
    async (wrong, _name, { policy, changed }) => {
      const after = policies.map((one) => (one === policy ? changed : one));
      expect((await wrongAnswers(after, questions)).join()).toContain(` is ${wrong} `);
    },
  );
});
