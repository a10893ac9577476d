/** The session's calls while one stored answer is corrected: one task that nobody can take away. */

import type { Client } from "../../api/client";
import type { components } from "../../api/schema";
import type { Answer } from "../../api/types";
import type { Assignment, Lease } from "../../core/assignment";
import { type CorrectionNote, reopened } from "../../core/correction";
import { type AnnotationApi, CallFault } from "../../core/ports";
import { annotationApi } from "./annotationApi";

export type ChoiceDetail = Answer<components["schemas"]["ChoiceDetail"]>;

const DAY = 24 * 3600 * 1000;

function lease(): Lease {
  const now = Date.now();
  return { server_time: new Date(now).toISOString(), lease_expires_at: new Date(now + DAY).toISOString() };
}

function taskOf(choice: ChoiceDetail, writer: string): Assignment {
  return {
    ...lease(),
    id: choice.id,
    lease_token: "",
    target_id: choice.target_id,
    campaign: { id: 0, name: "", instructions: "", is_practice: false },
    photo: choice.photo,
    mask_url: choice.mask_url,
    candidates: choice.candidates,
    draft: reopened(choice, { now: Date.now(), writer }),
    rating_scale: choice.rating_scale,
    rejection_reasons: choice.rejection_reasons,
  };
}

async function nothing(): Promise<void> {}

export function correctionApi(
  client: Client,
  choice: ChoiceDetail,
  note: CorrectionNote,
  writer: string,
): AnnotationApi {
  const ordinary = annotationApi(client);
  return {
    ...ordinary,
    next: async ({ isAhead }) => {
      const isTask = !isAhead && !note.isStored.value;
      return { assignment: isTask ? taskOf(choice, writer) : null, empty_reason: null, empty_message: "" };
    },
    heartbeat: async () => lease(),
    saveDraft: nothing,
    release: nothing,
    skip: nothing,
    flagMask: nothing,
    reportAsset: nothing,
    pause: nothing,
    resume: nothing,
    submit: async (id, submission) => {
      const { correction } = submission;
      try {
        const stored = await ordinary.submit(id, submission);
        if (correction?.choice_id === note.choiceId) note.isStored.value = true;
        return stored;
      } catch (error) {
        // Somebody corrected it meanwhile: what is shown here is not what stands.
        if (error instanceof CallFault && error.code === "revised_already") location.assign("/annotate/answers/");
        throw error;
      }
    },
  };
}
