import * as http from "node:http";
import * as http2 from "node:http2";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import type { Accounts } from "./accounts";
import type { Moto } from "./moto";
import {
  AwsError,
  errorReply,
  identify,
  jsonReply,
  type Call,
  type Handler,
  type Reply,
} from "./requests";

type Incoming = Pick<
  http.IncomingMessage,
  "method" | "url" | "headers" | "rawHeaders" | "toArray"
>;

const HOP_BY_HOP = /^(connection|keep-alive|transfer-encoding)$/i;

interface Failure {
  readonly error: AwsError;
  times: number;
}

/** A call that was answered with an error of AWS's. */
export interface Refusal {
  readonly service: string;
  readonly operation: string;
  readonly code: string;
  readonly message: string;
}

/** A request that has been answered. */
export type Written = Pick<Call, "service" | "operation" | "body">;

export interface Gateway {
  readonly url: string;
  /** Everything refused so far, oldest first. */
  readonly refusals: readonly Refusal[];
  /** Makes every call of one operation take longer. */
  delay(service: string, operation: string, seconds: number): void;
  /** Makes the next `times` calls of one operation fail with `error`. */
  failNext(
    service: string,
    operation: string,
    error: AwsError,
    times: number,
  ): void;
  stop(): Promise<void>;
}

/** Sits in front of moto: what `handlers` names is answered here, all else is passed on as it came. */
export async function startGateway(
  moto: Moto,
  accounts: Accounts,
  handlers: Record<string, Handler>,
  written: (call: Written) => void,
): Promise<Gateway> {
  const failures = new Map<string, Failure>();
  const delays = new Map<string, number>();
  const refusals: Refusal[] = [];
  const inOrder = new Map<string, Promise<unknown>>();

  function listen(incoming: Incoming, outgoing: http.ServerResponse): void {
    answer(incoming)
      .catch((error: unknown) => jsonReply({ message: String(error) }, 500))
      .then(({ status, headers, body }) => {
        outgoing.writeHead(status, headers);
        outgoing.end(body);
      })
      .catch(() => outgoing.destroy());
  }

  async function answer(incoming: Incoming): Promise<Reply> {
    const body = Buffer.concat(await incoming.toArray());
    const method = incoming.method ?? "GET";
    const url = new URL(incoming.url ?? "/", "http://gateway");
    const asked = identify(method, url, incoming.headers, body);
    const key = `${asked.service}.${asked.operation}`;

    const refuse = (error: AwsError): Reply => {
      const { code, message } = error;
      const { service, operation } = asked;
      refusals.push({ service, operation, code, message });
      return errorReply(service, error);
    };
    const seconds = delays.get(key);
    if (seconds !== undefined) await setTimeout(seconds * 1000);

    const failure = failures.get(key);
    if (failure) {
      if (--failure.times <= 0) failures.delete(key);
      return refuse(failure.error);
    }
    try {
      const handler = handlers[key];
      if (!handler) {
        const reply = await forward();
        written({ ...asked, body });
        return reply;
      }
      const call: Call = {
        ...asked,
        ...(await accounts.identity(asked.accessKeyId)),
        method,
        path: decodeURIComponent(url.pathname),
        query: url.searchParams,
        headers: incoming.headers,
        body,
        forward,
      };
      const reply = await handler(call);
      written(call);
      return reply;
    } catch (error) {
      // Not a 5xx: SDKs and Terraform would retry for minutes what can't come back.
      const gone = moto.vanished();
      const known = gone ? new AwsError("LocalAwsStopped", gone) : error;
      if (known instanceof AwsError) return refuse(known);
      throw error;
    }

    async function forward(account?: string): Promise<Reply> {
      const send = async () =>
        sendToMoto(
          moto,
          incoming,
          body,
          account && [
            asked.accessKeyId,
            (await accounts.credentials(account)).accessKeyId,
          ],
        );
      // Two puts at once can get the same sequence number from moto, and one record is lost.
      if (!/^kinesis\.PutRecords?$/.test(key)) return send();
      const turn = (inOrder.get(asked.region) ?? Promise.resolve()).then(send);
      inOrder.set(
        asked.region,
        turn.catch(() => undefined),
      );
      return turn;
    }
  }

  // The SDK for JavaScript talks HTTP/2 to Kinesis, everything else HTTP/1.1, both on the one port.
  const http1 = http.createServer({ keepAliveTimeout: 60_000 }, listen);
  const h2 = http2.createServer(listen as never);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => sockets.delete(socket));
    socket.once("readable", () => {
      const start = socket.read() as Buffer | null;
      if (!start) return;
      socket.unshift(start);
      const isHttp2 = start.subarray(0, 3).toString() === "PRI";
      (isHttp2 ? h2 : http1).emit("connection", socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refusals,
    delay: (service, operation, wait) => {
      delays.set(`${service}.${operation}`, wait);
    },
    failNext: (service, operation, error, times) => {
      failures.set(`${service}.${operation}`, { error, times });
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        sockets.forEach((socket) => socket.destroy());
      }),
  };
}

function sendToMoto(
  moto: Moto,
  incoming: Incoming,
  body: Buffer,
  replace: "" | undefined | [string, string],
): Promise<Reply> {
  const headers: Record<string, string | string[]> = {};
  incoming.rawHeaders.forEach((raw, at, all) => {
    const name = raw === ":authority" ? "host" : raw.toLowerCase();
    if (at % 2 || name.startsWith(":") || HOP_BY_HOP.test(name)) return;
    const value = all[at + 1] ?? "";
    const before = headers[name];
    headers[name] = before === undefined ? value : [before, value].flat();
  });
  if (body.length) headers["content-length"] = String(body.length);
  if (replace)
    headers.authorization = String(headers.authorization).replace(...replace);

  return new Promise((resolve, reject) => {
    const outgoing = http.request(
      moto.url + (incoming.url ?? "/"),
      { method: incoming.method ?? "GET", headers },
      (response) => {
        response.toArray().then((chunks: Buffer[]) => {
          const kept = response.rawHeaders.flatMap((name, at, all) =>
            at % 2 || HOP_BY_HOP.test(name) ? [] : [name, all[at + 1] ?? ""],
          );
          resolve({
            status: response.statusCode ?? 500,
            headers: kept,
            body: Buffer.concat(chunks),
          });
        }, reject);
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
