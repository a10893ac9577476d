/** What the API answers, by its names in the OpenAPI document; the shapes are generated into schema.d.ts. */
import type { components } from "./schema";

type Schemas = components["schemas"];

/**
 * An answer carries every field of its serializer. The document calls fields with a default optional, because it
 * describes what may be sent with the same words.
 */
export type Answer<T> = T extends (infer Item)[]
  ? Answer<Item>[]
  : T extends object
    ? { [Key in keyof T]-?: Answer<Exclude<T[Key], undefined>> }
    : T;

/** One page of a keyset list. */
export interface Page<T> {
  results: T[];
  next: string | null;
}

export type GenerationRequest = Answer<Schemas["GenerationRequest"]>;
export type TargetObject = Answer<Schemas["TargetObject"]>;
export type TargetDetail = Answer<Schemas["TargetDetail"]>;
export type Photo = Answer<Schemas["Photo"]>;
export type ImportReport = Answer<Schemas["ImportReport"]>;

export type Progress = Answer<Schemas["Progress"]>;

export type ArtistJob = Answer<Schemas["ArtistJob"]>;
export type MeshUpload = Answer<Schemas["MeshUpload"]>;
export type UploadAsk = Schemas["UploadAskRequest"];
export type UploadTicket = Answer<Schemas["UploadTicket"]>;

/** A glossary Record; TypeScript has a type of that name. */
export type TrainingRecord = Answer<Schemas["Record"]>;
export type PreferencePair = Answer<Schemas["PreferencePair"]>;
export type DatasetVersion = Answer<Schemas["DatasetVersion"]>;
export type Derivation = Answer<Schemas["Derivation"]>;

export type FrozenVersion = Answer<Schemas["FrozenVersion"]>;
export type RoundSummary = Answer<Schemas["RoundSummary"]>;
export type Round = Answer<Schemas["Round"]>;
export type RoundAsk = Schemas["StartRoundRequest"];
export type Lineage = Answer<Schemas["Lineage"]>;

export type Checkpoint = Answer<Schemas["Checkpoint"]>;
export type Deployment = Answer<Schemas["Deployment"]>;
export type ModelServer = Answer<Schemas["ModelServer"]>;

export type MaskDesk = Answer<Schemas["MaskDesk"]>;
