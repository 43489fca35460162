import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { LambdaCode, ProducerStream, ReadMode } from "../../modules";
import {
  aConsumer,
  aStream,
  CONSUMER_ARN,
  CONSUMER_NAME,
  KEY_ARN,
  ROLE_ARN,
  STREAM_ARN,
  synthesize,
} from "../helpers/synthesize";
import { ROOT } from "./pack";

const GOLDEN = path.join(ROOT, "__tests__", "golden", "library.tf.json");

/** Every type of resource that the library creates, with only required properties. */
function document() {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "code-"));
  fs.writeFileSync(path.join(directory, "index.js"), "// code\n");
  return synthesize((stack, providers) => {
    const made = aStream(stack, providers, {}, "made");
    const imported = ProducerStream.fromAttributes(stack, "imported", {
      provider: providers.other,
      streamArn: STREAM_ARN.replace("111111111111", "333333333333"),
      kmsKeyArn: KEY_ARN,
    });
    const foreign = ProducerStream.fromAttributes(stack, "foreign", {
      streamArn: STREAM_ARN,
      kmsKeyArn: KEY_ARN,
    });
    [made, imported, foreign].forEach((stream) => stream.grantWrite(ROLE_ARN));
    const consumer = (id: string, props: Parameters<typeof aConsumer>[2]) =>
      aConsumer(stack, providers, { consumerName: id, ...props }, id);

    consumer("of-made", {
      stream: made,
      code: LambdaCode.fromDirectory(directory),
    });
    consumer("sharing", { stream: made, readMode: ReadMode.SHARED_THROUGHPUT });
    consumer("of-imported", { stream: imported });
    consumer("of-foreign", {
      stream: foreign,
      consumerName: CONSUMER_NAME,
      consumerArn: CONSUMER_ARN,
      existingFunction: {
        functionName: "function",
        roleName: "reader",
        roleArn: ROLE_ARN,
      },
    });
  }).document;
}

describe("resources that users have applied", () => {
  it("do not change, since another construct id or default is a breaking change (UPDATE_GOLDEN=1 accepts it)", () => {
    // Versions of frameworks and providers may change, and so may texts.
    const { terraform, ...synthesized } = JSON.parse(JSON.stringify(document()), (key, value) =>
      ["description", "error_message"].includes(key) ? undefined : value,
    );
    if (process.env.UPDATE_GOLDEN) {
      const text = JSON.stringify(synthesized, undefined, 2);
      fs.writeFileSync(GOLDEN, `${text}\n`);
    }

    expect(synthesized).toEqual(JSON.parse(fs.readFileSync(GOLDEN, "utf8")));
  });
});
