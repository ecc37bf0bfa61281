import { expect } from 'chai';
import { validateTemplate } from '../../../../src/kube/kinds/podspec/template.ts';

describe('a pod template', () => {
  const template = {
    metadata: { labels: { app: '-' } },
    spec: { restartPolicy: 'Always', containers: [{ name: 'X', image: 'a' }] },
  };

  it('is refused with the path at which its kind keeps it', () => {
    const path = 'spec.jobTemplate.spec.template';
    const fields = validateTemplate(template, path, ['OnFailure', 'Never']).map(({ field }) => field);
    expect(fields).to.include.members([
      `${path}.labels`,
      `${path}.spec.containers[0].name`,
      `${path}.spec.restartPolicy`,
    ]);
    for (const field of fields) expect(field).to.match(/^spec\.jobTemplate\.spec\.template\./);
  });

  it('restarts its pods in the ways that its kind allows', () => {
    const fields = validateTemplate(template, 'spec.template', ['Always']).map(({ field }) => field);
    expect(fields).to.not.include('spec.template.spec.restartPolicy');
  });
});
