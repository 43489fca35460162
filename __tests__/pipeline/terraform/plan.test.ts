import {
  changesOf,
  forcedBy,
  inState,
  isChanged,
  isCreated,
  isDestroyed,
  isRemoved,
  isReplaced,
  isUnknown,
  isUpdated,
  replacementReason,
  streamArnIn,
  streamNameIn,
  type ResourceChange,
} from "../../../pipeline/terraform/plan";
import type { Values } from "../../../pipeline/terraform/resource";

const STREAM = "arn:aws:kinesis:eu-west-1:111111111111:stream/clicks";
const changeOf = (
  change: Partial<ResourceChange["change"]>,
  more: object = {},
): ResourceChange => ({
  address: "aws_kinesis_stream.it",
  type: "aws_kinesis_stream",
  change: { actions: [], before: null, after: null, ...change },
  ...more,
});

describe("a plan of Terraform", () => {
  it.each([
    [["create"], ["created"]],
    [["update"], ["updated"]],
    [["delete"], ["removed", "destroyed"]],
    [
      ["delete", "create"],
      ["replaced", "destroyed"],
    ],
    [
      ["create", "delete"],
      ["replaced", "destroyed"],
    ],
    [["no-op"], []],
    [["read"], []],
  ])("has resources with the actions %j, which are %j", (actions, expected) => {
    const kinds = {
      created: isCreated,
      updated: isUpdated,
      removed: isRemoved,
      replaced: isReplaced,
      destroyed: isDestroyed,
    };
    const change = changeOf({ actions });

    expect(Object.entries(kinds).flatMap(([name, is]) => (is(change) ? name : []))).toEqual(
      expected,
    );
  });

  it("has the changes and the former values of each type of resource", () => {
    const [stream, key] = [changeOf({}), changeOf({}, { type: "aws_kms_key" })];
    const resource = (type: string, values: Values) => ({
      ...{ address: `${type}.it`, mode: "managed", type, name: "it", values },
    });
    const plan = {
      format_version: "1.2",
      resource_changes: [stream, key],
      prior_state: {
        values: {
          root_module: {
            resources: [
              resource("aws_kms_key", { a: 1 }),
              resource("aws_kinesis_stream", { b: 2 }),
            ],
          },
        },
      },
    };

    expect(changesOf(plan, "aws_kms_key")).toEqual([key]);
    expect(inState(plan, "aws_kinesis_stream")).toEqual([{ b: 2 }]);
    expect(changesOf({ format_version: "1.2" }, "aws_kms_key")).toEqual([]);
    expect(inState({ format_version: "1.2" }, "aws_kms_key")).toEqual([]);
  });

  it.each([
    [{ a: 1 }, { a: 1 }, false],
    [{ a: 1 }, { a: 2 }, true],
    [{ a: [{ b: 1 }] }, { a: [{ b: 1 }] }, false],
    [{ a: 1 }, {}, true],
    [{ a: null }, {}, false],
    [{ a: 1 }, null, true],
    [null, { a: 1 }, true],
    [null, null, false],
  ])("changes an attribute from %j to %j: %s", (before, after, expected) => {
    expect(isChanged(changeOf({ before, after }), "a")).toBe(expected);
  });

  it.each([
    [{ a: true }, true],
    [{ a: [{ b: true }] }, true],
    [{ a: false, b: true }, false],
    [{}, false],
    [undefined, false],
  ])("knows an attribute only at apply by %j: %s", (after_unknown, expected) => {
    expect(isUnknown(changeOf({ after_unknown }), "a")).toBe(expected);
  });

  it.each([
    [{ replace_paths: [["name"], ["tags", 0]] }, {}, ["name", "tags"], undefined],
    [{}, { action_reason: "replace_by_request" }, [], "as requested"],
    [{}, { action_reason: "replace_because_tainted" }, [], "since it is marked as tainted"],
    [{}, { action_reason: "replace_because_cannot_update" }, [], undefined],
    [{}, {}, [], undefined],
  ])("says why it replaces a resource: %j %j", (change, more, forced, request) => {
    const given = changeOf(change, more);

    expect([forcedBy(given), replacementReason(given)]).toEqual([forced, request]);
  });
});

describe("a stream in a plan", () => {
  it("has its ARN and its name in the ARN of its consumers too", () => {
    const arns = [STREAM, `${STREAM}/consumer/c:1`, "no-arn", undefined];

    expect(arns.map(streamArnIn)).toEqual([STREAM, STREAM, "no-arn", undefined]);
    expect(arns.map(streamNameIn)).toEqual(["clicks", "clicks", undefined, undefined]);
  });
});
