import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { PodStatus } from '../../../../src/kube/kinds/objects.data.ts';
import { PODS } from '../../../../src/kube/kinds/resources.data.ts';
import { stopAllPods } from '../../../../src/orchestrator/node.ts';
import { until } from '../helpers.ts';
import { pod, SERVER, server, shell, useAgent } from './agent.ts';

describe('node agent: pods and another agent', function () {
  this.timeout(30_000);
  const agent = useAgent();
  const { startNode, status, web, condition, logOf, ready } = agent;

  it('goes on restarting, probing and serving while the API is away, also as a new agent', async () => {
    const first = await startNode();
    agent.api.put(PODS, pod('a', server()));
    await ready('a');
    const address = `http://${status('a')?.podIP}:8080/`;
    const pid = Number((await (await fetch(address)).text()).split(' ')[0]);
    await first.stop();
    agent.api.isDown = true;
    await startNode();
    expect(await (await fetch(address)).text()).to.match(new RegExp(`^${pid} `));
    process.kill(pid, 'SIGKILL');
    await until('another process', async () => {
      const text = await fetch(address).then(
        (answer) => answer.text(),
        () => '',
      );
      return text !== '' && !text.startsWith(`${pid} `);
    });
    agent.api.isDown = false;
    await until('the status', () => web('a')?.restartCount === 1);
    expect(web('a')?.lastState?.terminated).to.deep.include({ exitCode: 137 });
  });

  it('starts what was taken down with its node at once, however often, and counts no restart', async () => {
    let node = await startNode();
    agent.api.put(PODS, pod('a', server()));
    const seen: (number | undefined)[] = [];
    for (let times = 0; times < 3; times++) {
      await ready('a');
      await node.stop();
      await stopAllPods(agent.path);
      node = await startNode();
      await until('a new process', () => existsSync(join(agent.path, `pods/uid-a/web/${times + 1}/pid`)));
      await until('the status', () => web('a')?.containerID?.endsWith(`/${times + 1}`));
      seen.push(web('a')?.restartCount);
    }
    await ready('a');
    expect(seen).to.deep.equal([0, 0, 0]);
    expect(web('a')?.lastState).to.deep.equal({});
  });

  it('ends pods that were removed by force while no agent ran', async () => {
    const first = await startNode();
    agent.api.put(PODS, pod('a', server()));
    await ready('a');
    await first.stop();
    agent.api.remove(PODS, 'a');
    await startNode();
    await until('the clean-up', () => !existsSync(join(agent.path, 'pods', 'uid-a')));
  });

  it('reports the true exit code of a container that ended while no agent ran', async () => {
    const first = await startNode();
    const flag = join(agent.path, 'flag');
    agent.api.put(
      PODS,
      pod('a', shell(`while [ ! -e ${flag} ]; do sleep 0.02; done; exit 42`), { restartPolicy: 'Never' }),
    );
    await until('the start', () => web('a')?.state?.running);
    await first.stop();
    writeFileSync(flag, '');
    await until('the end', () => existsSync(join(agent.path, 'pods/uid-a/web/0/exit')));
    await startNode();
    await until('the status', () => web('a')?.state?.terminated?.exitCode === 42);
  });

  it('survives kill -9: the next agent has the same processes, not restarted, with one log', async () => {
    const ticker = server({
      command: ['node', '-e', `${SERVER} let n = 0; setInterval(() => console.log('tick ' + n++), 20);`],
    });
    const object = pod('a', ticker);
    const child = spawn(
      process.execPath,
      [
        '--import',
        'tsx',
        fileURLToPath(new URL('./agent.child.ts', import.meta.url)),
        agent.path,
        agent.podCidr,
        JSON.stringify(object),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const line = await new Promise<string>((resolve) =>
      child.stdout.once('data', (data) => resolve(String(data))),
    );
    const before: PodStatus = JSON.parse(line.split('\n')[0] ?? '');
    const address = `http://${before.podIP}:8080/`;
    const said = await (await fetch(address)).text();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await (await fetch(address)).text()).to.equal(said);

    agent.api.put(PODS, { ...object, status: before });
    await startNode();
    const readyAlways: (string | undefined)[] = [];
    const ticks = () => logOf('a').match(/tick \d+/g) ?? [];
    const count = ticks().length;
    await until('more output', () => {
      readyAlways.push(condition('a', 'Ready')?.status);
      return ticks().length > count + 20;
    });
    expect(await (await fetch(address)).text()).to.equal(said);
    expect(web('a')).to.deep.include({ restartCount: 0, ready: true });
    expect(ticks()).to.deep.equal(ticks().map((_, n) => `tick ${n}`));
    expect(new Set(readyAlways)).to.deep.equal(new Set(['True']));
  });
});
