import type { Answers } from "./recorded";
import { configuration, difference, fixes } from "./doctor-answers";
import { allowRole, document, gone, KEY, ROLE } from "./recorded-pipeline";

const QUEUE = "arn:aws:sqs:eu-west-1:222222222222:failed";
const TOPIC = "arn:aws:sns:eu-west-1:222222222222:failed";
const BUCKET = "arn:aws:s3:::reports";
/** The destination's key. */
const OWN = "arn:aws:kms:eu-west-1:222222222222:key/2";
const ROOT = "arn:aws:iam::222222222222:root";

interface Input {
  readonly KeyId: string;
}
const isOwn = ({ KeyId }: Input): boolean => KeyId !== KEY;

/** Answers about the destination's key; those about the stream's are the good ones. */
const key = (
  policy: string,
  { state = "Enabled", grants = [] as object[], manager = "CUSTOMER" } = {},
): Answers => ({
  "kms:DescribeKey": (input: Input) => ({
    KeyMetadata: isOwn(input)
      ? { Arn: OWN, KeyState: state, KeyManager: manager }
      : { Arn: KEY, KeyState: "Enabled" },
  }),
  "kms:GetKeyPolicy": (input: Input) => ({
    Policy: isOwn(input) ? policy : allowRole("kms:Decrypt"),
  }),
  "kms:ListGrants": (input: Input) => ({ Grants: isOwn(input) ? grants : [] }),
});
const to = (Destination: string, more: Answers): Answers => ({
  ...configuration({ DestinationConfig: { OnFailure: { Destination } } }),
  ...more,
});
const queue = (KmsMasterKeyId: string, more: Answers): Answers =>
  to(QUEUE, {
    "sqs:GetQueueUrl": () => ({ QueueUrl: "http://queue" }),
    "sqs:GetQueueAttributes": () => ({ Attributes: { KmsMasterKeyId } }),
    ...more,
  });
const topic = (more: Answers): Answers =>
  to(TOPIC, {
    "sns:GetTopicAttributes": () => ({ Attributes: { KmsMasterKeyId: "alias/mine" } }),
    ...more,
  });
const bucket = (more: Answers): Answers =>
  to(BUCKET, {
    "s3:HeadBucket": () => ({}),
    "s3:GetBucketPolicy": gone("NoSuchBucketPolicy"),
    "s3:GetBucketEncryption": () => ({
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { KMSMasterKeyID: OWN } }],
      },
    }),
    ...more,
  });

/** Usual policy: the account, whose own policies decide. */
const account = document({
  Effect: "Allow",
  Principal: { AWS: ROOT },
  Action: "kms:*",
  Resource: "*",
});
const onlyFor = (condition: object, ...actions: string[]): string =>
  document({
    Effect: "Allow",
    Principal: { AWS: ROLE },
    Action: actions,
    Resource: "*",
    Condition: { StringEquals: condition },
  });
/** The role's own policy, with no right to use the destination's key. */
const withoutKey: Answers = {
  "iam:GetRolePolicy": () => ({
    PolicyDocument: document(
      {
        Effect: "Allow",
        Action: ["kinesis:*", "logs:*", "sqs:*", "sns:*", "s3:*"],
        Resource: "*",
      },
      { Effect: "Allow", Action: "kms:*", Resource: KEY },
    ),
  }),
};

/** What doctor says of the key, without the calls. */
const said = async (answers: Answers): Promise<string[]> =>
  (await difference(answers)).filter((line) => /^(role: )?destination's /.test(line));

const GOOD = [
  "destination's key: ok allows arn:aws:iam::222222222222:role/reader",
  "role: destination's key: ok allows kms:GenerateDataKey, kms:Decrypt",
  `destination's encryption: ok key ${OWN}, Enabled`,
];

describe("doctor, about the key of an on-failure destination", () => {
  it.each([
    ["a queue, named by id", queue("2", key(account)), GOOD],
    ["a topic, named by an alias", topic(key(account)), GOOD],
    [
      "a bucket, for which a data key is enough",
      bucket(key(account)),
      GOOD.map((line) => line.replace(", kms:Decrypt", "")),
    ],
    [
      "a key whose policy names the queue",
      queue(
        OWN,
        key(
          onlyFor(
            {
              "kms:ViaService": "sqs.eu-west-1.amazonaws.com",
              "kms:EncryptionContext:aws:sqs:arn": QUEUE,
            },
            "kms:GenerateDataKey",
            "kms:Decrypt",
          ),
        ),
      ),
      GOOD,
    ],
    ["the service's own key", queue("alias/aws/sqs", {}), []],
    [
      "an AWS managed key, named by its id",
      queue("2", key(account, { manager: "AWS" })),
      [`destination's encryption: ok key ${OWN}, Enabled`],
    ],
    [
      "a key whose policy is for the stream's records",
      queue(
        OWN,
        key(
          onlyFor(
            { "kms:ViaService": "kinesis.eu-west-1.amazonaws.com" },
            "kms:GenerateDataKey",
            "kms:Decrypt",
          ),
        ),
      ),
      [
        "destination's key: destination-key-denies: nothing allows kms:GenerateDataKey on arn:aws:kms:eu-west-1:222222222222:key/2; statement 1 of the key's policy would, but for its condition StringEquals kms:ViaService: kinesis.eu-west-1.amazonaws.com (kms:GenerateDataKey, kms:Decrypt)",
        ...GOOD.slice(1),
      ],
    ],
    [
      "a key that a grant lets the role use",
      queue(
        OWN,
        key(document(), {
          grants: [{ GranteePrincipal: ROLE, Operations: ["GenerateDataKey", "Decrypt"] }],
        }),
      ),
      [
        "destination's key: ok a grant allows kms:GenerateDataKey, kms:Decrypt to arn:aws:iam::222222222222:role/reader",
        ...GOOD.slice(1),
      ],
    ],
    [
      "a role that may not use the key",
      queue(OWN, { ...key(account), ...withoutKey }),
      [
        GOOD[0],
        `role: destination's key: role-policy-destination-key: nothing allows kms:GenerateDataKey on ${OWN}; statement 2 of role policy own would, but for its resource ${KEY} (kms:GenerateDataKey, kms:Decrypt)`,
        GOOD[2],
      ],
    ],
    [
      "a disabled key",
      queue(OWN, key(account, { state: "Disabled" })),
      [
        ...GOOD.slice(0, 2),
        `destination's encryption: destination-key-disabled: the state of ${OWN} is Disabled`,
      ],
    ],
    [
      "a key that does not exist",
      queue(OWN, {
        ...key(account),
        "kms:DescribeKey": (input: Input) =>
          isOwn(input)
            ? gone("NotFoundException")()
            : { KeyMetadata: { Arn: KEY, KeyState: "Enabled" } },
      }),
      [
        `destination's encryption: destination-key-missing: ${OWN}: kms:DescribeKey failed with NotFoundException: not there`,
      ],
    ],
    [
      "a key in an account without credentials",
      queue(OWN.replace("222222222222", "333333333333"), key(account)),
      [
        "destination's encryption: unknown the key arn:aws:kms:eu-west-1:333333333333:key/2 is in account 333333333333",
      ],
    ],
  ])("says what is so of %s", async (_, answers, expected) => {
    expect(await said(answers)).toEqual(expected);
  });

  it("lets the role use the key, for reports to this queue alone", async () => {
    const condition =
      '"Condition":{"StringEquals":{"kms:ViaService":"sqs.eu-west-1.amazonaws.com","kms:EncryptionContext:aws:sqs:arn":"arn:aws:sqs:eu-west-1:222222222222:failed"}}';

    expect(await fixes(queue(OWN, { ...key(document()), ...withoutKey }))).toEqual([
      "destination-key-denies: let the role use the key",
      `$ aws kms put-key-policy @function --key-id ${OWN} --policy-name default --policy '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"${ROLE}"},"Action":["kms:GenerateDataKey","kms:Decrypt"],"Resource":"*",${condition}}]}'`,
      "role-policy-destination-key: let the role do it (account 222222222222)",
      `$ aws iam put-role-policy @function --role-name reader --policy-name cross-account-kinesis --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kms:GenerateDataKey","kms:Decrypt"],"Resource":"${OWN}",${condition}}]}'`,
    ]);
  });

  it.each([
    ["Disabled", [`$ aws kms enable-key @function --key-id ${OWN}`]],
    [
      "PendingDeletion",
      [
        `$ aws kms cancel-key-deletion @function --key-id ${OWN} && aws kms enable-key @function --key-id ${OWN}`,
      ],
    ],
  ])("brings back a key that is %s", async (state, commands) => {
    const [, ...typed] = await fixes(queue(OWN, key(account, { state })));

    expect(typed).toEqual(commands);
  });
});
