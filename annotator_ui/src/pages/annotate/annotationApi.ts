/** The annotation calls over HTTP, as the session wants them; their shapes are those of the API's own document. */

import { ApiError, type Client } from "../../api/client";
import type { components } from "../../api/schema";
import { type AnnotationApi, CallFault } from "../../core/ports";
import type { Submission } from "../../core/submission";

type Schemas = components["schemas"];
type ReasonCode = Schemas["RejectionAskRequest"]["reasons"][number];

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

function submitBody(submission: Submission): Schemas["SubmitAskRequest"] {
  const rejections = submission.rejections.map(({ candidate_id, reasons }) => ({
    candidate_id,
    // Only codes that came with the assignment can be chosen.
    reasons: reasons as ReasonCode[],
  }));
  return { ...submission, comparisons: [...submission.comparisons], rejections };
}

export function annotationApi(client: Client): AnnotationApi {
  const one = (id: number, verb: string): string => `/api/assignments/${id}/${verb}/`;
  const holder = (leaseToken: string): Schemas["LeaseAskRequest"] => ({ lease_token: leaseToken });
  return {
    next: (ahead) => {
      const ask: Schemas["NextAskRequest"] = { prefetch: ahead !== null, exclude: [...(ahead?.exclude ?? [])] };
      return call(client.post<Schemas["NextAnswer"]>("/api/assignments/next/", ask));
    },
    heartbeat: (id, leaseToken) => call(client.post<Schemas["Lease"]>(one(id, "heartbeat"), holder(leaseToken))),
    saveDraft: async (id, leaseToken, draft) => {
      const ask: Schemas["DraftAskRequest"] = { ...holder(leaseToken), draft };
      await call(client.put<Schemas["DraftAnswer"]>(one(id, "draft"), ask));
    },
    release: (id, leaseToken) => call(client.post<void>(one(id, "release"), holder(leaseToken))),
    submit: async (id, submission) => {
      await call(client.post<Schemas["SubmitAnswer"]>(one(id, "submit"), submitBody(submission)));
    },
    progress: () => call(client.get<Schemas["Progress"]>("/api/annotation/progress/")),
  };
}
