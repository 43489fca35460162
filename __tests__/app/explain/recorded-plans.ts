import * as fs from "node:fs";
import * as path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Plan } from "../../../pipeline/terraform/plan";
import { isPlainObject } from "../../../pipeline/values";
import { compacted, expanded, type Json } from "./compact-plan";

/** Plans in one compressed file: the first as it is, the others as differences from it. */
export class RecordedPlans {
  constructor(private readonly file: string) {}

  all(): [name: string, plan: Plan][] {
    const plans = Object.entries(this.read());
    const base = plans[0]?.[1] ?? {};
    return plans.map(([name, own], index) => [
      name,
      expanded(index === 0 ? base : (patched(base, own) as Json)),
    ]);
  }

  record(name: string, plan: Plan): void {
    const plans = this.read();
    const compact = compacted(plan);
    const [baseName = name, base = compact] = Object.entries(plans)[0] ?? [];
    plans[name] = name === baseName ? compact : (differences(base, compact) as Json);
    fs.writeFileSync(this.file, gzipSync(JSON.stringify(plans)));
  }

  private read(): Record<string, Json> {
    return fs.existsSync(this.file)
      ? (JSON.parse(gunzipSync(fs.readFileSync(this.file)).toString()) as Record<string, Json>)
      : {};
  }
}

/** Plans of one pipeline after each change in CASES. */
export const PLANS_OF_CASES = new RecordedPlans(path.join(__dirname, "recorded-plans.json.gz"));

/** A merge patch: https://www.rfc-editor.org/rfc/rfc7396 */
function differences(from: Json, to: unknown): unknown {
  if (!isPlainObject(to)) {
    return to;
  }
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return Object.fromEntries(
    keys
      .filter((key) => !isDeepStrictEqual(from[key], to[key]))
      .map((key) => [
        key,
        !(key in to) ? null : isPlainObject(from[key]) ? differences(from[key], to[key]) : to[key],
      ]),
  );
}

function patched(from: unknown, patch: unknown): unknown {
  if (!isPlainObject(patch)) {
    return patch;
  }
  const base = isPlainObject(from) ? from : {};
  return Object.fromEntries(
    [...new Set([...Object.keys(base), ...Object.keys(patch)])]
      .filter((key) => patch[key] !== null)
      .map((key) => [key, key in patch ? patched(base[key], patch[key]) : base[key]]),
  );
}
