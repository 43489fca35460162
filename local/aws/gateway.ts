import * as http from "node:http";
import * as http2 from "node:http2";
import { createServer, type AddressInfo, type Socket } from "node:net";
import type { Moto } from "../moto";
import type { Accounts } from "./accounts";
import type { Deployers } from "./deployers";
import { AwsError, errorReply, identify, jsonReply, sleep } from "./requests";
import type { Call, Handlers, Reply } from "./requests";

/** A call that was answered with an error of AWS's. */
export interface Refusal {
  readonly service: string;
  readonly operation: string;
  readonly code: string;
  readonly message: string;
}

export interface Gateway {
  readonly url: string;
  /** Everything refused so far, oldest first. */
  readonly refusals: readonly Refusal[];
  /** By `service.Operation`: milliseconds that a call takes longer. */
  readonly delays: Map<string, number>;
  /** By `service.Operation`: how often a call will fail, and how. */
  readonly failures: Map<string, { error: AwsError; times: number }>;
  stop(): Promise<void>;
}

/** Sits in front of moto: what `handlers` names is answered here, all else is passed on as it came. */
export async function startGateway(
  moto: Moto,
  accounts: Accounts,
  handlers: Handlers,
  answered: (call: Pick<Call, "service" | "operation">) => void,
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
    const asked = identify(method, url.pathname, headers, body);
    const { service, operation } = asked;
    const key = `${service}.${operation}`;
    const forward = async (account?: string): Promise<Reply> => {
      const own = account && (await accounts.credentials(account)).accessKeyId;
      const authorization = own
        ? headers.authorization?.replace(asked.accessKeyId, own)
        : headers.authorization;
      const request = { method, headers: { ...headers, authorization }, body };
      const send = () => sendToMoto(moto.url + (incoming.url ?? "/"), request);
      // Two puts at once can get the same sequence number from moto, and a put while a stream is
      // being resharded may meet no open shard: either way the record is lost.
      if (!/^kinesis\.(PutRecords?|UpdateShardCount|SplitShard|MergeShards)$/.test(key))
        return send();
      const put = lastPut.then(send, send);
      lastPut = put;
      return put;
    };
    try {
      await sleep(delays.get(key) ?? 0);
      const failure = failures.get(key);
      if (failure && failure.times-- > 0) throw failure.error;
      const callOf = async (): Promise<Call> => ({
        ...asked,
        ...(await accounts.identity(asked.accessKeyId)),
        path: decodeURIComponent(url.pathname),
        query: url.searchParams,
        body,
        forward,
      });
      const handler = handlers[key];
      const proceed = async () => (handler ? handler(await callOf()) : forward());
      const reply = deployers.isDeployer(asked.accessKeyId)
        ? await deployers.answer(await callOf(), proceed)
        : await proceed();
      answered(asked);
      return reply;
    } catch (error) {
      // Not a 5xx: SDKs and Terraform would retry for minutes what can't come back.
      const gone = moto.vanished();
      const known = gone ? new AwsError("LocalAwsStopped", gone) : error;
      if (!(known instanceof AwsError)) return jsonReply({ message: String(error) }, 500);
      const { code, message } = known;
      refusals.push({ service, operation, code, message });
      return errorReply(service, known);
    }
  }

  const listen = (incoming: http.IncomingMessage, outgoing: http.ServerResponse): void => {
    answer(incoming)
      .then(({ status, headers, body }) => outgoing.writeHead(status, headers).end(body))
      .catch(() => outgoing.destroy());
  };
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
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      sockets.forEach((socket) => socket.destroy());
    });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, refusals, delays, failures, stop };
}

// fetch() makes its own of these, and HTTP/2's names begin with a colon.
const OWN_HEADERS = /^(:.*|host|connection|keep-alive|transfer-encoding|content-length|expect|te)$/;

const passedOn = (headers: Iterable<[string, unknown]>): Record<string, string> =>
  Object.fromEntries(
    [...headers]
      .filter(([name, value]) => value !== undefined && !OWN_HEADERS.test(name))
      .map(([name, value]) => [name, String(value)]),
  );

async function sendToMoto(
  url: string,
  { method, headers, body }: { method: string; headers: http.IncomingHttpHeaders; body: Buffer },
): Promise<Reply> {
  // moto makes URLs of the host that was asked, such as a queue's.
  const forwarded = { ...headers, "x-forwarded-host": headers.host ?? headers[":authority"] };
  const response = await fetch(url, {
    method,
    headers: passedOn(Object.entries(forwarded)),
    ...(body.length && { body: new Uint8Array(body) }),
  });
  return {
    status: response.status,
    headers: passedOn(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  };
}
