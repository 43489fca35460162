import { isGiven, isPlainObject } from "../pipeline/values";
import { PropertyChecks } from "../modules/properties/property-checks";
import { mustBe } from "../modules/properties/problems";

type Json = Readonly<Record<string, unknown>>;

/**
 * The settings of one deployment: the shared settings that it extends, in that order, and its own.
 * Later settings replace earlier ones. Objects are merged, and so are consumers with the same `id`; every other
 * value is replaced.
 */
export class MergedSettings {
  public readonly value: unknown;
  /** For each path in `value`, the path of the last given value in the settings file. */
  private readonly origins = new Map<string, string>();

  /** @param path of the deployment in the settings file */
  constructor(
    given: Json,
    path: string,
    shared: Readonly<Record<string, Json>>,
    checks: PropertyChecks,
  ) {
    const { extends: names, ...own } = given;
    let merged: unknown = {};
    ((names ?? []) as string[]).forEach((name, index) => {
      const settings = Object.hasOwn(shared, name) ? shared[name] : undefined;
      if (!settings) {
        const known = Object.keys(shared).join(", ") || "none";
        checks.addError(
          mustBe(
            `${path}.extends[${index}]`,
            `a name under 'shared' (${known})`,
            name,
            "declare it there, or correct its name",
          ),
        );
      }
      merged = this.merge(merged, settings, path, `shared.${name}`);
    });
    this.value = this.merge(merged, own, path, path);
  }

  /** The path in the settings file that a path in `value` comes from. */
  public pathInFile(path: string): string {
    const ancestors = [...this.origins].filter(([one]) => path.startsWith(one));
    const [nearest] = ancestors.sort(([one], [other]) => other.length - one.length);
    return nearest ? nearest[1] + path.slice(nearest[0].length) : path;
  }

  private merge(base: unknown, given: unknown, path: string, origin: string): unknown {
    if (!isGiven(given)) {
      return base;
    }
    this.origins.set(path, origin);
    if (Array.isArray(given)) {
      return this.mergeList(base, given, path, origin);
    }
    if (!isPlainObject(given)) {
      return given;
    }
    // The property of `onFailure` selects the kind of destination, so two of them cannot be merged.
    const kept = isPlainObject(base) && !path.endsWith(".onFailure") ? base : {};
    const merged = Object.entries(given).map(([name, one]) => [
      name,
      this.merge(
        Object.hasOwn(kept, name) ? kept[name] : undefined,
        one,
        `${path}.${name}`,
        `${origin}.${name}`,
      ),
    ]);
    return { ...kept, ...Object.fromEntries(merged) };
  }

  private mergeList(base: unknown, given: unknown[], path: string, origin: string): unknown[] {
    const inherited: unknown[] =
      /^deployments\[\d+\]\.consumers$/.test(path) && Array.isArray(base) ? base : [];
    const ids = given.map(idOf);
    const merged = [...inherited];
    given.forEach((one, index) => {
      // A second consumer with this id in the same list is a mistake, which a later check reports.
      const isFirst = ids.indexOf(ids[index]) === index;
      const same = isFirst ? inherited.findIndex((other) => idOf(other) === ids[index]) : -1;
      const at = same < 0 ? merged.length : same;
      merged[at] = this.merge(merged[at], one, `${path}[${at}]`, `${origin}[${index}]`);
    });
    return merged;
  }
}

const idOf = (consumer: unknown): unknown =>
  isPlainObject(consumer) ? (consumer.id ?? consumer.consumerName) : undefined;
