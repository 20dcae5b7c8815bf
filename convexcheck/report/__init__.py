"""What a person sees: verdicts, explanations in steps, text, HTML and LaTeX (untrusted)."""
