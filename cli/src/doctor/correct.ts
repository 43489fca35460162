import { evaluate } from "../../../pipeline/iam/evaluate";
import type { Statement } from "../../../pipeline/iam/document";
import { requestOf } from "../../../pipeline/access";
import { type Need } from "../../../pipeline/needs";
import type { Draft } from "./drafts";
import type { Examination } from "./examine";
import { narrow } from "./narrow";

/** What policies that are evaluated together have to allow. */
interface Correction {
  readonly needs: readonly Need[];
  readonly drafts: readonly Draft[];
  /** Draft that receives the missing statements. */
  readonly addTo: Draft;
  /** Principal of the added statements, for resource policies. */
  readonly principal?: string;
  /** Resource of the added statements: `*` in a key policy. */
  readonly resource?: string;
}

export interface Corrected {
  /** Drafts that this correction changes; they also contain the changes of other findings. */
  readonly steps: readonly Draft[];
  /** A sentence about each Deny statement that was changed. */
  readonly says: readonly string[];
}

/** Changes drafts until the role may do what it needs: takes it out of each Deny, and adds an Allow. */
export function correct(examination: Examination, correction: Correction): Corrected {
  const { drafts, addTo } = correction;
  const originals = drafts.map((draft) => draft.original());
  const alone = apply(examination, {
    ...correction,
    drafts: originals,
    addTo: originals[drafts.indexOf(addTo)] ?? addTo,
  });
  apply(examination, correction);
  return {
    steps: drafts.filter((_, index) => alone.changed.has(originals[index])),
    says: [...alone.says],
  };
}

function apply(
  examination: Examination,
  { needs, drafts, addTo, principal, resource }: Correction,
): { changed: Set<Draft | undefined>; says: Set<string> } {
  const changed = new Set<Draft | undefined>();
  const says = new Set<string>();
  const missing = new Map<string, Need[]>();
  for (const need of needs) {
    const decide = () =>
      evaluate(
        drafts.map(({ current }) => current),
        requestOf(examination, need),
      );
    let decision = decide();
    for (; decision.deny; decision = decide()) {
      const { statement, where } = decision.deny;
      const others = narrow(statement, need, examination.pipeline.role.arn ?? "");
      const draft = drafts.find((one) => one.replace(statement, others));
      changed.add(draft);
      says.add(
        draft?.isFixed
          ? `${where} denies it: the policy is detached, since AWS owns it`
          : `${where} denies it: ${others.length === 0 ? "it is removed" : "it is put without that, and denies all else as before"}`,
      );
    }
    if (decision.outcome === "denied") {
      const key = JSON.stringify([need.allowOn ?? need.resource, need.condition]);
      missing.set(key, [...(missing.get(key) ?? []), need]);
    }
  }
  const statements = [...missing.values()].map((group): Statement => {
    const [{ resource: needed = "", allowOn = needed, condition } = {}] = group as Partial<Need>[];
    return {
      Effect: "Allow",
      ...(principal !== undefined && { Principal: { AWS: principal } }),
      Action: group.map(({ action }) => action),
      Resource: resource ?? allowOn,
      ...(condition && { Condition: condition }),
    };
  });
  if (statements.length > 0) {
    addTo.add(statements);
    changed.add(addTo);
  }
  return { changed, says };
}
