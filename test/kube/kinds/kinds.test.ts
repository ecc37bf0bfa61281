import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { BUILTIN_KINDS, builtinKind } from '../../../src/kube/kinds/builtin.ts';
import type { KindRow } from '../../../src/kube/kinds/row.ts';
import { builtinSchema } from '../../../src/kube/schema/schema.ts';

const nameOf = ({ resource }: KindRow): string => `${resource.group}/${resource.kind}`;

/** What is beside the modules of kinds, each called after its kind; both notations of Event share one. */
const SUPPORT = ['builtin.ts', 'list.ts', 'objects.data.ts', 'resources.data.ts', 'row.ts', 'selectable.ts'];

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
    const kinds = new Set(BUILTIN_KINDS.map(({ resource }) => `${resource.kind.toLowerCase()}.ts`));
    const modules = readdirSync(new URL('../../../src/kube/kinds', import.meta.url)).filter((name) =>
      name.endsWith('.ts'),
    );
    expect(modules.sort()).to.deep.equal([...kinds, ...SUPPORT].sort());
  });

  it('is named nowhere else in kube', () => {
    const names = new Set(BUILTIN_KINDS.map(({ resource }) => resource.kind));
    const root = new URL('../../../src/kube/', import.meta.url);
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && !name.startsWith('kinds/'),
    );
    const named = files.flatMap((name) => {
      const quoted = readFileSync(new URL(name, root), 'utf8').matchAll(/'([A-Za-z]+)'/g);
      return [...quoted].filter(([, word = '']) => names.has(word)).map(([word]) => `${name}: ${word}`);
    });
    expect(named).to.deep.equal([]);
  });
});
