import type { Place } from '../../../base/place.ts';
import { labelValue, qualifiedName } from '../../../kube/values/names.ts';
import type { JsonObject, KubeObject } from '../../../kube/values/types.ts';
import type { Written as Placed } from '../../manifests/read.ts';
import type { Node } from '../load/node.ts';
import { warn } from '../load/report.ts';
import type { Service } from '../project.ts';
import { shaped, some } from './shape.ts';

export type Texts = Readonly<Record<string, string>>;

/** What finds the pods of a service; it never changes, because the selector of a Deployment cannot. */
export const selectorOf = (app: string, object: string): Texts => ({
  'app.kubernetes.io/name': object,
  'app.kubernetes.io/instance': app,
});

export const labelsOf = (app: string, object: string): Texts => ({
  ...selectorOf(app, object),
  'app.kubernetes.io/managed-by': 'pilotage',
});

/** Labels that tell kompose, and Pilotage, what Compose has no key for. */
export const conversionLabel = (service: Service, key: string): string | undefined =>
  service.fields.pairs('labels').get(`kompose.${key}`)?.text;

/** `labels` and `annotations` of a service, as annotations of its pods: their values may be any text. */
export function annotationsOf(service: Service): Texts {
  const all = [...service.fields.pairs('labels'), ...service.fields.pairs('annotations')];
  const known = all.flatMap(([key, { text, at }]) => {
    if (key.startsWith('kompose.')) return sayUnread(service, key, at);
    if (qualifiedName(key) === undefined) return [[key, text ?? ''] as const];
    warn(
      service.fields.report,
      at,
      'NotSupported',
      `the label ${key.slice(0, 100)} is left out: it is no name of an annotation`,
    );
    return [];
  });
  return Object.fromEntries(known);
}

/** What kompose would do by a label is not done by one of its labels that is not read. */
function sayUnread({ fields }: Service, key: string, at: Node): readonly never[] {
  if (!KOMPOSE.test(key))
    warn(
      fields.report,
      at,
      'NotSupported',
      `the label ${key.slice(0, 100)} is left out: docs/compose.md has those that are read`,
    );
  return [];
}

const KOMPOSE = new RegExp(
  `^kompose\\.(?:${[
    'service\\.(?:expose(?:\\.(?:tls-secret|ingress-class-name))?|type|external-traffic-policy|nodeport\\.port|healthcheck\\..+)',
    'controller\\.type',
    'volume\\.size',
    'hpa\\.(?:cpu|memory|replicas\\.(?:min|max))',
    'cronjob\\.(?:schedule|concurrency_policy|backoff_limit)',
    'image-pull-(?:secret|policy)',
    'security-context\\.fsgroup',
  ].join('|')})$`,
);

/** `deploy.labels`, of the workload itself: as labels where their values can be, else as annotations. */
export function workloadLabels(service: Service): { readonly labels: Texts; readonly annotations: Texts } {
  const pairs = [...service.fields.below('deploy').pairs('labels')].map(
    ([key, { text }]) => [key, text ?? ''] as const,
  );
  const valid = pairs.filter(([key]) => qualifiedName(key) === undefined && !key.startsWith('kompose.'));
  const isLabel = (value: string) => labelValue(value) === undefined;
  return {
    labels: Object.fromEntries(valid.filter(([, value]) => isLabel(value))),
    annotations: Object.fromEntries(valid.filter(([, value]) => !isLabel(value))),
  };
}

export interface Made {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly labels: Texts;
  readonly annotations?: Texts;
}

/** An object with its place. `body`: its other members. */
export function made(
  { apiVersion, kind, name, labels, annotations = {} }: Made,
  body: JsonObject,
  origin: Place,
): Placed {
  const metadata = shaped({ name, labels, annotations: some(annotations) });
  return { object: { apiVersion, kind, metadata, ...body } as KubeObject, origin };
}
