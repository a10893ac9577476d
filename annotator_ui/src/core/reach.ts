/** Tells after every call whether the server could be reached, whatever the call was for. */

import { type AnnotationApi, CallFault } from "./ports";

export function withReach(api: AnnotationApi, tell: (isReached: boolean) => void): AnnotationApi {
  const watch = async <T>(work: Promise<T>): Promise<T> => {
    try {
      const answer = await work;
      tell(true);
      return answer;
    } catch (error) {
      if (error instanceof CallFault) tell(error.code !== "offline");
      throw error;
    }
  };
  return {
    next: (ahead) => watch(api.next(ahead)),
    heartbeat: (id, leaseToken) => watch(api.heartbeat(id, leaseToken)),
    saveDraft: (id, leaseToken, draft) => watch(api.saveDraft(id, leaseToken, draft)),
    release: (id, leaseToken) => watch(api.release(id, leaseToken)),
    submit: (id, submission) => watch(api.submit(id, submission)),
    progress: () => watch(api.progress()),
  };
}
