import type { CustomResourceDefinition } from '../../kube/kinds/objects.data.ts';
import type { KubeObject, Resource } from '../../kube/values/types.ts';
import type { Shape } from './shape.ts';

export const PILOTAGE_GROUP = 'pilotage.dev';
export const PILOTAGE_VERSION = 'v1alpha1';

/** Of `kubectl get`: name, JSONPath, type (default `string`), priority (1: only with `-o wide`). */
type Column = readonly [name: string, jsonPath: string, type?: string, priority?: number];

/** One kind of pilotage.dev, whole: what clients, the API server and TypeScript need to know of it. */
export interface PilotageKind<Spec = unknown, Status = unknown> {
  readonly kind: string;
  readonly plural: string;
  readonly shortName: string;
  readonly spec: Shape<Spec>;
  readonly status: Shape<Status>;
  /** Beside the name and, at the end, the age. */
  readonly columns: readonly Column[];
}

/** An object of the kind, as TypeScript sees it. */
export interface ObjectOfKind<K extends PilotageKind> extends KubeObject {
  readonly spec: SpecOf<K>;
  readonly status?: StatusOf<K>;
}

export type SpecOf<K> = K extends PilotageKind<infer Spec, unknown> ? Spec : never;
export type StatusOf<K> = K extends PilotageKind<unknown, infer Status> ? Status : never;

export const resourceOf = <T extends KubeObject>({ plural, kind }: PilotageKind): Resource<T> => ({
  group: PILOTAGE_GROUP,
  version: PILOTAGE_VERSION,
  plural,
  kind,
  namespaced: true,
});

const AGE: Column = ['Age', '.metadata.creationTimestamp', 'date'];

export function definitionOf({
  kind,
  plural,
  shortName,
  ...described
}: PilotageKind): CustomResourceDefinition {
  const properties = { spec: described.spec.schema, status: described.status.schema };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${PILOTAGE_GROUP}` },
    spec: {
      group: PILOTAGE_GROUP,
      scope: 'Namespaced',
      names: {
        plural,
        singular: kind.toLowerCase(),
        kind,
        listKind: `${kind}List`,
        shortNames: [shortName],
        categories: ['pilotage'],
      },
      versions: [
        {
          name: PILOTAGE_VERSION,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', required: ['spec'], properties } },
          subresources: { status: {} },
          additionalPrinterColumns: [...described.columns, AGE].map(
            ([name, jsonPath, type = 'string', priority]) => ({
              name,
              type,
              jsonPath,
              ...(priority === undefined ? {} : { priority }),
            }),
          ),
        },
      ],
    },
  };
}
