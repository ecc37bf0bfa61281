import { expect } from 'chai';
import { refusal } from '../request.ts';

const members = (count: number): string => Array.from({ length: count }, (_, i) => `  k${i}: v\n`).join('');
const config = (name: string, data: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata:\n${data}`;

describe('what an app renders to', () => {
  it('is refused with its line when one object has more nodes than an object may have', () => {
    expect(refusal({ 'a.yaml': config('a', members(60_000)) })).to.equal(
      'a.yaml:1: This ConfigMap is too large to be an object: it has more than 100,000 nodes\n  → Split it into several objects.',
    );
  });

  it('is refused when all of it together has more than an app may have', () => {
    const all = Array.from({ length: 5 }, (_, i) => [`${i}.yaml`, config(`c${i}`, members(40_000))]);
    expect(refusal(Object.fromEntries(all))).to.equal(
      'The app renders to too much: it has more than 300,000 nodes\n  → Split it into several apps.',
    );
  });
});
