/** The annotation calls over HTTP, as the session wants them; their shapes are those of the API's own document. */

import { ApiError, type Client } from "../../api/client";
import type { components } from "../../api/schema";
import type { Answer } from "../../api/types";
import { type AnnotationApi, CallFault } from "../../core/ports";
import type { Submission } from "../../core/submission";

type Schemas = components["schemas"];
type AnswerAsk = Omit<Schemas["SubmitAskRequest"], "lease_token">;

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

/** Copied field by field, because what the session keeps is read-only and has fields of its own. */
function answerBody(submission: Submission): AnswerAsk {
  const { lease_token: _lease, correction: _correction, ranking, turned_ids: turned, ...rest } = submission;
  return {
    ...rest,
    ranking: ranking && { ranks: ranking.ranks.map((group) => [...group]) },
    comparisons: [...rest.comparisons],
    rejections: rest.rejections.map(({ candidate_id, reasons }) => ({
      candidate_id,
      // Only codes that came with the assignment can be chosen.
      reasons: reasons as Schemas["RejectionAskRequest"]["reasons"],
    })),
    views: [...rest.views],
    turned_ids: turned && [...turned],
  };
}

export function annotationApi(client: Client): AnnotationApi {
  const one = (id: number, verb: string): string => `/api/assignments/${id}/${verb}/`;
  const holder = (leaseToken: string): Schemas["LeaseAskRequest"] => ({ lease_token: leaseToken });
  return {
    next: ({ campaignId, exclude, isAhead }) => {
      const ask: Schemas["NextAskRequest"] = { prefetch: isAhead, exclude: [...exclude], campaign_id: campaignId };
      return call(client.post<Schemas["NextAnswer"]>("/api/assignments/next/", ask));
    },
    heartbeat: (id, leaseToken) => call(client.post<Schemas["Lease"]>(one(id, "heartbeat"), holder(leaseToken))),
    saveDraft: async (id, leaseToken, draft) => {
      const ask: Schemas["DraftAskRequest"] = { ...holder(leaseToken), draft };
      await call(client.put<Schemas["DraftAnswer"]>(one(id, "draft"), ask));
    },
    release: (id, leaseToken) => call(client.post<void>(one(id, "release"), holder(leaseToken))),
    skip: (id, leaseToken, reason, comment) => {
      const ask: Schemas["SkipAskRequest"] = { ...holder(leaseToken), reason, comment };
      return call(client.post<void>(one(id, "skip"), ask));
    },
    flagMask: (id, leaseToken, comment) => {
      const ask: Schemas["FlagMaskAskRequest"] = { ...holder(leaseToken), comment };
      return call(client.post<void>(one(id, "flag-mask"), ask));
    },
    reportAsset: async (id, leaseToken, candidateId, kind) => {
      const ask: Schemas["AssetProblemAskRequest"] = { ...holder(leaseToken), candidate_id: candidateId, kind };
      await call(client.post<Schemas["Reported"]>(one(id, "asset-problems"), ask));
    },
    submit: async (id, submission) => {
      const { correction } = submission;
      if (correction !== undefined) {
        const ask: Schemas["ReviseAskRequest"] = { ...answerBody(submission), reason: correction.reason };
        const path = `/api/choices/${correction.choice_id}/revise/`;
        const { choice_id: choiceId } = await call(client.post<Schemas["Revised"]>(path, ask));
        return { choiceId, feedback: null };
      }
      const ask: Schemas["SubmitAskRequest"] = { ...holder(submission.lease_token), ...answerBody(submission) };
      const stored = await call(client.post<Schemas["SubmitAnswer"]>(one(id, "submit"), ask));
      return { choiceId: stored.choice_id, feedback: stored.feedback };
    },
    progress: () => call(client.get<Answer<Schemas["Progress"]>>("/api/annotation/progress/")),
    pause: () => call(client.post<void>("/api/annotation/pause/")),
    resume: () => call(client.post<void>("/api/annotation/resume/")),
  };
}
