import Ajv from "ajv/dist/2020";
import { readFileSync } from "node:fs";
import { loadDeployments } from "../../app/deployments";
import { EVERYTHING, PIPELINES } from "./adopted-pipelines";
import { adoption } from "./adoption";

const isSetting = new Ajv({ strict: false }).compile(
  JSON.parse(readFileSync("settings.schema.json", "utf8")) as object,
);

const ALL: (readonly [string, Parameters<typeof adoption>])[] = [
  ...Object.entries(PIPELINES),
  ["in which nothing is a default", [EVERYTHING]],
];

it.each(ALL)(
  "adopt writes what the app and its schema accept, for pipelines %s",
  async (_name, recorded) => {
    for (const { settings } of await adoption(...recorded)) {
      const json = JSON.parse(JSON.stringify(settings)) as object;

      expect([isSetting(json), isSetting.errors]).toEqual([true, null]);
      expect(loadDeployments({ deployment: json })).toHaveLength(1);
    }
  },
);
