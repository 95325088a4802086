"""The words that people type after `kit`, a module for each."""
