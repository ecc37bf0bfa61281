import { isMappedIpv4, parseIp } from '../../base/ip.ts';
import { type FieldError, invalid, notSupported, required, tooMany } from '../values/fielderrors.ts';
import { dns1123Label } from '../values/names.ts';
import type { JsonObject } from '../values/types.ts';
import { endpointAddress } from './checks/addresses.ts';
import { duplicates, immutable, named, none, oneOf, portNumber } from './checks/checks.ts';
import { listAt, objectsAt, textAt } from './checks/read.ts';
import { ENDPOINT_SLICES } from './resources.data.ts';
import { APPLIED_WITH_OTHERS, type KindRow } from './row.ts';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const ADDRESS_TYPES = ['IPv4', 'IPv6', 'FQDN'];

export const ENDPOINT_SLICE: KindRow = {
  resource: ENDPOINT_SLICES,
  applyOrder: APPLIED_WITH_OTHERS,
  validate: validateEndpointSlice,
  defaults: { 'discovery.v1.EndpointPort': { members: { name: '', protocol: 'TCP' } } },
};

/** Kubernetes `pkg/apis/discovery/validation/validation.go`. */
function validateEndpointSlice(slice: JsonObject, old?: JsonObject): readonly FieldError[] {
  const addressType = textAt(slice, 'addressType');
  return [
    ...(addressType === '' ? [required('addressType')] : []),
    ...(addressType !== '' && !ADDRESS_TYPES.includes(addressType)
      ? [notSupported('addressType', addressType, ADDRESS_TYPES)]
      : []),
    ...objectsAt(slice, 'endpoints').flatMap((endpoint, i) =>
      validateEndpoint(endpoint, `endpoints[${i}]`, addressType),
    ),
    ...objectsAt(slice, 'ports').flatMap((port, i) => [
      ...portNumber(`ports[${i}].port`, port.port),
      ...oneOf(port, 'protocol', `ports[${i}]`, PROTOCOLS),
    ]),
    ...duplicates(objectsAt(slice, 'ports'), 'name', 'ports'),
    ...(old ? immutable('addressType', slice.addressType, old.addressType) : none),
  ];
}

function validateEndpoint(endpoint: JsonObject, path: string, type: string): readonly FieldError[] {
  const addresses = listAt(endpoint, 'addresses');
  if (addresses.length === 0) return [required(`${path}.addresses`, 'must contain at least 1 address')];
  if (addresses.length > MOST_ADDRESSES)
    return [tooMany(`${path}.addresses`, addresses.length, MOST_ADDRESSES)];
  const hostname = textAt(endpoint, 'hostname');
  return [
    ...addresses.flatMap((address, i) => validateAddress(`${path}.addresses[${i}]`, String(address), type)),
    ...(hostname === '' ? none : named(`${path}.hostname`, hostname, dns1123Label)),
  ];
}

const MOST_ADDRESSES = 100;

/** An IPv4 address that is written as one of IPv6 is neither. */
function validateAddress(field: string, address: string, type: string): readonly FieldError[] {
  if (type !== 'IPv4' && type !== 'IPv6') return none;
  const bytes = parseIp(address);
  const found = bytes && !isMappedIpv4(bytes) ? BYTES[bytes.length] : undefined;
  return found === type
    ? endpointAddress(field, address)
    : [invalid(field, address, `must be a valid ${type} address`)];
}

const BYTES: Readonly<Record<number, string>> = { 4: 'IPv4', 16: 'IPv6' };
