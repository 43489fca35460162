import type { _Record } from "@aws-sdk/client-kinesis";
import type { Accounts } from "./accounts";
import { type Call, type Handlers, bodyOf } from "./protocol";

/** The key that encrypts a stream's records from a point in time. */
interface Encryption {
  /** In milliseconds since the epoch. */
  readonly from: number;
  readonly keyArn: string | undefined;
}

/**
 * Records the history of each stream's encryption keys. A record stays encrypted with the key that
 * the stream had when the record was put, but moto stores only the current key.
 */
export class RecordKeys {
  private readonly streams = new Map<string, Encryption[]>();

  constructor(private readonly accounts: Accounts) {}

  /** ARN of the key that encrypts a record; undefined if the record is not encrypted. */
  of(streamArn: string, { ApproximateArrivalTimestamp: arrival }: _Record): string | undefined {
    const time = arrival?.getTime() ?? 0;
    return this.streams
      .get(streamArn)
      ?.filter(({ from }) => from <= time)
      .at(-1)?.keyArn;
  }

  readonly handlers: Handlers = {
    "kinesis.StartStreamEncryption": (call) => this.change(call),
    "kinesis.StopStreamEncryption": (call) => this.change(call),
    "kinesis.CreateStream": (call) => {
      this.streams.delete(streamArnIn(call));
      return call.forward();
    },
  };

  private async change(call: Call) {
    const { KeyId } = bodyOf<{ KeyId?: string }>(call);
    const isStart = call.operation === "StartStreamEncryption";
    const keyArn = isStart && KeyId ? await this.keyArn(call, KeyId) : undefined;
    const reply = await call.forward();
    const stream = streamArnIn(call);
    const changes = this.streams.get(stream) ?? [];
    if (reply.status < 300) {
      this.streams.set(stream, [...changes, { from: Date.now(), keyArn }]);
    }
    return reply;
  }

  private async keyArn({ account, region }: Call, KeyId: string): Promise<string | undefined> {
    const { kms } = this.accounts.owning(`arn:aws:kms:${region}:${account}:key`);
    const { KeyMetadata: key } = await kms.describeKey({ KeyId });
    return key?.Arn;
  }
}

function streamArnIn(call: Call): string {
  const { StreamARN, StreamName } = bodyOf<{ StreamARN?: string; StreamName?: string }>(call);
  return StreamARN ?? `arn:aws:kinesis:${call.region}:${call.account}:stream/${StreamName}`;
}
