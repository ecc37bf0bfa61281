import { expect } from 'chai';
import { StatusError } from '../../../../src/kube/values/status.ts';
import { decodeProtobuf } from '../../../../src/orchestrator/api/wire/protobuf.ts';
import { body, type Part } from './protobufbody.ts';

describe('protobuf bodies, damaged or too large,', () => {
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
