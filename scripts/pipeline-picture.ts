import * as fs from "node:fs";
import * as path from "node:path";
import { graphOf } from "../cli/src/diagram/graph";
import { resourcesInConfiguration } from "../pipeline/terraform/configuration";
import { svgOf } from "../cli/src/diagram/svg";

/** The synthesized settings of this repository, which a test keeps current. */
const SYNTHESIZED = path.join(__dirname, "..", "__tests__", "golden", "cdk.tf.json");

const target = process.argv[2] ?? "docs/pipeline.svg";
const graph = graphOf(resourcesInConfiguration([fs.readFileSync(SYNTHESIZED, "utf8")]));

void svgOf(graph, "Two accounts, one Terraform plan").then((svg) => fs.writeFileSync(target, svg));
