import { join } from 'node:path';
import { systemClock } from '../../../../../src/base/clock.ts';
import { silentLogger } from '../../../../../src/base/log.ts';
import { createContainerRuntime } from '../../../../../src/orchestrator/node/runtime/container/containerruntime.ts';
import { connectEngine } from '../../../../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { createEngineFinder } from '../../../../../src/orchestrator/node/runtime/container/engine/find.ts';
import { removeRecorded } from '../../../../../src/orchestrator/node/runtime/container/stopall.ts';
import { scratch } from '../../helpers.ts';
import { describeRuntime } from '../contract.ts';
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
