import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../../../../src/base/clock.ts';
import { silentLogger } from '../../../../../src/base/log.ts';
import { packTree } from '../../../../../src/base/treearchive.ts';
import { createImageOrigin } from '../../../../../src/orchestrator/node/runtime/process/images/origin.ts';
import { openImageStore } from '../../../../../src/orchestrator/node/runtime/process/images/store.ts';
import {
  createServedControlPlane,
  type ServedControlPlane,
} from '../../../../../src/orchestrator/servedcontrolplane.ts';

describe('an image of the machine of the control plane', () => {
  let dir: string;
  let plane: ServedControlPlane;
  let digest: string;
  const common = { clock: systemClock, logger: silentLogger };
  const storeOf = (name: string) => openImageStore(join(dir, name), common);
  let origin: ReturnType<typeof createImageOrigin>;

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-origin-'));
    const from = join(dir, 'from');
    mkdirSync(join(from, 'bin'), { recursive: true });
    writeFileSync(join(from, 'bin', 'run'), '#!/bin/sh\necho hello\n', { mode: 0o755 });
    const store = storeOf('there');
    digest = (await store.importDirectory('shop/web:1', from)).digest;
    plane = await createServedControlPlane({
      ...common,
      dataDir: join(dir, 'data'),
      serviceCidr: '127.214.0.0/16',
      workers: [],
      images: {
        digestOf(reference) {
          const found = store.resolve(reference);
          return found.type === 'directory' ? found.digest : undefined;
        },
        contentOf: (wanted) =>
          existsSync(store.directoryOf(wanted)) ? packTree(store.directoryOf(wanted)) : undefined,
      },
    });
    const { port } = await plane.listen('127.0.0.1', 0);
    const url = `https://127.0.0.1:${port}`;
    const tls = plane.writeKubeconfig(join(dir, 'b.kubeconfig'), url, { node: 'b' });
    origin = createImageOrigin({ target: { url, tls }, nodeName: 'b' });
  });
  after(async () => {
    await plane.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it('comes to another one whole, under the same digest', async () => {
    expect(await origin.digestOf('shop/web:1')).to.equal(digest);
    const here = storeOf('here');
    await here.receive('shop/web:1', digest, (into) => origin.fetch(digest, into));
    expect(here.resolve('shop/web:1')).to.include({ type: 'directory', digest });
    const file = join(here.directoryOf(digest), 'bin', 'run');
    expect(readFileSync(file, 'utf8')).to.contain('hello');
    expect(statSync(file).mode & 0o111).to.equal(0o111);
  });

  it('is not taken in where it is another than was said', async () => {
    const here = storeOf('wary');
    const other = `sha256:${'0'.repeat(64)}`;
    const refused = await here
      .receive('shop/web:1', other, (into) => origin.fetch(digest, into))
      .catch((error: Error) => error.message);
    expect(refused).to.equal(`what came of image shop/web:1 is ${digest}, not ${other}`);
    expect(here.resolve('shop/web:1').type).to.equal('missing');
  });

  it('that is not there has no digest, and nothing beside images is given away', async () => {
    expect(await origin.digestOf('shop/web:2')).to.equal(undefined);
    const into = mkdtempSync(join(dir, 'into-'));
    for (const name of [`sha256:${'0'.repeat(64)}`, '../data/pki', 'sha256:../../data/pki'])
      expect(await origin.fetch(name, into).catch((error: Error) => error.message), name).to.contain('404');
  });
});
