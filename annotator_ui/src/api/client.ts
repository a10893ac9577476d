import type { ErrorLine } from "../core/errors";
import { texts } from "../core/texts";

/** Every refusal of the API and every failure to reach it; `status` is 0 when no answer came. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly errors: ErrorLine[],
  ) {
    super(errors.map((error) => error.reason).join(" "));
    this.name = "ApiError";
  }

  has(code: string): boolean {
    return this.errors.some((error) => error.code === code);
  }

  /** True when the same request may succeed later without any change. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export interface ClientOptions {
  csrf: string;
  fetch?: typeof fetch;
  /** Waits before the second and third try of a GET, in milliseconds. */
  waits?: readonly number[];
}

type Query = Record<string, string | number | undefined>;

/** Calls of the HTTP API with the session of this page. Only GETs are repeated; a change is sent once. */
export class Client {
  private readonly fetch: typeof fetch;
  private readonly waits: readonly number[];

  constructor(private readonly options: ClientOptions) {
    this.fetch = options.fetch ?? ((...args) => globalThis.fetch(...args));
    this.waits = options.waits ?? [300, 1200];
  }

  async get<T>(path: string, query: Query = {}): Promise<T> {
    const address = withQuery(path, query);
    for (const wait of this.waits) {
      try {
        return await this.send<T>("GET", address);
      } catch (error) {
        if (!(error instanceof ApiError) || !error.isTransient) throw error;
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
    return this.send<T>("GET", address);
  }

  post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.send<T>("POST", path, body);
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.send<T>("PUT", path, body);
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.send<T>("PATCH", path, body);
  }

  /** Send one request; a FormData body goes as multipart, anything else as JSON. An empty answer gives null. */
  private async send<T>(method: string, address: string, body?: unknown): Promise<T> {
    const headers: Record<string, string> = { Accept: "application/json" };
    if (method !== "GET") headers["X-CSRFToken"] = currentCsrf() ?? this.options.csrf;
    const isForm = body instanceof FormData;
    if (body !== undefined && !isForm) headers["Content-Type"] = "application/json";
    let response: Response;
    try {
      const payload = body === undefined ? null : isForm ? body : JSON.stringify(body);
      response = await this.fetch(address, { method, headers, body: payload, credentials: "same-origin" });
    } catch {
      throw new ApiError(0, [{ field: null, code: "offline", reason: texts.errors.offline }]);
    }
    if (!response.ok) throw new ApiError(response.status, await readErrors(response));
    const text = await response.text();
    return (text ? JSON.parse(text) : null) as T;
  }
}

/** The token of the session as it is now: signing in again in another tab makes the page's own one stale. */
function currentCsrf(): string | null {
  if (typeof document === "undefined") return null;
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? null;
}

/** Path and query without an origin: a list's `next` names the server as a proxy saw it, not as the browser does. */
function withQuery(address: string, query: Query): string {
  const path = address.replace(/^https?:\/\/[^/]+/, "");
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  if (pairs.length === 0) return path;
  const search = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]));
  return `${path}${path.includes("?") ? "&" : "?"}${search}`;
}

/** The reasons in the body of a refusal, or one general sentence when the body is not ours. */
async function readErrors(response: Response): Promise<ErrorLine[]> {
  if (response.status === 401) return [{ field: null, code: "signed_out", reason: texts.errors.signedOut }];
  try {
    const body = (await response.json()) as { errors?: unknown };
    if (Array.isArray(body.errors) && body.errors.length > 0) return body.errors as ErrorLine[];
  } catch {
    // Not JSON: a proxy or a crash answered instead of the API.
  }
  const reason = response.status === 403 ? texts.errors.signedOut : texts.errors.server;
  return [{ field: null, code: `http_${response.status}`, reason }];
}
