import { CrossAccountConsumerProps } from "../cross-account-consumer-props";
import { duplicates } from "./checks";
import { duplicateFunction, duplicatePolicy, duplicateRole, sharedQueue } from "./errors";

/** One of the consumers of an account. */
export interface NamedConsumer extends Pick<
  CrossAccountConsumerProps,
  "consumerName" | "roleName" | "existingFunction"
> {
  readonly path: string;
  readonly functionName: string;
  readonly makesQueue: boolean;
}

/** Names that AWS would refuse only at apply, or that would make one thing of two. */
export function duplicateNames(consumers: readonly NamedConsumer[]): string[] {
  const made = consumers.filter((one) => !one.existingFunction);
  const sharing = consumers.filter((one) => one.existingFunction);
  return [
    ...named(made, (one) => one.functionName, duplicateFunction),
    ...named(made, (one) => one.roleName ?? one.functionName, duplicateRole),
    ...named(
      sharing.filter((one) => one.makesQueue),
      (one) => one.functionName,
      sharedQueue,
    ),
    ...[...new Set(sharing.map((one) => one.existingFunction?.roleName))].flatMap((role) =>
      named(
        sharing.filter((one) => one.existingFunction?.roleName === role),
        (one) => one.consumerName,
        duplicatePolicy,
      ),
    ),
  ];
}

const named = (
  consumers: readonly NamedConsumer[],
  nameOf: (consumer: NamedConsumer) => string,
  problem: (name: string, paths: readonly string[]) => string,
): string[] =>
  duplicates(consumers.map((one) => [nameOf(one), one.path])).map(([name, paths]) =>
    problem(name, paths),
  );
