import { expect } from 'chai';
import { levelText, policyOf } from '../../../../../src/orchestrator/api/admission/podsecurity/policy.ts';

describe('the labels of Pod Security', () => {
  const read = (labels: Readonly<Record<string, string>>) => {
    const prefixed = Object.entries(labels).map(([key, value]) => [
      `pod-security.kubernetes.io/${key}`,
      value,
    ]);
    const { policy, errors } = policyOf(Object.fromEntries(prefixed));
    const { enforce, audit, warn } = policy;
    return {
      levels: [enforce, audit, warn].map(levelText).join(' '),
      errors: errors.map(({ field, message }) => `${field}: ${message}`),
    };
  };

  it('allow everything where there are none', () => {
    expect(read({}).levels).to.equal('privileged:latest privileged:latest privileged:latest');
  });

  it('warn of what they enforce, unless they say of what to warn', () => {
    expect(read({ enforce: 'baseline', 'enforce-version': 'v1.30' }).levels).to.equal(
      'baseline:v1.30 privileged:latest baseline:v1.30',
    );
    expect(read({ enforce: 'baseline', 'warn-version': 'v1.2' }).levels).to.equal(
      'baseline:latest privileged:latest baseline:v1.2',
    );
    expect(read({ enforce: 'baseline', warn: 'privileged', audit: 'restricted' }).levels).to.equal(
      'baseline:latest restricted:latest privileged:latest',
    );
  });

  it('leave to the defaults of a configuration what they do not say', () => {
    const baseline = { level: 'baseline', version: 30 } as const;
    const defaults = {
      enforce: baseline,
      audit: baseline,
      warn: { level: 'privileged', version: 29 },
    } as const;
    const levels = (labels: Readonly<Record<string, string>>) =>
      Object.values(policyOf(labels, defaults).policy).map(levelText).join(' ');
    expect(levels({})).to.equal('baseline:v1.30 baseline:v1.30 privileged:v1.29');
    expect(levels({ 'pod-security.kubernetes.io/enforce': 'restricted' })).to.equal(
      'restricted:v1.30 baseline:v1.30 restricted:v1.30',
    );
    expect(levels({ 'pod-security.kubernetes.io/audit-version': 'v1.2' })).to.equal(
      'baseline:v1.30 baseline:v1.2 privileged:v1.29',
    );
  });

  it('that cannot be read enforce the strictest level, warn of nothing, and are named', () => {
    const { levels, errors } = read({ enforce: 'strict', audit: 'x', 'warn-version': '1.2' });
    expect(levels).to.equal('restricted:latest privileged:latest privileged:latest');
    expect(errors).to.deep.equal([
      'metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted',
      'metadata.labels[pod-security.kubernetes.io/audit]: Invalid value: "x": must be one of privileged, baseline, restricted',
      'metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1.2": must be "latest" or "v1.x"',
    ]);
  });
});
