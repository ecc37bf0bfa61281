import { expect } from 'chai';
import { validateTypes } from '../../../src/kube/schema/typecheck.ts';

const schema = {
  type: 'object',
  properties: {
    spec: { type: 'object', properties: { size: { type: 'integer' } } },
    list: { type: 'array', items: { type: 'object', properties: { size: { type: 'integer' } } } },
  },
} as const;
const wrong = { size: 'large' };

describe('what an update leaves as it was', () => {
  for (const [kinds, of] of Object.entries({
    'custom resources': schema,
    'built-in kinds': { ...schema, name: 'Ship' },
  })) {
    it(`is not checked again, in ${kinds}`, () => {
      const old = { spec: wrong, list: [wrong] };
      expect(validateTypes(of, { ...old, list: [wrong] }, old)).to.deep.equal([]);
    });

    it(`is checked where it stands somewhere else, in ${kinds}`, () => {
      const errors = validateTypes(of, { list: [{ size: 1 }, wrong] }, { spec: wrong });
      expect(errors.map(({ field }) => field)).to.deep.equal(['list[1].size']);
    });
  }

  it('is checked where it is made anew, in built-in kinds', () => {
    const errors = validateTypes({ ...schema, name: 'Ship' }, { spec: { ...wrong } }, { spec: wrong });
    expect(errors.map(({ field }) => field)).to.deep.equal(['spec.size']);
  });
});
