/** A range of IPv4 addresses that a VPC may have. */
export interface AddressRange {
  /** Its first address, as a number. */
  readonly first: number;
  /** Bits that all its addresses have in common: 16 of `10.20.0.0/16`. */
  readonly bits: number;
}

/** Ranges that nobody on the internet has. Source: RFC 1918. */
const own: readonly AddressRange[] = [
  { first: numberOf([10, 0, 0, 0]), bits: 8 },
  { first: numberOf([172, 16, 0, 0]), bits: 12 },
  { first: numberOf([192, 168, 0, 0]), bits: 16 },
];

/** A VPC has at most a /16 (source: AWS, "VPC CIDR blocks"); below a /22 a load balancer's subnets have no room to grow. */
const [widest, narrowest] = [16, 22];

/** A private range from /16 to /22, such as `10.20.0.0/16`; undefined for anything else, also where it begins inside itself. */
export function readAddressRange(text: string): AddressRange | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined) return undefined;
  const [bits = 0, address] = [parts[4], parts.slice(0, 4)];
  if (bits < widest || bits > narrowest || address.some((it) => it > 255)) return undefined;
  const range = { first: numberOf(address), bits };
  if (range.first % sizeOf(range) !== 0) return undefined;
  return own.some((it) => range.first >= it.first && range.first < it.first + sizeOf(it)) ? range : undefined;
}

/** What a VPC's subnets get of its range. */
export interface SubnetRanges {
  readonly private: readonly [string, string];
  readonly public: readonly [string, string];
}

/**
 * Two private subnets of a quarter of the range each, for tasks, and two public ones of a sixteenth each; more than a quarter stays
 * free for what a team adds, such as its database's subnets.
 */
export function subnetRanges(cidr: string): SubnetRanges {
  const range = readAddressRange(cidr);
  if (range === undefined) throw new Error(`${cidr} is no private range from /16 to /22.`);
  const part = (bits: number, index: number) => {
    const within = { first: range.first, bits: range.bits + bits };
    return textOf({ ...within, first: range.first + index * sizeOf(within) });
  };
  return { private: [part(2, 0), part(2, 1)], public: [part(4, 8), part(4, 9)] };
}

function sizeOf({ bits }: AddressRange): number {
  return 2 ** (32 - bits);
}

function numberOf(parts: readonly number[]): number {
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

function textOf({ first, bits }: AddressRange): string {
  return `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".")}/${bits}`;
}
