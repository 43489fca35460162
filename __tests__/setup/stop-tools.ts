import * as fs from "node:fs";

export default async function stopTools(): Promise<void> {
  await globalThis.moto?.stop();
  fs.rmSync(process.env.TMPDIR ?? "", { recursive: true, force: true });
}
