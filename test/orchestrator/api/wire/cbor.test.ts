import { expect } from 'chai';
import { decodeCbor, encodeCbor } from '../../../../src/orchestrator/api/wire/cbor.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** What other encoders write (RFC 8949, appendix A; fxamacker/cbor as Kubernetes sets it up) → the value in JSON. */
const READ: readonly [bytes: string, value: unknown][] = [
  ['00', 0],
  ['1864', 100],
  ['1b 000000e8d4a51000', 1_000_000_000_000],
  ['1b 7fffffffffffffff', 9223372036854775807n],
  ['3b 7fffffffffffffff', -9223372036854775808n],
  ['20', -1],
  ['f9 3e00', 1.5],
  ['f9 0001', 2 ** -24],
  ['f9 c400', -4],
  ['fa 47c35000', 100_000],
  ['fb 3ff199999999999a', 1.1],
  ['f4', false],
  ['f6', null],
  ['63 e6b0b4', '水'],
  ['43 e6b0b4', '水'],
  ['d6 43 010203', 'AQID'],
  ['d9d9f7 a1 41 61 81 01', { a: [1] }],
  ['bf 6161 9f 01 7f 6162 6163 ff ff ff', { a: [1, 'bc'] }],
  ['c0 74 323031332d30332d32315432303a30343a30305a', '2013-03-21T20:04:00Z'],
  ['a1 69 5f5f70726f746f5f5f 01', JSON.parse('{"__proto__":1}')],
];

const REFUSED: readonly [bytes: string, why: string][] = [
  ['', 'it ends early'],
  ['62 61', 'it ends early'],
  ['5b ffffffffffffffff 00', 'it ends early'],
  ['00 00', 'something follows its end'],
  ['1b ffffffffffffffff', 'a number has more than 64 bits'],
  ['c2 49 010000000000000000', 'a number has more than 64 bits'],
  ['f9 7e00', 'NaN is not a number of JSON'],
  ['f9 7c00', 'Infinity is not a number of JSON'],
  ['f7', 'the simple value 23 has no meaning in JSON'],
  ['a1 01 02', 'a key is not a text'],
  ['a2 6161 01 6161 02', 'the key "a" is given twice'],
  ['41 ff', 'a text is not UTF-8'],
  ['1c', '28 is no length'],
];

describe('CBOR', () => {
  for (const [bytes, value] of READ) {
    it(`reads ${bytes}`, () => expect(decodeCbor(hex(bytes))).to.deep.equal(value));
  }
  for (const [bytes, why] of REFUSED) {
    it(`refuses "${bytes}": ${why}`, () => expect(() => decodeCbor(hex(bytes))).to.throw(RangeError, why));
  }

  it('writes texts as byte strings, lengths in the fewest bytes, and what it writes reads back (law)', () => {
    expect(encodeCbor({ a: ['b', -1, 24] }).toString('hex')).to.equal('d9d9f7a141618341622018' + '18');
    const values = READ.map(([, value]) => value).filter((value) => value !== undefined);
    const long = ['x'.repeat(70_000), 'y'.repeat(300), Array.from({ length: 300 }, (_, i) => i * 1000)];
    expect(decodeCbor(encodeCbor([...values, ...long]))).to.deep.equal([...values, ...long]);
  });

  it('is refused where it nests too deep or has too many parts', () => {
    expect(() => decodeCbor(Buffer.alloc(1000, 0x81))).to.throw(RangeError, 'levels deep');
    const many = Buffer.concat([hex('9a 00030d40'), Buffer.alloc(200_000)]);
    expect(() => decodeCbor(many)).to.throw(RangeError, 'nodes');
  });
});
