/** Draws how far away a surface is along the line of sight's axis, into ordinary bytes: no extension is needed. */

import { DoubleSide, NoBlending, ShaderMaterial } from "three";

const VERTEX = `
varying float vAway;
void main() {
  vec4 seen = modelViewMatrix * vec4(position, 1.0);
  vAway = -seen.z;
  gl_Position = projectionMatrix * seen;
}`;

// Red says that something is there; the share of the range lies in the other three, each finer by 255.
const FRAGMENT = `
precision highp float;
uniform float range;
varying float vAway;
void main() {
  vec3 share = fract(clamp(vAway / range, 0.0, 0.999999) * vec3(1.0, 255.0, 65025.0));
  share.xy -= share.yz / 255.0;
  gl_FragColor = vec4(1.0, share);
}`;

export interface Drawn {
  /** Row-major from the top, 1 where the object is. */
  readonly silhouette: Uint8Array;
  /** Infinite beside the object. */
  readonly depth: Float32Array;
}

export class DepthMaterial extends ShaderMaterial {
  private readonly away = { value: 1 };

  constructor() {
    super({ vertexShader: VERTEX, fragmentShader: FRAGMENT, side: DoubleSide, blending: NoBlending });
    this.uniforms.range = this.away;
  }

  /** Nothing is farther away than this. */
  setRange(range: number): void {
    this.away.value = range;
  }

  /** What was drawn, out of pixels that WebGL counts from the bottom. */
  read(pixels: Uint8Array, width: number, height: number): Drawn {
    const silhouette = new Uint8Array(width * height);
    const depth = new Float32Array(width * height).fill(Number.POSITIVE_INFINITY);
    const unit = this.away.value / 255;
    for (let row = 0; row < height; row += 1) {
      const from = (height - 1 - row) * width * 4;
      for (let column = 0; column < width; column += 1) {
        const at = from + column * 4;
        if ((pixels[at] ?? 0) <= 127) continue;
        const place = row * width + column;
        silhouette[place] = 1;
        const [first = 0, second = 0, third = 0] = [pixels[at + 1], pixels[at + 2], pixels[at + 3]];
        depth[place] = unit * (first + second / 255 + third / 65025);
      }
    }
    return { silhouette, depth };
  }
}
