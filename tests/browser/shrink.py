"""A picture in 256 colours weighs a third. Chromium, which is there anyway, counts them; Python writes the file."""

import base64
import struct
import zlib

from playwright.sync_api import Page

# Gives (width, height, palette as 0xRRGGBB, base64 of one index for each dot). Alike colours share their place:
# each group of 16 × 16 × 16 shades is shown by its most frequent one, rare groups by the nearest that is left.
COUNT = """async (png) => {
  const image = await createImageBitmap(await (await fetch(png)).blob());
  const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const dots = new Uint32Array(data.length / 4);
  for (let n = 0; n < dots.length; n++) dots[n] = data[4 * n] << 16 | data[4 * n + 1] << 8 | data[4 * n + 2];
  const shades = new Map();
  for (const dot of dots) shades.set(dot, (shades.get(dot) ?? 0) + 1);
  const groups = new Map();
  const byTimes = [...shades].sort((a, b) => b[1] - a[1]);
  for (const [shade, times] of byTimes) {
    const group = groups.get(shade & 0xf0f0f0);
    if (group) group.times += times; else groups.set(shade & 0xf0f0f0, { shade, times });
  }
  const frequent = byTimes.slice(0, 64).map(([shade]) => shade);
  const grouped = [...groups.values()].sort((a, b) => b.times - a.times).map(({ shade }) => shade);
  const palette = [...new Set([...frequent, ...grouped])].slice(0, 256);
  const apart = (a, b) => [16, 8, 0].reduce((sum, bits) => sum + ((a >> bits & 255) - (b >> bits & 255)) ** 2, 0);
  const nearer = (shade, a, b) => apart(shade, palette[a]) < apart(shade, palette[b]) ? a : b;
  const nearest = (shade) => palette.reduce((best, _, n) => nearer(shade, n, best), 0);
  const index = new Map([...shades.keys()].map((shade) => [shade, nearest(shade)]));
  const reader = new FileReader();
  reader.readAsDataURL(new Blob([Uint8Array.from(dots, (dot) => index.get(dot))]));
  await new Promise((done) => { reader.onload = done; });
  return [image.width, image.height, palette, reader.result.split(",")[1]];
}"""


def shrink(png: bytes, *, page: Page) -> bytes:
    """The same picture with a palette. `page` is any page that forbids no scripts, such as a blank one."""
    address = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    width, height, palette, encoded = page.evaluate(COUNT, address)
    dots = base64.b64decode(encoded)
    rows = b"".join(b"\0" + dots[n : n + width] for n in range(0, width * height, width))
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", b"".join(color.to_bytes(3) for color in palette)),
            _chunk(b"IDAT", zlib.compress(rows, 9)),
            _chunk(b"IEND", b""),
        ]
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
