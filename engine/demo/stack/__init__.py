"""The whole platform on one machine, without Docker and without root: services, processes, and their end.

Imports neither Django nor its settings: it writes the environment that they read.
"""
