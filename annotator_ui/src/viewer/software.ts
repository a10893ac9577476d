/** Whether this browser draws WebGL with the processor: then smooth edges cost more than everything else together. */

const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

let known: boolean | null = null;

/**
 * Asks once for each page, with a context that is given back at once: whether edges are smoothed must be said before
 * the real context is made, and who draws can only be asked of a context.
 */
export function drawsInSoftware(): boolean {
  known ??= ask();
  return known;
}

function ask(): boolean {
  const gl = document.createElement("canvas").getContext("webgl2", { antialias: false, depth: false });
  if (gl === null) return false;
  const unmasked = gl.getExtension("WEBGL_debug_renderer_info");
  const name = String(gl.getParameter(unmasked?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return SOFTWARE.test(name);
}
