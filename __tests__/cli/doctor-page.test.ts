import { configuration, own, streamPolicy } from "./doctor-answers";
import { metrics, page } from "./doctor-page";
import { gone } from "./recorded-pipeline";

const SCRIPT = '<script src="https://example.com/x.js">alert(1)</script><img onerror=a>';

/** The lines of the charts: the class of each path, and the points in it. */
const paths = (html: string): string[] =>
  [...html.matchAll(/<path class="(series\d)" d="([^"]*)"/g)].map(
    ([, name = "", points = ""]) => `${name} ${points}`,
  );

describe("the page of doctor --html", () => {
  it("says of a good pipeline that nothing was found, and draws nothing as broken", async () => {
    const html = await page([{}]);

    expect(html).toContain('<p class="verdict yes">records get through by policies and settings');
    expect(html).toContain("Nothing was found that has to be mended.");
    expect(html).not.toMatch(/class="[^"]*broken|✗/);
  });

  it("has each finding with its evidence and commands, and draws its place as broken", async () => {
    const html = await page([streamPolicy()]);

    expect(html).toContain('<p class="verdict no">records do not get through');
    expect(html).toMatch(
      /<h4 class="error">error: stream-policy-missing<\/h4>[^]*<dt>seen<\/dt><dd>\S[^<]*<\/dd>[^]*<pre>aws kinesis put-resource-policy /,
    );
    expect(html.match(/class="edge permission broken"/g)).toHaveLength(1);
    expect(html).toMatch(/✗ stream&#45;policy&#45;missing/);
  });

  it("runs and loads nothing, whatever names and answers contain", async () => {
    const hostile = [
      configuration({
        UUID: SCRIPT,
        LastProcessingResult: SCRIPT,
        DestinationConfig: { OnFailure: { Destination: `arn:aws:sqs:eu-west-1:1:${SCRIPT}` } },
      }),
      own(),
      { "lambda:GetFunctionConcurrency": gone(SCRIPT) },
    ];

    const html = await page(hostile, [SCRIPT]);

    expect(html.match(/<(script|img|link|iframe|object|embed|base|form)\b/gi)).toBeNull();
    expect(html.match(/\b(src|action)="|url\(|@import/g)).toBeNull();
    expect(html.match(/\bhref="(?!#pipeline-)/g)).toBeNull();
    expect(html).toContain("&lt;script src=&quot;https://example.com/x.js&quot;&gt;");
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  it("draws metrics by the minute, with a gap where there is no data", async () => {
    const html = await page([
      metrics({ IteratorAge: { 0: 1000, 1: 500, 90: 3_600_000 }, Errors: { 180: 2 } }),
    ]);

    expect(paths(html)).toEqual([
      "series0 M64 130h0L67.6 130h0M388 10h0",
      "series1 ",
      "series0 M712 10h0",
      "series1 ",
    ]);
    expect(html).toContain(">1 h</text>");
    expect(html).toContain(">00:00 UTC</text>");
    expect(html).toContain("no data: SubscribeToShardEvent.MillisBehindLatest");
    expect(html).toContain("no data: IncomingRecords, SubscribeToShardEvent.Records");
  });

  it("says why there are no charts, instead of that there was no data", async () => {
    const html = await page([{ "cloudwatch:GetMetricData": gone("AccessDenied") }]);

    expect(html).toContain('<p class="unknown">unknown: ');
    expect(html).toContain("may not call cloudwatch:GetMetricData");
    expect(html).not.toContain("no data");
  });

  it("begins with a table that links to each of several pipelines", async () => {
    const html = await page([{}, own()]);

    expect(html).toContain("<title>2 readers of Kinesis streams</title>");
    expect(html).toContain("records get through in 1 of 2 pipelines");
    const targets = [...html.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id);
    expect(targets).toEqual(["pipeline-0", "pipeline-1"]);
    targets.forEach((id) => expect(html).toContain(`<section id="${id}">`));
    expect(html.match(/ id="/g)).toHaveLength(2);
  });
});
