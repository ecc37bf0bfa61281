import { expect } from 'chai';
import { formatProblem } from '../../../src/base/errors.ts';
import type { KubeObject } from '../../../src/kube/values/types.ts';
import { upgrade } from '../../../src/render/manifests/upgrade.ts';
import { UPGRADES } from '../../../src/render/manifests/upgrades.data.ts';
import { CONVERSIONS, OBSTACLES, REMOVED } from './upgrades.data.ts';

function upgraded(name: string, members: Readonly<Record<string, unknown>> = {}): ReturnType<typeof upgrade> {
  const [apiVersion = '', kind = ''] = name.split(' ');
  const object = { apiVersion, kind, metadata: { name: 'a' }, ...members } as KubeObject;
  return upgrade({ object, origin: { file: 'a.yaml', line: 3 } });
}

describe('an object of a version that Kubernetes has removed', () => {
  it('is known, every one up to the release that is pinned', () => {
    expect(Object.keys(UPGRADES).sort()).to.deep.equal(REMOVED.map(([name]) => name).sort());
  });

  for (const [name, to] of REMOVED.filter(([, version]) => version !== undefined)) {
    it(`${name} is delivered as ${to}, with a warning`, () => {
      const good = { webhooks: [], spec: { signerName: 'shop.dev/a', usages: ['client auth'] } };
      const result = upgraded(name, good);
      if ('problem' in result) throw new Error(formatProblem(result.problem));
      expect(result.written.object.apiVersion).to.equal(to);
      expect(result.warning?.message).to.contain(`was upgraded from ${name.split(' ')[0]}`);
    });
  }

  for (const [title, name, before, after] of CONVERSIONS) {
    it(`is converted where fields differ: ${title}`, () => {
      const result = upgraded(name, before);
      if ('problem' in result) throw new Error(formatProblem(result.problem));
      expect(result.written.object).to.deep.include(after);
    });
  }

  for (const [title, name, members, said] of OBSTACLES) {
    it(`is refused where only its author knows what is meant: ${title}`, () => {
      const result = upgraded(name, members);
      const message = 'problem' in result ? formatProblem(result.problem) : 'nothing';
      expect(message).to.match(/^a\.yaml:3: .*Kubernetes 1\.\d+ removed/);
      expect(message).to.contain(said).and.to.contain('→');
    });
  }

  it('is left alone where the version is served', () => {
    const result = upgraded('apps/v1 Deployment');
    expect(result).to.not.have.property('warning');
    expect(upgraded('constructor Deployment')).to.not.have.property('warning');
  });
});
