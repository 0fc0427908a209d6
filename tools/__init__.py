"""What `./run` does before Arraigo's own packages exist: standard library only."""
