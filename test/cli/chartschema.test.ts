import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { run } from './harness.ts';

describe('chart schema', () => {
  let dir: string;
  const file = (name: string) => readFileSync(join(dir, name), 'utf8');
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-cli-'));
    writeFileSync(join(dir, 'Chart.yaml'), 'apiVersion: v2\nname: shop\nversion: 1.0.0\n');
    writeFileSync(join(dir, 'values.yaml'), '# -- How many\nreplicas: 2\n');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('prints the schema, and writes it with the line for editors only where it is told to, again as well', async () => {
    const { stdout } = await run(['chart', 'schema', dir]);
    expect(JSON.parse(stdout).properties.replicas).to.deep.equal({
      type: 'integer',
      description: 'How many',
    });
    expect(existsSync(join(dir, 'values.schema.json'))).to.equal(false);
    for (const _ of [1, 2]) expect((await run(['chart', 'schema', dir, '--write'])).code).to.equal(0);
    expect(file('values.schema.json')).to.equal(stdout);
    expect(file('values.yaml')).to.equal(
      '# yaml-language-server: $schema=values.schema.json\n# -- How many\nreplicas: 2\n',
    );
  });

  it('leaves a schema that somebody wrote', async () => {
    writeFileSync(join(dir, 'values.schema.json'), '{"type": "object"}\n');
    const { code, stderr } = await run(['chart', 'schema', dir, '--write']);
    expect([code, stderr.includes('values.schema.json that was written by hand')]).to.deep.equal([1, true]);
    expect(file('values.schema.json')).to.equal('{"type": "object"}\n');
    expect(file('values.yaml')).to.not.contain('yaml-language-server');
  });

  it('says where there is nothing to infer from', async () => {
    rmSync(join(dir, 'values.yaml'));
    expect((await run(['chart', 'schema', dir])).stderr).to.contain('There is no values.yaml in');
  });
});
