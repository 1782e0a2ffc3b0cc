/** A small real photo, with nothing on it. */
import sharp from 'sharp'

export const photo = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#d8cfc0' } })
  .jpeg()
  .toBuffer()
