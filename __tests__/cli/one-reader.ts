import { Accounts, type Account } from "../../cli/src/accounts";
import { runDoctor } from "../../cli/src/doctor/run";
import { discover } from "../../cli/src/from-aws";
import { Output } from "../../cli/src/output";
import { runStatus } from "../../cli/src/status/screen";
import { recordedAccount, type Answers } from "./recorded";
import { FUNCTION, FUNCTION_ANSWERS, STREAM, STREAM_ANSWERS } from "./recorded-pipeline";

type Context = Parameters<typeof runDoctor>[0] & Parameters<typeof runStatus>[0];

interface Options {
  /** `doctor --records`. */
  readonly records?: number;
  /** How often a call is tried that fails (default: once). */
  readonly maxAttempts?: number;
}

/** Runs doctor and status about one reader, and counts their calls by operation. */
export function oneReader(changes: Answers, { records, maxAttempts }: Options = {}) {
  const calls: Record<string, number> = {};
  const called = (call: string): void => void (calls[call] = (calls[call] ?? 0) + 1);
  const account = (id: string, answers: Answers): Account =>
    recordedAccount(id, { ...answers, ...changes }, called, maxAttempts);
  const all: Readonly<Record<string, Account>> = {
    "111111111111": account("111111111111", STREAM_ANSWERS),
    "222222222222": account("222222222222", FUNCTION_ANSWERS),
  };
  const accounts = new Accounts([]);
  jest.spyOn(accounts, "of").mockImplementation((id) => Promise.resolve(all[id]!));
  const references = [
    { region: "eu-west-1", functionArn: FUNCTION, sourceArn: STREAM, uuid: "a-mapping" },
  ];
  const run = async (command: (context: Context) => Promise<number>) => {
    let text = "";
    const silent = { write: () => true };
    const exitCode = await command({
      output: new Output({ write: (part: string) => (text += part) }, silent, false),
      options: { probeTimeout: "60", minutes: "5", records },
      pipelines: () => discover(references, accounts),
      source: () => Promise.resolve({ references, accounts }),
    } as Partial<Context> as Context);
    return { exitCode, lines: text.trimEnd().split("\n"), calls };
  };
  return { doctor: () => run(runDoctor), status: () => run(runStatus) };
}
