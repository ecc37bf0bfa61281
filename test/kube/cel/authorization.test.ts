import { expect } from 'chai';
import {
  type AccessDecision,
  AUTHORIZER,
  authorizerValue,
  RESOURCE_CHECK,
  resourceCheckValue,
} from '../../../src/kube/cel/library/authorization.ts';
import { Account, OBJECT_BUDGET } from '../../../src/kube/cel/meter.ts';
import { problemsOf, program, show } from './notation.ts';

const VARIABLES = { authorizer: AUTHORIZER, 'authorizer.requestResource': RESOURCE_CHECK };

/** The value of an expression, what it asks on the way (`who: verb what`), and what it costs. */
function evaluate(source: string, decision: AccessDecision = { allowed: true, reason: 'a role says so' }) {
  const asked: string[] = [];
  const ask: Parameters<typeof authorizerValue>[0] = (account, { verb, ...about }) => {
    const what = Object.entries(about).flatMap(([part, text]) => (text === '' ? [] : [`${part}=${text}`]));
    asked.push(`${account ? `${account.namespace}/${account.name}` : 'author'}: ${verb} ${what.join(' ')}`);
    return decision;
  };
  const account = new Account();
  const value = program(source, { variables: VARIABLES }).evaluate(
    (name) =>
      name === 'authorizer'
        ? authorizerValue(ask)
        : resourceCheckValue(ask, { group: 'apps', resource: 'deployments', namespace: 'shop', name: 'web' }),
    account,
  );
  return { value: show(value), asked, cost: OBJECT_BUDGET.cost - account.remaining.cost };
}

/** Expression → what it asks. */
const QUESTIONS: Readonly<Record<string, string>> = {
  "authorizer.group('').resource('pods').check('get').allowed()": 'author: get resource=pods',
  "authorizer.group('apps').resource('deployments').subresource('scale').namespace('shop').name('web').check('update').allowed()":
    'author: update group=apps resource=deployments subresource=scale namespace=shop name=web',
  "authorizer.group('').resource('pods').name('a').name('').check('get').allowed()":
    'author: get resource=pods',
  "authorizer.group('').resource('pods').fieldSelector('spec.nodeName=n').labelSelector('app=a').check('list').allowed()":
    'author: list resource=pods fieldSelector=spec.nodeName=n',
  "authorizer.path('/healthz').check('get').allowed()": 'author: get path=/healthz',
  "authorizer.serviceAccount('shop', 'robot').path('/healthz').check('get').allowed()":
    'shop/robot: get path=/healthz',
  "authorizer.requestResource.check('bless').allowed()":
    'author: bless group=apps resource=deployments namespace=shop name=web',
  "authorizer.requestResource.subresource('scale').namespace('').check('get').allowed()":
    'author: get group=apps resource=deployments subresource=scale name=web',
};

const MISTAKES: Readonly<Record<string, string>> = {
  "authorizer.path('  ')": 'path must not be empty',
  "authorizer.group('apps').resource('')": 'resource must not be empty',
  "authorizer.serviceAccount('shop', 'no@name')": 'Invalid service account name',
  "authorizer.serviceAccount('a.b', 'robot')": 'Invalid service account namespace',
};

describe('authorizer', () => {
  for (const [expression, question] of Object.entries(QUESTIONS)) {
    it(`asks by ${expression}`, () => {
      const { value, asked } = evaluate(expression);
      expect(asked).to.deep.equal([question]);
      expect(value).to.equal('true');
    });
  }

  for (const [expression, problem] of Object.entries(MISTAKES)) {
    it(`fails by ${expression}`, () => {
      expect(evaluate(expression).value).to.equal(`error: ${problem}`);
    });
  }

  it('says why, and what kept it from deciding', () => {
    const decision = "authorizer.path('/x').check('get')";
    const parts = (made: AccessDecision) =>
      ['allowed', 'reason', 'errored', 'error'].map((name) => evaluate(`${decision}.${name}()`, made).value);
    expect(parts({ allowed: false, reason: 'no role' })).to.deep.equal(['false', '"no role"', 'false', '""']);
    expect(parts({ allowed: false, reason: '', error: 'timed out' })).to.deep.equal([
      'false',
      '""',
      'true',
      '"timed out"',
    ]);
  });

  it('costs so much that an expression may ask twice, and not three times', () => {
    const check = "authorizer.path('/x').check('get').allowed()";
    expect(evaluate(check).cost).to.equal(350_003);
    expect(evaluate(`${check} && ${check}`).value).to.equal('true');
    const third = evaluate(`${check} && ${check} && ${check}`);
    expect(third.value).to.equal('error: operation cancelled: actual cost limit exceeded');
  });

  it('has no fields, and asks nothing without a verb', () => {
    expect(problemsOf("authorizer.group('').allowed()", VARIABLES)).to.deep.equal([
      "28: found no matching overload for 'allowed' applied to 'kubernetes.authorization.GroupCheck.()'",
    ]);
    expect(problemsOf('authorizer.other', VARIABLES)).to.deep.equal([
      "10: type 'kubernetes.authorization.Authorizer' does not support field selection",
    ]);
  });

  it('is what a macro calls so, inside the macro', () => {
    expect(
      evaluate("[{'requestResource': 1}].all(authorizer, authorizer.requestResource == 1)").value,
    ).to.equal('true');
  });
});
