import * as fs from "node:fs";

export default async function stopTools(): Promise<void> {
  await globalThis.moto?.stop();
  globalThis.moto = undefined;
  fs.rmSync(process.env.TEST_FILES ?? "", { recursive: true, force: true });
}
