import type { AwsClients } from "../aws-clients";
import { clientsByProvider } from "../aws-clients";
import type { Plan } from "../../pipeline/terraform/plan";
import type { Values } from "../../pipeline/terraform/resource";
import type { SynthesizedProvider, SynthesizedStack } from "../stack";
import { arnOf, type Place, placeIn } from "./place";

/** The account and Region of a resource, and clients with the credentials of its provider block. */
interface Access {
  readonly aws: AwsClients;
  readonly place: Place;
  readonly provider: SynthesizedProvider;
}

/** Looks into the accounts of a stack, with the provider blocks that Terraform uses. */
export class AccountLookups {
  private readonly clients = clientsByProvider();

  /** @param print prints what could not be looked up, which is no reason to refuse a plan */
  constructor(
    private readonly stack: SynthesizedStack,
    private readonly print: (line: string) => void,
  ) {}

  /** By the element's own provider; by the account in its ARN if the stack no longer has it. */
  accessTo(address: string, values: Values | null): Access | undefined {
    const [type = "", name = ""] = address.split(".");
    const alias = this.stack.resource[type]?.[name]?.provider;
    const held = placeIn(arnOf(values));
    const provider = this.stack.provider.aws.find((one) =>
      alias === undefined
        ? held !== undefined && one.allowed_account_ids.includes(held.account)
        : `aws.${one.alias}` === alias,
    );
    const [account] = provider?.allowed_account_ids ?? [];
    return provider && account !== undefined
      ? {
          aws: this.clients(provider),
          provider,
          place: { account, region: provider.region },
        }
      : undefined;
  }

  /** @returns undefined if there is nothing, or if it could not be looked up, which is printed */
  async look<T>(what: string, lookup: () => Promise<T | undefined>): Promise<T | undefined> {
    try {
      return await lookup();
    } catch (error) {
      const { name, message } = error as Error;
      if (!MISSING.test(name)) {
        this.print(`could not check ${what}: ${message || name}`);
      }
      return undefined;
    }
  }
}

/** The errors by which AWS's services say that there is nothing of that name. */
const MISSING =
  /^(ResourceNotFound(Exception|Fault)?|NoSuchEntity(Exception)?|NotFound(Exception)?|QueueDoesNotExist|AWS\.SimpleQueueService\.NonExistentQueue|DashboardNotFoundError)$/;

/** Every resource that a plan creates, with its values. */
export const creations = (plan: Plan) =>
  (plan.resource_changes ?? []).filter(({ change }) => change.actions.includes("create"));
