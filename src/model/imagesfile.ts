import type { ContainerRecipe, ImageEntry, RegistryEntry, SecretKey } from './deliveryfile.ts';
import { IMAGE, REGISTRY, SECRET_KEY } from './pilotagegrammar.ts';
import { type Cursor, complain, entriesOf, placeOf, readPath } from './reader.ts';

/** What pilotage.yaml says of images, by the names that manifests have for them. */
export const readImages = (at: Cursor | undefined): Readonly<Record<string, ImageEntry>> =>
  Object.fromEntries(entriesOf(at).flatMap(([name, one]) => readImage(name, one) ?? []));

/** As a manifest names it, without its tag: `web`, or `registry.example.com:5000/shop/web`. */
const IMAGE_NAME = /^[a-z0-9]+(?:(?:[._-]+|:\d+(?=\/)|\/)[a-z0-9]+)*$/;

function readImage(name: string, at: Cursor): [[string, ImageEntry]] | undefined {
  if (!IMAGE_NAME.test(name)) {
    return complain(
      at,
      'WrongValue',
      `"${name}" is not the name of an image: lower-case letters, digits, and . _ - / between them, without a tag`,
    );
  }
  const fields = IMAGE.open(at);
  if (!IMAGE.isComplete(at, fields)) return undefined;
  const path = fields.path.at?.value === '.' ? '' : readPath(fields.path.at);
  if (path === undefined) return undefined;
  const build = fields.build.read();
  const container = readRecipe(fields);
  return [[name, { path, ...(build ? { build } : {}), ...(container ? { container } : {}) }]];
}

/** The other fields are of images that an engine builds, which have a Dockerfile. */
function readRecipe(fields: ReturnType<typeof IMAGE.open>): ContainerRecipe | undefined {
  const { dockerfile, build, target, args, secrets } = fields;
  if (!dockerfile.at) {
    const stray = target.at ?? args.at ?? secrets.at;
    return (
      stray &&
      complain(stray, 'WrongValue', 'is for images with a dockerfile', 'Name it: dockerfile: Dockerfile.')
    );
  }
  if (build.at)
    return complain(
      build.at,
      'WrongValue',
      'build and dockerfile exclude each other',
      'Say it in the Dockerfile: RUN …',
    );
  const file = dockerfile.read();
  if (file === undefined) return undefined;
  const stage = target.read();
  return {
    dockerfile: file,
    ...(stage ? { target: stage } : {}),
    args: args.read() ?? {},
    secrets: Object.fromEntries(entriesOf(secrets.at).flatMap(([id, at]) => readSecretKey(id, at) ?? [])),
    place: placeOf(dockerfile.at),
  };
}

/** Ids become words of a request to the engine. */
const SECRET_ID = /^[\w.-]{1,64}$/;

function readSecretKey(id: string, at: Cursor): [[string, SecretKey]] | undefined {
  if (!SECRET_ID.test(id))
    return complain(at, 'WrongValue', `"${id}" is not the id of a secret: letters, digits, and . _ -`);
  const fields = SECRET_KEY.open(at);
  if (!SECRET_KEY.isComplete(at, fields)) return undefined;
  const [name, key] = [fields.secret.read(), fields.key.read()];
  return name === undefined || key === undefined ? undefined : [[id, { name, key, place: placeOf(at) }]];
}

/** A host with a dot or a port, so that nobody means a registry and gets Docker Hub; then folders. */
const REPOSITORY = /^[a-z0-9-]*[a-z0-9](\.[a-z0-9-]+)*(:\d+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/;

export function readRegistry(at: Cursor): RegistryEntry | undefined {
  const fields = REGISTRY.open(at);
  if (!REGISTRY.isComplete(at, fields)) return undefined;
  const repository = fields.repository.read();
  if (repository === undefined || fields.repository.at === undefined) return undefined;
  if (!REPOSITORY.test(repository) || !/^[^/]*[.:]/.test(repository))
    return complain(
      fields.repository.at,
      'WrongValue',
      `"${repository}" is no place of a registry`,
      'Write it like registry.example.com:5000/team, without https:// and without a tag.',
    );
  const secret = fields.secret.read();
  return { repository, ...(secret ? { secret } : {}), place: placeOf(at) };
}
