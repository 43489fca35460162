import { effectsOf } from "../../../app/explain/effects";
import { type ChangeId, CHANGES } from "../../../app/changes/table";
import { expectPlan, isOf, PLANS_OF_ROUNDS } from "../../e2e/changes/expected-plan";
import { PROOFS } from "../../e2e/changes/proofs";
import { short } from "../explain/short";

/** What is said of each construct that a round changes. */
const TOLD: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "1": {
    "streams-capacity_stream": [
      "kept: changes stream capacity from 2 to 4 shards: records stay in order per partition key",
    ],
    "streams-reserved_stream": [
      "kept: changes stream reserved from ON_DEMAND to PROVISIONED: records stay in order per partition key",
    ],
    "streams-encryption_stream": [
      "kept: encrypts records put into stream encryption from now on; those put before stay unencrypted",
    ],
    "streams-plain_stream": [
      "kept: encrypts records put into stream plain from now on; those put before stay unencrypted",
    ],
    "streams-retained_stream": [
      "unreadable: schedules key arn:aws:kms:eu-west-1:111111111111:key/one for deletion in 30 days: records encrypted with it become unreadable at once; keep it with 'retainKey' until the stream's retention has passed since it used the key, or cancel the deletion with 'aws kms cancel-key-deletion' and then 'aws kms enable-key'",
    ],
    "streams-abandoned_stream": [
      "unreadable: schedules key arn:aws:kms:eu-west-1:111111111111:key/one for deletion in 30 days: records encrypted with it become unreadable at once; keep it with 'retainKey' until the stream's retention has passed since it used the key, or cancel the deletion with 'aws kms cancel-key-deletion' and then 'aws kms enable-key'",
      "kept: stores records put into stream abandoned from now on unencrypted",
    ],
    "streams-keys_stream": [
      "kept: encrypts stream keys with another key: records put before stay encrypted with arn:aws:kms:eu-west-1:111111111111:key/one for up to the retention (24 h); the readers keep access to it",
    ],
    "streams-given_stream": [
      "kept: encrypts stream given with another key: records put before stay encrypted with arn:aws:kms:eu-west-1:111111111111:key/one for up to the retention (24 h); the readers' policies are known only at apply: make sure that 'previousKmsKeyArns' names this key until then",
    ],
    "streams-renamed_stream": [
      "lost: replaces stream renamed by renamed-2 since its name changes: the records in it are lost",
    ],
    mode: [
      "replayed: replaces the mapping of function mode since its event source changes: it receives everything retained (24 h) again",
    ],
    filtered: [
      "kept: delivers to function filtered only records that match the new filters from now on",
    ],
    paused: [
      "waiting: pauses function paused: its records wait, and are lost once they are older than the retention (24 h)",
    ],
    destination: [
      "lost: deletes queue destination-on-failure: the failure reports in it are lost",
      "kept: reports failures of function destination to arn:aws:sqs:eu-west-1:222222222222:failures from now on",
    ],
    reporting: [
      "kept: reports failures of function reporting to a destination created by this plan from now on",
    ],
    names: ["kept: replaces function names by names-2: its records wait until the new one exists"],
    registered: [
      "replayed: replaces the mapping of function registered since its registered consumer is replaced: it receives everything retained (24 h) again",
    ],
    "replaced-2": [
      "kept: adds function replaced-2 to stream main: it receives everything retained (24 h)",
    ],
    swapped: [
      "kept: hands the records of stream main over from function swapped to function echo, which continues where it stopped",
      "kept: deletes log group /aws/lambda/swapped and the logs in it",
    ],
    later: ["kept: adds function later to stream main: it receives everything retained (24 h)"],
    broken: ["kept: adds function broken to stream main: it receives everything retained (24 h)"],
  },
  "2": {
    function: [
      "kept: limits the role of function function to what permissions boundary arn:aws:iam::222222222222:policy/boundary allows, which this plan does not show: unless it allows everything that the role's own policies do, its records wait",
    ],
    "streams-capacity_stream": [
      "lost: shortens the retention of stream capacity from 48 h to 24 h: older records are lost",
      "kept: changes stream capacity from PROVISIONED to ON_DEMAND: records stay in order per partition key",
    ],
    "streams-plain_stream": [
      "kept: stores records put into stream plain from now on unencrypted; those put before stay encrypted with arn:aws:kms:eu-west-1:111111111111:key/one for up to the retention (24 h); the readers keep access to it",
    ],
    "streams-encryption_stream": [
      "kept: stores records put into stream encryption from now on unencrypted; those put before stay encrypted with arn:aws:kms:eu-west-1:111111111111:key/one for up to the retention (24 h); the readers keep access to it",
    ],
    "streams-keys_stream": [
      "kept: encrypts stream keys with another key: records put before stay encrypted with arn:aws:kms:eu-west-1:111111111111:key/one for up to the retention (24 h); the readers keep access to it",
    ],
    settings: [
      "kept: gives up on records of function settings older than 3600 s (before: 86000 s), or that still fail after 3 retries (before: 501): they are reported to arn:aws:sqs:eu-west-1:222222222222:settings-on-failure",
    ],
    replay: [
      "replayed: replaces the mapping of function replay as requested: it receives everything retained (24 h) again",
    ],
    mode: [
      "replayed: replaces the mapping of function mode since its event source changes: it receives everything since T again",
    ],
    filtered: [
      "kept: delivers every record to function filtered from now on; records that the filters excluded are not delivered later",
    ],
    paused: ["kept: resumes function paused: it continues where it stopped"],
    destination: [
      "lost: removes the on-failure destination of function destination: records that Lambda gives up on leave no trace",
    ],
    kept: [
      "lost: deletes queue kept-on-failure: the failure reports in it are lost",
      "kept: reports failures of function kept-2 to a destination created by this plan from now on",
      "kept: deletes log group /aws/lambda/kept and the logs in it",
    ],
    swapped: [
      "kept: hands the records of stream main over from function echo to function swapped, which continues where it stopped",
    ],
    later: [
      "lost: deletes queue later-on-failure: the failure reports in it are lost",
      "kept: removes function later from stream main: it receives no more records; if its consumer is only renamed, keep the old name as its 'id' (settings) or as its construct id",
      "kept: deletes log group /aws/lambda/later and the logs in it",
    ],
  },
  planned: {
    "streams-shrunk_stream": [
      "refused: AWS refuses to change stream shrunk from 4 to 1 shards in one step: go to 2 first",
    ],
    swapped: [
      "kept: delivers to function swapped only records that match the new filters from now on",
    ],
    keys: ["kept: replaces function keys by a new one: its records wait until the new one exists"],
    tagged: ["kept: deletes log group /aws/lambda/tagged and the logs in it"],
    replay: [
      "kept: adds function replay to stream main: it receives everything retained (24 h)",
      "kept: does not find log group /aws/lambda/replay, mapping of function replay, function replay, queue replay-on-failure, and creates them again, empty: they were deleted outside Terraform, or this state is an older copy; if the provider now looks in another account or Region, the old ones stay there, unmanaged, and go on reading",
    ],
  },
};

const IDS = Object.keys(CHANGES) as ChangeId[];

describe.each(PLANS_OF_ROUNDS.all())("the recorded plan of round %s", (round, plan) => {
  const effects = effectsOf(plan);
  const ids = IDS.filter((id) => String(PROOFS[id].round) === round);

  it.each(ids)("has what the table says of: %s", (id) => {
    expectPlan(plan, effects, id, ids);
  });

  it("says in words what becomes of the records", () => {
    const told = ids.map((id) => {
      const { construct } = PROOFS[id];
      const own = effects.filter(({ address }) => isOf(construct, address));
      return [
        construct,
        own.map(
          (one) =>
            `${one.records}: ${short(one.sentence).replace(/since \S+ again/, "since T again")}`,
        ),
      ] as const;
    });

    expect(Object.fromEntries(told.filter(([, sentences]) => sentences.length > 0))).toEqual(
      TOLD[round],
    );
  });
});
