import { expect } from 'chai';
import type { PodFailurePolicyRule } from '../../../../src/kube/kinds/objects.data.ts';
import { judgeFailure } from '../../../../src/orchestrator/controllers/job/failurepolicy.ts';
import { type JobPodFacts, job, jobPod } from './notation.ts';

const judge = (rules: readonly PodFailurePolicyRule[], of: JobPodFacts) =>
  judgeFailure(job({ podFailurePolicy: { rules } }), jobPod('p', { phase: 'Failed', ...of }));
const codes = (action: string, operator: string, ...values: number[]): PodFailurePolicyRule => ({
  action,
  onExitCodes: { operator, values },
});
const disruption = (action: string): PodFailurePolicyRule => ({
  action,
  onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }],
});
const DISRUPTED = { conditions: [{ type: 'DisruptionTarget', status: 'True' as const }] };

describe('the podFailurePolicy of a Job', () => {
  it('counts a failure that no rule is about', () => {
    expect(judge([], { exitCode: 3 })).to.deep.equal({ counts: true });
    expect(judge([codes('Ignore', 'In', 4)], { exitCode: 3 })).to.deep.equal({ counts: true });
  });

  it('goes by the first rule that matches', () => {
    const rules = [codes('Ignore', 'In', 3), codes('FailJob', 'NotIn', 4)];
    expect(judge(rules, { exitCode: 3 })).to.deep.equal({ action: 'Ignore', counts: false });
    expect(judge(rules, { exitCode: 4 })).to.deep.equal({ counts: true });
    expect(judge([codes('Count', 'In', 3), ...rules], { exitCode: 3 }).action).to.equal('Count');
  });

  it('says in Kubernetes’ words why the Job has failed', () => {
    expect(judge([codes('Count', 'In', 9), codes('FailJob', 'In', 3)], { exitCode: 3 })).to.deep.equal({
      action: 'FailJob',
      counts: true,
      message: 'Container main for pod shop/p failed with exit code 3 matching FailJob rule at index 1',
    });
    expect(judge([disruption('FailJob')], DISRUPTED).message).to.equal(
      'Pod shop/p has condition DisruptionTarget matching FailJob rule at index 0',
    );
  });

  it('looks at one container where it names one, and never at a code of 0', () => {
    const other = { action: 'FailJob', onExitCodes: { containerName: 'other', operator: 'In', values: [3] } };
    expect(judge([other], { exitCode: 3 })).to.deep.equal({ counts: true });
    expect(judge([codes('FailJob', 'NotIn', 3)], { exitCode: 0 })).to.deep.equal({ counts: true });
  });

  it('takes a condition without a status for one that is true', () => {
    const rule = { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] };
    expect(judge([rule], DISRUPTED).counts).to.equal(false);
    expect(judge([rule], {}).counts).to.equal(true);
  });
});
