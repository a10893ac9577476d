"""Placing a chosen shape in its photo: tasks, poses of people's making, and how well they cover the mask."""
