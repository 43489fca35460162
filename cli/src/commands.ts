import type { CommandDefinition } from "./command";
import { diagram } from "./diagram/command";
import { doctor } from "./doctor/command";
import { redriveCommand } from "./redrive/command";
import { status } from "./status/command";

/** Every command, in the order of the help. */
export const COMMANDS = [doctor, status, redriveCommand, diagram] as readonly CommandDefinition[];
