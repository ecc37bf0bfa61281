import { containersOf, nameOfContainer, remarkOn } from '../containers.ts';
import type { Rule } from '../rule.ts';

export const imageTag: Rule = {
  name: 'image-tag',
  severity: 'warning',
  finds: 'An image without a tag or digest, or with the tag latest: what runs changes without a commit.',
  remedy: 'Name a version, or a digest.',
  check: (subject) =>
    containersOf(subject).flatMap((one) => {
      const { image } = one.container;
      // A name of pilotage.yaml stands for a digest once it is built.
      if (typeof image !== 'string' || Object.hasOwn(subject.request.images, image)) return [];
      const tag = tagOf(image);
      if (tag !== undefined && tag !== 'latest') return [];
      const what = tag === undefined ? 'has neither tag nor digest' : 'has the tag latest';
      const message = `${nameOfContainer(one)}: the image ${image} ${what}`;
      return [remarkOn(one.pod.linted, `${one.pointer}/image`, message)];
    }),
};

/** The tag or the digest of a reference; a colon before the last slash is that of a port. */
function tagOf(image: string): string | undefined {
  const name = image.slice(image.lastIndexOf('/') + 1);
  const at = name.search(/[:@]/);
  return at < 0 || at === name.length - 1 ? undefined : name.slice(at + 1);
}
