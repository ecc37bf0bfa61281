import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { hasRule } from '../../../../src/health/verdicts.ts';
import { BUILTIN_KINDS } from '../../../../src/kube/kinds/builtin.ts';
import type { KindRow } from '../../../../src/kube/kinds/row.ts';
import { builtinSchema } from '../../../../src/kube/schema/schema.ts';
import { apiVersionOf } from '../../../../src/kube/values/types.ts';
import { SERVED_KINDS } from '../../../../src/orchestrator/api/kinds/servedkinds.ts';

const nameOf = ({ resource }: KindRow): string => `${resource.group}/${resource.kind}`;

describe('every kind that the API server serves', () => {
  it('has a module of its own, and a line in the list', () => {
    const found = readdirSync(new URL('../../../../src/orchestrator/api/kinds', import.meta.url));
    const moduleOf = ({ resource }: KindRow) => `${resource.kind.toLowerCase()}.ts`;
    const known = new Set(BUILTIN_KINDS.map(moduleOf));
    const served = new Set(SERVED_KINDS.map(({ kind }) => moduleOf(kind)));
    expect(found.filter((name) => known.has(name)).sort()).to.deep.equal([...served].sort());
  });

  for (const { kind, columns, subresources, strategy } of SERVED_KINDS) {
    const { resource } = kind;
    const schema = builtinSchema(resource);

    it(`${nameOf(kind)} is known to the kinds of kube, and prints more than its name`, () => {
      expect(BUILTIN_KINDS).to.include(kind);
      expect(columns.length).to.be.greaterThan(1);
    });

    it(`${nameOf(kind)} has a subresource for each part that its strategy keeps apart`, () => {
      const names = subresources.map(({ name }) => name);
      expect(names).to.deep.equal([...names].sort());
      expect(names.includes('status'), 'status').to.equal(strategy.status);
      const replicas = schema?.properties?.spec?.properties?.replicas;
      expect(names.includes('scale'), 'scale').to.equal(replicas !== undefined);
    });

    it(`${nameOf(kind)} has a health rule where it reports a status`, () => {
      const object = { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata: {} };
      const reports = schema?.properties?.status !== undefined && nameOf(kind) !== '/Node';
      expect(hasRule(object)).to.equal(reports);
    });
  }
});
