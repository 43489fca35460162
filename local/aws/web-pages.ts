import type { IncomingMessage } from "node:http";
import { hostOf } from "./signature";

/**
 * Reason why a request may come from a web page, which can reach a loopback port through the
 * developer's browser; undefined for those of AWS clients. A page with a host name of its own that
 * resolves to 127.0.0.1 (DNS rebinding) sends that name.
 */
export function webPageReason(
  { method, headers }: Pick<IncomingMessage, "method" | "headers">,
  port: number,
): string | undefined {
  const own = [`127.0.0.1:${port}`, `localhost:${port}`];
  const hosts = [headers.host, headers[":authority"]?.toString()];
  const foreign = hosts.find((host) => host !== undefined && !own.includes(host.toLowerCase()));
  if (hostOf(headers) === undefined || foreign !== undefined) {
    return `the Host header must be ${own.join(" or ")}, got ${foreign ?? "none"}`;
  }
  // Node.js's own fetch() sends Sec-Fetch-Mode. Only browsers send the others.
  const header = Object.keys(headers).find((name) => /^(origin|sec-fetch-(?!mode$).*)$/.test(name));
  if (header) {
    return `the header ${header} is sent by browsers, which may not use it`;
  }
  return method === "OPTIONS" ? "it answers no OPTIONS requests" : undefined;
}
