import { execFileSync } from "node:child_process";
import * as axe from "axe-core";
import { chromium, type Browser, type Page } from "playwright-core";
import { configuration, own, streamPolicy } from "./doctor-answers";
import { metrics, page as pageOf } from "./doctor-page";

/** Chromium of Debian and others, or Google Chrome. */
const COMMANDS = "command -v chromium || command -v chromium-browser || command -v google-chrome";

const MODES = [
  { name: "light", colorScheme: "light", media: "screen" },
  { name: "dark", colorScheme: "dark", media: "screen" },
  { name: "printed by a reader with a dark scheme", colorScheme: "dark", media: "print" },
] as const;

/** A script for the page: its pictures' texts, with the contrast of each to what is behind it. */
const CONTRASTS = `{
  const luminance = (color) => {
    const [red, green, blue] = color.match(/[\\d.]+/g).map((part) => {
      const value = Number(part) / 255;
      return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const behind = (text) => {
    const group = text.closest(".node, .account");
    const shape = group && group.querySelector("path, polygon");
    return shape ? getComputedStyle(shape).fill : getComputedStyle(document.body).backgroundColor;
  };
  [...document.querySelectorAll("svg text")].map((text) => ({
    text: text.textContent,
    contrast: contrast(getComputedStyle(text).fill, behind(text)),
  }));
}`;

describe("the page of doctor --html in a browser", () => {
  let browser: Browser;
  let html: string;

  beforeAll(async () => {
    const executablePath = execFileSync("sh", ["-c", COMMANDS], { encoding: "utf8" }).trim();
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    const busy = metrics({
      IteratorAge: { 0: 1000, 1: 5000, 90: 3_600_000 },
      Errors: { 10: 1, 11: 4 },
      Throttles: { 11: 2 },
      IncomingRecords: { 0: 100, 1: 200 },
      "SubscribeToShardEvent.Records": { 0: 100, 1: 10 },
    });
    const failing = configuration({
      State: "Disabled",
      DestinationConfig: {
        OnFailure: { Destination: "arn:aws:sqs:eu-west-1:222222222222:failed" },
      },
    });
    html = await pageOf([{ ...busy, ...streamPolicy(), ...own(), ...failing }, busy]);
  });
  afterAll(() => browser.close());

  async function open(
    { colorScheme, media }: (typeof MODES)[number],
    work: (page: Page, said: readonly string[]) => Promise<void>,
  ): Promise<void> {
    const page = await browser.newPage({
      bypassCSP: false,
      viewport: { width: 1280, height: 900 },
    });
    const said: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("request", (request) => said.push(`request to ${request.url()}`));
    await page.emulateMedia({ colorScheme, media });
    await page.setContent(html);
    await work(page, said);
    await page.close();
  }

  it.each(MODES)("is readable $name", (mode) =>
    open(mode, async (page, said) => {
      const texts = await page.evaluate<{ contrast: number }[]>(CONTRASTS);
      expect(texts.length).toBeGreaterThan(20);
      expect(texts.filter(({ contrast }) => contrast < 4.5)).toEqual([]);
      expect(said).toEqual([]);
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate<axe.AxeResults>("axe.run()");
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    }),
  );

  it.each([1280, 400])("needs no sideways scrolling at %i pixels", (width) =>
    open(MODES[0], async (page) => {
      await page.setViewportSize({ width, height: 900 });
      const overflow = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      );
      expect(overflow).toBe(0);
    }),
  );

  it("draws what is broken in red, and thicker", () =>
    open(MODES[0], async (page) => {
      const strokeOf = (selector: string) =>
        page.evaluate(
          `(({ stroke, strokeWidth }) => [stroke, strokeWidth])(getComputedStyle(document.querySelector(${JSON.stringify(selector)})))`,
        );
      const strokes = [
        await strokeOf(".edge.broken path"),
        await strokeOf(".node.broken path"),
        await strokeOf(".edge.permission:not(.broken) path"),
      ];
      expect(strokes).toEqual([
        ["rgb(207, 34, 46)", "3px"],
        ["rgb(207, 34, 46)", "2px"],
        ["rgb(5, 80, 174)", "1px"],
      ]);
    }));

  it("prints on white paper, in no more pages than it has screens", () =>
    open(MODES[2], async (page) => {
      const paper = await page.evaluate("getComputedStyle(document.body).backgroundColor");
      const pdf = await page.pdf({ format: "A4" });
      expect(paper).toBe("rgb(255, 255, 255)");
      const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g) ?? [];
      expect(pages.length).toBeGreaterThan(1);
      expect(pages.length).toBeLessThan(10);
    }));
});
