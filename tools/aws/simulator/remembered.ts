import type { Changes } from "./changes.ts";

/**
 * What moto answers alike until somebody writes. Others, such as the state of a load balancer, go on by themselves when they are asked
 * for, and are asked for each time.
 */
const steady: Readonly<Record<string, ReadonlySet<string>>> = {
  elasticloadbalancing: new Set(["DescribeListeners", "DescribeRules", "DescribeTags", "DescribeTargetGroups"]),
  ecs: new Set(["DescribeServices", "DescribeTaskDefinition"]),
  monitoring: new Set(["DescribeAlarms"]),
};

/** Lines of logs come without end, and nothing that is remembered tells of them. */
const silent = new Set(["logs"]);

const reading = /^(Describe|Get|List|Head|Filter|Lookup|GET |HEAD )/;

/** One question to moto, or an order. */
export interface Asked {
  /** Name in the signature, such as `ecs`. */
  readonly service: string;
  /** Operation; for services that know only paths, method and path. */
  readonly action: string;
  /** All that the answer depends on besides, in one text. */
  readonly by: () => string;
}

/**
 * Answers of moto that need not be asked for again. Whatever writes passes through here as well, and with it everything is forgotten:
 * what one service is told another may tell.
 */
export class Remembered {
  readonly #changes: Changes;
  readonly #answers = new Map<string, unknown>();
  #writing = 0;

  /** @param changes is told of each write that has ended */
  constructor(changes: Changes) {
    this.#changes = changes;
  }

  /**
   * The answer as it is remembered, or as it is given now.
   *
   * @param ask asks moto
   * @param keeps whether an answer may be given to the next who asks; default every one
   */
  async answer<T>(
    { service, action, by }: Asked,
    ask: () => Promise<T>,
    keeps: (answer: T) => boolean = () => true,
  ): Promise<T> {
    if (silent.has(service)) return ask();
    if (!reading.test(action)) return this.#written(ask);
    if (steady[service]?.has(action) !== true) return ask();
    const key = `${service} ${action} ${by()}`;
    // While somebody writes nobody knows which of both it is.
    if (this.#writing === 0 && this.#answers.has(key)) return this.#answers.get(key) as T;
    const before = this.#changes.count;
    const alone = this.#writing === 0;
    const answer = await ask();
    if (alone && this.#writing === 0 && before === this.#changes.count && keeps(answer)) this.#answers.set(key, answer);
    return answer;
  }

  async #written<T>(write: () => Promise<T>): Promise<T> {
    this.#writing += 1;
    try {
      return await write();
    } finally {
      this.#writing -= 1;
      this.#answers.clear();
      this.#changes.note();
    }
  }
}
