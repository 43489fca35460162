import {
  consumerNameOf,
  dnsSuffixOf,
  functionNameIn,
  isConsumerArn,
  isKinesisArn,
  parseArn,
  parseFunctionArn,
  partitionOf,
  roleNameOf,
  sessionArnOf,
  streamArnOf,
  streamNameOf,
} from "../../pipeline/arn";

const STREAM = "arn:aws:kinesis:eu-west-1:111111111111:stream/clicks";
const CONSUMER = `${STREAM}/consumer/reader:1700000000`;
const FUNCTION = "arn:aws:lambda:eu-west-1:222222222222:function:reader";
const ROLE = "arn:aws-cn:iam::222222222222:role/a/b/reader";

describe("an ARN", () => {
  it("has five parts, the last of which may hold colons", () => {
    expect(parseArn(FUNCTION)).toEqual({
      partition: "aws",
      service: "lambda",
      region: "eu-west-1",
      account: "222222222222",
      resource: "function:reader",
    });
    expect(parseArn("reader")).toEqual({
      partition: "",
      service: "",
      region: "",
      account: "",
      resource: "",
    });
  });

  it("of a registered consumer names its stream", () => {
    expect([STREAM, CONSUMER].map(isKinesisArn)).toEqual([true, true]);
    expect(isKinesisArn(STREAM.replace("aws", "aws-us-gov"))).toBe(true);
    expect(
      [FUNCTION, undefined, `x${STREAM}`, STREAM.replace("clicks", "")].map(isKinesisArn),
    ).toEqual([false, false, false, false]);
    expect([STREAM, CONSUMER].map(isConsumerArn)).toEqual([false, true]);
    expect([STREAM, CONSUMER].map(streamArnOf)).toEqual([STREAM, STREAM]);
    expect([STREAM, CONSUMER].map(streamNameOf)).toEqual(["clicks", "clicks"]);
    expect([STREAM, CONSUMER].map(consumerNameOf)).toEqual(["", "reader"]);
    expect(streamNameOf(FUNCTION)).toBe("");
  });

  it("of a role holds its path, that of a session does not", () => {
    expect([ROLE, "reader"].map(roleNameOf)).toEqual(["reader", "reader"]);
    expect(sessionArnOf(ROLE, "fn")).toBe("arn:aws-cn:sts::222222222222:assumed-role/reader/fn");
  });

  it("of a function may end in a version or alias", () => {
    const parts = { unqualifiedArn: FUNCTION, name: "reader" };
    expect(parseFunctionArn(FUNCTION)).toEqual(parts);
    expect(parseFunctionArn(`${FUNCTION}:live`)).toEqual({ ...parts, qualifier: "live" });
    expect(parseFunctionArn("reader").name).toBe("");
    expect([FUNCTION, `${FUNCTION}:live`, "reader:live", undefined].map(functionNameIn)).toEqual([
      "reader",
      "reader",
      "reader",
      undefined,
    ]);
  });
});

describe("the partition of a Region", () => {
  it.each([
    ["eu-west-1", "aws", "amazonaws.com"],
    ["cn-north-1", "aws-cn", "amazonaws.com.cn"],
    ["us-gov-west-1", "aws-us-gov", "amazonaws.com"],
    ["us-iso-east-1", "aws-iso", "c2s.ic.gov"],
    ["us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov"],
    ["us-isof-south-1", "aws-iso-f", "csp.hci.ic.gov"],
    ["eu-isoe-west-1", "aws-iso-e", "cloud.adc-e.uk"],
    ["eusc-de-east-1", "aws-eusc", "amazonaws.eu"],
  ])("of %s is %s, with host names in %s", (region, partition, suffix) => {
    expect(partitionOf(region)).toBe(partition);
    expect(dnsSuffixOf(partition)).toBe(suffix);
  });
});
