import type { KeyMetadata } from "@aws-sdk/client-kms";
import { valueOf } from "../../../pipeline/fact";
import { ownerOf } from "../pipeline";
import type { Examination } from "./examine";
import { sentences, type Recipe, type Repair } from "./fixes";
import {
  createMapping,
  followConsumer,
  publishForMapping,
  registerAgain,
  updateMapping,
  waitForMapping,
} from "./mapping-fixes";
import { allowInBoundary, allowOn, allowThrough, inStreamAccount, orphaned } from "./policy-fixes";
import {
  allowOnDestination,
  createDestination,
  createRole,
  encryptWithNewKey,
  trustLambda,
} from "./resource-fixes";
import { IDENTITY_NEEDS } from "./role-needs";
import { SETTINGS_FINDINGS } from "./settings-findings";
import { aws, chain, printOnly, waitWhile, type Command } from "./shell";

export interface FindingKind {
  /** `error`: records do not get through. `warning`: they do, but something is lost. */
  readonly severity: "error" | "warning";
  /** What is wrong, in one sentence. */
  readonly what: string;
  readonly fix: (repair: Repair) => Recipe;
  /**
   * `first`: policies name what the fix creates. `last`: the fix needs all policies, since Lambda
   * checks them when a mapping is created or changed.
   */
  readonly order?: "first" | "last";
  /** Whether records get through is not known while this is found. */
  readonly leavesOpen?: true;
}

const kms = ({ examination: { pipeline, key } }: Repair, operation: string): Command =>
  aws(pipeline.stream.account, pipeline.region, `kms ${operation}`, {
    "key-id": valueOf(key)?.Arn ?? "",
  });

const destinationKey = ({ destination }: Examination): Partial<KeyMetadata> =>
  valueOf(valueOf(destination?.settings)?.encryption?.key) ?? {};

function kmsOfDestination(examination: Examination, operation: string): Command {
  const { Arn: arn = "" } = destinationKey(examination);
  const { pipeline } = examination;
  return aws(ownerOf(pipeline, arn), pipeline.region, `kms ${operation}`, { "key-id": arn });
}

/** Every finding that doctor can make. docs/runbook.md has a section for each id. */
export const FINDINGS = {
  "stream-missing": {
    severity: "error",
    what: "the stream does not exist",
    fix: () => ({
      says: "deploy again, which creates it with its settings; its records are lost. Run doctor again after that",
    }),
  },
  "stream-not-active": {
    severity: "error",
    what: "the stream cannot be read yet, or any more",
    fix: ({ examination: { pipeline } }) => ({
      says: "wait until it is. A stream that is being deleted has to be created again: run doctor after that",
      steps: [
        aws(pipeline.stream.account, pipeline.region, "kinesis wait stream-exists", {
          "stream-name": pipeline.stream.name,
        }),
      ],
    }),
  },
  "stream-aws-managed-key": {
    severity: "error",
    what: "the stream is encrypted with the AWS managed key, which no other account can use",
    fix: encryptWithNewKey,
  },
  "key-missing": {
    severity: "error",
    what: "the key that the stream is encrypted with does not exist",
    fix: encryptWithNewKey,
  },
  "key-disabled": {
    severity: "error",
    what: "the key is disabled, so no record can be decrypted",
    fix: (repair) => ({
      says: `enable it (account ${repair.examination.pipeline.stream.account.id})`,
      steps: [kms(repair, "enable-key")],
    }),
  },
  "key-pending-deletion": {
    severity: "error",
    what: "the key is about to be deleted, so no record can be decrypted",
    fix: (repair) => ({
      says: `cancel the deletion, which leaves it disabled, and enable it (account ${repair.examination.pipeline.stream.account.id})`,
      steps: [chain(kms(repair, "cancel-key-deletion"), kms(repair, "enable-key"))],
    }),
  },
  "key-other-region": {
    severity: "error",
    what: "the key is in another Region than the stream",
    fix: encryptWithNewKey,
  },
  "consumer-missing": {
    severity: "error",
    what: "the registered consumer that the mapping reads through does not exist",
    order: "last",
    fix: registerAgain,
  },
  "consumer-reregistered": {
    severity: "error",
    what: "the registered consumer was registered again, and the mapping still names the old one",
    order: "last",
    fix: (repair) =>
      followConsumer(repair, valueOf(repair.examination.currentConsumer)?.ConsumerARN ?? ""),
  },
  "consumer-not-active": {
    severity: "error",
    what: "the registered consumer cannot be used yet, or any more",
    fix: ({ examination: { pipeline } }) => ({
      says: "wait until it is. One that is being deregistered has to be registered again: run doctor after that",
      steps: [
        waitWhile(
          ["CREATING", "DELETING"],
          aws(pipeline.stream.account, pipeline.region, "kinesis describe-stream-consumer", {
            "consumer-arn": pipeline.consumer?.arn ?? "",
            ...printOnly("ConsumerDescription.ConsumerStatus"),
          }),
        ),
      ],
    }),
  },
  "policy-principal-deleted": {
    severity: "error",
    what: "a policy names a role that was deleted; a new role of the same name is another principal",
    fix: (repair) =>
      inStreamAccount(repair, "put it again with the role's ARN, and without ids that are gone", {
        says: [],
        steps: orphaned(repair).flatMap((kind) => allowOn(repair, kind).steps),
      }),
  },
  "stream-policy-missing": {
    severity: "error",
    what: "the stream has no resource policy, so no other account may read it",
    fix: (repair) => inStreamAccount(repair, "let the role read it", allowOn(repair, "stream")),
  },
  "stream-policy-denies": {
    severity: "error",
    what: "the stream's resource policy does not let the role read",
    fix: (repair) => inStreamAccount(repair, "let the role read it", allowOn(repair, "stream")),
  },
  "consumer-policy-missing": {
    severity: "error",
    what: "the registered consumer has no resource policy, so no other account may subscribe",
    fix: (repair) => inStreamAccount(repair, "let the role subscribe", allowOn(repair, "consumer")),
  },
  "consumer-policy-denies": {
    severity: "error",
    what: "the registered consumer's resource policy does not let the role subscribe",
    fix: (repair) => inStreamAccount(repair, "let the role subscribe", allowOn(repair, "consumer")),
  },
  "key-policy-denies": {
    severity: "error",
    what: "the key's policy does not let the role decrypt",
    fix: (repair) =>
      inStreamAccount(
        repair,
        "let the role decrypt this stream's records through Kinesis",
        allowOn(repair, "key"),
      ),
  },
  "role-missing": {
    severity: "error",
    what: "the function's role does not exist",
    order: "first",
    fix: createRole,
  },
  "role-trust-denies": {
    severity: "error",
    what: "the role's trust policy does not let Lambda assume it",
    fix: trustLambda,
  },
  "role-policy-stream": {
    severity: "error",
    what: "the role's own policies do not let it read the stream",
    fix: (repair) => allowThrough(repair, "role-policy-stream"),
  },
  "role-policy-consumer": {
    severity: "error",
    what: "the role's own policies do not let it subscribe through the registered consumer",
    fix: (repair) => allowThrough(repair, "role-policy-consumer"),
  },
  "role-policy-key": {
    severity: "error",
    what: "the role's own policies do not let it decrypt with the stream's key",
    fix: (repair) => allowThrough(repair, "role-policy-key"),
  },
  "role-policy-destination": {
    severity: "warning",
    what: "the role may not write to the on-failure destination, so failed records are lost without a report",
    fix: (repair) => allowThrough(repair, "role-policy-destination"),
  },
  "role-policy-destination-key": {
    severity: "warning",
    what: "the role's own policies do not let it use the on-failure destination's key, so failed records are lost without a report",
    fix: (repair) => allowThrough(repair, "role-policy-destination-key"),
  },
  "role-policy-logs": {
    severity: "warning",
    what: "the role may not write to the function's log group, so nothing is logged",
    fix: (repair) => allowThrough(repair, "role-policy-logs"),
  },
  "boundary-denies": {
    severity: "error",
    what: "the role's permissions boundary does not allow what the role needs",
    fix: (repair) => {
      const needs = IDENTITY_NEEDS.flatMap(({ needs: of }) => of(repair.examination));
      const { says, steps } = allowInBoundary(repair, needs);
      return {
        says: sentences(
          "whoever owns the boundary has to agree, since it limits every role and user that has it. AWS keeps five versions of a policy: if it has as many, delete one first",
          ...says,
        ),
        steps,
      };
    },
  },
  "function-missing": {
    severity: "error",
    what: "the function does not exist",
    fix: () => ({
      says: "deploy again. If it was removed on purpose, delete the mapping as well",
    }),
  },
  "function-alias-missing": {
    severity: "error",
    what: "the version or alias that the mapping invokes does not exist",
    order: "last",
    fix: publishForMapping,
  },
  "function-not-active": {
    severity: "error",
    what: "the function cannot be invoked",
    fix: () => ({ says: "correct what the reason names, and wait until the state is Active" }),
  },
  "function-update-failed": {
    severity: "warning",
    what: "the last update of the function failed, so older code or settings run",
    fix: () => ({ says: "correct what the reason names, and deploy again" }),
  },
  "function-no-concurrency": {
    severity: "error",
    what: "the function's reserved concurrency is 0, so every invocation is throttled",
    fix: ({ examination: { pipeline } }) => ({
      says: "somebody may have stopped the function on purpose. If not, take the reservation away",
      steps: [
        aws(pipeline.function.account, pipeline.region, "lambda delete-function-concurrency", {
          "function-name": pipeline.function.name,
        }),
      ],
    }),
  },
  "mapping-missing": {
    severity: "error",
    what: "the event source mapping does not exist, so nothing reads the stream for the function",
    order: "last",
    fix: createMapping,
  },
  "mapping-disabled": {
    severity: "error",
    what: "the event source mapping is disabled, so nothing reads the stream for the function",
    order: "last",
    fix: ({ examination: { pipeline } }) => ({
      says: "enable it, once you know why it was disabled; it goes on where it stopped",
      steps: [updateMapping(pipeline, { enabled: true })],
    }),
  },
  "mapping-changing": {
    severity: "warning",
    what: "the event source mapping is being created, changed or deleted",
    leavesOpen: true,
    order: "last",
    fix: ({ examination: { pipeline } }) => ({
      says: "wait until it has changed",
      steps: [waitForMapping(pipeline)],
    }),
  },
  ...SETTINGS_FINDINGS,
  "mapping-problem": {
    severity: "error",
    what: "Lambda reports a problem with the last batch, and nothing else found here explains it",
    fix: ({ examination: { pipeline } }) => ({
      says: `follow what the evidence says; doctor with '--mapping ${pipeline.mapping.uuid} --probe' shows whether records get through now`,
    }),
  },
  "function-fails": {
    severity: "error",
    what: "the function failed on the last batch",
    fix: ({ examination: { pipeline, logGroup } }) => ({
      says: sentences(
        "correct the function. The command shows what it logged within the last hour",
        ...(valueOf(pipeline.mapping.configuration)?.TumblingWindowInSeconds
          ? ["The mapping has a tumbling window, so each answer of the function must have a state"]
          : []),
      ),
      steps: logGroup
        ? [
            aws(pipeline.function.account, pipeline.region, "logs filter-log-events", {
              "log-group-name": logGroup.name,
              "start-time": String(Date.now() - 3_600_000),
              ...printOnly("events[].message"),
            }),
          ]
        : [],
    }),
  },
  "destination-missing": {
    severity: "warning",
    what: "the on-failure destination does not exist, so failed records are lost without a report",
    fix: createDestination,
  },
  "destination-policy-denies": {
    severity: "warning",
    what: "the on-failure destination's own policy refuses the role, so failed records are lost without a report",
    fix: allowOnDestination,
  },
  "destination-key-denies": {
    severity: "warning",
    what: "the policy of the on-failure destination's key does not let the role use it, so failed records are lost without a report",
    fix: (repair) => {
      const { says, steps } = allowOn(repair, "destinationKey");
      return { says: sentences("let the role use the key", ...says), steps };
    },
  },
  "destination-key-disabled": {
    severity: "warning",
    what: "the on-failure destination's key cannot be used, so failed records are lost without a report",
    fix: ({ examination }) => {
      const { KeyState: state } = destinationKey(examination);
      return state === "PendingDeletion"
        ? {
            says: "cancel the deletion, which leaves it disabled, and enable it",
            steps: [
              chain(
                kmsOfDestination(examination, "cancel-key-deletion"),
                kmsOfDestination(examination, "enable-key"),
              ),
            ],
          }
        : { says: "enable it", steps: [kmsOfDestination(examination, "enable-key")] };
    },
  },
  "destination-key-missing": {
    severity: "warning",
    what: "the key that the on-failure destination is encrypted with does not exist, so failed records are lost without a report",
    fix: () => ({
      says: "encrypt the destination with another key. Run doctor again after that",
    }),
  },
  "log-group-missing": {
    severity: "warning",
    what: "the function's log group does not exist and the role may not create it, so nothing is logged",
    fix: ({ examination: { pipeline, logGroup } }) => ({
      says: "create it again",
      steps: [
        aws(pipeline.function.account, pipeline.region, "logs create-log-group", {
          "log-group-name": logGroup?.name ?? "",
        }),
      ],
    }),
  },
  "probe-not-written": {
    severity: "error",
    what: "the probe's record could not be put into the stream",
    leavesOpen: true,
    fix: ({ examination: { pipeline } }) => ({
      says: `allow kinesis:PutRecord on ${pipeline.stream.arn} to the caller, and kms:GenerateDataKey on its key ('doctor --probe --permissions' prints the policy)`,
    }),
  },
  "probe-not-seen": {
    severity: "error",
    what: "the probe's record did not show up in the function's log",
    leavesOpen: true,
    fix: ({ examination: { pipeline } }) => ({
      says: `run 'status --mapping ${pipeline.mapping.uuid}' for its lag and errors; a function that logs no partition keys or data cannot be probed`,
    }),
  },
} as const satisfies Readonly<Record<string, FindingKind>>;

export type FindingId = keyof typeof FINDINGS;

/** One thing that is wrong. */
export interface Finding {
  readonly id: FindingId;
  readonly severity: FindingKind["severity"];
  readonly what: string;
  /** What AWS answered. */
  readonly evidence: string;
}
