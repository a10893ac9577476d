import { anglesOf, type Pose, SMALLEST_SCALE, type Vector, withAngles } from "../../core/alignFrames";
import { alignTexts as own } from "../../core/texts/align";
import { NumberField } from "./numberField";

export interface NumbersProps {
  pose: Pose;
  focal: number;
  standardFocal: number;
  exifFocal: number | null;
  pointsFocal: number | null;
  isDisabled: boolean;
  onPose: (pose: Pose) => void;
  onFocal: (focal: number) => void;
}

const ANGLES = ["turn", "tilt", "roll"] as const;

function replaced(vector: Vector, index: number, value: number): Vector {
  return [index === 0 ? value : vector[0], index === 1 ? value : vector[1], index === 2 ? value : vector[2]];
}

/** The pose and the camera as numbers that can be typed. */
export function Numbers(props: NumbersProps) {
  const { pose, focal, standardFocal, exifFocal, pointsFocal, isDisabled, onPose, onFocal } = props;
  const angles = anglesOf(pose);
  const isSame = (one: number, other: number) => Math.abs(one - other) < 0.005;
  return (
    <div class="numbers">
      <fieldset disabled={isDisabled}>
        <legend>{own.place}</legend>
        {pose.translation.map((value, index) => (
          <NumberField
            key={own.placeUnits[index]}
            label={own.placeUnits[index] ?? ""}
            value={value}
            digits={3}
            step={0.01}
            testId={`place-${index}`}
            onChange={(typed) => onPose({ ...pose, translation: replaced(pose.translation, index, typed) })}
          />
        ))}
      </fieldset>
      <fieldset disabled={isDisabled}>
        <legend>{own.angles}</legend>
        {ANGLES.map((name, index) => (
          <NumberField
            key={name}
            label={own.angleNames[index] ?? ""}
            value={angles[name]}
            digits={1}
            step={1}
            testId={`angle-${name}`}
            onChange={(typed) => onPose(withAngles(pose, { ...angles, [name]: typed }))}
          />
        ))}
      </fieldset>
      <fieldset disabled={isDisabled}>
        <legend>{own.scale}</legend>
        {pose.scale.map((value, index) => (
          <NumberField
            key={own.scaleNames[index]}
            label={own.scaleNames[index] ?? ""}
            value={value}
            digits={3}
            step={0.01}
            min={SMALLEST_SCALE}
            testId={`scale-${index}`}
            onChange={(typed) => onPose({ ...pose, scale: replaced(pose.scale, index, typed) })}
          />
        ))}
      </fieldset>
      <fieldset disabled={isDisabled}>
        <legend title={own.focalHint}>{own.camera}</legend>
        <NumberField
          label={own.focal}
          value={focal}
          digits={2}
          step={0.05}
          min={0.2}
          testId="focal"
          onChange={onFocal}
        />
        {exifFocal !== null && !isSame(exifFocal, focal) && (
          <button
            type="button"
            class="button is-small number-extra"
            data-testid="exif"
            onClick={() => onFocal(exifFocal)}
          >
            {own.useExif(exifFocal.toFixed(2))}
          </button>
        )}
        {pointsFocal !== null && !isSame(pointsFocal, focal) && (
          <button
            type="button"
            class="button is-small number-extra"
            data-testid="points-focal"
            onClick={() => onFocal(pointsFocal)}
          >
            {own.usePoints(pointsFocal.toFixed(2))}
          </button>
        )}
        {!isSame(standardFocal, focal) && (
          <button type="button" class="button is-small number-extra" onClick={() => onFocal(standardFocal)}>
            {own.useStandard}
          </button>
        )}
        {exifFocal === null && isSame(standardFocal, focal) && <p class="hint number-extra">{own.noExif}</p>}
      </fieldset>
    </div>
  );
}
