import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { GoError, type Value } from '../../../../src/render/gotemplate/values.ts';
import { type Call, render } from './crypto/render.ts';

describe("sprig's functions of digests and secrets", () => {
  // The results are those of sprig 3.3.0.
  const CASES: readonly [name: string, args: Value[], result: string][] = [
    ['sha1sum', ['abc'], 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['sha1sum', ['ünïcödé'], 'bf5f8ac304f8a364c02e108151c3a18c4c6eb4ce'],
    ['sha256sum', ['ünïcödé'], 'b09ad3e278dfb341468394a32f732467e2245b4b2876c3e15e0aaf1aa5ac242a'],
    ['sha512sum', ['abc'], createHash('sha512').update('abc').digest('hex')],
    ['adler32sum', [''], '1'],
    ['adler32sum', ['abc'], '38600999'],
    ['adler32sum', ['ünïcödé'], '718735116'],
    ['derivePassword', [2n, 'long', 'pässword', 'user', 'example.com'], 'QaguTuksDidb1-'],
    [
      'derivePassword',
      [2n ** 32n + 1n, 'maximum', 'pässword', 'user', 'example.com'],
      'gOVUwgMk(LL#OlUgmO6-',
    ],
    ['derivePassword', [1n, 'none', 'p', 'u', 's'], 'cannot find password template none'],
    ['decryptAES', ['secretkey', 'kVwWjXVQjqvqX7OHIfXZQ3FuaekKvtTV6K3+guKLHFA='], 'a'],
    [
      'decryptAES',
      [
        'secretkey',
        'SiWFBH8cO9espW5aWduM8hV5DVeha2xSltRvNqlkjjjiwHSnWkTol/12klMGXULYJLpvKuUhCO3WMy2bJKGLlA==',
      ],
      'ünïcödé long text with more than one block',
    ],
    ['decryptAES', ['secretkey', ''], ''],
    ['encryptAES', ['secretkey', ''], ''],
    ['htpasswd', ['a:b', 'secret'], 'invalid username: a:b'],
    [
      'bcrypt',
      ['x'.repeat(73)],
      'failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes',
    ],
    ['genPrivateKey', ['foo'], 'Unknown type foo'],
  ];
  for (const [name, args, result] of CASES) {
    const shown = args.map((arg) => `${arg}`.slice(0, 24)).join(' ');
    it(`${name} ${shown} gives ${result.slice(0, 40)}`, () =>
      expect(render().call(name, ...args)).equal(result));
  }

  const ERRORS: readonly [name: string, args: Value[], error: string][] = [
    ['decryptAES', ['k', 'AAAA*AAA'], 'illegal base64 data at input byte 4'],
    ['decryptAES', ['k', 'AAAA'], 'runtime error: slice bounds out of range [:16] with capacity 3'],
    ['decryptAES', ['k', Buffer.alloc(17).toString('base64')], 'crypto/cipher: input not full blocks'],
    ['randInt', [3n, 3n], 'invalid argument to Intn'],
    ['randBytes', [-1n], 'runtime error: makeslice: len out of range'],
    ['buildCustomCert', ['*', ''], 'unable to decode base64 certificate'],
    ['buildCustomCert', ['', '*'], 'unable to decode base64 private key'],
    ['buildCustomCert', ['', ''], 'unable to decode certificate'],
    ['genCAWithKey', ['a', 1n, 'x'], 'parsing private key: no PEM data in input'],
    [
      'genCAWithKey',
      ['a', 1n, '-----BEGIN FOO-----\nAAAA\n-----END FOO-----\n'],
      'parsing private key: no private key data in PEM block of type FOO',
    ],
    ['genSelfSignedCert', ['a', ['1.2.3'], [], 1n], 'error parsing ip: 1.2.3'],
    ['genSelfSignedCert', ['a', [7n], [], 1n], 'error parsing ip: 7 is not a string'],
    ['genSelfSignedCert', ['a', [], [7n], 1n], 'error processing alternate dns name: 7 is not a string'],
    [
      'genSelfSignedCert',
      ['a', [], ['ü'], 1n],
      'error creating certificate: x509: "ü" cannot be encoded as an IA5String',
    ],
    ['genSignedCert', ['a', [], [], 1n, 'x'], 'wrong type for value; expected sprig.certificate; got string'],
  ];
  for (const [name, args, error] of ERRORS) {
    it(`${name} fails with "${error}"`, () =>
      expect(() => render().call(name, ...args)).throw(GoError, error));
  }

  it('htpasswd and bcrypt give what Apache takes', () => {
    expect(render().call('htpasswd', 'joe', 'secret')).match(/^joe:\$2a\$10\$[./A-Za-z0-9]{53}$/);
  });

  it('decryptAES reads what encryptAES writes, with any other password something else or nothing', () => {
    const { call } = render();
    const encrypted = call('encryptAES', 'p', 'text with ünïcödé');
    expect(call('decryptAES', 'p', encrypted)).equal('text with ünïcödé');
    expect(call('encryptAES', 'p', 'text with ünïcödé')).not.equal(encrypted);
  });
});

describe("sprig's functions of chance", () => {
  const SHAPES: readonly [name: string, args: Value[], shape: RegExp][] = [
    ['randAlphaNum', [200n], /^[A-Za-z0-9]{200}$/],
    ['randAlpha', [200n], /^[A-Za-z]{200}$/],
    ['randNumeric', [200n], /^[0-9]{200}$/],
    ['randAscii', [200n], /^[ -~]{200}$/],
    ['randAlphaNum', [0n], /^$/],
    ['randAlphaNum', [-1n], /^$/],
    ['randBytes', [16n], /^[A-Za-z0-9+/]{22}==$/],
    ['uuidv4', [], /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
  ];
  for (const [name, args, shape] of SHAPES) {
    it(`${name} ${args.join(' ')} looks like ${shape}`, () =>
      expect(render().call(name, ...args)).match(shape));
  }

  it('draw every character of their alphabet about as often', () => {
    const text = String(render().call('randAlphaNum', 62_000n));
    const counts = new Map<string, number>();
    for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
    expect(counts.size).equal(62);
    for (const count of counts.values()) expect(count).within(850, 1150);
  });

  it('randInt stays within its bounds and reaches both', () => {
    const { call } = render();
    const drawn = new Set(Array.from({ length: 100 }, () => call('randInt', -2n, 3n)));
    expect([...drawn].sort((a, b) => Number(a) - Number(b))).deep.equal([-2n, -1n, 0n, 1n, 2n]);
  });

  it('shuffle keeps characters whole', () => {
    const { call } = render();
    expect([...String(call('shuffle', 'aübc😀'))].sort()).deep.equal([...'aübc😀'].sort());
  });

  it('charge the budget for what they are asked to make', () => {
    const { call, spent } = render();
    call('randAlphaNum', 5000n);
    expect(spent()).within(5000, 5100);
  });

  it('make nothing anew that was made before', () => {
    const CALLS: readonly [string, ...Value[]][] = [
      ['randAlphaNum', 16n],
      ['randAlphaNum', 16n],
      ['randBytes', 8n],
      ['randInt', 0n, 2n ** 60n],
      ['uuidv4'],
      ['shuffle', 'abcdefghijklmnop'],
      ['encryptAES', 'p', 'text'],
      ['genPrivateKey', 'ecdsa'],
      ['genCA', 'ca', 10n],
    ];
    const all = (call: Call): Value[] => CALLS.map(([name, ...args]) => call(name, ...args));
    const first = render();
    const values = all(first.call);
    const second = render(first.made.used(), 'another seed');
    expect(all(second.call)).deep.equal(values);
    expect(all(render({}, 'another seed').call)).not.deep.equal(values);
  });
});
