import { setTimeout as sleep } from "node:timers/promises";
import * as http from "node:http";
import * as http2 from "node:http2";
import { createServer, type AddressInfo, type Socket } from "node:net";
import type { Moto } from "./moto";
import type { Accounts } from "./accounts";
import type { Deployers } from "./deployers";
import { AwsError, errorReply } from "./errors";
import { type Call, type Handlers, type Reply, identify, jsonReply } from "./protocol";

/** A call that the gateway answered with an AWS error. */
export interface Refusal {
  readonly service: string;
  readonly operation: string;
  readonly code: string;
  readonly message: string;
}

/** A call as the gateway received it. */
export type ReceivedCall = Pick<Call, "service" | "operation" | "region" | "accessKeyId" | "body">;

export interface Gateway {
  readonly url: string;
  /** All refused calls, oldest first. */
  readonly refusals: readonly Refusal[];
  /** Artificial delay in milliseconds, keyed by `service.Operation`. */
  readonly delays: Map<string, number>;
  /** Errors to return for the next `times` calls, keyed by `service.Operation`. */
  readonly failures: Map<string, { error: AwsError; times: number }>;
  stop(): Promise<void>;
}

/** Starts an HTTP server that answers calls through `handlers` and forwards all others to moto. */
export async function startGateway(
  moto: Moto,
  accounts: Accounts,
  handlers: Handlers,
  answered: (call: ReceivedCall, result: Reply | AwsError) => void,
  deployers: Deployers,
): Promise<Gateway> {
  const refusals: Refusal[] = [];
  const delays: Gateway["delays"] = new Map();
  const failures: Gateway["failures"] = new Map();
  let lastPut: Promise<unknown> = Promise.resolve();

  async function answer(incoming: http.IncomingMessage): Promise<Reply> {
    const body = Buffer.concat(await incoming.toArray());
    const { method = "GET", headers } = incoming;
    const url = new URL(incoming.url ?? "/", "http://gateway");
    const request = identify(method, url, headers, body);
    const { service, operation } = request;
    const key = `${service}.${operation}`;
    const forward = async (account?: string): Promise<Reply> => {
      const own = account && (await accounts.credentials(account)).accessKeyId;
      const authorization = own
        ? headers.authorization?.replace(request.accessKeyId, own)
        : headers.authorization;
      const forwarded = { method, headers: { ...headers, authorization }, body };
      const send = () => sendToMoto(moto.url + (incoming.url ?? "/"), forwarded);
      // moto can give the same sequence number to two simultaneous puts, and can fail to find an
      // open shard while a stream is being resharded. Both lose the record, so these calls are serial.
      if (!/^kinesis\.(PutRecords?|UpdateShardCount|SplitShard|MergeShards)$/.test(key)) {
        return send();
      }
      const put = lastPut.then(send, send);
      lastPut = put;
      return put;
    };
    try {
      await sleep(delays.get(key) ?? 0);
      const failure = failures.get(key);
      if (failure && failure.times-- > 0) {
        throw failure.error;
      }
      const callOf = async (): Promise<Call> => ({
        ...request,
        ...(await accounts.identity(request.accessKeyId)),
        headers,
        path: decodeURIComponent(url.pathname),
        query: url.searchParams,
        body,
        forward,
      });
      const handler = handlers[key];
      const proceed = async () => (handler ? handler(await callOf()) : forward());
      const reply = deployers.isDeployer(request.accessKeyId)
        ? await deployers.answer(await callOf(), proceed)
        : await proceed();
      answered({ ...request, body }, reply);
      return reply;
    } catch (error) {
      // moto cannot come back. A 5xx status would make SDKs and Terraform retry for minutes.
      const exitReason = moto.exitReason();
      const known = exitReason ? new AwsError("LocalAwsStopped", exitReason) : error;
      if (!(known instanceof AwsError)) {
        return jsonReply({ message: String(error) }, 500);
      }
      const { code, message } = known;
      refusals.push({ service, operation, code, message });
      answered({ ...request, body }, known);
      return errorReply(service, known);
    }
  }

  const listen = (incoming: http.IncomingMessage, outgoing: http.ServerResponse): void => {
    answer(incoming)
      .then(({ status, headers, body }) => outgoing.writeHead(status, headers).end(body))
      .catch(() => outgoing.destroy());
  };
  // The SDK for JavaScript uses HTTP/2 for Kinesis. All other clients use HTTP/1.1 on the same port.
  const http1 = http.createServer({ keepAliveTimeout: 60_000 }, listen);
  const h2 = http2.createServer(listen as never);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => sockets.delete(socket));
    socket.once("readable", () => {
      const start = socket.read() as Buffer | null;
      if (!start) {
        return;
      }
      socket.unshift(start);
      const isHttp2 = start.subarray(0, 3).toString() === "PRI";
      (isHttp2 ? h2 : http1).emit("connection", socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      sockets.forEach((socket) => socket.destroy());
    });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, refusals, delays, failures, stop };
}

// Headers that fetch() sets itself, and HTTP/2 pseudo-headers, which begin with a colon.
const HOP_HEADERS = /^(:.*|host|connection|keep-alive|transfer-encoding|content-length|expect|te)$/;

const forwardedHeaders = (headers: Iterable<[string, unknown]>): Record<string, string> =>
  Object.fromEntries(
    [...headers]
      .filter(([name, value]) => value !== undefined && !HOP_HEADERS.test(name))
      .map(([name, value]) => [name, String(value)]),
  );

async function sendToMoto(
  url: string,
  { method, headers, body }: { method: string; headers: http.IncomingHttpHeaders; body: Buffer },
): Promise<Reply> {
  // moto builds URLs, such as a queue's, from the host of the original request.
  const forwarded = { ...headers, "x-forwarded-host": headers.host ?? headers[":authority"] };
  const response = await fetch(url, {
    method,
    headers: forwardedHeaders(Object.entries(forwarded)),
    ...(body.length && { body: new Uint8Array(body) }),
  });
  return {
    status: response.status,
    headers: forwardedHeaders(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  };
}
