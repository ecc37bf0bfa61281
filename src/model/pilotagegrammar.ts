import { PRUNE_MODES } from './deliveryfile.ts';
import type { GateGrammar } from './gategrammar.ts';
import {
  choice,
  constant,
  count,
  duration,
  flag,
  list,
  map,
  name,
  path,
  type Rule,
  text,
  texts,
  unread,
} from './grammar.ts';
import { NOTIFIED } from './kinds/common.ts';
import { PILOTAGE_API_VERSION } from './types.ts';
import { WINDOWS_SCHEMA } from './windows.ts';

/** What pilotage.yaml may say: the reader (`pilotagefile.ts`) and the JSON schema for editors (`pilotageschema.ts`) both follow from it. */

/** One environment, or several. */
const sources: Rule<readonly string[]> = {
  schema: { oneOf: [name.schema, { type: 'array', items: name.schema, minItems: 1, uniqueItems: true }] },
  read: (at) =>
    Array.isArray(at?.value) ? list(name).read(at) : [name.read(at)].filter((one) => one !== undefined),
};

export const promotionRule = (gates: readonly GateGrammar[]) =>
  map(
    {
      from: sources,
      needs: choice('all', 'any'),
      auto: flag(false),
      required: flag(false),
      gates: unread(gatesRule(gates).schema),
      by: choice('merge', 'fast-forward', 'pull-request'),
      onFailure: choice('keep', 'revert'),
      within: duration,
    },
    { from: 'Name the environment that it promotes from.' },
  );

export const gatesRule = (gates: readonly GateGrammar[]) =>
  map(Object.fromEntries(gates.map((gate) => [gate.name, unread(gate.schema)])));

/** Fields that are neither compared nor written. */
export const IGNORE = map(
  { kind: text, name: text, paths: list(text), managers: list(text) },
  { kind: 'Name the kind of the objects: kind: Deployment.' },
);

/** What becomes of objects that git drops. */
const pruneRule = choice(...PRUNE_MODES);

/** What is asked of the commits of an environment. */
export const VERIFY = map({ signatures: choice('off', 'required') });

export const environmentRule = (gates: readonly GateGrammar[]) =>
  map(
    {
      name,
      branch: text,
      path,
      namespace: text,
      cluster: text,
      namespaces: choice('own', 'allow'),
      drift: choice('heal', 'report'),
      dependsOn: list(text),
      prune: pruneRule,
      ignore: unread({ type: 'array', items: IGNORE.schema }),
      promotion: unread(promotionRule(gates).schema),
      verify: unread(VERIFY.schema),
      windows: unread(WINDOWS_SCHEMA),
    },
    { name: '' },
  );

/** Who is told what, of which environments. `on` would be the word, and is a boolean in YAML 1.1. */
export const NOTIFICATION = map(
  { to: name, events: list(choice(...NOTIFIED)), environments: list(name) },
  { to: 'Name a channel: pilotage notify list' },
);

/** A chart that is not in the repository. */
export const CHART_REFERENCE = map(
  { repository: text, name: text, version: text },
  { repository: '', name: '' },
);

/** What a patch is for, as regular expressions that match the whole, and selectors. */
export const PATCH_TARGET = map({
  ...{ group: text, version: text, kind: text, name: text, namespace: text },
  ...{ labelSelector: text, annotationSelector: text },
});

/** A change of what an app renders to, as kustomizations write it. */
export const PATCH = map({ path, patch: text, target: unread(PATCH_TARGET.schema) });

export const APP = map(
  {
    name,
    chart: unread({ oneOf: [text.schema, CHART_REFERENCE.schema] }),
    path,
    values: list(path),
    patches: unread({ type: 'array', items: PATCH.schema }),
    dependsOn: list(name),
    prune: pruneRule,
    ignore: unread({ type: 'array', items: IGNORE.schema }),
    renamedFrom: name,
  },
  { name: '' },
);

/** A key of a Secret. */
export const SECRET_KEY = map({ secret: text, key: text }, { secret: '', key: '' });

export const REGISTRY = map({ repository: text, secret: text }, { repository: '' });

export const IMAGE = map(
  {
    path: text,
    build: text,
    dockerfile: path,
    target: text,
    args: texts,
    secrets: unread({ type: 'object', additionalProperties: SECRET_KEY.schema }),
  },
  { path: '' },
);

export const METADATA = map({
  name,
  labels: unread({ type: 'object' }),
  annotations: unread({ type: 'object' }),
});

const QUANTITY = { type: ['string', 'number'] };

export const QUOTA = map({ cpu: unread(QUANTITY), memory: unread(QUANTITY), pods: count });

export const PREVIEWS = map({
  branches: list(text),
  pullRequests: flag(false),
  from: name,
  values: list(path),
  host: text,
  ttl: duration,
  max: count,
  idle: duration,
  quota: unread(QUOTA.schema),
  secrets: list(text),
});

/** What is said of the health of a kind: expressions of CEL about `object`. */
export const HEALTH = map(
  {
    group: text,
    kind: text,
    healthy: text,
    progressing: text,
    degraded: text,
    suspended: text,
    message: text,
  },
  { kind: 'Name the kind: kind: Database, and its group: group: db.example.com.' },
);

export const specRule = (gates: readonly GateGrammar[]) =>
  map({
    environments: unread({ type: 'array', items: environmentRule(gates).schema }),
    previews: unread(PREVIEWS.schema),
    notifications: unread({ type: 'array', items: NOTIFICATION.schema }),
    images: unread({ type: 'object', additionalProperties: IMAGE.schema }),
    registry: unread(REGISTRY.schema),
    apps: unread({ type: 'array', items: APP.schema }),
    health: unread({ type: 'array', items: HEALTH.schema }),
  });

export const fileRule = (gates: readonly GateGrammar[]) =>
  map(
    {
      apiVersion: constant(PILOTAGE_API_VERSION),
      kind: constant('Delivery'),
      metadata: unread(METADATA.schema),
      spec: unread(specRule(gates).schema),
    },
    { apiVersion: '', kind: '' },
  );
