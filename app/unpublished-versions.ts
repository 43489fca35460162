import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { parseFunctionArn } from "../pipeline/arn";
import { newestFirst, versionsOf } from "./function-versions";
import type { AccountLookups } from "./refusals/account-lookups";
import { awsLine } from "./refusals/refusal";
import type { SynthesizedStack } from "./stack";
import type { State } from "../pipeline/terraform/state";
import { text } from "../pipeline/terraform/resource";

/** A function whose code or settings are newer than its newest version. */
interface UnpublishedVersion {
  readonly functionName: string;
  readonly sentence: string;
  /** What to type instead of `npm run deploy`, and with which credentials. */
  readonly byHand: readonly string[];
  readonly publish: () => Promise<void>;
}

/**
 * Finds the functions of which an earlier deploy changed code or settings, and could not publish the
 * version. Terraform does not try again: its state has the new code, and an alias that follows the
 * newest version goes on with the old one.
 */
export async function findUnpublishedVersions(
  stack: SynthesizedStack,
  { resources }: State,
  lookups: AccountLookups,
): Promise<UnpublishedVersion[]> {
  const found = await Promise.all(
    resources
      .filter(({ type }) => type === "aws_lambda_function")
      .filter(({ type, name }) => stack.resource[type]?.[name]?.publish === true)
      .map(async ({ type, name, values }): Promise<UnpublishedVersion[]> => {
        const arn = text(values, "arn");
        const functionName = arn === undefined ? undefined : parseFunctionArn(arn).name;
        const access = lookups.accessTo(`${type}.${name}`, { arn });
        if (functionName === undefined || !access) {
          return [];
        }
        const { lambda } = access.aws;
        const versions = await lookups.look(`versions of function ${functionName}`, () =>
          versionsOf(lambda, functionName),
        );
        const latest = versions?.find(({ Version }) => Version === "$LATEST");
        const [newest] = newestFirst(versions ?? []);
        return !latest || contentOf(latest) === contentOf(newest)
          ? []
          : [
              {
                functionName,
                sentence: `function ${functionName} has code or settings that an earlier deploy could not publish: its newest version is ${newest?.Version ?? "missing"}, and an alias that follows the newest version goes on with that`,
                byHand: [
                  `    'npm run deploy' publishes it after asking; or type, with credentials of account ${access.place.account}:`,
                  `      ${awsLine(["lambda", "publish-version", "--function-name", functionName], access.place.region, access.provider)}`,
                ],
                publish: async () => {
                  await lambda.publishVersion({
                    FunctionName: functionName,
                    CodeSha256: latest.CodeSha256,
                  });
                },
              },
            ];
      }),
  );
  return found.flat();
}

/** What a version is a copy of; names, dates and states differ between a function and its version. */
const contentOf = (one: FunctionConfiguration | undefined): string =>
  JSON.stringify([
    one?.CodeSha256,
    one?.Description ?? "",
    one?.Handler,
    one?.Runtime,
    one?.Role,
    one?.Timeout,
    one?.MemorySize,
    one?.EphemeralStorage?.Size,
    one?.Architectures,
    one?.TracingConfig?.Mode,
    one?.KMSKeyArn,
    one?.ImageConfigResponse?.ImageConfig,
    one?.FileSystemConfigs,
    [...(one?.VpcConfig?.SubnetIds ?? [])].sort(),
    [...(one?.VpcConfig?.SecurityGroupIds ?? [])].sort(),
    Object.entries(one?.Environment?.Variables ?? {}).sort(),
    one?.Layers?.map(({ Arn }) => Arn),
  ]);
