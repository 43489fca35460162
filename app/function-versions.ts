import type { FunctionConfiguration, Lambda } from "@aws-sdk/client-lambda";

/** A function's versions, and `$LATEST`. */
export async function versionsOf(
  lambda: Lambda,
  FunctionName: string,
): Promise<FunctionConfiguration[]> {
  const versions: FunctionConfiguration[] = [];
  let Marker: string | undefined;
  do {
    const page = await lambda.listVersionsByFunction({ FunctionName, Marker });
    versions.push(...(page.Versions ?? []));
    Marker = page.NextMarker;
  } while (Marker !== undefined);
  return versions;
}

/** The published versions. */
export const newestFirst = (versions: readonly FunctionConfiguration[]): FunctionConfiguration[] =>
  versions
    .filter(({ Version }) => Version !== "$LATEST")
    .sort((one, other) => Number(other.Version) - Number(one.Version));

/** The versions that a function's aliases invoke. */
export async function versionsOfAliases(lambda: Lambda, FunctionName: string): Promise<string[]> {
  const versions: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await lambda.listAliases({ FunctionName, Marker });
    for (const { FunctionVersion = "", RoutingConfig } of page.Aliases ?? []) {
      versions.push(FunctionVersion, ...Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {}));
    }
    Marker = page.NextMarker;
  } while (Marker !== undefined);
  return versions;
}
