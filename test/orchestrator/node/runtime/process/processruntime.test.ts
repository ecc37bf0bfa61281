import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../../../../src/base/clock.ts';
import { silentLogger } from '../../../../../src/base/log.ts';
import { UNCONFINED } from '../../../../../src/orchestrator/node/runtime/process/confinement/pods.ts';
import { openImageStore } from '../../../../../src/orchestrator/node/runtime/process/images/store.ts';
import { createProcessRuntime } from '../../../../../src/orchestrator/node/runtime/process/processruntime.ts';
import { scratch } from '../../helpers.ts';
import { describeRuntime } from '../contract.ts';
import { containerSpec } from '../notation.ts';

const sh = (script: string): readonly string[] => ['sh', '-c', script];

function underTest() {
  const place = scratch();
  const root = join(place.path, 'pods');
  const images = openImageStore(join(place.path, 'images'), { clock: systemClock, logger: silentLogger });
  return {
    image: 'host',
    missingImage: 'shop/web:1',
    programs: {
      prints: (line: string, exitCode: number) => sh(`${line && `echo '${line}'; `}exit ${exitCode}`),
      serves: (exitCode: number) =>
        sh(`trap 'echo bye; exit ${exitCode}' TERM; echo up; { while :; do sleep 0.05; done; } 2>/dev/null`),
      stubborn: sh("trap '' TERM; echo up; while :; do sleep 1; done"),
      shows: (variable: string) => sh(`echo "$${variable}"`),
      reads: (path: string) => sh(`cat "$PILOTAGE_ROOT${path}"`),
      copies: (exitCode: number) => sh(`cat; exit ${exitCode}`),
      complains: (line: string, exitCode: number) => sh(`echo '${line}' >&2; exit ${exitCode}`),
      floods: sh('yes'),
    },
    open: () =>
      createProcessRuntime({
        root,
        podCidr: '127.198.0.0/16',
        hostIP: '127.0.0.1',
        images,
        confinement: UNCONFINED,
        hostEnvironment: { PATH: '/usr/bin:/bin' },
        clock: systemClock,
        logger: silentLogger,
      }),
    volumesDir: (pod: string) => join(root, pod, '.volumes'),
    dispose: async () => place.dispose(),
  };
}

describeRuntime('process', underTest);

describe('process runtime', () => {
  const test = underTest();
  after(() => test.dispose());

  it('connects to a port of a pod, in both directions', async () => {
    const runtime = test.open();
    const pod = 'pod-forward';
    const spec = {
      pod,
      namespace: 'shop',
      name: pod,
      hostname: pod,
      hostNetwork: true,
      containers: [],
      images: [],
    };
    await runtime.runSandbox({ ...spec, volumesDir: test.volumesDir(pod) });
    const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    // The test's own socket is not the pod's.
    const refusal = await runtime.portForward(pod, port, new AbortController().signal).catch(String);
    expect(refusal).to.include('is answered by');
    await runtime.close();
    server.close();
  });

  it('says how a pod that names no command of its own can be started', async () => {
    const runtime = test.open();
    const pod = 'pod-bare';
    const spec = {
      pod,
      namespace: 'shop',
      name: pod,
      hostname: pod,
      hostNetwork: false,
      containers: [],
      images: [],
    };
    await runtime.runSandbox({ ...spec, volumesDir: test.volumesDir(pod) });
    const start = (more: object) =>
      runtime.start(
        containerSpec({ pod, container: 'main', attempt: 0 }, [], {
          image: { reference: 'host', digest: '' },
          ...more,
        }),
      );
    expect(await start({})).to.deep.include({ ok: false, reason: 'RunContainerError' });
    expect(await start({ command: ['true'], workingDir: '/nowhere/at/all' })).to.deep.include({
      ok: false,
      reason: 'CreateContainerError',
    });
    await runtime.close();
  });
});
