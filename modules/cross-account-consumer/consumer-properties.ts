import { Construct } from "constructs";
import { awsProvider } from "../accounts/aws-provider";
import { checkSameStack } from "../accounts/same-stack";
import { FUNCTION_PROPERTIES } from "../lambda-function/function-properties";
import type { FunctionProps } from "../lambda-function/function-props";
import { checkFunction } from "../lambda-function/lambda-function";
import { producerStream } from "../producer-stream/stream-base";
import { consumerArn, kinesisName } from "../properties/formats";
import { mapOfStrings, oneOf } from "../properties/property-types";
import { PropertyChecks } from "../properties/property-checks";
import { object, Properties, readProperties, WithDefaults } from "../properties/property";
import { checkAccounts } from "./accounts-and-regions";
import type { CrossAccountConsumer } from "./cross-account-consumer";
import {
  CrossAccountConsumerProps,
  ReadMode,
  TagsByResource,
} from "./cross-account-consumer-props";
import { checkMapping, MAPPING_PROPERTIES } from "./mapping";
import type { MappingProps } from "./mapping-props";
import { OnFailure } from "./on-failure";
import { checkRegisteredConsumer } from "./registered-consumer";

const tags = { type: mapOfStrings(), fix: "omit it for the tags that all have" } as const;

const tagsByResource = object<TagsByResource>({
  role: tags,
  logGroup: tags,
  lambdaFunction: tags,
  onFailureQueue: tags,
  mapping: tags,
});

type ReadingProps = Omit<CrossAccountConsumerProps, keyof FunctionProps | keyof MappingProps>;

export const CONSUMER_PROPERTIES = {
  provider: {
    type: awsProvider,
    required: true,
    fix: "create one with an alias for the function's account",
  },
  stream: {
    type: producerStream,
    required: true,
    fix: "create it, or describe an existing stream with ProducerStream.fromAttributes",
  },
  consumerName: { type: kinesisName, required: true, fix: "rename the consumer" },
  readMode: { type: oneOf(Object.values(ReadMode)), default: ReadMode.ENHANCED_FAN_OUT },
  consumerArn: {
    type: consumerArn,
    fix: "copy it from `aws kinesis list-stream-consumers --stream-arn <arn>`",
  },
  tags: { type: mapOfStrings(), fix: "omit it for the provider's default tags" },
  tagsByResource: { type: tagsByResource, fix: "omit it to give every resource 'tags'" },
} as const satisfies Properties<ReadingProps>;

export type ConsumerSettings = WithDefaults<
  CrossAccountConsumerProps,
  typeof CONSUMER_PROPERTIES & typeof FUNCTION_PROPERTIES & typeof MAPPING_PROPERTIES
>;

/**
 * Checks every property of a consumer by itself, and sets the defaults. Node.js takes 20 times as
 * long to spread three objects of this size into one.
 *
 * @param owner the consumer whose function is used, if `existingFunction` is a consumer
 */
export function readConsumer(
  given: CrossAccountConsumerProps,
  checks: PropertyChecks,
  owner?: CrossAccountConsumer,
): ConsumerSettings {
  const ofFunction: FunctionProps = owner ? { ...given, existingFunction: undefined } : given;
  const settings = Object.assign(
    {},
    readProperties(CONSUMER_PROPERTIES, given as ReadingProps, checks),
    readProperties(FUNCTION_PROPERTIES, ofFunction, checks),
    readProperties(MAPPING_PROPERTIES, given as MappingProps, checks),
  );
  return owner ? { ...settings, ...describedBy(owner, settings) } : settings;
}

/** The function of another consumer by the names that are known at synth, and its failure queue. */
function describedBy(
  { _names: names, roleArn, onFailureQueue }: CrossAccountConsumer,
  { onFailure }: ConsumerSettings,
): Pick<ConsumerSettings, "existingFunction" | "onFailure"> {
  const { functionName, roleName = functionName, existingRoleName = roleName } = names;
  return {
    existingFunction: { functionName, roleName: existingRoleName, roleArn },
    onFailure: onFailure ?? (onFailureQueue && OnFailure.sqs(onFailureQueue.arn)),
  };
}

/** The rules that span several properties of a consumer. */
export function checkConsumer(
  checks: PropertyChecks,
  scope: Construct,
  settings: ConsumerSettings,
  given: CrossAccountConsumerProps,
  owner?: CrossAccountConsumer,
): void {
  checkSameStack(checks, scope, "existingFunction", owner);
  checkAccounts(checks, scope, settings);
  checkRegisteredConsumer(checks, settings);
  checkFunction(checks, settings, given);
  checkMapping(checks, settings, given);
}
