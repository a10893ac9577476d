"""JSON of the annotation endpoints."""
