/**
 * The light of a plain studio, for every candidate the same: a bright ceiling, two soft boxes, a grey floor.
 *
 * All surfaces here are matt, and for matt surfaces nine numbers hold the whole of an environment's light
 * (Ramamoorthi and Hanrahan 2001, "An Efficient Representation for Irradiance Environment Maps"). So nothing has to be
 * rendered, filtered or kept in graphics memory, and nothing is lost with a lost context.
 */

import { LightProbe, SphericalHarmonics3, Vector3 } from "three";

interface SoftBox {
  readonly towards: Vector3;
  /** Cosine of the half angle under which it is seen. */
  readonly cosine: number;
  /** Radiance; well above 1, as a lamp is. */
  readonly radiance: number;
}

const BOXES: readonly SoftBox[] = [
  { towards: new Vector3(-0.55, 0.7, 0.55).normalize(), cosine: Math.cos(0.42), radiance: 3.2 },
  { towards: new Vector3(0.75, 0.35, -0.6).normalize(), cosine: Math.cos(0.36), radiance: 2.2 },
];
const FLOOR = 0.16;
const HORIZON = 0.26;
const CEILING = 0.6;

/** What comes from this direction (a unit vector), in units in which white paper under even light of 1 is white. */
export function radianceFrom(direction: Vector3): number {
  const box = BOXES.find((one) => one.towards.dot(direction) > one.cosine);
  if (box !== undefined) return box.radiance;
  return direction.y < 0 ? FLOOR : HORIZON + (CEILING - HORIZON) * direction.y;
}

/** The studio as a light of three.js, integrated over `samples` directions spread evenly over the sphere. */
export function neutralLight(samples = 2048): LightProbe {
  const harmonics = new SphericalHarmonics3();
  const basis: number[] = new Array(9).fill(0);
  const direction = new Vector3();
  const goldenAngle = Math.PI * (3 - Math.sqrt(5));
  for (let index = 0; index < samples; index += 1) {
    const y = 1 - (2 * (index + 0.5)) / samples;
    const ring = Math.sqrt(1 - y * y);
    direction.set(ring * Math.cos(index * goldenAngle), y, ring * Math.sin(index * goldenAngle));
    SphericalHarmonics3.getBasisAt(direction, basis);
    const share = (radianceFrom(direction) * 4 * Math.PI) / samples;
    harmonics.coefficients.forEach((coefficient, term) => {
      coefficient.addScalar(share * (basis[term] ?? 0));
    });
  }
  return new LightProbe(harmonics);
}
