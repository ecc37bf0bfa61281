import { expect } from 'chai';
import type { Pod } from '../../../src/kube/kinds/objects.data.ts';
import type { Release } from '../../../src/model/types.ts';
import { unusedImages } from '../../../src/sync/history/imagegc.ts';

const NOW = Date.parse('2026-01-10T00:00:00Z');
const DAY = 86_400_000;
const image = (reference: string, days = 7) => ({ reference, createdAt: NOW - days * DAY });
const release = (web: string) => ({ spec: { images: { web } } }) as unknown as Release;
const pod = (name: string) => ({ spec: { containers: [{ name: 'web', image: name }] } }) as unknown as Pod;

const [OLD, NOW_RUNNING] = ['shop/web:aaaaaaaaaaaa', 'shop/web:bbbbbbbbbbbb-12345678'];

describe('housekeeping: images', () => {
  it('removes what no release and no pod needs', () => {
    expect(unusedImages([image(OLD), image(NOW_RUNNING)], [release(NOW_RUNNING)], [], NOW)).to.deep.equal([
      OLD,
    ]);
  });

  it('keeps whatever the history can roll back to', () => {
    expect(unusedImages([image(OLD)], [release(OLD)], [], NOW)).to.deep.equal([]);
  });

  it('keeps what a pod runs, whoever made the pod', () => {
    expect(unusedImages([image(OLD)], [], [pod(OLD)], NOW)).to.deep.equal([]);
  });

  it('keeps what was built a moment ago: its release may not be written yet', () => {
    expect(unusedImages([image(OLD, 0.5)], [], [], NOW)).to.deep.equal([]);
  });

  it('never touches what a person imported', () => {
    expect(unusedImages([image('shop/web:1.2'), image('tools:latest')], [], [], NOW)).to.deep.equal([]);
  });
});
