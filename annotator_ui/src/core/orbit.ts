/** The camera that all panes share: it turns round the origin of the object frame (y up, front along +z). */

export interface Orbit {
  /** Degrees round y; 0 looks at the front, 90 at the side that faces +x. In [0, 360). */
  readonly azimuth: number;
  /** Degrees above the horizon. */
  readonly elevation: number;
  /** From the origin, in object units (the object's box is 1 wide). */
  readonly distance: number;
}

export const HOME: Orbit = { azimuth: 30, elevation: 18, distance: 3 };

const STEEPEST = 89;
const NEAREST = 1.1;
const FARTHEST = 8;

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

export function turn(orbit: Orbit, azimuthDegrees: number, elevationDegrees: number): Orbit {
  return {
    azimuth: (((orbit.azimuth + azimuthDegrees) % 360) + 360) % 360,
    elevation: clamp(orbit.elevation + elevationDegrees, -STEEPEST, STEEPEST),
    distance: orbit.distance,
  };
}

export function zoom(orbit: Orbit, factor: number): Orbit {
  return { ...orbit, distance: clamp(orbit.distance * factor, NEAREST, FARTHEST) };
}

/** Where the camera stands, in the object frame. */
export function eye(orbit: Orbit): readonly [number, number, number] {
  const azimuth = (orbit.azimuth * Math.PI) / 180;
  const elevation = (orbit.elevation * Math.PI) / 180;
  return [
    orbit.distance * Math.cos(elevation) * Math.sin(azimuth),
    orbit.distance * Math.sin(elevation),
    orbit.distance * Math.cos(elevation) * Math.cos(azimuth),
  ];
}
