import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";
import { findTerraform } from "../../local/terraform";
import { copyStack } from "../../local/workspace";
import { emptyAccounts } from "../terraform/empty-accounts";
import {
  createdBy,
  describeWithTerraform,
  plannedChanges,
  ROOT,
  scratch,
} from "../terraform/harness";
import {
  Example,
  EXAMPLES,
  programOf,
  SETTINGS,
  SettingsExample,
  short,
  synthesizeExample,
  synthesizeSettings,
} from "./examples";

// Nine stacks in one plan; most of the time goes into starting the provider for each account.
const names = Object.keys(EXAMPLES) as Example[];
const settingsNames = Object.keys(SETTINGS) as SettingsExample[];

const stream = (id: string): string[] => [
  `kinesis_resource_policy.${id}_stream-policy`,
  // cdktf omits an id that is the ending of the id before it.
  `kinesis_stream.${id.endsWith("stream") ? id : `${id}_stream`}`,
  `kms_alias.${id}_key-alias`,
  `kms_key.${id}_key`,
  `kms_key_policy.${id}_key-policy`,
];
const registered = (id: string): string[] => [
  `kinesis_resource_policy.${id}_consumer-policy`,
  `kinesis_stream_consumer.${id}_consumer`,
];
const reader = (id: string): string[] => [
  `iam_role_policy.${id}_on-failure-policy`,
  `iam_role_policy.${id}_role-policy`,
  `lambda_event_source_mapping.${id}_mapping`,
];
const code = (id: string): string[] => [
  `cloudwatch_log_group.${id}_log-group`,
  `iam_role.${id}_role`,
  `lambda_function.${id}_function`,
];
const queue = (id: string): string => `sqs_queue.${id}_on-failure-queue`;

const consumer = (id: string): string[] => [...registered(id), ...reader(id), ...code(id)];

const orders = (prefix: string, streamId = "stream"): string[] => [
  ...stream(streamId),
  ...["fraud", "report", "shipping"].map((name) => prefix + name).flatMap(withQueue),
];
const clicks = (prefix: string, streamId = "stream"): string[] => [
  ...stream(streamId),
  ...withQueue(`${prefix}report`),
  ...reader(`${prefix}archive`),
  ...code(`${prefix}archive`),
  queue(`${prefix}archive`),
];
const withQueue = (id: string): string[] => [...consumer(id), queue(id)];
/** The app creates consumers in the scope `consumers`, by their ids. */
const bySettings = [orders("consumers_orders-"), clicks("consumers_clicks-")];

/**
 * The resources of each example's stack, except the one that local-aws.test.ts applies. All settings
 * use the same app, so only production is planned, which differs most.
 */
const MADE: Partial<Record<Example | SettingsExample, string[][]>> = {
  "fan-out": [
    [
      ...stream("orders"),
      ...consumer("fraud"),
      ...consumer("analytics"),
      ...reader("archive"),
      ...code("archive"),
      ...["fraud", "analytics", "archive"].map(queue),
    ],
  ],
  "cross-account-producers": [
    [
      ...stream("events"),
      ...consumer("analytics"),
      queue("analytics"),
      "iam_role_policy.web-shop-writes-events",
    ],
  ],
  "existing-stream": [
    ["kinesis_resource_policy.payments_stream-policy", ...consumer("ledger"), queue("ledger")],
  ],
  "existing-function": [
    [...stream("clickstream"), ...registered("report"), ...reader("report"), queue("report")],
  ],
  "filtered-consumer": [[...stream("orders"), ...consumer("shipping"), "s3_bucket.failures"]],
  "several-streams": [orders("", "orders"), clicks("", "clicks")],
  "several-streams/dev-and-production.json": bySettings,
};

describe("examples/", () => {
  it("compiles under strict", () => {
    const { options } = ts.parseJsonConfigFileContent(
      ts.readConfigFile(path.join(ROOT, "tsconfig.json"), ts.sys.readFile).config,
      ts.sys,
      ROOT,
    );
    expect(options.strict).toBe(true);

    const program = ts.createProgram(
      names.map((name) => path.join(ROOT, programOf(name))),
      options,
    );

    expect(
      ts
        .getPreEmitDiagnostics(program)
        .map(({ file, messageText }) =>
          [file?.fileName, ts.flattenDiagnosticMessageText(messageText, "\n")].join(": "),
        ),
    ).toEqual([]);
  });

  it("has no program and no settings without a test", () => {
    const files = fs.readdirSync(path.join(ROOT, "examples"), {
      recursive: true,
      encoding: "utf8",
    });
    const programs = files.filter((file) => path.basename(file) === "main.ts");

    expect(programs.map((file) => path.dirname(file)).sort()).toEqual([...names].sort());
    expect(files.filter((file) => file.endsWith(".json")).sort()).toEqual(
      [...settingsNames].sort(),
    );
  });

  it.each([...new Set(names.map((name) => name.split("/")[0]!))])(
    "has a README for %s of one screen that says what it is for and how to run it",
    (directory) => {
      const readme = fs.readFileSync(path.join(ROOT, "examples", directory, "README.md"), "utf8");

      expect(readme.split("\n").length).toBeLessThanOrEqual(60);
      for (const name of names.filter((one) => one.startsWith(directory))) {
        expect(readme).toContain(`npx tsx ${programOf(name)}`);
        for (const stack of EXAMPLES[name]) {
          expect(readme).toContain(`cdktf.out/stacks/${stack}`);
        }
      }
      for (const name of settingsNames.filter((one) => one.startsWith(directory))) {
        expect(readme).toContain(`](${path.basename(name)})`);
      }
    },
  );
});

const planned = (Object.keys(MADE) as (keyof typeof MADE)[]).flatMap((example) =>
  MADE[example]!.map((made, index) => ({ example, index, made })),
);

const moduleOf = ({ example, index }: (typeof planned)[number]): string =>
  `${example.replace(/\W/g, "-")}-${index}`;

describe("settings in examples/ synthesize", () => {
  it.each(settingsNames)("%s to the same two pipelines", (name) => {
    const addresses = synthesizeSettings(name).map((directory) => {
      const { resource } = JSON.parse(
        fs.readFileSync(path.join(directory, "cdk.tf.json"), "utf8"),
      ) as { resource: Record<string, object> };
      return Object.entries(resource)
        .flatMap(([type, elements]) => Object.keys(elements).map((id) => short(`${type}.${id}`)))
        .sort();
    });

    const pipelines = bySettings.map((made) => [...made].sort());
    expect(addresses).toEqual(addresses.map((_one, index) => pipelines[index % 2]));
  });
});

/** Plans all examples together, each as a module, so that Terraform and the provider start only once. */
async function planAll(): Promise<string[]> {
  const accounts = await emptyAccounts();
  const terraform = await findTerraform();
  const root = scratch();
  const stacks = new Map(
    [...new Set(planned.map(({ example }) => example))].map((example) => [
      example,
      example in SETTINGS
        ? synthesizeSettings(example as SettingsExample)
        : synthesizeExample(example as Example),
    ]),
  );
  for (const one of planned) {
    await copyStack(terraform, stacks.get(one.example)![one.index]!, {
      ...accounts,
      directory: path.join(root, moduleOf(one)),
    });
  }
  fs.writeFileSync(
    path.join(root, "main.tf.json"),
    JSON.stringify({
      module: Object.fromEntries(
        planned.map(moduleOf).map((name) => [name, { source: `./${name}` }]),
      ),
    }),
  );
  await terraform.run(root, "init");
  return createdBy(await plannedChanges(root));
}

describeWithTerraform("terraform plan creates", () => {
  let created: string[];

  beforeAll(async () => {
    created = await planAll();
  });

  it.each(planned)("what its README says, for $example, stack $index", (one) => {
    const prefix = `module.${moduleOf(one)}.`;

    expect(
      created
        .filter((address) => address.startsWith(prefix))
        .map((address) => short(address.slice(prefix.length)))
        .sort(),
    ).toEqual([...one.made].sort());
  });
});
