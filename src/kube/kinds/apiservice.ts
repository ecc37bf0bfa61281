import { type FieldError, invalid, required } from '../values/fielderrors.ts';
import { dns1035Label, dns1123Subdomain } from '../values/names.ts';
import type { JsonObject } from '../values/types.ts';
import { named, none } from './checks/checks.ts';
import { pathSegment } from './checks/rbac.ts';
import { numberAt, objectAt, textAt } from './checks/read.ts';
import { API_SERVICES } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const API_SERVICE: KindRow = {
  resource: API_SERVICES,
  applyOrder: 300,
  validate: validateApiService,
  checkName: pathSegment,
  defaults: { 'apiregistration.v1.ServiceReference': { members: { port: 443 } } },
};

/** kube-aggregator `pkg/apis/apiregistration/validation/validation.go`. */
function validateApiService(apiService: JsonObject): readonly FieldError[] {
  const name = textAt(objectAt(apiService, 'metadata'), 'name');
  const spec = objectAt(apiService, 'spec');
  const [group, version] = [textAt(spec, 'group'), textAt(spec, 'version')];
  const wanted = `${version}.${group}`;
  return [
    ...(name === wanted
      ? none
      : [invalid('metadata.name', name, `must be \`spec.version+"."+spec.group\`: "${wanted}"`)]),
    ...(group === '' && version !== 'v1'
      ? [required('spec.group', 'only v1 may have an empty group and it better be legacy kube')]
      : none),
    ...(group === '' ? none : named('spec.group', group, dns1123Subdomain)),
    ...named('spec.version', version, dns1035Label),
    ...priority(spec, 'groupPriorityMinimum', 20_000),
    ...priority(spec, 'versionPriority', 1_000),
    ...(spec.service === undefined ? validateLocal(spec) : validateAggregated(spec)),
  ];
}

function priority(spec: JsonObject, key: string, most: number): readonly FieldError[] {
  const value = numberAt(spec, key) ?? 0;
  return value > 0 && value <= most
    ? none
    : [invalid(`spec.${key}`, value, `must be positive and less than ${most}`)];
}

/** Served by this very server. */
function validateLocal(spec: JsonObject): readonly FieldError[] {
  const bundle = textAt(spec, 'caBundle');
  const size = Buffer.from(bundle, 'base64').length;
  return [
    ...(bundle === ''
      ? none
      : [invalid('spec.caBundle', `${size} bytes`, 'local APIServices may not have a caBundle')]),
    ...(spec.insecureSkipTLSVerify === true
      ? [invalid('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify')]
      : none),
  ];
}

function validateAggregated(spec: JsonObject): readonly FieldError[] {
  const service = objectAt(spec, 'service');
  const port = numberAt(service, 'port') ?? 443;
  return [
    ...['namespace', 'name']
      .filter((key) => textAt(service, key) === '')
      .map((key) => required(`spec.service.${key}`)),
    ...(port < 1 || port > 65535
      ? [invalid('spec.service.port', port, 'port is not valid: must be between 1 and 65535, inclusive')]
      : none),
    ...(spec.insecureSkipTLSVerify === true && textAt(spec, 'caBundle') !== ''
      ? [invalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present')]
      : none),
  ];
}
