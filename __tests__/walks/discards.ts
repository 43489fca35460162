import type { Discard } from "../../local/aws/batch";

/** A record that Lambda gave up on. */
export interface Discarded {
  readonly number: number;
  readonly at: number;
  readonly isReported: boolean;
}

/** The records that Lambda gave up on, by function. */
export class Discards {
  private readonly discarded = new Map<string, Discarded[]>();

  constructor(private readonly nameOf: (functionArn: string) => string) {}

  readonly add = ({ functionArn, records, isReported }: Discard): void => {
    const name = this.nameOf(functionArn);
    const known = this.discarded.get(name) ?? [];
    this.discarded.set(name, known);
    const at = Date.now();
    known.push(
      ...records.map(({ data }) => ({
        number: Number(Buffer.from(data, "base64").toString()),
        at,
        isReported,
      })),
    );
  };

  of(names: readonly string[]): readonly Discarded[] {
    return names.flatMap((name) => this.discarded.get(name) ?? []);
  }
}
