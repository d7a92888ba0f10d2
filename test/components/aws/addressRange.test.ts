import { describe, expect, it } from "vitest";
import { readAddressRange, subnetRanges } from "../../../components/aws/addressRange.ts";

describe("the addresses of a network of the stack's own", () => {
  it.each(["10.0.0.0/16", "10.255.252.0/22", "172.16.0.0/16", "172.31.240.0/20", "192.168.0.0/16", "192.168.4.0/22"])(
    "may be %s",
    (cidr) => {
      expect(readAddressRange(cidr)).toBeDefined();
    },
  );

  it.each([
    ["wider than a VPC may be", "10.0.0.0/15"],
    ["too narrow for four subnets that grow", "10.0.0.0/23"],
    ["somebody else's", "11.0.0.0/16"],
    ["beside the private ones", "172.32.0.0/16"],
    ["beside the private ones", "192.169.0.0/16"],
    ["beginning inside itself", "10.20.3.0/16"],
    ["no address", "10.20.300.0/16"],
    ["IPv6", "fd00::/48"],
    ["without its width", "10.20.0.0"],
  ])("are not %s: %s", (_, cidr) => {
    expect(readAddressRange(cidr)).toBeUndefined();
  });

  it.each([
    ["10.20.0.0/16", ["10.20.0.0/18", "10.20.64.0/18"], ["10.20.128.0/20", "10.20.144.0/20"]],
    ["192.168.4.0/22", ["192.168.4.0/24", "192.168.5.0/24"], ["192.168.6.0/26", "192.168.6.64/26"]],
    ["172.16.16.0/20", ["172.16.16.0/22", "172.16.20.0/22"], ["172.16.24.0/24", "172.16.25.0/24"]],
  ])("of %s go to tasks by quarters and to load balancers by sixteenths", (cidr, tasks, balancers) => {
    expect(subnetRanges(cidr)).toEqual({ private: tasks, public: balancers });
  });
});
