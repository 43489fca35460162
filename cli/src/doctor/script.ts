import { functionLabel } from "../pipeline";
import { hanging } from "../wrap";
import { assumedRoles } from "./assumed-roles";
import type { Report } from "./report";

/** A line break in what AWS answered would begin a command. */
const comment = (text: string): string[] =>
  hanging("# ", text.replace(/\s+/g, " ")).map((line) => `# ${line.slice(2)}`);

/**
 * One POSIX shell script with the fixes of all pipelines, which stops at the first command that
 * fails. What no command mends is a comment.
 */
export function scriptOf(reports: readonly Report[]): string {
  return [
    "#!/bin/sh",
    ...comment(
      `written by 'cross-account-kinesis doctor --script' on ${new Date().toISOString()} from what AWS had then. Read it before you run it, and run doctor again after it`,
    ),
    "set -eu",
    // The AWS CLI, version 2, would wait in a pager.
    "export AWS_PAGER=",
    ...reports.flatMap(ofPipeline),
  ].join("\n");
}

function ofPipeline({ pipeline, lines, fixes }: Report): string[] {
  const { stream, function: fn } = pipeline;
  const unknown = lines.flatMap((line) =>
    line.status === "unknown" ? comment(`not known, ${line.check}: ${line.why}`) : [],
  );
  const roles = fixes.some(({ printed }) => printed.length > 0)
    ? assumedRoles(stream.account, fn.account)
    : [];
  return [
    "",
    ...comment(`${stream.arn} -> ${functionLabel(fn.arn)}`),
    ...(fixes.length === 0 ? comment("nothing was found that has to be mended") : []),
    ...unknown,
    ...roles.flatMap(comment),
    ...fixes.flatMap(({ finding, says, printed, printedBy }) => [
      "",
      ...comment(`${finding.id}: ${finding.what}`),
      ...comment(says),
      ...(printedBy.length > 0 ? comment(`with the commands of ${printedBy.join(" and ")}`) : []),
      ...printed,
    ]),
  ];
}
