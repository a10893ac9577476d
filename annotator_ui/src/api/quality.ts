/** What the API answers about campaigns, people's work and their disagreements. */
import type { components } from "./schema";
import type { Answer } from "./types";

type Schemas = components["schemas"];

export type Campaign = Answer<Schemas["Campaign"]>;
export type GoldPair = Answer<Schemas["GoldPair"]>;
export type Disagreement = Answer<Schemas["Disagreement"]>;
export type Annotator = Answer<Schemas["Annotator"]>;
export type AnnotatorDetail = Answer<Schemas["AnnotatorDetail"]>;
export type AgreementReport = Answer<Schemas["Agreement"]>;
export type MaskFlag = Answer<Schemas["MaskFlag"]>;
export type AssetProblem = Answer<Schemas["AssetProblem"]>;
export type QualityFlag = Answer<Schemas["QualityFlag"]>;
