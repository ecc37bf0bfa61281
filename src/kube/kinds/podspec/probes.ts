import { type FieldError, forbidden, invalid, required } from '../../values/fielderrors.ts';
import type { JsonObject } from '../../values/types.ts';
import { atLeast, none, oneOf, portOrName } from '../checks/checks.ts';
import { listAt, objectAt, textAt } from '../checks/read.ts';

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;

export function validateProbes(
  container: JsonObject,
  path: string,
  isPlainInit: boolean,
): readonly FieldError[] {
  return PROBES.filter((name) => container[name] !== undefined).flatMap((name) => {
    if (isPlainInit)
      return [
        forbidden(`${path}.${name}`, 'may not be set for init containers without restartPolicy=Always'),
      ];
    return validateProbe(objectAt(container, name), `${path}.${name}`, name);
  });
}

function validateProbe(
  probe: JsonObject,
  path: string,
  name: (typeof PROBES)[number],
): readonly FieldError[] {
  const success = probe.successThreshold;
  return [
    ...validateHandler(probe, path),
    ...atLeast(probe, 'initialDelaySeconds', path, 0),
    ...['timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'].flatMap((key) =>
      atLeast(probe, key, path, 0),
    ),
    ...(name !== 'readinessProbe' && typeof success === 'number' && success !== 1
      ? [invalid(`${path}.successThreshold`, success, 'must be 1')]
      : []),
  ];
}

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;

/** A probe or a lifecycle hook: exactly one handler. */
export function validateHandler(handler: JsonObject, path: string): readonly FieldError[] {
  const [first, ...others] = HANDLERS.filter((kind) => handler[kind] !== undefined);
  if (first === undefined) return [required(path, 'must specify a handler type')];
  return [
    ...others.map((kind) => forbidden(`${path}.${kind}`, 'may not specify more than 1 handler type')),
    ...validateAction(first, objectAt(handler, first), `${path}.${first}`),
  ];
}

function validateAction(
  kind: (typeof HANDLERS)[number],
  action: JsonObject,
  path: string,
): readonly FieldError[] {
  switch (kind) {
    case 'exec':
      return listAt(action, 'command').length === 0 ? [required(`${path}.command`)] : none;
    case 'httpGet':
      return [
        ...(textAt(action, 'path') === '' ? [required(`${path}.path`)] : []),
        ...portOrName(`${path}.port`, action.port),
        ...oneOf(action, 'scheme', path, ['HTTP', 'HTTPS']),
      ];
    case 'tcpSocket':
    case 'grpc':
      return portOrName(`${path}.port`, action.port);
    case 'sleep':
      return atLeast(action, 'seconds', path, 0);
  }
}
