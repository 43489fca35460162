import { bareResources } from "./bare-resources";
import { synthesize } from "./pipelines";

synthesize((stack, accounts, size) => bareResources(stack, accounts, size, true));
