/** Mail at a real server, aiosmtpd (apt-get install python3-aiosmtpd): `npm run test:mail`. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { ProblemError } from '../../src/base/errors.ts';
import { email } from '../../src/notify/sinks/email.ts';
import type { Mail, Settings } from '../../src/notify/sinks/sink.ts';
import { createSmtp } from '../../src/notify/sinks/smtp.ts';

interface Taken {
  readonly from: string;
  readonly to: readonly string[];
  readonly tls: boolean;
  readonly user: string | null;
  /** Base64. */
  readonly text: string;
}

const MAIL = {
  from: 'pilotage@example.com',
  to: ['ann@example.com', 'bob@example.com'],
  text: ['Subject: shop/prod failed', '', '.a line that begins with a point', '.', 'the end', ''].join(
    '\r\n',
  ),
};
const LOGIN = { user: 'pilotage', password: 'hunter2' };

describe('mail, at a real server', () => {
  let dir: string;
  let files: readonly string[];
  let server: ChildProcess | undefined;

  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-mail-'));
    const [cert, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    files = [cert, key];
  });
  afterEach(async () => {
    if (!server) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
    server = undefined;
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  /** A server of this kind: its port, and what it takes next. */
  async function serve(
    mode: string,
  ): Promise<{ readonly port: string; readonly taken: () => Promise<Taken> }> {
    const sink = new URL('./mailsink.py', import.meta.url).pathname;
    server = spawn('/usr/bin/python3', [sink, ...files, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (!server.stdout) throw new Error('no output');
    const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<string> => {
      const { value, done } = await lines.next();
      if (done) throw new Error('the server of mail has ended');
      return value;
    };
    return { port: await next(), taken: async () => JSON.parse(await next()) };
  }
  const post = (settings: Settings, mail: Mail = MAIL, timeoutMs = 5_000) =>
    createSmtp({ timeoutMs, ca: readFileSync(files[0] ?? '', 'utf8') })(settings, mail);
  const refusal = (promise: Promise<void>): Promise<string> =>
    promise.then(
      () => 'it was taken',
      (error: unknown) => (error instanceof ProblemError ? error.problem.message : String(error)),
    );

  for (const [name, mode, scheme, way] of [
    ['encrypts as soon as the server offers it, and signs in by PLAIN', 'starttls', 'smtp', 'PLAIN'],
    ['signs in by LOGIN where the server takes nothing else', 'login', 'smtp', 'LOGIN'],
    ['speaks TLS from the beginning', 'smtps', 'smtps', 'PLAIN'],
  ] as const) {
    it(`${name}; every line arrives as it was written`, async () => {
      const { port, taken } = await serve(mode);
      await post({ url: `${scheme}://localhost:${port}`, ...LOGIN });
      const { text, user, tls, ...envelope } = await taken();
      expect(envelope).to.deep.equal({ from: MAIL.from, to: MAIL.to });
      expect([tls || mode === 'smtps', user]).to.deep.equal([true, `${way} pilotage`]);
      expect(Buffer.from(text, 'base64').toString()).to.equal(MAIL.text);
    });
  }

  it('needs neither user nor TLS where the server asks for none', async () => {
    const { port, taken } = await serve('plain');
    await post({ url: `smtp://localhost:${port}` });
    expect(await taken()).to.include({ tls: false, user: null });
  });

  it('tells no password without TLS', async () => {
    const { port } = await serve('plain');
    expect(await refusal(post({ url: `smtp://localhost:${port}`, ...LOGIN }))).to.match(/it offers no TLS/);
  });

  it('says that the password is wrong, and not which it was', async () => {
    const { port } = await serve('starttls');
    const wrong = { url: `smtp://localhost:${port}`, user: 'pilotage', password: 'planted' };
    const said = await refusal(post(wrong));
    expect(said).to.match(/does not take the user and the password \(535\)/);
    expect(said).not.to.contain('planted').and.not.contain(Buffer.from('planted').toString('base64'));
  });

  it('says whom the server does not know', async () => {
    const { port } = await serve('smtps');
    const mail = { ...MAIL, to: ['nobody@example.com'] };
    expect(await refusal(post({ url: `smtps://localhost:${port}` }, mail))).to.match(
      /RCPT TO:<nobody@example.com> it says 550 nobody of that name/,
    );
  });

  it('trusts no certificate of another authority', async () => {
    const { port } = await serve('smtps');
    const sending = createSmtp({ timeoutMs: 5_000 })({ url: `smtps://localhost:${port}` }, MAIL);
    expect(await refusal(sending)).to.match(/self-signed certificate/);
  });

  it('is given up on where the server never answers', async () => {
    const { port } = await serve('silent');
    expect(await refusal(post({ url: `smtp://localhost:${port}` }, MAIL, 300))).to.match(
      /has not answered in time/,
    );
  });

  it('is a message that mail programs read: subject, date and body of any language', async () => {
    const { port, taken } = await serve('smtps');
    const message = { id: 'a1', title: 'shop/prod fällt aus – 失败', notices: [], all: [], more: 3 };
    const settings = { url: `smtps://localhost:${port}`, from: MAIL.from, to: 'ann@example.com' };
    const sending = email.sending(settings, message, Date.parse('2026-12-01T12:00:00Z'));
    if (sending?.type !== 'mail') throw new Error('no mail');
    await post(settings, sending.mail);
    const { text } = await taken();
    const read =
      'import sys,email,email.policy;m=email.message_from_bytes(sys.stdin.buffer.read(),policy=email.policy.default);print(m["subject"]);print(m["date"]);print(m.get_content())';
    const said = execFileSync('/usr/bin/python3', ['-c', read], {
      input: Buffer.from(text, 'base64'),
    }).toString();
    expect(said).to.contain('shop/prod fällt aus – 失败').and.contain('Tue, 01 Dec 2026 12:00:00 +0000');
  });
});
