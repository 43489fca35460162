import { ResourceNotFoundException, type AliasConfiguration } from "@aws-sdk/client-lambda";
import type { Accounts } from "./accounts";
import type { Cache } from "./cache";
import { invalidParameter, notFound } from "./errors";
import { parseFunctionArn } from "../../pipeline/arn";
import { functionArnOf } from "./function-arns";
import { bodyOf, type Call, type Handlers } from "./protocol";

/** Resolves aliases to versions, and checks their routing configuration, which moto only stores. */
export class FunctionVersions {
  constructor(
    private readonly accounts: Accounts,
    private readonly cache: Cache,
  ) {}

  /**
   * ARN of the version that an invocation of a function, version or alias runs now. An alias with a
   * routing configuration chooses between its two versions at random, by their weights.
   */
  async resolve(functionArn: string): Promise<string> {
    const { unqualifiedArn, name, qualifier = "$LATEST" } = parseFunctionArn(functionArn);
    if (qualifier === "$LATEST") {
      return unqualifiedArn;
    }
    if (/^\d+$/.test(qualifier)) {
      return functionArn;
    }
    const { lambda } = this.accounts.owning(functionArn);
    const alias = await this.cache.getOrLoad(`alias ${functionArn}`, () =>
      lambda.getAlias({ FunctionName: name, Name: qualifier }).catch((error: unknown) => {
        throw error instanceof ResourceNotFoundException
          ? notFound(`Function not found: ${functionArn}`, 404)
          : error;
      }),
    );
    const [[additionalVersion, weight] = ["", 0]] = additionalVersions(alias);
    const version = Math.random() < weight ? additionalVersion : alias.FunctionVersion;
    return version === "$LATEST" ? unqualifiedArn : `${unqualifiedArn}:${version}`;
  }

  readonly handlers: Handlers = {
    "lambda.CreateAlias": (call) => this.putAlias(call),
    "lambda.UpdateAlias": (call) => this.putAlias(call),
  };

  private async putAlias(call: Call) {
    const change = bodyOf<AliasConfiguration>(call);
    const [additional, ...more] = additionalVersions(change);
    if (additional) {
      const arn = functionArnOf(call);
      const version = change.FunctionVersion ?? (await this.currentVersion(call, arn));
      const problem = routingProblem(version, additional, more.length);
      if (problem) {
        throw invalidParameter(problem);
      }
      const { lambda } = this.accounts.owning(arn);
      const { name: FunctionName } = parseFunctionArn(arn);
      await lambda
        .getFunctionConfiguration({ FunctionName, Qualifier: additional[0] })
        .catch(() => {
          throw invalidParameter(`Function version does not exist: ${arn}:${additional[0]}`);
        });
    }
    return call.forward();
  }

  private async currentVersion(call: Call, arn: string): Promise<string | undefined> {
    const Name = call.path.split("/").at(-1);
    const { lambda } = this.accounts.owning(arn);
    const { name: FunctionName } = parseFunctionArn(arn);
    return (await lambda.getAlias({ FunctionName, Name })).FunctionVersion;
  }
}

const additionalVersions = ({ RoutingConfig: routing }: AliasConfiguration): [string, number][] =>
  Object.entries(routing?.AdditionalVersionWeights ?? {});

/** https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html */
function routingProblem(
  version: string | undefined,
  [additionalVersion, weight]: [string, number],
  more: number,
): string | undefined {
  if (more > 0) {
    return `AdditionalVersionWeights must have one version, got ${more + 1}`;
  }
  if (weight < 0 || weight > 1) {
    return `The weight of version ${additionalVersion} must be between 0.0 and 1.0, got ${weight}`;
  }
  if ([version, additionalVersion].includes("$LATEST")) {
    return "An alias with AdditionalVersionWeights must point to published versions, got $LATEST";
  }
  if (version === additionalVersion) {
    return `AdditionalVersionWeights must name another version than FunctionVersion, got ${version}`;
  }
  return undefined;
}
