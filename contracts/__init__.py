"""What crosses a process boundary, and nothing else.

Three processes speak through these types: the engine (Django), the model server and the trainers. They import
this package and never each other, so a field that is not here does not cross.
"""
