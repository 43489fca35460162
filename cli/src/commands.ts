import type { CommandDefinition } from "./command";
import { doctor } from "./doctor/command";
import { status } from "./status/command";

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandDefinition[] = [doctor, status];
