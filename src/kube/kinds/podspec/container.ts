import { type FieldError, invalid, required } from '../../values/fielderrors.ts';
import { dns1123Label } from '../../values/names.ts';
import type { Json, JsonObject } from '../../values/types.ts';
import {
  duplicates,
  named,
  none,
  oneOf,
  portNumber,
  requiredName,
  servicePortName,
} from '../checks/checks.ts';
import { exceeds } from '../checks/quantities.ts';
import { objectAt, objectsAt, textAt } from '../checks/read.ts';
import { containerResourceName, resourceAmount } from '../checks/resourcenames.ts';
import { validateHandler, validateProbes } from './probes.ts';
import { validateContainerSecurity } from './securitycontext.ts';

/** One container of a Pod (Kubernetes `pkg/apis/core/validation/validation.go`, validateContainers). */

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

export function validateContainer(
  container: JsonObject,
  path: string,
  volumes: ReadonlySet<string>,
  list: 'containers' | 'initContainers' | 'ephemeralContainers',
): readonly FieldError[] {
  return [
    ...requiredName(`${path}.name`, textAt(container, 'name'), dns1123Label),
    ...validateImage(container, path),
    ...oneOf(container, 'imagePullPolicy', path, ['Always', 'IfNotPresent', 'Never']),
    ...oneOf(container, 'terminationMessagePolicy', path, ['File', 'FallbackToLogsOnError']),
    ...validatePorts(container, `${path}.ports`),
    ...objectsAt(container, 'env').flatMap((variable, i) => validateEnv(variable, `${path}.env[${i}]`)),
    ...objectsAt(container, 'envFrom').flatMap((source, i) =>
      validateEnvFrom(source, `${path}.envFrom[${i}]`),
    ),
    ...validateMounts(container, `${path}.volumeMounts`, volumes),
    ...validateResources(objectAt(container, 'resources'), `${path}.resources`),
    ...validateContainerSecurity(container, path),
    ...validateProbes(container, path, list === 'initContainers' && container.restartPolicy !== 'Always'),
    ...['postStart', 'preStop'].flatMap((hook) => {
      const lifecycle = objectAt(container, 'lifecycle');
      return lifecycle[hook] === undefined
        ? none
        : validateHandler(objectAt(lifecycle, hook), `${path}.lifecycle.${hook}`);
    }),
  ];
}

function validateImage(container: JsonObject, path: string): readonly FieldError[] {
  const image = textAt(container, 'image');
  if (image === '') return [required(`${path}.image`)];
  return image.trim() === image
    ? none
    : [invalid(`${path}.image`, image, 'must not have leading or trailing whitespace')];
}

function validatePorts(container: JsonObject, path: string): readonly FieldError[] {
  const ports = objectsAt(container, 'ports');
  return [
    ...ports.flatMap((port, i) => [
      ...(textAt(port, 'name') ? named(`${path}[${i}].name`, textAt(port, 'name'), servicePortName) : none),
      ...(port.containerPort
        ? portNumber(`${path}[${i}].containerPort`, port.containerPort)
        : [required(`${path}[${i}].containerPort`)]),
      ...(port.hostPort ? portNumber(`${path}[${i}].hostPort`, port.hostPort) : none),
      ...oneOf(port, 'protocol', `${path}[${i}]`, PROTOCOLS),
    ]),
    ...duplicates(ports, 'name', path),
  ];
}

const SOURCES = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'];

function validateEnv(variable: JsonObject, path: string): readonly FieldError[] {
  const name = textAt(variable, 'name');
  const named = name === '' ? [required(`${path}.name`)] : envName(name, `${path}.name`);
  if (variable.valueFrom === undefined) return named;
  const from = objectAt(variable, 'valueFrom');
  const sources = SOURCES.filter((source) => from[source] !== undefined);
  const at = `${path}.valueFrom`;
  return [
    ...named,
    ...(sources.length === 0
      ? [
          invalid(
            at,
            '',
            'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
          ),
        ]
      : []),
    ...(sources.length > 1 ? [invalid(at, '', 'may not have more than one field specified at a time')] : []),
    ...(textAt(variable, 'value') !== ''
      ? [invalid(at, '', 'may not be specified when `value` is not empty')]
      : []),
    ...['configMapKeyRef', 'secretKeyRef']
      .filter((source) => from[source] !== undefined)
      .flatMap((source) => [
        ...(textAt(objectAt(from, source), 'name') === '' ? [required(`${at}.${source}.name`)] : []),
        ...(textAt(objectAt(from, source), 'key') === '' ? [required(`${at}.${source}.key`)] : []),
      ]),
    ...(from.fieldRef !== undefined && textAt(objectAt(from, 'fieldRef'), 'fieldPath') === ''
      ? [required(`${at}.fieldRef.fieldPath`)]
      : []),
  ];
}

const envName = (name: string, field: string): readonly FieldError[] =>
  /^[ -<>-~]+$/.test(name)
    ? none
    : [
        invalid(
          field,
          name,
          "a valid environment variable name must consist only of printable ASCII characters other than '='",
        ),
      ];

function validateEnvFrom(source: JsonObject, path: string): readonly FieldError[] {
  const kinds = ['configMapRef', 'secretRef'].filter((kind) => source[kind] !== undefined);
  if (kinds.length !== 1) {
    const problem =
      kinds.length === 0
        ? 'must specify one of: `configMapRef` or `secretRef`'
        : 'may not have more than one field specified at a time';
    return [invalid(path, '', problem)];
  }
  return kinds.flatMap((kind) =>
    textAt(objectAt(source, kind), 'name') === '' ? [required(`${path}.${kind}.name`)] : [],
  );
}

function validateMounts(
  container: JsonObject,
  path: string,
  volumes: ReadonlySet<string>,
): readonly FieldError[] {
  const mounts = objectsAt(container, 'volumeMounts');
  return [
    ...mounts.flatMap((mount, i): readonly FieldError[] => {
      const name = textAt(mount, 'name');
      const subPath = textAt(mount, 'subPath');
      return [
        ...(name === '' ? [required(`${path}[${i}].name`)] : []),
        ...(name !== '' && !volumes.has(name)
          ? [
              {
                field: `${path}[${i}].name`,
                reason: 'Invalid',
                message: `Not found: ${JSON.stringify(name)}`,
              } as const,
            ]
          : []),
        ...(textAt(mount, 'mountPath') === '' ? [required(`${path}[${i}].mountPath`)] : []),
        ...(subPath.startsWith('/') || subPath.split('/').includes('..')
          ? [invalid(`${path}[${i}].subPath`, subPath, "must be a relative path without '..'")]
          : []),
      ];
    }),
    ...duplicates(mounts, 'mountPath', path).map((error) => ({
      ...error,
      reason: 'Invalid' as const,
      message: `${error.message.replace('Duplicate', 'Invalid')}: must be unique`,
    })),
  ];
}

function validateResources(resources: JsonObject, path: string): readonly FieldError[] {
  const limits = objectAt(resources, 'limits');
  const requests = objectAt(resources, 'requests');
  const amounts = (['limits', 'requests'] as const).flatMap((key) =>
    Object.entries(objectAt(resources, key)).flatMap(([name, amount]) =>
      validateAmount(name, amount, `${path}.${key}`),
    ),
  );
  const excess = Object.entries(requests).flatMap(([name, request]): FieldError[] => {
    if (!exceeds(request, limits[name])) return [];
    return [
      invalid(
        `${path}.requests`,
        request,
        `must be less than or equal to ${name} limit of ${String(limits[name])}`,
      ),
    ];
  });
  return [...amounts, ...excess];
}

const validateAmount = (name: string, amount: Json, path: string): readonly FieldError[] => [
  ...containerResourceName(name, `${path}[${name}]`),
  ...resourceAmount(name, amount, `${path}[${name}]`),
];
