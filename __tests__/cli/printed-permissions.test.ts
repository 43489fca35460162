import { DISCOVERY, policiesFor, RESOURCES, type Permission } from "../../cli/src/permissions";
import { FUNCTION, STREAM } from "./redrive-records";

const PERMISSIONS: readonly Permission[] = [
  ...DISCOVERY,
  { account: "function", actions: ["lambda:InvokeFunction"], resource: RESOURCES.function },
  { account: "stream", actions: ["kms:Decrypt"], resource: RESOURCES.key },
];
const reference = (functionArn = FUNCTION, sourceArn = STREAM, region = "eu-west-1") => ({
  functionArn,
  sourceArn,
  region,
});
const allow = (Resource: string, ...Action: string[]) => ({ Effect: "Allow", Action, Resource });

/** The whole policies for the resources of one place. */
const policies = (lambda: string, kinesis: string, kms: string) => ({
  functionAccount: {
    Version: "2012-10-17",
    Statement: [
      allow(
        `${lambda}:function:*`,
        "lambda:GetFunctionConfiguration",
        "lambda:InvokeFunction",
        "lambda:ListAliases",
      ),
      allow("*", "lambda:GetEventSourceMapping", "lambda:ListEventSourceMappings"),
    ],
  },
  streamAccount: {
    Version: "2012-10-17",
    Statement: [
      allow(`${kinesis}:stream/*`, "kinesis:DescribeStreamSummary"),
      allow(`${kms}:key/*`, "kms:Decrypt"),
    ],
  },
});

describe("the policies that a command prints", () => {
  it("are for any account and Region while no mapping is known", () => {
    expect(policiesFor(PERMISSIONS, undefined)).toEqual(
      policies("arn:aws:lambda:*:*", "arn:aws:kinesis:*:*", "arn:aws:kms:*:*"),
    );
  });

  it("name the Region that is given, in its partition", () => {
    expect(policiesFor(PERMISSIONS, "cn-north-1")).toEqual(
      policies(
        "arn:aws-cn:lambda:cn-north-1:*",
        "arn:aws-cn:kinesis:cn-north-1:*",
        "arn:aws-cn:kms:cn-north-1:*",
      ),
    );
  });

  it("name the account of the function in one, and that of the stream in the other", () => {
    expect(policiesFor(PERMISSIONS, undefined, [reference(), reference()])).toEqual(
      policies(
        "arn:aws:lambda:eu-west-1:222222222222",
        "arn:aws:kinesis:eu-west-1:111111111111",
        "arn:aws:kms:eu-west-1:111111111111",
      ),
    );
  });

  it("name no account and no Region where the mappings have several", () => {
    const other = reference(
      FUNCTION.replace("222222222222", "333333333333"),
      STREAM,
      "eu-central-1",
    );

    expect(policiesFor(PERMISSIONS, undefined, [reference(), other])).toEqual(
      policies(
        "arn:aws:lambda:*:*",
        "arn:aws:kinesis:*:111111111111",
        "arn:aws:kms:*:111111111111",
      ),
    );
  });

  it("leave out an account in which nothing is needed", () => {
    expect(Object.keys(policiesFor(PERMISSIONS.slice(-1), undefined))).toEqual(["streamAccount"]);
  });
});
