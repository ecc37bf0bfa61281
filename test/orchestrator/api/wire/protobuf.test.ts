import { expect } from 'chai';
import { decodeProtobuf } from '../../../../src/orchestrator/api/wire/protobuf.ts';
import { body, type Part } from './protobufbody.ts';

describe('protobuf bodies', () => {
  it('become the JSON that the same client would have sent: zero values left out, maps, bytes in base64', () => {
    const secret = body('v1', 'Secret', [
      [
        1,
        [
          [1, 'pass'],
          [2, ''],
          [8, []],
          [
            11,
            [
              [1, 'app'],
              [2, 'web'],
            ],
          ],
          [
            11,
            [
              [1, 'tier'],
              [2, 'db'],
            ],
          ],
        ],
      ],
      [
        2,
        [
          [1, 'p'],
          [2, 'hunter2'],
        ],
      ],
      [3, ''],
    ]);
    expect(decodeProtobuf(secret)).to.deep.equal({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'pass', labels: { app: 'web', tier: 'db' } },
      data: { p: Buffer.from('hunter2').toString('base64') },
    });
  });

  it('keep the zero of a pointer, quantities as text, ints or strings as they are, inlined structs inline', () => {
    const port: Part = [6, [[3, 80]]];
    const probe: Part = [
      10,
      [
        [
          1,
          [
            [
              2,
              [
                [1, '/healthz'],
                [
                  2,
                  [
                    [1, 1],
                    [3, 'http'],
                  ],
                ],
              ],
            ],
          ],
        ],
        [2, 0],
        [4, 5],
      ],
    ];
    const resources: Part = [
      8,
      [
        [
          2,
          [
            [1, 'cpu'],
            [2, [[1, '100m']]],
          ],
        ],
      ],
    ];
    const container: Part = [2, [[1, 'main'], [2, 'host'], port, probe, resources]];
    const volume: Part = [
      1,
      [
        [1, 'files'],
        [2, [[2, []]]],
      ],
    ];
    const deployment = body('apps/v1', 'Deployment', [
      [
        2,
        [
          [1, 0],
          [3, [[2, [volume, container]]]],
          [4, []],
        ],
      ],
      [3, []],
    ]);
    expect(decodeProtobuf(deployment)).to.deep.equal({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      spec: {
        replicas: 0,
        template: {
          spec: {
            volumes: [{ name: 'files', emptyDir: {} }],
            containers: [
              {
                name: 'main',
                image: 'host',
                ports: [{ containerPort: 80 }],
                livenessProbe: { httpGet: { path: '/healthz', port: 'http' }, periodSeconds: 5 },
                resources: { requests: { cpu: '100m' } },
              },
            ],
          },
        },
      },
    });
  });

  it('understand what every group-version has: DeleteOptions', () => {
    expect(
      decodeProtobuf(
        body('apps/v1', 'DeleteOptions', [
          [1, 0],
          [4, 'Background'],
        ]),
      ),
    ).to.deep.equal({
      apiVersion: 'apps/v1',
      kind: 'DeleteOptions',
      gracePeriodSeconds: 0,
      propagationPolicy: 'Background',
    });
  });

  it('understand definitions of custom resources, whose schemas write themselves to JSON in their own way', () => {
    const schema = (...parts: readonly Part[]): readonly Part[] => parts;
    const property = (name: string, value: readonly Part[]): Part => [
      29,
      [
        [1, name],
        [2, value],
      ],
    ];
    const root = schema(
      [5, 'object'],
      property('open', schema([5, 'object'], [30, [[1, 1]]])),
      property('closed', schema([30, [[1, 0]]])),
      property(
        'any',
        schema([
          30,
          [
            [1, 1],
            [2, []],
          ],
        ]),
      ),
      property('list', schema([5, 'array'], [24, [[1, schema([5, 'string'])]]], [8, [[1, '["a"]']]])),
      property(
        'tuple',
        schema([
          24,
          [
            [2, schema([5, 'string'])],
            [2, schema([5, 'integer'])],
          ],
        ]),
      ),
      property('choice', schema([20, [[1, '"x"']]], [20, [[1, '2']]])),
      [
        32,
        [
          [1, 'a'],
          [
            2,
            [
              [2, 'b'],
              [2, 'c'],
            ],
          ],
        ],
      ],
    );
    const version: readonly Part[] = [
      [1, 'v1'],
      [2, 1],
      [3, 1],
      [4, [[1, root]]],
      [5, [[1, []]]],
    ];
    const definition = decodeProtobuf(
      body('apiextensions.k8s.io/v1', 'CustomResourceDefinition', [
        [
          2,
          [
            [1, 'example.com'],
            [7, version],
          ],
        ],
      ]),
    );
    expect(definition)
      .to.have.nested.property('spec.versions[0]')
      .that.deep.equals({
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              open: { type: 'object', additionalProperties: true },
              closed: { additionalProperties: false },
              any: { additionalProperties: {} },
              list: { type: 'array', items: { type: 'string' }, default: ['a'] },
              tuple: { items: [{ type: 'string' }, { type: 'integer' }] },
              choice: { enum: ['x', 2] },
            },
            dependencies: { a: ['b', 'c'] },
          },
        },
      });
  });

  it('skip fields of a newer version', () => {
    expect(
      decodeProtobuf(
        body('v1', 'ConfigMap', [
          [99, 'new'],
          [98, 7],
        ]),
      ),
    ).to.deep.equal({
      apiVersion: 'v1',
      kind: 'ConfigMap',
    });
  });
});
