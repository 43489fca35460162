import { finding, fromFact, ok, type Check } from "../verdict";

const functionCheck: Check = {
  title: "function",
  about: "function",
  run: (examination) => {
    const { pipeline, unqualified } = examination;
    return fromFact(
      pipeline.function.configuration,
      ({ State: state, StateReason: reason, LastUpdateStatus: update, ...more }) => {
        // An idle function becomes Inactive, and active again when it is invoked.
        if (state !== undefined && state !== "Active" && state !== "Inactive") {
          const evidence = `its state is ${state}: ${reason ?? "no reason given"}`;
          return finding("function-not-active", evidence);
        }
        return update === "Failed"
          ? finding("function-update-failed", more.LastUpdateStatusReason ?? "no reason given")
          : ok(`${pipeline.function.arn}, ${state ?? "Active"}`);
      },
      (why) =>
        unqualified?.state === "found"
          ? finding("function-alias-missing", why)
          : finding("function-missing", why),
    );
  },
};

const concurrencyCheck: Check = {
  title: "concurrency",
  about: "function",
  run: (examination) =>
    fromFact(examination.reservedConcurrency, (reserved) =>
      reserved === 0
        ? finding("function-no-concurrency", "0 executions are reserved for it")
        : ok(reserved < 0 ? "none reserved" : `${reserved} reserved`),
    ),
};

export const FUNCTION_CHECKS: readonly Check[] = [functionCheck, concurrencyCheck];
