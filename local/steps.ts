import { setInterval } from "node:timers";

/** Prints each step of a run and how long it took. */
export class Steps {
  constructor(private readonly out: NodeJS.WriteStream = process.stdout) {}

  /**
   * @param work can call `note` to report progress
   * @param describe text to print at the end of the line for the step's result
   */
  public async step<T>(
    name: string,
    work: (note: (text: string) => void) => Promise<T>,
    describe: (result: T) => string = () => "",
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
      this.replace(`${label} ${seconds()}  ${describe(result)}`.trimEnd() + "\n");
      return result;
    } catch (error) {
      this.replace(`${label} ${seconds()}  failed\n`);
      throw error;
    } finally {
      clearInterval(ticker);
    }
  }

  /** Replaces the current line in a terminal. In other outputs, only complete lines are printed. */
  private replace(text: string): void {
    if (this.out.isTTY) {
      this.out.write(`\r\u001b[K${text}`);
    } else if (text.endsWith("\n")) {
      this.out.write(text);
    }
  }
}
