import { expect } from 'chai';
import { complaints } from './notation.ts';

const RULE = 'operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [pods]';

const hooks = (hook: string): string =>
  `{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration, metadata: {name: a}, webhooks: [{name: a.b.c, sideEffects: None, admissionReviewVersions: [v1], clientConfig: {url: "https://x.dev/y"}, ${hook}}]}`;
const rule = (change: string): string => hooks(`rules: [{${RULE.replace(/resources.*/, '')} ${change}}]`);
const client = (config: string): string =>
  hooks('').replace('clientConfig: {url: "https://x.dev/y"}', `clientConfig: {${config}}`);
const policy = (spec: string): string =>
  `{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy, metadata: {name: a}, spec: {matchConstraints: {resourceRules: [{${RULE}}]}, ${spec}}}`;
const binding = (spec: string): string =>
  `{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicyBinding, metadata: {name: a}, spec: {${spec}}}`;

const FLAWS: readonly [title: string, object: string, complaint: string, old?: string][] = [
  [
    'a webhook of a short name',
    hooks('').replace('a.b.c', 'a.b'),
    'webhooks[0].name: Invalid value: "a.b": should be a domain with at least three segments separated by dots',
  ],
  [
    'a webhook that may take a minute',
    hooks('timeoutSeconds: 60'),
    'webhooks[0].timeoutSeconds: Invalid value: 60: the timeout value must be between 1 and 30 seconds',
  ],
  [
    'reviews of an unknown version',
    hooks('').replace('[v1]', '[v3]'),
    'webhooks[0].admissionReviewVersions: Invalid value: ["v3"]: must include at least one of v1, v1beta1',
  ],
  ['a rule without resources', rule('resources: []'), 'webhooks[0].rules[0].resources: Required value'],
  [
    'a subresource that a wildcard covers',
    rule('resources: [pods/*, pods/log]'),
    'webhooks[0].rules[0].resources[1]: Invalid value: "pods/log": if \'pods/*\' is present, must not specify pods/log',
  ],
  [
    'a webhook in two places',
    client('url: "https://x.dev/y", service: {name: a, namespace: b}'),
    'webhooks[0].clientConfig: Required value: exactly one of url or service is required',
  ],
  [
    'a webhook without encryption',
    client('url: "http://x.dev/y"'),
    'webhooks[0].clientConfig.url: Invalid value: "http": \'https\' is the only allowed URL scheme; desired format: https://host[/path]',
  ],
  [
    'a password in a URL',
    client('url: "https://u:p@x.dev/y"'),
    'webhooks[0].clientConfig.url: Invalid value: "u:p": user information is not permitted in the URL',
  ],
  [
    'a path with an empty segment',
    client('service: {name: a, namespace: b, path: /c//d}'),
    'webhooks[0].clientConfig.service.path: Invalid value: "/c//d": segment[1] may not be empty',
  ],
  [
    'a match condition without an expression',
    hooks('matchConditions: [{name: c, expression: " "}]'),
    'webhooks[0].matchConditions[0].expression: Required value',
  ],
  [
    'a policy that does nothing',
    policy('paramKind: {apiVersion: v1, kind: ConfigMap}'),
    'spec.validations: Required value: validations or auditAnnotations must contain at least one item',
  ],
  [
    'a variable that is a word of the language',
    policy('validations: [{expression: "true"}], variables: [{name: for, expression: "1"}]'),
    'spec.variables[0].name: Invalid value: "for": must be a valid CEL identifier',
  ],
  [
    'a message of two lines',
    policy('validations: [{expression: "true", message: "a\\nb"}]'),
    'spec.validations[0].message: Invalid value: "a\\nb": must not contain line breaks',
  ],
  ['a binding of no policy', binding('validationActions: [Deny]'), 'spec.policyName: Required value'],
  [
    'a binding that does nothing',
    binding('policyName: a'),
    'spec.validationActions: Required value: at least one validation action is required',
  ],
  [
    'a binding that refuses and warns',
    binding('policyName: a, validationActions: [Deny, Warn]'),
    'spec.validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
  ],
  [
    'parameters of no choice when they are missing',
    binding('policyName: a, validationActions: [Deny], paramRef: {name: p}'),
    'spec.paramRef.parameterNotFoundAction: Required value',
  ],
];

describe('the kinds of admissionregistration', () => {
  for (const [title, object, complaint, old] of FLAWS) {
    it(`refuse ${title}`, () => expect(complaints(object, old)).to.include(complaint));
  }

  it('accept what is well', () => {
    expect(complaints(rule('resources: [pods, pods/*, "*/scale"]'))).to.deep.equal([]);
    expect(complaints(client('service: {name: a, namespace: b, path: /c/d/}'))).to.deep.equal([]);
    expect(complaints(policy('validations: [{expression: "object.spec.replicas < 5"}]'))).to.deep.equal([]);
    const selected = 'paramRef: {selector: {}, parameterNotFoundAction: Deny}';
    expect(complaints(binding(`policyName: a, validationActions: [Warn, Audit], ${selected}`))).to.deep.equal(
      [],
    );
  });

  it('keep what was let in when less was checked', () => {
    const some = hooks('').replace('sideEffects: None', 'sideEffects: Some');
    expect(complaints(some)).to.have.length(1);
    expect(complaints(some, some)).to.deep.equal([]);
  });
});
