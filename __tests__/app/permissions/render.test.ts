import { render } from "../../../app/permissions/render";
import { Policy } from "../../../app/permissions/statements";

const policy = (...Resource: string[]): Policy => ({
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "Tables",
      Effect: "Allow",
      Action: ["dynamodb:PutItem"],
      Resource,
      Condition: { StringEquals: { "aws:PrincipalTag/team": ["${team}", "b"] } },
    },
  ],
});

describe("the policies as JSON", () => {
  it("are a single policy, or a list if an account needs several", () => {
    const several = new Map([["222222222222", [policy("a"), policy("b")]]]);

    expect(JSON.parse(render(new Map([["222222222222", [policy("a")]]]), "json"))).toEqual(
      policy("a"),
    );
    expect(JSON.parse(render(several, "json"))).toEqual([policy("a"), policy("b")]);
    expect(
      JSON.parse(render(new Map([...several, ["111111111111", [policy("c")]]]), "json")),
    ).toEqual({ "111111111111": policy("c"), "222222222222": [policy("a"), policy("b")] });
  });
});

describe("the policies as HCL", () => {
  it("are data sources whose strings are not Terraform templates", () => {
    expect(render(new Map([["111111111111", [policy("a", "b")]]]), "hcl"))
      .toBe(`data "aws_iam_policy_document" "deploy_111111111111" {
  statement {
    sid = "Tables"
    actions = [
      "dynamodb:PutItem",
    ]
    resources = [
      "a",
      "b",
    ]

    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalTag/team"
      values = [
        "$\${team}",
        "b",
      ]
    }
  }
}
`);
  });

  it("are numbered if an account needs several", () => {
    const text = render(new Map([["111111111111", [policy("a"), policy("b")]]]), "hcl");

    expect(text.match(/"deploy_\w+"/g)).toEqual([
      '"deploy_111111111111_1"',
      '"deploy_111111111111_2"',
    ]);
    expect(text).toContain('  }\n}\n\ndata "aws_iam_policy_document" "deploy_111111111111_2" {\n');
  });

  it("have an empty line between statements", () => {
    const { Statement, Version } = policy("a");
    const twice = { Version, Statement: [...Statement, ...Statement] };

    expect(render(new Map([["111111111111", [twice]]]), "hcl")).toContain(
      "    }\n  }\n\n  statement {\n",
    );
  });
});
