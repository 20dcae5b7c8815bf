"""An accepted certificate as a script that another tool checks, one file or folder per tool (untrusted)."""
