import { explainLastResult, explainTransition, isFunctionFailure, isProblem } from "../words";
import { finding, fromFact, ok, type Check } from "../verdict";

const functionCheck: Check = {
  title: "function",
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
  run: (examination) =>
    fromFact(examination.reservedConcurrency, (reserved) =>
      reserved === 0
        ? finding("function-no-concurrency", "0 executions are reserved for it")
        : ok(reserved < 0 ? "none reserved" : `${reserved} reserved`),
    ),
};

const mappingCheck: Check = {
  title: "mapping",
  run: (examination) =>
    fromFact(
      examination.pipeline.mapping.configuration,
      ({ State: state = "", StateTransitionReason: reason }) => {
        const evidence = `its state is ${state}; reason ${explainTransition(reason)}`;
        if (state === "Enabled") {
          return ok("Enabled");
        }
        return state.startsWith("Disabl")
          ? finding("mapping-disabled", evidence)
          : finding("mapping-changing", evidence);
      },
      (why) => finding("mapping-missing", why),
    ),
};

/** A problem that another finding explains is not named a second time. */
const lastResultCheck: Check = {
  title: "last batch",
  run: (examination, earlier) =>
    fromFact(examination.pipeline.mapping.configuration, ({ LastProcessingResult: result }) => {
      const words = explainLastResult(result);
      const isExplained = earlier.some(
        (one) => one.status === "finding" && one.finding.severity === "error",
      );
      if (!isProblem(result)) {
        return ok(words);
      }
      if (isFunctionFailure(result)) {
        return finding("function-fails", words);
      }
      return isExplained ? undefined : finding("mapping-problem", words);
    }),
};

export const FUNCTION_CHECKS: readonly Check[] = [functionCheck, concurrencyCheck];
export const MAPPING_CHECKS: readonly Check[] = [mappingCheck, lastResultCheck];
