/** Resources of a stack by type and name, as Terraform's JSON syntax has them. */
export type Resources = Readonly<Record<string, Readonly<Record<string, object>>>>;

interface Line {
  readonly type: string;
  readonly "@timestamp": string;
  readonly hook?: { readonly resource: { readonly addr: string } };
}

/** The seconds that each resource took, from the output of `terraform apply -json`. */
export function applyLog(lines: readonly string[]): ReadonlyMap<string, number> {
  const starts = new Map<string, number>();
  const seconds = new Map<string, number>();
  for (const text of lines) {
    const { type, hook, "@timestamp": timestamp } = JSON.parse(text) as Line;
    const address = hook?.resource.addr ?? "";
    if (type === "apply_start") {
      starts.set(address, Date.parse(timestamp));
    } else if (type === "apply_complete") {
      seconds.set(address, (Date.parse(timestamp) - (starts.get(address) ?? NaN)) / 1000);
    }
  }
  return seconds;
}

/** The time of the longest chain of resources of which each waits for the one before it. */
export function longestChain(resources: Resources, seconds: ReadonlyMap<string, number>): number {
  const waitsFor = new Map<string, readonly string[]>();
  for (const [type, named] of Object.entries(resources)) {
    for (const [name, resource] of Object.entries(named)) {
      // References and entries of depends_on both name the address.
      const others = JSON.stringify(resource).match(/\baws_\w+\.[\w-]+/g) ?? [];
      waitsFor.set(`${type}.${name}`, others);
    }
  }
  const ends = new Map<string, number>();
  const end = (address: string): number => {
    const known = ends.get(address);
    if (known !== undefined) {
      return known;
    }
    const before = (waitsFor.get(address) ?? []).filter((other) => other !== address);
    const ended = Math.max(0, ...before.map(end)) + (seconds.get(address) ?? 0);
    ends.set(address, ended);
    return ended;
  };
  return Math.max(...[...waitsFor.keys()].map(end));
}
