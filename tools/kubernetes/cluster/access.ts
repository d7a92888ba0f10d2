import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Who speaks to the API server, with the groups that the server's own roles know them by. */
const users = {
  admin: { name: "admin", groups: "system:masters" },
  controllerManager: { name: "system:kube-controller-manager", groups: "" },
  scheduler: { name: "system:kube-scheduler", groups: "" },
  /** Plays nodes and pods, which takes what no narrow role gives. */
  kwok: { name: "kwok", groups: "system:masters" },
  deployer: { name: deployerName(), groups: "" },
} as const;

export type UserName = keyof typeof users;

/** The user's name as a RoleBinding says it. */
export function deployerName(): string {
  return "greenlight-deployer";
}

/** Tokens and keys of one cluster, made for this run and kept in its folder, readable by its owner alone. */
export class Access {
  readonly tokenFile: string;
  readonly serviceAccountKey: string;
  readonly serviceAccountPublicKey: string;
  readonly certificates: string;
  readonly #folder: string;
  readonly #tokens: Record<UserName, string>;
  readonly #server: string;

  constructor(folder: string, server: string) {
    this.#folder = folder;
    this.#server = server;
    this.tokenFile = join(folder, "tokens.csv");
    this.serviceAccountKey = join(folder, "service-accounts.key");
    this.serviceAccountPublicKey = join(folder, "service-accounts.pub");
    this.certificates = join(folder, "certificates");
    const token = () => randomBytes(24).toString("hex");
    this.#tokens = {
      admin: token(),
      controllerManager: token(),
      scheduler: token(),
      kwok: token(),
      deployer: token(),
    };
    const lines = Object.entries(users).map(
      ([user, { name, groups }]) => `${this.#tokens[user as UserName]},${name},${user},"${groups}"\n`,
    );
    secret(this.tokenFile, lines.join(""));
    const pair = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    secret(this.serviceAccountKey, pair.privateKey);
    secret(this.serviceAccountPublicKey, pair.publicKey);
  }

  /** The certificate that the API server made for itself; it is there once the server has started. */
  get serverCertificate(): string {
    return join(this.certificates, "apiserver.crt");
  }

  get serverKey(): string {
    return join(this.certificates, "apiserver.key");
  }

  /** Writes a user's kubeconfig and returns its path. */
  kubeconfig(user: UserName, namespace = "default"): string {
    const path = join(this.#folder, `${user}.kubeconfig`);
    const certificate = readFileSync(this.serverCertificate).toString("base64");
    // JSON is YAML: kubectl and every client read it.
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "rehearsal", cluster: { server: this.#server, "certificate-authority-data": certificate } }],
      users: [{ name: user, user: { token: this.#tokens[user] } }],
      contexts: [{ name: user, context: { cluster: "rehearsal", user, namespace } }],
      "current-context": user,
    };
    secret(path, `${JSON.stringify(config, undefined, 2)}\n`);
    return path;
  }
}

function secret(path: string, content: string): void {
  writeFileSync(path, content, { mode: 0o600 });
}
