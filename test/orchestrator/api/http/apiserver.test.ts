import { readFileSync, statSync } from 'node:fs';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { systemClock } from '../../../../src/base/clock.ts';
import { ProblemError } from '../../../../src/base/errors.ts';
import { silentLogger } from '../../../../src/base/log.ts';
import { CONFIG_MAPS, NAMESPACES } from '../../../../src/kube/kinds/resources.data.ts';
import { remoteClient } from '../../../../src/kube/remote/remote.ts';
import { type RunningServer, startHttpsServer } from '../httpserver.ts';
import type { Kubeconfig } from './kubeconfig.ts';

describe('the API over HTTPS', () => {
  let server: RunningServer;
  before(async () => {
    server = await startHttpsServer();
  });
  after(() => server.close());

  it('keeps keys and kubeconfig to their owner', () => {
    expect(statSync(server.kubeconfig).mode & 0o777).to.equal(0o600);
  });

  it('says which port is taken and what to do', async () => {
    try {
      await startHttpsServer({ port: server.port });
      expect.fail('two servers on one port');
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      expect(error.problem.message).to.include(`127.0.0.1:${server.port}`);
      expect(error.problem.remedy).to.include('--api');
    }
  });
});

describe('a kubeconfig that asks a program for its token', () => {
  it('is served by that program', async function () {
    this.timeout(60_000);
    const server = await startHttpsServer();
    const config = load(readFileSync(server.kubeconfig, 'utf8')) as Kubeconfig;
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: server.token },
    };
    const exec = {
      apiVersion: credential.apiVersion,
      command: process.execPath,
      args: ['-p', JSON.stringify(JSON.stringify(credential))],
      interactiveMode: 'Never',
    };
    const text = JSON.stringify({ ...config, users: [{ name: 'pilotage', user: { exec } }] });
    const client = remoteClient({ kubeconfig: { text }, clock: systemClock, logger: silentLogger });
    expect((await client.list(NAMESPACES)).items).to.have.length.above(3);
    expect((await client.resources()).length).to.be.above(10);
    client.close();
    await server.close();
  });
});

describe('the API when it stops', () => {
  it('ends its watches, so that nobody waits for it', async () => {
    const server = await startHttpsServer();
    const client = server.client();
    const events = client.watch(CONFIG_MAPS, {
      namespace: 'default',
      signal: new AbortController().signal,
      sendInitialEvents: true,
    });
    const iterator = events[Symbol.asyncIterator]();
    expect((await iterator.next()).value?.type).to.equal('BOOKMARK');
    const rest = (async () => {
      for (;;) if ((await iterator.next()).done) return 'ended';
    })();
    await server.close();
    expect(await rest).to.equal('ended');
  });
});
