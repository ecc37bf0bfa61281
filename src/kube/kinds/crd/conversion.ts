import { type FieldError, forbidden, invalid, notSupported, required } from '../../values/fielderrors.ts';
import { dns1035Label } from '../../values/names.ts';
import type { Json, JsonObject } from '../../values/types.ts';
import { none } from '../checks/checks.ts';
import { listAt, objectAt, textAt } from '../checks/read.ts';

/** The versions of ConversionReview that the server speaks. */
const REVIEWS = ['v1', 'v1beta1'];

/** apiextensions `validation.go`, validateCustomResourceConversion; fields as the internal type has them. */
export function checkConversion(spec: JsonObject, path: string): readonly FieldError[] {
  const conversion = objectAt(spec, 'conversion');
  const strategy = textAt(conversion, 'strategy');
  if (strategy === '') return spec.conversion === undefined ? none : [required(`${path}.strategy`)];
  if (strategy === 'None')
    return conversion.webhook === undefined
      ? none
      : [forbidden(`${path}.webhookClientConfig`, 'should not be set when strategy is not set to Webhook')];
  if (strategy !== 'Webhook') return [notSupported(`${path}.strategy`, strategy, ['None', 'Webhook'])];
  const webhook = objectAt(conversion, 'webhook');
  return [
    ...checkClient(webhook, `${path}.webhookClientConfig`),
    ...checkReviews(listAt(webhook, 'conversionReviewVersions'), `${path}.conversionReviewVersions`),
  ];
}

function checkClient(webhook: JsonObject, path: string): readonly FieldError[] {
  if (webhook.clientConfig === undefined) return [required(path, 'required when strategy is set to Webhook')];
  const { url, service } = objectAt(webhook, 'clientConfig');
  if ((url === undefined) === (service === undefined))
    return [required(path, 'exactly one of url or service is required')];
  if (url !== undefined) return checkUrl(String(url), `${path}.url`);
  const { name, namespace } = objectAt(objectAt(webhook, 'clientConfig'), 'service');
  return [
    ...(name ? none : [required(`${path}.service.name`, 'service name is required')]),
    ...(namespace ? none : [required(`${path}.service.namespace`, 'service namespace is required')]),
  ];
}

function checkUrl(text: string, path: string): readonly FieldError[] {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:')
    return [
      invalid(path, text, `'https' is the only allowed URL scheme; desired format: https://host[/path]`),
    ];
  return [
    ...(url.username || url.password
      ? [invalid(path, text, 'user information is not permitted in the URL')]
      : none),
    ...(url.search ? [invalid(path, text, 'query parameters are not permitted in the URL')] : none),
    ...(url.hash ? [invalid(path, text, 'fragments are not permitted in the URL')] : none),
  ];
}

function checkReviews(versions: readonly Json[], path: string): readonly FieldError[] {
  if (versions.length === 0) return [required(path)];
  return [
    ...versions.flatMap((version, i) => {
      if (versions.indexOf(version) < i) return [invalid(`${path}[${i}]`, version, 'duplicate version')];
      const problem = dns1035Label(String(version));
      return problem === undefined ? none : [invalid(`${path}[${i}]`, version, problem)];
    }),
    ...(versions.some((version) => REVIEWS.includes(String(version)))
      ? none
      : [invalid(path, versions, `must include at least one of ${REVIEWS.join(', ')}`)]),
  ];
}
