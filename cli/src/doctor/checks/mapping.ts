import { explainLastResult, explainTransition, isFunctionFailure, isProblem } from "../words";
import { finding, fromFact, ok, type Check } from "../verdict";
import { SETTINGS_CHECKS } from "./mapping-settings";

const mappingCheck: Check = {
  title: "mapping",
  about: "mapping",
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
  about: { from: "mapping", to: "function" },
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

export const MAPPING_CHECKS: readonly Check[] = [mappingCheck, ...SETTINGS_CHECKS, lastResultCheck];
