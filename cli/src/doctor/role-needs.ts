import {
  consumerNeeds,
  consumerNeedsOfRole,
  destinationKeyNeeds,
  destinationNeeds,
  keyNeeds,
  logNeeds,
  streamNeeds,
  type Need,
} from "../../../pipeline/needs";
import type { Examination } from "./examine";
import type { Part } from "./verdict";

type NeedsOf = (examination: Examination) => readonly Need[];

/** No policy of the role meets needs on a stream, consumer or destination that does not exist. */
const ifStream =
  (needs: NeedsOf): NeedsOf =>
  (examination) =>
    examination.pipeline.stream.summary.state === "missing" ? [] : needs(examination);

const ifConsumer =
  (needs: NeedsOf): NeedsOf =>
  (examination) =>
    examination.consumer?.state === "missing" ? [] : ifStream(needs)(examination);

const ifDestination =
  (needs: NeedsOf): NeedsOf =>
  (examination) =>
    examination.destination?.settings.state === "missing" ? [] : needs(examination);

/** What the role's own policies have to allow, and the finding that says they do not. */
export const IDENTITY_NEEDS = [
  { title: "role: stream", on: "stream", id: "role-policy-stream", needs: ifStream(streamNeeds) },
  {
    title: "role: consumer",
    on: "consumer",
    id: "role-policy-consumer",
    needs: ifConsumer(consumerNeedsOfRole),
    allows: consumerNeeds,
  },
  { title: "role: key", on: "key", id: "role-policy-key", needs: ifStream(keyNeeds) },
  {
    title: "role: on-failure",
    on: "destination",
    id: "role-policy-destination",
    needs: ifDestination(destinationNeeds),
  },
  {
    title: "role: destination's key",
    on: "destinationKey",
    id: "role-policy-destination-key",
    needs: destinationKeyNeeds,
  },
  { title: "role: logs", on: "logGroup", id: "role-policy-logs", needs: logNeeds },
] as const satisfies readonly {
  readonly title: string;
  readonly on: Part;
  readonly id: string;
  readonly needs: NeedsOf;
  /** What a fix allows, if that is more than what is needed. */
  readonly allows?: NeedsOf;
}[];
