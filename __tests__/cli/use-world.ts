import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LocalAws } from "../../local/aws";
import { CONSUMER, PRODUCER } from "../local/two-accounts";
import { useTwoAccounts } from "../local/use-two-accounts";
import { scratch } from "../terraform/harness";
import { runCli, type World } from "./world";

/**
 * Starts a local AWS for the tests of a file, and gives the command line a profile for each account.
 *
 * @param identity of the profiles: deployers may do only what `aws.deployers` allows them
 */
export function useWorld(identity: "administrators" | "deployers" = "administrators"): World {
  const { aws, producer, consumer } = useTwoAccounts();
  const profiles = async (source: Pick<LocalAws, "credentials">): Promise<string> => {
    const sections = Object.entries({ producer: PRODUCER, analytics: CONSUMER }).map(
      async ([name, accountId]) => {
        const { accessKeyId, secretAccessKey, sessionToken } = await source.credentials(accountId);
        return `[${name}]\naws_access_key_id=${accessKeyId}\naws_secret_access_key=${secretAccessKey}\naws_session_token=${sessionToken}\n`;
      },
    );
    return (await Promise.all(sections)).join("");
  };
  beforeAll(async () => {
    const directory = scratch();
    const credentials = join(directory, "credentials");
    writeFileSync(credentials, await profiles(identity === "deployers" ? aws().deployers : aws()));
    process.env.AWS_SHARED_CREDENTIALS_FILE = credentials;
    process.env.AWS_CONFIG_FILE = join(directory, "config");
  });
  return {
    get aws() {
      return aws();
    },
    producer,
    consumer,
    administrators: () => profiles(aws()),
    cli: (...args) => runCli([...args, "--endpoint-url", aws().url]),
  };
}
