/** What the API answers, as the pages read it. */

export interface Page<T> {
  results: T[];
  next: string | null;
}

export interface GenerationRequest {
  id: number;
  target_id: number;
  generator: string;
  n: number;
  state: "waiting" | "running" | "done" | "failed";
  attempts: number;
  failure_reason: string;
  created_at: string;
  finished_at: string | null;
}

export interface Candidate {
  id: string;
  generator: string;
  checkpoint_sha256: string | null;
  seed: number;
  seconds: number;
  mesh_url: string;
  preview_url: string;
}

export interface TargetDetail extends TargetObject {
  candidates: Candidate[];
}

export interface TargetObject {
  id: number;
  photo_id: number;
  name: string;
  bbox: [number, number, number, number];
  area_fraction: number;
  split: "train" | "heldout";
  status: string;
  mask_url: string;
  candidate_count: number;
  generation_requests: GenerationRequest[];
}

export interface Photo {
  id: number;
  name: string;
  width: number;
  height: number;
  photo_sha256: string;
  credit: string;
  is_simulated: boolean;
  image_url: string;
  targets: TargetObject[];
  created_at: string;
}

export interface ImportReport {
  photos: number;
  targets: number;
  skipped: { file: string; reason: string }[];
}

export interface MeshUpload {
  id: string;
  version: number;
  state: "pending" | "checked" | "refused" | "approved" | "rejected";
  file_name: string;
  size_bytes: number;
  report: Record<string, unknown>;
  refusal_reasons: string[];
  review_reason: string;
  mesh_url: string | null;
  created_at: string;
}

export interface Reject {
  id: string;
  mesh_url: string;
  preview_url: string;
  reasons: string[];
}

export interface ArtistJob {
  id: number;
  state: string;
  photo: { id?: number; name?: string; image_url: string; width: number; height: number };
  mask_url: string;
  artist: string | null;
  rejects: Reject[];
  uploads: MeshUpload[];
  created_at: string;
}

export interface UploadTicket {
  upload_id: string;
  url: string;
  method: string;
  headers: Record<string, string>;
}

export interface Progress {
  today: number;
  total: number;
  streak_days: number;
}

export interface Interval {
  mean: number;
  low: number;
  high: number;
}

export interface TrainingRun {
  id: number;
  stage: string;
  state: string;
  state_reason: string;
  step: number;
  n_steps: number | null;
  loss: number | null;
  losses: number[][];
  eta_seconds: number | null;
  metrics: Record<string, number>;
  log_tail: string;
  started_at: string | null;
  finished_at: string | null;
  checkpoint_sha256: string | null;
}

export interface Evaluation {
  checkpoint_sha256: string;
  role: "live" | "challenger";
  voxel_iou: Interval | null;
  f1: Interval | null;
  chamfer: Interval | null;
  n_objects: number;
}

export interface FrozenVersion {
  dataset_sha256: string;
  split: string;
  alpha: number;
  n_examples: number;
  n_pairs: number;
}

export interface Verdict {
  is_accepted: boolean;
  reason: string;
  difference: Interval | null;
  n_objects: number;
  n_simulated_objects: number;
}

export interface RoundSummary {
  id: number;
  name: string;
  state: string;
  state_reason: string;
  alpha: number;
  is_cancel_requested: boolean;
  started_by: string | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  dataset_version: FrozenVersion | null;
  heldout_version: FrozenVersion | null;
  live_checkpoint_sha256: string | null;
  deployed_checkpoint_sha256: string | null;
  verdict: Verdict | null;
}

export interface Round extends RoundSummary {
  training_runs: TrainingRun[];
  evaluations: Evaluation[];
  timeline: { state: string; at: string; note: string }[];
}

export interface ModelServer {
  status: string;
  checkpoint_sha256: string | null;
  is_in_sync: boolean;
  error: string | null;
}

export interface Checkpoint {
  checkpoint_sha256: string;
  stage: string;
  recipe: string;
  parent_sha256: string | null;
  dataset_sha256: string | null;
  steps: number;
  seed: number;
  metrics: Record<string, number>;
  created_at: string;
}

export interface Deployment {
  id: number;
  checkpoint_sha256: string;
  reason: string;
  is_rollback: boolean;
  deployed_by: string | null;
  created_at: string;
}

export interface TrainingRecord {
  id: number;
  kind: string;
  target_id: number;
  candidate_id: string | null;
  glb_sha256: string;
  rating: number | null;
  is_simulated: boolean;
  created_at: string;
}

export interface PreferencePair {
  id: number;
  target_id: number;
  winner_glb_sha256: string;
  loser_id: string;
  is_loser_own: boolean;
  is_simulated: boolean;
  created_at: string;
}

export interface DatasetVersion {
  dataset_sha256: string;
  split: string;
  alpha: number;
  n_examples: number;
  n_pairs: number;
  created_at: string;
}

export interface Derivation {
  alpha: number;
  n_records: number;
  n_pairs: number;
}

export interface Contributor {
  username: string;
  n_choices: number;
  is_simulated: boolean;
}

export interface ChainLink {
  checkpoint_sha256: string;
  stage: string;
  parent_sha256: string | null;
  dataset_sha256: string | null;
  round_id: number | null;
}

export interface Lineage {
  candidate: {
    id: string;
    generator: string;
    seed: number;
    steps: number;
    guidance: number;
    seconds: number;
    checkpoint_sha256: string | null;
  };
  checkpoint: ChainLink | null;
  dataset_versions: { sha256: string; split: string; n_records: number; n_pairs: number; annotators: Contributor[] }[];
  chain: ChainLink[];
}
