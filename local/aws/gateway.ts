import { setTimeout as sleep } from "node:timers/promises";
import * as http from "node:http";
import * as http2 from "node:http2";
import { createServer, type AddressInfo, type Socket } from "node:net";
import type { Accounts } from "./accounts";
import { authenticate, type AuthenticRequest } from "./authentication";
import type { Deployers } from "./deployers";
import { AwsError, errorReply } from "./errors";
import { type Moto, SECRET_HEADER } from "./moto";
import { type Call, type Handlers, type Reply, identify, jsonReply, textReply } from "./protocol";
import { hostOf, signatureIn } from "./signature";
import { webPageReason } from "./web-pages";

/** A call that the gateway answered with an AWS error. */
export interface Refusal {
  readonly service: string;
  readonly operation: string;
  readonly code: string;
  readonly message: string;
}

/** A call as the gateway received it. */
type ReceivedCall = Pick<Call, "service" | "operation" | "region" | "accessKeyId" | "body">;

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

/**
 * Starts an HTTP server that answers calls through `handlers` and forwards all others to moto. It
 * refuses whoever has no credentials that the local AWS issued.
 */
export async function startGateway(
  moto: Omit<Moto, "stop">,
  accounts: Accounts,
  handlers: Handlers,
  answered: (call: ReceivedCall, result: Reply | AwsError) => void,
  deployers: Deployers,
): Promise<Gateway> {
  const refusals: Refusal[] = [];
  const delays: Gateway["delays"] = new Map();
  const failures: Gateway["failures"] = new Map();
  let lastPut: Promise<unknown> = Promise.resolve();

  async function receive(incoming: http.IncomingMessage): Promise<Reply> {
    const reason = webPageReason(incoming, port);
    if (reason) {
      return textReply(`The local AWS answers AWS clients only: ${reason}.\n`, 403);
    }
    const { url: target = "", headers } = incoming;
    if (!/^\/(?!\/)/.test(target)) {
      return textReply("The request's target must begin with a single slash.\n", 400);
    }
    const url = new URL(`http://gateway${target}`);
    const signature = signatureIn(url.searchParams, headers);
    try {
      return await answer(await authenticate(incoming, url, signature, accounts));
    } catch (error) {
      if (!(error instanceof AwsError)) {
        throw error;
      }
      return errorReply(signature?.service ?? "", error);
    }
  }

  async function answer(authentic: AuthenticRequest): Promise<Reply> {
    const { url, headers, body, session } = authentic;
    const request = identify(authentic);
    const { service, operation } = request;
    const key = `${service}.${operation}`;
    const forward = async (account?: string): Promise<Reply> => {
      const sender = account ? await accounts.administrator(account) : session;
      const send = () => sendToMoto(moto, authentic, sender.motoAccessKeyId);
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
      await sleep(delays.get(key), undefined, { ref: false });
      const failure = failures.get(key);
      if (failure && failure.times-- > 0) {
        throw failure.error;
      }
      const call: Call = {
        ...request,
        account: session.account,
        caller: session.caller,
        headers,
        path: decodeURIComponent(url.pathname),
        query: url.searchParams,
        body,
        forward,
      };
      const handler = handlers[key];
      const proceed = async () => (handler ? handler(call) : forward());
      const reply = deployers.isDeployer(request.accessKeyId)
        ? await deployers.answer(call, proceed)
        : await proceed();
      if (reply.status === 501) {
        throw new AwsError("NotImplemented", `the local AWS does not have ${service}:${operation}`);
      }
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
    receive(incoming)
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
  const { port } = server.address() as AddressInfo;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      sockets.forEach((socket) => socket.destroy());
    });
  return { url: `http://127.0.0.1:${port}`, refusals, delays, failures, stop };
}

// Headers that fetch() sets itself, HTTP/2 pseudo-headers, which begin with a colon, and those that
// would let web pages read moto's answers.
const HOP_HEADERS =
  /^(:.*|host|connection|keep-alive|transfer-encoding|content-length|expect|te|access-control-.*)$/;

const forwardedHeaders = (headers: Iterable<[string, unknown]>): Record<string, string> =>
  Object.fromEntries(
    [...headers]
      .filter(([name, value]) => value !== undefined && !HOP_HEADERS.test(name))
      .map(([name, value]) => [name, String(value)]),
  );

/** Sends a request under the access key by which moto knows the sender, whose signature it ignores. */
async function sendToMoto(
  moto: Pick<Moto, "url" | "secret">,
  { method, url, headers, body, signature }: AuthenticRequest,
  accessKeyId: string,
): Promise<Reply> {
  const { date, region, service, expiresSeconds } = signature;
  const target = new URL(moto.url + url.pathname + url.search);
  if (expiresSeconds !== undefined) {
    [...target.searchParams.keys()]
      .filter((name) => name.startsWith("X-Amz-"))
      .forEach((name) => target.searchParams.delete(name));
  }
  const forwarded = {
    ...headers,
    [SECRET_HEADER]: moto.secret,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${date}/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    "x-amz-security-token": undefined,
    // moto builds URLs, such as a queue's, from the host of the original request.
    "x-forwarded-host": hostOf(headers),
  };
  const response = await fetch(target, {
    method,
    headers: forwardedHeaders(Object.entries(forwarded)),
    ...(body.length && { body: new Uint8Array(body) }),
  });
  const length = response.headers.get("content-length");
  return {
    status: response.status,
    headers: {
      ...forwardedHeaders(response.headers),
      // Of an object, which is not in the answer.
      ...(method === "HEAD" && length !== null && { "content-length": length }),
    },
    body: Buffer.from(await response.arrayBuffer()),
  };
}
