import { expect } from 'chai';
import { refusal, render } from '../request.ts';

const service = (text: string): string => `services:\n  web:\n    image: web\n    ${text}\n`;

/** What is written, and what a person reads: at line 4 where a service is at fault. */
const SERVICES: readonly (readonly [says: string, written: string, message: string])[] = [
  [
    'a key that is misspelt',
    'enviroment: {A: 1}',
    'enviroment is not a key of services.web\n  → Did you mean environment?',
  ],
  ['a key of deploy that is misspelt', 'deploy: {replica: 1}', 'replica is not a key of services.web.deploy'],
  ['a key that is not known', 'foo: 1', 'foo is not a key of services.web\n  → Known here: image, build'],
  ['a key of Pilotage that is misspelt', 'x-pilotage: {proces: true}', 'Did you mean process?'],
  [
    'a number that is a text',
    'deploy: {replicas: many}',
    'services.web.deploy.replicas must be a whole number from 0, not "many"',
  ],
  ['a list where a map is meant', 'deploy: [1]', 'services.web.deploy must be a map, not a list'],
  ['a port that is none', 'ports: ["80:web"]', 'services.web.ports has "80:web", which is not a port'],
  ['a port beyond 65535', 'ports: [70000]', 'has "70000", which is not a port'],
  ['ranges of different lengths', 'ports: ["1-3:1-2"]', 'has "1-3:1-2", which is not a port'],
  ['a thousand ports', 'ports: ["1000-2000:1000-2000"]', 'has more than 250 ports'],
  ['a duration without a unit', 'stop_grace_period: "30"', 'must be a duration such as 1m30s, not "30"'],
  ['memory that is no amount', 'mem_limit: lots', 'must be an amount of memory such as 512m'],
  ['a quote that is not closed', "command: sh -c 'a", 'must be a command whose quotes are closed'],
  ['a volume that is not defined', 'volumes: ["data:/data"]', 'the volume data is not defined under volumes'],
  [
    'a target that is not absolute',
    'volumes: ["./a:data"]',
    'has the target "data", which is not a path in the container',
  ],
  ['two mounts at one place', 'tmpfs: [/a, /a]', '/a is mounted twice'],
  ['a mount of four parts', 'volumes: ["a:b:c:d"]', 'has "a:b:c:d", which is not a mount'],
  [
    'a file that is not committed',
    'volumes: ["./no.conf:/etc/no.conf"]',
    './no.conf, which web mounts, is not in the folder of the app',
  ],
  ['a path outside of the repository', 'volumes: ["../up:/up"]', '../up is outside of the repository'],
  [
    'the socket of the engine',
    'volumes: ["/var/run/docker.sock:/var/run/docker.sock"]',
    'web wants the socket of the container engine',
  ],
  [
    'an env_file that is not committed',
    'env_file: secret.env',
    'the env_file secret.env of web is not in the repository',
  ],
  ['a config that is not defined', 'configs: [a]', 'a is not defined under configs'],
  ['a secret that is not defined', 'secrets: [a]', 'a is not defined under secrets'],
  [
    'a network that is not defined',
    'networks: [back]',
    'the network back of web is not defined under networks',
  ],
  ['a dependency that is no service', 'depends_on: [db]', 'web depends on db, which is not a service'],
  ['a dependency on itself', 'depends_on: [web]', 'depends_on goes round: web → web'],
  ['an unknown condition', 'depends_on: {web: {condition: service_health}}', 'Did you mean service_healthy?'],
  [
    'a health check that is no command',
    'healthcheck: {test: [curl, localhost]}',
    'must begin with CMD, CMD-SHELL or NONE',
  ],
  [
    'extending what is not there',
    'extends: base',
    'extends the service base, which compose.yaml does not have',
  ],
  ['extending itself', 'extends: web', 'extends goes round: web (compose.yaml) → web (compose.yaml)'],
  ['extending a file that is missing', 'extends: {file: a.yaml, service: a}', 'there is no file a.yaml'],
  [
    'the network of another container',
    'network_mode: service:db',
    'web shares network_mode with another container',
  ],
  [
    'devices',
    'devices: ["/dev/sda:/dev/sda"]',
    'services.web.devices: a pod gets devices from a plug-in of its node',
  ],
  ['models', 'models: [llm]', 'services.web.models: models are run by Docker'],
  ['a variable that must be set', 'command: ${WHO:?name it}', 'needs the variable WHO: name it'],
  ['a dollar sign alone', 'command: a $(date)', '"$(date)" is not a variable of Compose\n  → Write $$'],
  ['a variable that is not closed', 'command: ${A', '"${A" is not a variable of Compose'],
  [
    'an ingress without a port',
    'x-pilotage: {ingress: {host: a.org}}',
    'web asks for an ingress and has no port',
  ],
  ['a kind that there is not', 'x-pilotage: {kind: Deploymnt}', 'Did you mean Deployment?'],
  [
    'a restart policy that there is not',
    'restart: sometimes',
    'must be no, always, unless-stopped or on-failure',
  ],
  [
    'a process without a command',
    'x-pilotage: {process: true}',
    'web runs as a process and does not say how it starts',
  ],
  ['an alias that has no anchor', 'labels: *labels', 'labels'],
  ['a key that is given twice', 'image: other', 'image is given twice'],
  ['two pre_stop hooks', 'pre_stop: [{command: a}, {command: b}]', 'web has more than one pre_stop'],
];

describe('a compose file is refused, with its line, for', () => {
  for (const [says, written, message] of SERVICES)
    it(says, () => {
      const said = refusal({ 'compose.yaml': service(written) });
      expect(said)
        .to.contain(message)
        .and.match(/^compose.yaml:[234]:/);
    });

  const FILES: readonly (readonly [says: string, files: Record<string, string>, message: string])[] = [
    ['being no map', { 'compose.yaml': '- a\n' }, 'a compose file is a map'],
    ['having no services', { 'compose.yaml': 'web: {image: web}\n' }, 'compose.yaml has no services'],
    ['YAML that cannot be read', { 'compose.yaml': 'services: [\n' }, 'compose.yaml:'],
    [
      'a service without image and build',
      { 'compose.yaml': 'services: {web: {}}' },
      'web has neither image nor build',
    ],
    ['a service that is no map', { 'compose.yaml': 'services: {web: nginx}' }, 'services.web must be a map'],
    [
      'two names that become one',
      { 'compose.yaml': 'services: {a_b: {image: a}, a-b: {image: a}}' },
      'a-b and a_b would both be called a-b',
    ],
    [
      'a name that is none of DNS',
      { 'compose.yaml': 'services: {1a: {image: a}}' },
      '1a cannot be the name of a Service',
    ],
    [
      'an include that goes round',
      { 'compose.yaml': 'include: [compose.yaml]\nservices: {a: {image: a}}' },
      'include goes round: compose.yaml → compose.yaml',
    ],
    [
      'an include outside of the repository',
      { 'compose.yaml': 'include: [../a.yaml]\nservices: {a: {image: a}}' },
      'include names no file of the repository',
    ],
    [
      'a line of .env that is none',
      { 'compose.yaml': service('tty: true'), '.env': 'A=1\n= 2\n' },
      '.env:2: this line of the environment file has no name and value',
    ],
    [
      'a quotation mark of .env that is open',
      { 'compose.yaml': service('tty: true'), '.env': 'A="b\n' },
      '.env:1: this line of the environment file has a quotation mark',
    ],
    [
      'variables that double one another',
      { 'compose.yaml': service('command: $Z'), '.env': doubling() },
      'expand to more than 4 MiB',
    ],
    [
      'a secret that is not committed',
      { 'compose.yaml': `${service('secrets: [a]')}secrets: {a: {file: ./a.txt}}\n` },
      'the file ./a.txt of secrets.a is not in the folder of the app',
    ],
    [
      'a dependency that no profile has',
      { 'compose.yaml': 'services: {a: {image: a, depends_on: [b]}, b: {image: b, profiles: [x]}}' },
      'which no active profile has',
    ],
    [
      'an image that is not built here',
      { 'compose.yaml': 'services: {a: {build: .}}' },
      'the image of a is not built for this cluster',
    ],
    ['a bomb of aliases', { 'compose.yaml': bomb() }, 'too large to be read'],
    [
      'files of more than a megabyte',
      { 'compose.yaml': service('volumes: ["./big:/big"]'), big: 'x'.repeat(1_100_000) },
      'more than an object of the cluster holds',
    ],
  ];
  for (const [says, files, message] of FILES)
    it(says, () => {
      expect(refusal(files)).to.contain(message);
    });

  it('nothing that a key named __proto__ or constructor would do', () => {
    const said = refusal({ 'compose.yaml': service('constructor: {a: 1}') });
    expect(said).to.contain('constructor is not a key of services.web');
    const odd = 'services: {web: {image: a, environment: {__proto__: x, constructor: y}}}';
    const result = render({ 'compose.yaml': odd });
    expect(JSON.stringify(result))
      .to.contain('"name":"__proto__","value":"x"')
      .and.contain('"name":"constructor"');
  });
});

function doubling(): string {
  const names = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  return names
    .map((name, i) => `${name}=${i === 0 ? 'x'.repeat(100) : `$${names[i - 1]}$${names[i - 1]}`}\n`)
    .join('');
}

function bomb(): string {
  const lines = Array.from(
    { length: 8 },
    (_, i) =>
      `a${i}: &a${i} [${
        i === 0
          ? 'x'
          : Array(9)
              .fill(`*a${i - 1}`)
              .join(', ')
      }]`,
  );
  return `${lines.join('\n')}\nservices: {web: {image: a}}\n`;
}
