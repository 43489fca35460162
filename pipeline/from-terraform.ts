import { isKinesisArn } from "./arn";
import { text, type Resource, type Values } from "./terraform/resource";
import { listOf } from "./values";

/** A function that reads a Kinesis stream, as the state of Terraform knows its event source mapping. */
export interface Reader {
  readonly address: string;
  readonly uuid: string | undefined;
  /** ARN of the stream or registered consumer. */
  readonly sourceArn: string;
  /** As the mapping names it: it ends in the version or alias if there is one. */
  readonly functionArn: string;
  /** Unknown if the function is in another state. */
  readonly roleArn: string | undefined;
  readonly destinationArn: string | undefined;
  readonly isEnabled: boolean;
  readonly hasFilters: boolean;
}

export function readersIn(resources: readonly Resource[]): Reader[] {
  const functions = resources.filter(({ type }) => type === "aws_lambda_function");
  return resources
    .filter(({ type }) => type === "aws_lambda_event_source_mapping")
    .flatMap(({ address, values }): Reader[] => {
      const sourceArn = text(values, "event_source_arn");
      const functionArn = text(values, "function_arn");
      if (sourceArn === undefined || functionArn === undefined || !isKinesisArn(sourceArn)) {
        return [];
      }
      const own = functions.find((one) => {
        const arn = text(one.values, "arn");
        return arn !== undefined && (functionArn === arn || functionArn.startsWith(`${arn}:`));
      });
      return [
        {
          address,
          uuid: text(values, "uuid") ?? text(values, "id"),
          sourceArn,
          functionArn,
          roleArn: text(own?.values, "role"),
          destinationArn: destinationIn(values),
          isEnabled: values.enabled !== false,
          hasFilters: ((values.filter_criteria as unknown[] | undefined) ?? []).length > 0,
        },
      ];
    });
}

/**
 * Where a mapping reports failures: an ARN, or an expression in a configuration. A block is an object
 * in a configuration, and a list in a state or plan.
 */
export function destinationIn(mapping: Values | null): string | undefined {
  const [config] = listOf(mapping?.destination_config as Values | readonly Values[] | undefined);
  const [onFailure] = listOf(config?.on_failure as Values | readonly Values[] | undefined);
  return text(onFailure, "destination_arn");
}
