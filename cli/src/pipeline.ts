import type { EventSourceMappingConfiguration } from "@aws-sdk/client-lambda";
import type { DeclaredMapping, Pipeline as PipelineOf } from "../../pipeline/pipeline";
import { parseArn, parseFunctionArn } from "../../pipeline/arn";
import type { Account } from "./accounts";

/** A pipeline as AWS described it when the command began, with the clients of its accounts. */
export type Pipeline = PipelineOf<Account>;

/** The name of a function, with its version or alias if the ARN has one. */
export function functionLabel(arn: string): string {
  const { name, qualifier } = parseFunctionArn(arn);
  return qualifier === undefined ? name : `${name}:${qualifier}`;
}

/** The account of a resource, which a pipeline has in the stream's account or the function's. */
export const ownerOf = ({ stream, function: fn }: Pipeline, arn: string): Account =>
  parseArn(arn).account === fn.account.id ? fn.account : stream.account;

/**
 * What is known of a mapping before AWS was asked for the rest: its configuration, or what settings
 * or a state tell of it.
 */
export interface Reference {
  readonly region: string;
  readonly functionArn: string;
  /** ARN of the stream or registered consumer; of the stream alone if the consumer is not known. */
  readonly sourceArn: string;
  readonly uuid?: string;
  readonly roleArn?: string;
  readonly destinationArn?: string;
  readonly configuration?: EventSourceMappingConfiguration;
  readonly declared?: DeclaredMapping;
}
