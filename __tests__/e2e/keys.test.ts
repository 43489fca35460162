import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { wireKeys } from "../helpers/wired-key";
import { put, until } from "../local/two-accounts";
import { CODE, describeWithTerraform, synthesize } from "../terraform/harness";
import { CONSUMER, Deployment, PRODUCER, REGION, streamArn } from "./deployment";

describeWithTerraform("keys that the program creates, in one apply", () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await Deployment.start({ rolePropagationSeconds: 1, consumerCreatingSeconds: 1 });
    const directory = synthesize((stack, provider) => {
      const accounts = {
        producer: provider("producer", PRODUCER),
        producerId: PRODUCER,
        consumer: provider("consumer", CONSUMER),
      };
      wireKeys(stack, accounts, CODE());
    }, REGION);
    await deployment.init(directory);
    await deployment.apply();
  });

  afterAll(() => deployment.stop());

  it("allow the reader to decrypt the stream's records", async () => {
    const data = "through a key with a policy of the same plan";
    await put(deployment.clients(PRODUCER), streamArn("orders"), [{ key: "a", data }]);
    await until(async () =>
      (await deployment.logged(CONSUMER, "analytics")).some(
        ({ kinesis }) => kinesis?.data === data,
      ),
    );
  });

  it("encrypt the failure queue", async () => {
    const { sqs } = deployment.clients(CONSUMER);
    const QueueUrl = await deployment.failureQueueUrl(CONSUMER, "analytics");
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["KmsMasterKeyId"] }),
    );
    expect(Attributes?.KmsMasterKeyId).toMatch(/^arn:aws:kms:eu-west-1:222222222222:key\//);
  });

  it("leave nothing to change", async () => {
    expect(await deployment.pendingChanges()).toBe("");
  });
});
