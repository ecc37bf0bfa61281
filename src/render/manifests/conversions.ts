/** Conversions of objects of the cluster itself: webhooks, definitions, disruption budgets, flow control. */

import { isObject } from '../../kube/values/equal.ts';
import type { Json, JsonObject, KubeObject } from '../../kube/values/types.ts';

export const child = (value: unknown): JsonObject => (isObject(value) ? value : {});
export const items = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
export const defined = (object: Readonly<Record<string, Json | undefined>>): JsonObject =>
  Object.fromEntries(
    Object.entries(object).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );

export const withSpec =
  (change: (spec: JsonObject) => JsonObject) =>
  (object: KubeObject): KubeObject =>
    isObject(object.spec) ? { ...object, spec: change(object.spec) } : object;

/** Why an object cannot be converted without knowing what is meant. */
export interface Obstacle {
  readonly message: string;
  readonly remedy: string;
}

const each = (value: Json | undefined, change: (one: JsonObject) => JsonObject): readonly Json[] =>
  items(value).map((one) => (isObject(one) ? change(one) : one));

/** What v1beta1 left to the server has other defaults in v1. */
export const webhooks = (object: KubeObject): KubeObject => ({
  ...object,
  webhooks: each(object.webhooks as Json, (webhook) => ({
    failurePolicy: 'Ignore',
    matchPolicy: 'Exact',
    timeoutSeconds: 30,
    admissionReviewVersions: ['v1beta1'],
    ...webhook,
  })),
});

/** v1 takes a webhook only where it says that it does nothing else, or not at a dry run. */
export function webhookObstacle({ webhooks: all }: KubeObject): Obstacle | undefined {
  const unsaid = items(all as Json).find((one) => !/^None/.test(String(child(one).sideEffects)));
  if (unsaid === undefined) return undefined;
  const { name, sideEffects } = child(unsaid);
  return {
    message: `the webhook ${name} ${sideEffects === undefined ? 'does not say whether it has side effects' : `has sideEffects: ${sideEffects}`}, which v1 does not accept`,
    remedy:
      'Write sideEffects: None or NoneOnDryRun, as the webhook is, and apiVersion: admissionregistration.k8s.io/v1.',
  };
}

const PRESERVE = 'x-kubernetes-preserve-unknown-fields';

/** v1 has schema, subresources and columns by version, and prunes what no schema names. */
export const definition = withSpec((spec) => {
  const { version, validation, subresources, additionalPrinterColumns, preserveUnknownFields, ...rest } =
    spec;
  const versions = items(spec.versions);
  const listed = versions.length > 0 ? versions : [{ name: version ?? 'v1', served: true, storage: true }];
  const keepsUnknown = preserveUnknownFields !== false;
  const { conversion } = rest;
  return {
    ...rest,
    scope: rest.scope ?? 'Namespaced',
    ...(isObject(conversion) ? { conversion: conversionOf(conversion) } : {}),
    versions: each([...listed], ({ additionalPrinterColumns: own, ...one }) =>
      defined({
        subresources,
        ...one,
        schema: schemaOf(child(one.schema ?? validation), keepsUnknown),
        additionalPrinterColumns: columnsOf(own ?? additionalPrinterColumns),
      }),
    ),
  };
});

function schemaOf({ openAPIV3Schema }: JsonObject, keepsUnknown: boolean): JsonObject {
  const schema = child(openAPIV3Schema);
  const open: JsonObject = keepsUnknown || openAPIV3Schema === undefined ? { [PRESERVE]: true } : {};
  return { openAPIV3Schema: { type: 'object', ...open, ...schema } };
}

const columnsOf = (columns: Json | undefined): Json | undefined =>
  columns === undefined
    ? undefined
    : each(columns, ({ JSONPath, ...column }) =>
        defined({ ...column, jsonPath: column.jsonPath ?? JSONPath }),
      );

function conversionOf({ webhookClientConfig, conversionReviewVersions, ...rest }: JsonObject): JsonObject {
  if (rest.strategy !== 'Webhook') return rest;
  return {
    ...rest,
    webhook: defined({
      clientConfig: webhookClientConfig,
      conversionReviewVersions: conversionReviewVersions ?? ['v1beta1'],
    }),
  };
}

/** `selector: {}` matched no pods, and matches all of them in v1; absent, it matches none in both. */
export const disruptionBudget = withSpec((spec) => {
  const { selector, ...rest } = spec;
  return isObject(selector) && Object.keys(selector).length === 0 ? rest : spec;
});

/** Zero shares meant the default, which is what an absent field means. */
export const priorityLevel = withSpec((spec) => {
  if (!isObject(spec.limited)) return spec;
  const {
    assuredConcurrencyShares,
    nominalConcurrencyShares = assuredConcurrencyShares,
    ...rest
  } = spec.limited;
  const limited = nominalConcurrencyShares ? { ...rest, nominalConcurrencyShares } : rest;
  return { ...spec, limited };
});

const HOST = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';

export const endpointSlice = (object: KubeObject): KubeObject => ({
  ...object,
  endpoints: each(object.endpoints as Json, ({ topology, ...endpoint }) => {
    if (!isObject(topology)) return endpoint;
    const { [HOST]: nodeName, [ZONE]: zone, ...others } = topology;
    const deprecatedTopology = Object.keys(others).length > 0 ? others : undefined;
    return defined({ nodeName, zone, deprecatedTopology, ...endpoint });
  }),
});

export function signingObstacle({ spec }: KubeObject): Obstacle | undefined {
  const { signerName, usages } = child(spec);
  if (signerName !== undefined && signerName !== 'kubernetes.io/legacy-unknown' && items(usages).length > 0)
    return undefined;
  return {
    message: 'v1 needs a signerName, other than kubernetes.io/legacy-unknown, and usages',
    remedy: 'Write spec.signerName and spec.usages, and apiVersion: certificates.k8s.io/v1.',
  };
}
