import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { strategicMergePatch } from '../../src/kube/patch/strategicmerge.ts';
import type { Schema } from '../../src/kube/schema/schema.ts';
import { canonicalJson, isObject } from '../../src/kube/values/equal.ts';
import type { Json } from '../../src/kube/values/types.ts';

/** The tables of apimachinery's own tests, read from its sources. */
const folder = join(process.env.APIMACHINERY ?? '', 'pkg/util/strategicpatch');
const source = readFileSync(join(folder, 'patch_test.go'), 'utf8');

/** Documents in YAML, by the names that both tables give them without regard to case. */
type Documents = Readonly<Record<string, Json | undefined>>;

interface Case {
  readonly description: string;
  readonly documents: Documents;
  readonly refused: boolean;
  readonly anyOrder: boolean;
}

/** `var NAME = []byte(…)`: one YAML document with all cases. */
function yamlCases(name: string): readonly Case[] {
  const text = new RegExp(`var ${name} = \\[\\]byte\\(\`([^\`]*)\`\\)`).exec(source)?.[1] ?? '';
  const { testCases } = load(text) as { testCases: ({ description: string } & Documents)[] };
  return testCases.map(({ description, ...documents }) => ({
    description,
    refused: false,
    anyOrder: true,
    documents: Object.fromEntries(
      Object.entries(documents).map(([key, value]) => [key.toLowerCase(), value]),
    ),
  }));
}

/** `var NAME = []StrategicMergePatchRawTestCase{…}`: Go, with a YAML text for each document. */
function rawCases(name: string): readonly Case[] {
  const start = source.indexOf(`var ${name} = []`);
  const body = source.slice(start, source.indexOf('\n}\n', start));
  return body
    .split(/\bDescription:/)
    .slice(1)
    .map((part) => {
      const texts = [...part.matchAll(/(\w+): +\[\]byte\(`([^`]*)`\)/g)];
      const documents = texts.map(
        ([, key = '', text = '']) => [key.toLowerCase(), load(text) as Json] as const,
      );
      return {
        description: /"([^"]*)"/.exec(part)?.[1] ?? '',
        anyOrder: false,
        refused: /ExpectedError: +"[^"]/.test(part),
        documents: Object.fromEntries(documents),
      };
    });
}

const STRING: Schema = { type: 'string' };
const STRINGS: Schema = { type: 'object', additional: STRING };
const ITEMS = (items: () => Schema, more: Partial<Schema> = {}): Schema => ({
  type: 'array',
  get items() {
    return items();
  },
  ...more,
});
const BY_NAME = { patchStrategy: 'merge', patchMergeKey: 'name' };
const INTEGERS = (more: Partial<Schema> = {}): Schema => ({
  type: 'array',
  items: { type: 'integer' },
  ...more,
});
const TEXTS = { name: STRING, value: STRING, other: STRING, simpleMap: STRINGS };

const retainKeysItem: Schema = {
  type: 'object',
  properties: {
    ...TEXTS,
    mergingIntList: INTEGERS({ patchStrategy: 'merge' }),
    mergingList: ITEMS(() => mergeItem, BY_NAME),
    nonMergingList: ITEMS(() => mergeItem),
  },
};

/** `MergeItem` of the tests, which says what each of its members is. */
const mergeItem: Schema = {
  type: 'object',
  properties: {
    ...TEXTS,
    mergingList: ITEMS(() => mergeItem, BY_NAME),
    nonMergingList: ITEMS(() => mergeItem),
    mergingIntList: INTEGERS({ patchStrategy: 'merge' }),
    nonMergingIntList: INTEGERS(),
    mergeItemPtr: ITEMS(() => mergeItem, BY_NAME),
    replacingItem: { preserveUnknown: true, patchStrategy: 'replace' },
    jsonItem: { preserveUnknown: true },
    retainKeysMap: { ...retainKeysItem, patchStrategy: 'retainKeys' },
    retainKeysMergingList: ITEMS(() => mergeItem, {
      patchStrategy: 'merge,retainKeys',
      patchMergeKey: 'name',
    }),
  },
};

/** The tables in YAML are compared as their own test compares them: without regard to the order of merging lists. */
function sorted(value: Json): Json {
  if (Array.isArray(value))
    return value.map(sorted).sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, sorted(member)]));
}

function expectPatched(one: Case, from: string, by: string, ...to: readonly string[]): void {
  const [original, patch] = [from, by].map((name) => one.documents[name] ?? {});
  const wanted = to.map((name) => one.documents[name]).find((document) => document !== undefined) ?? {};
  const compared = (value: Json) => canonicalJson(one.anyOrder ? sorted(value) : value);
  const merge = () => strategicMergePatch(mergeItem, original, patch as Json) as Json;
  if (one.refused) expect(merge).to.throw();
  else expect(compared(merge())).to.equal(compared(wanted));
}

describe('a strategic merge patch, by the tables of apimachinery', () => {
  const cases = [
    ...yamlCases('createStrategicMergePatchTestCaseData'),
    ...yamlCases('customStrategicMergePatchTestCaseData'),
    ...rawCases('customStrategicMergePatchRawTestCases'),
    ...rawCases('strategicMergePatchRawTestCases'),
  ];

  it('are all found', () => expect(cases.length).to.be.greaterThan(80));

  for (const one of cases) {
    const { description, documents, refused } = one;
    if (documents.twoway !== undefined)
      it(`two-way: ${description}`, () => {
        // What is refused there is the making of the three-way patch, where there is one.
        const given = documents.threeway === undefined ? one : { ...one, refused: false };
        expectPatched(given, 'original', 'twoway', 'twowayresult', 'modified');
      });
    if (documents.threeway !== undefined && documents.result !== undefined && !refused)
      it(`three-way: ${description}`, () => expectPatched(one, 'current', 'threeway', 'result'));
  }
});
