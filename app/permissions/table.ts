import { IAM_TYPES } from "./iam-types";
import { KINESIS_TYPES } from "./kinesis-types";
import { LAMBDA_TYPES } from "./lambda-types";
import { MONITORING_TYPES } from "./monitoring-types";
import { ResourcePermissions } from "./resource-permissions";

/** Permissions by Terraform type. A new type of resource needs only an entry here. */
export const PERMISSIONS: Readonly<Record<string, ResourcePermissions>> = {
  ...IAM_TYPES,
  ...KINESIS_TYPES,
  ...LAMBDA_TYPES,
  ...MONITORING_TYPES,
};

/** Data sources that make no call for which a permission is needed beside those of the resources. */
export const DATA_SOURCES_WITHOUT_PERMISSIONS: readonly string[] = [
  "aws_caller_identity",
  "aws_lambda_function",
  "aws_partition",
  "aws_region",
  "aws_service_principal",
];
