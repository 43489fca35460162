import {
  changesOf,
  inState,
  isCreated,
  type Plan,
  streamArnIn,
  streamNameIn,
} from "../../pipeline/terraform/plan";
import { text } from "../../pipeline/terraform/resource";
import { placeIn } from "./place";
import { placesOf } from "../../pipeline/terraform/places";
import type { Refusal, TerraformLine } from "./refusal";

/** Streams that a plan creates although mappings of the state read a stream of that name already. */
export function streamImportRefusals(plan: Plan, terraform: TerraformLine): Refusal[] {
  const placeOf = placesOf(plan);
  const managed = new Set(inState(plan, "aws_kinesis_stream").map((one) => text(one, "arn")));
  const read = new Set(
    changesOf(plan, "aws_lambda_event_source_mapping").map(({ change }) =>
      streamArnIn(text(change.before, "event_source_arn")),
    ),
  );
  return changesOf(plan, "aws_kinesis_stream")
    .filter(isCreated)
    .flatMap(({ address, change }) => {
      const [name, place] = [text(change.after, "name"), placeOf(address)];
      const arn = [...read].find((one) => {
        const found = placeIn(one);
        return (
          streamNameIn(one) === name &&
          found?.account === place?.account &&
          found?.region === place?.region
        );
      });
      return name === undefined || arn === undefined || managed.has(arn)
        ? []
        : [
            {
              sentence: `the plan creates stream ${name} (${address}), which exists: mappings of the state read it`,
              advice: "import it, and plan again:",
              commands: [terraform("init"), terraform("import", address, name)],
            },
          ];
    });
}
