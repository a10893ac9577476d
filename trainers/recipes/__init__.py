"""Recipes: a run is a function that returns its whole configuration."""

from trainers.recipes.debug import debug
from trainers.recipes.recipe import DpoRecipe, OptimiserRecipe, PretrainRecipe, Recipe, SftRecipe
from trainers.recipes.sizes import full, nano, small, tiny
from trainers.recipes.smoke import smoke

__all__ = [
    "DpoRecipe",
    "OptimiserRecipe",
    "PretrainRecipe",
    "Recipe",
    "SftRecipe",
    "debug",
    "full",
    "nano",
    "recipe_named",
    "small",
    "smoke",
    "tiny",
]


def recipe_named(name: str) -> Recipe:
    """Return the recipe of that name. Raises ValueError that lists the known ones."""
    recipes = {"smoke": smoke, "debug": debug, "nano": nano, "tiny": tiny, "small": small, "full": full}
    if name not in recipes:
        raise ValueError(f"no recipe {name!r}; known are {', '.join(sorted(recipes))}")
    return recipes[name]()
