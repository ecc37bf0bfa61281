import type { NodeInfo } from '../nodeinfo.ts';
import type { PodInfo } from '../podinfo.ts';
import { HIGHEST, type Score } from './score.ts';

const MB = 1024 * 1024;
/** Less is not worth a thought, and more makes no difference: bytes, the second one for each container. */
const [FROM, TO] = [23 * MB, 1000 * MB];

/** plugins/imagelocality: the more of the pod's images are there; one that few nodes have counts less, so that they are not overrun. */
export const IMAGE_LOCALITY: Score = {
  name: 'ImageLocality',
  rate(pod, nodes, view) {
    if (view.nodes.every(({ images }) => images.size === 0)) return undefined;
    const images = imagesOf(pod);
    const spread = new Map(
      images.map((image) => {
        const having = view.nodes.filter((info) => info.images.has(image)).length;
        return [image, having / view.nodes.length] as const;
      }),
    );
    const to = TO * images.length;
    return nodes.map((info) => {
      const bytes = images.reduce((sum, image) => sum + sizeOf(info, image) * (spread.get(image) ?? 0), 0);
      return Math.floor((HIGHEST * (Math.min(Math.max(bytes, FROM), to) - FROM)) / (to - FROM));
    });
  },
};

const sizeOf = ({ images }: NodeInfo, image: string): number => images.get(image) ?? 0;

const imagesOf = ({ pod }: PodInfo): readonly string[] =>
  [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map(({ image = '' }) => withTag(image));

/** `web` is `web:latest`: a colon before the last slash belongs to a port. */
const withTag = (image: string): string =>
  image.lastIndexOf(':') > image.lastIndexOf('/') || image.includes('@') ? image : `${image}:latest`;
