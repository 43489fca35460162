import {
  ANALYTICS,
  ARCHIVE,
  arnsIn,
  Cloud,
  CONSUMERS,
  FRAUD,
  OWNER,
  serviceName,
  STRANGER,
  WRITERS,
} from "./accounts";
import { documentOf, Policy } from "./policies";
import { Request, requestsIn } from "./requests";
import { ANONYMOUS, isAllowed } from "./simulator";

export interface Principal {
  readonly name: string;
  readonly arn: string;
  /** The identity policy: that of the stack, one that allows everything, or none. */
  readonly may: "what the stack says" | "everything" | "nothing";
  /** If true, every resource allows everything to everybody. */
  readonly openDoors?: boolean;
}

export const AS_ADMINISTRATOR = ", were it an administrator";
export const AT_OPEN_DOORS = ", were every resource open";

const EVERYTHING = documentOf([{ Effect: "Allow", Action: "*", Resource: "*" }]);
const OPEN_DOOR = documentOf([
  { Effect: "Allow", Principal: { AWS: "*" }, Action: "*", Resource: "*" },
]);
/** Actions on the own account, for which a resource policy alone is not enough. */
const ELSEWHERE = "999999999999";

/**
 * Each consumer's role, three times. Across accounts a request needs an identity policy and a resource
 * policy, so that one of them could allow too much unnoticed. As an administrator, only the resource
 * policies limit the role; with resources that allow everything, only its identity policies do.
 */
export function principalsIn(cloud: Cloud): Principal[] {
  const arns = arnsIn(cloud);
  const role = (account: string, name: string) => ({
    arn: arns.role(account, name),
    may: "everything" as const,
  });
  const consumers = Object.entries(CONSUMERS).flatMap(([name, { account }]) => {
    const own = { arn: arns.role(account, name), may: "what the stack says" };
    return [
      { ...own, name },
      { ...own, name: `${name}${AT_OPEN_DOORS}`, openDoors: true },
      { ...own, name: `${name}${AS_ADMINISTRATOR}`, may: "everything" },
    ] as Principal[];
  });
  const accounts = [OWNER, ANALYTICS, FRAUD, ARCHIVE, WRITERS, STRANGER];
  return [
    ...consumers,
    { name: "web", ...role(WRITERS, "web") },
    { name: "till", ...role(WRITERS, "till") },
    ...accounts.flatMap((account): Principal[] => [
      {
        name: `root of ${account}`,
        arn: arns.root(account),
        may: "everything",
      },
      { name: `administrator of ${account}`, ...role(account, "admin") },
    ]),
    { name: "nobody of the owner", ...role(OWNER, "nobody"), may: "nothing" },
    { name: "namesake of analytics", ...role(STRANGER, "analytics") },
    { name: "namesake of web", ...role(STRANGER, "web") },
    ...["lambda", "ec2"].map((service): Principal => {
      return { name: service, arn: serviceName(service), may: "nothing" };
    }),
    { name: ANONYMOUS, arn: ANONYMOUS, may: "nothing" },
  ];
}

/** Results are cached: they depend only on the request and the evaluated policies. */
export class Proof {
  private readonly requests: Request[];
  private readonly principals: Principal[];
  private readonly product: { principal: Principal; request: Request; said: string }[];
  private readonly answers = new Map<string, boolean>();
  private readonly texts = new Map<string, number>();

  constructor(cloud: Cloud) {
    this.requests = requestsIn(cloud);
    this.principals = principalsIn(cloud);
    this.product = this.principals.flatMap((principal) =>
      this.requests.map((request) => ({
        principal,
        request,
        said: sentence(principal.name, request),
      })),
    );
  }

  /** Every allowed combination of principal, action, resource and circumstance. */
  public async allowed(policies: readonly Policy[]): Promise<string[]> {
    const allowed: string[] = [];
    for (const [said, answer] of this.questions(policies)) {
      if (await answer()) {
        allowed.push(said);
      }
    }
    return allowed.sort();
  }

  /** The first request that is needed and not allowed, of all or of those that a changed policy is about. */
  public async missing(
    policies: readonly Policy[],
    need: ReadonlySet<string>,
    changed?: Policy,
  ): Promise<string | undefined> {
    for (const [said, answer] of this.questions(policies, (one) => need.has(one), changed)) {
      if (!(await answer())) {
        return said;
      }
    }
    return undefined;
  }

  /** The first request that is allowed and not needed, of all or of those that a changed policy is about. */
  public async excess(
    policies: readonly Policy[],
    need: ReadonlySet<string>,
    changed?: Policy,
  ): Promise<string | undefined> {
    for (const [said, answer] of this.questions(policies, (one) => !need.has(one), changed)) {
      if (await answer()) {
        return said;
      }
    }
    return undefined;
  }

  /** All requests of one account, except those about trust policies. */
  public everythingIn(account: string): Request[] {
    return this.requests.filter((one) => one.account === account && !one.action.startsWith("sts:"));
  }

  /** Fails for a policy of a resource that no request is about, since nothing would test it. */
  private mustKnow(policies: readonly Policy[]): void {
    for (const { kind, arn, name } of policies) {
      const known =
        kind === "identity"
          ? this.principals.some((principal) => principal.arn === arn)
          : this.requests.some((request) => request.arn === arn);
      if (!known) {
        throw new Error(`nobody asks about ${name}, the policy of ${arn}`);
      }
    }
  }

  private *questions(
    policies: readonly Policy[],
    isAsked: (said: string) => boolean = () => true,
    about?: Policy,
  ): Generator<[string, () => boolean | Promise<boolean>]> {
    this.mustKnow(policies);
    const attached = new Map<string, Policy[]>();
    for (const policy of policies) {
      const key = `${policy.kind} ${policy.arn}`;
      attached.set(key, [...(attached.get(key) ?? []), policy]);
    }
    const documents = new Map<string, string | undefined>();
    const statements = (place: string, { action }: Request): string | undefined => {
      const service = action.replace(/:.*/, ":");
      const key = `${service} ${place}`;
      if (!documents.has(key)) {
        documents.set(key, saysOf(attached.get(place), service));
      }
      return documents.get(key);
    };
    for (const { principal, request, said } of this.product) {
      const isAbout = !about || [principal.arn, request.arn].includes(about.arn);
      if (!isAbout || !isAsked(said)) {
        continue;
      }
      const identity = {
        "what the stack says": statements(`identity ${principal.arn}`, request),
        everything: EVERYTHING,
        nothing: undefined,
      }[principal.may];
      const door = principal.openDoors
        ? OPEN_DOOR
        : (request.policy ?? statements(`resource ${request.arn}`, request));
      const key = `${said} ${this.number(identity)} ${this.number(door)}`;
      yield [
        said,
        () =>
          this.answers.get(key) ??
          ask(principal, request, identity, door).then((answer) => {
            this.answers.set(key, answer);
            return answer;
          }),
      ];
    }
  }

  private number(text = ""): number {
    const number = this.texts.get(text) ?? this.texts.size;
    this.texts.set(text, number);
    return number;
  }
}

const SAID = new WeakMap<Policy, Map<string, string>>();

/**
 * The statements about a service in the policies of one role or resource. Statements are evaluated
 * separately, so the others do not influence the result, which can be cached by these alone.
 */
function saysOf(policies: readonly Policy[] | undefined, service: string): string | undefined {
  const texts = policies?.map((policy) => statementsAbout(policy, service));
  return texts && `{"Version":"2012-10-17","Statement":[${texts.filter(Boolean).join()}]}`;
}

/** Statements as JSON, without the brackets of the list. */
function statementsAbout(policy: Policy, service: string): string {
  const said = SAID.get(policy) ?? new Map<string, string>();
  SAID.set(policy, said);
  const text =
    said.get(service) ??
    policy.statements
      .filter(({ Action }) => [Action].flat().some((one) => one === "*" || one.startsWith(service)))
      .map((statement) => JSON.stringify(statement))
      .join();
  said.set(service, text);
  return text;
}

const ask = (
  principal: Principal,
  { action, arn, account, context }: Request,
  identityPolicy: string | undefined,
  resourcePolicy: string | undefined,
): Promise<boolean> =>
  isAllowed({
    principal: principal.arn,
    identityPolicy,
    action,
    resource: arn,
    resourceAccount: principal.openDoors ? ELSEWHERE : account,
    resourcePolicy,
    context,
  });

export const sentence = (
  principal: string,
  { action, on, when }: Pick<Request, "action" | "on" | "when">,
): string => `${principal}: ${action} on ${on}${when ? `, ${when}` : ""}`;
