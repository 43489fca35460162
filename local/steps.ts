import { setInterval } from "timers";

/** Names each step of a run as it begins, and says how long it took. */
export class Steps {
  constructor(private readonly out: NodeJS.WriteStream = process.stdout) {}

  /**
   * @param work may call `note` with what has happened so far; its result's `said` ends the line
   */
  public async step<T>(
    name: string,
    work: (note: (text: string) => void) => Promise<T>,
    said: (result: T) => string = () => "",
  ): Promise<T> {
    const start = Date.now();
    const seconds = (): string => `${((Date.now() - start) / 1000).toFixed(1).padStart(5)} s`;
    const label = name.padEnd(18);
    const ticker = setInterval(() => {
      this.replace(`${label} ${seconds()}`);
    }, 1000);
    this.replace(label);
    try {
      const result = await work((text) => {
        this.replace(`    ${text}\n`);
        this.replace(`${label} ${seconds()}`);
      });
      this.replace(`${label} ${seconds()}  ${said(result)}`.trimEnd() + "\n");
      return result;
    } catch (error) {
      this.replace(`${label} ${seconds()}  failed\n`);
      throw error;
    } finally {
      clearInterval(ticker);
    }
  }

  /** Only a terminal can take back what it shows; anywhere else whole lines alone are printed. */
  private replace(text: string): void {
    if (this.out.isTTY) {
      this.out.write(`\r\u001b[K${text}`);
    } else if (text.endsWith("\n")) {
      this.out.write(text);
    }
  }
}
