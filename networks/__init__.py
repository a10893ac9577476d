"""Torch modules, sampling, mesh decoding and weights on disk. No HTTP, no data loading, no training.

Tensors carry the legend of their axes in their name: B batch, N shape tokens, L condition tokens, C channels,
D model width, H and W pixels, XYZ voxels of the object frame, K numbers of a layout, V vertices, F faces.
"""
