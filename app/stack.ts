/** The parts of cdktf's output that the app reads. */
export interface SynthesizedStack {
  readonly provider: { readonly aws: readonly SynthesizedProvider[] };
  readonly resource: Readonly<Record<string, Readonly<Record<string, SynthesizedElement>>>>;
}

export interface SynthesizedProvider {
  readonly alias: string;
  readonly region: string;
  readonly allowed_account_ids: readonly string[];
}

export interface SynthesizedElement {
  readonly provider: string;
  readonly name?: string;
  readonly function_name?: string;
  readonly "//": { readonly metadata: { readonly path: string } };
}

/** The path of an element's construct, without the stack. */
export const constructPath = (element: SynthesizedElement): string =>
  element["//"].metadata.path.split("/").slice(1).join("/");
