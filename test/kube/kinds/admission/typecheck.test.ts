import { expect } from 'chai';
import { type TypedKind, typeWarnings } from '../../../../src/kube/kinds/admission/typecheck.ts';
import type { ValidatingAdmissionPolicySpec } from '../../../../src/kube/kinds/objects.data.ts';
import { crdSchema } from '../../../../src/kube/schema/crdschema.ts';
import { builtinSchema } from '../../../../src/kube/schema/schema.ts';

const builtin = (group: string, version: string, kind: string, plural: string): TypedKind => ({
  group,
  version,
  kind,
  plural,
  schema: () => builtinSchema({ group, version, kind }),
});
const WIDGET_SCHEMA = crdSchema({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        size: { type: 'integer' },
        loose: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
  },
});
const KINDS: readonly TypedKind[] = [
  builtin('', 'v1', 'ConfigMap', 'configmaps'),
  builtin('', 'v1', 'Pod', 'pods'),
  builtin('apps', 'v1', 'Deployment', 'deployments'),
  builtin('apps', 'v1', 'StatefulSet', 'statefulsets'),
  builtin('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition', 'customresourcedefinitions'),
  {
    group: 'example.com',
    version: 'v1',
    kind: 'Widget',
    plural: 'widgets',
    schema: () => (WIDGET_SCHEMA.ok ? WIDGET_SCHEMA.value : undefined),
  },
];

/** `apps:deployments,statefulsets` at v1. */
const about = (text: string, apiVersions = ['v1']): ValidatingAdmissionPolicySpec['matchConstraints'] => {
  const [group = '', resources = ''] = text.split(':');
  return {
    resourceRules: [
      { apiGroups: [group], apiVersions, resources: resources.split(','), operations: ['CREATE'] },
    ],
  };
};
const warnings = (what: string, expression: string, more: ValidatingAdmissionPolicySpec = {}) =>
  typeWarnings({ matchConstraints: about(what), validations: [{ expression }], ...more }, KINDS).map(
    ({ fieldRef, warning }) => `${fieldRef}: ${warning}`,
  );

describe('type checking of a policy', () => {
  it('says what does not fit the kind that it is about, and where', () => {
    expect(warnings('apps:deployments', 'object.replicas > 1')).to.deep.equal([
      [
        "spec.validations[0].expression: apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'replicas'",
        ' | object.replicas > 1',
        ' | ......^',
        '',
      ].join('\n'),
    ]);
  });

  it('says it of each kind, and of messages too', () => {
    const validations = [
      {
        expression: "object.spec.replicas > '1'",
        messageExpression: "'wants more, got ' + object.spec.replicas",
      },
    ];
    const found = typeWarnings(
      { matchConstraints: about('apps:statefulsets,deployments'), validations },
      KINDS,
    );
    expect(found.map(({ fieldRef }) => fieldRef)).to.deep.equal([
      'spec.validations[0].expression',
      'spec.validations[0].messageExpression',
    ]);
    expect(found[0]?.warning.match(/apps\/v1, Kind=\w+: .*/g)).to.deep.equal([
      "apps/v1, Kind=Deployment: ERROR: <input>:1:22: found no matching overload for '_>_' applied to '(int, string)'",
      "apps/v1, Kind=StatefulSet: ERROR: <input>:1:22: found no matching overload for '_>_' applied to '(int, string)'",
    ]);
    expect(found[1]?.warning).to.contain("found no matching overload for '_+_' applied to '(string, int)'");
  });

  it('knows metadata, parameters, variables and custom resources', () => {
    const fine = [
      ['example.com:widgets', "object.spec.size > 1 && object.metadata.labels['a'] == 'b'"],
      ['example.com:widgets', 'object.spec.loose.whatever == 1'],
      [':pods', "object.spec.containers.all(c, quantity(c.resources.limits['cpu']).isInteger())"],
      [':pods', "object.metadata.creationTimestamp > timestamp('2020-01-01T00:00:00Z')"],
      [':pods', "authorizer.requestResource.check('get').allowed() && namespaceObject.metadata.name != ''"],
    ] as const;
    for (const [what, expression] of fine) expect(warnings(what, expression), expression).to.deep.equal([]);
    expect(warnings('example.com:widgets', 'object.spec.sizes > 1')[0]).to.contain("undefined field 'sizes'");
    expect(
      warnings(':pods', 'params.dates.size() > variables.n', {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        variables: [{ name: 'n', expression: 'size(object.spec.containers)' }],
      })[0],
    ).to.contain("undefined field 'dates'");
  });

  it('ends on a kind whose schema holds itself', () => {
    const deep = 'object.spec.versions[0].schema.openAPIV3Schema.properties["a"].properties["b"]';
    expect(warnings('apiextensions.k8s.io:customresourcedefinitions', `${deep}.title == 1`)[0]).to.contain(
      "applied to '(string, int)'",
    );
  });

  it('says nothing of kinds that are not named, or not there', () => {
    const validations = [{ expression: 'object.nonsense == 1' }];
    for (const what of ['*:pods', ':*', ':pods/status', ':missing']) {
      expect(typeWarnings({ matchConstraints: about(what), validations }, KINDS), what).to.deep.equal([]);
    }
    expect(typeWarnings({ matchConstraints: about(':pods', ['*']), validations }, KINDS)).to.deep.equal([]);
  });
});
