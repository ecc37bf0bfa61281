import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Manager, Managers } from '../../src/kube/ownership/managers.ts';
import { applied, type OwnedConflict, updated } from '../../src/kube/ownership/ownership.ts';
import { ANYTHING, type Schema } from '../../src/kube/schema/schema.ts';
import {
  EMPTY,
  type FieldSetDraft,
  fieldSetDraft,
  fieldSetFromV1,
  fieldSetToV1,
  insert,
  isEmpty,
} from '../../src/kube/values/fieldset.ts';
import type { JsonObject } from '../../src/kube/values/types.ts';

/** The steps of structured-merge-diff's own tests, as `test/peers/mergesteps/record.go` writes them. */
const lines = readFileSync(process.env.MERGE_STEPS ?? '', 'utf8')
  .trimEnd()
  .split('\n');

/** A type of its schemas, in the members of its YAML. */
interface TypeRef {
  readonly namedType?: string;
  readonly scalar?: 'numeric' | 'string' | 'boolean' | 'untyped';
  readonly list?: {
    readonly elementType: TypeRef;
    readonly elementRelationship: string;
    readonly keys: readonly string[] | null;
  };
  readonly map?: {
    readonly fields: Readonly<Record<string, TypeRef>>;
    readonly defaults: JsonObject;
    readonly elementType: TypeRef;
    readonly elementRelationship: string;
  };
  readonly elementRelationship?: string;
}
type Types = Readonly<Record<string, TypeRef>>;

type Owners = Readonly<Record<string, { readonly Version: string; readonly Fields: JsonObject }>>;

interface Step {
  readonly Test: string;
  readonly Case: number;
  readonly Type: TypeRef;
  readonly TypeOf: number;
  readonly Manager: string;
  readonly Version: string;
  readonly Apply: boolean;
  readonly Force: boolean;
  readonly Object: unknown;
  readonly Ignored: JsonObject | null;
  /** Objects are converted, or fields ignored by patterns: nothing of ours does either here. */
  readonly Special: boolean;
  readonly Error: string;
  readonly Conflicts: Readonly<Record<string, JsonObject>> | null;
  readonly Live: unknown;
  readonly Owners: Owners;
}

const parsed = lines.map((line) => JSON.parse(line) as Step | { Schema: number; Types: Types });
const typesOf = new Map(parsed.flatMap((line) => ('Types' in line ? [[line.Schema, line.Types]] : [])));
const steps = parsed.flatMap((line) => ('Types' in line ? [] : [line]));

/** Types refer to each other, and to themselves: a schema is made where it is asked for. */
function schemaOf(types: Types, ref: TypeRef, relationship = ref.elementRelationship): Schema {
  if (ref.namedType !== undefined) return schemaOf(types, types[ref.namedType] ?? {}, relationship);
  const { scalar, list, map } = ref;
  if (scalar === 'untyped' || (!scalar && !list && !map)) return untyped(ref);
  if (scalar) return { type: scalar === 'numeric' ? 'number' : scalar };
  const related = relationship || list?.elementRelationship || map?.elementRelationship;
  if (list) return listOf(types, list, related);
  return mapOf(types, map as NonNullable<TypeRef['map']>, related);
}

const untyped = ({ map }: TypeRef): Schema =>
  map?.elementRelationship === 'atomic' ? { ...ANYTHING, mapType: 'atomic' } : ANYTHING;

function listOf(types: Types, list: NonNullable<TypeRef['list']>, related: string | undefined): Schema {
  const keys = list.keys ?? [];
  const isAtomic = !related || related === 'atomic';
  return lazily(
    {
      type: 'array',
      listType: isAtomic ? 'atomic' : keys.length > 0 ? 'map' : 'set',
      ...(keys.length > 0 ? { listMapKeys: keys } : {}),
    },
    { items: () => schemaOf(types, list.elementType) },
  );
}

function mapOf(types: Types, map: NonNullable<TypeRef['map']>, related: string | undefined): Schema {
  const field = (name: string, ref: TypeRef) => {
    const schema = schemaOf(types, ref);
    return name in map.defaults ? { ...schema, default: map.defaults[name] } : schema;
  };
  const fields = Object.entries(map.fields).map(([name, ref]) => [name, () => field(name, ref)] as const);
  const hasElements = Object.keys(map.elementType).length > 0;
  return lazily(
    {
      type: 'object',
      properties: lazily({}, Object.fromEntries(fields)),
      ...(related === 'atomic' ? { mapType: 'atomic' as const } : {}),
    },
    hasElements ? { additional: () => schemaOf(types, map.elementType) } : {},
  );
}

/** The object with members that are made when they are read. */
function lazily<T extends object>(object: T, members: Readonly<Record<string, () => Schema>>): T {
  for (const [name, get] of Object.entries(members))
    Object.defineProperty(object, name, { get, enumerable: true });
  return object;
}

interface World {
  readonly live: unknown;
  readonly managers: Managers;
  readonly conflicts: Readonly<Record<string, JsonObject>> | null;
}

function run(step: Step, { live, managers }: World): World {
  const { Manager: actor, Version: apiVersion, Object: object, Force: force } = step;
  const schema = schemaOf(typesOf.get(step.TypeOf) ?? {}, step.Type);
  const ignored = step.Ignored ? fieldSetFromV1(step.Ignored) : EMPTY;
  const write = { schema, managers, actor, ignored };
  const operation = step.Apply ? 'Apply' : 'Update';
  const own = { manager: actor, operation, apiVersion } as const;
  if (!step.Apply) {
    const { managers: others, owned } = updated(write, { before: live, after: object });
    return { live: object, managers: withOwner(others, { ...own, set: owned }), conflicts: null };
  }
  const outcome = applied(write, { live, config: object, applier: own, force });
  if (!outcome.ok) return { live, managers, conflicts: disputedBy(outcome.conflicts) };
  const owner = outcome.managers.get(actor);
  const owners = owner ? withOwner(outcome.managers, owner) : outcome.managers;
  return { live: outcome.value ?? null, managers: owners, conflicts: null };
}

function withOwner(managers: Managers, owner: Manager): Managers {
  const all = new Map(managers);
  if (isEmpty(owner.set)) all.delete(owner.manager);
  else all.set(owner.manager, owner);
  return all;
}

function disputedBy(conflicts: readonly OwnedConflict[]): Readonly<Record<string, JsonObject>> {
  const sets = new Map<string, FieldSetDraft>();
  for (const { manager, path } of conflicts) {
    const set = sets.get(manager.manager) ?? fieldSetDraft();
    insert(set, path);
    sets.set(manager.manager, set);
  }
  return Object.fromEntries([...sets].map(([manager, set]) => [manager, fieldSetToV1(set)]));
}

const ownersOf = (managers: Managers): Owners =>
  Object.fromEntries(
    [...managers.values()].map(({ manager, apiVersion, set }) => [
      manager,
      { Version: apiVersion, Fields: fieldSetToV1(set) },
    ]),
  );

/** As our sets write it: its keys may be in another order. */
const canonical = (fields: JsonObject): JsonObject => fieldSetToV1(fieldSetFromV1(fields));
const canonicalAll = (sets: Readonly<Record<string, JsonObject>> | null) =>
  sets && Object.fromEntries(Object.entries(sets).map(([manager, fields]) => [manager, canonical(fields)]));

function expectStep(step: Step, { live, managers, conflicts }: World, at: string): void {
  expect(conflicts, `conflicts of ${at}`).to.deep.equal(canonicalAll(step.Conflicts));
  expect(live, `what ${at} leaves`).to.deep.equal(step.Live);
  const owners = Object.entries(step.Owners).map(([manager, { Version, Fields }]) => [
    manager,
    { Version, Fields: canonical(Fields) },
  ]);
  expect(ownersOf(managers), `owners after ${at}`).to.deep.equal(Object.fromEntries(owners));
}

/** The steps of each case. */
function casesOf(all: readonly Step[]): readonly (readonly Step[])[] {
  const byNumber = new Map<number, Step[]>();
  for (const step of all) {
    const one = byNumber.get(step.Case) ?? [];
    one.push(step);
    byNumber.set(step.Case, one);
  }
  return [...byNumber.values()];
}

describe('structured-merge-diff, by the steps of its own tests', () => {
  const ours = casesOf(steps).filter((one) => one.every(({ Special }) => !Special));

  it('are all found', () => expect(ours.length).to.be.greaterThan(100));

  for (const one of ours) {
    const [first] = one;
    it(`${first?.Test} ${first?.Case}`, () => {
      let world: World = { live: null, managers: new Map(), conflicts: null };
      for (const [index, step] of one.entries()) {
        world = run(step, world);
        expectStep(step, world, `step ${index + 1}`);
      }
    });
  }
});
