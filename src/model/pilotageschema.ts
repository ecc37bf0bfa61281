import { PILOTAGE_API_VERSION } from './types.ts';

const text = { type: 'string' } as const;
const name = { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]{0,29}[a-z0-9])?$' } as const;
const duration = {
  type: 'string',
  pattern: '^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$',
  minLength: 2,
} as const;
const list = (items: object) => ({ type: 'array', items });
const map = (properties: object, required: readonly string[] = []) => ({
  type: 'object',
  additionalProperties: false,
  properties,
  ...(required.length > 0 ? { required } : {}),
});

const promotion = map(
  {
    from: name,
    auto: { type: 'boolean', default: false },
    gates: map({
      healthy: duration,
      approvals: { type: 'integer', minimum: 0 },
      soak: duration,
      tests: list(text),
      window: map({ cron: text, for: duration, timezone: text }),
    }),
    onFailure: text,
  },
  ['from'],
);

const environment = map(
  {
    name,
    branch: text,
    path: text,
    namespace: text,
    cluster: text,
    namespaces: { enum: ['own', 'allow'], default: 'own' },
    drift: { enum: ['heal', 'report'], default: 'heal' },
    promotion,
  },
  ['name'],
);

const app = map(
  {
    name,
    chart: { oneOf: [text, map({ repository: text, name: text, version: text }, ['repository', 'name'])] },
    path: text,
    values: list(text),
    dependsOn: list(name),
    renamedFrom: name,
  },
  ['name'],
);

/** JSON Schema of `pilotage.yaml` for editors. What it cannot say (cycles, unknown names) the reader says, with file and line. */
export const PILOTAGE_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'pilotage.yaml',
  ...map(
    {
      apiVersion: { const: PILOTAGE_API_VERSION },
      kind: { const: 'Delivery' },
      metadata: map({ name, labels: { type: 'object' }, annotations: { type: 'object' } }),
      spec: map({
        environments: list(environment),
        previews: map({
          branches: list(text),
          base: name,
          ttl: duration,
          max: { type: 'integer', minimum: 1 },
        }),
        images: { type: 'object', additionalProperties: map({ path: text, build: text }, ['path']) },
        apps: list(app),
      }),
    },
    ['apiVersion', 'kind'],
  ),
} as const;
