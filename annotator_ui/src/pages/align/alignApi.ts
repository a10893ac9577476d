/** The alignment calls over HTTP, as the session wants them. */

import { ApiError, type Client } from "../../api/client";
import type { components } from "../../api/schema";
import type { Answer } from "../../api/types";
import { type Pose, readPose } from "../../core/alignFrames";
import type { AlignApi } from "../../core/alignSession";
import { CallFault } from "../../core/ports";

type Schemas = components["schemas"];

async function call<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const first = error.errors[0];
    // An expired session asks the person to log in elsewhere: the same call then succeeds.
    const isLater = error.isTransient || error.status === 401 || error.status === 403 || error.status === 408;
    throw new CallFault(isLater ? "transient" : "refused", first?.code ?? "unknown", first?.reason ?? error.message);
  }
}

/** The API's document knows lists, not triples. */
function poseOf(sent: { rotation: number[][]; translation: number[]; scale: number[] }): Pose {
  const pose = readPose(sent);
  if (pose === null) throw new CallFault("refused", "pose_broken", "The server sent a pose that cannot be one.");
  return pose;
}

function lists({ rotation, translation, scale }: Pose): Schemas["PoseRequest"] {
  return { rotation: rotation.map((row) => [...row]), translation: [...translation], scale: [...scale] };
}

export function alignApi(client: Client): AlignApi {
  const one = (id: number, verb: string): string => `/api/alignments/${id}/${verb}/`;
  return {
    next: async () => {
      const answer = await call(client.post<Answer<Schemas["NextAlignment"]>>("/api/alignments/next/"));
      const task = answer.task === null ? null : { ...answer.task, pose: poseOf(answer.task.pose) };
      return { task, empty_message: answer.empty_message };
    },
    heartbeat: (id, leaseToken) =>
      call(client.post<Schemas["Lease"]>(one(id, "heartbeat"), { lease_token: leaseToken })),
    saveDraft: async (id, leaseToken, draft) => {
      await call(client.put<unknown>(one(id, "draft"), { lease_token: leaseToken, draft }));
    },
    release: async (id, leaseToken) => {
      await call(client.post<unknown>(one(id, "release"), { lease_token: leaseToken }));
    },
    snap: async (id, leaseToken, { pose, focal }) => {
      const ask: Schemas["SnapAskRequest"] = { lease_token: leaseToken, pose: lists(pose), focal };
      const answer = await call(client.post<Answer<Schemas["SnapAnswer"]>>(one(id, "snap"), ask));
      return { ...answer, pose: poseOf(answer.pose) };
    },
    submit: (id, answer) => {
      const ask: Schemas["SubmitAlignmentRequest"] = { ...answer, pose: lists(answer.pose) };
      return call(client.post<Schemas["SubmittedAlignment"]>(one(id, "submit"), ask));
    },
  };
}
