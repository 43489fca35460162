import { execFile } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { KinesisStreamBatchResponse, KinesisStreamEvent } from "aws-lambda";
import { build, type BuildOptions } from "esbuild";
import { aRecord, anEvent } from "./records";

const ROOT = resolve(__dirname, "../..");
const run = promisify(execFile);
let directory: string;
const stores: Server[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "handler-bundle-"));
});

afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(stores.splice(0).map(stop));
  rmSync(directory, { recursive: true, force: true });
});

// The options of `npm run build`.
function bundle(options: BuildOptions) {
  return build({
    absWorkingDir: ROOT,
    logLevel: "silent",
    ...options,
    bundle: true,
    platform: "node",
    target: "node22",
    metafile: true,
  });
}

describe("the bundled function", () => {
  it("logs the sample record and reports no failure", async () => {
    // Prepare
    const outfile = join(directory, "index.js");
    await bundle({ entryPoints: ["handler/index.ts"], outfile });
    const consoleLog = jest.spyOn(console, "log").mockImplementation();
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { handler } = require(outfile) as {
      handler: (event: KinesisStreamEvent) => Promise<KinesisStreamBatchResponse>;
    };
    const record = aRecord();

    // Act
    const response = await handler({ Records: [record] });

    // Assess
    expect(response).toStrictEqual({ batchItemFailures: [] });
    expect(consoleLog.mock.calls).toStrictEqual([
      [{ ...record, kinesis: { ...record.kinesis, data: "sampledatarecord" } }],
    ]);
  });

  it("contains only our own code and requires only Node's modules", async () => {
    // Act
    const { metafile } = await bundle({
      entryPoints: ["handler/index.ts"],
      outfile: join(directory, "index.js"),
    });

    // Assess
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    expect(Object.keys(metafile.inputs).sort()).toStrictEqual([
      "handler/descriptions.ts",
      "handler/index.ts",
      "handler/kinesis-handler.ts",
    ]);
    expect(imports.map(({ path }) => path).sort()).toStrictEqual(["node:buffer", "node:util"]);
  });

  it("is the same, byte for byte, in every run and in every directory", async () => {
    // Prepare
    const first = join(directory, "first");
    const second = join(directory, "second/deeper");
    for (const checkout of [first, second]) {
      cpSync(join(ROOT, "handler"), join(checkout, "handler"), {
        recursive: true,
        filter: (source) => !source.endsWith("dist"),
      });
      // Its `strict` option decides whether esbuild writes "use strict".
      cpSync(join(ROOT, "tsconfig.json"), join(checkout, "tsconfig.json"));
    }

    // Act
    const bundles: string[] = [];
    for (const checkout of [ROOT, first, second, first]) {
      const outfile = join(checkout === ROOT ? directory : checkout, "handler/dist/index.js");
      await bundle({
        absWorkingDir: checkout,
        entryPoints: ["handler/index.ts"],
        outfile,
      });
      bundles.push(readFileSync(outfile, "utf8"));
    }

    // Assess
    expect(bundles[0]).toContain("kinesisHandler");
    expect(new Set(bundles).size).toBe(1);
    expect(bundles[0]).not.toContain(ROOT);
    expect(bundles[0]).not.toContain(directory);
  });
});

describe("kinesisHandler in plain Node", () => {
  it("runs its JSDoc example: the record's text is stored under its id", async () => {
    // Prepare
    const requests: unknown[] = [];
    const url = await startStore((request, response) => {
      void request.toArray().then((chunks) => {
        const body = Buffer.concat(chunks as Buffer[]).toString();
        requests.push([request.method, request.url, body]);
        response.end();
      });
    });

    // Act
    const { response } = await runHandler(jsDocExample(), anEvent("1"), {
      CLICKS_URL: url,
    });

    // Assess
    expect(response).toStrictEqual({ batchItemFailures: [] });
    expect(requests).toStrictEqual([["PUT", "/shardId-000000000002%3A1", "sampledatarecord"]]);
  });

  it("runs its JSDoc example: a refused record is reported", async () => {
    // Prepare
    const url = await startStore((_, response) => {
      response.writeHead(503).end();
    });

    // Act
    const { response, logged } = await runHandler(jsDocExample(), anEvent("1", "2"), {
      CLICKS_URL: url,
    });

    // Assess
    expect(response).toStrictEqual({
      batchItemFailures: [{ itemIdentifier: "1" }],
    });
    expect(logged).toMatchObject({
      error: { name: "Error", message: "the click store answered 503" },
    });
  });

  it("runs its example of a window, which the README shows too", async () => {
    // Prepare
    const example = jsDocExample("onWindowEnd");
    const window = { start: "2026-01-31T08:00:00Z", end: "2026-01-31T08:01:00Z" };
    const event = {
      ...anEvent("1", "2"),
      window,
      state: { samplepartitionkey3: 5, other: 1 },
      shardId: "shardId-000000000002",
      isFinalInvokeForWindow: true,
      isWindowTerminatedEarly: false,
    };

    // Act
    const { response, printed } = await runHandler(example, event);

    // Assess
    expect(response).toStrictEqual({ batchItemFailures: [], state: {} });
    expect(printed).toStrictEqual({
      ...window,
      shardId: "shardId-000000000002",
      isTerminatedEarly: false,
      counts: { samplepartitionkey3: 7, other: 1 },
    });
    expect(readFileSync(join(ROOT, "README.md"), "utf8")).toContain(example);
  });

  it("logs why a fetch failed", async () => {
    // Prepare: a port on which nothing listens any more
    const url = await startStore(() => undefined);
    await Promise.all(stores.splice(0).map(stop));

    // Act
    const { response, logged } = await runHandler(jsDocExample(), anEvent("1"), {
      CLICKS_URL: url,
    });

    // Assess
    expect(response).toStrictEqual({
      batchItemFailures: [{ itemIdentifier: "1" }],
    });
    expect(logged).toMatchObject({
      error: {
        name: "TypeError",
        message: "fetch failed",
        cause: expect.stringContaining("ECONNREFUSED") as string,
      },
    });
  });

  it("recognizes an aborted call's DOMException as an error", async () => {
    // Prepare
    const source = `
      import { kinesisHandler } from "cdktf-cross-account-kinesis/handler";
      export const handler = kinesisHandler(() => {
        AbortSignal.abort().throwIfAborted();
      });
    `;

    // Act
    const { response, logged } = await runHandler(source, anEvent("1"));

    // Assess
    expect(response).toStrictEqual({
      batchItemFailures: [{ itemIdentifier: "1" }],
    });
    expect(logged).toMatchObject({
      error: {
        name: "AbortError",
        message: "This operation was aborted",
        stack: expect.stringContaining("AbortError") as string,
      },
    });
  });
});

/** The first example of the docstrings that contains `text`. */
function jsDocExample(text = "CLICKS_URL"): string {
  const source = readFileSync(join(ROOT, "handler/kinesis-handler.ts"), "utf8");
  const examples = source.matchAll(/@example\n \* ```ts\n([^]*?) \* ```/g);
  const found = [...examples].map(([, example = ""]) => example.replace(/^ \* ?/gm, ""));
  return found.find((example) => example.includes(text)) ?? "";
}

/** Calls the handler that `source` exports in a separate Node process, as Lambda does. */
async function runHandler(
  source: string,
  event: KinesisStreamEvent,
  environment: Record<string, string> = {},
): Promise<{ response: unknown; logged: unknown; printed: unknown }> {
  const outfile = join(directory, "index.js");
  await bundle({
    stdin: { contents: source, loader: "ts", resolveDir: ROOT },
    outfile,
    alias: {
      "cdktf-cross-account-kinesis/handler": "./handler/kinesis-handler.ts",
    },
  });
  const { stdout } = await run(
    process.execPath,
    [
      "-e",
      `let logged, printed;
      const { log } = console;
      console.error = (...entry) => { [logged] = entry; };
      console.log = (...entry) => { [printed] = entry; };
      require(process.argv[1])
        .handler(JSON.parse(process.argv[2]))
        .then((response) => log(JSON.stringify({ response, logged, printed })));`,
      outfile,
      JSON.stringify(event),
    ],
    { env: { PATH: process.env.PATH, ...environment } },
  );
  return JSON.parse(stdout) as { response: unknown; logged: unknown; printed: unknown };
}

async function startStore(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  stores.push(server);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${String(port)}`;
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}
