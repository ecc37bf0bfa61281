import {
  type Cidr,
  containsIp,
  formatCidr,
  formatIp,
  type IpAddress,
  masked,
  parseCidr,
  parseIp,
} from '../../values/ipaddress.ts';
import {
  type ArgumentSize,
  add,
  type CallCost,
  fixed,
  scale,
  sizeOf,
  TRAVERSAL,
  traversal,
  UNKNOWN,
} from '../cost.ts';
import { type Overload, overload } from '../overload.ts';
import { opaqueType } from '../types.ts';
import { fail, Opaque, type Value } from '../values.ts';
import { nominal } from './quantities.ts';

const IP = opaqueType('net.IP');
const CIDR = opaqueType('net.CIDR');

class IpValue extends Opaque {
  readonly type = IP;
  readonly ip: IpAddress;

  constructor(ip: IpAddress) {
    super();
    this.ip = ip;
  }

  override get size(): number {
    return this.ip.family === 4 ? 4 : 16;
  }

  equals(other: Opaque): boolean {
    return other instanceof IpValue && formatIp(other.ip) === formatIp(this.ip);
  }
}

class CidrValue extends Opaque {
  readonly type = CIDR;
  readonly cidr: Cidr;

  constructor(cidr: Cidr) {
    super();
    this.cidr = cidr;
  }

  override get size(): number {
    return Math.ceil(this.cidr.prefix / 8);
  }

  equals(other: Opaque): boolean {
    return other instanceof CidrValue && formatCidr(other.cidr) === formatCidr(this.cidr);
  }
}

const parsedIp = (text: string): Value => {
  const ip = parseIp(text);
  return ip ? new IpValue(ip) : fail(`IP Address "${text}" parse error during conversion from string`);
};

const parsedCidr = (text: string): Value => {
  const cidr = parseCidr(text);
  return cidr
    ? new CidrValue(cidr)
    : fail(`network address parse error during conversion from string: "${text}"`);
};

const inNetwork = (ip: IpAddress, network: string): boolean => {
  const cidr = parseCidr(network);
  return cidr !== undefined && containsIp(cidr, ip);
};

const isUnspecified = ({ bits }: IpAddress): boolean => bits === 0n;
const isLoopback = (ip: IpAddress): boolean => inNetwork(ip, '127.0.0.0/8') || inNetwork(ip, '::1/128');
const isLinkLocalUnicast = (ip: IpAddress): boolean =>
  inNetwork(ip, '169.254.0.0/16') || inNetwork(ip, 'fe80::/10');
const isLinkLocalMulticast = (ip: IpAddress): boolean =>
  inNetwork(ip, '224.0.0.0/24') || inNetwork(ip, 'ff02::/16');
const isMulticast = (ip: IpAddress): boolean => inNetwork(ip, '224.0.0.0/4') || inNetwork(ip, 'ff00::/8');
const isGlobalUnicast = (ip: IpAddress): boolean =>
  !isUnspecified(ip) &&
  !isLoopback(ip) &&
  !isMulticast(ip) &&
  !isLinkLocalUnicast(ip) &&
  formatIp(ip) !== '255.255.255.255';

const CHECKS = { isUnspecified, isLoopback, isLinkLocalMulticast, isLinkLocalUnicast, isGlobalUnicast };

/** Two byte lists as long as a prefix, and a text that is parsed before (`library/cost.go`). */
const containment = (isNetwork: boolean, isText: boolean): CallCost => ({
  actual: ([cidr, other]) =>
    Math.ceil(2 * sizeOf(cidr) * TRAVERSAL) +
    (isNetwork ? Math.ceil(sizeOf(cidr) * TRAVERSAL) + 1 : 0) +
    (isText ? Math.ceil(sizeOf(other) * TRAVERSAL) : 0),
  estimate: ([, other]: readonly ArgumentSize[]) => {
    const bytes = { min: 4, max: 16 };
    const compared = scale(add(bytes, bytes), TRAVERSAL);
    const network = isNetwork ? add(scale(bytes, TRAVERSAL), fixed(1)) : fixed(0);
    const text = isText ? scale(other?.size ?? UNKNOWN, TRAVERSAL) : fixed(0);
    return { cost: add(add(compared, network), text) };
  },
});

const contains = ({ cidr }: CidrValue, other: Cidr): boolean =>
  containsIp(cidr, other.address) && cidr.prefix <= other.prefix;

const withIp = (value: Value, then: (ip: IpAddress) => Value): Value =>
  value instanceof IpValue ? then(value.ip) : value;
const withCidr = (value: Value, then: (cidr: Cidr) => Value): Value =>
  value instanceof CidrValue ? then(value.cidr) : value;

/** Addresses and networks (`library/ip.go`, `library/cidr.go`). */
export const ADDRESSES: readonly Overload[] = [
  overload('ip(string) net.IP', ([text]) => parsedIp(text as string), traversal()),
  overload('isIP(string) bool', ([text]) => parseIp(text as string) !== undefined, traversal()),
  overload(
    'ip.isCanonical(string) bool',
    ([text]) => withIp(parsedIp(text as string), (ip) => formatIp(ip) === text),
    traversal(0, 2 * TRAVERSAL),
  ),
  overload('net.IP::family() int', ([ip]) => BigInt((ip as IpValue).ip.family), nominal),
  ...Object.entries(CHECKS).map(([name, holds]) =>
    overload(`net.IP::${name}() bool`, ([ip]) => holds((ip as IpValue).ip), nominal),
  ),
  overload('string(net.IP) string', ([ip]) => formatIp((ip as IpValue).ip)),
  overload('cidr(string) net.CIDR', ([text]) => parsedCidr(text as string), traversal()),
  overload('isCIDR(string) bool', ([text]) => parseCidr(text as string) !== undefined, traversal()),
  overload(
    'net.CIDR::containsIP(net.IP) bool',
    ([cidr, ip]) => containsIp((cidr as CidrValue).cidr, (ip as IpValue).ip),
    containment(false, false),
  ),
  overload(
    'net.CIDR::containsIP(string) bool',
    ([cidr, text]) => withIp(parsedIp(text as string), (ip) => containsIp((cidr as CidrValue).cidr, ip)),
    containment(false, true),
  ),
  overload(
    'net.CIDR::containsCIDR(net.CIDR) bool',
    ([a, b]) => contains(a as CidrValue, (b as CidrValue).cidr),
    containment(true, false),
  ),
  overload(
    'net.CIDR::containsCIDR(string) bool',
    ([a, text]) => withCidr(parsedCidr(text as string), (b) => contains(a as CidrValue, b)),
    containment(true, true),
  ),
  overload('net.CIDR::ip() net.IP', ([cidr]) => new IpValue((cidr as CidrValue).cidr.address), nominal),
  overload(
    'net.CIDR::masked() net.CIDR',
    ([cidr]) => new CidrValue(masked((cidr as CidrValue).cidr)),
    nominal,
  ),
  overload('net.CIDR::prefixLength() int', ([cidr]) => BigInt((cidr as CidrValue).cidr.prefix), nominal),
  overload('string(net.CIDR) string', ([cidr]) => formatCidr((cidr as CidrValue).cidr)),
];
