import type { GateGrammar } from './gategrammar.ts';
import { duration, list, map, name, text } from './jsonschema.ts';
import { PILOTAGE_API_VERSION } from './types.ts';

const promotion = (gates: readonly GateGrammar[]) =>
  map(
    {
      from: name,
      auto: { type: 'boolean', default: false },
      gates: map(Object.fromEntries(gates.map((gate) => [gate.name, gate.schema]))),
      onFailure: text,
    },
    ['from'],
  );

const environment = (gates: readonly GateGrammar[]) =>
  map(
    {
      name,
      branch: text,
      path: text,
      namespace: text,
      cluster: text,
      namespaces: { enum: ['own', 'allow'], default: 'own' },
      drift: { enum: ['heal', 'report'], default: 'heal' },
      promotion: promotion(gates),
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
export const pilotageSchema = (gates: readonly GateGrammar[]) => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'pilotage.yaml',
  ...map(
    {
      apiVersion: { const: PILOTAGE_API_VERSION },
      kind: { const: 'Delivery' },
      metadata: map({ name, labels: { type: 'object' }, annotations: { type: 'object' } }),
      spec: map({
        environments: list(environment(gates)),
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
});
