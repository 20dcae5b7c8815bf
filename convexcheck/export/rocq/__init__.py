"""Proof scripts for Rocq (Coq 8.16 with Coquelicot and coq-interval): see `script` (untrusted; coqc judges)."""
