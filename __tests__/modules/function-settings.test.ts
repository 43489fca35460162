import {
  ApplicationLogLevel,
  Architecture,
  type CrossAccountConsumerProps,
  LambdaCode,
  LogFormat,
  SystemLogLevel,
} from "../../modules";
import { aConsumer, synthesize } from "../helpers/synthesize";

const KEY = "arn:aws:kms:eu-central-1:222222222222:key/11111111-2222-3333-4444-555555555555";
const ACCESS_POINT =
  "arn:aws:elasticfilesystem:eu-central-1:222222222222:access-point/fsap-0a1b2c3d4e5f60718";
const SIGNING =
  "arn:aws:lambda:eu-central-1:222222222222:code-signing-config:csc-0a1b2c3d4e5f60718";
const VPC = { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] };
const IMAGE = LambdaCode.fromImage("222222222222.dkr.ecr.eu-central-1.amazonaws.com/reader:1");

const functionOf = (props: Partial<CrossAccountConsumerProps>) =>
  synthesize((stack, providers) => aConsumer(stack, providers, props)).only("aws_lambda_function");

describe("a setting of the function", () => {
  it.each<[keyof CrossAccountConsumerProps, Partial<CrossAccountConsumerProps>, object]>([
    ["description", { description: "Reads orders" }, { description: "Reads orders" }],
    ["ephemeralStorageMb", { ephemeralStorageMb: 1024 }, { ephemeral_storage: { size: 1024 } }],
    [
      "codeSigningConfigArn",
      { codeSigningConfigArn: SIGNING },
      { code_signing_config_arn: SIGNING },
    ],
    [
      "environmentKmsKeyArn",
      { environment: { STAGE: "test" }, environmentKmsKeyArn: KEY },
      { kms_key_arn: KEY, environment: { variables: { STAGE: "test" } } },
    ],
    [
      "vpc",
      { vpc: { ...VPC, ipv6AllowedForDualStack: true } },
      {
        vpc_config: {
          subnet_ids: ["subnet-1"],
          security_group_ids: ["sg-1"],
          ipv6_allowed_for_dual_stack: true,
        },
      },
    ],
    [
      "fileSystem",
      { vpc: VPC, fileSystem: { accessPointArn: ACCESS_POINT, localMountPath: "/mnt/data" } },
      { file_system_config: { arn: ACCESS_POINT, local_mount_path: "/mnt/data" } },
    ],
    [
      "imageConfig",
      {
        code: IMAGE,
        imageConfig: { command: ["a"], entryPoint: ["b"], workingDirectory: "/c" },
      },
      { image_config: { command: ["a"], entry_point: ["b"], working_directory: "/c" } },
    ],
    [
      "logFormat",
      { logFormat: LogFormat.TEXT },
      { logging_config: { log_format: "Text", log_group: expect.any(String) } },
    ],
    [
      "applicationLogLevel",
      {
        applicationLogLevel: ApplicationLogLevel.ERROR,
        systemLogLevel: SystemLogLevel.WARN,
      },
      {
        logging_config: {
          log_format: "JSON",
          log_group: expect.any(String),
          application_log_level: "ERROR",
          system_log_level: "WARN",
        },
      },
    ],
  ])("%s sets the argument of that name", (_name, props, argument) => {
    expect(functionOf(props)).toMatchObject(argument);
  });

  it("encrypts the log group with the given key", () => {
    const synthesized = synthesize((stack, providers) =>
      aConsumer(stack, providers, { logGroupKmsKeyArn: KEY }),
    );
    expect(synthesized.only("aws_cloudwatch_log_group").kms_key_id).toBe(KEY);
  });

  it("sets the key of code from S3, an argument that only AWS provider 6 has", () => {
    const code = LambdaCode.fromS3("bucket", "key.zip", undefined, KEY);
    expect(functionOf({ code })).toMatchObject({ s3_bucket: "bucket", source_kms_key_arn: KEY });
    expect(functionOf({})).not.toHaveProperty("source_kms_key_arn");
  });

  it("defaults to arm64, but to no architecture for a container image", () => {
    expect(functionOf({ code: IMAGE })).not.toHaveProperty("architectures");
    expect(functionOf({ code: IMAGE, architecture: Architecture.ARM_64 }).architectures).toEqual([
      "arm64",
    ]);
    expect(functionOf({}).architectures).toEqual(["arm64"]);
  });
});
