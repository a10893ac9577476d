"""What the browser pays for showing candidates: memory over many tasks, the way to the next task, the bundle."""
