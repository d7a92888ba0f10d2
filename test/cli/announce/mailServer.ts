import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
  readonly user: string | undefined;
  readonly secure: boolean;
}

interface Behaviour {
  readonly tls?: boolean;
  readonly login?: { readonly user: string; readonly password: string };
  /** Answer to RCPT TO by address: an SMTP code of refusal. */
  readonly refuses?: Readonly<Record<string, number>>;
  /** How often DATA is answered with 451 before it is taken. */
  readonly busy?: number;
  readonly hangs?: boolean;
}

/** A real SMTP server on this machine that keeps what it was sent. Its certificate is one that nobody trusts. */
export class MailServer {
  readonly mails: Mail[] = [];
  readonly #server: SMTPServer;
  #busy: number;
  connections = 0;

  private constructor(it: Behaviour) {
    this.#busy = it.busy ?? 0;
    this.#server = new SMTPServer({
      disabledCommands: [...(it.login === undefined ? ["AUTH"] : []), ...(it.tls === true ? [] : ["STARTTLS"])],
      allowInsecureAuth: true,
      authOptional: it.login === undefined,
      logger: false,
      closeTimeout: 100,
      onConnect: (_session, done) => {
        this.connections += 1;
        if (it.hangs !== true) done();
      },
      onAuth: (auth, _session, done) => {
        const good = auth.username === it.login?.user && auth.password === it.login?.password;
        done(good ? null : new Error(`Invalid login of ${auth.username} with ${auth.password}`), {
          user: auth.username,
        });
      },
      onRcptTo: (address, _session, done) => {
        const code = it.refuses?.[address.address];
        done(code === undefined ? null : refusal(code, "mailbox refused"));
      },
      onData: (stream, session, done) => {
        const parts: Buffer[] = [];
        stream.on("data", (part: Buffer) => parts.push(part));
        stream.on("end", () => {
          if (this.#busy > 0) {
            this.#busy -= 1;
            done(refusal(451, "try again later"));
            return;
          }
          const { mailFrom, rcptTo } = session.envelope;
          this.mails.push({
            from: mailFrom === false ? "" : (mailFrom?.address ?? ""),
            to: rcptTo.map(({ address }) => address),
            text: Buffer.concat(parts).toString("utf8"),
            user: typeof session.user === "string" ? session.user : undefined,
            secure: session.secure,
          });
          done(null, "taken as 42");
        });
      },
    });
    this.#server.on("error", () => undefined);
  }

  static async open(it: Behaviour = {}): Promise<MailServer> {
    const mail = new MailServer(it);
    await new Promise<void>((resolve) => mail.#server.listen(0, "127.0.0.1", () => resolve()));
    return mail;
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

function refusal(code: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode: code });
}
