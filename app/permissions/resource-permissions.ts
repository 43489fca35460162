import { Context, Target } from "./context";

/** Actions by the name of their target: `self`, `any`, or one of the entry's own. */
type Actions = Readonly<Record<string, readonly string[]>>;

/**
 * Permissions that the AWS provider, and the checks of a plan, need for one type of resource.
 * Sources: the calls that AWS provider 5.100 and app/refusals/ make, recorded in the local AWS, and
 * the Service Authorization Reference, which says on which resources an action can be allowed.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export interface ResourcePermissions {
  /** The target `self`. Its first ARN is the ARN of the resource. */
  readonly self: (context: Context) => Target;
  /** Further targets. Actions whose target is undefined are not needed. */
  readonly targets?: (context: Context) => Readonly<Record<string, Target | undefined>>;
  readonly create?: Actions;
  readonly read?: Actions;
  readonly update?: Actions;
  readonly delete?: Actions;
}

export const LIFECYCLE = ["create", "read", "update", "delete"] as const;

/** The target `any`: actions for which the Service Authorization Reference names no resource type. */
export const ANY: Target = { sid: "ActionsWithoutResourceType", arns: ["*"] };
