"""The commands of `kit`, a module for each."""
