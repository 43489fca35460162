import { lambdaRequest } from "../../pipeline/iam/lambda-request";

const ROLE = "arn:aws:iam::222222222222:role/team/reader";
const STREAM = "arn:aws:kinesis:eu-west-1:111111111111:stream/clicks";
const KEY = "arn:aws:kms:eu-west-1:111111111111:key/1";

const COMMON = {
  "aws:username": null,
  "aws:SourceAccount": null,
  "aws:SourceArn": null,
  "aws:SourceOrgID": null,
  "aws:SourceOrgPaths": null,
  "aws:SourceOwner": null,
  "aws:PrincipalServiceName": null,
  "aws:PrincipalServiceNamesList": null,
  "aws:TagKeys": null,
  "aws:PrincipalArn": ROLE,
  "aws:PrincipalAccount": "222222222222",
  "aws:PrincipalType": "AssumedRole",
  "aws:PrincipalIsAWSService": "false",
  "aws:SecureTransport": "true",
  "aws:CurrentTime": "2026-03-01T12:00:00.900Z",
  "aws:EpochTime": "1772366400",
};
const PLACE = { "aws:RequestedRegion": "eu-west-1", "aws:ResourceAccount": "111111111111" };

describe("the request that Lambda makes for a role", () => {
  beforeEach(() => jest.useFakeTimers({ now: new Date("2026-03-01T12:00:00.900Z") }));
  afterEach(() => jest.useRealTimers());

  const role = { roleArn: ROLE, functionName: "fn" };
  const stream = { arn: STREAM, region: "eu-west-1" };

  it("has the keys whose values are known, and those that it never has", () => {
    const given = { ...role, roleId: "AROAREADER", hasBoundary: true };

    expect(
      lambdaRequest(given, { action: "kinesis:GetRecords", resource: STREAM }, stream),
    ).toEqual({
      action: "kinesis:GetRecords",
      resource: STREAM,
      caller: {
        roleArn: ROLE,
        roleId: "AROAREADER",
        hasBoundary: true,
        sessionArn: "arn:aws:sts::222222222222:assumed-role/reader/fn",
      },
      context: { ...COMMON, ...PLACE, "aws:userid": "AROAREADER:fn" },
    });
  });

  it("is Kinesis's own for a key, with the stream as encryption context", () => {
    const { context } = lambdaRequest(role, { action: "kms:Decrypt", resource: KEY }, stream);

    expect(context).toEqual({
      ...COMMON,
      ...PLACE,
      "kms:ViaService": "kinesis.eu-west-1.amazonaws.com",
      "kms:EncryptionContext:aws:kinesis:arn": STREAM,
      "kms:CallerAccount": "222222222222",
      "kms:EncryptionContextKeys": ["aws:kinesis:arn"],
    });
  });

  it("leaves open the account of a bucket, and a Region that is not known", () => {
    const request = { action: "s3:PutObject", resource: "arn:aws:s3:::reports" };

    expect(lambdaRequest(role, request, { arn: STREAM, region: "" }).context).toEqual(COMMON);
  });
});
