import { expect } from 'chai';
import {
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  milliValue,
  parseQuantity,
  type Quantity,
  wholeValue,
} from '../../../src/kube/values/quantity.ts';
import { seeded } from '../seeded.ts';

const quantity = (text: string | number): Quantity => {
  const parsed = parseQuantity(text);
  if (!parsed) throw new Error(`${text} is not a quantity`);
  return parsed;
};

/** Written → as the server prints it; the pairs hold what apimachinery's quantity_test.go demands. */
const CANONICAL: readonly [written: string | number, printed: string][] = [
  ['0', '0'],
  ['0Ki', '0'],
  ['00', '0'],
  [1, '1'],
  [0.5, '500m'],
  ['1.', '1'],
  ['.001', '1m'],
  ['1000m', '1'],
  ['1080m', '1080m'],
  ['1.08', '1080m'],
  ['1000u', '1m'],
  ['1080000000n', '1080m'],
  ['100m', '100m'],
  ['1024Mi', '1Gi'],
  ['307200Ki', '300Mi'],
  ['1025024Mi', '1001Gi'],
  ['1024Gi', '1Ti'],
  ['0.5Mi', '512Ki'],
  ['100.035Ki', '102435840m'],
  ['1000M', '1G'],
  ['0.001T', '1G'],
  ['1234567M', '1234567M'],
  ['1025', '1025'],
  ['.001e12', '1e9'],
  ['1000e-12', '1e-9'],
  ['300e6', '300e6'],
  ['1E6', '1e6'],
  ['3.001n', '4n'],
  ['0.0000000001', '1n'],
  ['0.000000000001Ki', '2n'],
  ['9223372036854775807Ki', '9223372036854775807'],
  ['12E', '12E'],
  ['-5Gi', '-5Gi'],
  ['-3.001n', '-4n'],
  ['+1', '1'],
];

const MALFORMED = [
  '',
  '1.1.M',
  '1+1.0M',
  '0.1mi',
  '0.1am',
  'aoeu',
  '.5i',
  '1i',
  '-3.01i',
  '1 Gi',
  '1KiB',
  '1e',
  'Ki',
  '1,5',
];

describe('quantities', () => {
  for (const [written, printed] of CANONICAL) {
    it(`prints ${JSON.stringify(written)} as ${printed}`, () => {
      expect(canonicalQuantity(written)).to.equal(printed);
      expect(canonicalQuantity(printed), 'law: canonical stays').to.equal(printed);
    });
  }
  it('refuses what is none', () => {
    expect(MALFORMED.filter((text) => parseQuantity(text) !== undefined)).to.deep.equal([]);
  });
  it('compares by amount, whatever the suffix', () => {
    expect(compareQuantities(quantity('1000m'), quantity('1'))).to.equal(0);
    expect(compareQuantities(quantity('1Gi'), quantity('1G'))).to.be.greaterThan(0);
    expect(compareQuantities(quantity('-1'), quantity('1n'))).to.be.lessThan(0);
  });
  it('rounds up to millicores and bytes', () => {
    expect(milliValue(quantity('1.5'))).to.equal(1500);
    expect(milliValue(quantity('1n'))).to.equal(1);
    expect(wholeValue(quantity('1.5Ki'))).to.equal(1536);
    expect(wholeValue(quantity('100m'))).to.equal(1);
  });
  it('prints what it has read, and reads what it has printed (law)', () => {
    const random = seeded(7);
    const suffixes = ['n', 'm', '', 'k', 'Ki', 'Mi', 'G', 'e3'];
    const any = () => quantity(`${random(100000)}${suffixes[random(suffixes.length)]}`);
    for (let i = 0; i < 200; i++) {
      const one = any();
      expect(compareQuantities(quantity(formatQuantity(one)), one)).to.equal(0);
    }
  });
});
