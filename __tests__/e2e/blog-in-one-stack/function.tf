# Stack 2 of the blog: the function, its role and the event source mapping.

resource "aws_iam_role" "reader" {
  provider = aws.account2
  name     = "events-reader"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "logs" {
  provider   = aws.account2
  role       = aws_iam_role.reader.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaKinesisExecutionRole"
}

resource "aws_iam_role_policy" "consumer" {
  provider = aws.account2
  name     = "consumer"
  role     = aws_iam_role.reader.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"]
      Resource = aws_kinesis_stream_consumer.efo.arn
    }]
  })
}

resource "aws_lambda_function" "reader" {
  provider         = aws.account2
  function_name    = "events-reader"
  role             = aws_iam_role.reader.arn
  runtime          = "nodejs22.x"
  handler          = "index.handler"
  filename         = "${path.module}/function.zip"
  source_code_hash = filebase64sha256("${path.module}/function.zip")
}

resource "aws_lambda_event_source_mapping" "events" {
  provider          = aws.account2
  function_name     = aws_lambda_function.reader.arn
  event_source_arn  = aws_kinesis_stream_consumer.efo.arn
  starting_position = "TRIM_HORIZON"

  depends_on = [
    aws_iam_role_policy.consumer,
    aws_iam_role_policy_attachment.logs,
    aws_kinesis_resource_policy.consumer,
    aws_kinesis_resource_policy.stream,
  ]
}

output "function" {
  value = { name = aws_lambda_function.reader.function_name }
}
