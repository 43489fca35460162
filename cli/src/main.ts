#!/usr/bin/env node
import { main } from "./process";

void main();
