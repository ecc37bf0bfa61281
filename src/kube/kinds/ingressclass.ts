import { type FieldError, forbidden, invalid, required, tooLong } from '../values/fielderrors.ts';
import { dns1123Label, dns1123Subdomain } from '../values/names.ts';
import type { JsonObject } from '../values/types.ts';
import { immutable, named, none, oneOf } from './checks/checks.ts';
import { objectAt, textAt } from './checks/read.ts';
import { typedReference } from './checks/references.ts';
import { INGRESS_CLASSES } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const INGRESS_CLASS: KindRow = {
  resource: INGRESS_CLASSES,
  applyOrder: 280,
  validate: validateIngressClass,
  defaults: { 'networking.v1.IngressClassParametersReference': { members: { scope: 'Cluster' } } },
};

/** Kubernetes `pkg/apis/networking/validation/validation.go` (ValidateIngressClass). */
function validateIngressClass(ingressClass: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(ingressClass, 'spec');
  return [
    ...(old ? immutable('spec.controller', spec.controller, objectAt(old, 'spec').controller) : none),
    ...controllerName(textAt(spec, 'controller'), 'spec.controller'),
    ...(spec.parameters === undefined
      ? none
      : validateParameters(objectAt(spec, 'parameters'), 'spec.parameters')),
  ];
}

const LONGEST_CONTROLLER = 250;
const HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

function controllerName(controller: string, at: string): readonly FieldError[] {
  if (controller === '') return [required(at)];
  const slash = controller.indexOf('/');
  const [host, path] = [controller.slice(0, slash), controller.slice(slash + 1)];
  return [
    ...(controller.length > LONGEST_CONTROLLER ? [tooLong(at, LONGEST_CONTROLLER)] : none),
    ...(slash < 1 || path === ''
      ? [invalid(at, controller, 'must be a domain-prefixed path (such as "acme.io/foo")')]
      : [
          ...named(at, host, dns1123Subdomain),
          ...(new RegExp(`^${HTTP_PATH}$`).test(path)
            ? none
            : [invalid(at, path, `Invalid path (regex used for validation is '${HTTP_PATH}')`)]),
        ]),
  ];
}

function validateParameters(parameters: JsonObject, at: string): readonly FieldError[] {
  const { scope, namespace } = parameters;
  return [
    ...typedReference(parameters, at),
    ...oneOf(parameters, 'scope', at, ['Cluster', 'Namespace']),
    ...(scope === 'Namespace' && namespace === undefined
      ? [required(`${at}.namespace`, "`parameters.scope` is set to 'Namespace'")]
      : none),
    ...(scope === 'Namespace' && typeof namespace === 'string'
      ? named(`${at}.namespace`, namespace, dns1123Label)
      : none),
    ...(scope === 'Cluster' && namespace !== undefined
      ? [forbidden(`${at}.namespace`, "`parameters.scope` is set to 'Cluster'")]
      : none),
  ];
}
