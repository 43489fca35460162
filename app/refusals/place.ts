import { text, type Values } from "../../pipeline/terraform/resource";
import { parseArn } from "../../pipeline/arn";

/** Account and Region of a resource. */
export interface Place {
  readonly account: string;
  /** Empty for global resources. */
  readonly region: string;
}

/** The place in an ARN; ARNs of global resources have no Region. */
export function placeIn(arn: string | undefined): Place | undefined {
  const { account, region } = parseArn(arn ?? "");
  return account === "" ? undefined : { account, region };
}

export const arnOf = (values: Values | null): string | undefined =>
  text(values, "arn") ?? text(values, "dashboard_arn");
