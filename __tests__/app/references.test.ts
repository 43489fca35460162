import { loadDeployments } from "../../app/deployments";
import { referencesIn } from "../../app/references";
import { analytics, settings } from "../terraform/settings";

const referencesOf = (consumer: object, changes: object = {}) => {
  const deployment = { ...settings({ ...analytics, ...consumer }), ...changes };
  return referencesIn(loadDeployments({ deployment })[0]!).references[0]!;
};

describe("the pipelines that the settings declare", () => {
  it.each([
    [{ roleName: "reader" }, "arn:aws:iam::222222222222:role/reader"],
    [
      { roleName: "reader", rolePath: "/pipelines/" },
      "arn:aws:iam::222222222222:role/pipelines/reader",
    ],
    [{}, undefined],
  ])("have the ARN of the role that %j creates", (consumer, arn) => {
    expect(referencesOf(consumer).roleArn).toBe(arn);
  });

  it("have the existing function's role, alias and consumer", () => {
    const roleArn = "arn:aws:iam::222222222222:role/pipelines/theirs";
    const existingFunction = { functionName: "theirs", roleName: "theirs", roleArn };
    expect(referencesOf({ existingFunction, rolePath: undefined })).toMatchObject({
      roleArn,
      functionArn: "arn:aws:lambda:us-east-1:222222222222:function:theirs",
      declared: { consumerName: analytics.consumerName },
    });
    expect(referencesOf({ alias: { name: "live" } }).declared.alias).toBe("live");
    expect(referencesOf({ readMode: "SHARED_THROUGHPUT" }).declared.consumerName).toBeUndefined();
  });

  it("are in the partition of the Region", () => {
    expect(referencesOf({}, { region: "cn-north-1" }).sourceArn).toMatch(
      /^arn:aws-cn:kinesis:cn-north-1:111111111111:stream\//,
    );
  });
});
