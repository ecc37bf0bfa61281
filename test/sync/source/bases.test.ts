import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { formatProblem } from '../../../src/base/errors.ts';
import { foldersRead } from '../../../src/render/reach.ts';
import type { BasePolicy } from '../../../src/sync/source/baseaccess.ts';
import { createBaseFetcher, type FetchBases } from '../../../src/sync/source/bases.ts';
import { drop, Git, hasGit, scratch } from '../../git/support/git.ts';
import { startHost, type TestHost, TOKEN } from '../../git/support/host.ts';
import { tree } from '../../render/tree.ts';

const SIGNAL = new AbortController().signal;
const MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';

const git = hasGit() ? describe : describe.skip;
if (!hasGit()) console.warn('git is not installed: the tests of bases of other repositories are skipped');

git('bases of other repositories', () => {
  let dir: string;
  let host: TestHost;
  let where: string;
  const commits: string[] = [];

  before(async () => {
    dir = scratch();
    host = await startHost(join(dir, 'served'));
    where = new URL(host.origin).host;
    const work = new Git(join(dir, 'work'));
    await work.run('init', '-q', '-b', 'main');
    const write = async (files: Record<string, string>): Promise<void> => {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(work.dir, path)), { recursive: true });
        writeFileSync(join(work.dir, path), text);
      }
      await work.run('add', '.');
      await work.run('commit', '-q', '-m', 'A step');
      commits.push(await work.run('rev-parse', 'HEAD'));
    };
    await write({ 'a/kustomization.yaml': 'resources: [a.yaml]\n', 'a/a.yaml': MAP });
    // Leads to the first one, as a base of a base.
    await write({ 'b/kustomization.yaml': `resources: ["${host.origin}/lib.git//a?ref=${commits[0]}"]\n` });
    await work.run('clone', '-q', '--bare', work.dir, join(dir, 'served', 'lib.git'));
  });
  after(async () => {
    await host.stop();
    drop(dir);
  });

  const allowing = (policy: BasePolicy, root = 'bases'): FetchBases =>
    createBaseFetcher({ root: join(dir, root), policyOf: async () => policy });
  const own = (): BasePolicy => ({
    hosts: [],
    own: { url: `${host.origin}/lib`, credentials: { user: 'git', password: TOKEN } },
  });
  const overlay = (folder: string, commit: string | undefined) =>
    tree({ 'k/kustomization.yaml': `resources: ["${host.origin}/lib.git//${folder}?ref=${commit}"]\n` });
  const fetched = async (fetch: FetchBases, folder: string, commit: string | undefined): Promise<string> => {
    const result = await fetch('shop', overlay(folder, commit), ['k'], SIGNAL);
    return result.ok
      ? foldersRead(result.value, 'k').join(' ')
      : result.problems.map(formatProblem).join('\n');
  };

  it('are fetched at their commit, whatever branch is elsewhere now, with what they lead to', async () => {
    const mount = `.git/${where}/git/lib.git@`;
    expect(await fetched(allowing(own()), 'b', commits[1])).to.equal(
      `k ${mount}${commits[1]}/b ${mount}${commits[0]}/a`,
    );
  });

  it('are asked for once: later the server need not be there', async () => {
    const before = host.requests.length;
    expect(await fetched(allowing(own()), 'b', commits[1])).to.contain('/a');
    expect(host.requests.length).to.equal(before);
  });

  it('are refused at a host that nobody has allowed, with the command that allows it, even where they were fetched for another delivery', async () => {
    const before = host.requests.length;
    const message = await fetched(allowing({ hosts: ['git.example.com'] }), 'a', commits[0]);
    expect(message).to.match(
      /^k\/kustomization\.yaml:1: .* from where shop may not fetch\n.*pilotage connect shop --allow-base 127\.0\.0\.1:\d+/,
    );
    expect(host.requests.length).to.equal(before);
  });

  it('are asked for without the credentials of another host', async () => {
    const message = await fetched(allowing({ hosts: [where] }, 'others'), 'a', commits[0]);
    expect(message).to.contain('refuses these credentials (HTTP 401)');
  });

  it('are refused at the server of the own repository where they are another one, and nobody is asked', async () => {
    const before = host.requests.length;
    const policy: BasePolicy = { hosts: [], own: { ...own().own, url: `${host.origin}/shop.git` } };
    expect(await fetched(allowing(policy, 'secret'), 'a', commits[0])).to.match(
      /from where shop may fetch its own repository alone, as it is followed\n.*--allow-base 127\.0\.0\.1:\d+/,
    );
    expect(host.requests.length).to.equal(before);
  });

  it('are asked for with the credentials of the own repository at its server, once a person allows the others of it', async () => {
    const policy: BasePolicy = { hosts: [where], own: { ...own().own, url: `${host.origin}/shop.git` } };
    expect(await fetched(allowing(policy, 'allowed'), 'a', commits[0])).to.contain('/a');
  });

  it('are asked for by http without the credentials that were given for https', async () => {
    const url = `${host.origin.replace('http:', 'https:')}/lib.git`;
    const policy: BasePolicy = { hosts: [], own: { ...own().own, url } };
    const before = host.requests.length;
    expect(await fetched(allowing(policy, 'clear'), 'a', commits[0])).to.contain('--allow-base');
    expect(host.requests.length).to.equal(before);
    await fetched(allowing({ ...policy, hosts: [where] }, 'clear'), 'a', commits[0]);
    expect(host.requests.length).to.equal(before + 1);
    expect(host.requests.at(-1)?.headers).not.to.have.property('authorization');
  });

  it('say so where the commit is not there', async () => {
    const message = await fetched(allowing(own(), 'absent'), 'a', '1'.repeat(40));
    expect(message).to.match(/does not give commit 1{40}: .*\n.*a branch or a tag holds it/);
  });

  it('are not looked for where a server leads to another address', async () => {
    const server = createServer((_, response) => response.writeHead(302, { location: host.origin }).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const before = host.requests.length;
    const address = `http://127.0.0.1:${port}/git/lib.git//a?ref=${commits[0]}`;
    const files = tree({ 'k/kustomization.yaml': `resources: ["${address}"]\n` });
    const fetch = allowing({ hosts: [`127.0.0.1:${port}`] });
    const result = await fetch('shop', files, ['k'], SIGNAL);
    server.close();
    expect(result.ok ? '' : result.problems.map(formatProblem).join()).to.contain('answers HTTP 302');
    expect(host.requests.length).to.equal(before);
  });

  describe('of a server that sends a byte now and then, without end', () => {
    let slow: Server;
    let address: string;
    let asked: Promise<unknown>;
    beforeEach(async () => {
      slow = createServer((_, response) => {
        const timer = setInterval(() => response.write('0'), 10);
        response.on('close', () => clearInterval(timer));
      });
      asked = once(slow, 'request');
      await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
      address = `127.0.0.1:${(slow.address() as AddressInfo).port}`;
    });
    afterEach(async () => {
      slow.closeAllConnections();
      await new Promise((resolve) => slow.close(resolve));
    });
    const endless = () =>
      tree({ 'k/kustomization.yaml': `resources: ["http://${address}/lib.git//a?ref=${commits[0]}"]\n` });
    const fetcher = (deadlineMs: number) =>
      createBaseFetcher({
        root: join(dir, 'slow'),
        policyOf: async () => ({ ...own(), hosts: [address] }),
        deadlineMs,
      });

    it('are given up at a deadline, whatever still comes', async () => {
      const result = await fetcher(100)('shop', endless(), ['k'], SIGNAL);
      expect(result.ok ? '' : result.problems.map(formatProblem).join()).to.match(
        /^k\/kustomization\.yaml:1: .* has not given commit \w{40} within 0\.1 seconds\n/,
      );
    });

    it('hold up neither another delivery, nor what is here already, nor a pass that is called off', async () => {
      const fetch = fetcher(60_000);
      const end = new AbortController();
      expect(await fetched(fetch, 'a', commits[0])).to.contain('/a');
      const held = fetch('shop', endless(), ['k'], end.signal).catch((error: Error) => error.name);
      await asked;
      expect(await fetched(fetch, 'a', commits[0])).to.contain('/a');
      expect((await fetch('other', overlay('b', commits[1]), ['k'], SIGNAL)).ok).to.equal(true);
      const off = new AbortController();
      const waiting = fetch('shop', overlay('b', commits[1]), ['k'], off.signal).catch((e: Error) => e.name);
      off.abort();
      expect(await waiting).to.equal('AbortError');
      end.abort();
      expect(await held).to.equal('AbortError');
    });
  });

  it('leave a kustomization alone that has none', async () => {
    const files = tree({ 'k/kustomization.yaml': 'resources: [a.yaml]\n', 'k/a.yaml': MAP });
    const result = await allowing({ hosts: [] })('shop', files, ['k'], SIGNAL);
    expect(result.ok && result.value).to.equal(files);
  });
});
