import { changesOf, isDestroyed, type Plan } from "../../pipeline/terraform/plan";
import { text } from "../../pipeline/terraform/resource";
import { counter, Deliveries, Load, type Sent } from "../e2e/changes/load";
import { Deployed } from "../e2e/deployed";
import { PRODUCER, streamArn } from "../e2e/deployment";
import { clientsOf } from "../local/two-accounts";
import { type DeployResult, StepDeploy } from "./deploy";
import { Discards } from "./discards";
import { lendHand } from "./hands";
import { type Fault, judge } from "./judge";
import { type ClientsOf, observe, observeReaders, type ObservedReader } from "./observe";
import { functionNameOf, type Settings, START, streamNameIn, textOf, WRITER } from "./settings";
import { type Course, settle } from "./settle";
import { applyEdits, type DeployStep, type Step } from "./steps";
import { Memory, type Moment } from "./memory";
import type { Truth } from "./truth";
import { createExisting, type Existing, failureSwitch, synthesizeSettings } from "./world";
import * as fs from "node:fs";

/** What happened in one step. */
export interface StepReport {
  readonly step: Step;
  readonly faults: readonly Fault[];
  /** Why nothing was changed. */
  readonly refusal: string;
  readonly deploy?: DeployResult;
  readonly truth?: Truth;
  readonly seconds: number;
}

/** The account and the name of a function, as deliveries know it. */
const calledOf = (functionArn: string): string => functionArn.split(":").slice(4, 7).join(":");
const called = ({ account, functionName }: ObservedReader): string =>
  `${account}:function:${functionName}`;

const recreatedFunctions = (plan: Plan): string[] =>
  changesOf(plan, "aws_lambda_function")
    .filter(isDestroyed)
    .flatMap(({ change }) => text(change.before, "function_name") ?? []);

const namesOf = (readers: readonly ObservedReader[]): string[] => [...new Set(readers.map(called))];

/** Takes the steps of one walk, in a local AWS of its own under constant load. */
export class Walker {
  static async start(): Promise<Walker> {
    const deliveries = new Deliveries(calledOf);
    const discards = new Discards(calledOf);
    const deployed = await Deployed.start({
      rolePropagationSeconds: 1,
      consumerCreatingSeconds: 1,
      onDelivered: deliveries.add,
      onDiscarded: discards.add,
    });
    const clients: ClientsOf = clientsByAccount(deployed);
    const existing = await createExisting(clients, new Date());
    const walker = new Walker(deployed, clients, existing, deliveries, discards);
    const stack = synthesizeSettings(START, existing);
    const deploy = await walker.deploy({ do: "deploy", edits: [] }, START, stack);
    if (deploy.outcome.unfinished !== undefined) {
      await walker.stop();
      throw new Error(`the first settings cannot be deployed: ${deploy.outcome.unfinished}`);
    }
    walker.now = await walker.observe();
    return walker;
  }

  settings = START;
  private now!: Moment;
  private readonly memory = new Memory();
  private readonly owner: Load;
  private readonly writer: Load;

  private constructor(
    private readonly deployed: Deployed,
    private readonly clients: ClientsOf,
    private readonly existing: Existing,
    private readonly deliveries: Deliveries,
    private readonly discards: Discards,
  ) {
    const next = counter();
    const arnOf = (id: string): string => streamArn(this.streamNames.get(id) ?? id);
    this.owner = new Load(clients(PRODUCER), arnOf, { next });
    this.writer = new Load(clients(WRITER), arnOf, { next, keys: ["writer-0", "writer-1"] });
  }

  /** By construct id. The name changes once the step that renames it is applied. */
  private streamNames = new Map<string, string>();
  /** The construct ids of all streams that there have been. */
  private readonly streamIds = new Set<string>();

  async stop(): Promise<void> {
    await Promise.all([this.owner.abandon(), this.writer.abandon()]);
    await this.deployed.stop();
  }

  async take(step: Step): Promise<StepReport> {
    const start = Date.now();
    const report = await (step.do === "hand" ? this.hand(step) : this.change(step));
    return { step, ...report, seconds: Math.round((Date.now() - start) / 1000) };
  }

  private async hand(step: Step & { do: "hand" }): Promise<Omit<StepReport, "step" | "seconds">> {
    const { hand, id } = step;
    const refusal = await lendHand(hand, id, this.settings, this.existing, this.clients);
    const begun = Date.now();
    // A hand says nothing that could be judged; what it does is no news to the next step.
    await this.measure(this.settings, this.settings, begun, begun, []);
    return { faults: [], refusal: refusal ?? "" };
  }

  private async change(step: DeployStep): Promise<Omit<StepReport, "step" | "seconds">> {
    const before = this.settings;
    const after = applyEdits(before, step.edits);
    let stack: string;
    try {
      stack = synthesizeSettings(after, this.existing);
    } catch (error) {
      return { faults: [], refusal: (error as Error).message };
    }
    const deploy = await this.deploy(step, after, stack);
    const { outcome, refusal, begun, effects } = deploy;
    if (begun === undefined) {
      this.follow(before);
      return { faults: judge([], NOTHING, outcome), refusal, deploy };
    }
    this.settings = after;
    const truth = await this.measure(before, after, begun, Date.now(), deploy.plans);
    const faults = judge(effects, truth, outcome);
    this.memory.owe(effects, truth);
    return { faults, refusal, deploy, truth };
  }

  private deploy(step: DeployStep, settings: Settings, stack: string): Promise<DeployResult> {
    this.follow(settings);
    return new StepDeploy(this.deployed, stack, step).run();
  }

  /** Has the loads put records into the streams of these settings. */
  private follow({ streams }: Settings): void {
    const ids = Object.keys(streams);
    [...this.streamNames.keys()]
      .filter((id) => !ids.includes(id))
      .forEach((id) => [this.owner, this.writer].forEach((load) => load.leave(id)));
    this.streamNames = new Map(Object.entries(streams).map(([id, one]) => [id, streamNameIn(one)]));
    ids.forEach((id) => this.streamIds.add(id));
    [this.owner, this.writer].forEach((load) => load.start(ids));
  }

  private async measure(
    before: Settings,
    after: Settings,
    begun: number,
    applied: number,
    plans: readonly Plan[],
  ): Promise<Truth> {
    const old = this.now;
    this.now = await this.observe();
    return this.memory.truthOf({
      ...{ begun, applied, before: old, after: this.now },
      recreated: plans.flatMap(recreatedFunctions),
      idOf: ({ account, functionName }, when) =>
        Object.entries((when === "before" ? before : after).consumers).find(
          ([, one]) => one.account === account && functionNameOf(one) === functionName,
        )?.[0],
      sentTo: (arn) => this.sentTo(arn),
      received: (readers) => this.deliveries.to(namesOf(readers)),
      discards: (readers) => this.discards.of(namesOf(readers)),
    });
  }

  private async observe(): Promise<Moment> {
    const start = Date.now();
    const settled = await settle(this.course());
    const writers = new Map(
      [...this.streamNames].map(([id, name]) => [
        name,
        this.writer.sentTo(id).some(({ at }) => at >= start),
      ]),
    );
    return { observation: await observe(this.clients), settled, writers };
  }

  private course(): Course {
    return {
      readers: () => observeReaders(this.clients),
      sentTo: (arn) => this.sentTo(arn),
      received: (reader) => this.deliveries.to([called(reader)]),
      discarded: (reader) => new Set(this.discards.of([called(reader)]).map((one) => one.number)),
      isLoadKnown: (since) =>
        [this.owner, this.writer].every((load) =>
          [...this.streamNames.keys()].every(
            (id) =>
              load.sentTo(id).some(({ at }) => at >= since) ||
              // Policies and roles may need some seconds until they work.
              load.refusals(id, since).length >= REFUSALS_OF_ACCESS_LOST,
          ),
        ),
      isBroken: ({ account, functionName }) =>
        Object.entries(this.settings.consumers).some(
          ([id, one]) =>
            one.account === account &&
            functionNameOf(one) === functionName &&
            fs.existsSync(failureSwitch(textOf(this.existing.$directory), id)),
        ),
    };
  }

  private sentTo(arn: string): Sent[] {
    return [this.owner, this.writer]
      .flatMap((load) => [...this.streamIds].flatMap((id) => load.sentTo(id)))
      .filter((record) => record.streamArn === arn);
  }
}

/** At five a second, three seconds after the apply. */
const REFUSALS_OF_ACCESS_LOST = 15;

/** Between two steps, clients rest longer than the gateway keeps their connections. */
const ATTEMPTS = 3;

const NOTHING: Truth = { readers: [], access: [], ended: [], kept: [] };

function clientsByAccount({ aws }: Deployed): ClientsOf {
  const known = new Map<string, ReturnType<ClientsOf>>();
  return (account) => {
    const clients = known.get(account) ?? clientsOf(aws, account, ATTEMPTS);
    known.set(account, clients);
    return clients;
  };
}
