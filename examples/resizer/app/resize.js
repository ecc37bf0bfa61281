import sharp from 'sharp';

/** What the client did wrong, as an HTTP status and a sentence. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

// Many small pods share a machine: one thread each, and no cache that outlives a request.
sharp.concurrency(1);
sharp.cache(false);

const FORMATS = ['jpeg', 'png', 'webp', 'gif'];

/**
 * Scales a picture to a width, a height, or both (then the edges are cropped).
 * Refuses a source (413) or a result (400) of more than `maxPixels`.
 */
export async function resize(source, wanted, { maxPixels, quality }) {
  const width = side(wanted.width, 'width');
  const height = side(wanted.height, 'height');
  if (width === undefined && height === undefined) throw new Refusal(400, 'Say how large: ?width=320');
  const metadata = await describe(source);
  const size = `${metadata.width}×${metadata.height}`;
  if (metadata.width * metadata.height > maxPixels) {
    throw new Refusal(413, `A picture may have ${maxPixels} pixels, this one is ${size}`);
  }
  const ratio = metadata.width / metadata.height;
  const result = { width: width ?? height * ratio, height: height ?? width / ratio };
  if (result.width * result.height > maxPixels) {
    throw new Refusal(400, `A result may have ${maxPixels} pixels: ask for a smaller one`);
  }
  const { format } = metadata;
  const options = format === 'jpeg' || format === 'webp' ? { quality } : {};
  const data = await sharp(source).rotate().resize({ width, height }).toFormat(format, options).toBuffer();
  return { data, format };
}

/** The first picture takes longest, because the library loads its parts: done before the pod calls itself started. */
export async function warmUp(sample) {
  await resize(sample, { width: '16' }, { maxPixels: Number.MAX_SAFE_INTEGER, quality: 80 });
}

async function describe(source) {
  if (source.length === 0) throw new Refusal(400, 'Send a picture as the body');
  try {
    const metadata = await sharp(source).metadata();
    if (FORMATS.includes(metadata.format)) return metadata;
  } catch {
    // Falls through: whatever the library says of the bytes, the client's remedy is the same.
  }
  throw new Refusal(415, `This is no picture that can be read: send ${FORMATS.join(', ')}`);
}

function side(value, name) {
  if (value === null || value === undefined) return undefined;
  const pixels = Number(value);
  if (Number.isInteger(pixels) && pixels > 0) return pixels;
  throw new Refusal(400, `${name} must be a positive whole number`);
}
