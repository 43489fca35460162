import { TerraformVariable } from "cdktf";
import { StartingPosition } from "../../modules";
import { aConsumer, aStream, type Json, synthesize } from "../helpers/synthesize";

const mappingFrom = (startingPositionTimestamp: string): Json =>
  synthesize((stack, providers) =>
    aConsumer(stack, providers, {
      startingPosition: StartingPosition.AT_TIMESTAMP,
      startingPositionTimestamp,
    }),
  ).only("aws_lambda_event_source_mapping");

describe("where a mapping starts", () => {
  it.each([
    ["2026-01-31T08:00:00Z", "2026-01-31T08:00:00Z"],
    ["2026-01-31T08:00:00.000Z", "2026-01-31T08:00:00Z"],
    ["2026-01-31T08:00:00.999Z", "2026-01-31T08:00:00Z"],
    ["2026-01-31T08:00:00+02:30", "2026-01-31T05:30:00Z"],
    ["2026-01-31T23:00:00-05:00", "2026-02-01T04:00:00Z"],
    ["2026-01-31T08:00:00+00:00", "2026-01-31T08:00:00Z"],
  ])("is %s written as the provider reads it back", (given, expected) => {
    expect(mappingFrom(given).starting_position_timestamp).toBe(expected);
  });

  it("is not changed for an existing mapping", () => {
    expect(mappingFrom("2026-01-31T08:00:00Z").lifecycle.ignore_changes).toEqual([
      "starting_position",
      "starting_position_timestamp",
    ]);
  });
});

describe("the default age at which Lambda discards a record", () => {
  const ageWith = (retentionPeriodHours?: number): unknown =>
    synthesize((stack, providers) => {
      const stream = aStream(stack, providers, { retentionPeriodHours });
      aConsumer(stack, providers, { stream });
    }).only("aws_lambda_event_source_mapping").maximum_record_age_in_seconds;

  it.each([
    [undefined, 43200],
    [24, 43200],
    [25, 45000],
    [48, 86400],
    [8760, 86400],
  ])(
    "leaves time to read the record from the stream: with a retention of %s hours it is %s s",
    (hours, age) => {
      expect(ageWith(hours)).toBe(age);
    },
  );

  it("is computed by Terraform if only Terraform knows the retention", () => {
    const { maximum_record_age_in_seconds: age } = synthesize((stack, providers) => {
      const given = new TerraformVariable(stack, "given", {});
      const stream = aStream(stack, providers, { retentionPeriodHours: given.numberValue });
      aConsumer(stack, providers, { stream });
    }).only("aws_lambda_event_source_mapping");
    expect(age).toBe("${min(86400, (1800 * var.given))}");
  });
});
