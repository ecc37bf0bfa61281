import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Container, Probe } from '../../../../src/kube/kinds/objects.data.ts';
import { PODS } from '../../../../src/kube/kinds/resources.data.ts';
import { until } from '../helpers.ts';
import { pod, SERVER, server, useAgent } from './agent.ts';

describe('node agent: who listens', function () {
  this.timeout(30_000);
  const agent = useAgent();
  const { startNode, status, web, condition, events, ready } = agent;

  it('names a container that listens on the wildcard address', async () => {
    await startNode();
    const script = SERVER.replace('process.env.PORT, process.env.HOST,', 'Number(process.env.PORT),');
    agent.api.put(
      PODS,
      pod('a', { command: ['node', '-e', script], ports: [{ containerPort: agent.port }] }),
    );
    await until('the condition', () => condition('a', 'pilotage.dev/WildcardAddress')?.status === 'True');
    expect(condition('a', 'pilotage.dev/WildcardAddress')?.message).to.contain(
      `listens on port ${agent.port}`,
    );
    expect(condition('a', 'Ready')).to.deep.include({ status: 'False', reason: 'ListensOnWildcard' });
    expect(web('a')?.ready).to.equal(false);
    await until('the event', () => events('ListensOnWildcard').length > 0);
  });

  it('says of a container without probes whether it listens on the port that it declares', async () => {
    await startNode();
    const ports = [{ containerPort: 8080 }];
    const flag = join(agent.path, 'flag');
    const late = SERVER.replace(
      /server\.listen.*/,
      (listen) => `const timer = setInterval(() => {
        if (!require('fs').existsSync('${flag}')) return;
        clearInterval(timer);
        ${listen}
      }, 20);`,
    );
    agent.api.put(PODS, pod('late', { command: ['node', '-e', late], ports }));
    agent.api.put(PODS, pod('never', { command: ['sleep', '300'], ports }));
    agent.api.put(PODS, pod('undeclared', { command: ['sleep', '300'] }));
    agent.api.put(PODS, pod('probed', server()));
    const listening = (name: string) => condition(name, 'pilotage.dev/Listening');
    // There before anybody has looked: nobody sees it ready without.
    await ready('late');
    expect(listening('late')).to.deep.include({
      status: 'False',
      reason: 'NotListening',
      message: 'container web declares port 8080 and does not listen on it',
    });
    writeFileSync(flag, '');
    await until('it to listen', () => listening('late')?.status === 'True');
    await Promise.all(['never', 'undeclared', 'probed'].map(ready));
    expect(listening('never')?.status).to.equal('False');
    expect([listening('undeclared'), listening('probed')]).to.deep.equal([undefined, undefined]);
  });

  describe('beside a pod that listens on every address', () => {
    const port = () => agent.port;
    const beside = (command: string[], more: Partial<Container> = {}) => ({
      command,
      ports: [{ name: 'http', containerPort: port() }],
      ...more,
    });
    const wild = () => [
      'node',
      '-e',
      SERVER.replace('process.env.PORT, process.env.HOST,', 'Number(process.env.PORT),'),
    ];
    const probes = (): [string, Probe][] => [
      ['http', { httpGet: { port: port() }, periodSeconds: 1 }],
      ['tcp', { tcpSocket: { port: port() }, periodSeconds: 1 }],
    ];
    beforeEach(async () => {
      await startNode();
      agent.api.put(PODS, pod('wild', beside(wild())));
      await until('it to listen', () => condition('wild', 'pilotage.dev/WildcardAddress'));
    });

    it('a pod that declares the port gets it: who listens on every address makes way', async () => {
      agent.api.put(
        PODS,
        pod('right', beside(['node', '-e', SERVER], { readinessProbe: { httpGet: { port: 'http' } } })),
      );
      await ready('right');
      expect(web('wild')?.state?.waiting?.reason).to.equal('ListensOnWildcard');
    });

    it('no probe of another pod is answered by it, and the failure names it', async () => {
      for (const [name, readinessProbe] of probes())
        agent.api.put(PODS, pod(name, { command: ['sleep', '300'], readinessProbe }));
      for (const [name] of probes()) {
        const failed = await until('a failed look', () =>
          events('Unhealthy').find((one) => one.involvedObject.uid === `uid-${name}`),
        );
        expect(failed.message).to.equal(
          `Readiness probe failed: port ${port()} is answered by pod shop/wild, which listens on every address`,
        );
        expect(condition(name, 'Ready')?.status).to.equal('False');
      }
    });
  });

  it('takes for its own the socket of a child, of a cluster, and of a daemon that left its group', async () => {
    await startNode();
    const file = join(agent.path, 'server.cjs');
    writeFileSync(file, SERVER);
    const forks = join(agent.path, 'cluster.cjs');
    writeFileSync(
      forks,
      `const c = require('cluster'); if (c.isPrimary) { c.fork(); c.fork(); } else { ${SERVER} }`,
    );
    const commands: Record<string, string[]> = {
      child: ['sh', '-c', `node ${file} & wait`],
      cluster: ['node', forks],
      daemon: ['sh', '-c', `(setsid node ${file} &) & sleep 300`],
    };
    for (const [name, command] of Object.entries(commands))
      agent.api.put(PODS, pod(name, server({ command })));
    await Promise.all(Object.keys(commands).map(ready));
    const daemon = await (await fetch(`http://${status('daemon')?.podIP}:8080/`)).text();
    agent.api.delete(PODS, 'daemon');
    // It has left the group of its container, and ends with it all the same.
    await until('the end of the daemon', () => !existsSync(`/proc/${daemon.split(' ')[0]}`));
  });
});
