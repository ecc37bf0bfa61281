import { deepEqual } from '../values/equal.ts';
import { type FieldError, invalid, notSupported, required } from '../values/fielderrors.ts';
import { dns1123Label, dns1123Subdomain, qualifiedName } from '../values/names.ts';
import type { JsonObject } from '../values/types.ts';
import { endpointAddress } from './checks/addresses.ts';
import { named, none, portNumber } from './checks/checks.ts';
import { listAt, objectsAt, textAt } from './checks/read.ts';
import { ENDPOINTS as RESOURCE } from './resources.data.ts';
import { APPLIED_WITH_OTHERS, type KindRow } from './row.ts';

export const ENDPOINTS: KindRow = {
  resource: RESOURCE,
  applyOrder: APPLIED_WITH_OTHERS,
  validate: validateEndpoints,
  defaults: { 'core.v1.EndpointPort': { members: { protocol: 'TCP' } } },
};

/** Kubernetes `pkg/apis/core/validation/validation.go`, ValidateEndpoints: what is stored already is not judged again. */
function validateEndpoints(endpoints: JsonObject, old?: JsonObject): readonly FieldError[] {
  if (old && deepEqual(endpoints.subsets, old.subsets)) return none;
  return objectsAt(endpoints, 'subsets').flatMap((subset, i) => validateSubset(subset, `subsets[${i}]`));
}

function validateSubset(subset: JsonObject, path: string): readonly FieldError[] {
  const lists = ['addresses', 'notReadyAddresses'] as const;
  const ports = objectsAt(subset, 'ports');
  return [
    ...(lists.every((list) => listAt(subset, list).length === 0)
      ? [required(path, 'must specify `addresses` or `notReadyAddresses`')]
      : none),
    ...lists.flatMap((list) =>
      objectsAt(subset, list).flatMap((address, i) => validateAddress(address, `${path}.${list}[${i}]`)),
    ),
    ...ports.flatMap((port, i) => validatePort(port, ports.length > 1, `${path}.ports[${i}]`)),
  ];
}

function validateAddress(address: JsonObject, path: string): readonly FieldError[] {
  const [hostname, nodeName] = [textAt(address, 'hostname'), textAt(address, 'nodeName')];
  return [
    ...(hostname === '' ? none : named(`${path}.hostname`, hostname, dns1123Label)),
    ...(nodeName === '' ? none : named(`${path}.nodeName`, nodeName, dns1123Subdomain)),
    ...endpointAddress(`${path}.ip`, textAt(address, 'ip')),
  ];
}

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

function validatePort(port: JsonObject, needsName: boolean, path: string): readonly FieldError[] {
  const [name, protocol] = [textAt(port, 'name'), textAt(port, 'protocol')];
  const appProtocol = textAt(port, 'appProtocol');
  return [
    ...(name === ''
      ? needsName
        ? [required(`${path}.name`)]
        : none
      : named(`${path}.name`, name, dns1123Label)),
    ...(port.port === undefined
      ? [invalid(`${path}.port`, 0, 'must be between 1 and 65535, inclusive')]
      : portNumber(`${path}.port`, port.port)),
    ...(PROTOCOLS.includes(protocol) ? none : [notSupported(`${path}.protocol`, protocol, PROTOCOLS)]),
    ...(appProtocol === '' ? none : named(`${path}.appProtocol`, appProtocol, qualifiedName)),
  ];
}
