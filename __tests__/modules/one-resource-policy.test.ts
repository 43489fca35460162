import { ProducerStream } from "../../modules";
import { aStream, refusalOfApp, STREAM_ARN } from "../helpers/synthesize";

const ACCOUNT = "333333333333";

const refusalOf = (arns: readonly string[], granted = arns.length) =>
  refusalOfApp((stack, { producer }) =>
    arns.forEach((streamArn, index) => {
      const stream = ProducerStream.fromAttributes(stack, `stream-${index}`, {
        streamArn,
        provider: producer,
      });
      if (index < granted) {
        stream.grantWrite(ACCOUNT);
      }
    }),
  );

const sentence = (paths: string) =>
  `only one construct may manage a stream's resource policy: ${paths} have a 'provider'; the last of them would silently replace the policy of the others: pass one stream to all consumers`;

describe("a stream's one resource policy", () => {
  it("fails when two constructs would manage it", () => {
    const refusal = refusalOf([STREAM_ARN, STREAM_ARN]);
    expect(refusal).toContain(sentence("stack/stream-0 and stack/stream-1"));
    expect(refusal.match(/only one construct/g)).toHaveLength(1);
  });

  it("fails when a created stream is also imported", () => {
    const refusal = refusalOfApp((stack, providers) => {
      const stream = aStream(stack, providers);
      stream.grantWrite(ACCOUNT);
      ProducerStream.fromAttributes(stack, "again", {
        streamArn: stream.streamArn,
        provider: providers.producer,
      }).grantWrite(ACCOUNT);
    });
    expect(refusal).toContain(sentence("stack/stream and stack/again"));
  });

  it("may be managed by one of two constructs", () => {
    expect(refusalOf([STREAM_ARN, STREAM_ARN], 1)).toBe("");
  });

  it("may exist once for each stream", () => {
    expect(refusalOf([STREAM_ARN, `${STREAM_ARN}-2`])).toBe("");
  });
});
