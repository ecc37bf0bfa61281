import { type Cidr, networkOf, parseCidr } from '../../../base/cidr.ts';
import { formatIp, isMappedIpv4, parseIp } from '../../../base/ip.ts';
import { type FieldError, invalid } from '../../values/fielderrors.ts';
import { dns1123Subdomain, type NameCheck, wildcardSubdomain } from '../../values/names.ts';

/** Addresses, ranges and hosts in fields (apimachinery `pkg/util/validation/ip.go`). */

/** Some read a leading zero as octal, so it is refused in words of its own. */
const withoutLeadingZeros = (text: string): string => text.replace(/(^|[./])0+(?=\d)/g, '$1');

/** Fields from the time of strict validation (IsValidIP): one canonical form. */
export const ipAddress: NameCheck = (text) => {
  const bytes = parseIp(text);
  if (!bytes) {
    return parseIp(withoutLeadingZeros(text))
      ? 'must not have leading 0s'
      : 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
  }
  if (isMappedIpv4(bytes)) return 'must not be an IPv4-mapped IPv6 address';
  const canonical = formatIp(bytes);
  return text === canonical ? undefined : `must be in canonical form ("${canonical}")`;
};

const NOT_A_CIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

/** The same of ranges (IsValidCIDR). */
export const cidr: NameCheck = (text) => {
  const range = parseCidr(text);
  if (!range)
    return legacyCidr(text) === undefined ? 'must not have leading 0s in IP or prefix length' : NOT_A_CIDR;
  if (isMappedIpv4(range.bytes)) return 'must not have an IPv4-mapped IPv6 address';
  const network = networkOf(range);
  if (network.some((byte, i) => byte !== range.bytes[i])) {
    return 'must not have bits set beyond the prefix length';
  }
  const canonical = `${formatIp(network)}/${range.length}`;
  return text === canonical ? undefined : `must be in canonical form ("${canonical}")`;
};

/** As fields of older kinds are read (IsValidCIDRForLegacyField): with leading zeros, in any form. */
export const parseLegacyCidr = (text: string): Cidr | undefined => parseCidr(withoutLeadingZeros(text));
export const legacyCidr: NameCheck = (text) => (parseLegacyCidr(text) ? undefined : NOT_A_CIDR);

/** An address with the length of its network, bits beyond it included (IsValidInterfaceAddress). */
export const interfaceAddress: NameCheck = (text) => {
  const range = parseLegacyCidr(text);
  if (!range) return 'must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)';
  const canonical = isMappedIpv4(range.bytes)
    ? `${formatIp(range.bytes.slice(12))}/${range.length - 96}`
    : `${formatIp(range.bytes)}/${range.length}`;
  return text === canonical ? undefined : `must be in canonical form ("${canonical}")`;
};

/** A DNS name, or one whose first label is `*`. */
export function hostName(field: string, host: string): readonly FieldError[] {
  const problem = host.includes('*') ? wildcardSubdomain(host) : dns1123Subdomain(host);
  return problem ? [invalid(field, host, problem)] : [];
}
