"""The commands of `memberbot`, one module each, loaded when they are called."""
