import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { diffObjects } from '../../src/kube/rules/diff.ts';
import { parseYaml } from '../../src/kube/values/yaml.ts';
import { readPilotageFile } from '../../src/model/pilotagefile.ts';
import { pilotageSchema } from '../../src/model/pilotageschema.ts';
import { GATE_GRAMMAR } from '../../src/promotion/gates/list.ts';

const published = new URL('../../docs/pilotage.schema.json', import.meta.url);
const sample = new URL('../../examples/resizer/pilotage.yaml', import.meta.url);

const PILOTAGE_SCHEMA = pilotageSchema(GATE_GRAMMAR);

describe('the schema for editors', () => {
  const valid = new Ajv2020({ strict: false }).compile(PILOTAGE_SCHEMA);

  it('is published as it is', () => {
    const differences = diffObjects(JSON.parse(readFileSync(published, 'utf8')), PILOTAGE_SCHEMA);
    expect(differences, 'stale: run node scripts/generate-pilotage-schema.mjs').to.deep.equal([]);
  });

  it('agrees with the reader about the sample', () => {
    const text = readFileSync(sample, 'utf8');
    const parsed = parseYaml(text, 'pilotage.yaml');
    expect(parsed.ok && valid(parsed.value)).to.equal(true);
    expect(readPilotageFile(text, GATE_GRAMMAR).ok).to.equal(true);
  });

  it('refuses fields that the reader refuses', () => {
    const head = { apiVersion: 'pilotage.dev/v1alpha1', kind: 'Delivery' };
    expect(valid({ ...head, spec: { enviroments: [] } })).to.equal(false);
    expect(valid({ ...head, spec: { environments: [{ name: 'dev', promotion: {} }] } })).to.equal(false);
  });

  const SPECS: Readonly<Record<string, boolean>> = {
    '{}': true,
    '{environments: [{name: dev}]}': true,
    '{environments: [{name: dev, drift: report, namespaces: allow}]}': true,
    '{environments: [{name: Dev}]}': false,
    '{environments: [{branch: main}]}': false,
    '{environments: [{name: dev, drift: ignore}]}': false,
    '{environments: [{name: dev, colour: red}]}': false,
    '{environments: [{name: dev}, {name: prod, promotion: {from: dev, auto: true}}]}': true,
    '{environments: [{name: dev}, {name: prod, promotion: {from: dev, required: true}}]}': true,
    '{environments: [{name: dev}, {name: prod, promotion: {from: dev, required: always}}]}': false,
    '{environments: [{name: dev}, {name: prod, promotion: {from: dev, auto: 1}}]}': false,
    '{environments: [{name: dev}, {name: prod, promotion: {auto: true}}]}': false,
    '{environments: [{name: dev}, {name: prod, promotion: {from: dev, gates: {healthy: 2m}}}]}': true,
    '{environments: [{name: dev}, {name: prod, promotion: {from: dev, gates: {healthy: soon}}}]}': false,
    '{environments: [{name: dev}, {name: prod, promotion: {from: dev, gates: {approvals: -1}}}]}': false,
    '{environments: [{name: dev}, {name: prod, promotion: {from: dev, gates: {luck: 1}}}]}': false,
    '{apps: [{name: web, chart: chart, values: [a.yaml]}]}': true,
    '{apps: [{name: web, chart: {repository: "https://charts.example.com", name: web}}]}': true,
    '{apps: [{name: web, chart: {name: web}}]}': false,
    '{apps: [{name: web, chart: chart, dependsOn: [Not A Name]}]}': false,
    '{apps: [{chart: chart}]}': false,
    '{images: {web: {path: app, build: make}}}': true,
    '{images: {web: {build: make}}}': false,
    '{images: {web: {path: app, container: x}}}': false,
  };
  for (const [spec, accepted] of Object.entries(SPECS)) {
    it(`${accepted ? 'accepts' : 'refuses'} with the reader ${spec}`, () => {
      const text = `apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nspec: ${spec}\n`;
      const parsed = parseYaml(text, 'pilotage.yaml');
      expect(parsed.ok && valid(parsed.value), 'schema').to.equal(accepted);
      expect(readPilotageFile(text, GATE_GRAMMAR).ok, 'reader').to.equal(accepted);
    });
  }
});
