import {
  consumerNeeds,
  consumerNeedsOfRole,
  keyNeeds,
  logNeeds,
  streamNeeds,
  type Need,
} from "./access";
import type { Examination } from "./examine";

/** No policy of the role meets needs on a stream or consumer that does not exist. */
const ifStream =
  (needs: (examination: Examination) => readonly Need[]) =>
  (examination: Examination): readonly Need[] =>
    examination.pipeline.stream.summary.state === "missing" ? [] : needs(examination);

const ifConsumer =
  (needs: (examination: Examination) => readonly Need[]) =>
  (examination: Examination): readonly Need[] =>
    examination.consumer?.state === "missing" ? [] : ifStream(needs)(examination);

const destinationNeeds = ({ destination }: Examination): readonly Need[] =>
  destination?.settings.state === "missing" ? [] : (destination?.needs ?? []);

/** What the role's own policies have to allow, and the finding that says they do not. */
export const IDENTITY_NEEDS = [
  { title: "role: stream", id: "role-policy-stream", needs: ifStream(streamNeeds) },
  {
    title: "role: consumer",
    id: "role-policy-consumer",
    needs: ifConsumer(consumerNeedsOfRole),
    allows: consumerNeeds,
  },
  { title: "role: key", id: "role-policy-key", needs: ifStream(keyNeeds) },
  { title: "role: on-failure", id: "role-policy-destination", needs: destinationNeeds },
  { title: "role: logs", id: "role-policy-logs", needs: logNeeds },
] as const satisfies readonly {
  readonly title: string;
  readonly id: string;
  readonly needs: (examination: Examination) => readonly Need[];
  /** What a fix allows, if that is more than what is needed. */
  readonly allows?: (examination: Examination) => readonly Need[];
}[];
