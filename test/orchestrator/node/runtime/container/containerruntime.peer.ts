import { existsSync } from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../../../../src/base/clock.ts';
import { silentLogger } from '../../../../../src/base/log.ts';
import { collectImages } from '../../../../../src/orchestrator/node/runtime/container/collection.ts';
import { createContainerRuntime } from '../../../../../src/orchestrator/node/runtime/container/containerruntime.ts';
import { connectEngine } from '../../../../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { createEngineFinder } from '../../../../../src/orchestrator/node/runtime/container/engine/find.ts';
import { openImageAccess } from '../../../../../src/orchestrator/node/runtime/container/imageaccess.ts';
import { pauseArchive } from '../../../../../src/orchestrator/node/runtime/container/pauseimage.ts';
import { openPulledImages } from '../../../../../src/orchestrator/node/runtime/container/pulledimages.ts';
import { removeRecorded } from '../../../../../src/orchestrator/node/runtime/container/stopall.ts';
import { scratch } from '../../helpers.ts';
import { describeRuntime } from '../contract.ts';
import { containerSpec } from '../notation.ts';
import { BUSYBOX, ensureBusybox } from './busybox.ts';

const SOCKET = process.env.CONTAINER_ENGINE ?? '';
const sh = (script: string): readonly string[] => ['sh', '-c', script];

function underTest() {
  const place = scratch();
  const root = join(place.path, 'containers');
  return {
    image: BUSYBOX,
    missingImage: 'localhost/pilotage-test/missing:1',
    programs: {
      prints: (line: string, exitCode: number) => sh(`${line && `echo '${line}'; `}exit ${exitCode}`),
      serves: (exitCode: number) =>
        sh(`trap 'echo bye; exit ${exitCode}' TERM; echo up; while :; do sleep 0.05; done`),
      stubborn: sh("trap '' TERM; echo up; while :; do sleep 1; done"),
      shows: (variable: string) => sh(`echo "$${variable}"`),
      reads: (path: string) => ['cat', path],
      copies: (exitCode: number) => sh(`cat; exit ${exitCode}`),
      complains: (line: string, exitCode: number) => sh(`echo '${line}' >&2; exit ${exitCode}`),
      floods: sh('yes'),
    },
    open: () =>
      createContainerRuntime({
        root,
        hostIP: '127.0.0.1',
        hidden: [],
        seccompProfiles: join(place.path, 'seccomp'),
        engines: createEngineFinder({ sockets: [SOCKET], clock: systemClock }),
        clock: systemClock,
        logger: silentLogger,
      }),
    volumesDir: (pod: string) => join(place.path, 'pods', pod, '.volumes'),
    async dispose() {
      await removeRecorded(root, systemClock);
      place.dispose();
    },
  };
}

before(async function () {
  this.timeout(60_000);
  await ensureBusybox(await connectEngine(SOCKET));
});

describeRuntime('container', underTest);

describe('a real engine', () => {
  it('has nothing left of a start that fails, and the next one is not in its way', async () => {
    const test = underTest();
    const runtime = test.open();
    const engine = await connectEngine(SOCKET);
    const pod = 'fails';
    const volumesDir = test.volumesDir(pod);
    const names = { namespace: 'shop', name: pod, hostname: pod, hostNetwork: false };
    const ran = await runtime.runSandbox({
      ...names,
      pod,
      containers: ['main'],
      images: [BUSYBOX],
      volumesDir,
    });
    const pulled = await runtime.pullImage(BUSYBOX);
    if (!ran.ok || !pulled.ok) throw new Error('there is no sandbox');
    const start = (command: readonly string[]) => {
      const env = { PATH: '/bin' };
      const ref = { pod, container: 'main', attempt: 0 };
      return runtime.start(containerSpec(ref, command, { image: pulled.image, env }));
    };
    expect((await start(['no-such-program'])).ok).to.equal(false);
    const mine = async () => engine.list([`dev.pilotage.pod=${pod}`]);
    expect(await mine()).to.have.length(1);
    expect((await start(['sleep', '60'])).ok).to.equal(true);
    await runtime.removeSandbox(pod);
    expect(await mine()).to.deep.equal([]);
    await runtime.close();
    await test.dispose();
  });

  it('loses the images that the node has pulled and nothing uses, when its disk is full, and no other', async () => {
    const place = scratch();
    const engine = await connectEngine(SOCKET);
    const repository = 'localhost/pilotage-test/unused';
    await engine.importImage(pauseArchive(arch()), repository, '1');
    const pulled = openPulledImages(place.path);
    pulled.add(`${repository}:1`, 0);
    let dir = '';
    const collect = (free: number) =>
      collectImages(engine, {
        pulled,
        access: openImageAccess(place.path),
        now: Date.now,
        logger: silentLogger,
        async space(of) {
          dir = of;
          return { total: 1000, free };
        },
      });
    expect(await collect(900)).to.equal(undefined);
    expect(existsSync(dir)).to.equal(true);
    expect(await engine.image(`${repository}:1`)).to.not.equal(undefined);
    await collect(0);
    expect(await engine.image(`${repository}:1`)).to.equal(undefined);
    expect(await engine.image(BUSYBOX)).to.not.equal(undefined);
    expect(pulled.all()).to.deep.equal({});
    place.dispose();
  });
});
