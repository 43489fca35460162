import {
  AssociateKmsKeyCommand,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  DisassociateKmsKeyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { CreateRoleCommand, DeleteRoleCommand, DeleteRolePolicyCommand } from "@aws-sdk/client-iam";
import { DescribeStreamSummaryCommand } from "@aws-sdk/client-kinesis";
import {
  CreateKeyCommand,
  GetKeyPolicyCommand,
  GetParametersForImportCommand,
  PutKeyPolicyCommand,
} from "@aws-sdk/client-kms";
import {
  CreateFunctionCommand,
  GetFunctionConfigurationCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import { refusal, createPropagatedRole } from "./refusal";
import {
  allow,
  CONSUMER,
  makeFunction,
  makeRole,
  makeStream,
  policy,
  PRODUCER,
  REGION,
  until,
} from "./two-accounts";
import { useTwoAccounts } from "./use-two-accounts";

const { aws, producer, consumer } = useTwoAccounts({
  rolePropagationSeconds: 1,
  consumerCreatingSeconds: 0.5,
});

describe("key policies", () => {
  const root = allow(["kms:*"], "*", `arn:aws:iam::${PRODUCER}:root`);

  it("fail when they name a role that is unknown or too new", async () => {
    const invalid =
      "MalformedPolicyDocumentException: Policy contains a statement with one or more invalid principals.";
    const unknown = policy(
      root,
      allow(["kms:Decrypt"], "*", `arn:aws:iam::${CONSUMER}:role/nobody`),
    );
    expect(await refusal(producer.kms.send(new CreateKeyCommand({ Policy: unknown })))).toBe(
      invalid,
    );
    const { KeyMetadata: key } = await producer.kms.send(new CreateKeyCommand({}));
    const fresh = policy(root, allow(["kms:Decrypt"], "*", await makeRole(consumer, "key-fresh")));
    const put = new PutKeyPolicyCommand({
      PolicyName: "default",
      KeyId: key?.KeyId,
      Policy: fresh,
    });
    expect(await refusal(producer.kms.send(put))).toBe(invalid);
    await until(async () => (await refusal(producer.kms.send(put))) === "accepted");
  });

  it("show a deleted role by its old unique id", async () => {
    const role = await createPropagatedRole(consumer, "key-deleted");
    const { KeyMetadata: key } = await producer.kms.send(
      new CreateKeyCommand({
        Policy: policy(root, allow(["kms:Decrypt"], "*", role)),
      }),
    );
    const read = new GetKeyPolicyCommand({
      PolicyName: "default",
      KeyId: key?.KeyId,
    });
    expect((await producer.kms.send(read)).Policy).toContain(role);
    await consumer.iam.send(new DeleteRoleCommand({ RoleName: "key-deleted" }));
    expect((await producer.kms.send(read)).Policy).toMatch(/"AWS":"AROA/);
  });
});

describe("functions", () => {
  const create = (FunctionName: string, Role: string) =>
    refusal(
      consumer.lambda.send(
        new CreateFunctionCommand({
          FunctionName,
          Role,
          Runtime: "nodejs22.x",
          Handler: "index.handler",
          Code: { ZipFile: zipSync({ "index.js": strToU8("") }) },
        }),
      ),
    );
  const cannot =
    "InvalidParameterValueException: The role defined for the function cannot be assumed by Lambda.";

  it("fail when the role is too new or does not trust Lambda", async () => {
    const distrusting = await consumer.iam.send(
      new CreateRoleCommand({
        RoleName: "distrusting",
        AssumeRolePolicyDocument: policy({
          Effect: "Allow",
          Principal: { Service: "ec2.amazonaws.com" },
          Action: "sts:AssumeRole",
        }),
      }),
    );
    const fresh = await makeRole(consumer, "function-fresh");
    expect(await create("fresh", fresh)).toBe(cannot);
    // Roles propagate in the order in which they are created.
    await until(async () => (await create("fresh", fresh)) === "accepted");
    expect(await create("distrusting", distrusting.Role?.Arn ?? "")).toBe(cannot);
    expect(
      await refusal(
        consumer.lambda.send(
          new UpdateFunctionConfigurationCommand({
            FunctionName: "fresh",
            Role: distrusting.Role?.Arn,
          }),
        ),
      ),
    ).toBe(cannot);
  });

  it("keep their logging settings", async () => {
    const role = await createPropagatedRole(consumer, "logging");
    await makeFunction(consumer, "logging", role, "");
    const get = new GetFunctionConfigurationCommand({ FunctionName: "logging" });
    expect((await consumer.lambda.send(get)).LoggingConfig).toEqual({
      LogFormat: "Text",
      LogGroup: "/aws/lambda/logging",
    });
    const LoggingConfig = {
      LogFormat: "JSON",
      LogGroup: "/elsewhere",
      ApplicationLogLevel: "WARN",
    } as const;
    await consumer.lambda.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: "logging",
        LoggingConfig,
      }),
    );
    expect((await consumer.lambda.send(get)).LoggingConfig).toEqual(LoggingConfig);
  });
});

describe("injected failures", () => {
  it("affect the named call the given number of times, and no other call", async () => {
    const stream = await makeStream(producer, "failing");
    aws().failNext(
      "kinesis",
      "DescribeStreamSummary",
      { code: "LimitExceededException", message: "Rate exceeded" },
      2,
    );
    const ask = () =>
      refusal(producer.kinesis.send(new DescribeStreamSummaryCommand({ StreamARN: stream })));
    expect(await ask()).toBe("LimitExceededException: Rate exceeded");
    expect(await ask()).toBe("LimitExceededException: Rate exceeded");
    expect(await ask()).toBe("accepted");
    aws().failNext("iam", "DeleteRolePolicy", {
      code: "DeleteConflict",
      message: "try <later>",
    });
    expect(
      await refusal(
        consumer.iam.send(
          new DeleteRolePolicyCommand({
            RoleName: "mapped",
            PolicyName: "none",
          }),
        ),
      ),
    ).toBe("DeleteConflictException: try <later>");
  });
});

describe("an operation that the local AWS does not have", () => {
  it("is refused by name, without a status that clients repeat for minutes", async () => {
    const call = consumer.kms.send(
      new GetParametersForImportCommand({
        KeyId: "any",
        WrappingAlgorithm: "RSAES_OAEP_SHA_256",
        WrappingKeySpec: "RSA_2048",
      }),
    );

    expect(await refusal(call)).toBe(
      "NotImplemented: the local AWS does not have kms:GetParametersForImport",
    );
  });
});

describe("log groups", () => {
  it("get a key, and lose it", async () => {
    const { logs } = consumer;
    const logGroupName = "/encrypted/later";
    const kmsKeyId = `arn:aws:kms:${REGION}:${CONSUMER}:key/it`;
    const keys = async () => {
      const { logGroups } = await logs.send(
        new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }),
      );
      return logGroups?.map((group) => group.kmsKeyId);
    };
    await logs.send(new CreateLogGroupCommand({ logGroupName }));

    await logs.send(new AssociateKmsKeyCommand({ logGroupName, kmsKeyId }));
    expect(await keys()).toEqual([kmsKeyId]);
    await logs.send(new DisassociateKmsKeyCommand({ logGroupName }));
    expect(await keys()).toEqual([undefined]);
    const missing = logs.send(new AssociateKmsKeyCommand({ logGroupName: "/none", kmsKeyId }));
    expect(await refusal(missing)).toMatch(/^ResourceNotFoundException/);
  });
});
