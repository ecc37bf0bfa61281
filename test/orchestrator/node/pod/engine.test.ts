import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { NODES, PODS } from '../../../../src/kube/kinds/resources.data.ts';
import { until } from '../helpers.ts';
import { pod, shell, useAgent } from './agent.ts';

const CONDITION = 'pilotage.dev/ContainerEngine';

describe('node agent: container engines', () => {
  const agent = useAgent();
  let server: Server | undefined;
  afterEach(() => server?.close());

  /** One that has the images of pods, and no room for containers. */
  function listen(): string {
    const socket = join(agent.path, 'engine.sock');
    server = createServer((request, response) => {
      const path = request.url ?? '';
      if (path.includes('/version')) response.end('{"Version": "27.5.1"}');
      else if (path.includes('/info')) response.end('{"OSType": "linux"}');
      else if (path.includes('/images/')) response.end('{"Id": "sha256:1", "Size": 1}');
      else if (path.includes('/containers/json')) response.end('[]');
      else if (path.includes('/events')) response.write('\n');
      else if (path.includes('/create'))
        response.writeHead(500).end('{"message": "no space left on device"}');
      else response.writeHead(404).end('{"message": "no such container"}');
    }).listen(socket);
    return socket;
  }
  const condition = () =>
    agent.api.get(NODES, 'here')?.status?.conditions?.find(({ type }) => type === CONDITION);

  it('says that the node has none, and what would help, on the node and on a pod that needs one', async () => {
    await agent.startNode([join(agent.path, 'nowhere.sock')]);
    agent.api.put(PODS, pod('a', { image: 'nginx:1.27' }));
    await until('the condition', () => condition()?.status === 'False');
    expect(condition()?.reason).to.equal('NoEngine');
    expect(condition()?.message)
      .to.contain('nowhere.sock is not there')
      .and.contain('apt-get install podman');
    await until('the complaint', () => agent.web('a')?.state?.waiting?.reason === 'ErrImagePull');
    expect(agent.web('a')?.state?.waiting?.message)
      .to.contain('pilotage image import')
      .and.contain('this node has no container engine')
      .and.contain('pilotage up --engine PATH');
  });

  it('names the one that it has', async () => {
    await agent.startNode([listen()]);
    await until('the condition', () => condition()?.status === 'True');
    expect(condition()?.message).to.match(/^docker 27\.5\.1 at .*engine\.sock$/);
    const node = agent.api.get(NODES, 'here')?.status?.nodeInfo;
    expect(node?.containerRuntimeVersion).to.equal('docker://27.5.1');
  });

  it('says of a pod why it gets no sandbox, and runs pods of processes as without an engine', async () => {
    await agent.startNode([listen()]);
    agent.api.put(PODS, pod('a', { image: 'nginx:1.27' }));
    agent.api.put(PODS, pod('b', shell('sleep 300')));
    await until('the event', () => agent.events('FailedCreatePodSandBox').length > 0);
    expect(agent.events('FailedCreatePodSandBox')[0]?.message).to.equal(
      'Failed to create pod sandbox: no space left on device',
    );
    await agent.ready('b');
  });
});
