import { OnFailure, PipelineMonitoring, ProducerStream, StreamMode } from "../../modules";
import {
  aConsumer,
  aStream,
  CONSUMER_ARN,
  CONSUMER_NAME,
  KEY_ARN,
  STREAM_ARN,
} from "../helpers/synthesize";
import { CONSUMER_PROPERTIES } from "../../modules/cross-account-consumer/consumer-properties";
import { STREAM_ATTRIBUTES } from "../../modules/producer-stream/stream";
import {
  preconditionOf,
  preconditions,
  type Props,
  type Tokens,
  withTokens,
} from "../helpers/tokens";

describe("a token in a rule of several properties", () => {
  it("is checked together with the other property of a tumbling window", () => {
    const excluding = (props: (tokens: Tokens) => Props) =>
      preconditions(
        withTokens((tokens, stack, providers) => aConsumer(stack, providers, props(tokens))),
      ).consumer_mapping?.[0];
    expect(
      excluding(({ number }) => ({
        tumblingWindowInSeconds: number,
        parallelizationFactor: 2,
      })),
    ).toEqual({
      condition: "${((0 == var.given) || (1 == 2))}",
      error_message: expect.stringContaining("got a window of ${var.given} with factor 2"),
    });
    expect(
      excluding(({ number }) => ({
        tumblingWindowInSeconds: 60,
        parallelizationFactor: number,
      }))?.condition,
    ).toBe("${((0 == 60) || (1 == var.given))}");
  });

  it("may be a whole list", () => {
    const synthesized = withTokens(({ list }, stack, providers) => {
      const stream = aStream(stack, providers, { shardLevelMetrics: list });
      aConsumer(stack, providers, {
        stream,
        layers: list,
        vpc: { subnetIds: list, securityGroupIds: list },
      });
    });
    expect(synthesized.only("aws_kinesis_stream")).toMatchObject({
      shard_level_metrics: "${var.given}",
    });
    expect(synthesized.only("aws_lambda_function")).toMatchObject({
      layers: "${var.given}",
      vpc_config: {
        subnet_ids: "${var.given}",
        security_group_ids: "${var.given}",
      },
    });
    const unknown =
      'setsubtract(var.given, ["IncomingBytes", "IncomingRecords", "OutgoingBytes", "OutgoingRecords", "WriteProvisionedThroughputExceeded", "ReadProvisionedThroughputExceeded", "IteratorAgeMilliseconds", "ALL"])';
    expect(preconditions(synthesized)).toEqual({
      stream: [
        {
          condition: `\${(0 == length(${unknown}))}`,
          error_message: expect.stringContaining(`got \${join(", ", ${unknown})}; `),
        },
      ],
    });
  });

  it("may be a part of a name or of an ARN, of which cdktf prints no warning", () => {
    const printed = jest.spyOn(console, "warn");
    const part = (text: string) => `a-${text}`;
    withTokens(({ text }, stack, providers) => {
      const stream = aStream(stack, providers, { streamName: part(text) });
      const named = { consumerName: part(text), functionName: part(text), roleName: part(text) };
      const key = `arn:aws:kms:eu-central-1:222222222222:key/${text}`;
      const consumer = aConsumer(stack, providers, {
        ...named,
        stream,
        alias: { name: part(text) },
        onFailure: OnFailure.queue({ kmsKeyArn: key }),
      });
      new PipelineMonitoring(stack, "monitoring", { stream, consumers: [consumer] });
      const imported = ProducerStream.fromAttributes(stack, "imported", {
        streamArn: `arn:aws:kinesis:eu-central-1:111111111111:stream/${text}`,
        kmsKeyArn: key,
        provider: providers.producer,
      });
      imported.grantRead(`arn:aws:iam::${text}:root`);
    });

    expect(printed).not.toHaveBeenCalled();
  });

  it("is used in every name that derives from it", () => {
    const synthesized = withTokens(({ text }, stack, providers) => {
      const stream = aStream(stack, providers, {
        streamName: text,
        streamMode: StreamMode.ON_DEMAND,
      });
      aConsumer(stack, providers, { stream, consumerName: text });
    });
    expect(synthesized.only("aws_kms_alias").name).toBe('alias/${replace(var.given, ".", "-")}');
    expect(synthesized.only("aws_lambda_function").function_name).toBe("${var.given}");
    expect(synthesized.only("aws_cloudwatch_log_group").name).toBe("/aws/lambda/${var.given}");
    expect(synthesized.only("aws_sqs_queue").name_prefix).toBe(
      '${substr(join("", [var.given, "-on-failure-"]), 0, 54)}',
    );
  });
});

describe("a token in a principal", () => {
  it("does not hide a wildcard next to it", () => {
    expect(() =>
      withTokens(({ text }, stack, providers) => {
        aStream(stack, providers).grantRead(`arn:aws:iam::${text}:role/*`);
      }),
    ).toThrow("'principalArn' must name one principal, got");
  });
});

describe("a token that describes an existing stream", () => {
  const streamArn = () => preconditionOf("streamArn", STREAM_ATTRIBUTES.streamArn);

  it("is checked by the stream's policy", () => {
    const found = preconditions(
      withTokens(({ text }, stack, providers) => {
        const stream = ProducerStream.fromAttributes(stack, "stream", {
          streamArn: text,
          provider: providers.producer,
        });
        aConsumer(stack, providers, { stream });
      }),
    );
    expect(found["stream_stream-policy"]?.[0]).toEqual(streamArn());
  });

  it("is checked by the mapping if there is no policy", () => {
    const found = preconditions(
      withTokens(({ text }, stack, providers) => {
        const stream = ProducerStream.fromAttributes(stack, "stream", {
          streamArn: text,
          kmsKeyArn: KEY_ARN,
        });
        aConsumer(stack, providers, { stream, consumerArn: CONSUMER_ARN });
      }),
    );
    expect(found.consumer_mapping).toContainEqual(streamArn());
  });

  it("is checked by the mapping if it is the consumer's ARN", () => {
    const found = preconditions(
      withTokens(({ text }, stack, providers) => {
        const stream = ProducerStream.fromAttributes(stack, "stream", {
          streamArn: STREAM_ARN,
        });
        aConsumer(stack, providers, {
          stream,
          consumerName: CONSUMER_NAME,
          consumerArn: text,
        });
      }),
    );
    expect(found).toEqual({
      consumer_mapping: [preconditionOf("consumerArn", CONSUMER_PROPERTIES.consumerArn)],
    });
  });
});
