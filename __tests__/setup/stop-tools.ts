export default async function stopTools(): Promise<void> {
  await globalThis.moto?.stop();
}
