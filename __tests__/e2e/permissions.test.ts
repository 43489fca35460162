import { CreatePolicyCommand } from "@aws-sdk/client-iam";
import { CreateKeyCommand } from "@aws-sdk/client-kms";
import { findOldVersions } from "../../app/old-versions";
import { Policy, Statement } from "../../app/permissions/statements";
import { AccountLookups } from "../../app/refusals/account-lookups";
import { existingNameRefusals } from "../../app/refusals/existing-names";
import { NAMED_RESOURCES } from "../../app/refusals/named-resources";
import { terraformLine } from "../../app/refusals/refusal";
import { countReports } from "../../app/refusals/waiting-reports";
import type { Need } from "../../local/aws/deployer-actions";
import { describeWithTerraform } from "../terraform/harness";
import { CONSUMER, Deployment, PRODUCER } from "./deployment";
import { isAllowedBy } from "./permissions/is-allowed-by";
import { BOUNDARIES, printedPolicies, synthesizePipeline } from "./permissions/pipeline";

/** Allowed actions that no call of this suite needs, with the reason. */
const NOT_CALLED: Record<string, string> = {
  "kinesis:ListTagsForResource": "AWS provider 6 reads the tags of consumers, 5.100 does not",
  "kinesis:UpdateMaxRecordSize": "only AWS provider 6.20 and newer changes the size of records",
};

/** Queues and topics that were created before Terraform completed their names. */
const FORMER_NAME = /:\w+-(on-failure|alarms)$/;

const deployerOf = (account: string): string =>
  `arn:aws:sts::${account}:assumed-role/deployer/local-aws`;

/** The policies of two versions of a stack together, which a change from one to the other needs. */
function together(
  one: ReadonlyMap<string, Policy[]>,
  other: ReadonlyMap<string, Policy[]>,
): Map<string, Policy[]> {
  return new Map(
    [...one].map(([account, all]) => [account, [...all, ...(other.get(account) ?? [])]]),
  );
}

const statementsIn = (policies: ReadonlyMap<string, Policy[]>, account: string): Statement[] =>
  policies.get(account)?.flatMap((policy) => policy.Statement) ?? [];

const without = (policies: ReadonlyMap<string, Policy[]>, sid: string): Map<string, Policy[]> =>
  new Map(
    [...policies].map(([account, all]) => [
      account,
      all.map((one) => ({ ...one, Statement: one.Statement.filter(({ Sid }) => Sid !== sid) })),
    ]),
  );

describeWithTerraform("a deploying role with the printed policies", () => {
  let deployment: Deployment;
  let directories: Record<"before" | "after", string>;
  let before: Map<string, Policy[]>;
  let after: Map<string, Policy[]>;

  beforeAll(async () => {
    deployment = await Deployment.startAsDeployer({ rolePropagationSeconds: 1 });
    const { kms } = deployment.clients(PRODUCER);
    const { iam } = deployment.clients(CONSUMER);
    const { KeyMetadata: key } = await kms.send(new CreateKeyCommand({}));
    const allowAll = { Effect: "Allow", Action: "*", Resource: "*" };
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [allowAll] });
    for (const PolicyName of BOUNDARIES) {
      await iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument }));
    }
    directories = {
      before: synthesizePipeline("before", key?.Arn ?? ""),
      after: synthesizePipeline("after", key?.Arn ?? ""),
    };
    before = printedPolicies(directories.before);
    after = printedPolicies(directories.after);
    await deployment.init(directories.before);
  });

  afterAll(() => deployment.stop());

  it("is refused with AWS's message without one of the statements", async () => {
    deployment.aws.deployers.enforce(without(before, "PassRolesToLambda"));

    const target = `-target=${deployment.addressOf("aws_lambda_function", "archive")}`;
    await expect(deployment.apply(target)).rejects.toThrow(
      /is not authorized to perform: iam:PassRole on resource: \S+:role\/archive\s+because no identity-based policy allows the iam:PassRole\s+action/,
    );
  });

  it("can create everything", async () => {
    deployment.aws.deployers.enforce(before);

    await deployment.apply();
  });

  it("can plan, and finds nothing to change", async () => {
    expect(await deployment.pendingChanges()).toBe("");
  });

  it("can look every name up that it would create", async () => {
    const plan = await deployment.plan("-destroy");
    const created = (plan.resource_changes ?? [])
      .filter(({ type }) => NAMED_RESOURCES[type]?.find)
      .map((one) => ({
        ...one,
        change: { actions: ["create"], before: null, after: one.change.before },
      }));
    const printed: string[] = [];
    const print = (line: string): void => void printed.push(line);
    const lookups = new AccountLookups(deployment.stack, print);
    const [refusal] = await existingNameRefusals(
      { format_version: "1.2", resource_changes: created },
      lookups,
      "none",
      terraformLine(),
      print,
    );

    const policies = created.filter(({ type }) => type === "aws_kinesis_resource_policy");
    expect(refusal?.commands).toHaveLength(1 + created.length - policies.length);
    expect(printed).toHaveLength(policies.length);
    const queues = await countReports(plan, lookups);
    expect(queues.map(({ reports }) => reports)).toEqual(queues.map(() => 0));
    const kept = { format_version: "1.2", prior_state: plan.prior_state };
    await findOldVersions(kept, lookups, { command: "deploy" });
    expect(printed).toHaveLength(policies.length);
  });

  it("can change everything, with the policies from before and after the change", async () => {
    deployment.aws.deployers.enforce(together(before, after));

    await deployment.resynthesize(directories.after);
    await deployment.apply();
  });

  it("can destroy everything", async () => {
    deployment.aws.deployers.enforce(after);

    await deployment.destroy();
  });

  const needsIn = (account: string): Need[] => {
    const calls = deployment.aws.deployers.calls.filter((call) => call.account === account);
    const needs = calls.flatMap((call) => call.needs);
    return [...new Map(needs.map((need) => [JSON.stringify(need), need])).values()];
  };
  const isNeeded = (account: string, statement: Statement): boolean => {
    const policy = { Version: "2012-10-17", Statement: [statement] };
    return needsIn(account).some((need) => isAllowedBy(need, deployerOf(account), [policy]));
  };

  it.each([PRODUCER, CONSUMER])("needs all that is allowed in account %s", (account) => {
    const versions = [before, after].map((policies) => statementsIn(policies, account));
    // A condition of one version may be satisfied only by calls of that version's apply.
    const isUsed = (sid: string, part: string): boolean =>
      versions.flat().some(({ Action, Resource, ...rest }) => {
        const narrowed = (all: readonly string[]): readonly string[] =>
          all.includes(part) ? [part] : all;
        const isPart = [...Action, ...Resource].includes(part);
        const statement = { ...rest, Action: narrowed(Action), Resource: narrowed(Resource) };
        return rest.Sid === sid && isPart && isNeeded(account, statement);
      });
    const unused = statementsIn(before, account).flatMap(({ Sid, Action, Resource }) =>
      [...Action, ...Resource].filter(
        (part) => !(part in NOT_CALLED) && !FORMER_NAME.test(part) && !isUsed(Sid, part),
      ),
    );

    expect(unused).toEqual([]);
  });

  it("has no explanation for an action that is called", () => {
    const called = deployment.aws.deployers.calls.flatMap(({ needs }) => needs);

    expect(called.filter(({ action }) => action in NOT_CALLED)).toEqual([]);
  });

  it.each([PRODUCER, CONSUMER])("needs every statement in account %s", (account) => {
    const sids = statementsIn(before, account).map(({ Sid }) => Sid);
    const needless: string[] = [];
    for (const sid of sids) {
      const rest = without(together(before, after), sid).get(account) ?? [];
      if (needsIn(account).every((need) => isAllowedBy(need, deployerOf(account), rest))) {
        needless.push(sid);
      }
    }

    expect(sids).not.toHaveLength(0);
    expect(needless).toEqual([]);
  });
});
