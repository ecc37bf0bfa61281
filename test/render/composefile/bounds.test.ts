import { expect } from 'chai';
import { newReport } from '../../../src/render/composefile/load/report.ts';
import { Work } from '../../../src/render/composefile/load/work.ts';
import { readProject } from '../../../src/render/composefile/project.ts';
import { composeImages } from '../../../src/render/sources/composefile.ts';
import { type Files, refusal, rendered, request } from '../request.ts';
import { tree } from '../tree.ts';

const WEB = 'services: {web: {image: web}}\n';
const TOO_MUCH = 'the files of the compose project come to more than is read';
const large = (services: number): string =>
  `x-large: [${Array(15_000).fill('a').join(', ')}]\nservices:\n${Array.from({ length: services }, (_, i) => `  s${i}: {image: a}\n`).join('')}`;
const times = (count: number, one: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => one(i)).join('');

/** Files of which each includes the next twice. */
const doubling = (): Files =>
  Object.fromEntries(
    Array.from({ length: 24 }, (_, i) => [
      i === 0 ? 'compose.yaml' : `f${i}.yaml`,
      i === 23 ? WEB : `include: [f${i + 1}.yaml, f${i + 1}.yaml]\n${i === 0 ? WEB : ''}`,
    ]),
  );

/** What repeats what is read, and would be read for seconds. */
const REPEATS: readonly (readonly [says: string, files: Files, message: string])[] = [
  ['files that each include the next twice', doubling(), TOO_MUCH],
  [
    'COMPOSE_FILE that names a file a hundred times',
    { 'compose.yaml': large(1), '.env': `COMPOSE_FILE=${Array(100).fill('compose.yaml').join(':')}` },
    'COMPOSE_FILE names more than 20 files',
  ],
  [
    'COMPOSE_FILE that names a large file a few times',
    { 'compose.yaml': large(1), '.env': `COMPOSE_FILE=${Array(20).fill('compose.yaml').join(':')}` },
    TOO_MUCH,
  ],
  [
    'a large service that all others extend',
    {
      'compose.yaml': `services:\n${times(290, (i) => `  s${i}: {extends: {file: big.yaml, service: base}}\n`)}`,
      'big.yaml': `services: {base: {image: a, dns: [${times(15_000, (i) => `a${i}, `)}]}}`,
    },
    TOO_MUCH,
  ],
  [
    'an env_file of thousands of variables that each service names many times',
    {
      'compose.yaml': `services:\n${times(100, (i) => `  s${i}: {image: a, env_file: [${times(50, () => 'a.env, ')}]}\n`)}`,
      'a.env': times(4_000, (i) => `A${i}=1\n`),
    },
    TOO_MUCH,
  ],
  [
    'more services than a project has',
    { 'compose.yaml': large(301) },
    'compose.yaml has more than 300 services',
  ],
  [
    'more services than a project has, of several files',
    { 'compose.yaml': `include: [a.yaml]\n${large(200)}`, 'a.yaml': large(200).replaceAll('  s', '  t') },
    'compose.yaml has more than 300 services',
  ],
];

describe('the reading of a compose project is bounded, which the daemon does between answers', () => {
  for (const [says, files, message] of REPEATS)
    it(`refuses ${says}`, () => {
      const before = process.cpuUsage();
      expect(refusal(files)).to.contain(message);
      const { user } = process.cpuUsage(before);
      expect(user / 1_000).to.be.lessThan(1_500);
    });

  it('reads a file that many services extend once', () => {
    const files = {
      'compose.yaml': `services:\n${times(200, (i) => `  s${i}: {extends: {file: base.yaml, service: base}}\n`)}`,
      'base.yaml': 'services: {base: {image: a, environment: {A: "1"}}}',
    };
    const counted = tree(files);
    let reads = 0;
    const read = (path: string) => {
      if (path === 'base.yaml') reads++;
      return counted.read(path);
    };
    const project = readProject({ tree: { ...counted, read }, path: '', variables: new Map() }, newReport());
    expect(project?.services.size).to.equal(200);
    expect(reads).to.equal(1);
  });

  it('shares its bound between the apps of an environment', () => {
    const work = new Work(500);
    const images = () => composeImages({ ...request({ 'compose.yaml': WEB }), work });
    const results = Array.from({ length: 10 }, images);
    expect(results[0]?.ok).to.equal(true);
    expect(results.at(-1)).to.have.property('ok', false);
  });

  it('leaves room for a project of three hundred services', () => {
    const services = times(
      290,
      (i) =>
        `  s${i}:\n    extends: {file: base.yaml, service: base}\n    environment: {${times(20, (n) => `V${n}: "1", `)}}\n`,
    );
    const files = { 'compose.yaml': `services:\n${services}`, 'base.yaml': 'services: {base: {image: a}}' };
    expect(rendered(files).manifests).to.have.length(290);
  });
});
