import { arnPart } from "../policies/arns";
import { Statement } from "../policies/statements";
import { FunctionPolicyStatement } from "./function-types";

/** Statements of the role's policies that the function needs whatever it reads. */

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions */
export const vpcStatements = (): Statement[] => [
  {
    Sid: "ManageNetworkInterfaces",
    Effect: "Allow",
    Action: [
      "ec2:CreateNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets",
      "ec2:DeleteNetworkInterface",
      "ec2:AssignPrivateIpAddresses",
      "ec2:UnassignPrivateIpAddresses",
    ],
    // Lambda refuses the function unless these are allowed on all resources.
    Resource: "*",
  },
];

/** https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html */
export const tracingStatements = (): Statement[] => [
  {
    Sid: "SendTraces",
    Effect: "Allow",
    Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
    // These X-Ray actions have no resource types.
    Resource: "*",
  },
];

/**
 * IAM checks these actions on the file system, whose id is not in the access point's ARN: the
 * condition names the access point.
 * https://docs.aws.amazon.com/efs/latest/ug/efs-access-points.html
 */
export const fileSystemStatements = (accessPointArn: string): Statement[] => {
  const part = (name: "partition" | "region" | "account"): string => arnPart(accessPointArn, name);
  return [
    {
      Sid: "MountFileSystem",
      Effect: "Allow",
      Action: ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
      Resource: `arn:${part("partition")}:elasticfilesystem:${part("region")}:${part("account")}:file-system/*`,
      Condition: { StringEquals: { "elasticfilesystem:AccessPointArn": accessPointArn } },
    },
  ];
};

/**
 * Lambda decrypts the variables as the role, with the function's ARN as encryption context. The
 * ARN is composed from its parts, since the function depends on this statement.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
 */
export const environmentStatements = (
  kmsKeyArn: string,
  roleArn: string,
  functionName: string,
): Statement[] => [
  {
    Sid: "DecryptEnvironment",
    Effect: "Allow",
    Action: ["kms:Decrypt"],
    Resource: kmsKeyArn,
    Condition: {
      StringEquals: {
        "kms:EncryptionContext:aws:lambda:FunctionArn": `arn:${arnPart(roleArn, "partition")}:lambda:${arnPart(kmsKeyArn, "region")}:${arnPart(roleArn, "account")}:function:${functionName}`,
      },
    },
  },
];

/** A statement of the caller in IAM's grammar. */
export const givenStatement = ({
  sid,
  actions,
  resources,
  conditions,
}: FunctionPolicyStatement): Statement => ({
  Sid: sid,
  Effect: "Allow",
  Action: actions,
  Resource: resources,
  Condition: conditions,
});
