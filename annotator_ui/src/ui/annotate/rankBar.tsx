import { groupsOf, type Ranks, WORST_RANK } from "../../core/grid";
import { letterOf } from "../../core/letters";
import { keysOf } from "../../core/shortcuts";
import { texts } from "../../core/texts";
import { DraggedLetter } from "./draggedLetter";
import { KeyButton } from "./keyButton";

const own = texts.annotate;

export interface RankBarProps {
  letters: readonly string[];
  ranks: Ranks;
  selected: string | null;
  isReady: boolean;
  onRank: (candidateId: string, rank: number | null) => void;
  onPick: (candidateId: string) => void;
  onDone: () => void;
}

interface ShelfProps extends RankBarProps {
  rank: number | null;
  children: readonly string[];
}

/** A place for candidates of one rank: press its head to put the marked one there, or drop a letter on it. */
function Shelf({ rank, children, letters, selected, isReady, onRank, onPick }: ShelfProps) {
  const letter = letterOf(letters, selected ?? "");
  const words = rank === null ? own.dropHere(letter) : own.rankHere(letter, rank);
  return (
    <div class={rank === null ? "shelf is-dropped" : "shelf"} data-rank={rank ?? "none"} data-testid={`shelf-${rank}`}>
      <button
        type="button"
        class="shelf-head"
        title={words}
        disabled={!isReady || selected === null}
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => selected !== null && onRank(selected, rank)}
      >
        {rank === null ? own.dropped : own.rankOf(rank)} <kbd>{rank ?? keysOf("drop")}</kbd>
      </button>
      <span class="shelf-letters">
        {children.map((candidateId) => (
          <DraggedLetter
            key={candidateId}
            letter={letterOf(letters, candidateId)}
            isSelected={candidateId === selected}
            onPick={() => onPick(candidateId)}
            onDrop={(target) => onRank(candidateId, target)}
          />
        ))}
      </span>
    </div>
  );
}

/** All ranks side by side, the dropped ones at the end. */
export function RankBar(props: RankBarProps) {
  const { letters, ranks } = props;
  const nRanks = Math.min(WORST_RANK, letters.length);
  return (
    <div class="rank-bar" data-testid="rank-bar">
      <div class="shelves">
        {Array.from({ length: nRanks }, (_, index) => index + 1).map((rank) => (
          <Shelf key={rank} {...props} rank={rank}>
            {[...ranks].filter(([, one]) => one === rank).map(([candidateId]) => candidateId)}
          </Shelf>
        ))}
        <Shelf {...props} rank={null}>
          {letters.filter((candidateId) => !ranks.has(candidateId))}
        </Shelf>
      </div>
      <KeyButton
        class="is-big is-primary"
        testId="ranked"
        keyLabel={keysOf("ranked")}
        isDisabled={groupsOf(ranks).length === 0}
        onPress={props.onDone}
      >
        {own.rankedYet(ranks.size)}
      </KeyButton>
    </div>
  );
}
