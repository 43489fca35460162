/** Random policies and requests of a role, the same ones for the same seed. */

export const ROLE = "arn:aws:iam::222222222222:role/reader";
export const SESSION = "arn:aws:sts::222222222222:assumed-role/reader/fn";
export const ENCRYPTION_CONTEXT = "kms:EncryptionContext:aws:kinesis:arn";

/** https://github.com/cprosche/mulberry32 */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Example {
  readonly action: string;
  readonly resource: string;
  readonly account: string;
  readonly identity: readonly object[][];
  readonly boundary: readonly object[] | undefined;
  readonly resourcePolicy: readonly object[] | undefined;
  /** Known values; null for keys that the request does not have. */
  readonly context: Readonly<Record<string, string | readonly string[] | null>>;
  /** Values that only the simulator is told. */
  readonly hidden: Readonly<Record<string, string>>;
}

type Value = string | readonly string[];

/** Values of keys in conditions; what the request has is among them. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  "aws:PrincipalArn": [
    ROLE,
    "arn:aws:iam::222222222222:role/*",
    "arn:aws:*reader",
    "*",
    "arn:*:*:*:*:*",
  ],
  "aws:PrincipalAccount": ["222222222222", "111111111111", "${aws:PrincipalAccount}", "2*"],
  "aws:PrincipalType": ["AssumedRole", "assumedrole", "User", "Assumed*"],
  "aws:SecureTransport": ["true", "false", "TRUE"],
  "aws:RequestedRegion": ["eu-west-1", "eu-*", "us-east-1", "${aws:RequestedRegion}"],
  "aws:CurrentTime": ["2020-01-01T00:00:00Z", "2026-03-01T12:00:00Z", "2030-01-01T00:00:00Z"],
  "aws:SourceAccount": ["111111111111", "222222222222"],
  "aws:PrincipalServiceName": ["lambda.amazonaws.com", "*"],
  "aws:TagKeys": ["x", "team"],
  "aws:PrincipalOrgID": ["o-1", "o-2", "o-*"],
  "kms:EncryptionContextKeys": ["aws:kinesis:arn", "other", "aws:*"],
  "kms:ViaService": [
    "kinesis.eu-west-1.amazonaws.com",
    "lambda.eu-west-1.amazonaws.com",
    "*.amazonaws.com",
  ],
  "kms:CallerAccount": ["222222222222", "111111111111"],
};

const TEXT_OPERATORS = ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"];
const CASELESS = ["StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"];
const ARN_OPERATORS = ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"];
const DATE_OPERATORS = [
  "DateLessThan",
  "DateGreaterThan",
  "DateGreaterThanEquals",
  "DateNotEquals",
];
const ACTIONS = ["GetRecords", "DescribeStreamSummary", "SubscribeToShard"];

export class Examples {
  constructor(private readonly next: () => number) {}

  example(): Example {
    const account = this.sometimes(0.25) ? "222222222222" : "111111111111";
    const stream = `arn:aws:kinesis:eu-west-1:${account}:stream/clicks`;
    const consumer = `${stream}/consumer/reader:1700000000`;
    const key = `arn:aws:kms:eu-west-1:${account}:key/11111111-1111-1111-1111-111111111111`;
    const isKey = this.sometimes(0.4);
    const [name, resource] = this.one([
      [ACTIONS[0], stream],
      [ACTIONS[1], stream],
      [ACTIONS[2], consumer],
    ] as const);
    const own = isKey ? key : resource;
    const policy = (size: number, kind: "identity" | "resource") =>
      Array.from({ length: size }, () => this.statement(kind, own, isKey, stream));
    return {
      action: isKey ? "kms:Decrypt" : `kinesis:${name}`,
      resource: own,
      account,
      identity: Array.from({ length: 1 + this.below(2) }, () =>
        policy(1 + this.below(2), "identity"),
      ),
      boundary: this.sometimes(0.35) ? policy(1 + this.below(2), "identity") : undefined,
      resourcePolicy:
        isKey || this.sometimes(0.9) ? policy(1 + this.below(3), "resource") : undefined,
      context: {
        "aws:PrincipalArn": ROLE,
        "aws:PrincipalAccount": "222222222222",
        "aws:PrincipalType": "AssumedRole",
        "aws:SecureTransport": "true",
        "aws:RequestedRegion": "eu-west-1",
        "aws:ResourceAccount": account,
        "aws:CurrentTime": "2026-03-01T12:00:00Z",
        "aws:SourceAccount": null,
        "aws:PrincipalServiceName": null,
        "aws:TagKeys": null,
        "aws:PrincipalTag/x": null,
        "kms:EncryptionContextKeys": isKey ? ["aws:kinesis:arn", "other"] : null,
        "kms:ViaService": isKey ? "kinesis.eu-west-1.amazonaws.com" : null,
        "kms:CallerAccount": isKey ? "222222222222" : null,
        [ENCRYPTION_CONTEXT]: isKey ? stream : null,
      },
      hidden: this.sometimes(0.5) ? { "aws:PrincipalOrgID": this.one(["o-1", "o-2"]) } : {},
    };
  }

  private statement(
    kind: "identity" | "resource",
    resource: string,
    isKey: boolean,
    stream: string,
  ): object {
    const isAllow = this.sometimes(0.75);
    const service = isKey ? "kms" : "kinesis";
    const actions = isKey
      ? ["kms:Decrypt", "kms:*", "KMS:dec*", "kms:Encrypt", "*"]
      : [...ACTIONS.map((name) => `kinesis:${name}`), "kinesis:*", "kinesis:Get*", "*"];
    const resources = [
      "*",
      resource,
      resource.replace(/[^/]*$/, "*"),
      resource.replace(/\d{12}/, "*"),
      resource.replace(/\d{12}/, "33333333333?"),
      resource.replace(/clicks|11111111-/, "${aws:PrincipalTag/x, '$&'}"),
      resource.replace("stream/", "stream/${aws:RequestedRegion}"),
      `${resource}x`,
      // With a wildcard that would have to match a colon.
      ...(resource.includes("/consumer/") ? [resource.replace(/:eu-west-1:\d+:/, ":*:")] : []),
      ...(kind === "identity" ? [`arn:aws:${service}:*`] : []),
    ];
    return {
      Effect: isAllow ? "Allow" : "Deny",
      ...(kind === "resource" && this.principal(isAllow)),
      [this.sometimes(0.1) ? "NotAction" : "Action"]: this.some(actions),
      [this.sometimes(0.1) && !(kind === "resource" && isKey) ? "NotResource" : "Resource"]:
        kind === "resource" && isKey ? "*" : this.some(resources),
      ...(this.sometimes(0.45) && { Condition: this.conditions(stream, isKey) }),
    };
  }

  private principal(isAllow: boolean): object {
    const account = ["222222222222", "arn:aws:iam::222222222222:root"];
    if (this.sometimes(isAllow ? 0.05 : 0.3)) {
      // Of a Deny that excludes the role but not its session, AWS's page says what the simulator
      // does not know; such cases are in evaluate.test.ts.
      const AWS = isAllow || this.sometimes(0.2) ? ["333333333333"] : [ROLE, SESSION, ...account];
      return { NotPrincipal: { AWS } };
    }
    return {
      Principal: this.one([
        "*",
        { AWS: "*" },
        { AWS: ROLE },
        { AWS: ROLE },
        { AWS: SESSION },
        { AWS: account },
        { AWS: [this.one(account)] },
        { AWS: ["arn:aws:iam::333333333333:role/reader", ROLE] },
        { AWS: "arn:aws:iam::222222222222:role/other" },
        { Service: "lambda.amazonaws.com" },
      ]),
    };
  }

  private conditions(stream: string, isKey: boolean): object {
    const condition = (): readonly [string, object] => {
      const isContext = isKey && this.sometimes(0.3);
      const keys = Object.keys(VALUES).filter((one) => isKey || !one.startsWith("kms:"));
      const key = isContext ? ENCRYPTION_CONTEXT : this.one(keys);
      const values = isContext
        ? [stream, `${stream}2`, stream.replace(/[^/]*$/, "*")]
        : VALUES[key]!;
      return [this.operator(key), { [key]: this.some(values) }];
    };
    return Object.fromEntries(Array.from({ length: this.sometimes(0.2) ? 2 : 1 }, condition));
  }

  private operator(key: string): string {
    if (this.sometimes(0.08)) {
      return "Null";
    }
    const base = this.one(
      key === "aws:CurrentTime"
        ? DATE_OPERATORS
        : key === "aws:SecureTransport"
          ? ["Bool"]
          : key === "aws:PrincipalArn"
            ? [...ARN_OPERATORS, ...TEXT_OPERATORS]
            : [...TEXT_OPERATORS, ...CASELESS],
    );
    const isList = ["aws:TagKeys", "kms:EncryptionContextKeys"].includes(key);
    const set = isList || this.sometimes(0.1) ? this.one(["ForAnyValue:", "ForAllValues:"]) : "";
    return `${set}${base}${set === "" && this.sometimes(0.15) ? "IfExists" : ""}`;
  }

  private readonly below = (limit: number): number => Math.floor(this.next() * limit);
  private readonly sometimes = (share: number): boolean => this.next() < share;
  private readonly one = <T>(all: readonly T[]): T => all[this.below(all.length)]!;
  private readonly some = (all: readonly string[]): Value =>
    this.sometimes(0.7) ? this.one(all) : [this.one(all), this.one(all)];
}
