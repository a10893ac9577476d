"""Endpoints of the annotation room."""
