import { createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { problemOf } from '../../../src/base/errors.ts';
import { openAuthority } from '../../../src/orchestrator/api/auth/pki.ts';
import { endsSoon, readGivenCertificate } from '../../../src/server/tls/certificate.ts';
import { FakeClock } from '../../fakes/clock.ts';

const DAY = 86_400_000;

describe('a certificate that is given to the HTTP face', () => {
  let dir: string;
  let now: number;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-given-'));
    now = Date.parse('2026-01-01T00:00:00Z');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const issue = (name: string) =>
    openAuthority({ dir: join(dir, 'pki'), clock: new FakeClock(now) }).server(name, { name }, [name]);
  const given = (cert: string, key: string) => {
    const files = { certFile: join(dir, 'tls.crt'), keyFile: join(dir, 'tls.key') };
    writeFileSync(files.certFile, cert);
    writeFileSync(files.keyFile, key);
    return files;
  };
  const refusal = async (cert: string, key: string, at = now): Promise<string> =>
    readGivenCertificate(given(cert, key), at).then(
      () => 'taken',
      (error: unknown) => `${problemOf(error).reason}: ${problemOf(error).message}`,
    );

  it('is taken with the chain that leads to its authority', async () => {
    const { cert, key } = issue('deploy.example.com');
    const chain = cert + openAuthority({ dir: join(dir, 'pki'), clock: new FakeClock(now) }).ca;
    expect(await readGivenCertificate(given(chain, key), now)).to.deep.equal({ cert: chain, key });
  });

  it('is refused with the key of another', async () => {
    const [one, other] = [issue('one.example.com'), issue('other.example.com')];
    expect(await refusal(one.cert, other.key)).to.match(/^BadCertificate: .*tls\.key is not the key of/);
  });

  it('is refused behind the certificate of its authority: its own comes first', async () => {
    const { cert, key } = issue('deploy.example.com');
    const { ca } = openAuthority({ dir: join(dir, 'pki'), clock: new FakeClock(now) });
    expect(await refusal(ca + cert, key)).to.contain('is not the key of the first certificate');
  });

  it('is refused once it has expired, and before it is valid', async () => {
    const { cert, key } = issue('deploy.example.com');
    expect(await refusal(cert, key, now + 800 * DAY)).to.match(/^BadCertificate: .* expired on /);
    expect(await refusal(cert, key, now - 2 * DAY)).to.match(/^BadCertificate: .* is not valid before /);
  });

  it('is told of a week before it expires, or in the last quarter of a shorter life', () => {
    const { cert } = issue('deploy.example.com');
    expect(endsSoon('tls.crt', cert, now + 792 * DAY)).to.equal(undefined);
    expect(endsSoon('tls.crt', cert, now + 794 * DAY)).to.include({ reason: 'CertificateEndsSoon' });
    const brief = openAuthority({ dir: join(dir, 'pki'), clock: new FakeClock(now) }).sign(
      {
        publicKey: createPublicKey(issue('brief').key),
        commonName: 'brief',
        organizations: [],
        dnsNames: ['brief'],
        ipAddresses: [],
        emailAddresses: [],
        uris: [],
      },
      { usages: [], notBefore: now, notAfter: now + 4 * DAY },
    );
    expect(endsSoon('tls.crt', brief, now + 2 * DAY)).to.equal(undefined);
    expect(endsSoon('tls.crt', brief, now + 3 * DAY + 1)).to.include({ reason: 'CertificateEndsSoon' });
  });

  it('is refused where a file is none, holds something else, or the key needs a passphrase', async () => {
    const { cert, key } = issue('deploy.example.com');
    const gone = { certFile: join(dir, 'gone.crt'), keyFile: join(dir, 'gone.key') };
    const missing = await readGivenCertificate(gone, now).catch(problemOf);
    expect(missing).to.have.property('message').that.contains('gone.crt cannot be read');
    expect(await refusal('hello', key)).to.contain('tls.crt holds no certificate in PEM');
    expect(await refusal(cert, 'hello')).to.contain('tls.key holds no private key in PEM');
    const locked = createPrivateKey(key).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'secret',
    });
    expect(await refusal(cert, String(locked))).to.contain('without a passphrase');
  });
});
