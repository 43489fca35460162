import { setTimeout as sleep } from "node:timers/promises";
import {
  DeleteResourcePolicyCommand,
  GetRecordsCommand,
  PutRecordCommand,
} from "@aws-sdk/client-kinesis";
import {
  DeleteFunctionConcurrencyCommand,
  PutFunctionConcurrencyCommand,
} from "@aws-sdk/client-lambda";
import type { Synthesized } from "../helpers/synthesize";
import { AlarmWatch } from "./alarm-watch";
import { records } from "./batch-handler";
import { MonitoredPipeline, STREAM, synthesized } from "./monitored-pipeline";
import { refusal } from "./refusal";
import { allow, CONSUMER, put, setResourcePolicy, STREAM_ACTIONS, until } from "./two-accounts";

/** The least real time that stands for a minute, unless a function needs time to fail. */
const MINUTE_SECONDS = 0.3;
const FAILING_MINUTE_SECONDS = 1.2;

const alarms = new AlarmWatch();
let pipeline: MonitoredPipeline;

beforeAll(async () => {
  pipeline = await MonitoredPipeline.start(alarms.clock);
  await alarms.connect(pipeline.aws);
  watch(synthesized());
});
afterAll(() => pipeline.aws.stop());

function watch(document: Synthesized): void {
  const mappings = Object.keys(document.resources.aws_lambda_event_source_mapping as object);
  const queues = Object.keys(document.resources.aws_sqs_queue as object);
  const uuidOf = (id: string) => pipeline.uuids.get(id.replace(/_.*/, "")) ?? "";
  alarms.watch(
    document,
    Object.fromEntries([
      ...mappings.map((id) => [`aws_lambda_event_source_mapping.${id}.uuid`, uuidOf(id)]),
      ...queues.map((id) => [`aws_sqs_queue.${id}.name`, id.replace(/_.*/, "-on-failure")]),
    ]) as Record<string, string>,
  );
}

const putRecord = (data: string) => put(pipeline.producer, pipeline.streamArn, records(data));

interface Incident {
  /** Starts it. */
  readonly cause?: () => Promise<unknown>;
  /** Happens in every minute while it lasts. */
  readonly during?: () => Promise<unknown>;
  readonly cure?: () => Promise<unknown>;
  /** Names of the alarms that must go off, without the stream's name. */
  readonly expected: readonly string[];
  /** The function that fails in every minute while it lasts. */
  readonly failing?: string;
}

const MOST_MINUTES = 60;
const nameOf = (id: string) => `${STREAM}-${id}`;

/** Whether every mapping that can read has done so in the current minute. */
async function allHaveRead(): Promise<boolean> {
  for (const EventSourceMappingUUID of pipeline.uuids.values()) {
    const { State, LastProcessingResult = "" } = await pipeline.mapping(EventSourceMappingUUID);
    const canRead = State === "Enabled" && !LastProcessingResult.startsWith("PROBLEM");
    if (
      canRead &&
      !(await alarms.count(pipeline.aws, "PolledEventCount", { EventSourceMappingUUID }))
    ) {
      return false;
    }
  }
  return true;
}

async function passMinutes(
  isOver: () => boolean,
  { during, failing }: Pick<Incident, "during" | "failing"> = {},
): Promise<void> {
  for (let minute = 0; !isOver(); minute++) {
    if (minute === MOST_MINUTES) {
      throw new Error(`not within ${minute} minutes, but ${JSON.stringify(alarms.changes)}`);
    }
    await during?.();
    await sleep(1000 * (failing ? FAILING_MINUTE_SECONDS : MINUTE_SECONDS));
    await until(allHaveRead);
    if (failing) {
      await until(() => alarms.count(pipeline.aws, "Invocations", { FunctionName: failing }));
    }
    await alarms.passMinute(pipeline.aws);
  }
}

const areQuiet = () => alarms.names.every((name) => alarms.state(name) === "OK");

/** Resolves with all changes of all alarms from the beginning of an incident until all are quiet again. */
async function incident({ cause, cure, expected, ...meanwhile }: Incident) {
  alarms.reset();
  await cause?.();
  // The first one can be quiet again when the last one goes off.
  const haveGoneOff = () => expected.every((id) => alarms.changes[nameOf(id)]?.includes("ALARM"));
  await passMinutes(haveGoneOff, meanwhile);
  await cure?.();
  await passMinutes(areQuiet);
  return alarms.changes;
}

const offAndOn = (...ids: string[]) =>
  Object.fromEntries(ids.map((id) => [nameOf(id), ["OK", "ALARM", "OK"]]));
/** AWS recommends to treat missing data of lag as missing, which notifies nobody. */
const WITHOUT_LAG = { [nameOf("analytics-consumer-lag")]: ["OK", "INSUFFICIENT_DATA", "OK"] };

describe("the alarms of a pipeline", () => {
  it("are all quiet on an idle stream", async () => {
    await passMinutes(areQuiet);
    expect(alarms.names).toHaveLength(2 + 11 + 10);
    alarms.reset();
    let minutes = 0;
    await passMinutes(() => minutes++ === 30);
    expect(alarms.changes).toEqual({});
  });

  it("tell that the stream's policy was taken away, and that it is back", async () => {
    const changes = await incident({
      cause: () =>
        pipeline.producer.kinesis.send(
          new DeleteResourcePolicyCommand({ ResourceARN: pipeline.streamArn }),
        ),
      cure: () =>
        setResourcePolicy(
          pipeline.producer,
          pipeline.streamArn,
          allow(STREAM_ACTIONS, pipeline.streamArn, CONSUMER),
        ),
      expected: ["analytics-access-lost", "audit-not-polled"],
    });
    expect(changes).toEqual({
      ...offAndOn("analytics-access-lost", "audit-not-polled"),
      ...WITHOUT_LAG,
    });
  });

  it("tell that the key's policy was taken away, and that it is back", async () => {
    const changes = await incident({
      cause: () => pipeline.setDecryption(false),
      cure: () => pipeline.setDecryption(true),
      expected: ["analytics-access-lost", "audit-not-polled"],
    });
    expect(changes).toEqual({
      ...offAndOn("analytics-access-lost", "audit-not-polled"),
      ...WITHOUT_LAG,
    });
  });

  it("tell that a function reports failures, and that it has recovered", async () => {
    const changes = await incident({
      cause: () => putRecord("bad for analytics"),
      cure: () => pipeline.setFunction("analytics", "nothing"),
      expected: ["analytics-failing-batches"],
      failing: "analytics",
    });
    expect(changes).toEqual(offAndOn("analytics-failing-batches"));
  });

  it("tell that a function throws until its consumer is far behind, and that it has recovered", async () => {
    const expected = ["failing-batches", "function-errors", "consumer-lag", "iterator-age"].map(
      (id) => `analytics-${id}`,
    );
    const changes = await incident({
      cause: async () => {
        await pipeline.setFunction("analytics", "bad for analytics", "throw");
        await putRecord("bad for analytics");
      },
      cure: () => pipeline.setFunction("analytics", "nothing"),
      expected,
      failing: "analytics",
    });
    expect(changes).toEqual(offAndOn(...expected));
  });

  it("tell that records were given up on, until nobody has to redrive them any more", async () => {
    const expected = ["records-given-up", "failures-waiting", "oldest-failure"].map(
      (id) => `audit-${id}`,
    );
    const changes = await incident({
      cause: () => putRecord("bad for audit"),
      cure: () => pipeline.deleteReport("audit"),
      expected,
    });
    expect(changes).toEqual(offAndOn(...expected));
  });

  it("tell that reports of failed records are lost as well", async () => {
    const expected = ["audit-records-dropped", "audit-destination-failures"];
    const changes = await incident({
      cause: async () => {
        await pipeline.setReports(false);
        await putRecord("bad for audit");
      },
      cure: () => pipeline.setReports(true),
      expected,
    });
    expect(changes).toEqual(offAndOn(...expected));
  });

  it("tell that producers and readers are throttled", async () => {
    const error = { code: "ProvisionedThroughputExceededException", message: "Rate exceeded" };
    const calls = {
      PutRecord: new PutRecordCommand({
        StreamARN: pipeline.streamArn,
        PartitionKey: "k",
        Data: Buffer.from("good"),
      }),
      GetRecords: new GetRecordsCommand({ StreamARN: pipeline.streamArn, ShardIterator: "any" }),
    };
    const changes = await incident({
      during: async () => {
        for (const [name, call] of Object.entries(calls)) {
          pipeline.aws.failNext("kinesis", name, error);
          const sent = pipeline.producer.kinesis.send(call as PutRecordCommand);
          expect(await refusal(sent)).toMatch(error.code);
        }
      },
      expected: ["write-throttled", "read-throttled"],
    });
    expect(changes).toEqual(offAndOn("write-throttled", "read-throttled"));
  });

  it("tell that the function may not run", async () => {
    const FunctionName = "analytics";
    const changes = await incident({
      cause: async () => {
        const none = { FunctionName, ReservedConcurrentExecutions: 0 };
        await pipeline.lambda.send(new PutFunctionConcurrencyCommand(none));
        await putRecord("good");
      },
      cure: () => pipeline.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName })),
      expected: ["analytics-function-throttles"],
    });
    expect(changes).toEqual(offAndOn("analytics-function-throttles"));
  });

  it("tell that the mappings were disabled by hand, and that they are enabled again", async () => {
    const changes = await incident({
      cause: () => pipeline.setEnabled(false),
      cure: () => pipeline.setEnabled(true),
      expected: ["analytics-access-lost", "audit-not-polled"],
    });
    expect(changes).toEqual({
      ...offAndOn("analytics-access-lost", "audit-not-polled"),
      ...WITHOUT_LAG,
    });
  });

  it("are all quiet while the mappings are paused in the settings", async () => {
    watch(synthesized(false));
    alarms.reset();
    await pipeline.setEnabled(false);
    let minutes = 0;
    await passMinutes(() => minutes++ === 30);
    expect(alarms.changes).toEqual({
      [nameOf("analytics-consumer-lag")]: ["OK", "INSUFFICIENT_DATA"],
    });
  });
});
