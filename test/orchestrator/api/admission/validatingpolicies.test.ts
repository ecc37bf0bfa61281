import { expect } from 'chai';
import type {
  ValidatingAdmissionPolicyBindingSpec,
  ValidatingAdmissionPolicySpec,
} from '../../../../src/kube/kinds/objects.data.ts';
import {
  CONFIG_MAPS,
  NAMESPACES,
  VALIDATING_ADMISSION_POLICIES,
  VALIDATING_ADMISSION_POLICY_BINDINGS,
} from '../../../../src/kube/kinds/resources.data.ts';
import { inProcessClient } from '../../../../src/orchestrator/api/inprocess.ts';
import { binding, person, role, write } from '../auth/rbac/notation.ts';
import { configMap, refusal } from '../notation.ts';
import { useTestApi } from '../suite.ts';
import { RULE } from './webhookserver.ts';

const API = 'admissionregistration.k8s.io/v1';

describe('a ValidatingAdmissionPolicy', () => {
  const cluster = useTestApi();

  const policy = (spec: ValidatingAdmissionPolicySpec) =>
    cluster.client.create(VALIDATING_ADMISSION_POLICIES, {
      apiVersion: API,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'small' },
      spec: { matchConstraints: { resourceRules: [RULE('configmaps', ['CREATE', 'UPDATE'])] }, ...spec },
    });
  const bind = (spec: ValidatingAdmissionPolicyBindingSpec = {}) =>
    cluster.client.create(VALIDATING_ADMISSION_POLICY_BINDINGS, {
      apiVersion: API,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: 'here' },
      spec: { policyName: 'small', validationActions: ['Deny'], ...spec },
    });
  const create = (name: string, data: Record<string, string>, onWarning?: (text: string) => void) =>
    cluster.client.create(CONFIG_MAPS, configMap(name, data), onWarning ? { onWarning } : {});
  const DENIED =
    "configmaps \"a\" is forbidden: ValidatingAdmissionPolicy 'small' with binding 'here' denied request: ";

  it('says nothing until it is bound, then refuses what its expressions do not hold for', async () => {
    await policy({ validations: [{ expression: 'size(object.data) < 2' }] });
    await create('early', { x: '1', y: '2' });
    await bind();
    expect(await refusal(create('a', { x: '1', y: '2' }))).to.equal(
      `Invalid: ${DENIED}failed expression: size(object.data) < 2`,
    );
    await create('a', { x: '1' });
  });

  it('refuses for its own reason, in words that an expression makes', async () => {
    await policy({
      variables: [
        { name: 'count', expression: 'size(object.data)' },
        { name: 'much', expression: 'variables.count > 1' },
      ],
      validations: [
        {
          expression: '!variables.much',
          messageExpression: "string(variables.count) + ' are too many for ' + request.userInfo.username",
          reason: 'Forbidden',
        },
      ],
    });
    await bind();
    expect(await refusal(create('a', { x: '1', y: '2' }))).to.equal(
      `Forbidden: ${DENIED}2 are too many for admin`,
    );
  });

  it('is refused with an expression that cannot be understood', async () => {
    const variables = [{ name: 'n', expression: 'size(object.data)' }];
    expect(await refusal(policy({ variables, validations: [{ expression: 'variables.m > 1' }] }))).to.contain(
      'spec.validations[0].expression: Invalid value: "variables.m > 1": compilation failed: ERROR: <input>:1:1',
    );
    expect(await refusal(policy({ validations: [{ expression: "'text'" }] }))).to.contain(
      'spec.validations[0].expression: Invalid value: "\'text\'": must evaluate to bool',
    );
  });

  it('compares with what was there', async () => {
    await policy({
      validations: [
        { expression: 'oldObject == null || object.data.x == oldObject.data.x', message: 'x stays' },
      ],
    });
    await bind();
    await create('a', { x: '1' });
    const merge = { type: 'merge', body: { data: { x: '2' } } } as const;
    expect(
      await refusal(cluster.client.patch(CONFIG_MAPS, { namespace: 'default', name: 'a' }, merge)),
    ).to.equal(`Invalid: ${DENIED}x stays`);
  });

  it('takes its parameters from objects, and says what it does without them', async () => {
    await policy({
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      validations: [{ expression: 'size(object.data) <= int(params.data.most)' }],
      matchConditions: [{ name: 'others', expression: "object.metadata.name != 'limits'" }],
    });
    await create('limits', { most: '1' });
    await bind({ paramRef: { name: 'limits', parameterNotFoundAction: 'Deny' } });
    expect(await refusal(create('a', { x: '1', y: '2' }))).to.contain('failed expression');
    await create('a', { x: '1' });
    await cluster.client.delete(CONFIG_MAPS, { namespace: 'default', name: 'limits' });
    expect(await refusal(create('b', {}))).to.contain(
      'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
    );
  });

  it('warns only, where its binding says so', async () => {
    await policy({ validations: [{ expression: 'false', message: 'think again' }] });
    await bind({ validationActions: ['Warn'] });
    const warnings: string[] = [];
    await create('a', {}, (text) => warnings.push(text));
    expect(warnings).to.deep.equal([
      "Validation failed for ValidatingAdmissionPolicy 'small' with binding 'here': think again",
    ]);
  });

  it('that cannot be evaluated refuses, or not, as its failure policy has it', async () => {
    const validations = [{ expression: "object.data.missing == 'x'" }];
    await policy({ validations });
    await bind();
    expect(await refusal(create('a', { x: '1' }))).to.equal(
      `Invalid: ${DENIED}expression 'object.data.missing == 'x'' resulted in error: no such key: missing`,
    );
    const ignore = { type: 'merge', body: { spec: { failurePolicy: 'Ignore' } } } as const;
    await cluster.client.patch(VALIDATING_ADMISSION_POLICIES, { name: 'small' }, ignore);
    await create('a', { x: '1' });
  });

  it('asks what the author of the request may do', async () => {
    const validations = [
      { expression: "authorizer.requestResource.check('bless').allowed()", message: 'not blessed' },
      {
        expression:
          "authorizer.serviceAccount('default', 'robot').group('').resource('pods').namespace('default').check('get').allowed()",
        message: 'the robot sees no pods',
      },
    ];
    const matchConditions = [
      { name: 'known', expression: "authorizer.path('/version').check('get').allowed()" },
    ];
    await policy({ validations, matchConditions });
    await bind();
    const ada = inProcessClient(cluster.api, person('ada'));
    const ofRole = async (name: string, rules: string, whom: string) =>
      write(cluster.client, role(name, [rules]), binding(name, `ClusterRole ${name}`, whom));
    const refused = () => refusal(ada.create(CONFIG_MAPS, configMap('a')));
    await ofRole('writer', 'create configmaps', 'User ada');
    expect(await refused()).to.equal(`Invalid: ${DENIED}not blessed`);
    await ofRole('blessed', 'bless configmaps a', 'User ada');
    expect(await refused()).to.equal(`Invalid: ${DENIED}the robot sees no pods`);
    await ofRole('robot', 'get pods', 'ServiceAccount default/robot');
    await ada.create(CONFIG_MAPS, configMap('a'));
  });

  it('has no authorizer in the words that it refuses with', async () => {
    const messageExpression = "authorizer.path('/x').check('get').reason()";
    expect(await refusal(policy({ validations: [{ expression: 'false', messageExpression }] }))).to.contain(
      "compilation failed: ERROR: <input>:1:1: undeclared reference to 'authorizer' (in container '')",
    );
  });

  it('is bound to the namespaces that a binding selects', async () => {
    await policy({ validations: [{ expression: "namespaceObject.metadata.name == 'nowhere'" }] });
    await bind({ matchResources: { namespaceSelector: { matchLabels: { guarded: 'yes' } } } });
    await create('a', {});
    const merge = { type: 'merge', body: { metadata: { labels: { guarded: 'yes' } } } } as const;
    await cluster.client.patch(NAMESPACES, { name: 'default' }, merge);
    expect(await refusal(create('b', {}))).to.contain('denied request');
  });
});
