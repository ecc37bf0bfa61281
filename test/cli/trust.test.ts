import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { problemOf } from '../../src/base/errors.ts';
import { authorityFile } from '../../src/cli/authorities.ts';
import type { Keyboard } from '../../src/cli/password.ts';
import { settleTrust } from '../../src/cli/trust.ts';
import { openAuthority } from '../../src/orchestrator/api/auth/pki.ts';
import { FakeClock } from '../fakes/clock.ts';
import { terminal } from './harness.ts';

describe('whom the command line trusts', () => {
  let dir: string;
  let server: Server;
  let url: string;
  let ca: string;
  const asked: string[] = [];
  const credentials = () => join(dir, 'config', 'credentials.json');
  const kept = () => authorityFile(credentials(), url);

  const serving = async (names: readonly string[]): Promise<void> => {
    const authority = openAuthority({ dir: join(dir, 'pki'), clock: new FakeClock(Date.now()) });
    const { cert, key } = authority.server('face', { name: 'face' }, names);
    ca = authority.ca;
    server = createServer({ cert: cert + ca, key }, (request, response) => {
      asked.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const settle = async (answer: string | undefined, given?: string) => {
    const keyboard: Keyboard = Object.assign(new PassThrough(), { isTTY: answer !== undefined });
    if (answer !== undefined) (keyboard as unknown as PassThrough).write(`${answer}\n`);
    const { context, stderr } = terminal({ credentials: credentials() });
    const options = { server: url, ...(given ? { ca: given } : {}) };
    const outcome = await settleTrust(context, keyboard, options).then(
      () => 'trusted',
      (error: unknown) => problemOf(error).reason,
    );
    return { outcome, said: stderr() };
  };

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-trust-'));
    asked.length = 0;
  });
  afterEach(() => {
    server.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('is an unknown authority only once a person has seen its fingerprint and said so, and from then on', async () => {
    await serving(['127.0.0.1']);
    const { outcome, said } = await settle('yes');
    expect(outcome).to.equal('trusted');
    expect(said).to.contain(new X509Certificate(ca).fingerprint256);
    expect(readFileSync(kept(), 'utf8')).to.equal(ca);
    expect((await settle(undefined)).outcome).to.equal('trusted');
    expect(asked).to.deep.equal([]);
  });

  it('is no unknown authority where the person does not say yes, or there is nobody to ask', async () => {
    await serving(['127.0.0.1']);
    for (const answer of ['no', '', 'y', undefined]) {
      expect((await settle(answer)).outcome, String(answer)).to.equal('UntrustedServer');
      expect(existsSync(kept())).to.equal(false);
    }
    expect(asked).to.deep.equal([]);
  });

  it('is the authority that is given, which is kept', async () => {
    await serving(['127.0.0.1']);
    writeFileSync(join(dir, 'ca.crt'), ca);
    expect((await settle(undefined, join(dir, 'ca.crt'))).outcome).to.equal('trusted');
    expect(readFileSync(kept(), 'utf8')).to.equal(ca);
  });

  it('is not the authority that is given where the server is another’s, and nothing is asked or kept', async () => {
    await serving(['127.0.0.1']);
    const other = openAuthority({ dir: join(dir, 'other'), clock: new FakeClock(Date.now()) });
    writeFileSync(join(dir, 'other.crt'), other.ca);
    expect((await settle('yes', join(dir, 'other.crt'))).outcome).to.equal('UntrustedServer');
    expect(existsSync(kept())).to.equal(false);
  });

  it('is no server of another name, whatever its authority', async () => {
    await serving(['elsewhere.example.com']);
    expect((await settle('yes')).outcome).to.equal('WrongServer');
    expect(existsSync(kept())).to.equal(false);
  });

  it('is nobody by a file that holds no certificate', async () => {
    await serving(['127.0.0.1']);
    writeFileSync(join(dir, 'empty.crt'), '');
    expect((await settle('yes', join(dir, 'empty.crt'))).outcome).to.equal('BadCertificate');
    expect((await settle('yes', join(dir, 'none.crt'))).outcome).to.equal('BadCertificate');
  });
});
