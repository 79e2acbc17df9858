"""Imports of whole files: checked to the last row before anything is written, then resumable."""
