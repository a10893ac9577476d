/** The annotation calls over HTTP, as the session wants them. */

import { ApiError, type Client } from "../../api/client";
import type { Lease, NextAnswer, Progress } from "../../core/assignment";
import { type AnnotationApi, CallFault } from "../../core/ports";

/** Any failure as a CallFault; what is not a failure of the call stays a bug and is thrown on. */
function toFault(error: unknown): unknown {
  if (!(error instanceof ApiError)) return error;
  const first = error.errors[0];
  // An expired session asks the person to log in elsewhere: the same call then succeeds.
  const isLater = error.isTransient || error.status === 401 || error.status === 403 || error.status === 408;
  return new CallFault(isLater ? "transient" : "refused", first?.code ?? "unknown", first?.reason ?? error.message);
}

async function call<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw toFault(error);
  }
}

export function annotationApi(client: Client): AnnotationApi {
  const one = (id: number, verb: string): string => `/api/assignments/${id}/${verb}/`;
  return {
    next: (ahead) =>
      call(client.post<NextAnswer>("/api/assignments/next/", ahead ? { prefetch: true, exclude: ahead.exclude } : {})),
    heartbeat: (id, leaseToken) => call(client.post<Lease>(one(id, "heartbeat"), { lease_token: leaseToken })),
    saveDraft: (id, leaseToken, draft) => call(client.put(one(id, "draft"), { lease_token: leaseToken, draft })),
    release: (id, leaseToken) => call(client.post(one(id, "release"), { lease_token: leaseToken })),
    submit: (id, submission) => call(client.post(one(id, "submit"), submission)),
    progress: () => call(client.get<Progress>("/api/annotation/progress/")),
  };
}
