"""Search for proofs and counterexamples: whatever it finds is only a proposal (untrusted)."""
