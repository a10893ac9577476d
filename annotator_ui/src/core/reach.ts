/** Tells after every call what stands between the person and the server, whatever the call was for. */

import { type AnnotationApi, type Barrier, CallFault } from "./ports";

export interface Reach {
  readonly isReached: boolean;
  readonly barrier: Barrier | null;
}

/** The same calls, watched. */
export function withReach(api: AnnotationApi, tell: (reach: Reach) => void): AnnotationApi {
  const watched = <Args extends unknown[], T>(call: (...args: Args) => Promise<T>) => {
    return async (...args: Args): Promise<T> => {
      try {
        const answer = await call(...args);
        tell({ isReached: true, barrier: null });
        return answer;
      } catch (error) {
        if (error instanceof CallFault) tell({ isReached: error.code !== "offline", barrier: error.barrier });
        throw error;
      }
    };
  };
  return {
    next: watched((wish) => api.next(wish)),
    heartbeat: watched((id, leaseToken) => api.heartbeat(id, leaseToken)),
    saveDraft: watched((id, leaseToken, draft) => api.saveDraft(id, leaseToken, draft)),
    release: watched((id, leaseToken) => api.release(id, leaseToken)),
    skip: watched((id, leaseToken, reason, comment) => api.skip(id, leaseToken, reason, comment)),
    flagMask: watched((id, leaseToken, comment) => api.flagMask(id, leaseToken, comment)),
    // Sent beside the work: whatever becomes of it says nothing to the person.
    reportAsset: (id, leaseToken, candidateId, kind) => api.reportAsset(id, leaseToken, candidateId, kind),
    submit: watched((id, submission) => api.submit(id, submission)),
    progress: watched(() => api.progress()),
    pause: watched(() => api.pause()),
    resume: watched(() => api.resume()),
  };
}
