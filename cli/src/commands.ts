import type { CommandDefinition } from "./command";
import { adopt } from "./adopt/command";
import { diagram } from "./diagram/command";
import { doctor } from "./doctor/command";
import { redrive } from "./redrive/command";
import { status } from "./status/command";

/** The commands that work on anybody's pipeline, in the order of the help. */
export const COMMANDS: readonly CommandDefinition[] = [doctor, status, redrive, diagram, adopt];
