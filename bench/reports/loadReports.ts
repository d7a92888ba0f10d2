/** JMeter's result file of a load test: CSV with its heading, about 150 bytes a request. */
export function jmeterReport(requests: number, end: Date): string {
  const heading =
    "timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,failureMessage,bytes,sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect";
  const from = end.getTime() - requests * 2;
  const lines = Array.from({ length: requests }, (_, at) => {
    const elapsed = 8 + ((at * 7919) % 90);
    return `${from + at * 2},${elapsed},"list ""all"" orders",200,OK,visitors 1-${at % 50},text,true,,${900 + (at % 400)},113,50,50,http://127.0.0.1:8080/orders?page=${at % 40},${elapsed - 3},0,${at % 50 === 0 ? 2 : 0}`;
  });
  return [heading, ...lines, ""].join("\n");
}

/** A summary of k6 as `--summary-export` writes it: the same few numbers whatever the test's size. */
export function k6Report(requests: number): string {
  const trend = { avg: 21.4, min: 3.1, med: 18.9, max: 212.5, "p(90)": 44.2, "p(95)": 61.8, "p(99)": 120.3 };
  return JSON.stringify(
    {
      root_group: { name: "", path: "", id: "d41d8cd98f00b204e9800998ecf8427e", groups: {}, checks: {} },
      metrics: {
        http_req_duration: { ...trend, thresholds: { "p(95)<300": false } },
        http_req_failed: { passes: 0, fails: requests, value: 0, thresholds: { "rate<0.01": false } },
        http_reqs: { count: requests, rate: 498.7 },
        iterations: { count: requests, rate: 498.7 },
        iteration_duration: trend,
        vus: { value: 50, min: 50, max: 50 },
      },
    },
    null,
    2,
  );
}
