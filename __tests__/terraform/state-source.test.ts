import * as fs from "node:fs";
import * as path from "node:path";
import { runCli } from "../cli/world";
import { graphOf, type Graph } from "../../cli/src/diagram/graph";
import { resourcesOfState } from "../../pipeline/terraform/resources";
import { readState, referencesInState } from "../../cli/src/state";
import { findTerraform } from "../../local/terraform";
import { describeWithTerraform, scratch } from "./harness";
import { pipelineState } from "./pipeline-state";

/** Where `terraform.tfstate` is not in the directory, so that only Terraform can tell the state. */
const BACKEND = "../elsewhere.tfstate";
const SOURCE = "hashicorp/aws";
const VERSION = ">= 5.100";

const HCL = `
terraform {
  backend "local" {
    path = "${BACKEND}"
  }
  required_providers {
    aws = {
      source  = "${SOURCE}"
      version = "${VERSION}"
    }
  }
}`;

// What CDKTF writes besides the resources.
const JSON_CONFIGURATION = JSON.stringify({
  terraform: {
    backend: { local: { path: BACKEND } },
    required_providers: { aws: { source: SOURCE, version: VERSION } },
  },
});

/** An initialised directory with a configuration, and a state where its backend keeps it. */
async function directoryWith(file: string, text: string, state: object): Promise<string> {
  const directory = path.join(scratch(), "stack");
  fs.mkdirSync(directory);
  fs.writeFileSync(path.join(directory, file), text);
  fs.writeFileSync(path.join(directory, BACKEND), JSON.stringify(state));
  await (await findTerraform()).run(directory, "init");
  return directory;
}

const readPipeline = async (origin: string) => {
  const resources = await readState(origin);
  const [reference] = referencesInState(resources, origin);
  return { reference, graph: graphOf(resourcesOfState(resources)) };
};

const waits = ({ edges }: Graph): string[] =>
  edges.filter(({ kind }) => kind === "waits").map(({ to }) => to);

describeWithTerraform(
  "the state of a Terraform directory, as 'terraform show -json' prints it",
  () => {
    it.each([
      ["CDKTF", "cdk.tf.json", JSON_CONFIGURATION, pipelineState()],
      ["HCL with a module for each consumer", "main.tf", HCL, pipelineState('module.reader["a"]')],
    ])("of %s has the mapping and what it waits for", async (_, file, text, state) => {
      const directory = await directoryWith(file, text, state);
      const stateFile = path.join(directory, BACKEND);

      const { reference, graph } = await readPipeline(directory);
      const { exitCode, stdout, calls } = await runCli([
        "diagram",
        "--format",
        "mermaid",
        "--state",
        directory,
      ]);

      expect(reference).toMatchObject({
        uuid: "2d3c5a62-8f7e-4b3a-9a51-0c1d2e3f4a5b",
        roleArn: "arn:aws:iam::222222222222:role/reader",
        destinationArn: "arn:aws:sqs:eu-west-1:222222222222:failed",
      });
      expect(
        waits(graph).map((address) => address.replace(/^module\.reader\["a"\]\./, "")),
      ).toEqual([
        "aws_iam_role.main",
        "aws_kinesis_stream_consumer.main",
        "aws_kinesis_stream.main",
        "aws_kms_key.main",
      ]);
      // A state file is read without Terraform, and tells the same.
      expect(await readPipeline(stateFile)).toEqual({ reference, graph });
      expect(stdout.match(/ -\.->\|"waits for its policy"\| /g)).toHaveLength(4);
      expect([exitCode, calls]).toEqual([0, []]);
    });

    it("is asked for only once 'terraform init' has run", async () => {
      const directory = scratch();
      fs.writeFileSync(path.join(directory, "main.tf"), HCL);

      const { exitCode, stderr } = await runCli(["diagram", "--state", directory]);

      expect([exitCode, stderr]).toEqual([
        2,
        expect.stringMatching(/^'terraform show' failed in .*; run 'terraform init' there/s),
      ]);
    });
  },
);
