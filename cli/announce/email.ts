import type { SMTPSentMessageInfo } from "nodemailer/lib/smtp-transport";
import type { ChannelSettings } from "../../release/announcements/settings.ts";
import { deadlineIn } from "../../release/deadline.ts";
import { sentence } from "../../release/problem.ts";
import { isLoopback } from "../../release/safeAddress.ts";
import { type Delivery, forAll, type Given, shortened, type Tried, titleOf } from "./delivery.ts";
import { secretNamed } from "./secrets.ts";

/** Connections and servers that may be well again in a moment. */
const passing = new Set(["ECONNECTION", "ECONNREFUSED", "ECONNRESET", "EPIPE", "ESOCKET", "EAI_AGAIN"]);

interface MailFault {
  readonly code?: string;
  readonly originalCode?: string;
  readonly responseCode?: number;
  readonly response?: string;
}

/** E-mail by SMTP, plain text, one message to all addresses; each address has its own outcome. */
export function email(settings: ChannelSettings, { to, env, message }: Given): Delivery {
  const { host = "", security = "starttls", from = "", userFrom, passwordFrom } = settings;
  const port = settings.port ?? (security === "tls" ? 465 : 587);
  const user = userFrom === undefined ? undefined : secretNamed(userFrom, env);
  const pass = passwordFrom === undefined ? undefined : secretNamed(passwordFrom, env);
  const problem = [user, pass].flatMap((it) => (it !== undefined && "problem" in it ? [it.problem] : []))[0];
  const mail = {
    from,
    to: [...to],
    subject: titleOf(message),
    text: message.text,
    messageId: `<${message.id}@${from.split("@")[1] ?? "localhost"}>`,
    headers: { "Auto-Submitted": "auto-generated" },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  return {
    to,
    shown: [
      `SMTP ${host}:${port}, ${security}${userFrom === undefined ? "" : `, as $${userFrom} with $${passwordFrom}`}`,
      `From: ${from}`,
      `To: ${to.join(", ")}`,
      `Subject: ${mail.subject}`,
      `Message-ID: ${mail.messageId}`,
      "",
      message.text,
    ].join("\n"),
    problem,
    attempt: async (timeoutMs, signal) => {
      if (problem !== undefined) return { outcomes: forAll(to, { ok: false, response: problem }), again: false };
      const { createTransport } = await import("nodemailer");
      const deadline = deadlineIn(timeoutMs, "The mail server", signal);
      const transport = createTransport({
        host,
        port,
        secure: security === "tls",
        requireTLS: security === "starttls",
        ignoreTLS: security === "none" && isLoopback(host),
        ...(user !== undefined && "value" in user && pass !== undefined && "value" in pass
          ? { auth: { user: user.value, pass: pass.value } }
          : {}),
      });
      try {
        return triedOf(to)(await transport.sendMail({ ...mail, signal: deadline.signal }));
      } catch (error) {
        signal.throwIfAborted();
        return failedOf(to, deadline.passed() ? timeoutMs : undefined, error);
      } finally {
        deadline.end();
      }
    },
  };
}

/** Once the server took the message for one address, it is not sent again: that one would have it twice. */
function triedOf(to: readonly string[]): (sent: SMTPSentMessageInfo) => Tried {
  return ({ accepted, response, rejectedErrors = [] }) => {
    const taken = new Set(accepted.map((it) => it.toLowerCase()));
    const outcomes = to.map((address) => {
      if (taken.has(address.toLowerCase())) {
        return { to: address, ok: true, ...statusOf(response), response: shortened(response) };
      }
      const fault = rejectedErrors.find((it) => it.recipient?.toLowerCase() === address.toLowerCase());
      const said = fault?.response ?? "refused by the server";
      return { to: address, ok: false, ...statusOf(said), response: shortened(said) };
    });
    return { outcomes, again: false };
  };
}

/** @param timedOutMs the time that was over, when it was that */
function failedOf(to: readonly string[], timedOutMs: number | undefined, error: unknown): Tried {
  if (timedOutMs !== undefined) {
    const said = `no answer in ${timedOutMs} ms; it may have arrived`;
    return { outcomes: forAll(to, { ok: false, response: said }), again: false };
  }
  const { code, originalCode, responseCode, response } = (error instanceof Error ? error : {}) as MailFault;
  const outcome = { ok: false, ...statusOf(response ?? ""), response: shortened(response ?? sentence(error)) };
  const temporary = responseCode !== undefined && responseCode >= 400 && responseCode < 500;
  const broken = responseCode === undefined && passing.has(originalCode ?? code ?? "");
  return { outcomes: forAll(to, outcome), again: temporary || broken };
}

function statusOf(response: string): { status?: number } {
  const status = /^(\d{3})[ -]/.exec(response)?.[1];
  return status === undefined ? {} : { status: Number(status) };
}
