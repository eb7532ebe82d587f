"""A small laboratory to look around in. Everything is made the way people make it, the runs by
really running them, and each step finds what an earlier, interrupted load has made already."""
