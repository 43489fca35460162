const PRODUCER = "111111111111";
const CONSUMER = "222222222222";
const arn = (service: string, account: string, resource: string, region = "eu-west-1") =>
  `arn:aws:${service}:${region}:${account}:${resource}`;

const STREAM = arn("kinesis", PRODUCER, "stream/clicks");
const REGISTERED = `${STREAM}/consumer/efo:1764150000`;
const KEY_ID = "0d990263-018e-4e65-a703-eff731de951e";
const KEY = arn("kms", PRODUCER, `key/${KEY_ID}`);
const ROLE = arn("iam", CONSUMER, "role/reader", "");
const FUNCTION = arn("lambda", CONSUMER, "function:reader");
const QUEUE = arn("sqs", CONSUMER, "failed");

const allow = (Action: string, rest: object): string =>
  JSON.stringify({ Statement: [{ Effect: "Allow", Action, ...rest }] });
const toRole = (action: string, Resource: string) =>
  allow(action, { Principal: { AWS: ROLE }, Resource });

interface StoredResource {
  readonly type: string;
  readonly name?: string;
  readonly schemaVersion?: number;
  readonly attributes: object;
  readonly dependencies?: readonly string[];
}

/** A pipeline as Terraform stores it; attributes that nobody reads are left out. */
const RESOURCES: readonly StoredResource[] = [
  {
    type: "aws_kinesis_stream",
    schemaVersion: 1,
    attributes: { id: STREAM, arn: STREAM, name: "clicks", kms_key_id: KEY },
  },
  {
    type: "aws_kinesis_stream_consumer",
    attributes: { id: REGISTERED, arn: REGISTERED, name: "efo", stream_arn: STREAM },
  },
  { type: "aws_kms_key", attributes: { id: KEY_ID, key_id: KEY_ID, arn: KEY } },
  {
    type: "aws_kms_key_policy",
    attributes: { id: KEY_ID, key_id: KEY_ID, policy: toRole("kms:Decrypt", "*") },
  },
  {
    type: "aws_kinesis_resource_policy",
    name: "stream",
    attributes: { resource_arn: STREAM, policy: toRole("kinesis:GetRecords", STREAM) },
  },
  {
    type: "aws_kinesis_resource_policy",
    name: "consumer",
    attributes: {
      resource_arn: REGISTERED,
      policy: toRole("kinesis:SubscribeToShard", REGISTERED),
    },
  },
  { type: "aws_iam_role", attributes: { id: "reader", name: "reader", arn: ROLE } },
  {
    type: "aws_iam_role_policy",
    attributes: {
      id: "reader:own",
      name: "own",
      role: "reader",
      policy: allow("kinesis:GetRecords", { Resource: STREAM }),
    },
  },
  {
    type: "aws_lambda_function",
    attributes: { id: "reader", function_name: "reader", arn: FUNCTION, role: ROLE },
  },
  { type: "aws_sqs_queue", attributes: { id: "https://queue", arn: QUEUE, name: "failed" } },
  {
    type: "aws_lambda_event_source_mapping",
    attributes: {
      id: "2d3c5a62-8f7e-4b3a-9a51-0c1d2e3f4a5b",
      uuid: "2d3c5a62-8f7e-4b3a-9a51-0c1d2e3f4a5b",
      event_source_arn: REGISTERED,
      function_arn: FUNCTION,
      function_name: FUNCTION,
      destination_config: [{ on_failure: [{ destination_arn: QUEUE }] }],
    },
    dependencies: [
      "aws_iam_role.main",
      "aws_iam_role_policy.main",
      "aws_kinesis_resource_policy.consumer",
      "aws_kinesis_resource_policy.stream",
      "aws_kinesis_stream.main",
      "aws_kms_key_policy.main",
      "aws_lambda_function.main",
    ],
  },
];

/**
 * The content of a `terraform.tfstate` with a pipeline.
 *
 * @param module address of the module that has it
 */
export function pipelineState(module?: string): object {
  // Terraform leaves the keys of modules and resources out of what a resource depends on.
  const configured = module?.replace(/\[.*\]$/, "");
  return {
    version: 4,
    terraform_version: "1.11.4",
    serial: 1,
    lineage: "0a1b2c3d-0000-0000-0000-000000000000",
    outputs: {},
    resources: RESOURCES.map(
      ({ type, name = "main", schemaVersion = 0, attributes, dependencies = [] }) => ({
        ...(module !== undefined && { module }),
        mode: "managed",
        type,
        name,
        provider: 'provider["registry.terraform.io/hashicorp/aws"]',
        instances: [
          {
            schema_version: schemaVersion,
            attributes,
            dependencies: dependencies.map((one) => (configured ? `${configured}.${one}` : one)),
          },
        ],
      }),
    ),
  };
}
