/** The parts of cdktf's output that the app reads. */
export interface SynthesizedStack {
  readonly provider: { readonly aws: readonly SynthesizedProvider[] };
  readonly resource: Readonly<Record<string, Readonly<Record<string, Element>>>>;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly terraform?: { readonly backend?: { readonly s3?: SynthesizedBackend } };
}

/** An element with the arguments of its type. */
export type Element = SynthesizedElement & Readonly<Record<string, unknown>>;

export interface SynthesizedBackend {
  readonly bucket: string;
  readonly key: string;
  readonly region: string;
  readonly kms_key_id?: string;
}

export interface SynthesizedProvider {
  readonly alias: string;
  readonly region: string;
  readonly allowed_account_ids: readonly string[];
  readonly profile?: string;
  readonly access_key?: string;
  readonly secret_key?: string;
  readonly token?: string;
  readonly shared_config_files?: readonly string[];
  readonly assume_role?: readonly { readonly role_arn: string; readonly external_id?: string }[];
}

interface SynthesizedElement {
  readonly provider: string;
  readonly name?: string;
  readonly function_name?: string;
  readonly "//": { readonly metadata: { readonly path: string } };
}

/** The path of an element's construct, without the stack. */
export const constructPath = (element: SynthesizedElement): string =>
  element["//"].metadata.path.split("/").slice(1).join("/");
