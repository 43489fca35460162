/** Survivors that need no test: why, in which files, and which changes, as README.md shows them. */
export const ACCEPTED = [
  [
    "The call that was intended, which a sentence only names if the error of the SDK does not say which call failed",
    /^cli\/src\/(doctor|status)\//,
    /^"(?!logs:CreateLogGroup)[a-z0-9]+:\w+" → ""$/,
  ],
  [
    "Actions that Terraform needs both to create and to change a resource, so that its policy has them by the other step",
    /^app\/permissions\/[a-z]+-types\.ts$/,
    /^(\{ \w+: \[.*\] \} → \{\}|\["[^,]*"\] → \[\]|\["kms:TagResource", .* → \[\])$/,
  ],
  [
    "Values that are there whenever the line runs, which their types do not say",
    /^cli\/src\/doctor\//,
    /^(pipeline\.consumer|examination\.consumer|ofConsumer\?\.consumer|logGroup|keyGrants|role|fact|draft|version|diagnoses\[index\]|valueOf\((key|currentConsumer)\))\?\.\w+ → /,
  ],
  [
    "A statement of a role's policy has either `Resource` or `NotResource`",
    /^cli\/src\/doctor\/narrow\.ts$/,
    /^(deny\.NotResource !== undefined|Resource === undefined)/,
  ],
  [
    "JSON has no properties that are undefined",
    /^cli\/src\/doctor\/mapping-fixes\.ts$/,
    /value !== undefined/,
  ],
  [
    "Mistakes in options and files, which a suite makes with the command in a process of its own",
    /^cli\/src\/adopt\/adopt\.ts$/,
    /given|EEXIST|output|fileExists|flag|"wx"|"none"|--\$/,
  ],
];
