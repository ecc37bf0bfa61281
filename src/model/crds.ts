import type { CustomResourceDefinition } from '../kube/kinds/objects.ts';
import { boolean, integer, list, mapOf, object, oneOf, type Schema, string, time } from './schemas.ts';
import {
  DELIVERIES,
  ENVIRONMENTS,
  HEALTH_STATES,
  PHASES,
  PILOTAGE_GROUP,
  PILOTAGE_VERSION,
  PROMOTIONS,
  RELEASES,
  SYNC_STATES,
} from './types.ts';

const conditions: Schema = {
  ...list(
    object(
      {
        type: string,
        status: oneOf(['True', 'False', 'Unknown']),
        reason: string,
        message: string,
        lastTransitionTime: time,
        observedGeneration: integer,
      },
      ['type', 'status'],
    ),
  ),
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
};

const inventory = list(
  object({ apiVersion: string, kind: string, namespace: string, name: string, app: string, uid: string }, [
    'apiVersion',
    'kind',
    'name',
    'app',
  ]),
);

const policy = object(
  {
    from: string,
    auto: boolean,
    gates: mapOf({ 'x-kubernetes-preserve-unknown-fields': true }),
    unsupportedGates: list(string),
  },
  ['from', 'auto', 'gates'],
);

const terms = object(
  { branch: string, path: string, namespace: string, cluster: string, promotion: policy },
  ['branch', 'path', 'namespace'],
);

const delivery = {
  spec: object(
    {
      repository: object(
        {
          type: oneOf(['hosted', 'remote']),
          url: string,
          secretRef: object({ name: string }, ['name']),
          pollSeconds: { ...integer, minimum: 1 },
        },
        ['type'],
      ),
      clusters: list(string),
      namespaces: list(string),
      clusterScoped: list(string),
      registries: list(string),
    },
    ['repository'],
  ),
  status: object({ defaultBranch: string, branches: mapOf(string), message: string }),
};

const environment = {
  spec: object(
    {
      delivery: string,
      environment: string,
      branch: string,
      path: string,
      namespace: string,
      cluster: string,
      pin: object({ revision: string, reason: string, by: string, since: time, release: integer }, [
        'revision',
        'reason',
        'since',
      ]),
      suspended: boolean,
      confirmPrune: string,
      confirmRecreate: string,
      acknowledgedTip: string,
      syncRequestedAt: string,
      declared: string,
      onDelete: oneOf(['prune', 'orphan']),
      adopt: list(
        object(
          {
            apiVersion: string,
            kind: string,
            namespace: string,
            name: string,
            uid: string,
            by: string,
            at: time,
          },
          ['apiVersion', 'kind', 'name', 'uid', 'by', 'at'],
        ),
      ),
      accepted: object({ proposal: string, by: string, at: time }, ['proposal', 'by', 'at']),
    },
    ['delivery', 'environment', 'branch', 'path', 'namespace'],
  ),
  status: object({
    wantedRevision: string,
    wantedBy: string,
    observation: integer,
    deployedRevision: string,
    deployedTree: string,
    assessedRevision: string,
    observedGeneration: integer,
    waitsForGates: string,
    release: integer,
    sync: oneOf(SYNC_STATES),
    phase: oneOf(PHASES),
    phaseSince: time,
    health: oneOf(HEALTH_STATES),
    healthySince: time,
    message: string,
    conditions,
    inventory,
    urls: list(string),
    promotionPolicy: policy,
    proposal: object({ id: string, branch: string, terms }, ['id', 'branch', 'terms']),
  }),
};

const release = {
  spec: object(
    {
      delivery: string,
      environment: string,
      number: integer,
      revision: string,
      tree: string,
      branch: string,
      subject: string,
      author: string,
      by: string,
      cause: oneOf(['commit', 'rollback', 'pin']),
      digest: string,
      manifests: string,
      images: mapOf(string),
    },
    ['delivery', 'environment', 'number', 'revision', 'tree', 'branch', 'cause', 'digest', 'manifests'],
  ),
  status: object({
    result: oneOf(['Applying', 'Applied', 'Healthy', 'Failed', 'Superseded']),
    message: string,
    startedAt: time,
    finishedAt: time,
    summary: mapOf(integer),
    inventory,
    healed: list(
      object({ at: time, object: string, by: string, change: string, origin: string, count: integer }, [
        'at',
        'object',
        'by',
        'change',
        'count',
      ]),
    ),
  }),
};

const promotion = {
  spec: object(
    {
      delivery: string,
      from: string,
      to: string,
      revision: string,
      tree: string,
      requestedBy: string,
      approvals: list(object({ by: string, at: time, verified: boolean }, ['by', 'at'])),
      again: object({ by: string, at: time, commits: list(string) }, ['by', 'at', 'commits']),
    },
    ['delivery', 'from', 'to', 'revision', 'tree'],
  ),
  status: object({
    phase: oneOf(['Pending', 'Merged', 'Superseded', 'Refused', 'Rejected']),
    rejectedBy: string,
    gates: list(
      object({ gate: string, state: oneOf(['Passed', 'Waiting', 'Blocked']), reason: string, until: time }, [
        'gate',
        'state',
        'reason',
      ]),
    ),
    message: string,
    mergeCommit: string,
    mergedAt: time,
  }),
};

type Column = readonly [name: string, jsonPath: string, type?: string, priority?: number];
const AGE: Column = ['Age', '.metadata.creationTimestamp', 'date'];

function definition(
  row: { readonly plural: string; readonly kind: string },
  shortName: string,
  parts: { readonly spec: Schema; readonly status: Schema },
  columns: readonly Column[],
): CustomResourceDefinition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${row.plural}.${PILOTAGE_GROUP}` },
    spec: {
      group: PILOTAGE_GROUP,
      scope: 'Namespaced',
      names: {
        plural: row.plural,
        singular: row.kind.toLowerCase(),
        kind: row.kind,
        listKind: `${row.kind}List`,
        shortNames: [shortName],
        categories: ['pilotage'],
      },
      versions: [
        {
          name: PILOTAGE_VERSION,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', required: ['spec'], properties: parts } },
          subresources: { status: {} },
          additionalPrinterColumns: columns.map(([name, jsonPath, type = 'string', priority]) => ({
            name,
            type,
            jsonPath,
            ...(priority === undefined ? {} : { priority }),
          })),
        },
      ],
    },
  };
}

/** The four kinds of `pilotage.dev`, for the built-in cluster and a real one alike. */
export const PILOTAGE_CRDS: readonly CustomResourceDefinition[] = [
  definition(DELIVERIES, 'pdel', delivery, [
    ['Repository', '.spec.repository.type'],
    ['Branch', '.status.defaultBranch'],
    ['URL', '.spec.repository.url', 'string', 1],
    ['Message', '.status.message'],
    AGE,
  ]),
  definition(ENVIRONMENTS, 'penv', environment, [
    ['Branch', '.spec.branch'],
    ['Target', '.spec.namespace'],
    ['Wanted', '.status.wantedRevision', 'string', 1],
    ['Deployed', '.status.deployedRevision', 'string', 1],
    ['Release', '.status.release', 'integer'],
    ['Sync', '.status.sync'],
    ['Phase', '.status.phase'],
    ['Health', '.status.health'],
    ['Message', '.status.message'],
    AGE,
  ]),
  definition(RELEASES, 'prel', release, [
    ['Environment', '.spec.environment'],
    ['Number', '.spec.number', 'integer'],
    ['Revision', '.spec.revision', 'string', 1],
    ['Cause', '.spec.cause'],
    ['Subject', '.spec.subject'],
    ['Result', '.status.result'],
    AGE,
  ]),
  definition(PROMOTIONS, 'ppromo', promotion, [
    ['From', '.spec.from'],
    ['To', '.spec.to'],
    ['Revision', '.spec.revision', 'string', 1],
    ['Phase', '.status.phase'],
    ['Message', '.status.message'],
    AGE,
  ]),
];
