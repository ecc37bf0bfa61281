import { type FieldError, notSupported, required } from '../values/fielderrors.ts';
import { dns1123Label } from '../values/names.ts';
import type { JsonObject } from '../values/types.ts';
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
    ...objectsAt(slice, 'endpoints').flatMap((endpoint, i) => validateEndpoint(endpoint, `endpoints[${i}]`)),
    ...objectsAt(slice, 'ports').flatMap((port, i) => [
      ...portNumber(`ports[${i}].port`, port.port),
      ...oneOf(port, 'protocol', `ports[${i}]`, PROTOCOLS),
    ]),
    ...duplicates(objectsAt(slice, 'ports'), 'name', 'ports'),
    ...(old ? immutable('addressType', slice.addressType, old.addressType) : none),
  ];
}

function validateEndpoint(endpoint: JsonObject, path: string): readonly FieldError[] {
  const addresses = listAt(endpoint, 'addresses');
  if (addresses.length === 0) return [required(`${path}.addresses`, 'must contain at least 1 address')];
  const hostname = textAt(endpoint, 'hostname');
  return hostname === '' ? none : named(`${path}.hostname`, hostname, dns1123Label);
}
