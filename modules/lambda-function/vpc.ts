import { identityStatement } from "../policies/statements";
import { boolean, list, nonEmptyString } from "../properties/property-types";
import { object } from "../properties/property";

/** The network that the function runs in. */
export interface FunctionVpc {
  /** Ids of the subnets, one or more. */
  readonly subnetIds: string[];
  /** Ids of the security groups, one or more. */
  readonly securityGroupIds: string[];
  /**
   * If true, the function can also send IPv6 traffic in subnets with IPv4 and IPv6 ranges.
   *
   * @default false
   */
  readonly ipv6AllowedForDualStack?: boolean;
}

const ids = (noun: string) =>
  ({
    type: list(nonEmptyString(), noun, { isNonEmpty: true }),
    required: true,
    fix: "give one, or omit 'vpc'",
  }) as const;

export const functionVpc = object<FunctionVpc>({
  subnetIds: ids("subnet ids"),
  securityGroupIds: ids("security group ids"),
  ipv6AllowedForDualStack: { type: boolean(), implicitDefault: false },
});

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions */
export const vpcStatement = identityStatement(
  "ManageNetworkInterfaces",
  [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
  ],
  // Lambda refuses the function unless these are allowed on all resources.
  "*",
);
