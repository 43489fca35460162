import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import { CrossAccountConsumer, ProducerStream } from "../../../modules";
import { synthesize } from "../../terraform/harness";
import { CONSUMER, PRODUCER, REGION } from "../deployment";
import { silentCode } from "./code";
import { at, consumers, type Existing, LATER, type Overrides, streams, WRITER } from "./lanes";

/** Synthesizes the streams and consumers of one round. */
export function world(
  existing: Existing,
  round: number,
  now: string,
  overrides: Overrides = {},
): string {
  return synthesize((stack, providerOf) => {
    const accounts = new Map<string, AwsProvider>();
    const provider = (account: string): AwsProvider => {
      const known = accounts.get(account) ?? providerOf(`account-${account}`, account);
      accounts.set(account, known);
      return known;
    };
    // Declared in every round, since Terraform needs the provider to destroy resources in the account.
    provider(LATER);
    const created = new Map<string, ProducerStream>();
    for (const [id, rounds] of Object.entries(streams(existing))) {
      const props = overrides.streams?.[id] ?? at(rounds, round)!;
      const stream = new ProducerStream(new Construct(stack, `streams-${id}`), "stream", {
        provider: provider(PRODUCER),
        ...props,
      });
      stream.grantWrite(`arn:aws:iam::${WRITER}:root`);
      created.set(id, stream);
    }
    for (const [id, rounds] of Object.entries(consumers(existing))) {
      const props = overrides.consumers?.[id] ?? at(rounds, round);
      if (!props) {
        continue;
      }
      const { streamId = "main", account = CONSUMER, ...rest } = props;
      new CrossAccountConsumer(stack, id, {
        provider: provider(account),
        stream: created.get(streamId)!,
        consumerName: id,
        code: rest.existingFunction ? undefined : silentCode(),
        ...rest,
        ...(rest.startingPositionTimestamp === "now" && { startingPositionTimestamp: now }),
      });
    }
  }, REGION);
}
