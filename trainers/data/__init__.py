"""What the trainers read: shapes, renderings, voxels, and dataset folders."""
