import { describe, expect, it } from "vitest";
import {
  clusterOfContour,
  fill,
  namesEnvironment,
  queriesOf,
  unknownWords,
} from "../../../provider/prometheus/queries.ts";

const names = { namespace: "shop", service: "app-api-blue", port: 8080, environment: "blue" } as const;

describe("queries of users' requests", () => {
  it("name an Envoy's cluster as its gateway calls it", () => {
    const { requests, errors, p95 } = queriesOf({ kind: "envoy", cluster: clusterOfContour }, names);
    expect(requests).toBe(
      'sum(increase(envoy_cluster_upstream_rq_completed{envoy_cluster_name="shop_app-api-blue_8080"}[$window]))',
    );
    expect(errors).toContain('{envoy_cluster_name="shop_app-api-blue_8080",envoy_response_code_class="5"}');
    expect(p95).toMatch(/^histogram_quantile\(0\.95, sum by \(le\) \(.*\)\) \/ 1000$/);
    const own = queriesOf({ kind: "envoy", cluster: "$namespace/$service/$port" }, names);
    expect(own.requests).toContain('"shop/app-api-blue/8080"');
  });

  it("find ingress-nginx's series whether Prometheus keeps its own labels or the ingress'", () => {
    const { requests } = queriesOf({ kind: "nginx" }, names);
    expect(requests).toContain('{namespace="shop",service="app-api-blue"}');
    expect(requests).toContain('{exported_namespace="shop",exported_service="app-api-blue"}');
  });

  it("count what Istio's callers saw", () => {
    const { errors } = queriesOf({ kind: "istio" }, names);
    expect(errors).toContain('reporter="source"');
    expect(errors).toContain('response_code=~"5.."');
    expect(errors).not.toContain("workload");
  });

  it("tell the sides of one Service by Istio's name of who answered, and by the word of a team's own", () => {
    const shared = { ...names, service: "app-api", workload: "app-api-blue" };
    const { requests, errors, p95 } = queriesOf({ kind: "istio" }, shared);
    for (const query of [requests, errors, p95]) {
      expect(query).toContain('destination_service_name="app-api",destination_workload="app-api-blue"');
    }
    const own = { requests: 'a{s="$service-$environment"}[$window]', errors: "b_$environment", p95: "$environments" };
    expect(queriesOf({ kind: "own", ...own }, shared)).toEqual({
      requests: 'a{s="app-api-blue"}[$window]',
      errors: "b_blue",
      p95: "$environments",
    });
    expect([own.requests, own.errors, own.p95].map(namesEnvironment)).toEqual([true, true, false]);
  });

  it("are a team's own as they are, with the names in the place of words", () => {
    const own = { requests: 'a{s="$service"}[$window]', errors: 'b{p="$port$"}', p95: "c_$namespace_d" };
    expect(queriesOf({ kind: "own", ...own }, names)).toEqual({
      requests: 'a{s="app-api-blue"}[$window]',
      errors: 'b{p="8080$"}',
      p95: "c_shop_d",
    });
  });

  it("leave alone what is no word, and tell words that stand for nothing", () => {
    expect(fill('x=~".*$"', { window: "30s" })).toBe('x=~".*$"');
    expect(fill("$windows $constructor", { window: "30s" })).toBe("$windows $constructor");
    expect(unknownWords("$service $sevrice $windows", ["service", "window"])).toEqual(["sevrice", "windows"]);
  });
});
