"""The model server: one process that holds one checkpoint and answers contracts.generation over HTTP."""
