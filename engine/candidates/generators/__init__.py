"""Generators: where candidates come from. ``port`` says what one is; every other module is one, or chooses them."""
