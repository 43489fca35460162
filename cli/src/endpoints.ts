import { loadConfig } from "@smithy/core/config";

/** The AWS configuration names services by the SDK's ids, in which only this one differs. */
const idOf = (service: string): string => (service === "logs" ? "cloudwatch_logs" : service);

/**
 * The endpoints that a profile names. The AWS SDK reads `endpoint_url` of the profile in AWS_PROFILE
 * alone, whichever profile a client has.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export async function endpointsOf(
  profile: string | undefined,
  services: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  if (profile === undefined || (await areIgnored(profile))) {
    return {};
  }
  const endpoints = services.map(async (service) => [service, await endpointOf(profile, service)]);
  const named = (await Promise.all(endpoints)).filter(([, endpoint]) => endpoint !== undefined);
  return Object.fromEntries(named) as Record<string, string>;
}

const endpointOf = (profile: string, service: string): Promise<string | undefined> =>
  loadConfig<string | undefined>(
    {
      environmentVariableSelector: (environment) =>
        environment[`AWS_ENDPOINT_URL_${idOf(service).toUpperCase()}`] ??
        environment.AWS_ENDPOINT_URL,
      configFileSelector: ({ services: section, endpoint_url: ofAll }, file) =>
        file?.[`services.${section}`]?.[`${idOf(service)}.endpoint_url`] ?? ofAll,
      default: undefined,
    },
    { profile },
  )();

const areIgnored = (profile: string): Promise<boolean> =>
  loadConfig<boolean>(
    {
      environmentVariableSelector: ({ AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: value }) =>
        value === undefined ? undefined : value === "true",
      configFileSelector: ({ ignore_configured_endpoint_urls: value }) =>
        value === undefined ? undefined : value === "true",
      default: false,
    },
    { profile },
  )();
