import { FINDINGS } from "../../cli/src/doctor/findings";
import { REGION, until } from "../local/two-accounts";
import { hasAwsCli } from "./aws-cli";
import { FAULTS, NO_FAULT, NOTHING_TO_TYPE } from "./faults";
import { printedPolicies } from "./printed-policies";
import { mappingSettings, printedCommands, type } from "./typed-fixes";
import { useWorld } from "./use-world";
import { build, deleteMappings, type Outcome } from "./world";
import { withoutProgress } from "../helpers/progress";

const TAGS = { team: 'it\'s "x"', "aws:made-by": "CloudFormation" };
/** Settings that a mapping which is created again must have. */
const MAPPING = {
  BatchSize: 7,
  MaximumBatchingWindowInSeconds: 1,
  ParallelizationFactor: 2,
  BisectBatchOnFunctionError: true,
  MaximumRecordAgeInSeconds: 3600,
  FilterCriteria: {
    Filters: [
      { Pattern: '{"data":{"a":["it\'s"]}}' },
      { Pattern: '{"data":{"a":[{"exists":false}]}}' },
    ],
  },
  Tags: TAGS,
};
/** Faults whose fix creates the mapping again, which loses the tags that AWS keeps for itself. */
const CREATED_AGAIN: readonly string[] = ["consumer-missing", "consumer-reregistered"];

describe("doctor", () => {
  const world = useWorld("deployers");
  const calls = new Set<string>();

  beforeAll(async () => {
    const anyFunction = ["--function", "any", "--region", REGION];
    world.aws.deployers.enforce(await printedPolicies(["doctor", ...anyFunction, ...PROFILES]));
  });

  async function doctor(...options: string[]): Promise<Outcome> {
    const outcome = await world.cli("doctor", ...options, "--region", REGION, ...PROFILES);
    outcome.calls.forEach((call) => calls.add(call));
    return outcome;
  }

  it.each(FAULTS)("names $id once, and prints what mends it", async (fault) => {
    const { id, options, cause, end, isMended = true, settings } = fault;
    const mapping = { ...MAPPING, ...options?.mapping };
    const built = await build(world, id, { ...options, mapping });
    const name = options?.alias === undefined ? built.name : `${built.name}:${options.alias}`;
    const before = await mappingSettings(world.consumer, name);
    await cause(world, built);

    const { exitCode, stdout, stderr } = await doctor("--mapping", built.uuid);
    expect(withoutProgress(stderr)).toBe("");
    expect(findingsIn(stdout)).toEqual([id]);
    expect(stdout).not.toMatch(/^unknown /m);
    expect(exitCode).toBe(1);

    const commands = printedCommands(stdout);
    expect(commands.length > 0).toBe(!NOTHING_TO_TYPE.has(id));
    end?.();
    if (hasAwsCli && commands.length > 0) {
      const said = await type(world, commands);
      if (isMended) {
        const left = await until(
          async () => (await doctor("--function", name)).exitCode === 0 && "nothing",
        ).catch(() => said);
        expect(left).toBe("nothing");
        expect(await mappingSettings(world.consumer, name)).toEqual(
          before.map((one) => ({
            ...one,
            ...settings?.(built),
            State: "Enabled",
            Tags: CREATED_AGAIN.includes(id) ? { team: TAGS.team } : one.Tags,
          })),
        );
      }
    }
    await deleteMappings(world.consumer, name);
  });

  it("has a fault for each finding, or a reason why there is none", () => {
    const all = [...FAULTS.map(({ id }) => id), ...Object.keys(NO_FAULT)];
    expect(all.sort()).toEqual(Object.keys(FINDINGS).sort());
  });

  it("only reads", () => {
    expect([...calls].filter((call) => !/:(Get|List|Describe|Head)/.test(call))).toEqual([]);
  });
});

const PROFILES = ["--profile", "analytics", "--stream-profile", "producer"];

/** The ids of the findings in what doctor prints. */
const findingsIn = (stdout: string): (string | undefined)[] =>
  [...stdout.matchAll(/^([a-z-]+)\n {2}what: /gm)].map(([, id]) => id);
