import { formatNumber, formatSigned } from "../../core/format";
import { roundsTexts as texts } from "../../core/texts/rounds";
import { Digest } from "../digest";
import { Table } from "../table";

export interface Interval {
  mean: number;
  low: number;
  high: number;
}

export interface ShownEvaluation {
  checkpoint_sha256: string;
  role: string;
  voxel_iou: Interval | null;
  f1: Interval | null;
  chamfer: Interval | null;
  n_objects: number;
}

function Estimate({ interval }: { interval: Interval | null }) {
  if (!interval) return <>–</>;
  return (
    <>
      <strong>{formatNumber(interval.mean)}</strong>{" "}
      <span class="hint">
        [{formatNumber(interval.low)}, {formatNumber(interval.high)}]
      </span>
    </>
  );
}

/** Both checkpoints on the same held-out objects. */
export function EvaluationTable({ evaluations }: { evaluations: readonly ShownEvaluation[] }) {
  const { evaluationColumns: columns } = texts;
  return (
    <Table
      testid="evaluations"
      keyOf={(evaluation) => evaluation.role}
      rows={evaluations}
      columns={[
        { label: columns.role, cell: (evaluation) => evaluation.role },
        { label: columns.checkpoint, cell: (evaluation) => <Digest sha256={evaluation.checkpoint_sha256} /> },
        { label: columns.iou, isNumber: true, cell: (evaluation) => <Estimate interval={evaluation.voxel_iou} /> },
        { label: columns.f1, isNumber: true, cell: (evaluation) => <Estimate interval={evaluation.f1} /> },
        { label: columns.chamfer, isNumber: true, cell: (evaluation) => <Estimate interval={evaluation.chamfer} /> },
        { label: columns.objects, isNumber: true, cell: (evaluation) => evaluation.n_objects },
      ]}
    />
  );
}

export interface ShownVerdict {
  is_accepted: boolean;
  reason: string;
  difference: Interval | null;
  n_objects: number;
  n_simulated_objects: number;
}

/** What the gate decided and the number it decided by. */
export function Verdict({ verdict }: { verdict: ShownVerdict }) {
  const { difference } = verdict;
  return (
    <div class={`note ${verdict.is_accepted ? "is-good" : "is-warn"}`} data-testid="verdict">
      <strong>{verdict.is_accepted ? texts.accepted : texts.kept}.</strong> {verdict.reason}
      {difference && (
        <p class="hint">
          {texts.difference}: {formatSigned(difference.mean)} [{formatSigned(difference.low)},{" "}
          {formatSigned(difference.high)}]; {texts.judgedOn(verdict.n_objects, verdict.n_simulated_objects)}
        </p>
      )}
    </div>
  );
}
