"""What MiniStack does here that it does not do alone. `install` puts a file's functions into MiniStack's modules."""
