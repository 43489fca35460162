import type { CommandDefinition } from "../command";
import { EXIT } from "../errors";
import { DISCOVERY } from "../permissions";

export const status: CommandDefinition = {
  name: "status",
  summary: "Shows how every consumer is doing on one screen.",
  permissions: () => DISCOVERY,
  run: async ({ pipelines, output }) => {
    output.json(await pipelines());
    return EXIT.good;
  },
};
