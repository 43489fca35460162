import {
  CreateAliasCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  type UpdateFunctionConfigurationCommandInput,
} from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import type { Plan } from "../../pipeline/terraform/plan";
import type { Values } from "../../pipeline/terraform/resource";
import { findOldVersions } from "../../app/old-versions";
import { AccountLookups } from "../../app/refusals/account-lookups";
import type { SynthesizedStack } from "../../app/stack";
import { findUnpublishedVersions } from "../../app/unpublished-versions";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { clientsOf, CONSUMER, makeFunction, makeRole, REGION } from "../local/two-accounts";

describe("a function with versions", () => {
  let aws: LocalAws;
  let stack: SynthesizedStack;
  let arn: string;
  const printed: string[] = [];

  const find = (given = stack) =>
    findUnpublishedVersions(
      given,
      {
        lineage: "",
        serial: 1,
        resources: [
          {
            address: "aws_lambda_function.it",
            type: "aws_lambda_function",
            name: "it",
            values: { arn },
            dependsOn: [],
          },
        ],
      },
      new AccountLookups(given, (line) => printed.push(line)),
    );

  beforeAll(async () => {
    aws = await startLocalAws({ rolePropagationSeconds: 0 });
    const clients = clientsOf(aws, CONSUMER);
    const role = await makeRole(clients, "analytics");
    arn = await makeFunction(clients, "analytics", role, "exports.handler = async () => 1;");
    const { accessKeyId, secretAccessKey, sessionToken } = await aws.credentials(CONSUMER);
    const metadata = { "//": { metadata: { path: "it" } } };
    process.env.AWS_ENDPOINT_URL = aws.url;
    stack = {
      provider: {
        aws: [
          {
            alias: "reader",
            region: REGION,
            allowed_account_ids: [CONSUMER],
            access_key: accessKeyId,
            secret_key: secretAccessKey,
            token: sessionToken,
          },
        ],
      },
      resource: {
        aws_lambda_function: { it: { provider: "aws.reader", publish: true, ...metadata } },
      },
    };
  });
  afterAll(async () => {
    delete process.env.AWS_ENDPOINT_URL;
    await aws.stop();
  });

  it("is published if its code is newer than its newest version, and only then", async () => {
    const { lambda } = clientsOf(aws, CONSUMER);
    await lambda.send(new PublishVersionCommand({ FunctionName: "analytics" }));
    expect(await find()).toEqual([]);

    const ZipFile = zipSync({ "index.js": strToU8("exports.handler = async () => 2;") });
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "analytics", ZipFile }));
    const [missing] = await find();
    expect(missing?.sentence).toMatch(/function analytics has code .* newest version is 1/);
    expect(missing?.byHand.join("\n")).toMatch(
      new RegExp(
        `account ${CONSUMER}:\n +aws lambda publish-version --function-name analytics --region ${REGION}$`,
      ),
    );

    await missing?.publish();
    expect(await find()).toEqual([]);
    expect(printed).toEqual([]);
  });

  const publish = async (...names: number[]): Promise<void> => {
    const { lambda } = clientsOf(aws, CONSUMER);
    for (const name of names) {
      const ZipFile = zipSync({ "index.js": strToU8(`exports.handler = async () => ${name};`) });
      const FunctionName = "analytics";
      await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile, Publish: true }));
    }
  };
  const planOf = (after: Values = {}, unknown = {}): Plan => ({
    format_version: "1.2",
    prior_state: {
      values: {
        root_module: {
          resources: [
            {
              address: "aws_lambda_function.it",
              type: "aws_lambda_function",
              values: { arn, function_name: "analytics", publish: true },
            },
          ],
        },
      },
    },
    resource_changes: [
      {
        address: "aws_lambda_function.it",
        type: "aws_lambda_function",
        change: { actions: ["update"], before: {}, after: {}, after_unknown: unknown },
      },
      {
        address: "aws_lambda_alias.it",
        type: "aws_lambda_alias",
        change: { actions: ["update"], before: {}, after },
      },
    ],
  });
  const findOld = (plan: Plan, kept: number, command = "deploy") =>
    findOldVersions(plan, new AccountLookups(stack, (line) => printed.push(line)), {
      command,
      retainedVersions: new Map([[`${CONSUMER} analytics`, kept]]),
    });
  const sentences = async (...given: Parameters<typeof findOld>): Promise<string> =>
    (await findOld(...given)).map(({ sentence }) => sentence).join();

  it("loses its oldest versions after an apply, but none that an alias invokes", async () => {
    const { lambda } = clientsOf(aws, CONSUMER);
    await publish(3, 4, 5, 6);
    await lambda.send(
      new CreateAliasCommand({
        FunctionName: "analytics",
        Name: "live",
        FunctionVersion: "6",
        RoutingConfig: { AdditionalVersionWeights: { "2": 0.1 } },
      }),
    );

    expect(await sentences(planOf(), 2)).toMatch(/^deletes versions 4, 3, 1 of function analytics/);
    expect(await sentences(planOf({}, { version: true }), 2)).toContain("versions 5, 4, 3, 1 of");
    expect(await sentences(planOf({ function_version: "3" }), 2)).toContain("versions 4, 1 of");
    expect(await sentences(planOf({ function_name: `${arn}:4` }), 2)).toContain("versions 3, 1 of");
    expect(await sentences(planOf(), 6)).toBe("");
    expect(await sentences(planOf(), 2, "destroy")).toBe("");

    const [old] = await findOld(planOf(), 2);
    const second = { FunctionName: "analytics", Name: "second", FunctionVersion: "4" };
    await lambda.send(new CreateAliasCommand(second));
    await old?.delete();
    const { Versions = [] } = await lambda.send(
      new ListVersionsByFunctionCommand({ FunctionName: "analytics" }),
    );
    expect(Versions.map(({ Version }) => Version).sort()).toEqual(["$LATEST", "2", "4", "5", "6"]);
    expect(printed).toEqual([]);
  });

  it.each<[string, Partial<UpdateFunctionConfigurationCommandInput>]>([
    ["description", { Description: "counts orders" }],
    ["environment", { Environment: { Variables: { STAGE: "live" } } }],
  ])("is published if its %s is newer than its newest version", async (_setting, change) => {
    const { lambda } = clientsOf(aws, CONSUMER);
    const FunctionName = "analytics";
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, ...change }));
    const [missing] = await find();
    await missing?.publish();
    expect(missing?.functionName).toBe(FunctionName);
    expect(await find()).toEqual([]);
  });

  it("is left alone if it publishes none", async () => {
    const it = { ...stack.resource.aws_lambda_function?.it, publish: undefined };
    const unpublished = { ...stack, resource: { aws_lambda_function: { it } } };
    expect(await find(unpublished as SynthesizedStack)).toEqual([]);
  });

  it("is not refused if nobody answers, which is printed", async () => {
    process.env.AWS_ENDPOINT_URL = "http://127.0.0.1:9";
    const again: SynthesizedStack = { ...stack };
    expect(await find(again)).toEqual([]);
    expect(printed).toEqual([
      expect.stringMatching(/^could not check versions of function analytics: .*ECONNREFUSED/),
    ]);
  });
});
