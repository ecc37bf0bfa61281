import { parseIp } from '../../base/ip.ts';
import { type FieldError, invalid, notSupported, required } from '../values/fielderrors.ts';
import { dns1035Label, dns1123Subdomain } from '../values/names.ts';
import type { JsonObject } from '../values/types.ts';
import { named, none, portNumber, requiredName, servicePortName } from './checks/checks.ts';
import { hostName } from './checks/networks.ts';
import { listAt, objectAt, objectsAt, textAt } from './checks/read.ts';
import { typedReference } from './checks/references.ts';
import { INGRESSES } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const INGRESS: KindRow = { resource: INGRESSES, applyOrder: 290, validate: validateIngress };

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

/** Kubernetes `pkg/apis/networking/validation/validation.go`. */
function validateIngress(ingress: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(ingress, 'spec');
  const rules = objectsAt(spec, 'rules');
  return [
    ...(rules.length === 0 && spec.defaultBackend === undefined
      ? [invalid('spec', spec.rules ?? null, 'either `defaultBackend` or `rules` must be specified')]
      : none),
    ...(spec.defaultBackend === undefined
      ? none
      : validateBackend(objectAt(spec, 'defaultBackend'), 'spec.defaultBackend')),
    ...rules.flatMap((rule, i) => validateRule(rule, `spec.rules[${i}]`)),
    ...objectsAt(spec, 'tls').flatMap((tls, i) => validateTls(tls, `spec.tls[${i}]`)),
    ...(textAt(spec, 'ingressClassName')
      ? named('spec.ingressClassName', textAt(spec, 'ingressClassName'), dns1123Subdomain)
      : none),
    ...(old ? none : validateClassAnnotation(ingress, spec)),
  ];
}

function validateClassAnnotation(ingress: JsonObject, spec: JsonObject): readonly FieldError[] {
  const annotation = objectAt(objectAt(ingress, 'metadata'), 'annotations')[CLASS_ANNOTATION];
  const isFine =
    annotation === undefined || spec.ingressClassName === undefined || annotation === spec.ingressClassName;
  return isFine
    ? none
    : [
        invalid(
          `annotations.${CLASS_ANNOTATION}`,
          annotation,
          'must match `ingressClassName` when both are specified',
        ),
      ];
}

function validateRule(rule: JsonObject, path: string): readonly FieldError[] {
  const host = textAt(rule, 'host');
  const http = objectAt(rule, 'http');
  const paths = objectsAt(http, 'paths');
  return [
    ...(host !== '' && parseIp(host)
      ? [invalid(`${path}.host`, host, 'must be a DNS name, not an IP address')]
      : none),
    ...(host === '' ? none : hostName(`${path}.host`, host)),
    ...(rule.http !== undefined && paths.length === 0 ? [required(`${path}.http.paths`)] : none),
    ...paths.flatMap((one, i) => validatePath(one, `${path}.http.paths[${i}]`)),
  ];
}

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const REFUSED_SEQUENCES = ['//', '/./', '/../', '%2f', '%2F'];
const REFUSED_ENDS = ['/..', '/.'];

function validatePath(one: JsonObject, at: string): readonly FieldError[] {
  const type = textAt(one, 'pathType');
  if (type === '') return [required(`${at}.pathType`, 'pathType must be specified')];
  return [
    ...(PATH_TYPES.includes(type) ? none : [notSupported(`${at}.pathType`, type, PATH_TYPES)]),
    ...validateHttpPath(textAt(one, 'path'), type, `${at}.path`),
    ...validateBackend(objectAt(one, 'backend'), `${at}.backend`),
  ];
}

function validateHttpPath(path: string, type: string, at: string): readonly FieldError[] {
  const isLoose = type === 'ImplementationSpecific';
  const isAbsolute = path.startsWith('/') || (isLoose && path === '');
  return [
    ...(isAbsolute ? none : [invalid(at, path, 'must be an absolute path')]),
    ...REFUSED_SEQUENCES.filter((one) => !isLoose && path.includes(one)).map((one) =>
      invalid(at, path, `must not contain '${one}'`),
    ),
    ...REFUSED_ENDS.filter((one) => !isLoose && path.endsWith(one)).map((one) =>
      invalid(at, path, `cannot end with '${one}'`),
    ),
  ];
}

function validateBackend(backend: JsonObject, at: string): readonly FieldError[] {
  if (backend.resource !== undefined && backend.service !== undefined)
    return [invalid(at, '', 'cannot set both resource and service backends')];
  if (backend.resource !== undefined) return typedReference(objectAt(backend, 'resource'), `${at}.resource`);
  if (backend.service === undefined) return [invalid(at, '', 'resource or service backend is required')];
  const service = objectAt(backend, 'service');
  return [
    ...requiredName(`${at}.service.name`, textAt(service, 'name'), dns1035Label),
    ...validateBackendPort(objectAt(service, 'port'), at),
  ];
}

function validateBackendPort(port: JsonObject, at: string): readonly FieldError[] {
  const name = textAt(port, 'name');
  const hasNumber = Boolean(port.number);
  if (name !== '' && hasNumber) return [invalid(at, '', 'cannot set both port name & port number')];
  if (name !== '') return named(`${at}.service.port.name`, name, servicePortName);
  if (hasNumber) return portNumber(`${at}.service.port.number`, port.number);
  return [required(at, 'port name or number is required')];
}

const validateTls = (tls: JsonObject, path: string): readonly FieldError[] => [
  ...listAt(tls, 'hosts').flatMap((host, i) => hostName(`${path}.hosts[${i}]`, String(host))),
  ...(textAt(tls, 'secretName')
    ? named(`${path}.secretName`, textAt(tls, 'secretName'), dns1123Subdomain)
    : none),
];
