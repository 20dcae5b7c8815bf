"""Readers: one file per thing that people hand over, each giving the same kind of Statement (untrusted)."""
