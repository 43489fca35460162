/** Types of resources in Terraform that the tables of changes name. */
export const mapping = "aws_lambda_event_source_mapping";
export const lambdaFunction = "aws_lambda_function";
export const queue = "aws_sqs_queue";
export const role = "aws_iam_role";
export const rolePolicy = "aws_iam_role_policy";
export const logGroup = "aws_cloudwatch_log_group";
export const consumer = "aws_kinesis_stream_consumer";
export const resourcePolicy = "aws_kinesis_resource_policy";
export const attachment = "aws_iam_role_policy_attachment";
export const alias = "aws_lambda_alias";
export const stream = "aws_kinesis_stream";
export const key = "aws_kms_key";
export const keyAlias = "aws_kms_alias";
export const keyPolicy = "aws_kms_key_policy";
