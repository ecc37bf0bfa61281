import { expect } from 'chai';
import { unwrap } from '../../../src/base/errors.ts';
import { isObject } from '../../../src/kube/values/equal.ts';
import type { KubeObject } from '../../../src/kube/values/types.ts';
import { chartOf } from '../../../src/render/composefile/chart.ts';
import { composeImages } from '../../../src/render/sources/composefile.ts';
import { rendered } from '../request.ts';
import { tree } from '../tree.ts';
import { renderStory, STORIES, storyRequest } from './story.ts';

const sorted = (objects: readonly KubeObject[]) =>
  objects
    .map((object) => [`${object.kind}/${object.metadata.name}`, object] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));

/** An object that no digest of its configuration annotates. */
function withoutDigest(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDigest);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([key]) => key !== 'checksum/config');
  return Object.fromEntries(
    members
      .map(([key, member]) => [key, withoutDigest(member)] as const)
      .filter(
        ([key, member]) => key !== 'annotations' || !isObject(member) || Object.keys(member).length > 0,
      ),
  );
}

function chartOfStory(name: string) {
  const built = unwrap(composeImages(storyRequest(name))).map(
    ({ service }) => [service, `built/${service}:1`] as const,
  );
  const images = Object.fromEntries(built);
  const objects = renderStory(name).manifests.map(({ object }) => object);
  return { objects, images, files: chartOf(objects, { name: 'shop', built: images }) };
}

describe('the chart of a compose project', () => {
  for (const name of STORIES)
    it(`renders to the same objects: ${name}`, () => {
      const { objects, images, files } = chartOfStory(name);
      const again = rendered(tree(files), { app: 'shop', images }).manifests.map(({ object }) => object);
      expect(sorted(again)).to.deep.equal(withoutDigest(sorted(objects)));
    });

  it('has no digest of what pods mount: it would not change with it', () => {
    const { files, objects } = chartOfStory('full');
    expect(JSON.stringify(objects)).to.contain('checksum/config');
    expect(JSON.stringify(files)).to.not.contain('checksum/config');
  });

  it('has values for images, replicas and environments', () => {
    const { files, images } = chartOfStory('full');
    const services = { web: { image: 'other:1', replicas: 7, env: { LEVEL: 'a "b" \'c\': <d>' } } };
    const { manifests } = rendered(tree(files), { app: 'shop', images, overrides: { services } });
    const web = JSON.stringify(
      manifests.find(({ object }) => object.kind === 'Deployment' && object.metadata.name === 'web'),
    );
    expect(web)
      .to.contain('"replicas":7')
      .and.contain('"image":"other:1"')
      .and.contain(JSON.stringify(services.web.env.LEVEL));
  });

  it('keeps texts that look like templates', () => {
    const object: KubeObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace: 'shop-dev' },
      data: { a: 'x {{ .Values }}\n' },
    };
    const files = chartOf([object], { name: 'shop', built: {} });
    expect(rendered(tree(files)).manifests[0]?.object).to.deep.equal(object);
  });
});
