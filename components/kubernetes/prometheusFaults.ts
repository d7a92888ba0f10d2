import { namesEnvironment, queryWords, unknownWords } from "../../provider/prometheus/queries.ts";
import { isSafeAddress } from "../../release/safeAddress.ts";
import type { PrometheusSettings } from "./prometheusSettings.ts";

/** Words that the name of an Envoy's cluster may hold: it is not of a stretch of time. */
const clusterWords = queryWords.filter((word) => word !== "window" && word !== "environment");

/**
 * What contradicts itself in how users' requests are counted, a line each; empty when nothing does.
 *
 * @param of a key of the group as the stack file names it
 */
export function prometheusFaults(it: PrometheusSettings, of: (key: string) => string): string[] {
  const { ingress, queries, cluster, tokenFrom, url, headers } = it;
  return [
    ...(ingress === "own" && queries === undefined
      ? [`${of("queries")} is missing; expected the queries by which ${of("ingress")} own counts`]
      : []),
    ...(ingress !== "own" && queries !== undefined
      ? [`${of("queries")} are those of an ingress of your own, and ${of("ingress")} is ${ingress}: leave one out`]
      : []),
    ...(ingress !== "envoy" && cluster !== undefined
      ? [`${of("cluster")} is what an Envoy calls a Service, and ${of("ingress")} is ${ingress}: leave it out`]
      : []),
    ...(cluster === undefined ? [] : wordFaults(of("cluster"), cluster, clusterWords, ["service"])),
    ...(queries === undefined
      ? []
      : (["requests", "errors", "p95"] as const).flatMap((key) =>
          wordFaults(of(`queries.${key}`), queries[key], queryWords, [
            "service",
            "window",
            // Of one side and of both together is nothing to be compared.
            ...(Object.values(queries).some(namesEnvironment) ? ["environment"] : []),
          ]),
        )),
    // A token must not be read by whoever is between.
    ...(tokenFrom !== undefined && !isSafeAddress(url)
      ? [`${of("url")} is ${url}; with ${of("tokenFrom")} expected an address with https`]
      : []),
    ...(Object.keys(headers).some((name) => name.toLowerCase() === "authorization")
      ? [`${of("headers")} holds Authorization: a secret never stands in the stack file; ${of("tokenFrom")} names it`]
      : []),
  ];
}

/** What one service's figures must be told from another's by has to stand in the text. */
function wordFaults(key: string, text: string, known: readonly string[], needed: readonly string[]): string[] {
  const missing = needed.filter((word) => !new RegExp(`\\$${word}(?![a-z])`).test(text));
  return [
    ...unknownWords(text, known).map((word) => `${key} has $${word}; known are $${known.join(", $")}`),
    ...(missing.length > 0 ? [`${key} lacks $${missing.join(" and $")}`] : []),
  ];
}
