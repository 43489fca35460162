export const LAMBDA_TRUST = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: "lambda.amazonaws.com" },
      Action: "sts:AssumeRole",
    },
  ],
};
export const STREAM_ACTIONS = [
  "kinesis:DescribeStream",
  "kinesis:DescribeStreamSummary",
  "kinesis:ListShards",
  "kinesis:GetShardIterator",
  "kinesis:GetRecords",
];
export const CONSUMER_ACTIONS = ["kinesis:SubscribeToShard", "kinesis:DescribeStreamConsumer"];

export function policy(...statements: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

export function allow(Action: string[], Resource: string | string[], principal?: string): object {
  return {
    Effect: "Allow",
    ...(principal && { Principal: { AWS: principal } }),
    Action,
    Resource,
  };
}
