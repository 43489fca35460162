import { TerraformResource, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { OnFailure, TracingMode } from "../../modules";
import { aConsumer, aStream, type Providers, synthesize } from "../helpers/synthesize";

/** Public fields and accessors. */
const fieldsOf = (construct: Construct): unknown[] => {
  const prototypes: object[] = [];
  for (let one = construct as object; one !== Object.prototype; one = Object.getPrototypeOf(one)) {
    prototypes.push(one);
  }
  const names = new Set(prototypes.flatMap((one) => Object.getOwnPropertyNames(one)));
  return [...names].map((name) => (construct as unknown as Record<string, unknown>)[name]);
};

const everything = (stack: TerraformStack, providers: Providers) => {
  const stream = aStream(stack, providers);
  const consumer = aConsumer(stack, providers, { stream, tracing: TracingMode.ACTIVE });
  return { stream, consumer };
};

describe("the escape hatch", () => {
  it.each(["stream", "consumer"] as const)("every resource of a %s is a field", (which) => {
    synthesize((stack, providers) => {
      const construct = everything(stack, providers)[which];
      const fields = fieldsOf(construct);
      const resources = construct.node
        .findAll()
        .filter((one) => TerraformResource.isTerraformResource(one));
      const hidden = resources.filter((one) => !fields.includes(one)).map(({ node }) => node.id);
      expect(resources.length).toBeGreaterThan(4);
      expect(hidden).toEqual([]);
    });
  });

  it("sets arguments that no property sets", () => {
    const synthesized = synthesize((stack, providers) => {
      const { stream, consumer } = everything(stack, providers);
      consumer.mapping.addOverride("scaling_config.maximum_concurrency", 5);
      consumer.onFailureQueue?.addOverride("visibility_timeout_seconds", 60);
      stream.key?.addOverride("multi_region", true);
    });
    expect(synthesized.only("aws_lambda_event_source_mapping").scaling_config).toEqual({
      maximum_concurrency: 5,
    });
    expect(synthesized.only("aws_sqs_queue").visibility_timeout_seconds).toBe(60);
    expect(synthesized.only("aws_kms_key").multi_region).toBe(true);
  });

  it("overrides arguments that a property sets", () => {
    const { batch_size } = synthesize((stack, providers) => {
      aConsumer(stack, providers, {
        batchSize: 10,
        onFailure: OnFailure.none(),
      }).mapping.addOverride("batch_size", 20);
    }).only("aws_lambda_event_source_mapping");
    expect(batch_size).toBe(20);
  });
});
