import {
  paginateListAliases,
  paginateListEventSourceMappings,
  type EventSourceMappingConfiguration,
  type LambdaClient,
} from "@aws-sdk/client-lambda";

/**
 * All event source mappings of a function: for a name without a version or alias, also the mappings
 * of each of its aliases.
 */
export async function mappingsOf(
  lambda: LambdaClient,
  functionName: string,
): Promise<EventSourceMappingConfiguration[]> {
  const names = [functionName, ...(await aliasesOf(lambda, functionName))];
  const found = new Map<string, EventSourceMappingConfiguration>();
  for (const FunctionName of names) {
    for await (const page of paginateListEventSourceMappings(
      { client: lambda },
      { FunctionName },
    )) {
      for (const mapping of page.EventSourceMappings ?? []) {
        found.set(mapping.UUID ?? "", mapping);
      }
    }
  }
  return [...found.values()];
}

async function aliasesOf(lambda: LambdaClient, functionName: string): Promise<string[]> {
  const isQualified = /^(arn:([^:]*:){6}|[^:]+:)[^:]+$/.test(functionName);
  const aliases: string[] = [];
  if (!isQualified) {
    const pages = paginateListAliases({ client: lambda }, { FunctionName: functionName });
    for await (const { Aliases = [] } of pages) {
      aliases.push(...Aliases.map(({ Name = "" }) => `${functionName}:${Name}`));
    }
  }
  return aliases;
}
