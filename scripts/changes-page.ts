import { Change, OUTCOMES } from "../app/changes/change";
import { CONSUMER_CHANGES } from "../app/changes/consumer-changes";
import { DEPLOYMENT_CHANGES } from "../app/changes/deployment-changes";
import { MEANINGS } from "../app/explain/effect";
import { FUNCTION_CHANGES } from "../app/changes/function-changes";
import { MAPPING_CHANGES } from "../app/changes/mapping-changes";
import { STREAM_CHANGES } from "../app/changes/stream-changes";
import { writeFormatted } from "./write-formatted";

const VERBS = {
  create: "creates",
  update: "updates",
  replace: "replaces",
  delete: "destroys",
} as const;

/** What Terraform does, grouped by action: "updates `aws_kinesis_stream`; creates `aws_kms_key`". */
function inTerraform({ plan, records }: Change): string {
  const actions = Object.entries(VERBS).flatMap(([action, verb]) => {
    const types = Object.keys(plan).filter((type) => plan[type] === action);
    return types.length === 0 ? [] : `${verb} ${types.map((type) => `\`${type}\``).join(", ")}`;
  });
  return actions.join("; ") || (records === "refused" ? "refuses" : "nothing");
}

const rows = (changes: Readonly<Record<string, Change>>): string =>
  [
    "| change | Terraform | records | remarks |",
    "| --- | --- | --- | --- |",
    ...Object.values(changes).map(
      (change) =>
        `| ${change.change} | ${inTerraform(change)} | ${OUTCOMES[change.records]} | ${change.remark ?? ""} |`,
    ),
  ].join("\n");

const refusals = (): string =>
  [
    "| change | what to do |",
    "| --- | --- |",
    ...Object.values(DEPLOYMENT_CHANGES).map(({ change, remark }) => `| ${change} | ${remark} |`),
  ].join("\n");

const effects = (): string =>
  [
    "| effect | meaning |",
    "| --- | --- |",
    ...Object.entries(MEANINGS).map(([id, meaning]) => `| \`${id}\` | ${meaning} |`),
  ].join("\n");

const page = `# What a change does to records

Generated from the table in [\`app/changes/\`](../app/changes) by \`npm run build:docs\`. Edit the table, not this page. Every night, each row is applied with the real Terraform and the real AWS provider in the local AWS, under constant load of numbered records ([\`changes.test.ts\`](../__tests__/e2e/changes.test.ts)): the test fails if Terraform's plan differs from the row, if a record is lost, delivered again or out of order although the row does not say so, or if \`npm run plan\` does not print the effects of the row. Every run compares the recorded plans with the rows, and with the sentences that each gets ([\`rows.test.ts\`](../__tests__/app/changes/rows.test.ts)), and takes a few steps of a random walk ([CONTRIBUTING.md](../CONTRIBUTING.md#tests)). \`vpc\`, \`runtime\`, \`architecture\`, \`layers\`, a stream with too few shards, a protected stream and a moved consumer are only planned.

\`npm run plan\` and \`npm run deploy\` print what a plan does to records before it is approved. For your own program: \`terraform plan -out=plan && terraform show -json plan | npm run --silent explain\`. Add \`-- --fail-on lost\` to exit with 1 if a plan loses records, or name a lesser effect of those [below](#what-the-plan-says): lost, unreadable, replayed, refused, waiting.

\`npm run deploy\` and \`npm run destroy\` ask for the names of what is lost or becomes unreadable, not only for \`yes\`, and \`--auto-approve\` needs \`--allow-loss <name>\` for each. A failure queue that was looked at and is empty needs no name; one that could not be looked at does.

## Changes of a stream

${rows(STREAM_CHANGES)}

## Changes of a consumer

${rows({ ...MAPPING_CHANGES, ...FUNCTION_CHANGES, ...CONSUMER_CHANGES })}

## Changes of a deployment

These are refused before Terraform runs, when the settings are synthesized (local state) or before they are planned (any state). Settings with another \`name\` are another deployment with its own state.

${refusals()}

\`npm run plan\` and \`npm run deploy\` also refuse a plan that would fail halfway or take away what is in use, and print the lines to type:

- a name that another resource of the state has: two consumers that exchange names, a new consumer under the old name of another one, a consumer whose \`id\` changes while its name stays
- a name that exists in the account: after an interrupted first deploy, with a lost state, or since another deployment has it
- a function that is destroyed while a mapping goes on invoking it, for example since \`existingFunction\` names the consumer's own function
- a stream that is to be created although mappings of the state read it
- a key that is scheduled for deletion, which would be replaced
- a \`backend\` that was added, changed or removed while the state is still in the old place

What cannot be looked up is printed and refuses nothing. \`npm run explain\` prints those that the plan alone shows.

## How to change a key

1. **To no encryption, or to your own key:** set \`encryption\` or \`kmsKeyArn\` together with \`retainKey: true\`, and apply. Once the retention has passed, remove \`retainKey\` and apply.
2. **From one of your own keys to another:** add the old one to \`previousKmsKeyArns\` in the same change. Remove it once the retention has passed.
3. **With a state from version 0.1:** apply once without any change first. The state then records that the key is destroyed after the resources that use it.

## How to rename the log group and the failure queue

The log group and the failure queue keep the names they were created with when a function is renamed. To rename them too, redrive the reports first, then recreate them: \`terraform apply -replace=<address of the queue> -replace=<address of the log group>\`. The new queue gets reports before the old one is deleted with those that are left. Recreate the log group only after a rename, since two cannot have one name. Removing the consumer removes both.

## What the plan says

${effects()}
`;

void writeFormatted(process.argv[2] ?? "docs/changes.md", page, "markdown");
