import { constructOf } from "../../../app/changes/construct-of";
import { functionOf } from "../../../app/changes/mappings";
import { change, FUNCTION, MAPPING, planOf } from "./plans";

describe("the construct of an address", () => {
  it.each([
    ["module.a.aws_lambda_event_source_mapping.analytics_mapping_1A2B3C4D", "analytics"],
    ["aws_iam_role.analytics_role", "analytics"],
    ["aws_iam_role_policy.analytics_role-policy_1A2B3C4D", "analytics"],
    ["aws_sqs_queue.analytics", "analytics"],
    ["aws_sqs_queue.a_1A2B3C4D_more", "a_1A2B3C4D_more"],
    ["aws_sqs_queue.a_role_more", "a_role_more"],
    ["aws_iam_role_policy_attachment.a_managed-policy-x_y", "a"],
  ])("%s is %s", (address, construct) => {
    expect(constructOf(address)).toBe(construct);
  });
});

describe("the function of a mapping", () => {
  const arn = (name: string) => `arn:aws:lambda:eu-west-1:222222222222:function:${name}:live`;
  const nameOf = (after: string | undefined, created: string | undefined, before = "before") => {
    const mapping = change("update", MAPPING, "analytics_mapping", {
      before: { function_name: before && arn(before) },
      after: { function_name: after },
    });
    const other = change("create", FUNCTION, "other_function", { after: { function_name: "x" } });
    const own = change("create", FUNCTION, "analytics_function", {
      after: { function_name: created },
    });
    return functionOf(planOf(other, own, mapping), mapping);
  };

  it("has the name that the mapping gets, its function gets, or the mapping had", () => {
    expect(nameOf(arn("after"), "created")).toBe("after");
    expect(nameOf(undefined, "created")).toBe("created");
    expect(nameOf(undefined, undefined)).toBe("before");
  });

  it("has the name of its construct where no other is known", () => {
    const mapping = change("create", MAPPING, "analytics_mapping", {
      after: { function_name: undefined },
    });

    expect(functionOf(planOf(mapping), mapping)).toBe("analytics");
  });
});
