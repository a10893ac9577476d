"""Launchers: how a trainer is started and stopped. ``port`` says what one is; ``local`` and ``fake`` are two."""
