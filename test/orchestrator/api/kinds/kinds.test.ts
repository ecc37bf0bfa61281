import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { hasRule, isExplainedByPods } from '../../../../src/health/verdicts.ts';
import { BUILTIN_KINDS } from '../../../../src/kube/kinds/builtin.ts';
import { POD_SPECS } from '../../../../src/kube/kinds/podspec/places.ts';
import { type KindRow, noRules } from '../../../../src/kube/kinds/row.ts';
import { builtinSchema, type Schema } from '../../../../src/kube/schema/schema.ts';
import { apiVersionOf } from '../../../../src/kube/values/types.ts';
import { SERVED_KINDS } from '../../../../src/orchestrator/api/kinds/servedkinds.ts';
import { isIdle } from '../../../../src/sync/plan/unserved.ts';

const nameOf = ({ resource }: KindRow): string => `${resource.group}/${resource.kind}`;

/** Kinds of which Kubernetes checks hardly more than names and types. */
const WITHOUT_RULES = ['/ComponentStatus', '/Namespace', '/ServiceAccount', 'events.k8s.io/Event'];

/** Where a page lists the kinds that are served. */
const PAGES: readonly (readonly [page: string, list: RegExp])[] = [
  ['README.md', /^- Kinds: ([^.]*)\./m],
  ['docs/deviations.md', /^- Kinds other than ([^.]*?) and those that definitions add\./m],
];

const kindsOf = (list: string): readonly string[] => list.match(/[A-Z]\w+/g) ?? [];

/** Where a schema has the spec of a pod; deeper than that of a CronJob there is none. */
function podSpecIn(schema: Schema | undefined, path: readonly string[] = []): readonly string[] | undefined {
  if (schema?.name === 'core.v1.PodSpec') return path;
  if (path.length === 5) return undefined;
  for (const [key, member] of Object.entries(schema?.properties ?? {})) {
    const found = podSpecIn(member, [...path, key]);
    if (found) return found;
  }
  return undefined;
}

describe('every kind that the API server serves', () => {
  for (const [page, list] of PAGES) {
    it(`is named in ${page}, and no other`, () => {
      const text = readFileSync(new URL(`../../../../${page}`, import.meta.url), 'utf8');
      const [, named = ''] = list.exec(text) ?? [];
      const served = new Set(SERVED_KINDS.map(({ kind }) => kind.resource.kind));
      expect([...kindsOf(named)].sort()).to.deep.equal([...served].sort());
    });
  }

  it('is named in README.md as stored alone where nothing acts on it yet (COMES_WITH in src/sync/plan/unserved.ts)', () => {
    const text = readFileSync(new URL('../../../../README.md', import.meta.url), 'utf8');
    const [, named = ''] = /^- Stored, and nothing acts on them yet: ([^.]*)\./m.exec(text) ?? [];
    const stored = SERVED_KINDS.map(({ kind: { resource } }) => resource).filter((resource) =>
      isIdle({ apiVersion: apiVersionOf(resource), kind: resource.kind }),
    );
    expect([...kindsOf(named)].sort()).to.deep.equal([...new Set(stored.map(({ kind }) => kind))].sort());
  });

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

    it(`${nameOf(kind)} has its images named where it runs containers (POD_SPECS in src/kube/kinds/podspec/places.ts)`, () => {
      expect(POD_SPECS[nameOf(kind)]).to.deep.equal(podSpecIn(schema));
    });

    it(`${nameOf(kind)} is explained by its pods where it makes them itself (EXPLAINED_BY_PODS in src/health/verdicts.ts)`, () => {
      const makesPods = podSpecIn(schema)?.join('.') === 'spec.template.spec';
      const type = { apiVersion: apiVersionOf(resource), kind: resource.kind };
      expect(isExplainedByPods(type)).to.equal(makesPods);
    });

    it(`${nameOf(kind)} has rules beyond its schema, where Kubernetes has some`, () => {
      expect(kind.validate === noRules).to.equal(WITHOUT_RULES.includes(nameOf(kind)));
    });
  }
});
