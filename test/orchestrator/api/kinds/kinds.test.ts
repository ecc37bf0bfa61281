import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { isCustom } from '../../../../src/health/verdicts.ts';
import { BUILTIN_KINDS, builtinKind } from '../../../../src/kube/kinds/builtin.ts';
import type { KindRow } from '../../../../src/kube/kinds/row.ts';
import { builtinSchema } from '../../../../src/kube/schema/schema.ts';
import { apiVersionOf } from '../../../../src/kube/values/types.ts';
import { SERVED_KINDS } from '../../../../src/orchestrator/api/kinds/builtin.ts';

const nameOf = ({ resource }: KindRow): string => `${resource.group}/${resource.kind}`;

/** The module of a kind is called after it; both notations of Event share one. */
const modules = (folder: string, besides: readonly string[]): readonly string[] =>
  readdirSync(new URL(`../../../../src/${folder}`, import.meta.url))
    .filter((name) => name.endsWith('.ts') && !besides.includes(name))
    .sort();

describe('every built-in kind', () => {
  for (const row of BUILTIN_KINDS) {
    const { resource, defaults = {}, selectable = {} } = row;

    it(`${nameOf(row)} ships with its schema and is found by group and kind`, () => {
      expect(builtinSchema(resource)).to.not.equal(undefined);
      expect(builtinKind(resource)).to.equal(row);
    });

    it(`${nameOf(row)} claims only types that no other kind claims, and fields that its schema has`, () => {
      for (const type of Object.keys(defaults)) {
        const owners = BUILTIN_KINDS.filter((other) => Object.hasOwn(other.defaults ?? {}, type));
        expect(owners.map(nameOf), type).to.deep.equal([nameOf(row)]);
      }
      const members = Object.keys(builtinSchema(resource)?.properties ?? {});
      const tops = Object.keys(selectable).map((field) => field.split('.')[0]);
      expect(members).to.include.members(tops);
    });
  }

  it('has a module of its own, and a line in the list', () => {
    const support = ['builtin.ts', 'list.ts', 'objects.ts', 'resources.ts', 'row.ts', 'selectable.ts'];
    const kinds = new Set(BUILTIN_KINDS.map(({ resource }) => `${resource.kind.toLowerCase()}.ts`));
    expect(modules('kube/kinds', support)).to.deep.equal([...kinds].sort());
  });
});

describe('every kind that the API server serves', () => {
  it('has a module of its own', () => {
    const found = modules('orchestrator/api/kinds', []);
    const kinds = SERVED_KINDS.map(({ kind }) => `${kind.resource.kind.toLowerCase()}.ts`);
    expect(found).to.include.members(kinds);
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
      expect(names.includes('scale'), 'scale').to.equal(strategy.scale !== undefined);
    });

    it(`${nameOf(kind)} has a health rule where it reports a status`, () => {
      const object = { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata: {} };
      const reports = schema?.properties?.status !== undefined && nameOf(kind) !== '/Node';
      expect(isCustom(object)).to.equal(!reports);
    });
  }
});
