export const READ_ACTIONS = [
  "kinesis:DescribeStreamSummary",
  "kinesis:ListShards",
  "kinesis:DescribeStream",
  "kinesis:GetRecords",
  "kinesis:GetShardIterator",
];

export const CONSUMER_ACTIONS = ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"];

export const statement = (
  Sid: string,
  Action: readonly string[],
  Resource?: string,
  Principal?: object,
  Condition?: object,
) => ({ Sid, Effect: "Allow", Principal, Action, Resource, Condition });

export const document = (...statements: readonly object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });
