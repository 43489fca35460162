import { TerraformStack, TerraformVariable } from "cdktf";
import {
  type CrossAccountConsumerProps,
  OnFailure,
  type ProducerStreamProps,
  ReadMode,
} from "../../modules";
import {
  aConsumer,
  aStream,
  CONSUMER_NAME,
  Providers,
  refusalOfApp,
  ROLE_ARN,
  synthesize,
} from "../helpers/synthesize";

type Each = (index: number) => Partial<CrossAccountConsumerProps>;

const consumers =
  (count: number, each: Each, props: Partial<ProducerStreamProps> = {}) =>
  (stack: TerraformStack, providers: Providers): void => {
    const stream = aStream(stack, providers, props);
    for (let index = 0; index < count; index++) {
      aConsumer(
        stack,
        providers,
        { stream, consumerName: `reader-${index}`, ...each(index) },
        `consumer-${index}`,
      );
    }
  };

const EXISTING = {
  functionName: "reader",
  roleName: "reader",
  roleArn: ROLE_ARN,
};
const SHARED = ReadMode.SHARED_THROUGHPUT;
const AT = "at stack/consumer-0 and stack/consumer-1; rename all but one";

describe("mistakes that only the whole app shows", () => {
  it("accepts any number of consumers with different names", () => {
    expect(refusalOfApp(consumers(3, () => ({})))).toBe("");
  });

  it("fails when two consumers of a stream have the same name", () => {
    const refusal = refusalOfApp(
      consumers(2, (index) => ({
        consumerName: "reader",
        functionName: `f-${index}`,
      })),
    );
    expect(refusal).toContain(`'consumerName' must be unique on a stream, got "reader" ${AT}`);
    expect(refusal.match(/must be/g)).toHaveLength(1);
  });

  it("accepts the same name for a registered consumer and for a consumer with shared throughput", () => {
    const build = consumers(2, (index) => ({
      consumerName: "reader",
      functionName: `f-${index}`,
      readMode: index === 0 ? SHARED : undefined,
    }));
    expect(refusalOfApp(build)).toBe("");
  });

  it("fails when two functions, and therefore their roles, have the same name", () => {
    const refusal = refusalOfApp(consumers(2, () => ({ functionName: "f" })));
    expect(refusal).toContain(
      `'functionName' must be unique in an account and Region, got "f" ${AT}`,
    );
    expect(refusal).toContain("'roleName' must be unique");
    expect(refusal.match(/must be/g)).toHaveLength(2);
  });

  describe("consumers of one existing function", () => {
    it("fail when the role's policies would have the same name", () => {
      const refusal = refusalOfApp((stack, providers) => {
        const props = {
          existingFunction: EXISTING,
          onFailure: OnFailure.none(),
        };
        aConsumer(stack, providers, props, "consumer-0");
        const stream = aStream(stack, providers, { streamName: "b" }, "b");
        aConsumer(stack, providers, { ...props, stream }, "consumer-1");
      });
      expect(refusal).toContain(
        `'consumerName' must be unique among the consumers of one function, whose role gets a policy of that name, got "${CONSUMER_NAME}" ${AT}`,
      );
      expect(refusal.match(/must be/g)).toHaveLength(1);
    });

    it("are accepted with different names and destinations", () => {
      const build = consumers(2, (index) => ({
        existingFunction: EXISTING,
        onFailure: index === 0 ? OnFailure.none() : undefined,
      }));
      expect(refusalOfApp(build)).toBe("");
    });
  });

  describe("the number of registered consumers", () => {
    const sentence = (limit: number, count: number) =>
      `'registeredConsumerLimit' must be at least the number of registered consumers, got ${limit} for ${count} (reader-0, reader-1, `;
    const fix =
      "; read some of them with ReadMode.SHARED_THROUGHPUT, or set it to 50 where the account has On-demand Advantage";

    it.each([
      [20, {}],
      [50, { registeredConsumerLimit: 50 }],
    ])("fails when it is over %s, with %j", (limit, props) => {
      const refusal = refusalOfApp(consumers(limit + 1, () => ({}), props));
      expect(refusal).toContain(sentence(limit, limit + 1));
      expect(refusal).toContain(`, reader-${limit})${fix}`);
      expect(refusalOfApp(consumers(limit, () => ({}), props))).toBe("");
    });

    it("does not count consumers with shared throughput", () => {
      const build = consumers(21, (index) => ({
        readMode: index === 0 ? SHARED : undefined,
      }));
      expect(refusalOfApp(build)).toBe("");
    });

    it("is checked by Terraform if the limit is a token", () => {
      const build = (stack: TerraformStack, providers: Providers) => {
        const limit = new TerraformVariable(stack, "limit", {});
        consumers(21, () => ({}), {
          registeredConsumerLimit: limit.numberValue,
        })(stack, providers);
      };
      expect(refusalOfApp(build)).toBe("");
      const [precondition] = synthesize(build).named("aws_kinesis_resource_policy", "stream")
        .lifecycle.precondition;
      expect(precondition.condition).toBe("${(21 <= var.limit)}");
      expect(precondition.error_message).toContain(
        "at least the number of registered consumers, got ${var.limit} for 21 (reader-0, ",
      );
    });
  });

  describe("the size of the stream's resource policy", () => {
    /** Grants access to as many writers as make the policy exactly this long. */
    const granting = (bytes: number) => (stack: TerraformStack, providers: Providers) => {
      const stream = aStream(stack, providers);
      const writer = (index: number, length: number) =>
        `arn:aws:iam::333333333333:role/${index}`.padEnd(length, "x");
      const frame =
        '{"Version":"2012-10-17","Statement":[{"Sid":"StreamWriteStatementID","Effect":"Allow","Principal":{"AWS":[]},"Action":["kinesis:PutRecord","kinesis:PutRecords"],"Resource":""}]}';
      let left = bytes - frame.length;
      for (let index = 0; left > 0; index++) {
        const length = left > 300 ? 100 : left - 2;
        stream.grantWrite(writer(index, length));
        left -= length + '"",'.length;
        if (length !== 100) {
          break;
        }
      }
    };
    const sentence = (bytes: number | string) =>
      `the stream's resource policy must be at most 20480 bytes, got ${bytes}; grant whole accounts (arn:aws:iam::<account>:root) instead of single roles`;

    it("fails when the literals alone exceed 20 KB", () => {
      expect(refusalOfApp(granting(20481))).toContain(sentence(20481));
      expect(refusalOfApp(granting(20480))).toBe("");
    });

    const preconditionsOf = (count: number) =>
      synthesize(consumers(count, () => ({ readMode: SHARED }))).only("aws_kinesis_resource_policy")
        .lifecycle?.precondition;

    it("is checked by Terraform if role ARNs, known at apply, could exceed it", () => {
      expect(preconditionsOf(30)).toBeUndefined();
      const [precondition, ...more] = preconditionsOf(31);
      expect(more).toEqual([]);
      const roles = [...Array(31).keys()].map(
        (index) => `aws_iam_role\\.consumer-${index}_role_[0-9A-F]{8}\\.arn`,
      );
      const size = `\\(length\\(join\\("", \\[${roles.join(", ")}, aws_kinesis_stream\\.stream_[0-9A-F]{8}\\.arn\\]\\)\\) \\+ [0-9]+\\)`;
      expect(precondition.condition).toMatch(new RegExp(`^\\$\\{\\(${size} <= 20480\\)\\}$`));
      const [, got = ""] = (precondition.error_message as string).split(/got |; /);
      expect(precondition.error_message).toBe(sentence(got));
      expect(got).toMatch(new RegExp(`^\\$\\{${size}\\}$`));
    });
  });
});
