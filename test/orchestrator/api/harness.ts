import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../../src/base/clock.ts';
import { silentLogger } from '../../../src/base/log.ts';
import type { NodeConnections } from '../../../src/orchestrator/api/types.ts';
import { type ControlPlane, createControlPlane } from '../../../src/orchestrator/controlplane.ts';
import { FakeClock } from '../../fakes/clock.ts';

export interface TestPlane<C extends Clock> extends ControlPlane {
  readonly clock: C;
  readonly dataDir: string;
  /** Stops it and removes its data. */
  dispose(): Promise<void>;
}

/** A started control plane on a temporary directory, its clock a fake one unless another is handed in. */
export async function startPlane<C extends Clock = FakeClock>(
  options: { clock?: C; nodeConnections?: NodeConnections } = {},
): Promise<TestPlane<C>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'pilotage-plane-'));
  const clock = options.clock ?? (new FakeClock() as Clock as C);
  const { nodeConnections = () => undefined } = options;
  const plane = await createControlPlane({
    dataDir,
    clock,
    logger: silentLogger,
    serviceCidr: '127.213.0.0/16',
    nodeConnections,
  });
  await plane.start();
  return {
    ...plane,
    clock,
    dataDir,
    async dispose() {
      await plane.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
