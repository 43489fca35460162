import { startLocalAws, type LocalAws, type LocalAwsOptions } from "../../local/aws";
import { clientsOf, CONSUMER, PRODUCER } from "./two-accounts";

/**
 * Starts a local AWS for the tests of a file, and stops it after them. Its accounts have clients
 * from the start, which ask for its address at their first call.
 */
export function useTwoAccounts(options: LocalAwsOptions = {}) {
  let started: LocalAws | undefined;
  const aws = (): LocalAws => {
    if (!started) {
      throw new Error("the local AWS is started before the first test");
    }
    return started;
  };
  beforeAll(async () => {
    started = await startLocalAws({
      rolePropagationSeconds: 0,
      consumerCreatingSeconds: 0,
      ...options,
    });
  });
  afterAll(() => started?.stop());
  return { aws, producer: clientsOf(aws, PRODUCER), consumer: clientsOf(aws, CONSUMER) };
}
