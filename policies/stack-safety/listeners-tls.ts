import type { ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import { z } from "zod";
import { judgeEach } from "../inputs/reading.ts";
import { list, record, text } from "../inputs/values.ts";

const config = z.object({ except: z.array(z.string().min(1)) });

/** Policies of AWS load balancers that take nothing older than TLS 1.2. */
const modern = /^ELBSecurityPolicy-(?:TLS13-1-[23]-|TLS-1-2-|FS-1-2-)/;

type Props = Readonly<Record<string, unknown>>;
type Judge = (props: Props, report: (message: string) => void) => void;

/** How each kind of listener says that it speaks TLS. */
const judges: Readonly<Record<string, Judge>> = {
  "aws:lb/listener:Listener": loadBalancerListener,
  "aws:alb/listener:Listener": loadBalancerListener,
  "aws:cloudfront/distribution:Distribution": distribution,
  "kubernetes:networking.k8s.io/v1:Ingress": ingress,
  "kubernetes:gateway.networking.k8s.io/v1:Gateway": gateway,
  "kubernetes:gateway.networking.k8s.io/v1beta1:Gateway": gateway,
};

export const listenersTls: ResourceValidationPolicy = {
  name: "listeners-tls",
  displayName: "Public listeners speak TLS",
  description: "Whatever users reach speaks TLS 1.2 or newer; plain HTTP is only there to send them on to it.",
  enforcementLevel: "mandatory",
  severity: "critical",
  remediationSteps:
    "Let the listener speak HTTPS with a certificate, or redirect to HTTPS; name listeners that nobody outside reaches in `except`.",
  configSchema: {
    properties: {
      except: {
        type: "array",
        items: { type: "string" },
        default: [],
        description: "Names of resources whose listeners nobody outside reaches, or which only redirect.",
      },
    },
  },
  validateResource(args: ResourceValidationArgs, reportViolation) {
    const judge = Object.hasOwn(judges, args.type) ? judges[args.type] : undefined;
    if (judge === undefined || config.parse(args.getConfig()).except.includes(args.name)) return;
    judge(args.props, reportViolation);
  },
};

function loadBalancerListener(props: Props, report: (message: string) => void): void {
  const protocol = text(props.protocol);
  if (protocol === "HTTPS" || protocol === "TLS") {
    const sslPolicy = text(props.sslPolicy);
    if (sslPolicy !== undefined && modern.test(sslPolicy)) return;
    report(
      `It would take TLS older than 1.2 (sslPolicy is ${sslPolicy ?? "the platform's default"}). Set sslPolicy to ELBSecurityPolicy-TLS13-1-2-2021-06.`,
    );
    return;
  }
  const actions = list(props.defaultActions);
  const redirects = actions.length > 0 && actions.every((it) => redirectsToTls(record(it)));
  if (protocol === "HTTP" && redirects) return;
  report(`It would speak ${protocol ?? "no stated protocol"} to users. Let it speak HTTPS, or redirect to HTTPS.`);
}

function redirectsToTls(action: Readonly<Record<string, unknown>>): boolean {
  return action.type === "redirect" && record(action.redirect).protocol === "HTTPS";
}

function distribution(props: Props, report: (message: string) => void): void {
  const judge = (it: unknown): void => {
    const policy = text(record(it).viewerProtocolPolicy);
    if (policy === "redirect-to-https" || policy === "https-only") return;
    report(
      `It would speak plain HTTP to users (viewerProtocolPolicy is ${policy ?? "not stated"}). Set viewerProtocolPolicy to redirect-to-https.`,
    );
  };
  judgeEach(
    [() => judge(props.defaultCacheBehavior), () => judgeEach(list(props.orderedCacheBehaviors), judge)],
    (part) => part(),
  );
}

function ingress(props: Props, report: (message: string) => void): void {
  if (list(record(props.spec).tls).length > 0) return;
  report("It would speak plain HTTP to users. Give spec.tls the secret of a certificate.");
}

function gateway(props: Props, report: (message: string) => void): void {
  judgeEach(list(record(props.spec).listeners), (it) => {
    const protocol = text(record(it).protocol);
    if (protocol === "HTTPS" || protocol === "TLS") return;
    report(
      `Its listener ${text(record(it).name) ?? "without a name"} would speak ${protocol ?? "no stated protocol"} to users. Let it speak HTTPS.`,
    );
  });
}
