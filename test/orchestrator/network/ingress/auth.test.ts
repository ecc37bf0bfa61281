import { expect } from 'chai';
import { createGuard } from '../../../../src/orchestrator/network/ingress/auth.ts';
import { isKnownHash, isPasswordOf } from '../../../../src/orchestrator/network/ingress/htpasswd.ts';

/** `htpasswd -nb`, `-nbs`, and `slappasswd -h {SSHA}`, of httpd's documentation and of this machine. */
const HASHES: readonly (readonly [hash: string, password: string])[] = [
  ['$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/', 'myPassword'],
  ['{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=', 'myPassword'],
];

describe('the hashes of htpasswd', () => {
  for (const [hash, password] of HASHES) {
    it(`knows the password of ${hash}`, async () => {
      expect(isKnownHash(hash)).to.equal(true);
      expect(await isPasswordOf(hash, password)).to.equal(true);
      for (const wrong of ['', 'mypassword', `${password} `, password.repeat(20)])
        expect(await isPasswordOf(hash, wrong), wrong).to.equal(false);
    });
  }

  it('knows no bcrypt, no crypt, no SHA-2 and no plain text', () => {
    for (const hash of [
      '$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC',
      'rqXexS6ZhobKA',
      '$6$salt$hash',
      'secret',
    ])
      expect(isKnownHash(hash), hash).to.equal(false);
  });
});

describe('basic auth', () => {
  const [hash = ''] = HASHES[0] ?? [];
  const auth = { realm: 'Shop', users: new Map([['ann', hash]]) };
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

  it('lets in who knows the password, again and again, and nobody else', async () => {
    const check = createGuard();
    for (let i = 0; i < 2; i++) expect(await check(auth, basic('ann:myPassword'))).to.equal(undefined);
    for (const given of [
      undefined,
      '',
      'Bearer x',
      'Basic !',
      basic('ann:wrong'),
      basic('bob:myPassword'),
      basic('ann'),
    ]) {
      const refusal = await check(auth, given);
      expect(refusal, given).to.deep.include({
        status: 401,
        headers: { 'www-authenticate': 'Basic realm="Shop"' },
      });
    }
  });

  it('does not remember who was let in once the hash is another', async () => {
    const check = createGuard();
    await check(auth, basic('ann:myPassword'));
    const changed = { ...auth, users: new Map([['ann', '{SHA}aaaaaaaaaaaaaaaaaaaaaaaaaaa=']]) };
    expect(await check(changed, basic('ann:myPassword'))).to.include({ status: 401 });
  });

  it('lets only so many guesses wait', async () => {
    const check = createGuard();
    const answers = await Promise.all(Array.from({ length: 120 }, (_, i) => check(auth, basic(`ann:${i}`))));
    expect(new Set(answers.map((one) => one?.status))).to.deep.equal(new Set([401, 429]));
  });
});
