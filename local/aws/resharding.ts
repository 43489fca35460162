import type { Accounts } from "./accounts";
import { limitExceeded } from "./errors";
import { type Call, type Handlers, bodyOf } from "./protocol";

interface Body {
  readonly StreamARN?: string;
  readonly StreamName?: string;
  readonly TargetShardCount: number;
}

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html */
export const reshardingHandlers = (accounts: Accounts): Handlers => ({
  "kinesis.UpdateShardCount": async (call: Call) => {
    const { TargetShardCount: target, ...stream } = bodyOf<Body>(call);
    const { account, region } = call;
    const { kinesis } = accounts.owning(`arn:aws:kinesis:${region}:${account}:stream`);
    const { StreamDescriptionSummary: summary } = await kinesis.describeStreamSummary({
      StreamARN: stream.StreamARN,
      StreamName: stream.StreamName,
    });
    const open = summary?.OpenShardCount ?? 0;
    if (target > 2 * open || target < open / 2) {
      throw limitExceeded(
        `UpdateShardCount cannot scale to more than double or less than half of the current open shard count. Current open shard count: ${open}, target shard count: ${target}`,
      );
    }
    return call.forward();
  },
});
