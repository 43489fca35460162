import * as path from "node:path";
import { findTerraform } from "../../local/terraform";
import { describeWithTerraform, initialize, STACK, synthesizeMain } from "./harness";

/** Terraform's graph: all direct and indirect dependencies of each resource. */
async function waitsFor(): Promise<(address: string) => string[]> {
  const directory = await initialize(path.join(synthesizeMain(), STACK));
  const dot = await (await findTerraform()).run(directory, "graph");
  const edges = [...dot.matchAll(/"([^"]+)" -> "([^"]+)"/g)].map(
    ([, from, to]) => [short(from!), short(to!)] as const,
  );
  return (address) => {
    const reached = new Set([address]);
    for (const one of reached) {
      edges.filter(([from]) => from === one).forEach(([, to]) => reached.add(to));
    }
    return [...reached].filter((one) => one !== address);
  };
}

const short = (address: string): string =>
  address
    .replace(/_[0-9A-F]{8}$/, "")
    .replace("consumers_kds-cross-account-stream-efo-consumer_", "");

describeWithTerraform("Terraform's own graph", () => {
  let all: (address: string) => string[];

  beforeAll(async () => {
    all = await waitsFor();
  });

  it("creates the mapping after every permission that Lambda checks", () => {
    expect(all("aws_lambda_event_source_mapping.mapping")).toEqual(
      expect.arrayContaining([
        "aws_kinesis_resource_policy.stream_stream-policy",
        "aws_kinesis_resource_policy.consumer-policy",
        "aws_kms_key_policy.stream_key-policy",
        "aws_iam_role_policy.role-policy",
        "aws_lambda_function.function",
      ]),
    );
  });

  it.each([
    "aws_kinesis_resource_policy.stream_stream-policy",
    "aws_kinesis_resource_policy.consumer-policy",
  ])(
    "creates %s after the key policy, which proves that the role has propagated, and before any function",
    (policy) => {
      expect(all(policy)).toEqual(
        expect.arrayContaining(["aws_kms_key_policy.stream_key-policy", "aws_iam_role.role"]),
      );
      expect(all(policy)).not.toContain("aws_lambda_function.function");
    },
  );

  it("encrypts the stream only once the key's policy allows readers and writers", () => {
    expect(all("aws_kinesis_stream.stream")).toContain("aws_kms_key_policy.stream_key-policy");
  });

  it("creates the stream without waiting for a function", () => {
    expect(all("aws_kinesis_stream.stream")).not.toContain("aws_lambda_function.function");
  });

  it("creates the function without waiting for the stream", () => {
    expect(all("aws_lambda_function.function")).not.toContain("aws_kinesis_stream.stream");
  });

  it("creates the log group before the function, since Lambda would create one that never expires", () => {
    expect(all("aws_lambda_function.function")).toContain("aws_cloudwatch_log_group.log-group");
  });
});
