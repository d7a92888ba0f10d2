import { IAMClient, UploadServerCertificateCommand } from "@aws-sdk/client-iam";
import { expect } from "vitest";
import { functions } from "../../../tools/aws/functions.ts";
import { kinds } from "../../../tools/aws/kinds.ts";
import type { Bag } from "../../../tools/aws/plugin/kind.ts";
import { StandIn } from "../../../tools/aws/plugin/standIn.ts";
import { Simulator, type SimulatorSettings } from "../../../tools/aws/simulator/simulator.ts";
import { ensureMoto, type RunningMoto, startMoto } from "../../../tools/moto.ts";

export const region = "eu-central-1";
export const credentials = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "only for this test" };

/** A stand-in that speaks to an endpoint. */
export function standInAt(endpoint: string, settings: Bag = {}): StandIn {
  const standIn = new StandIn(kinds, functions);
  const { accessKeyId: accessKey, secretAccessKey: secretKey } = credentials;
  standIn.configure({ region, accessKey, secretKey, ...settings }, { AWS_ENDPOINT_URL: endpoint });
  return standIn;
}

/** A simulated AWS of the test's own, and a stand-in that speaks to it. */
export class World {
  readonly #moto: RunningMoto;
  readonly simulator: Simulator;
  readonly standIn: StandIn;

  private constructor(moto: RunningMoto, simulator: Simulator) {
    this.#moto = moto;
    this.simulator = simulator;
    this.standIn = standInAt(simulator.endpoint);
  }

  static async start(settings: Omit<SimulatorSettings, "moto"> = {}): Promise<World> {
    const moto = await startMoto(await ensureMoto({}));
    return new World(moto, await Simulator.start({ ...settings, moto: moto.endpoint }));
  }

  async stop(): Promise<void> {
    await this.simulator.stop();
    await this.#moto.stop();
  }

  get endpoint(): string {
    return this.simulator.endpoint;
  }

  /** Settings for a client of the SDK. */
  get client() {
    return { endpoint: this.endpoint, region, credentials };
  }

  /** Makes a resource as an update would. */
  async make(type: string, given: Bag, name = "thing"): Promise<Made> {
    return await Made.of(this.standIn, type, given, name);
  }

  /** The ARN of a certificate that a listener may name. */
  async certificate(): Promise<string> {
    const body = "-----BEGIN CERTIFICATE-----\nonly for this test\n-----END CERTIFICATE-----";
    const { ServerCertificateMetadata: made } = await new IAMClient(this.client).send(
      new UploadServerCertificateCommand({ ServerCertificateName: "test", CertificateBody: body, PrivateKey: body }),
    );
    return made?.Arn ?? "";
  }

  /** A network with two subnets, as most resources need one. */
  async network(): Promise<{ vpcId: string; subnets: string[] }> {
    const found = await this.standIn.invoke("aws:ec2/getVpc:getVpc", { default: true });
    const subnets = await this.standIn.invoke("aws:ec2/getSubnets:getSubnets", {
      filters: [{ name: "vpc-id", values: [found.id] }],
    });
    return { vpcId: String(found.id), subnets: (subnets.ids as string[]).slice(0, 2) };
  }
}

/** A resource that was made, and what may become of it. */
export class Made {
  readonly #standIn: StandIn;
  readonly #target: { type: string; name: string };
  readonly id: string;
  state: Bag;
  inputs: Bag;

  private constructor(
    standIn: StandIn,
    target: { type: string; name: string },
    inputs: Bag,
    made: { id: string; state: Bag },
  ) {
    this.#standIn = standIn;
    this.#target = target;
    this.inputs = inputs;
    this.id = made.id;
    this.state = made.state;
  }

  static async of(standIn: StandIn, type: string, given: Bag, name: string): Promise<Made> {
    const target = { type, name };
    const { inputs, failures } = await standIn.check(target, {}, given);
    expect(failures).toEqual([]);
    const made = new Made(standIn, target, inputs, await standIn.create(target, inputs));
    await made.expectSettled();
    return made;
  }

  get arn(): string {
    return String(this.state.arn);
  }

  async check(given: Bag): Promise<Bag> {
    const { inputs, failures } = await this.#standIn.check(this.#target, this.inputs, given);
    expect(failures).toEqual([]);
    return inputs;
  }

  /** What an update to these inputs would change and replace. */
  async diff(given: Bag): Promise<{ changed: string[]; replaces: string[]; deleteFirst: boolean }> {
    return await this.#standIn.diff(this.#target, { state: this.state, news: await this.check(given), ignored: [] });
  }

  /** Changes it in place, and sees that just these properties did change. */
  async change(given: Bag, ...properties: string[]): Promise<void> {
    const inputs = await this.check(given);
    const { changed, replaces } = await this.#standIn.diff(this.#target, {
      state: this.state,
      news: inputs,
      ignored: [],
    });
    expect({ changed: changed.sort(), replaces }).toEqual({ changed: [...properties].sort(), replaces: [] });
    this.state = await this.#standIn.update(this.#target, this.id, this.state, inputs);
    this.inputs = inputs;
    await this.expectSettled();
  }

  /** The next update finds nothing to do, and a refresh finds what the state says. */
  async expectSettled(): Promise<void> {
    expect(
      (await this.#standIn.diff(this.#target, { state: this.state, news: this.inputs, ignored: [] })).changed,
    ).toEqual([]);
    const read = await this.#standIn.read(this.#target, this.id, this.state, this.inputs);
    expect(read?.state).toEqual(this.state);
    expect(read?.inputs).toEqual(this.inputs);
  }

  /** What a refresh brings. */
  async refresh(): Promise<Bag | undefined> {
    const read = await this.#standIn.read(this.#target, this.id, this.state, this.inputs);
    if (read !== undefined) this.state = read.state;
    return read?.state;
  }

  /** What an import by the id alone brings. */
  async imported(): Promise<Bag | undefined> {
    return (await this.#standIn.read(this.#target, this.id, {}, {}))?.state;
  }

  async delete(): Promise<void> {
    await this.#standIn.delete(this.#target, this.id, this.state);
    expect(await this.#standIn.read(this.#target, this.id, this.state, this.inputs)).toBeUndefined();
    // A second deletion, after an update that was killed, is no error.
    await this.#standIn.delete(this.#target, this.id, this.state);
  }
}
