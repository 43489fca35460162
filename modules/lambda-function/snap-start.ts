import { Fn, Op } from "cdktf";
import { asArgument, isLiteral, textOf } from "../properties/expressions";
import { PropertyChecks } from "../properties/property-checks";
import type { CreatedFunctionSettings } from "./function-properties";

const HAS_SNAP_START =
  "^(java(1[1-9]|[2-9][0-9])|python3[.](1[2-9]|[2-9][0-9])|dotnet([89]|[1-9][0-9]))$";
const SNAP_START_STORAGE_MB = 512;

/** https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html */
export function checkSnapStart(checks: PropertyChecks, props: CreatedFunctionSettings): void {
  const { snapStart, alias, code, runtime, fileSystem, ephemeralStorageMb: storage } = props;
  if (!snapStart) {
    return;
  }
  if (!alias) {
    checks.addError(
      "'snapStart' requires 'alias': Lambda takes snapshots of published versions only; " +
        "set 'alias' or omit 'snapStart'",
    );
  }
  const noSnapStart =
    `'runtime' must be a runtime with SnapStart (Java 11, Python 3.12, .NET 8 or newer), got ${runtime}; ` +
    "choose such a runtime, or omit 'snapStart'";
  const hasSnapStart = isLiteral(runtime)
    ? code.isImage || new RegExp(HAS_SNAP_START).test(runtime)
    : Fn.can(Fn.regex(HAS_SNAP_START, asArgument(runtime)));
  checks.checkRule(hasSnapStart, noSnapStart);
  if (fileSystem) {
    checks.addError(
      "'snapStart' and 'fileSystem' are mutually exclusive, got both; " +
        "a snapshot holds no mounted file system: omit one of them",
    );
  }
  if (storage !== undefined) {
    checks.checkRule(
      isLiteral(storage)
        ? storage <= SNAP_START_STORAGE_MB
        : Op.gte(SNAP_START_STORAGE_MB, storage),
      `'snapStart' and 'ephemeralStorageMb' are mutually exclusive, got ${textOf(storage)}; ` +
        `a snapshot holds at most ${SNAP_START_STORAGE_MB} MB of /tmp: give ${SNAP_START_STORAGE_MB}, or omit 'snapStart'`,
    );
  }
}
