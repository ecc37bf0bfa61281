/**
 * Generates src/orchestrator/api/gatewayapi/definitions.json: the CustomResourceDefinitions of the Gateway API that the ingress serves, from the
 * module that the project publishes (its standard channel). Needs Go on the PATH, which fetches and verifies the pinned module.
 * Run it by hand when the version is raised:
 *
 *   node scripts/generate-gateway-api.mjs
 *
 * No prose is copied: descriptions stay out, as of the built-in kinds.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';

const MODULE = 'sigs.k8s.io/gateway-api@v1.4.1';
const KINDS = ['gatewayclasses', 'gateways', 'httproutes', 'referencegrants'];

const { Dir: source } = JSON.parse(
  execFileSync('go', ['mod', 'download', '-json', MODULE], { cwd: tmpdir(), encoding: 'utf8' }),
);

/** A schema, and everything in it, without its description; a property may have that name, too. */
function terse(schema) {
  const { description: _, properties, items, additionalProperties, ...rest } = schema;
  return {
    ...rest,
    ...(properties
      ? {
          properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, terse(one)])),
        }
      : {}),
    ...(items ? { items: terse(items) } : {}),
    ...(additionalProperties
      ? {
          additionalProperties:
            typeof additionalProperties === 'object' ? terse(additionalProperties) : additionalProperties,
        }
      : {}),
  };
}

function definitionOf(kind) {
  const file = join(source, 'config/crd/standard', `gateway.networking.k8s.io_${kind}.yaml`);
  const { apiVersion, kind: type, metadata, spec } = load(readFileSync(file, 'utf8'));
  const { name, annotations } = metadata;
  const versions = spec.versions.map(({ schema, ...version }) => ({
    ...version,
    schema: { openAPIV3Schema: terse(schema.openAPIV3Schema) },
  }));
  return { apiVersion, kind: type, metadata: { name, annotations }, spec: { ...spec, versions } };
}

const target = join(
  dirname(fileURLToPath(import.meta.url)),
  '../src/orchestrator/api/gatewayapi/definitions.json',
);
writeFileSync(target, `${JSON.stringify(KINDS.map(definitionOf))}\n`);
