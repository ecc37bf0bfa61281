import { expect } from 'chai';
import { repositoryOf } from '../../../../src/orchestrator/node/runtime/repository.ts';
import { matchesGlob } from '../../../../src/orchestrator/node/spec/glob.ts';
import {
  credentialsFor,
  keyringOf,
  readDockerConfig,
} from '../../../../src/orchestrator/node/spec/keyring.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('credentials for an image', () => {
  /** Passwords that are tried for the image, where each place has one of its own name. */
  function tried(image: string, ...places: readonly string[]): readonly string[] {
    const config = new Map(places.map((place) => [place, { username: 'u', password: place }]));
    return credentialsFor(keyringOf([config]), image).map(({ password }) => password);
  }
  const fits = (place: string, image: string) => tried(image, place).length > 0;

  const rows: readonly [place: string, image: string, fits: boolean][] = [
    ['registry.example', 'registry.example/team/app:1', true],
    ['https://registry.example', 'registry.example/app', true],
    ['http://registry.example/v1/', 'registry.example/app', true],
    ['https://registry.example/v2/', 'registry.example/app', true],
    ['registry.example/', 'registry.example/app', true],
    ['registry.example/team', 'registry.example/team/app@sha256:00', true],
    ['registry.example/v2/team', 'registry.example/team/app', true],
    ['registry.example/team', 'registry.example/other/app', false],
    ['registry.example', 'registry.example:5000/app', false],
    ['registry.example:5000', 'registry.example:5000/app:1', true],
    ['registry.example:5000', 'registry.example:5001/app', false],
    ['other.example', 'registry.example/app', false],
    ['*.example', 'registry.example/app', true],
    ['*.example', 'a.registry.example/app', false],
    ['*.*.example', 'a.registry.example/app', true],
    ['*', 'registry.example/app', false],
    ['reg*.example:5000', 'registry.example:5000/app', true],
    ['localhost', 'localhost/app', true],
    ['https://index.docker.io/v1/', 'nginx', true],
    ['https://index.docker.io/v1/', 'team/app:1', true],
    ['https://index.docker.io/v1/', 'docker.io/team/app', true],
    ['docker.io', 'nginx:1', true],
    ['docker.io/team', 'nginx:1', false],
    ['https://index.docker.io/v1/', 'registry.example/app', false],
    ['not a host', 'registry.example/app', false],
  ];
  for (const [place, image, expected] of rows)
    it(`of ${place} ${expected ? 'are' : 'are not'} for ${image}`, () =>
      expect(fits(place, image)).to.equal(expected));

  it('are tried from the most specific place to the least, and all of one place', () => {
    const image = 'registry.example/team/app';
    expect(tried(image, '*.example', 'registry.example', 'registry.example/team')).to.deep.equal([
      'registry.example/team',
      'registry.example',
      '*.example',
    ]);
    const config = (password: string) => new Map([['registry.example', { username: 'u', password }]]);
    const both = credentialsFor(keyringOf([config('old'), config('new')]), image);
    expect(both).to.deep.equal([
      { registry: 'registry.example', username: 'u', password: 'old' },
      { registry: 'registry.example', username: 'u', password: 'new' },
    ]);
  });

  it('of Docker Hub are used where none other fits', () => {
    const places = ['https://index.docker.io/v1/', 'docker.io/team'];
    expect(tried('team/app', ...places)).to.deep.equal(['docker.io/team']);
    expect(tried('other/app', ...places)).to.deep.equal(['https://index.docker.io/v1/']);
  });

  it('are found in time however many stars a place has', () =>
    expect(matchesGlob(`${'*a'.repeat(500)}b`, 'a'.repeat(1000))).to.equal(false));

  it('fit classes and escapes, and a pattern that is none fits nothing', () => {
    expect(matchesGlob('r[a-e]g[^0-9]', 'regx')).to.equal(true);
    expect(matchesGlob('r[a-e]g[^0-9]', 'reg1')).to.equal(false);
    expect(matchesGlob('r\\*g', 'r*g')).to.equal(true);
    expect(matchesGlob('r[', 'r[')).to.equal(false);
  });
});

describe('what a Secret says of registries', () => {
  const read = (value: unknown, isWrapped = true) => readDockerConfig(JSON.stringify(value), isWrapped);
  const login = (username: string, password: string) => ({
    ok: true,
    config: new Map([['registry.example', { username, password }]]),
  });

  it('is below `auths`, and in the older type at the top', () => {
    const entry = { 'registry.example': { username: 'u', password: 'p' } };
    expect(read({ auths: entry })).to.deep.equal(login('u', 'p'));
    expect(read(entry, false)).to.deep.equal(login('u', 'p'));
  });

  it('is the field auth before the others, and a password may hold colons', () => {
    const auth = base64('robot:a:b');
    expect(read({ auths: { 'registry.example': { username: 'u', auth } } })).to.deep.equal(
      login('robot', 'a:b'),
    );
  });

  it('shows nothing of itself where it cannot be read', () => {
    for (const text of ['{"auths": s3cret', '["s3cret"]', '{"auths": {"r": {"auth": "s3cret"}}}']) {
      const result = readDockerConfig(text, true);
      expect(result.ok).to.equal(false);
      expect(JSON.stringify(result)).to.not.contain('s3cret');
    }
  });
});

describe('the repository of an image', () => {
  const rows: readonly [image: string, registry: string, name: string][] = [
    ['nginx', 'docker.io', 'docker.io/library/nginx'],
    ['nginx:1.27@sha256:00', 'docker.io', 'docker.io/library/nginx'],
    ['team/app', 'docker.io', 'docker.io/team/app'],
    ['index.docker.io/nginx', 'docker.io', 'docker.io/library/nginx'],
    ['localhost/app:1', 'localhost', 'localhost/app'],
    ['127.0.0.1:5000/a/b:1', '127.0.0.1:5000', '127.0.0.1:5000/a/b'],
  ];
  for (const [image, registry, name] of rows)
    it(`${image} is ${name}`, () => expect(repositoryOf(image)).to.deep.equal({ registry, name }));
});
