/** Fetches a stored file: its address redirects to a signed one, and a remembered redirect may outlive its signature. */
export async function signedFetch(url: string, signal?: AbortSignal): Promise<Response> {
  const ask = (cache: RequestCache): Promise<Response> =>
    fetch(url, { credentials: "same-origin", cache, signal: signal ?? null });
  const response = await ask("default");
  return response.status === 403 ? ask("reload") : response;
}
