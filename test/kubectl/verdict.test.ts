import { expect } from 'chai';
import { checkedFrom } from './functions.ts';
import { scriptTable, surprises } from './verdict.ts';

const output = `core.sh:12: Successful get pods {{.items}}: :
Successful
message:yes
core.sh:13: FAIL!
@failed core.sh:13
@failed core.sh:13
@failed core.sh:20
@ended
`;

describe("Kubernetes' scripts of kubectl", () => {
  it('count what was successful, and name once each command that failed', () => {
    expect(checkedFrom('run_pod_tests', 'core.sh', output)).to.deep.equal({
      name: 'run_pod_tests',
      script: 'core.sh',
      passed: 2,
      failed: ['core.sh:13', 'core.sh:20'],
    });
  });

  it('have failed where a function does not come to its end', () => {
    expect(checkedFrom('run_x', 'x.sh', 'Successful\n').failed).to.deep.equal(['run_x: ended early']);
  });

  it('are held against what is expected, in the scripts that ran', () => {
    const checked = [checkedFrom('run_pod_tests', 'core.sh', output)];
    const expected = {
      'comes later': ['core.sh:13', 'core.sh:99', 'apps.sh:1', 'run_pod_tests: ended early'],
    };
    expect(surprises(checked, expected)).to.deep.equal({
      failed: ['core.sh:20'],
      passedUnexpectedly: ['core.sh:99', 'run_pod_tests: ended early'],
    });
    expect(scriptTable(checked, expected).split('\n').at(-1)).to.equal('| all | 1 | 0 | 2 | 1 | 1 |');
  });
});
