/** Explanations of the texts that Lambda reports for a mapping. */
interface Words {
  readonly pattern: RegExp;
  readonly means: string;
}

const LAST_RESULTS: readonly Words[] = [
  { pattern: /^$/, means: "Lambda has not reported anything yet" },
  {
    pattern: /^No records processed/i,
    means:
      "Lambda reads, but no batch has reached the function since the mapping started or changed",
  },
  { pattern: /^OK/i, means: "the last batch was processed" },
  {
    pattern: /function call failed/i,
    means: "the function threw an error, timed out or returned failed records; its log says why",
  },
  {
    pattern: /kms|decrypt/i,
    means:
      "Lambda reached the stream but could not decrypt its records; what it may do with a key changes within minutes, and a disabled key fails at once",
  },
  {
    pattern: /not authorized|access ?denied|ensure the role/i,
    means:
      "a policy refused the role when Lambda last tried. If no check above finds anything, the policies were corrected after that: IAM takes up to some minutes, and Lambda tries again by itself",
  },
  {
    pattern: /cannot be assumed/i,
    means:
      "Lambda could not assume the role: it is new, gone, or its trust policy does not name Lambda",
  },
  {
    pattern: /throttl|rate exceeded|concurren/i,
    means: "the function or the stream was throttled; Lambda tries again",
  },
  { pattern: /internal/i, means: "AWS had an error of its own; if it stays, ask AWS Support" },
];

const TRANSITIONS: readonly Words[] = [
  {
    pattern: /^user.?(action|initiated)/i,
    means: "someone, or a tool such as Terraform, did this",
  },
  {
    pattern: /lambda|internal|disabled by/i,
    means: "Lambda did this by itself, after an error that it could not get over",
  },
];

const meaning = (all: readonly Words[], text: string): string => {
  const found = all.find(({ pattern }) => pattern.test(text));
  return found ? `'${text}': ${found.means}` : `'${text}'`;
};

export const explainLastResult = (text = ""): string => meaning(LAST_RESULTS, text);
export const explainTransition = (text = ""): string => meaning(TRANSITIONS, text);

export const isProblem = (text = ""): boolean => /^PROBLEM/i.test(text);
export const isFunctionFailure = (text = ""): boolean => /function call failed/i.test(text);
