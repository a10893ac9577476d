"""Recipes: a run is a function that returns its whole configuration."""

from trainers.recipes.debug import debug
from trainers.recipes.nano import nano
from trainers.recipes.recipe import DpoRecipe, OptimiserRecipe, PretrainRecipe, Recipe, SftRecipe

__all__ = ["DpoRecipe", "OptimiserRecipe", "PretrainRecipe", "Recipe", "SftRecipe", "debug", "nano", "recipe_named"]


def recipe_named(name: str) -> Recipe:
    """Return the recipe of that name. Raises ValueError that lists the known ones."""
    recipes = {"debug": debug, "nano": nano}
    if name not in recipes:
        raise ValueError(f"no recipe {name!r}; known are {', '.join(sorted(recipes))}")
    return recipes[name]()
