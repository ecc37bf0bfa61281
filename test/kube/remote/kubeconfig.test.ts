import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ProblemError } from '../../../src/base/errors.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { followKubeconfig } from '../../../src/kube/remote/follow.ts';
import { loadKubeconfig } from '../../../src/kube/remote/kubeconfig.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { kubeconfig } from './notation.ts';

describe('a kubeconfig', () => {
  const load = (text: string, context?: string) => loadKubeconfig({ text }, context);
  const problem = (work: () => unknown): string => {
    try {
      work();
    } catch (error) {
      if (error instanceof ProblemError) return `${error.problem.message} → ${error.problem.remedy}`;
      throw error;
    }
    throw new Error('expected a problem');
  };

  it('gives server, identity and namespace of its current context', () => {
    const { context, namespace, credentials } = load(kubeconfig('https://127.0.0.1:7443'));
    expect([context, namespace]).to.deep.equal(['here', 'shop']);
    expect(credentials).to.deep.include({ type: 'plain', authorization: 'Bearer secret', insecure: false });
  });

  it('is read without client-node as long as nothing in it needs a plugin', () => {
    const typeOf = (user: object, cluster = {}) =>
      load(kubeconfig('https://a', user, cluster)).credentials.type;
    expect(typeOf({ 'client-certificate-data': 'YQ==', 'client-key-data': 'Yg==' })).to.equal('plain');
    expect(typeOf({ username: 'a', password: 'b' })).to.equal('plain');
    expect(typeOf({ exec: { command: 'aws', apiVersion: 'x' } })).to.equal('plugin');
    expect(typeOf({ 'auth-provider': { name: 'oidc' } })).to.equal('plugin');
    expect(typeOf({}, { 'proxy-url': 'socks5://127.0.0.1:1' })).to.equal('plugin');
  });

  it('names certificate files relative to itself', () => {
    const dir = mkdtempSync(join(tmpdir(), 'pilotage-kubeconfig-'));
    writeFileSync(join(dir, 'ca.pem'), 'CA');
    writeFileSync(join(dir, 'config'), kubeconfig('https://a', {}, { 'certificate-authority': 'ca.pem' }));
    const { credentials } = loadKubeconfig({ path: join(dir, 'config') });
    expect(credentials.type === 'plain' && credentials.ca?.toString()).to.equal('CA');
    rmSync(dir, { recursive: true });
  });

  it('that is wrong says what is wrong and what there is', () => {
    const text = kubeconfig('https://a');
    expect(problem(() => load(text, 'prod'))).to.equal(
      'kubeconfig kubeconfig has no context "prod" → its contexts are: here, there',
    );
    expect(problem(() => load(text, 'there'))).to.include('has no user "nobody"');
    expect(problem(() => load(kubeconfig('localhost')))).to.include('no usable server address ("localhost")');
    expect(problem(() => load('{}'))).to.include('names no current context');
    expect(problem(() => load('a: [b'))).to.be.a('string');
  });
});

describe('kubeconfig files', () => {
  let dir: string;
  const write = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };
  const said = (work: () => unknown): string => {
    try {
      work();
    } catch (error) {
      if (error instanceof ProblemError) return `${error.problem.message} → ${error.problem.remedy}`;
    }
    return 'nothing';
  };

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-kubeconfig-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('are read as one, the first that has an entry deciding, each with file names relative to itself', () => {
    mkdirSync(join(dir, 'other'));
    write('other/ca.pem', 'CA');
    const first = write('first', JSON.stringify({ users: [{ name: 'u', user: { token: 'first' } }] }));
    const second = write('other/config', kubeconfig('https://b', {}, { 'certificate-authority': 'ca.pem' }));
    const { context, credentials } = loadKubeconfig({ paths: [first, join(dir, 'absent'), second] });
    expect(context).to.equal('here');
    expect(
      credentials.type === 'plain' && [credentials.authorization, credentials.ca?.toString()],
    ).to.deep.equal(['Bearer first', 'CA']);
  });

  it('that are missing or unreadable are named with the context that is looked for', () => {
    const absent = join(dir, 'absent');
    expect(said(() => loadKubeconfig({ paths: [absent] }, 'prod'))).to.equal(
      `kubeconfig ${absent} cannot be read (ENOENT) (for context "prod") → Bring the file back, or name another: KUBECONFIG, or pilotage up --kubeconfig FILE.`,
    );
    const torn = write('torn', '{"contexts": [');
    expect(said(() => loadKubeconfig({ path: torn }, 'prod')))
      .to.contain(torn)
      .and.contain('context "prod"');
    const lacking = write('lacking', kubeconfig('https://a', {}, { 'certificate-authority': 'gone.pem' }));
    expect(said(() => loadKubeconfig({ path: lacking })))
      .to.contain(join(dir, 'gone.pem'))
      .and.contain(lacking);
  });

  it('that change are read again by the next request: a rotated token, another address, the same context', async () => {
    const path = write('config', kubeconfig('https://a'));
    const options = { clock: new FakeClock(), logger: silentLogger };
    const { authenticate } = followKubeconfig({ path }, undefined, options);
    const identity = async () => {
      const { server, headers } = await authenticate();
      return `${server.host} ${headers.authorization}`;
    };
    expect(await identity()).to.equal('a Bearer secret');
    write('config', kubeconfig('https://elsewhere', { token: 'rotated' }).replace('"here"}', '"there"}'));
    expect(await identity()).to.equal('elsewhere Bearer rotated');
    write('config', '{}');
    expect(await authenticate().catch((error: Error) => error.message)).to.contain('has no context "here"');
    write('config', kubeconfig('https://a', { token: 'renewed' }));
    expect(await identity()).to.equal('a Bearer renewed');
  });

  it('may name certificate files, which rotate too', async () => {
    const cert = write('cert.pem', 'one');
    const path = write('config', kubeconfig('https://a', { 'client-certificate': 'cert.pem' }));
    const options = { clock: new FakeClock(), logger: silentLogger };
    const { authenticate } = followKubeconfig({ path }, 'here', options);
    expect((await authenticate()).tls.cert?.toString()).to.equal('one');
    writeFileSync(cert, 'another');
    expect((await authenticate()).tls.cert?.toString()).to.equal('another');
  });
});
