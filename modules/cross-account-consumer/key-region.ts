import { isLiteral } from "../properties/expressions";
import { customerKeyArn } from "../properties/formats";
import { PropertyChecks } from "../properties/property-checks";
import { mustBe } from "../properties/sentences";
import { checkRegion } from "../producer-stream/key-rules";

/** Adds an error, or a precondition for tokens, unless a key is in the Region of what it encrypts. */
export function checkKeyRegion(
  checks: PropertyChecks,
  property: string,
  key: string,
  region: string,
): void {
  if (isLiteral(key) && !customerKeyArn.matches(key)) {
    return;
  }
  const sentence = mustBe(
    property,
    `in Region ${region} like what it encrypts`,
    key,
    "give the ARN of a key, or of a multi-Region key's replica, in that Region",
  );
  checkRegion(checks, key, { region, resource: "mapping" }, sentence);
}
