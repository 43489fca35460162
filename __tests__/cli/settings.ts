import { referencesIn } from "../../app/references";
import type { ConsumerSettings, Settings } from "../../app/settings";

interface Given extends Pick<Settings, "name" | "region" | "producer" | "stream"> {
  readonly consumers: readonly Omit<ConsumerSettings, "code">[];
}

/** What the command line is told of a deployment by the settings, in a program that has some. */
export const declared = (settings: Given) => () =>
  referencesIn({
    ...{ accounts: {}, writers: [], ...settings },
    consumers: settings.consumers.map((consumer) => ({ ...consumer, code: "" })),
  });
