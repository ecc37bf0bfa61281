import { isMappedIpv4, parseIp } from '../../../base/ip.ts';
import { type FieldError, invalid } from '../../values/fielderrors.ts';
import { none } from './checks.ts';

/**
 * An address that traffic can be sent to (Kubernetes `pkg/apis/core/validation/validation.go`, ValidateEndpointIP). Unlike there,
 * it may be a loopback address: the pods of the built-in cluster have such.
 */
export function endpointAddress(field: string, value: string): readonly FieldError[] {
  const bytes = parseIp(value);
  if (!bytes) {
    // Kubernetes asks twice: as an address, and as one of an endpoint.
    return [
      invalid(field, value, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'),
      invalid(field, value, 'must be a valid IP address'),
    ];
  }
  const problem = problemOf(isMappedIpv4(bytes) ? bytes.slice(12) : bytes, value);
  return problem === undefined ? none : [invalid(field, value, problem)];
}

function problemOf(bytes: readonly number[], text: string): string | undefined {
  const [first = 0, second = 0, third = 0] = bytes;
  const isV4 = bytes.length === 4;
  if (bytes.every((byte) => byte === 0)) return `may not be unspecified (${text})`;
  if (isV4 ? first === 169 && second === 254 : first === 0xfe && (second & 0xc0) === 0x80) {
    return 'may not be in the link-local range (169.254.0.0/16, fe80::/10)';
  }
  const isLocalMulticast = isV4
    ? first === 224 && second === 0 && third === 0
    : first === 0xff && (second & 0x0f) === 2;
  return isLocalMulticast
    ? 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'
    : undefined;
}
