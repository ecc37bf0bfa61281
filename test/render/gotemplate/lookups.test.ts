import { expect } from 'chai';
import { createLookups } from '../../../src/render/gotemplate/lookups.ts';
import { GoError, int64 } from '../../../src/render/gotemplate/values.ts';
import { type Lookup, lookupKey } from '../../../src/render/recorded.ts';

const SECRET: Lookup = { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'db' };
const OTHER: Lookup = { ...SECRET, name: 'other' };

describe('lookups of a render', () => {
  it('give the object that is known, its whole numbers as int64', () => {
    const object = {
      kind: 'Secret',
      data: { a: 'eA==' },
      list: [1, 1.5, 2 ** 60, null, true, 9007199254740993n],
    };
    const lookups = createLookups({ [lookupKey(SECRET)]: { object } });
    expect(lookups.ask(SECRET)).deep.equal(
      new Map<string, unknown>([
        ['kind', 'Secret'],
        ['data', new Map([['a', 'eA==']])],
        ['list', [int64(1n), 1.5, 2 ** 60, null, true, int64(9007199254740993n)]],
      ]),
    );
  });

  it('give an empty map for what is not known, and tell what that was, each once', () => {
    const lookups = createLookups({});
    expect(lookups.ask(OTHER)).deep.equal(new Map());
    lookups.ask(SECRET);
    lookups.ask({ ...OTHER });
    expect(lookups.unanswered()).deep.equal([OTHER, SECRET]);
  });

  it('fail with what the cluster said', () => {
    const lookups = createLookups({ [lookupKey(SECRET)]: { error: 'secrets "db" is forbidden' } });
    expect(() => lookups.ask(SECRET)).throw(GoError, 'secrets "db" is forbidden');
    expect(lookups.unanswered()).deep.equal([]);
  });

  it('find no answer in what every object has', () => {
    expect(createLookups({}).ask({ apiVersion: '', kind: '', namespace: '', name: '' })).deep.equal(
      new Map(),
    );
  });
});
