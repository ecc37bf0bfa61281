import { type FieldError, invalid, notSupported, required } from '../../values/fielderrors.ts';
import { dns1035Label, dns1123Subdomain } from '../../values/names.ts';
import type { JsonObject } from '../../values/types.ts';
import {
  FAILURE_POLICIES,
  fullyQualified,
  MATCH_POLICIES,
  matchConditions,
  ruleWithOperations,
} from './admission.ts';
import { duplicates, labelSelector, named, none, oneOf, portNumber } from './checks.ts';
import { listAt, numberAt, objectAt, objectsAt, textAt } from './read.ts';

/** The defaults of a webhook (Kubernetes `pkg/apis/admissionregistration/v1/defaults.go`). */
export const WEBHOOK_DEFAULTS: JsonObject = {
  failurePolicy: 'Fail',
  matchPolicy: 'Equivalent',
  namespaceSelector: {},
  objectSelector: {},
  timeoutSeconds: 10,
};

/** A MutatingWebhookConfiguration or a ValidatingWebhookConfiguration. With `old`: what was let in earlier stays writable. */
export function validateWebhooks(configuration: JsonObject, old?: JsonObject): readonly FieldError[] {
  const hooks = objectsAt(configuration, 'webhooks');
  const before = old ? objectsAt(old, 'webhooks') : [];
  return [
    ...hooks.flatMap((hook, i) => validateHook(hook, `webhooks[${i}]`, before)),
    ...(duplicates(before, 'name', '').length > 0 ? none : duplicates(hooks, 'name', 'webhooks')),
  ];
}

function validateHook(hook: JsonObject, at: string, before: readonly JsonObject[]): readonly FieldError[] {
  const seconds = numberAt(hook, 'timeoutSeconds') ?? 10;
  return [
    ...fullyQualified(textAt(hook, 'name'), `${at}.name`),
    ...objectsAt(hook, 'rules').flatMap((rule, i) => ruleWithOperations(rule, `${at}.rules[${i}]`)),
    ...oneOf(hook, 'failurePolicy', at, FAILURE_POLICIES),
    ...oneOf(hook, 'matchPolicy', at, MATCH_POLICIES),
    ...oneOf(hook, 'reinvocationPolicy', at, ['IfNeeded', 'Never']),
    ...validateSideEffects(hook.sideEffects, `${at}.sideEffects`, before),
    ...(seconds < 1 || seconds > 30
      ? [invalid(`${at}.timeoutSeconds`, seconds, 'the timeout value must be between 1 and 30 seconds')]
      : none),
    ...labelSelector(objectAt(hook, 'namespaceSelector'), `${at}.namespaceSelector`),
    ...labelSelector(objectAt(hook, 'objectSelector'), `${at}.objectSelector`),
    ...validateClientConfig(objectAt(hook, 'clientConfig'), `${at}.clientConfig`),
    ...matchConditions(hook, `${at}.matchConditions`),
    ...validateReviewVersions(hook, `${at}.admissionReviewVersions`, before),
  ];
}

const NO_SIDE_EFFECTS = ['None', 'NoneOnDryRun'];
const SIDE_EFFECTS = ['None', 'NoneOnDryRun', 'Some', 'Unknown'];

function validateSideEffects(
  value: JsonObject[string] | undefined,
  at: string,
  before: readonly JsonObject[],
): readonly FieldError[] {
  const hadNone = before.every(({ sideEffects }) => NO_SIDE_EFFECTS.includes(String(sideEffects)));
  const allowed = hadNone ? NO_SIDE_EFFECTS : SIDE_EFFECTS;
  if (value === undefined) return [required(at, `must specify one of ${allowed.join(', ')}`)];
  return allowed.includes(String(value)) ? none : [notSupported(at, value, allowed)];
}

const REVIEW_VERSIONS = ['v1', 'v1beta1'];

const isAccepted = (hook: JsonObject): boolean =>
  listAt(hook, 'admissionReviewVersions').some((version) => REVIEW_VERSIONS.includes(String(version)));

function validateReviewVersions(
  hook: JsonObject,
  at: string,
  before: readonly JsonObject[],
): readonly FieldError[] {
  const versions = listAt(hook, 'admissionReviewVersions').map(String);
  const known = REVIEW_VERSIONS.join(', ');
  if (versions.length === 0) return [required(at, `must specify one of ${known}`)];
  return [
    ...versions.flatMap((version, i) =>
      versions.indexOf(version) < i
        ? [invalid(`${at}[${i}]`, version, 'duplicate version')]
        : named(`${at}[${i}]`, version, dns1035Label),
    ),
    ...(isAccepted(hook) || !before.every(isAccepted)
      ? none
      : [invalid(at, versions, `must include at least one of ${known}`)]),
  ];
}

/** Where a webhook is: at a URL, or a Service (apiserver `pkg/util/webhook/validation.go`). */
export function validateClientConfig(config: JsonObject, at: string): readonly FieldError[] {
  if ((config.url === undefined) === (config.service === undefined))
    return [required(at, 'exactly one of url or service is required')];
  return config.service === undefined
    ? validateUrl(textAt(config, 'url'), `${at}.url`)
    : validateService(objectAt(config, 'service'), `${at}.service`);
}

const FORM = '; desired format: https://host[/path]';

function validateUrl(text: string, at: string): readonly FieldError[] {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url) {
    return /^[a-z][a-z0-9+.-]*:/i.test(text)
      ? [invalid(at, '', `host must be specified${FORM}`)]
      : [
          invalid(at, '', `'https' is the only allowed URL scheme${FORM}`),
          invalid(at, '', `host must be specified${FORM}`),
        ];
  }
  const scheme = url.protocol.slice(0, -1);
  const user = [url.username, url.password].filter(Boolean).join(':');
  return [
    ...(scheme === 'https' ? none : [invalid(at, scheme, `'https' is the only allowed URL scheme${FORM}`)]),
    ...(url.host === '' ? [invalid(at, '', `host must be specified${FORM}`)] : none),
    ...(user === '' ? none : [invalid(at, user, 'user information is not permitted in the URL')]),
    ...(url.hash === '' ? none : [invalid(at, url.hash.slice(1), 'fragments are not permitted in the URL')]),
    ...(url.search === ''
      ? none
      : [invalid(at, url.search.slice(1), 'query parameters are not permitted in the URL')]),
  ];
}

function validateService(service: JsonObject, at: string): readonly FieldError[] {
  return [
    ...['name', 'namespace']
      .filter((key) => textAt(service, key) === '')
      .map((key) => required(`${at}.${key}`)),
    ...portNumber(`${at}.port`, service.port).map(({ message: _, ...error }) => ({
      ...error,
      message: `Invalid value: ${String(service.port)}: port is not valid: must be between 1 and 65535, inclusive`,
    })),
    ...validateServicePath(textAt(service, 'path'), `${at}.path`),
  ];
}

function validateServicePath(path: string, at: string): readonly FieldError[] {
  if (path === '' || path === '/') return none;
  if (path === '//') return [invalid(at, path, 'segment[0] may not be empty')];
  const segments = path.slice(1).replace(/\/$/, '').split('/');
  return [
    ...(path.startsWith('/') ? none : [invalid(at, path, "must start with a '/'")]),
    ...segments.flatMap((segment, i) => {
      if (segment === '') return [invalid(at, path, `segment[${i}] may not be empty`)];
      const problem = dns1123Subdomain(segment);
      return problem ? [invalid(at, path, `segment[${i}]: ${problem}`)] : none;
    }),
  ];
}
