import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { type CrossAccountConsumerProps, ProducerStream, ReadMode } from "../../modules";
import { CONSUMER_PROPERTIES } from "../../modules/cross-account-consumer/consumer-properties";
import { principalArn } from "../../modules/policies/principals";
import { CONSTRUCTS } from "../helpers/constructs";
import { sentenceAbout } from "../helpers/sentences";
import {
  aConsumer,
  aStream,
  CONSUMER_ARN,
  CONSUMER_NAME,
  type Json,
  refusals,
  REGION,
  STREAM_ARN,
  synthesize,
} from "../helpers/synthesize";

const { refuse } = CONSTRUCTS.CrossAccountConsumer;

describe("CrossAccountConsumer's access to the stream", () => {
  it.each(["a b", "a:b", "a".repeat(129)])("fails when consumerName is %j", (consumerName) => {
    expect(refuse({ consumerName, functionName: "reader" })).toEqual([
      sentenceAbout("consumerName", CONSUMER_PROPERTIES.consumerName, consumerName),
    ]);
  });

  it.each(["a", "a.b_c-9", "a".repeat(128)])("accepts the consumerName %j", (consumerName) => {
    expect(refuse({ consumerName, functionName: "reader" })).toEqual([]);
  });

  describe("the providers", () => {
    const fix =
      "give each AwsProvider of a stack an alias of its own, or pass the stream's provider if both are in one account";

    it("accepts one provider for both, in the stream's own account", () => {
      const { resources } = synthesize((stack, providers) =>
        aConsumer(stack, providers, { provider: providers.producer }),
      );
      expect(
        new Set(
          Object.values(resources).flatMap((named) =>
            Object.values<Json>(named).map(({ provider }) => provider),
          ),
        ),
      ).toEqual(new Set(["aws.producer"]));
    });

    it("fails when both have the same alias, or none", () => {
      const withAlias = (alias?: string) =>
        refusals((stack, providers) => {
          const of = (id: string) => new AwsProvider(stack, id, { alias, region: REGION });
          const stream = aStream(stack, providers, { provider: of("one") });
          aConsumer(stack, providers, { stream, provider: of("two") });
        });
      expect(withAlias("same")).toEqual([
        `'provider' must have another alias than the stream's provider, got same for both; ${fix}`,
      ]);
      expect(withAlias()).toEqual([
        `'provider' must have another alias than the stream's provider, got none for both; ${fix}`,
      ]);
    });

    const wrongRegion = `'provider' must be in the stream's Region ${REGION}, got us-east-1; Lambda reads a stream of its own Region only: use a provider of that Region`;

    it("fails when they are in different Regions", () => {
      const sentences = refusals((stack, providers) => {
        const provider = new AwsProvider(stack, "far", {
          alias: "far",
          region: "us-east-1",
        });
        aConsumer(stack, providers, { provider });
      });
      expect(sentences).toEqual([wrongRegion]);
    });

    it("fails when the consumer's is in another Region than an imported stream", () => {
      const sentences = refusals((stack, providers) => {
        const stream = ProducerStream.fromAttributes(stack, "stream", {
          streamArn: STREAM_ARN,
        });
        aConsumer(stack, providers, { stream, consumerArn: CONSUMER_ARN });
      }, "us-east-1");
      expect(sentences).toEqual([wrongRegion]);
    });
  });

  describe("consumerArn", () => {
    const refusalsWith = (props: Partial<CrossAccountConsumerProps>, owned = false) =>
      refusals((stack, providers) => {
        const stream = ProducerStream.fromAttributes(stack, "stream", {
          streamArn: STREAM_ARN,
          provider: owned ? providers.producer : undefined,
        });
        aConsumer(stack, providers, { stream, ...props });
      });

    it("fails when it is missing and the stream has no provider to register the consumer with", () => {
      expect(refusalsWith({})).toEqual([
        "'readMode' requires 'consumerArn', got ENHANCED_FAN_OUT on a stream without a provider; give the registered consumer's ARN, give the stream a 'provider' to have one registered, or use SHARED_THROUGHPUT",
      ]);
    });

    it("fails when it is given although the construct registers the consumer", () => {
      const sentences = [
        "'consumerArn' and 'stream.provider' are mutually exclusive, got both; omit 'consumerArn' to have the consumer registered by this construct",
      ];
      expect(refusalsWith({ consumerArn: CONSUMER_ARN }, true)).toEqual(sentences);
      expect(
        refusals((stack, providers) => aConsumer(stack, providers, { consumerArn: CONSUMER_ARN })),
      ).toEqual(sentences);
    });

    it("fails when throughput is shared", () => {
      const readMode = ReadMode.SHARED_THROUGHPUT;
      expect(refusalsWith({ consumerArn: CONSUMER_ARN, readMode })).toEqual([
        `'consumerArn' and 'readMode' are mutually exclusive, got ${CONSUMER_ARN} with SHARED_THROUGHPUT; omit 'consumerArn', or use ENHANCED_FAN_OUT`,
      ]);
    });

    it("fails when it has `*` instead of the creation time, as in CDK", () => {
      const consumerArn = CONSUMER_ARN.replace(/[0-9]+$/, "*");
      expect(refusalsWith({ consumerArn })).toEqual([
        sentenceAbout("consumerArn", CONSUMER_PROPERTIES.consumerArn, consumerArn),
      ]);
    });

    it.each([
      ["of another consumer", CONSUMER_ARN.replace(CONSUMER_NAME, "another")],
      ["of another stream", CONSUMER_ARN.replace("111111111111", "444444444444")],
    ])("fails when it is %s", (_what, consumerArn) => {
      expect(refusalsWith({ consumerArn })).toEqual([
        `'consumerArn' must be the ARN of consumer ${CONSUMER_NAME} of ${STREAM_ARN}, got "${consumerArn}"; correct the ARN, 'consumerName' or 'stream'`,
      ]);
    });

    it("accepts the ARN of this consumer", () => {
      expect(refusalsWith({ consumerArn: CONSUMER_ARN })).toEqual([]);
    });
  });
});

describe("grantRead and grantWrite", () => {
  const refusalsOfGrant = (principal: string): string[][] =>
    (["grantRead", "grantWrite"] as const).map((grant) =>
      refusals((stack, providers) => aStream(stack, providers)[grant](principal)),
    );
  const both = (sentence: string) => [[sentence], [sentence]];

  it.each(["*", "arn:aws:iam::*:root", "arn:aws:iam::333333333333:role/*"])(
    "fail when the principal is the wildcard %s",
    (principal) => {
      expect(refusalsOfGrant(principal)).toEqual(
        both(
          `'principalArn' must name one principal, got "${principal}"; a Kinesis resource policy takes no wildcard: grant each role, user or account by its ARN`,
        ),
      );
    },
  );

  it.each(["firehose.amazonaws.com", "ec2.amazonaws.com.cn"])(
    "fail when the principal is the service %s",
    (principal) => {
      expect(refusalsOfGrant(principal)).toEqual(
        both(
          `'principalArn' must be an AWS account, role or user, got the service principal "${principal}"; Kinesis takes no service principals: grant the role that the service assumes`,
        ),
      );
    },
  );

  it.each([
    "cognito-identity.amazonaws.com",
    "accounts.google.com",
    "arn:aws:iam::333333333333:saml-provider/okta",
    "arn:aws:iam::333333333333:oidc-provider/token.actions.githubusercontent.com",
    "arn:aws:sts::333333333333:federated-user/bob",
  ])("fail when the principal is the federated identity %s", (principal) => {
    expect(refusalsOfGrant(principal)).toEqual(
      both(
        `'principalArn' must be an AWS account, role or user, got the federated principal "${principal}"; Kinesis takes no federated principals: grant the role that the identity assumes`,
      ),
    );
  });

  it.each([
    "",
    "bob",
    "33333333333",
    "3333333333333",
    "arn:aws:iam::33333333333:role/writer",
    "arn:aws:iam::333333333333:group/writers",
    "arn:aws:sts::333333333333:assumed-role/writer/session",
    "arn:aws:iam::333333333333:role/",
    "arn:aws:iam::333333333333:role/a b",
  ])("fail when the principal is %j", (principal) => {
    expect(refusalsOfGrant(principal)).toEqual(
      both(
        sentenceAbout(
          "principalArn",
          { type: principalArn, fix: "grant an account, a role or a user" },
          principal,
        ),
      ),
    );
  });
});
