/** Names of container images as people write them, and what CI asks to have set. */
import { failed, ok, type Result } from '../base/errors.ts';

/** `registry.example.com:5000/shop/web:1.2@sha256:…`, taken apart; at least one of tag and digest. */
export interface ImageReference {
  readonly repository: string;
  readonly tag?: string;
  /** `sha256:…` */
  readonly digest?: string;
}

/** An image that is to run in place of another. */
export interface ImageChange {
  /** Of a marker, a container, or an image of a kustomization. */
  readonly name: string;
  /** `deployment/web`: of this object only. */
  readonly workload?: string;
  readonly reference: ImageReference;
}

/** Most images of one request: a commit has them all. */
export const MOST_IMAGES = 20;

// distribution/reference: the grammar of names; the host may have capitals and a port.
const REPOSITORY =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const NAME = /^[A-Za-z0-9](?:[\w.:-]*[A-Za-z0-9])?$/;
const WORKLOAD = /^[A-Za-z.]+\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/;

export const imageText = ({ repository, tag, digest }: ImageReference): string =>
  `${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;

/** Splits what need not be valid: a colon before the last slash is that of a port. */
export function splitReference(text: string): ImageReference {
  const [named = '', digest] = text.split('@', 2);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const [repository, tag] = colon < 0 ? [named] : [named.slice(0, colon), named.slice(colon + 1)];
  return {
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** `web=registry.example.com/web:1.2`, `deployment/web:app=…`. */
export function parseImageChange(text: string): Result<ImageChange> {
  const at = text.indexOf('=');
  const target = text.slice(0, Math.max(at, 0));
  const slash = target.indexOf('/');
  const colon = slash < 0 ? -1 : target.indexOf(':', slash);
  const [workload, name] =
    slash < 0 ? [undefined, target] : [target.slice(0, colon), target.slice(colon + 1)];
  const isTarget =
    NAME.test(name) && name.length < 256 && (slash < 0 || (colon > 0 && WORKLOAD.test(workload ?? '')));
  if (at < 0 || !isTarget)
    return failed({
      reason: 'BadRequest',
      message: `${JSON.stringify(text.slice(0, 300))} does not say which image is to be set`,
      remedy:
        'Write NAME=IMAGE: web=registry.example.com/web:1.2. NAME is a container, a marker, or deployment/web:CONTAINER.',
    });
  const reference = splitReference(text.slice(at + 1));
  const { repository, tag, digest } = reference;
  const isImage =
    REPOSITORY.test(repository) &&
    repository.length < 256 &&
    (tag === undefined || TAG.test(tag)) &&
    (digest === undefined || DIGEST.test(digest)) &&
    (tag !== undefined || digest !== undefined);
  if (!isImage)
    return failed({
      reason: 'BadRequest',
      message: `${JSON.stringify(text.slice(at + 1).slice(0, 300))} is no image with a tag or a digest`,
      remedy: 'Write REPOSITORY:TAG, REPOSITORY@sha256:…, or both; the digest has 64 hexadecimal digits.',
    });
  return ok({ name, ...(workload === undefined ? {} : { workload }), reference });
}
