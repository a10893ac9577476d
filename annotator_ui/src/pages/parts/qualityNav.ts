import { hasRole, type PageContext } from "../../api/page";
import type { QualityPage } from "../../ui/quality/subNav";

/** The pages about people's work that this person may open. */
export function qualityPages(page: PageContext): QualityPage[] {
  return hasRole(page, "reviewer")
    ? ["annotators", "disagreements", "gold", "mask-flags"]
    : ["annotators", "gold", "mask-flags"];
}
