import type { DeployStep, Edit, Step } from "./steps";

const withoutIndex = <T>(list: readonly T[], index: number): T[] =>
  list.filter((_, other) => other !== index);

const smallerEdits = (edits: readonly Edit[]): (readonly Edit[])[] => [
  ...edits.map((_, index) => withoutIndex(edits, index)),
  ...edits.flatMap((edit, index) =>
    edit.edit === "consumer" || edit.edit === "stream"
      ? Object.keys(edit.props)
          .filter((_, __, all) => all.length > 1)
          .map((name) => {
            const props = Object.fromEntries(
              Object.entries(edit.props).filter(([other]) => other !== name),
            );
            return edits.map((one, other) => (other === index ? { ...edit, props } : one));
          })
      : [],
  ),
];

const OPTIONS = ["replay", "replace", "interruption", "fail"] as const;

/** A step with less in it. */
const smallerSteps = (step: Step): Step[] =>
  step.do === "hand"
    ? []
    : [
        ...OPTIONS.filter((option) => step[option] !== undefined).map((option): DeployStep => {
          return { ...step, [option]: undefined };
        }),
        ...smallerEdits(step.edits).map((edits) => ({ ...step, edits })),
      ];

/** Shorter walks, the much shorter first. The last step is the one that fails. */
export function smallerWalks(steps: readonly Step[]): (readonly Step[])[] {
  const halves = steps.length > 3 ? [steps.slice(Math.floor(steps.length / 2))] : [];
  return [
    ...(steps.length > 2 ? [steps.slice(-1), steps.slice(-2)] : []),
    ...halves,
    ...steps.slice(0, -1).map((_, index) => withoutIndex(steps, index)),
    ...steps.flatMap((step, index) =>
      smallerSteps(step).map((smaller) =>
        steps.map((one, other) => (other === index ? smaller : one)),
      ),
    ),
  ];
}

/**
 * Leaves out of a walk whatever it fails without, as long as there is time.
 *
 * @param fails whether a walk still fails in the same way
 * @param mayGoOn asked before each try, since a try takes a minute
 */
export async function shrink(
  steps: readonly Step[],
  fails: (steps: readonly Step[]) => Promise<boolean>,
  mayGoOn: () => boolean,
): Promise<readonly Step[]> {
  const tried = new Set<string>();
  let shortest = steps;
  for (;;) {
    let shorter: readonly Step[] | undefined;
    for (const candidate of smallerWalks(shortest)) {
      const text = JSON.stringify(candidate);
      if (!tried.has(text) && mayGoOn() && (await fails(candidate))) {
        shorter = candidate;
        break;
      }
      tried.add(text);
    }
    if (!shorter) {
      return shortest;
    }
    shortest = shorter;
  }
}
