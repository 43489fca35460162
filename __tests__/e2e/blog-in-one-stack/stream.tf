# Stacks 1 and 3 of the blog: the stream and the registered consumer, with their resource policies.

resource "aws_kinesis_stream" "events" {
  provider    = aws.account1
  name        = "events"
  shard_count = 1
}

resource "aws_kinesis_stream_consumer" "efo" {
  provider   = aws.account1
  name       = "events-efo-consumer"
  stream_arn = aws_kinesis_stream.events.arn
}

resource "aws_kinesis_resource_policy" "stream" {
  provider     = aws.account1
  resource_arn = aws_kinesis_stream.events.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "StreamEFOReadStatementID"
      Effect    = "Allow"
      Principal = { AWS = aws_iam_role.reader.arn }
      Action = [
        "kinesis:DescribeStreamSummary",
        "kinesis:ListShards",
        "kinesis:DescribeStream",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
      ]
      Resource = aws_kinesis_stream.events.arn
    }]
  })

  depends_on = [aws_lambda_function.reader]
}

resource "aws_kinesis_resource_policy" "consumer" {
  provider     = aws.account1
  resource_arn = aws_kinesis_stream_consumer.efo.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "ConsumerEFOReadStatementID"
      Effect    = "Allow"
      Principal = { AWS = aws_iam_role.reader.arn }
      Action    = ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"]
      Resource  = aws_kinesis_stream_consumer.efo.arn
    }]
  })

  depends_on = [aws_lambda_function.reader]
}
