import { expect } from 'chai';
import { StatusError } from '../../../../src/kube/values/status.ts';
import { decodeProtobuf } from '../../../../src/orchestrator/api/wire/protobuf.ts';

/** The smallest writer that makes the messages readable: `[number, value]`, a list nests, a number is a varint. */
type Part = readonly [number: number, value: string | number | readonly Part[]];

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}

function encode(parts: readonly Part[]): Buffer {
  return Buffer.concat(
    parts.map(([number, value]) => {
      if (typeof value === 'number') return Buffer.concat([varint(number << 3), varint(value)]);
      const bytes = typeof value === 'string' ? Buffer.from(value) : encode(value);
      return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
    }),
  );
}

function body(apiVersion: string, kind: string, parts: readonly Part[]): Buffer {
  const raw = encode(parts);
  const type = encode([
    [
      1,
      [
        [1, apiVersion],
        [2, kind],
      ],
    ],
  ]);
  const rawField = Buffer.concat([varint((2 << 3) | 2), varint(raw.length), raw]);
  return Buffer.concat([Buffer.from('k8s\0'), type, rawField]);
}

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

  it('are refused with what is wrong: not this format, cut short, a kind without table', () => {
    expect(() => decodeProtobuf(Buffer.from('{"kind":"Pod"}'))).to.throw(/does not begin with/);
    const whole = body('v1', 'ConfigMap', [[1, [[1, 'conf']]]]);
    expect(() => decodeProtobuf(whole.subarray(0, -3))).to.throw(/ends inside/);
    expect(() => decodeProtobuf(body('example.com/v1', 'Ship', []))).to.throw(/send application\/json/);
  });

  it('are refused where JSON inside is none, as the mistake of the client that it is', () => {
    const fields: Part = [7, [[1, '{"f:data": ']]];
    const damaged = body('v1', 'ConfigMap', [[1, [[17, [fields]]]]]);
    expect(() => decodeProtobuf(damaged)).to.throw(StatusError, 'not valid Kubernetes protobuf');
  });

  it('survive any damage with a refusal, never a crash', () => {
    const whole = body('v1', 'Secret', [
      [1, [[1, 'pass']]],
      [
        2,
        [
          [1, 'p'],
          [2, 'x'],
        ],
      ],
    ]);
    for (let at = 4; at < whole.length; at++) {
      for (const byte of [0x00, 0x7f, 0xff]) {
        const damaged = Buffer.from(whole);
        damaged[at] = byte;
        try {
          decodeProtobuf(damaged);
        } catch (error) {
          expect((error as Error).name, `byte ${at} = ${byte}: ${error}`).to.equal('StatusError');
        }
      }
    }
  });

  // What copies at each field what it has gathered so far does not come back from the next two in time.
  it('of 80,000 repeated fields become a list in linear time', () => {
    const finalizers = Array.from({ length: 80_000 }, (_, i): Part => [14, `f${i}`]);
    const decoded = decodeProtobuf(body('v1', 'ConfigMap', [[1, finalizers]])) as {
      metadata: { finalizers: string[] };
    };
    expect(decoded.metadata.finalizers).to.have.length(80_000);
    expect(decoded.metadata.finalizers[79_999]).to.equal('f79999');
  });

  it('of 30,000 keys become a map in linear time, whatever the keys are called', () => {
    const entry = (key: string): Part => [
      2,
      [
        [1, key],
        [2, 'v'],
      ],
    ];
    const entries = ['__proto__', 'constructor', ...Array.from({ length: 30_000 }, (_, i) => `k${i}`)].map(
      entry,
    );
    const { data } = decodeProtobuf(body('v1', 'ConfigMap', entries)) as { data: object };
    expect(Object.keys(data)).to.have.length(30_002);
    expect(Object.getOwnPropertyDescriptor(data, '__proto__')?.value).to.equal('v');
    expect(Object.getPrototypeOf(data)).to.equal(Object.prototype);
  });

  it('of more fields than an object may have are refused', () => {
    const many = Array.from({ length: 100_001 }, (): Part => [14, '']);
    expect(() => decodeProtobuf(body('v1', 'ConfigMap', [[1, many]]))).to.throw(
      StatusError,
      'more than 100,000 nodes',
    );
  });
});
