/** Icons as PNG with a palette: a third of the bytes of true colour, for the few colours that an icon has. */

import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);

/** @param {string} kind @param {Buffer} data */
function chunk(kind, data) {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/**
 * @param {{width: number, height: number, pixels: Uint8Array, asPng: () => Uint8Array}} drawn  its pixels are premultiplied RGBA
 * @returns {Uint8Array}
 */
export function png({ width, height, pixels, asPng }) {
  const colours = new Map();
  const rows = Buffer.alloc((width + 1) * height);
  const words = new DataView(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  for (let at = 0; at < width * height; at++) {
    const colour = words.getUint32(at * 4);
    if (!colours.has(colour)) colours.set(colour, colours.size);
    rows[at + 1 + Math.floor(at / width)] = colours.get(colour);
  }
  if (colours.size > 256) return asPng();
  const [palette, alphas] = [Buffer.alloc(colours.size * 3), Buffer.alloc(colours.size)];
  for (const [colour, i] of colours) {
    const alpha = alphas[i] = colour & 255;
    for (const part of [0, 1, 2]) palette[i * 3 + part] = alpha && Math.min(255, Math.round((colour >>> 24 - part * 8 & 255) * 255 / alpha));
  }
  const head = Buffer.from([0, 0, width >> 8, width & 255, 0, 0, height >> 8, height & 255, 8, 3, 0, 0, 0]);
  return Buffer.concat([SIGNATURE, chunk('IHDR', head), chunk('PLTE', palette), chunk('tRNS', alphas),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })), chunk('IEND', Buffer.alloc(0))]);
}
